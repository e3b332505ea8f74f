"""README and pages are true: their commands are run and their tables compared with the code."""
