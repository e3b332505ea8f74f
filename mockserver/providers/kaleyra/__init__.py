"""Kaleyra: WhatsApp read receipts, API version 2."""

from mockserver.core.provider import Provider, Switch
from mockserver.providers.kaleyra import auth, identifiers, routes, schemas
from mockserver.providers.kaleyra.errors import Error, envelope

provider = Provider(
    id="kaleyra",
    title="Kaleyra",
    hosts=("api.in.kaleyra.io", "api.ap.kaleyra.io", "api.eu.kaleyra.io", "api.kaleyra.io"),
    errors=Error,
    operations=routes.OPERATIONS,
    account=auth.ACCOUNT,
    claim=auth.claim,
    envelope=envelope,
    sign=auth.sign,
    new_ids=identifiers.new_ids,
    sample=schemas.sample,
    switches=(
        Switch(
            "unknown_message",
            ("accept", "reject"),
            "a message id nobody knows: 202 and a note in the journal, or WA400",
        ),
    ),
)
