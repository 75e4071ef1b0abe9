"""`vtuber doctor`: looks at everything a talk needs on this machine, and names one fix for each fault.

Each part is a function of its own that yields `Finding`s; `parts.PARTS` lists them. A report may be posted anywhere: it
holds no key, no word of the user's, and the home folder as `~`.
"""
