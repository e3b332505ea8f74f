"""Keys of the environment by which the built-in server and the application know each other."""

ANSWERS = "mockserver.answers"
"""A list, where the server takes an answer of ours as it is: what is to be sent of it, how, when,
and who is to be told what became of it.
"""
CODE = "mockserver.code"
"""The sandbox's code, where the path, or the tunnel that the call came through, named one."""
