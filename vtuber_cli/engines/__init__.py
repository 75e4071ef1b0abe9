"""Engines: blocking functions that see, hear, think and speak, each behind its own Worker."""
