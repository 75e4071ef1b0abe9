"""What those see who look on: her poses, cards, and talks that are not their own."""
