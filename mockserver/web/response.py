"""From an answer to a WSGI response, on any server."""

import errno
import socket
import time
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Response
from werkzeug.datastructures import Headers

from mockserver.pipeline.answer import WITHOUT_BODY, Answer
from mockserver.pipeline.delivery import Delivery, Ending, Part
from mockserver.pipeline.keys import ANSWERS
from mockserver.web.waiting import iterate_stream

LONGEST_HOLD_MS = 30_000  # on a foreign server, where a silent connection occupies a worker
WAITRESS = "waitress.client_disconnected"
"""Key of the environment of a server that makes a whole 500 of whatever happens before the head."""
WERKZEUG = "werkzeug.socket"
"""Key of the environment of a server that would keep the connection and wait for the next call."""
STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def send_answer(
    answer: Answer, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Respond at once: what Flask's own response works out and checks is certain here."""
    start_response(status_line(answer), list(answer.head.items()))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else read_body(answer, environ)


def read_body(answer: Answer, environ: WSGIEnvironment) -> Iterable[bytes]:
    """All parts that go out from here: a body that goes on is fed by a server of ours itself."""
    if answer.stream is None or ANSWERS in environ:
        return [answer.body]
    return iterate_stream(answer.stream)


def hand_over(answer: Answer, environ: WSGIEnvironment) -> bool:
    """Give an answer to a server that takes ours. Whether it goes out from here in any case."""
    if ANSWERS in environ:
        environ[ANSWERS].append(answer)
        return True
    if answer.transfer is not None:
        answer.transfer.finish(None, None)
    return answer.delivery is None or answer.delivery.usual


class Plain(Response):
    """One of Flask's responses that says what an answer says, and adds or mends nothing."""

    default_mimetype = None

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        headers = Headers(self.headers)
        if self.status_code in WITHOUT_BODY:  # which a hook may have made of it
            headers.remove("Content-Length")
        return headers


def make_response(answer: Answer, environ: WSGIEnvironment) -> Response:
    """The same as one of Flask's responses, which says everything in the same bytes."""
    return Plain(read_body(answer, environ), status_line(answer), answer.head)


def status_line(answer: Answer) -> str:
    return STATUS_LINES.get(answer.status) or f"{answer.status} Unknown"


class Approximate(Plain):
    """The nearest to a delivery that any WSGI server can do: wait in this thread, break off."""

    def __init__(self, answer: Answer, delivery: Delivery) -> None:
        super().__init__(answer.body, status_line(answer), answer.head)
        self._delivery = delivery

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        time.sleep(self._delivery.before_ms / 1000)
        ending = self._delivery.ending
        if ending is not None:
            hold = LONGEST_HOLD_MS if ending.hold_ms is None else ending.hold_ms
            time.sleep(min(hold, LONGEST_HOLD_MS) / 1000)
        if ending is not None and ending.sent == "nothing" and WAITRESS not in environ:
            if WERKZEUG in environ:
                environ[WERKZEUG].shutdown(socket.SHUT_RDWR)
            raise _broken_off()
        start_response(self.status, self.get_wsgi_headers(environ).to_wsgi_list())
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else self.get_data()
        return self._slowly(body) if ending is None else self._broken(ending, body)

    def _slowly(self, content: Part) -> Iterator[bytes]:
        time.sleep(self._delivery.between_ms / 1000)
        for begin, end, milliseconds in self._delivery.cut(len(content)):
            time.sleep(milliseconds / 1000)
            yield bytes(content[begin:end])

    def _broken(self, ending: Ending, body: bytes) -> Iterator[bytes]:
        """Never all of the length that the head tells, and never nothing: that would be a 500."""
        _, part = ending.data(b"", body)
        kept = part[: max(0, len(body) - 1)]
        yield from self._slowly(kept or body[:1])
        raise _broken_off()


def _broken_off() -> ConnectionResetError:
    """An error that servers take for the client's, and close the connection without a word."""
    return ConnectionResetError(errno.ECONNRESET, "a fault rule ends the connection here")
