"""The administration API under ``/_mock``."""
