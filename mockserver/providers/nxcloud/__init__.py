"""NXCloud: WhatsApp read receipts and typing indicators."""

from mockserver.api import Provider, Switch
from mockserver.providers.nxcloud import accounts, identifiers, not_emulated, operations, schemas
from mockserver.providers.nxcloud.errors import Error, envelope

provider = Provider(
    id="nxcloud",
    title="NXCloud",
    hosts=("api2.nxcloud.com",),
    errors=Error,
    operations=operations.OPERATIONS,
    shared=operations.SHARED,
    account=accounts.ACCOUNT,
    claim=accounts.claim,
    envelope=envelope,
    sign=accounts.sign,
    signed=True,
    signatures=accounts.make_signatures,
    sign_options=("algorithm", "action", "biz_type", "ts"),
    sign_choices={"algorithm": accounts.ALGORITHMS},
    new_ids=identifiers.new_ids,
    switches=(
        Switch(
            "read_earlier",
            (True, False),
            "marking a message read also marks the earlier ones of its conversation",
        ),
    ),
    not_emulated=not_emulated.NOT_EMULATED,
    headers=accounts.SIGNED_HEADERS,
    failure=schemas.FailureSchema,
)
