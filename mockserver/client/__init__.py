"""Talking to a running server over HTTP."""

from mockserver.client.remote import (
    OPENER,
    Unreachable,
    ask,
    ask_for_pages,
    ask_sandbox,
    quote_name,
)

__all__ = ["OPENER", "Unreachable", "ask", "ask_for_pages", "ask_sandbox", "quote_name"]
