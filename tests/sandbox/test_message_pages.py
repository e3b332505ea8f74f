"""Messages are listed page by page, and a page costs nothing for those that are not in it."""

from typing import Any

import pytest

from tests.conftest import STATE
from tests.work import count_work

ALL = "/_mock/sandboxes"
SHOP: dict[str, Any] = {"label": "shop", "numbers": [{"number": "+62811"}]}


def make(client: Any, count: int, name: str = "many", **more: Any) -> str:
    """A sandbox of so many messages: read and unread by turns, of two accounts and directions."""
    conversations = [
        {
            "account": label,
            "business_number": number,
            "customer": f"+6281{customer}",
            "messages": [
                {
                    "id": f"wamid.{place}",
                    "direction": ("inbound", "outbound")[place % 3 == 0],
                    "age": f"PT{count - place}S",
                    "read": place % 2 == 0,
                    "text": {"body": "Halo"},
                }
                for place in range(customer, count, 10)
            ],
        }
        for customer in range(10)
        for label, number in [(("shop", "+62811"), ("other", "+62822"))[customer % 2]]
    ]
    others = {"other": "+62822", "nobody": "+62844"}  # the latter without messages
    accounts = [
        SHOP,
        *({"label": label, "numbers": [{"number": each}]} for label, each in others.items()),
    ]
    fixtures = {"kirim": {"accounts": accounts, "conversations": conversations}, **more}
    answer = client.post(ALL, json={"id": name, "fixtures": fixtures})
    assert answer.status_code == 201, answer.text
    return f"{ALL}/{name}/messages"


