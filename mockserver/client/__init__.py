"""Steering a running server from Python: typed, over HTTP, and without loading the server."""

from mockserver.client.account import Account, Number, Provider
from mockserver.client.clock import Clock
from mockserver.client.connection import Answer, Connection, quote_name
from mockserver.client.events import Event, Events
from mockserver.client.explanation import Explanation, Verdict
from mockserver.client.failures import MockError, Refusal, Unreachable, find_reason
from mockserver.client.journal import Entry, Message
from mockserver.client.mock import Mock
from mockserver.client.sandbox import Sandbox, write_rule

__all__ = [
    "Account",
    "Answer",
    "Clock",
    "Connection",
    "Entry",
    "Event",
    "Events",
    "Explanation",
    "Message",
    "Mock",
    "MockError",
    "Number",
    "Provider",
    "Refusal",
    "Sandbox",
    "Unreachable",
    "Verdict",
    "find_reason",
    "quote_name",
    "write_rule",
]
