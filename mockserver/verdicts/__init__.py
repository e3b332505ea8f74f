"""What is to be said of a client, from the journal of the sandbox that it called."""
