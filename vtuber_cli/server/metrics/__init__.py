"""What a server counts of itself, and `/metrics` that tells it."""
