"""The tunnel of one call that is passed on."""

from mockserver.wire.tunnel import Tunnel


class OneAnswer(Tunnel):
    """For one call that is passed on: what else the client sends is not for that server."""

    def receive(self, data: bytes) -> None: ...

    def receive_end(self) -> bool:
        self._near_ended = True
        return not self._far_ended
