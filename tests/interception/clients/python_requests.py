"""Marks a message of KirimChat read, with requests."""

import sys

import requests

MESSAGE = "wamid.HBgNNjI4MTIzNDU2Nzg5FQIAEhggMUE5MDM1QzVDMUYxQTAyRkVCNzZDQjVDMjFFRDQzNTUA"

answer = requests.post(
    "https://api.kirim.chat/v1/106540352242922/messages",
    headers={"Authorization": "Bearer kdv_live_TavbPKwIuqOr69ALEKLNennZ"},
    json={"messaging_product": "whatsapp", "status": "read", "message_id": MESSAGE},
    timeout=float(sys.argv[1]),
)
print(answer.status_code, answer.text)
