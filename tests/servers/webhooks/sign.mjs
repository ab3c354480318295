// node sign.mjs URL: signs the bodies of cases.json as the example for JavaScript in Chift's documentation does, sends
// them to the handler at URL, and compares the statuses. The signing secret is in CHIFT_SIGNING_SECRET.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

const url = process.argv[2];
const secret = process.env.CHIFT_SIGNING_SECRET;
const cases = JSON.parse(readFileSync(new URL("cases.json", import.meta.url), "utf8"));
let sent = 0;
const failed = [];

const sign = (text, key) => createHmac("sha256", key).update(text, "utf-8").digest("hex");

async function check(name, body, text, expected, key = secret) {
  const headers = { "content-type": "application/json", "x-chift-signature": sign(text, key) };
  const { status } = await fetch(url, { method: "POST", headers, body });
  sent += 1;
  if (status !== expected) failed.push(`${name}: status ${status}, expected ${expected}`);
}

for (const { case: name, sent: body, signed = body, node } of cases) {
  const text = JSON.stringify(JSON.parse(signed));
  await check(name, body, text, node ? 204 : 401);
  await check(`${name}, signed as sent`, body, body, 204);
  await check(`${name}, with another secret`, body, body, 401, `${secret} `);
  await check(`${name}, printed compactly`, text, text, 204);
  await check(`${name}, printed with indentation`, JSON.stringify(JSON.parse(text), null, 2), text, 204);
}

failed.forEach((line) => console.error(`failed: ${line}`));
console.log(`Node.js ${process.version}: ${cases.length} cases, ${sent} requests, ${failed.length} failed`);
process.exit(failed.length === 0 && cases.length > 0 ? 0 : 1);
