"""The way of one call, a module a step."""
