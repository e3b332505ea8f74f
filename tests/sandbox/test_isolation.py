"""Several sandboxes at once behave as each would alone: nothing crosses."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.conftest import NOW, StillClock, new_client
from tests.sandbox.worlds import ALL, CREDENTIALS, PROVIDERS, Document, account_of, receipt, show

NAMES = ("default", "a", "b", "c")
RULES: tuple[dict[str, Any], ...] = (
    {"fault": {"type": "status", "status": 418}, "schedule": {"probability": 0.5}},
    {"fault": {"type": "latency", "ms": 5, "jitter_ms": 5}, "match": {"account": "main"}},
    {"fault": {"type": "rate_limit", "limit": 2, "per": 60}, "match": {"provider": "kirim"}},
    {
        "fault": {"type": "error", "error": "RATE_LIMIT_EXCEEDED"},
        "schedule": {"skip": 1, "times": 2},
        "when": "after",
    },
    {"fault": {"type": "malformed_json"}, "match": {"provider": "d7"}, "schedule": {"every": 2}},
    {"fault": {"type": "status", "status": 503}, "schedule": {"from": "PT20S", "until": "PT40S"}},
)
MOVES: tuple[Document, ...] = (
    {"advance": "PT30S"},
    {"advance": "P8D"},
    {"now": "2026-11-21T06:00:25Z"},
    {"rate": 0.5},
    {"run": True},
    {"reset": True},
    {"skew": "-PT61S"},
)
WISHES: tuple[dict[str, Any], ...] = (
    {"fixtures": "accounts"},
    {"fixtures": "default"},
    {"credentials": "any", "faults": [RULES[0], RULES[2]]},
    {"fixtures": "default", "switches": {"kirim": {"enforce_rate_limits": True}}},
)
CONDITIONS = {
    "d7": ("good", "expired"),
    "kaleyra": ("good", "low_balance"),
    "nxcloud": ("good", "no_permission"),
    "kirim": ("good", "rate_limited"),
}
LOOKS = ("/messages", "/requests", "/faults", "/snapshot", "", "/clock")
DIGEST = re.compile(r"\b(?:[0-9a-f]{32}|[0-9a-f]{4}\*{4}[0-9a-f]{2})\b")  # masked or not


SPOILT = "~~"  # which stands in no credential


def spoil(credential: str) -> str:
    """Wrong, but for the code in it."""
    return credential[: -len(SPOILT)] + SPOILT


class World:
    """One sandbox in one application, and what in its answers is its own by nature."""

    def __init__(self, client: Any, document: Document) -> None:
        self.client = client
        self.document = document
        self.own = dict(self._find_own())
        named = sorted(self.own, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(self._write_pattern, named)))

    def _write_pattern(self, text: str) -> str:
        """The code counts where it stands alone: chance puts it into a long number now and then."""
        alone = text == self.document["code"]
        return rf'(?<=[~"]){text}(?=[/"])' if alone else re.escape(text)

    def _find_own(self) -> Any:
        """What is derived from the code, and a name for it that is the same everywhere."""
        code = self.document["code"]
        if code is None:
            return
        yield code, "CODE"
        for provider, each in self.document["providers"].items():
            for account in each["accounts"]:
                path = f"{provider}/{account['label']}"
                for name in CREDENTIALS[provider]:
                    value = account[name]
                    yield value, f"{path}/{name}"
                    yield spoil(value), f"{path}/{name} spoilt"
                    for ending in (value[-2:], SPOILT):
                        yield f"{value[:4]}****{ending}", f"{provider}/{name} masked"
                    yield f"'{value[:4]}'", f"{provider}/{name} begun"
                for place, number in enumerate(account["numbers"]):
                    yield number["number"].removeprefix("+"), f"{path}/{place}"
                    if "phone_number_id" in number:
                        yield number["phone_number_id"], f"{path}/{place}/id"

    def name_own(self, text: str) -> str:
        """The text with names in place of what is the sandbox's own; signatures follow from it."""
        if self.own:
            text = self.pattern.sub(lambda match: self.own[match[0]], text)
        return DIGEST.sub("DIGEST", text)

    def ask(self, method: str, path: str, **how: Any) -> tuple[Any, ...]:
        return self.tell(self.client.open(path, method=method, **how))

    def administrate(self, method: str, path: str, body: Any = None) -> tuple[Any, ...]:
        """Ids of answers to the administration are its own."""
        return self.ask(method, f"{ALL}/{self.document['id']}{path}", json=body)[:2]

    def tell(self, answer: Any) -> tuple[Any, ...]:
        return answer.status_code, self.name_own(answer.text), dict(answer.headers)

    def look(self) -> list[Any]:
        """All that can be seen of it."""
        seen = [json.loads(self._look(what)) for what in LOOKS]
        for entry in seen[1]["requests"]:
            del entry["duration_ms"]
        for _, note in seen[3]["tables"].get("notes", []):
            note.pop("value", None)  # of a whole answer, seen when it is given again
        del seen[3]["seal"]
        return [*seen, self._look("/faults/transcript")]

    def _look(self, what: str) -> str:
        return self.name_own(self.client.get(f"{ALL}/{self.document['id']}{what}").text)


def create(client: Any, name: str, wish: Document) -> World:
    answer = client.post(ALL, json={"id": name, "seed": 7, **wish})
    assert answer.status_code == 201, answer.text
    return World(client, answer.json)


