"""The built-in server: one thread, one event loop."""
