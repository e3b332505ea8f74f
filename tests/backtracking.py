"""The regular expressions in the package, and a matcher that counts its steps as ``re`` takes them.

``re`` tells nobody how much it works. This one matches in the same order, by backtracking, from
the same parsed expression, and counts every look at a character.
"""

import ast
import functools
import importlib
import itertools
import re
from collections.abc import Callable, Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from mockserver.registry import find_providers
from tests.test_architecture import MODULES, module_name, tree_of

METHODS = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")
ANCHORED = {"match", "fullmatch", "Regexp", "regex"}
MANY = 64  # repetitions: whatever may be repeated so often counts as without end
SPOILERS = ("\0", "?", "~", "")
Next = Callable[[int], bool]


class Pattern(NamedTuple):
    """Where it stands, what it is, and whether it is tried at every place of a text."""

    place: str
    text: str
    flags: int
    anywhere: bool


class TooMuchWork(Exception):
    pass


def find_patterns() -> Iterator[Pattern]:
    """Every regular expression that is written down in the package, or by a provider."""
    for provider in find_providers().providers.values():
        for place, form in enumerate(provider.account.secret_forms):
            yield Pattern(f"{provider.id}:form {place}", form, 0, True)
    for path in MODULES:
        name, tree = module_name(path), tree_of(path)
        names = {
            id(each.value): target.id
            for each in ast.walk(tree)
            if isinstance(each, ast.Assign)
            for target in each.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                method = _method_of(node)
                if method is not None and not _is_put_together(node.args[0]):
                    used = _uses_of(names.get(id(node), "")) if method == "compile" else {method}
                    yield _read(name, node.lineno, node.args[0], node, used)
            elif isinstance(node, ast.Assign) and names.get(id(node.value)) == "regex":
                yield _read(name, node.lineno, node.value, None, {"regex"})  # of a converter


def _is_put_together(text: ast.expr) -> bool:
    """Whether an expression is made of others, which are found where those are written."""
    return isinstance(text, ast.Call)


def _method_of(node: ast.Call) -> str | None:
    if not isinstance(node.func, ast.Attribute) or not isinstance(node.func.value, ast.Name):
        return None
    owner, method = node.func.value.id, node.func.attr
    if owner == "re" and method in (*METHODS, "compile"):
        return method
    return method if (owner, method) == ("validate", "Regexp") else None


def _uses_of(name: str) -> set[str]:
    """The methods that are called of a compiled one, anywhere in the package."""
    return {
        node.attr
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        and node.attr in METHODS
    }


def _read(module: str, line: int, text: ast.expr, call: ast.Call | None, used: set[str]) -> Pattern:
    known = vars(importlib.import_module(module))

    def evaluate(node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), module, "eval"), dict(known))

    flags = 0
    if call is not None:
        given = [each.value for each in call.keywords if each.arg == "flags"]
        given += call.args[1:2] if _method_of(call) == "compile" else []
        flags = sum(int(evaluate(each)) for each in given)
    anywhere = not used or not used <= ANCHORED
    written = evaluate(text)
    written = written.decode("latin-1") if isinstance(written, bytes) else written
    return Pattern(f"{module}:{line}", written, flags, anywhere)


# Counting


def count_steps(pattern: Pattern, text: str, limit: int) -> int:
    """How many looks at a character it takes to try the pattern. Raises TooMuchWork."""
    matcher = Matcher(text, limit, pattern.flags)
    parsed = _parse(pattern.text, pattern.flags)
    start = 0
    while start <= len(text):
        end = matcher.match(parsed, start)
        if not pattern.anywhere:
            break
        start = max(start + 1, end)
    return matcher.steps


@functools.cache
def _parse(text: str, flags: int) -> Any:
    return list(parser.parse(text, flags))


