"""What stands on every answer of the server's own."""

from collections.abc import Callable
from itertools import count
from secrets import randbits

from mockserver.api.draw import Draw
from mockserver.pipeline.answer import REQUEST_ID, Answer

GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""So that a browser takes an answer for nothing else, gives it to no foreign page, and keeps none:
there are credentials in them."""

Finish = Callable[[Answer], Answer]


def make_finish() -> Finish:
    """What gives an answer an id, which no other gets, and these headers."""
    seed, numbers = randbits(53), count(1)

    def finish(answer: Answer) -> Answer:
        draw = Draw(seed, "administration", next(numbers))
        answer.headers |= {REQUEST_ID: f"req_{draw.crockford()}", **GUARDS}
        return answer

    return finish
