"""Message ids: WhatsApp's own, as incoming webhooks carry them."""

from mockserver.core.ids import Ids
from mockserver.core.wamid import new_wamid


def new_ids(ids: Ids, direction: str, customer: str, now: int) -> tuple[str, None]:
    return new_wamid(ids, direction, customer), None
