# Reads all products of a consumer with Chift's SDK for Python.
import re
import sys

import chift

ACCOUNT = "00000000-0000-0000-0000-000000000000"
chift.client_id, chift.client_secret, chift.account_id, chift.url_base = "id", "secret", ACCOUNT, sys.argv[1]
products = chift.Consumer.get(ACCOUNT).invoicing.Product.all()
with open("/proc/self/status") as status:
    peak = re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)
print(len(products), peak)
