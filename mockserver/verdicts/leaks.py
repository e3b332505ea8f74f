"""Secrets of one provider or sandbox that were sent to another."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from mockserver.api.provider import Provider
from mockserver.sandbox.beginning import DEFAULT
from mockserver.sandbox.records import Record, cut_text, read_record
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.world import Sandbox
from mockserver.text.secrets import SHORTEST, mask_secret
from mockserver.verdicts.cuts import is_cut

WORD = re.compile(rf"[\w.-]{{{SHORTEST},}}", re.ASCII)
REMEMBERED = 1_024  # headers that nothing was found in
LONGEST_PLACE = 48  # characters, of a header's name


class Secret(NamedTuple):
    """A credential that is not public, and whose it is."""

    value: str
    provider: str
    label: str
    sandbox: str


class Leak(NamedTuple):
    """Calls that carried a secret to a ``provider`` in a ``sandbox`` that it is not for."""

    secret: Secret
    provider: str
    sandbox: str
    place: str
    requests: list[str]

    def describe(self) -> str:
        secret, times = self.secret, len(self.requests)
        owner = f"{secret.provider}, account {secret.label}"
        whose = owner if secret.sandbox == self.sandbox else f"{owner} of sandbox {secret.sandbox}"
        to = f"{self.provider} in sandbox {self.sandbox}"
        often = "" if times == 1 else f", {times} times"
        return f"{mask_secret(secret.value)} of {whose} was sent to {to} in the {self.place}{often}"


class LeakFinder:
    """Looks for secrets that are not where they belong, in what fell into one sandbox, and for that
    sandbox's own in what fell into others. No lock of another sandbox is taken.
    """

    def __init__(
        self, providers: Mapping[str, Provider], sandboxes: Sandboxes, sandbox: Sandbox
    ) -> None:
        self._providers = providers
        self._sandboxes = sandboxes
        self._sandbox = sandbox
        self._own = {each.value: each for each in _find_secrets(providers, sandbox)}
        self._odd = [each for each in self._own if not WORD.fullmatch(each)]
        public = {value for _, value in sandbox.accounts.credentials() if value not in self._own}
        self._known = sandboxes.credentials() - public
        self._harmless: set[tuple[str, ...]] = set()
        self._leaks: dict[tuple[str, str, str, str], Leak] = {}
        self.cut: list[str] = []
        """Calls of which not all could be looked at."""

    def look(self, record: Record) -> None:
        """Look at a call to the sandbox itself."""
        head = record.head
        provider = head.get("provider")
        if provider is None:
            return  # sent to nobody
        request, body = head["request"], record.bodies[0].kept
        if is_cut(record):
            self.cut.append(head["id"])
        # Most calls have the headers of others: those are looked at once, which halves the time.
        headers = (provider, head.get("account") or "", *request["headers"].values())
        if headers not in self._harmless and not self._look_at_headers(record, self._sandbox.id):
            _remember(self._harmless, headers)
        text = f"{request['path']} {body.decode('latin-1')}" if body else request["path"]
        if self._is_suspicious(text):
            self._look_at_rest(record, self._sandbox.id)

    def find_all(self) -> list[Leak]:
        """What was found, there and in the calls to all others."""
        self._look_elsewhere()
        return list(self._leaks.values())

    def _look_elsewhere(self) -> None:
        code = self._sandbox.code
        values = [each for each in self._own if code is None or code not in each]
        needles = [each.encode() for each in ([code] if code else []) + values]
        for other in self._sandboxes.all():
            if other is self._sandbox:
                continue
            for _, text in other.journal.calls():
                for needle in needles:
                    if needle in text:
                        record = read_record(text)
                        self._look_at_headers(record, other.id)
                        self._look_at_rest(record, other.id)
                        break

    def _look_at_headers(self, record: Record, sandbox: str) -> bool:
        """Whether a secret stands in them that is not for whom the call was sent to."""
        found, head = False, record.head
        to = sandbox, head.get("provider") or "", head.get("account") or ""
        for name, value in head["request"]["headers"].items():
            if (*to, value) in self._harmless:
                continue
            if self._is_suspicious(value) and self._judge(record, value, f"header {name}", sandbox):
                found = True
            else:
                _remember(self._harmless, (*to, value))
        return found

    def _tell_place(self, place: str) -> str:
        """Without secrets, which a client can make the name of a header."""
        [told] = self._sandbox.disclosure.masking().mask_headers({place: ""})
        return cut_text(told, LONGEST_PLACE)

    def _look_at_rest(self, record: Record, sandbox: str) -> None:
        self._judge(record, record.head["request"]["path"], "path", sandbox)
        self._judge(record, record.bodies[0].kept.decode("latin-1"), "body", sandbox)

    def _is_suspicious(self, text: str) -> bool:
        """Whether any secret stands there."""
        if "%" in text:
            text = unquote(text)
        if not self._known.isdisjoint(WORD.findall(text)):
            return True
        return any(map(text.__contains__, self._odd))

    def _judge(self, record: Record, text: str, place: str, sandbox: str) -> bool:
        """Whether a secret stands there that is not for whom the call was sent to."""
        head, found = record.head, False
        provider = head.get("provider")
        if provider is None:
            return False  # sent to nobody
        nobodys = sandbox == DEFAULT and head.get("account") is None
        for secret in self._find(unquote(text)):
            if sandbox != self._sandbox.id and secret.sandbox != self._sandbox.id:
                continue  # is told to those whose it is
            if secret.provider != provider or (secret.sandbox != sandbox and not nobodys):
                where = self._tell_place(place)
                self._add(Leak(secret, provider, sandbox, where, [head["id"]]))
                found = True
        return found

    def _add(self, leak: Leak) -> None:
        name = (leak.secret.value, leak.provider, leak.sandbox, leak.place)
        known = self._leaks.setdefault(name, leak)
        if known is not leak and known.requests[-1] != leak.requests[0]:
            known.requests.extend(leak.requests)

    def _find(self, text: str) -> Iterator[Secret]:
        """Every secret that stands in a text."""
        yield from (self._own[each] for each in self._odd if each in text)
        for word in self._known.intersection(WORD.findall(text)):
            if word in self._own:
                yield self._own[word]
            else:
                yield from self._find_foreign(word)

    def _find_foreign(self, word: str) -> Iterator[Secret]:
        for provider in self._providers:
            owner = self._sandboxes.find_by_credential(provider, word)
            if owner is not None:
                secrets = _find_secrets(self._providers, owner)
                yield from (each for each in secrets if each[:2] == (word, provider))


def _find_secrets(providers: Mapping[str, Provider], sandbox: Sandbox) -> Iterator[Secret]:
    """Those that are long enough to be nothing else."""
    for provider in providers.values():
        for account in sandbox.accounts.of(provider.id):
            for name, value in account.credentials.items():
                if value and name not in provider.account.public and len(value) >= SHORTEST:
                    yield Secret(value, provider.id, account.label, sandbox.id)


def _remember(known: set[tuple[str, ...]], headers: tuple[str, ...]) -> None:
    if len(known) >= REMEMBERED:
        known.clear()
    known.add(headers)
