"""How a fortune looks in a terminal: pieces with colours, laid out in exact cells. No library draws here, so that a
fortune is told at once; the command line prints it, and the screen of a talk shows it.
"""
