"""The tests' own signer is right: it gives what the provider's pages print."""

import pytest

from tests.nxcloud_signature import DOCUMENTED, TS, sign, signed


@pytest.mark.parametrize(("biz_type", "action", "body", "expected"), DOCUMENTED)
def test_signer_gives_the_documented_signature(
    biz_type: str, action: str, body: str, expected: str
) -> None:
    assert sign(body.encode(), ts=TS, biz_type=biz_type, action=action) == expected


def test_signer_puts_the_signature_into_the_headers() -> None:
    biz_type, action, body, expected = DOCUMENTED[0]
    assert signed(body.encode(), ts=TS, biz_type=biz_type, action=action) == {
        "accessKey": "fme2na3kdi3ki",
        "ts": "1655710885431",
        "bizType": "1",
        "action": "send",
        "sign": expected,
    }
