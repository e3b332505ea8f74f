"""What stands in a block of bash works as written."""

import re

import pytest

from tests.calls import BY_PROVIDER, WAMID_ROW
from tests.conftest import Server
from tests.docs.pages import ASSIGNMENTS, FOUR_CALLS, GUIDE, PAGES, README, blocks
from tests.docs.shell import bash, statuses

BLOCKS = {
    f"{page}-{number}": block
    for page in PAGES
    if page != GUIDE
    for number, block in enumerate(blocks(page, "bash"), 1)
    if block != FOUR_CALLS
}


def test_the_four_calls_give_the_documented_answers(server: Server) -> None:
    output = bash(server, FOUR_CALLS)
    assert statuses(output) == [200, 200, 202, 200, 200]
    for told in (
        '"Message successfully marked as read"',
        '{"request_id":"f44e3f43-6d4e-4e46-becd-21993f3dcb8e","messages":[{"msg_id":',
        '{"code":"WA202","message":"Request Accepted","data":{"message_id":"AXXXX',
        '{"code":0,"data":null,"message":"Request succeeded"}',
        f'{{"data":{{"id":"{WAMID_ROW}","object":"message","status":"read",',
    ):
        assert told in output


def test_the_banners_calls_give_the_documented_answers(server: Server) -> None:
    lines = server.log.read_text(encoding="utf-8").splitlines()
    found = [line.strip() for line in lines if " http://" in line and "curl -X" in line]
    calls = [each for id in BY_PROVIDER for each in found if f"{server.url}/{id}/" in each]
    assert len(calls) == 5
    output = "\n".join(bash(server, call) for call in calls)
    assert sorted(statuses(output)) == [200, 200, 200, 200, 202]
    assert '"request_id":"f44e3f43-6d4e-4e46-becd-21993f3dcb8e","messages":[' in output


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_every_other_block_works_as_written(server: Server, block: str) -> None:
    """A call that is refused says so behind it: ``curl … # 429: too many``. No other is."""
    found = statuses(bash(server, f"{ASSIGNMENTS}{block}"))
    assert len(found) == len(re.findall(r"\bcurl ", block))
    refused = re.findall(r" # ([45]\d\d)\b", block)
    assert [str(status) for status in found if status >= 400] == refused


@pytest.mark.parametrize("page", [page for page in PAGES if page not in (README, GUIDE)])
def test_page_can_be_read_alone(page: str) -> None:
    """It begins with what it is for, and its commands with where their variables come from."""
    title, blank, purpose = PAGES[page].splitlines()[:3]
    assert (title[:2], blank) == ("# ", "")
    assert re.match(r"[A-Z`]", purpose)
    before, uses, _ = PAGES[page].partition("curl $U")
    assert not uses or "(../README.md#the-four-calls)" in before
