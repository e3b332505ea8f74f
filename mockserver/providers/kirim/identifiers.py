"""Message ids: WhatsApp's own, and KirimChat's ``msg_…`` of the row.

Source: developers.kirim.chat/concepts/resource-ids/.
"""

from mockserver.core.ids import Ids
from mockserver.core.wamid import new_wamid


def new_ids(ids: Ids, direction: str, customer: str, now: int) -> tuple[str, str]:
    return new_wamid(ids, direction, customer), f"msg_{ids.crockford()}"
