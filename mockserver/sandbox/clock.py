"""The machine's clock."""

import time


class SystemClock:
    """Instants are milliseconds since 1970, UTC."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000
