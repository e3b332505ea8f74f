"""Marks a message of Kaleyra read, with httpx."""

import sys

import httpx

answer = httpx.post(
    "https://api.in.kaleyra.io/v2/HXIN1690413850IN/whatsapp/+919606012124/messages",
    headers={"api-key": "A3b8497f58a94e84b671aca43d06c1e27"},
    json={
        "messaging_object": {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "AXXXXXXXXXXXXXXXXXXX",
        }
    },
    timeout=float(sys.argv[1]),
)
print(answer.status_code, answer.text)
