"""Marks a message of NXCloud read, with urllib: the headers are signed over the exact body."""

import hashlib
import sys
import time
import urllib.request

BODY = (
    b'{"business_phone":"185xxxx8399","messaging_product":"whatsapp",'
    b'"message_id":"ABGHhhdgYFCBnwIQNkLO2ipL1_ZpZ41mwgMHEg","status":"read"}'
)
headers = {
    "accessKey": "fme2na3kdi3ki",
    "action": "read",
    "bizType": "2",
    "ts": str(time.time_ns() // 1_000_000),
}
signed = "&".join(f"{name}={value}" for name, value in headers.items())
signed += f"&body={BODY.decode()}&accessSecret=abciiiko2k3"
headers["sign"] = hashlib.md5(signed.encode()).hexdigest()
headers["Content-Type"] = "application/json"

request = urllib.request.Request("https://api2.nxcloud.com/api/wa/markMessageAsRead", BODY, headers)
with urllib.request.urlopen(request, timeout=float(sys.argv[1])) as answer:
    print(answer.status, answer.read().decode())
