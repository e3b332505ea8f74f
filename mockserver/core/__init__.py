"""What everything else is built on: no framework, no storage, no provider names."""
