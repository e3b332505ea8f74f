"""D7 Networks: WhatsApp read receipts and delivery reports."""

from mockserver.core.bearer import bearer_token
from mockserver.core.provider import Provider, Switch
from mockserver.providers.d7 import auth, identifiers, routes, schemas
from mockserver.providers.d7.errors import Error, envelope

provider = Provider(
    id="d7",
    title="D7 Networks",
    hosts=("api.d7networks.com",),
    errors=Error,
    operations=routes.OPERATIONS,
    account=auth.ACCOUNT,
    claim=bearer_token,
    envelope=envelope,
    sign=auth.sign,
    new_ids=identifiers.new_ids,
    sample=schemas.sample,
    switches=(
        Switch(
            "read_receipt_body",
            ("json", "text", "object"),
            "how the success of a read receipt is written: a JSON string, bare text, or an object",
        ),
    ),
    records={"reports": schemas.ReportSchema()},
)