class Interleaved(RuleBasedStateMachine):
    """Steps in several sandboxes of one server, each also alone in a server of its own."""

    lonely: dict[str, Any] = {}
    """Applications that are used again: each has had one made sandbox at a time."""
    clock = StillClock()

    @initialize()
    def begin(self) -> None:
        self.clock.advance(NOW - self.clock.now())
        self.shared = new_client(self.clock)
        clients = self.shared, new_client(self.clock)
        self.pairs = {"default": [World(each, show(each, "default")) for each in clients]}
        self.known = {"default": {provider: ["nobodys"] for provider in PROVIDERS}}

    def compare(self, name: str, answers: list[Any]) -> Any:
        together, alone = answers
        assert together == alone, name
        return together

    def administrate(self, name: str, method: str, path: str, body: Any = None) -> Any:
        if name not in self.pairs:
            return None
        pair = self.pairs[name]
        return self.compare(name, [each.administrate(method, path, body) for each in pair])

    def look_at(self, name: str) -> None:
        self.compare(name, [each.look() for each in self.pairs[name]])

    @rule(name=st.sampled_from(NAMES[1:]), wish=st.sampled_from(WISHES))
    def make(self, name: str, wish: Document) -> None:
        if name in self.pairs:
            return
        alone = self.lonely.setdefault(name, new_client(self.clock))
        alone.delete(f"{ALL}/{name}")  # which the last example may have left
        self.pairs[name] = [create(each, name, wish) for each in (self.shared, alone)]
        self.known[name] = {provider: ["nobodys"] for provider in PROVIDERS}
        self.look_at(name)

    @rule(name=st.sampled_from(NAMES), provider=st.sampled_from(PROVIDERS))
    def write(self, name: str, provider: str) -> None:
        answer = self.administrate(
            name, "POST", "/messages", {"provider": provider, "from": "+628999000111"}
        )
        if answer is not None:
            self.known[name][provider].append(json.loads(answer[1])["id"])

    @rule(
        name=st.sampled_from(NAMES),
        provider=st.sampled_from(PROVIDERS),
        which=st.integers(0, 7),
        way=st.sampled_from(["credential", "credential", "path", "path alone", "spoilt", "header"]),
        key=st.sampled_from([None, "k1", "k2"]),
    )
    def call(self, name: str, provider: str, which: int, way: str, key: str | None) -> None:
        if name not in self.pairs:
            return
        messages = self.known[name][provider]
        answers = []
        for world in self.pairs[name]:
            account = account_of(world.document, provider)
            if way == "spoilt":
                first = CREDENTIALS[provider][0]
                account = {**account, first: spoil(account[first])}
            message_id = messages[which % len(messages)]
            sent = receipt(provider, account, message_id, now=self.clock.now())
            if world.document["code"] is not None and way.startswith("path"):
                sent = sent.below(f"/~{world.document['code']}/{provider}")
            if way == "path alone":
                sent = sent.without("Authorization", "api-key", "accessKey")
            if way == "header":
                sent = sent.with_headers(X_Mock_Fault="status=503;when=after")
            if key is not None:
                sent = sent.with_headers(Idempotency_Key=key)
            answers.append(world.tell(sent.by(world.client)))
        self.compare(name, answers)

    @rule(name=st.sampled_from(NAMES), fault=st.sampled_from(RULES))
    def add_rule(self, name: str, fault: Document) -> None:
        self.administrate(name, "POST", "/faults", fault)

    @rule(name=st.sampled_from(NAMES))
    def clear_rules(self, name: str) -> None:
        self.administrate(name, "DELETE", "/faults")

    @rule(name=st.sampled_from(NAMES), provider=st.sampled_from(PROVIDERS), n=st.integers(0, 1))
    def patch(self, name: str, provider: str, n: int) -> None:
        body = {"condition": CONDITIONS[provider][n]}
        self.administrate(name, "PATCH", f"/accounts/{provider}/main", body)

    @rule(name=st.sampled_from(NAMES), way=st.sampled_from(["snapshot", "restore", "reset"]))
    def take_back(self, name: str, way: str) -> None:
        self.administrate(name, "POST", f"/{way}")

    @rule(name=st.sampled_from(NAMES), how=st.sampled_from(MOVES))
    def move_clock(self, name: str, how: Document) -> None:
        self.administrate(name, "PUT", "/clock", how)

    @rule(name=st.sampled_from(NAMES))
    def look(self, name: str) -> None:
        if name in self.pairs:
            self.look_at(name)

    @rule(name=st.sampled_from(NAMES))
    def delete(self, name: str) -> None:
        if name in self.pairs:
            self.look_at(name)
            self.administrate(name, "DELETE", "")
            if name != "default":
                del self.pairs[name]

    @rule(seconds=st.sampled_from([1, 30, 90_000]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds * 1_000)

    def teardown(self) -> None:
        for name in self.pairs:
            self.look_at(name)


FEW = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=25,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.generate,),  # to make a failure smaller takes minutes
)


@pytest.mark.slow
def test_interleaved_sandboxes_are_entry_for_entry_as_each_alone() -> None:
    run_state_machine_as_test(Interleaved, settings=FEW)


@pytest.mark.slow
def test_many_more_interleaved_steps_are_so_too() -> None:
    many = settings(FEW, max_examples=40, stateful_step_count=50)
    run_state_machine_as_test(Interleaved, settings=many)
