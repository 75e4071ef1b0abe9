"""The faces in a terminal: a Textual screen, and a plain line mode. Both only listen and call the Session's methods."""
