"""One talk as frames: turns in order, and a client as her mouth and ears."""
