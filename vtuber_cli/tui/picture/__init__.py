"""Pictures in a terminal: what it can show, and how it is told to. Strings and bytes only, without Textual."""
