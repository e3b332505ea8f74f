"""The calls of a journal: which are equal, and which are tries of one."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from mockserver.sandbox.records import Record, read_record
from mockserver.sandbox.transfers import Told
from mockserver.verdicts.leaks import LeakFinder
from mockserver.verdicts.tried import Equality, Reader, Tried


class Chain(NamedTuple):
    """Tries of one call, oldest first; not ``sure`` where they may be more than one."""

    calls: list[Tried]
    sure: bool


class Gathering:
    """Gathers the calls that are to be compared with others, oldest first: those that are equal to
    another one, and those with an Idempotency-Key. Most calls are neither, and are not read.
    ``tell`` tells by its place what became of the answer to a call.
    """

    def __init__(self, reader: Reader, tell: Callable[[int], Told]) -> None:
        self.keyed: list[Tried] = []
        self._reader = reader
        self._tell = tell
        self._first: dict[Equality, tuple[int, bytes]] = {}
        self._groups: dict[Equality, list[Tried]] = {}

    @property
    def equal(self) -> list[list[Tried]]:
        """Calls that are equal, or may be where they are cut: of each kind at least two."""
        return [group for group in self._groups.values() if len(group) > 1]

    def add(self, record: Record, place: int, text: bytes) -> None:
        """A call that came after those before: as it was read, where, and as it is kept."""
        name = self._reader.name_equality(record)
        first, first_text = self._first.setdefault(name, (place, text))
        if first == place and not self._reader.has_key(record):
            return
        call = self._reader.read(record, name, self._tell(place))
        if call.key is not None:
            self.keyed.append(call)
        group = self._groups.get(name)
        if group is not None:
            group.append(call)
        elif first == place:
            self._groups[name] = [call]
        else:
            before = self._reader.read(read_record(first_text), name, self._tell(first))
            self._groups[name] = [before, call]


class History:
    """What verdicts are given on. ``equal`` are lists of equal calls, ``keyed`` all that have an
    Idempotency-Key. An equal call is another try within ``window_ms`` of one whose success the
    client does not know of. ``secrets`` looked at all calls for secrets that are not for whom they
    were sent to.
    """

    def __init__(self, gathering: Gathering, window_ms: int, secrets: LeakFinder) -> None:
        self.equal = gathering.equal
        self.keyed = gathering.keyed
        self.window_ms = window_ms
        self.secrets = secrets

    @cached_property
    def chains(self) -> list[Chain]:
        """Of at least two tries."""
        return [chain for group in self.equal for chain in _split(group, self.window_ms)]

    def pairs(self) -> Iterator[Iterable[tuple[Tried, Tried]]]:
        """Of each kind of equal calls, each and the next where that came within the window."""
        for group in self.equal:
            yield [each for each in pairwise(group) if each[1].at - each[0].at <= self.window_ms]


def _split(group: list[Tried], window_ms: int) -> Iterator[Chain]:
    chain, sure = [group[0]], not group[0].cut
    for call in group[1:]:
        last = chain[-1]
        knew = last.succeeded and last.had_answer(call)
        if knew is True or call.at - last.at > window_ms:
            if len(chain) > 1:
                yield Chain(chain, sure)
            chain, sure = [call], not call.cut
        else:
            chain.append(call)
            sure = sure and knew is not None
    if len(chain) > 1:
        yield Chain(chain, sure)
