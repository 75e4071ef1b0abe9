"""What a character can do besides talking."""
