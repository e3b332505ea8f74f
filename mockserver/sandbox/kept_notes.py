"""Whether notes are what their providers say that they note."""

from collections.abc import Mapping

from mockserver.api.provider import Provider
from mockserver.sandbox.storage.memory import Rows
from mockserver.text.shown import shown


def find_wrong_note(
    notes: Rows, accounts: Rows, providers: Mapping[str, Provider]
) -> tuple[str, str, str] | None:
    """The key of a note that its provider could not read, the path in it, and what is wrong.

    Left alone are those of no account that is there, of a kind that the provider does not describe,
    and those of rules, which are under no provider's id.
    """
    for key, note in notes.items():
        provider = providers.get(key.partition("/")[0])
        if provider is None:
            continue
        kind = _read_kind(key, accounts)
        if kind in provider.notes and not provider.notes[kind](note["value"]):
            reason = f"expected what is noted as {kind}, came {shown(note['value'])}"
            return key, "value", reason
    return None


def _read_kind(key: str, accounts: Rows) -> str:
    """The kind in ``provider/label/kind/key``, empty where no account is labelled so."""
    name = key
    while "/" in name:  # in a label, and in the key, there may be any
        name = name.rpartition("/")[0]
        if name in accounts:
            return key[len(name) + 1 :].partition("/")[0]
    return ""