class Matcher:
    """Tries a parsed expression at a place of a text."""

    def __init__(self, text: str, limit: int, flags: int = 0) -> None:
        self.text = text.lower() if flags & re.IGNORECASE else text
        self.steps = 0
        self._any_at_all = bool(flags & re.DOTALL)
        self._limit = limit

    def match(self, parsed: Any, start: int) -> int:
        """Where the match ends, -1 where there is none."""
        ends: list[int] = []

        def keep(place: int) -> bool:
            ends.append(place)
            return True

        return ends[0] if self._sequence(parsed, 0, start, keep) else -1

    def _sequence(self, nodes: Any, first: int, at: int, then: Next) -> bool:
        if first == len(nodes):
            return then(at)
        kind, value = nodes[first]

        def go_on(place: int) -> bool:
            return self._sequence(nodes, first + 1, place, then)

        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            low, high, body = value
            return self._repeat(kind, low, high, list(body), at, go_on)
        if kind is sre.SUBPATTERN:
            return self._sequence(list(value[3]), 0, at, go_on)
        if kind is sre.BRANCH:
            return any(self._sequence(list(each), 0, at, go_on) for each in value[1])
        if kind in (sre.ASSERT, sre.ASSERT_NOT):
            begin = at - (value[1].getwidth()[0] if value[0] < 0 else 0)
            found = begin >= 0 and self._sequence(list(value[1]), 0, begin, lambda place: True)
            return found == (kind is sre.ASSERT) and go_on(at)
        if kind is sre.AT:
            return self._holds(value, at) and go_on(at)
        return self._takes(kind, value, at) and go_on(at + 1)

    def _repeat(self, kind: Any, low: int, high: int, nodes: Any, at: int, then: Next) -> bool:
        (first, value), *others = nodes
        if not others and first in (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY):
            count = 0
            while count < high and self._takes(first, value, at + count):
                count += 1
            if kind is sre.POSSESSIVE_REPEAT:
                return count >= low and then(at + count)
            counts = range(count, low - 1, -1) if kind is sre.MAX_REPEAT else range(low, count + 1)
            return any(self._step() and then(at + each) for each in counts)

        def again(done: int, place: int) -> bool:
            self._step()

            def once_more(end: int) -> bool:
                return (end > place or done < low) and again(done + 1, end)

            more = done < high and self._sequence(nodes, 0, place, once_more)
            return more or (done >= low and then(place))

        return again(0, at)

    def _takes(self, kind: Any, value: Any, at: int) -> bool:
        self._step()
        known = kind is not sre.ANY or not self._any_at_all
        return at < len(self.text) and (takes(kind, value, self.text[at]) if known else True)

    def _holds(self, where: Any, at: int) -> bool:
        self._step()
        if where in (sre.AT_END_STRING, sre.AT_END):
            return at == len(self.text)
        if where in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
            return at == 0
        assert where in (sre.AT_BOUNDARY, sre.AT_NON_BOUNDARY), f"teach the matcher what {where} is"
        around = [each.isalnum() or each == "_" for each in self.text[max(0, at - 1) : at + 1]]
        edge = any(around) if at in (0, len(self.text)) else len(set(around)) == 2
        return edge == (where is sre.AT_BOUNDARY)

    def _step(self) -> bool:
        self.steps += 1
        if self.steps > self._limit:
            raise TooMuchWork
        return True


def takes(kind: Any, value: Any, letter: str) -> bool:
    """Whether a part of an expression that is about one character takes this one."""
    if kind is sre.ANY:
        return letter != "\n"
    if kind is sre.LITERAL:
        return letter == chr(value)
    if kind is sre.NOT_LITERAL:
        return letter != chr(value)
    assert kind is sre.IN, f"teach the matcher what {kind} is"
    wanted, negated = list(value), False
    if wanted[0][0] is sre.NEGATE:
        wanted, negated = wanted[1:], True
    return any(_is_of(letter, *each) for each in wanted) != negated


def _is_of(letter: str, kind: Any, value: Any) -> bool:
    if kind is sre.RANGE:
        return bool(value[0] <= ord(letter) <= value[1])
    if kind is sre.CATEGORY:
        return re.match(CATEGORIES[value], letter) is not None
    return bool(letter == chr(value))


CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


# Hostile texts


class Recipe(NamedTuple):
    """Of a text that keeps a bad expression busy: what it repeats, or what leads there, again and
    again, one after the other, and then what it does not take.
    """

    prefix: str
    units: tuple[str, ...]
    spoiler: str

    def write(self, length: int) -> str:
        """A text of about that length."""
        share = length // len(self.units)
        parts = [unit * (share // len(unit)) for unit in self.units]
        return "".join((self.prefix, *parts, self.spoiler))


def find_recipes(pattern: Pattern) -> list[Recipe]:
    """Recipes of hostile texts, always in the same order."""
    prefixes, units = {""}, {"\0"}
    _explore(_parse(pattern.text, pattern.flags), "", prefixes, units)
    units |= prefixes - {""}
    pairs = list(itertools.product(sorted(units), repeat=2))
    turns = [*pairs, *((one + other,) for one, other in pairs if one != other)]
    return [
        Recipe(prefix, each, spoiler)
        for prefix, spoiler in itertools.product(sorted(prefixes), SPOILERS)
        for each in turns
    ]


def _explore(
    nodes: Any, before: str, prefixes: set[str], units: set[str], repeated: bool = False
) -> str:
    """Collect what leads to each repetition, and a character of each kind in it. The shortest
    match."""
    shortest = before
    for kind, value in nodes:
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            low, high, body = value
            if high >= MANY:
                prefixes.add(shortest)
            inside = repeated or high >= MANY
            once = _explore(list(body), shortest, prefixes, units, inside)
            shortest += (once[len(shortest) :]) * low
        elif kind is sre.SUBPATTERN:
            shortest = _explore(list(value[3]), shortest, prefixes, units, repeated)
        elif kind is sre.BRANCH:
            ways = [_explore(list(each), shortest, prefixes, units, repeated) for each in value[1]]
            shortest = min(ways, key=len)
        elif kind in (sre.ASSERT, sre.ASSERT_NOT):
            _explore(list(value[1]), shortest, prefixes, units, repeated)
        elif kind is not sre.AT:
            own = [chr(value)] if kind is sre.LITERAL else []
            letter = next(each for each in (*own, *SAMPLES) if takes(kind, value, each))
            if repeated or kind is not sre.LITERAL:
                units.add(letter)
            shortest += letter
    return shortest


SAMPLES = [*map(chr, range(0x21, 0x7F)), " ", "\t", "\n", "\0"]
