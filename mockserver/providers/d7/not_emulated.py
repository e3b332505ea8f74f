"""What D7 documents of WhatsApp and tokens, and this server does not do yet."""

from mockserver.api import NotEmulated
from mockserver.providers.d7.errors import DOCS, SDK

NOT_EMULATED = (
    NotEmulated("send_message", "POST", "/whatsapp/v2/send", f"{DOCS}/Whatsapp/Send-Message"),
    NotEmulated("send_message_v1", "POST", "/whatsapp/v1/send", f"{SDK}, until March 2024"),
    NotEmulated("download_media", "GET", "/whatsapp/v2/download/{media_id}", SDK),
    NotEmulated(
        "issue_token",
        "POST",
        "/auth/v1/login/application",
        f"{DOCS}/Authentication/Generate-Token",
    ),
    NotEmulated(
        "verify_token",
        "GET",
        "/auth/v1/authenticate/application/verify-token",
        "the credential test of the n8n node",
    ),
    NotEmulated("get_balance", "GET", "/messages/v1/balance", "the samples of the API collection"),
)
