"""What KirimChat documents, and this server does not do yet.

Sources: the pages of the operations below developers.kirim.chat/api/operations/, and where they
could not be read public client code. Of the flat paths: kirim-dev.pages.dev, the older pages.
"""

from mockserver.api import Call, NotEmulated
from mockserver.providers.kirim.errors import DOCS

OPERATIONS = f"{DOCS}/api/operations/"
RESOURCES = f"{DOCS}/concepts/resource-ids/"
PAGINATION = f"{DOCS}/concepts/pagination/"
TEMPLATES = f"{DOCS}/sending/templates/"
LATER = "https://docs.kirimdev.com"
CLIENTS = "public client code"
NUMBER = "/v1/{phone_number_id}"
FLAT = "https://kirim-dev.pages.dev/api/operations/"


def is_send(call: Call) -> bool:
    """A body with ``type`` is a send, one with ``status`` a receipt. Source: the page of both."""
    body = call.object()
    return "type" in body and "status" not in body


NESTED = (
    NotEmulated("get_health", "GET", "/v1/health", OPERATIONS),
    NotEmulated("get_openapi", "GET", "/v1/openapi.json", f"{DOCS}/authentication/"),
    NotEmulated("get_me", "GET", "/v1/me", OPERATIONS),
    NotEmulated("list_accounts", "GET", "/v1/accounts", OPERATIONS),
    NotEmulated("send_message", "POST", f"{NUMBER}/messages", f"{OPERATIONS}; sending/", is_send),
    NotEmulated("list_messages", "GET", f"{NUMBER}/messages", PAGINATION),
    NotEmulated("get_message", "GET", f"{NUMBER}/messages/{{id}}", RESOURCES),
    NotEmulated("get_media", "GET", f"{NUMBER}/messages/{{id}}/media", OPERATIONS),
    NotEmulated("list_conversations", "GET", f"{NUMBER}/conversations", OPERATIONS),
    NotEmulated("get_conversation", "GET", f"{NUMBER}/conversations/{{id}}", CLIENTS),
    NotEmulated("update_conversation", "PATCH", f"{NUMBER}/conversations/{{id}}", OPERATIONS),
    NotEmulated("label_conversation", "POST", f"{NUMBER}/conversations/{{id}}/labels", CLIENTS),
    NotEmulated(
        "unlabel_conversation",
        "DELETE",
        f"{NUMBER}/conversations/{{id}}/labels/{{label_id}}",
        CLIENTS,
    ),
    NotEmulated("list_contacts", "GET", f"{NUMBER}/contacts", CLIENTS),
    NotEmulated("create_contact", "POST", f"{NUMBER}/contacts", CLIENTS),
    NotEmulated("label_contacts", "POST", f"{NUMBER}/contacts/bulk_label", OPERATIONS),
    NotEmulated("get_contact", "GET", f"{NUMBER}/contacts/{{id}}", CLIENTS),
    NotEmulated("update_contact", "PATCH", f"{NUMBER}/contacts/{{id}}", CLIENTS),
    NotEmulated("label_contact", "POST", f"{NUMBER}/contacts/{{id}}/labels", OPERATIONS),
    NotEmulated("list_templates", "GET", f"{NUMBER}/templates", TEMPLATES),
    NotEmulated("create_template", "POST", f"{NUMBER}/templates", f"{LATER}/api/operations/"),
    NotEmulated("sync_templates", "POST", f"{NUMBER}/templates/sync", f"{LATER}/api/operations/"),
    NotEmulated("get_template", "GET", f"{NUMBER}/templates/{{name}}", TEMPLATES),
    NotEmulated("list_labels", "GET", "/v1/labels", PAGINATION),
    NotEmulated("create_label", "POST", "/v1/labels", CLIENTS),
    NotEmulated("update_label", "PATCH", "/v1/labels/{id}", CLIENTS),
    NotEmulated("delete_label", "DELETE", "/v1/labels/{id}", CLIENTS),
    NotEmulated("list_webhooks", "GET", "/v1/webhook_subscriptions", CLIENTS),
    NotEmulated("create_webhook", "POST", "/v1/webhook_subscriptions", f"{DOCS}/guides/webhooks/"),
    NotEmulated("get_webhook", "GET", "/v1/webhook_subscriptions/{id}", OPERATIONS),
    NotEmulated("update_webhook", "PATCH", "/v1/webhook_subscriptions/{id}", OPERATIONS),
    NotEmulated("delete_webhook", "DELETE", "/v1/webhook_subscriptions/{id}", CLIENTS),
    NotEmulated("add_webhook_secret", "POST", "/v1/webhook_subscriptions/{id}/secrets", OPERATIONS),
    NotEmulated("list_deliveries", "GET", "/v1/webhook_deliveries", PAGINATION),
    NotEmulated("replay_deliveries", "POST", "/v1/webhook_deliveries/bulk_replay", OPERATIONS),
    NotEmulated("replay_delivery", "POST", "/v1/webhook_deliveries/{id}/replay", OPERATIONS),
    NotEmulated("list_customers", "GET", "/v1/customers", f"{LATER}/platform/"),
    NotEmulated("create_customer", "POST", "/v1/customers", f"{LATER}/platform/"),
    NotEmulated("get_customer", "GET", "/v1/customers/{id}", f"{LATER}/platform/"),
    NotEmulated(
        "create_setup_link", "POST", "/v1/customers/{id}/setup_links", f"{LATER}/platform/"
    ),
)


def drop_number(each: NotEmulated) -> NotEmulated:
    """The same call as older pages have it: the number is no part of the path."""
    path = each.path.replace(NUMBER, "/v1", 1)
    return each._replace(name=f"{each.name}_flat", path=path, source=FLAT, recognise=None)


NOT_EMULATED = (
    *NESTED,
    *(drop_number(each) for each in NESTED if each.path.startswith(f"{NUMBER}/")),
)
