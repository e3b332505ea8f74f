"""One way to go wrong a file, and nothing else."""
