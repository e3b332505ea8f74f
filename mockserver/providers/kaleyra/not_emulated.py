"""What Kaleyra documents of WhatsApp and messages, and this server does not do yet."""

from mockserver.api import Call, NotEmulated

DOCS = "https://developers.kaleyra.io/docs"
NUMBER = "/v2/{sid}/whatsapp/{phone_number}"
ACCOUNT = "/v2/{sid}/whatsapp/{waba_id}"
FLOW = "/v2/{sid}/whatsapp/{flow_id}"
OLDER = "/v1/{sid}"
SENDS = ("type", "to")


def is_send(call: Call) -> bool:
    """A message object for a recipient or of a type, and no status that makes it a receipt."""
    sent = call.object().get("messaging_object")
    return isinstance(sent, dict) and "status" not in sent and not sent.keys().isdisjoint(SENDS)


PAGES = (
    ("upload_media", "POST", f"{NUMBER}/media", "whatsapp-api-v2-upload-media-files"),
    ("list_blocked", "GET", f"{NUMBER}/block_users", "get-list-of-blocked-whatsapp-user-numbers"),
    ("block_users", "POST", f"{NUMBER}/block_users", "whatsapp-block-user-numbers"),
    ("unblock_users", "DELETE", f"{NUMBER}/block_users", "whatsapp-api-v1-unblock-numbers"),
    (
        "list_templates",
        "GET",
        f"{ACCOUNT}/message_templates",
        "whatsapp-template-api-v2-get-templates",
    ),
    (
        "create_template",
        "POST",
        f"{ACCOUNT}/message_templates",
        "whatsapp-template-api-v2-create-template",
    ),
    (
        "edit_template",
        "PUT",
        f"{ACCOUNT}/message_templates",
        "whatsapp-template-api-v2-edit-template",
    ),
    (
        "delete_template",
        "DELETE",
        f"{ACCOUNT}/message_templates",
        "whatsapp-template-api-v2-delete-template",
    ),
    ("list_flows", "GET", f"{ACCOUNT}/flows", "whatsapp-flow-api-v2-get-flows-by-waba-id"),
    ("create_flow", "POST", f"{ACCOUNT}/flows", "whatsapp-flow-api-v2-create-flow"),
    ("update_flow", "POST", FLOW, "whatsapp-flow-api-v2-update-flow-metadata"),
    ("publish_flow", "POST", f"{FLOW}/publish", "whatsapp-flow-api-v2-publish-flow"),
    ("add_number", "POST", f"{ACCOUNT}/number/add", "wa-v2-add-phone-number"),
    (
        "send_message_v1",
        "POST",
        f"{OLDER}/messages",
        "send-a-text-message-through-whatsapp",
    ),
    (
        "send_message_v1_get",
        "GET",
        f"{OLDER}/messages",
        "send-a-text-message-through-whatsapp",
    ),
    ("create_template_v1", "POST", f"{OLDER}/whatsapp/template", "add-whatsapp-temp"),
    ("add_number_v1", "POST", f"{OLDER}/whatsapp/number", "add-whatsapp-number"),
)

NOT_EMULATED = (
    NotEmulated(
        "send_message",
        "POST",
        f"{NUMBER}/messages",
        f"{DOCS}/whatsapp-api-v2-send-text-messages",
        is_send,
    ),
    *(NotEmulated(name, method, path, f"{DOCS}/{page}") for name, method, path, page in PAGES),
    NotEmulated("send_sms", "POST", "/v2/{sid}/messages", "public client code"),
)
