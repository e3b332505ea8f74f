"""Where changes are kept: in memory, or in a file that survives ``kill -9``."""
