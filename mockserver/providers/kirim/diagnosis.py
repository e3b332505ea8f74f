"""Why KirimChat refuses a call: the number, the message, the Idempotency-Key."""

import re
from collections.abc import Iterator

from mockserver.api import (
    Case,
    Finding,
    Remark,
    diagnose_message,
    diagnose_number,
    tell_age,
)
from mockserver.providers.kirim.operations import UPSTREAM_DAYS

NUMBER_ID = "phone_number_id"
FORMS = {
    re.compile(r"msg_.*"): "the id of KirimChat's own row, which a webhook has beside WhatsApp's",
    re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}"): "a UUID, as other providers have them",
}


def diagnose_path_number(case: Case) -> Iterator[Finding | Remark]:
    came = case.exchange.args.get(NUMBER_ID)
    yield from diagnose_number(case, came, "connected", NUMBER_ID)


def diagnose_own_message(case: Case) -> Iterator[Finding]:
    subject = case.exchange.subject
    yield from diagnose_message(case, subject.message_id, subject.business_number, FORMS)


def diagnose_age(case: Case) -> Iterator[Finding]:
    yield from tell_age(case, UPSTREAM_DAYS)


def diagnose_key(case: Case) -> Iterator[Finding]:
    """Which earlier call the Idempotency-Key is that of."""
    advice = "a new key for new work, the same key for a retry of the same work"
    yield Finding("idempotency_key", case.because, (advice,))
