"""What Kaleyra documents of messages, and this server does not do yet."""

from mockserver.api import Call, NotEmulated

DOCS = "https://developers.kaleyra.io/docs"
V2_MESSAGES = "/v2/{sid}/whatsapp/{phone_number}/messages"


def is_send(call: Call) -> bool:
    """A message object for a recipient or of a type, and no status that makes it a receipt."""
    sent = call.object().get("messaging_object")
    return isinstance(sent, dict) and "status" not in sent and not sent.keys().isdisjoint(SENDS)


SENDS = ("type", "to")

NOT_EMULATED = (
    NotEmulated(
        "send_message",
        "POST",
        V2_MESSAGES,
        f"{DOCS}/whatsapp-api-v2-send-text-messages",
        is_send,
    ),
    NotEmulated(
        "upload_media",
        "POST",
        "/v2/{sid}/whatsapp/{phone_number}/media",
        f"{DOCS}/whatsapp-api-v2-upload-media-files",
    ),
    NotEmulated(
        "send_message_v1",
        "POST",
        "/v1/{sid}/messages",
        f"{DOCS}/send-a-text-message-through-whatsapp",
    ),
    NotEmulated(
        "send_message_v1_get",
        "GET",
        "/v1/{sid}/messages",
        f"{DOCS}/send-a-text-message-through-whatsapp",
    ),
    NotEmulated(
        "create_template_v1",
        "POST",
        "/v1/{sid}/whatsapp/template",
        f"{DOCS}/create-a-coupon-code-template",
    ),
    NotEmulated("send_sms", "POST", "/v2/{sid}/messages", "public client code"),
)
