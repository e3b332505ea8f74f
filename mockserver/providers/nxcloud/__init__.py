"""NXCloud: WhatsApp read receipts and typing indicators."""

from mockserver.core.provider import Provider, Switch
from mockserver.providers.nxcloud import auth, identifiers, routes, schemas
from mockserver.providers.nxcloud.errors import Error, envelope

provider = Provider(
    id="nxcloud",
    title="NXCloud",
    hosts=("api2.nxcloud.com",),
    errors=Error,
    operations=routes.OPERATIONS,
    account=auth.ACCOUNT,
    claim=auth.claim,
    envelope=envelope,
    sign=auth.sign,
    signed=True,
    sign_options=("algorithm", "action", "biz_type", "ts"),
    new_ids=identifiers.new_ids,
    sample=schemas.sample,
    switches=(
        Switch(
            "read_earlier",
            (True, False),
            "marking a message read also marks the earlier ones of its conversation",
        ),
    ),
)
