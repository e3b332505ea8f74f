"""Messages, rules and requests that the administration refuses."""

import json

import pytest
import requests

from tests.calls import D7_MESSAGE
from tests.conftest import Server
from tests.wire.bad_input.checks import assert_refused, messages, nested

DEEP = nested("[", "]", 1_000)
A_MESSAGE = '{{"provider": "d7", "from": "+971501112233", {}}}'
A_RULE = '{{"fault": {{"type": "latency", "ms": 1}}, {}}}'
BAD_MESSAGES = {
    "no JSON": "{",
    "empty": "",
    "an array": "[]",
    "null": "null",
    "no key": "{}",
    "an unknown key": A_MESSAGE.format('"extra": 1'),
    "an unknown provider": '{"provider": "nobody", "from": "+971501112233"}',
    "a provider of wrong type": '{"provider": ["d7"], "from": "+971501112233"}',
    "an unknown account": A_MESSAGE.format('"account": "nobody"'),
    "an account of wrong type": A_MESSAGE.format('"account": {}'),
    "no sender": '{"provider": "d7"}',
    "a sender of letters": '{"provider": "d7", "from": "me"}',
    "a sender of wrong type": '{"provider": "d7", "from": 971501112233}',
    "a sender with a line feed": r'{"provider": "d7", "from": "+971501112233\n"}',
    "an unknown number": A_MESSAGE.format('"to": "+1"'),
    "a number without digits": A_MESSAGE.format('"to": ""'),
    "a known id": A_MESSAGE.format(f'"id": "{D7_MESSAGE}"'),
    "an empty id": A_MESSAGE.format('"id": ""'),
    "an id of wrong type": A_MESSAGE.format('"id": 5'),
    "a surrogate for an id": A_MESSAGE.format(r'"id": "\ud800"'),
    "a surrogate for a text": A_MESSAGE.format(r'"text": "\ud800"'),
    "a number for a text": A_MESSAGE.format('"text": 5'),
    "an empty object for a text": A_MESSAGE.format('"text": {}'),
    "an unknown type": A_MESSAGE.format('"type": "hologram"'),
    "a type of wrong type": A_MESSAGE.format('"type": []'),
    "no content of the type": A_MESSAGE.format('"type": "image"'),
    "content of wrong type": A_MESSAGE.format('"type": "image", "image": []'),
    "content of another type": A_MESSAGE.format('"type": "image", "image": {}, "audio": {}'),
    "a wrong age": A_MESSAGE.format('"age": "yesterday"'),
    "a negative age": A_MESSAGE.format('"age": "-P1D"'),
    "an age in months": A_MESSAGE.format('"age": "P1M"'),
    "an age without end": A_MESSAGE.format(f'"age": "P{"9" * 5_000}D"'),
    "an age of 2,000 years": A_MESSAGE.format('"age": "P730000D"'),
    "a number for an age": A_MESSAGE.format('"age": 5'),
    "nested arrays for an age": A_MESSAGE.format(f'"age": {DEEP}'),
    "nested arrays for a provider": f'{{"provider": {DEEP}, "from": "+971501112233"}}',
    "NaN": A_MESSAGE.format('"age": NaN'),
}
BAD_RULES = {
    "no JSON": "{",
    "an array": "[]",
    "no fault": "{}",
    "a fault of wrong type": '{"fault": "latency"}',
    "no type": '{"fault": {}}',
    "an unknown type": '{"fault": {"type": "meteor"}}',
    "a type of wrong type": '{"fault": {"type": {}}}',
    "nested arrays for a type": f'{{"fault": {{"type": {DEEP}}}}}',
    "a surrogate for a type": r'{"fault": {"type": "\ud800"}}',
    "no milliseconds": '{"fault": {"type": "latency"}}',
    "negative milliseconds": '{"fault": {"type": "latency", "ms": -1}}',
    "endless milliseconds": '{"fault": {"type": "latency", "ms": 1e400}}',
    "milliseconds of 5,000 digits": f'{{"fault": {{"type": "latency", "ms": {"9" * 5_000}}}}}',
    "true for milliseconds": '{"fault": {"type": "latency", "ms": true}}',
    "a word for milliseconds": '{"fault": {"type": "latency", "ms": "nan"}}',
    "an unknown setting": '{"fault": {"type": "latency", "ms": 1, "extra": 1}}',
    "no error": '{"fault": {"type": "error"}}',
    "an unknown error": '{"fault": {"type": "error", "error": "NOTHING"}}',
    "another provider's error": '{"match": {"provider": "d7"}, '
    '"fault": {"type": "error", "error": "LOW_BALANCE"}}',
    "an error of wrong type": '{"fault": {"type": "error", "error": ["LOW_BALANCE"]}}',
    "an unknown key": A_RULE.format('"extra": 1'),
    "a match of wrong type": A_RULE.format('"match": []'),
    "an unknown key in match": A_RULE.format('"match": {"colour": "red"}'),
    "an unknown provider": A_RULE.format('"match": {"provider": "nobody"}'),
    "a provider of wrong type": A_RULE.format('"match": {"provider": ["d7"]}'),
    "an unknown operation": A_RULE.format('"match": {"operation": "send"}'),
    "another provider's operation": A_RULE.format(
        '"match": {"provider": "kirim", "operation": "get_status"}'
    ),
    "an unknown account": A_RULE.format('"match": {"account": "nobody"}'),
    "a schedule of wrong type": A_RULE.format('"schedule": 3'),
    "an unknown key in schedule": A_RULE.format('"schedule": {"evry": 2}'),
    "a negative skip": A_RULE.format('"schedule": {"skip": -1}'),
    "half a skip": A_RULE.format('"schedule": {"skip": 0.5}'),
    "a skip of 5,000 digits": A_RULE.format(f'"schedule": {{"skip": {"9" * 5_000}}}'),
    "no times": A_RULE.format('"schedule": {"times": 0}'),
    "a probability above 1": A_RULE.format('"schedule": {"probability": 1.5}'),
    "a negative probability": A_RULE.format('"schedule": {"probability": -0.1}'),
    "a word for a probability": A_RULE.format('"schedule": {"probability": "often"}'),
    "a word for a seed": A_RULE.format('"seed": "x"'),
    "a seed of 5,000 digits": A_RULE.format(f'"seed": {"9" * 5_000}'),
    "a name of wrong type": A_RULE.format('"name": 5'),
    "nested arrays for a name": A_RULE.format(f'"name": {DEEP}'),
}


