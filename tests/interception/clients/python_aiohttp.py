"""Marks a message of Kaleyra read, with aiohttp, whose session is told to trust the environment."""

import asyncio
import sys

import aiohttp

RECEIPT = {
    "messaging_product": "whatsapp",
    "status": "read",
    "message_id": "AXXXXXXXXXXXXXXXXXXX",
}


async def main() -> None:
    patience = aiohttp.ClientTimeout(total=float(sys.argv[1]))
    async with (
        aiohttp.ClientSession(trust_env=True, timeout=patience) as session,
        session.post(
            "https://api.eu.kaleyra.io/v2/HXIN1690413850IN/whatsapp/+919606012124/messages",
            headers={"api-key": "A3b8497f58a94e84b671aca43d06c1e27"},
            json={"messaging_object": RECEIPT},
        ) as answer,
    ):
        print(answer.status, await answer.text())


asyncio.run(main())
