"""One client of `/client-ws`: its connection, what goes out to it, and the talk it comes back to."""
