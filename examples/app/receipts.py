"""Marks messages read: tries again where that helps, waits longer each time, and gives up."""

import time
from collections.abc import Callable

import requests

from providers import REQUESTS, Incoming, Outcome, Settings, judge

ATTEMPTS = 4
FIRST_WAIT = 0.05  # seconds, doubled each time
LONGEST_WAIT = 5.0
PATIENCE = 2.0


class GaveUp(Exception):
    """The message could not be marked read: why not, and after how many tries."""


class Receipts:
    """``settings`` are variables, such as those of ``os.environ``."""

    def __init__(
        self,
        settings: Settings,
        *,
        patience: float = PATIENCE,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._settings = settings
        self._patience = patience
        self._sleep = sleep
        self._session = requests.Session()

    def mark_read(self, message: Incoming) -> int:
        """How many tries it took. Raises GaveUp."""
        wait = FIRST_WAIT
        for attempt in range(1, ATTEMPTS + 1):
            outcome, reason, asked_to_wait = self._try(message)
            if outcome is Outcome.DONE:
                return attempt
            if outcome is Outcome.NEVER or attempt == ATTEMPTS:
                break
            self._sleep(min(max(wait, asked_to_wait), LONGEST_WAIT))
            wait *= 2
        raise GaveUp(f"{message.provider}, after {attempt} tries: {reason}")

    def _try(self, message: Incoming) -> tuple[Outcome, str, float]:
        """The outcome, the reason, and the seconds that the provider asks to wait."""
        url, headers, body = REQUESTS[message.provider](message, self._settings)
        try:
            answer = self._session.post(url, headers=headers, data=body, timeout=self._patience)
        except requests.RequestException as error:
            return Outcome.LATER, str(error), 0  # a receipt that is sent twice does no harm
        outcome = judge(message.provider, answer.status_code, answer.text)
        asked = answer.headers.get("Retry-After", "0")
        return (
            outcome,
            f"{answer.status_code} {answer.text}",
            float(asked) if asked.isdigit() else 0,
        )
