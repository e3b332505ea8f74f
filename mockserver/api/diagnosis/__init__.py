"""Finding out more about a call that was refused: loaded when somebody asks."""
