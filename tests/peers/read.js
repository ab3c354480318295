// Reads all products of a consumer with Chift's SDK for Node.
const fs = require('fs');
const chift = require('@chift/chift-nodejs');

(async () => {
    const account = '00000000-0000-0000-0000-000000000000';
    const client = new chift.API({ clientId: 'id', clientSecret: 'secret', accountId: account, baseUrl: process.argv[2] });
    const consumer = await client.Consumers.getConsumerById(account);
    const products = await consumer.invoicing.getProducts();
    const peak = /VmHWM:\s+(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1];
    console.log(`${products.length} ${peak}`);
})();
