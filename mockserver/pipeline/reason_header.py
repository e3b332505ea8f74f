"""The reason of a failed call in a header of its answer, for whoever starts the server so."""

from urllib.parse import quote

from mockserver.pipeline.ports import CallWorld, Outcome

REASON = "X-Mock-Reason"
LONGEST = 200  # characters
PLAIN = " !\"#$&'()*+,/:;<=>?@[\\]^`{|}"  # what stands for itself, beside letters and digits
MORE = "..."


def tell_reason(sandbox: CallWorld, outcome: Outcome) -> None:
    """Add the header, without secrets, to the answer of a call that failed."""
    because = outcome.answer.because
    if because and _has_failed(outcome):
        outcome.answer.headers[REASON] = write_reason(sandbox.masking_of(outcome).mask(because))


def write_reason(text: str) -> str:
    """A text as a header's value: what is not visible ASCII, and ``%``, is percent-encoded."""
    written = ""
    for letter in text[: LONGEST + 1]:
        piece = quote(letter, safe=PLAIN, errors="replace")
        if len(written) + len(piece) > LONGEST:
            return _shorten(written)
        written += piece
    return written.strip()


def _shorten(written: str) -> str:
    """Room for what tells that there is more, without a part of what was encoded."""
    kept = written[: LONGEST - len(MORE)]
    start = kept.rfind("%", len(kept) - 2)
    return f"{kept if start < 0 else kept[:start]}{MORE}".strip()


def _has_failed(outcome: Outcome) -> bool:
    taken = outcome.plan is not None and outcome.plan.terminal is not None
    return outcome.error is not None or outcome.answer.status >= 400 or taken
