"""Marking messages read, as all providers do it."""

from mockserver.api.changes import MESSAGES, Change, set_fields
from mockserver.api.exchange import Exchange
from mockserver.api.message import TYPING_MS


def mark_read(
    exchange: Exchange, *, earlier: bool = False, typing: bool = False
) -> tuple[Change, ...]:
    """The changes that make the exchange's message read, in an operation that checks that there
    is one.

    ``earlier``: also the inbound ones before it in its conversation, as in WhatsApp itself.
    ``typing``: show the typing bubble for 25 s from now. Receipts for a message already read
    change nothing but the bubble.
    """
    message, now = exchange.known_message, exchange.at
    table = MESSAGES + message.provider
    fields: dict[str, int] = {}
    if message.read_at is None:
        fields["read_at"] = now
        fields["upstream_calls"] = message.upstream_calls + 1
    if typing:
        fields["typing_until"] = now + TYPING_MS
    own = [set_fields(table, message.id, fields)] if fields else []
    before = exchange.world.messages.unread_before(message) if earlier else ()
    return (*own, *(set_fields(table, each, {"read_at": now}) for each in before))
