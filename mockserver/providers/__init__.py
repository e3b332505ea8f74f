"""One folder per provider; each has a ``provider`` and imports nothing but ``mockserver.api``."""