def ask(client: Any, path: str, **query: Any) -> dict[str, Any]:
    answer = client.get(path, query_string=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def read_all(client: Any, path: str, limit: int, **query: Any) -> list[str]:
    """The ids on all pages, one after the other."""
    ids: list[str] = []
    page = ask(client, path, limit=limit, **query)
    while True:
        ids += [each["id"] for each in page["messages"]]
        if "next" not in page:
            return ids
        assert len(page["messages"]) == limit
        page = ask(client, path, limit=limit, after=page["next"], **query)


FILTERS: list[dict[str, str]] = [
    {},
    {"provider": "kirim"},
    {"provider": "d7"},
    {"account": "shop"},
    {"account": "nobody"},
    {"direction": "inbound"},
    {"direction": "outbound", "account": "other"},
    {"unread": "true"},
    {"unread": "false"},
    {"unread": "true", "account": "shop"},
    {"unread": "true", "direction": "outbound"},
    {"customer": "+6281 4"},
    {"customer": "62815", "unread": "true"},
    {"customer": "62814", "account": "other"},
    {"customer": "62999"},
]


def select(message: dict[str, Any], query: dict[str, str]) -> bool:
    unread = message["direction"] == "inbound" and message["read_at"] is None
    digits = "".join(filter(str.isdigit, query.get("customer", "")))
    return (
        all(query.get(name, message[name]) == message[name] for name in ("provider", "account"))
        and query.get("direction", message["direction"]) == message["direction"]
        and query.get("unread", str(unread).lower()) == str(unread).lower()
        and (not digits or message["customer"] == f"+{digits}")
    )


@pytest.mark.parametrize("limit", [1, 7, 20, 100])
def test_pages_hold_every_message_once_whatever_is_asked_for(client: Any, limit: int) -> None:
    path = make(client, 61)
    whole = ask(client, path)["messages"]
    assert [each["id"] for each in whole] == [f"wamid.{place}" for place in range(61)]
    for query in FILTERS:
        expected = [each["id"] for each in whole if select(each, query)]
        assert read_all(client, path, limit, **query) == expected


def test_page_that_holds_the_rest_has_no_next(client: Any) -> None:
    path = make(client, 20)
    assert "next" not in ask(client, path, limit=20)
    assert ask(client, path, limit=19)["next"] == "wamid.18"
    assert ask(client, path, limit=19, after="wamid.0")["messages"][-1]["id"] == "wamid.19"
    assert ask(client, path, after="wamid.19") == {"messages": []}
    assert ask(client, path, limit=0) == {"messages": [], "next": ""}
    assert len(ask(client, path, after="")["messages"]) == 20


@pytest.mark.slow
def test_page_holds_10_000_at_most(client: Any) -> None:
    path = make(client, 10_001)
    for query in ({}, {"limit": 10_000}, {"limit": 999_999_999}):
        page = ask(client, path, **query)
        assert (len(page["messages"]), page["next"]) == (10_000, "wamid.9999")
    [last] = ask(client, path, after="wamid.9999")["messages"]
    assert last["id"] == "wamid.10000"


@pytest.mark.parametrize(
    "query", ["after=wamid.none", "after=kirim/wamid.none", "limit=many", "limit=-1", "limit=1e3"]
)
def test_wrong_page_is_refused(client: Any, query: str) -> None:
    answer = client.get(f"{STATE}/messages?{query}")
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_filter")
    assert answer.json["error"]["hint"]


def test_id_that_two_providers_gave_is_told_with_its_provider(client: Any) -> None:
    messages = [{"id": "wamid.3", "direction": "inbound", "age": "PT9S", "text": {"body": "Hi"}}]
    talk = {"account": "shop", "business_number": "+62811", "customer": "+1", "messages": messages}
    path = make(client, 8, nxcloud={"accounts": [SHOP], "conversations": [talk]})
    page = ask(client, path, limit=1)
    assert page["next"] == "nxcloud/wamid.3"
    answer = client.get(f"{path}?after=wamid.3")
    assert (answer.status_code, "several" in answer.json["error"]["message"]) == (400, True)
    rest = ask(client, path, after=page["next"])["messages"]
    assert [each["id"] for each in rest] == [f"wamid.{place}" for place in range(8)]


def test_lists_follow_what_comes_and_what_is_read(client: Any) -> None:
    ask(client, f"{STATE}/messages")
    before = read_all(client, f"{STATE}/messages", 7, provider="kirim", unread="true")
    late = {"provider": "kirim", "from": "+628777", "id": "late", "age": "P300D"}
    new = {"provider": "kirim", "from": "+628777", "id": "new"}
    for each in (late, new):
        assert client.post(f"{STATE}/messages", json=each).status_code == 201
    assert read_all(client, f"{STATE}/messages", 3, customer="628777") == ["late", "new"]
    unread = read_all(client, f"{STATE}/messages", 7, provider="kirim", unread="true")
    assert unread == ["late", *before, "new"]
    assert read_all(client, f"{STATE}/messages", 50)[0] == "late"
    client.post(f"{STATE}/reset")
    assert read_all(client, f"{STATE}/messages", 7, provider="kirim", unread="true") == before
    assert read_all(client, f"{STATE}/messages", 3, customer="628777") == []


# Work


QUERIES = [
    "",
    "&after=wamid.900",
    "&provider=d7",
    "&account=nobody",
    "&direction=inbound",
    "&customer=62999",
    "&customer=%2B62777",
    "&unread=false",
    "&unread=true",
    "&unread=true&account=nobody",
    "&unread=true&after=wamid.900",
]


@pytest.mark.sample(3)
@pytest.mark.parametrize("query", QUERIES)
def test_page_costs_the_same_with_any_number_of_messages(client: Any, query: str) -> None:
    """Also where hardly any, or none, is what was asked for."""
    few = {"id": "new.1", "direction": "inbound", "age": "PT0S", "text": {"body": "Hi"}}
    talk = {"account": "shop", "business_number": "+62833", "customer": "+62777", "messages": [few]}
    shop = {"label": "shop", "numbers": [{"number": "+62833"}]}
    own = {"accounts": [shop], "conversations": [talk]}
    work = []
    for count in (1_000, 4_000):
        path = make(client, count, f"of-{count}", nxcloud=own)
        url = f"{path}?limit=5{query}"
        client.get(url)
        work.append(count_work(lambda url=url: client.get(url)))  # type: ignore[misc]
    assert work[1] < work[0] + 100
