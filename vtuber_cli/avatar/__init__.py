"""How a character looks: a pose (values of standard Live2D parameters), and what draws it.

`parameters` says which values there are. Emotion, speech and time become a pose purely; a rig turns a pose into
shapes, and the terminal, the browser page and a real Live2D model all draw that same pose.
"""
