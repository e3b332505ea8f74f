"""Whether the calls that were made are those that somebody expects."""
