"""The plugin for pytest, in runs of pytest in processes of their own."""
