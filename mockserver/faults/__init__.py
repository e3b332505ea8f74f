"""What can go wrong on purpose, and the rules that say to whom and when."""
