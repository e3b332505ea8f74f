"""Kaleyra: WhatsApp read receipts, API version 2."""

from mockserver.api import Provider, Switch
from mockserver.providers.kaleyra import accounts, identifiers, not_emulated, operations, schemas
from mockserver.providers.kaleyra.errors import Error, envelope

provider = Provider(
    id="kaleyra",
    title="Kaleyra",
    hosts=(
        "api.in.kaleyra.io",
        "api.ap.kaleyra.io",
        "api.eu.kaleyra.io",
        "api.kaleyra.io",
        "api.na.kaleyra.ai",
    ),
    errors=Error,
    operations=operations.OPERATIONS,
    shared=operations.SHARED,
    account=accounts.ACCOUNT,
    claim=accounts.claim,
    envelope=envelope,
    sign=accounts.sign,
    new_ids=identifiers.new_ids,
    switches=(
        Switch(
            "unknown_message",
            ("accept", "reject"),
            "a message id nobody knows: 202 and a note in the journal, or WA400",
        ),
    ),
    not_emulated=not_emulated.NOT_EMULATED,
    headers=accounts.HEADERS,
    failure=schemas.FailureSchema,
)
