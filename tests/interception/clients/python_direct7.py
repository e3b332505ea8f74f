"""Marks a message of D7 Networks read, with their package, which has https://api.d7networks.com."""

import sys

from direct7 import Client

client = Client("d7-mock-token-main", timeout=float(sys.argv[1]), max_retries=0)
print(client.whatsapp.read_receipt("492a17b0-9cd7-11ef-b4bf-0242ac1b0024"))
