"""One way to judge a client per module, and nothing else."""
