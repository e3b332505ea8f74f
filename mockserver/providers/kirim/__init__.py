"""KirimChat: WhatsApp read receipts, Public API v1."""

from mockserver.api import BEARER, Provider, Switch
from mockserver.providers.kirim import accounts, identifiers, not_emulated, operations, schemas
from mockserver.providers.kirim.errors import Error, envelope

provider = Provider(
    id="kirim",
    title="KirimChat",
    hosts=("api.kirim.chat", "api.kirimdev.com", "api-prod.kirim.chat"),
    errors=Error,
    operations=operations.OPERATIONS,
    shared=operations.SHARED,
    account=accounts.ACCOUNT,
    claim=accounts.claim,
    envelope=envelope,
    sign=accounts.sign,
    new_ids=identifiers.new_ids,
    finish=operations.finish,
    switches=(
        Switch(
            "enforce_rate_limits",
            (False, True),
            "more than 60 writes a minute of one account are answered with 429",
        ),
    ),
    not_emulated=not_emulated.NOT_EMULATED,
    notes=operations.NOTES,
    headers=(BEARER,),
    answer_headers=operations.ANSWER_HEADERS,
    failure=schemas.FailureSchema,
)
