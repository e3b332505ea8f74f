"""KirimChat: WhatsApp read receipts, Public API v1."""

from mockserver.core.bearer import bearer_token
from mockserver.core.provider import Provider, Switch
from mockserver.providers.kirim import auth, identifiers, routes, schemas
from mockserver.providers.kirim.errors import Error, envelope

provider = Provider(
    id="kirim",
    title="KirimChat",
    hosts=("api.kirim.chat",),
    errors=Error,
    operations=routes.OPERATIONS,
    account=auth.ACCOUNT,
    claim=bearer_token,
    envelope=envelope,
    sign=auth.sign,
    new_ids=identifiers.new_ids,
    sample=schemas.sample,
    finish=auth.tell_rate_limit,
    switches=(
        Switch(
            "enforce_rate_limits",
            (False, True),
            "more than 60 writes a minute of one account are answered with 429",
        ),
    ),
)
