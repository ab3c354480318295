"""python3 sign.py URL: signs the bodies of cases.json as the example for Python in Chift's documentation does, sends
them to the handler at URL, and compares the statuses. The signing secret is in CHIFT_SIGNING_SECRET."""

import hashlib
import hmac
import http.client
import json
import os
import platform
import sys
from pathlib import Path
from urllib.parse import urlsplit

url = urlsplit(sys.argv[1])
secret = os.environ["CHIFT_SIGNING_SECRET"]
cases = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))
# It keeps the connection, and uses no proxy.
connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
sent = 0
failed = []


def check(name, body, text, expected, key=secret):
    global sent
    signature = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Chift-Signature": signature}
    connection.request("POST", url.path, body.encode(), headers)
    response = connection.getresponse()
    response.read()
    sent += 1
    if response.status != expected:
        failed.append(f"{name}: status {response.status}, expected {expected}")


for case in cases:
    name, body = case["case"], case["sent"]
    value = json.loads(case.get("signed", body))
    text = json.dumps(value, separators=(",", ":"))
    check(name, body, text, 204 if case["python"] else 401)
    check(f"{name}, signed as sent", body, body, 204)
    check(f"{name}, with another secret", body, body, 401, secret + " ")
    # Python prints infinity, which is not JSON.
    is_json = "Infinity" not in text
    check(f"{name}, printed compactly", text, text, 204 if is_json else 400)
    indented = json.dumps(value, indent=2)
    check(f"{name}, printed with indentation", indented, text, 204 if is_json else 401)
    unescaped = json.dumps(value, ensure_ascii=False)
    # A lone surrogate has no UTF-8.
    if is_json and not any("\ud800" <= letter <= "\udfff" for letter in unescaped):
        check(f"{name}, printed without escapes", unescaped, text, 204)

for line in failed:
    print(f"failed: {line}", file=sys.stderr)
print(f"Python {platform.python_version()}: {len(cases)} cases, {sent} requests, {len(failed)} failed")
sys.exit(0 if cases and not failed else 1)
