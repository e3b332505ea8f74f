"""The client that tests and the command line steer a server with."""
