"""What can go wrong on purpose: one unit per file, and the rules that say to whom and when."""