@pytest.mark.sample(14)
@pytest.mark.parametrize("body", BAD_MESSAGES.values(), ids=BAD_MESSAGES)
def test_bad_message_is_refused(server: Server, body: str) -> None:
    before = messages(server)
    answer = requests.post(f"{server.state}/messages", data=body, timeout=10)
    assert_refused(answer, 409 if body == BAD_MESSAGES["a known id"] else 400)
    assert messages(server) == before


@pytest.mark.sample(14)
@pytest.mark.parametrize("body", BAD_RULES.values(), ids=BAD_RULES)
def test_bad_rule_is_refused(server: Server, body: str) -> None:
    answer = requests.post(f"{server.state}/faults", data=body, timeout=10)
    assert_refused(answer, 400)
    assert requests.get(f"{server.state}/faults", timeout=10).json() == {"faults": []}


def deep_message(levels: int) -> str:
    content = nested('{"a":', "}", levels)
    return A_MESSAGE.format(f'"type": "image", "image": {content}')


@pytest.mark.parametrize("levels", [1, 31, 32])
def test_content_of_32_levels_is_kept(server: Server, levels: int) -> None:
    answer = requests.post(f"{server.state}/messages", data=deep_message(levels), timeout=10)
    assert answer.status_code == 201
    assert answer.json() in json.loads(messages(server))["messages"]


@pytest.mark.parametrize("levels", [33, 200, 300, 900, 1_000, 10_000])
def test_deeper_content_is_refused(server: Server, levels: int) -> None:
    before = messages(server)
    answer = requests.post(f"{server.state}/messages", data=deep_message(levels), timeout=10)
    assert_refused(answer, 400)
    assert messages(server) == before


BAD_REQUESTS = [
    ("GET", "/_mock", 404),
    ("GET", "/_mock/", 404),
    ("GET", "/_mock/nothing", 404),
    ("GET", "/_mock/sandboxes/nothing", 404),
    ("POST", "/_mock/sandboxes/nothing/reset", 404),
    ("GET", "/_mock/sandboxes/default/messages/nothing", 404),
    ("DELETE", "/_mock/sandboxes/default/faults/nothing", 404),
    ("GET", "/_mock/sandboxes/default/messages?colour=red", 400),
    ("GET", "/_mock/sandboxes/default/messages?provider=nobody", 400),
    ("GET", "/_mock/sandboxes/default/messages?direction=up", 400),
    ("GET", "/_mock/sandboxes/default/messages?unread=maybe", 400),
    ("GET", "/_mock/sandboxes/default/messages?%ff=%ff", 400),
    ("GET", "/_mock/sandboxes/default/messages?%ED%A0%80=1", 400),
    ("GET", "/_mock/sandboxes/default/requests?limit=many", 400),
    ("GET", "/_mock/sandboxes/default/requests?limit=-1", 400),
    ("GET", "/_mock/sandboxes/default/requests?limit=" + "9" * 5_000, 400),
    ("GET", "/_mock/sandboxes/default/requests?status=ok", 400),
    ("GET", "/_mock/sandboxes/default/requests?provider=nobody", 400),
    ("GET", "/_mock/sandboxes/default/requests?colour=red", 400),
    ("DELETE", "/_mock/sandboxes/default/messages", 405),
    ("PATCH", "/_mock/sandboxes/default/faults", 405),
    ("GET", "/_mock/sandboxes/default/reset", 405),
    ("POST", "/_mock/readyz", 405),
    ("PATCH", "/_mock/providers", 405),
]


@pytest.mark.sample(10)
@pytest.mark.parametrize(("method", "path", "status"), BAD_REQUESTS)
def test_bad_administration_request_is_refused(
    server: Server, method: str, path: str, status: int
) -> None:
    before = messages(server)
    answer = requests.request(method, f"{server.url}{path}", timeout=10)
    assert_refused(answer, status)
    assert messages(server) == before
