"""A call in its sandbox: what it is about, found once."""

from mockserver.api.call import Call
from mockserver.api.exchange import NOTHING, Exchange
from mockserver.pipeline.claim import Claimed
from mockserver.pipeline.ports import Stamp


def resolve_call(claimed: Claimed, call: Call, stamp: Stamp) -> Exchange:
    """The exchange, with account, operation, business number, message id and message."""
    endpoint, args, sandbox, claim, stranger, _ = claimed
    provider = endpoint.provider
    account = sandbox.find_account(provider.id, claim.credential)
    if account is None and stranger:
        account = sandbox.adopt(provider.id, claim)
    operation = endpoint.find_operation(call)
    subject, message = NOTHING, None
    if operation is not None:
        subject = operation.subject(call, args, account)
        if subject.message_id is not None:
            message = sandbox.find_message(provider.id, subject.message_id)
            if message is not None and subject.business_number is None:
                subject = subject._replace(business_number=message.business_number)
    id, at, _, _, peer_now = stamp
    return Exchange(
        call, provider, sandbox, id, at, peer_now, args, account, operation, subject, message
    )
