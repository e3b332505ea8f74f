"""Message ids: version 1 UUIDs made in containers, ``492a17b0-9cd7-11ef-b4bf-0242ac1b0024``."""

from mockserver.core.ids import Ids


def new_ids(ids: Ids, direction: str, customer: str, now: int) -> tuple[str, None]:
    return ids.uuid1(now), None
