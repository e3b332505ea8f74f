"""What a sandbox remembers."""
