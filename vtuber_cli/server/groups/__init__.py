"""Several clients in one conversation, each with a character of its own."""
