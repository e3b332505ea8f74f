"""Worlds of their own, and all that they remember."""
