"""D7 Networks: WhatsApp read receipts and delivery reports."""

from mockserver.api import BEARER, Provider, Switch
from mockserver.providers.d7 import accounts, identifiers, not_emulated, operations, schemas
from mockserver.providers.d7.errors import Error, envelope

provider = Provider(
    id="d7",
    title="D7 Networks",
    hosts=("api.d7networks.com",),
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
            "read_receipt_body",
            ("json", "text", "object"),
            "how the success of a read receipt is written: a JSON string, bare text, or an object",
        ),
    ),
    records={"reports": schemas.ReportSchema()},
    not_emulated=not_emulated.NOT_EMULATED,
    headers=(BEARER,),
    failure=schemas.FailureSchema,
)
