"""The JSON of a body."""

from typing import Any

import orjson

from mockserver.api.call import BadJSON, name_codings


def decode_body(body: bytes, encoding: str | None) -> Any:
    """The decoded JSON, or the BadJSON that tells why it is none.

    What is compressed is not unpacked: no page documents that a provider would.
    """
    codings = name_codings(encoding) if encoding and body else ""
    if codings:
        return BadJSON(f"Content-Encoding: {codings} is not undone here; send the body plain")
    try:
        return orjson.loads(body)
    except (ValueError, RecursionError) as error:
        return BadJSON(str(error))
