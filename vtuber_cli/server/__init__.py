"""A talk over the network: the Open-LLM-VTuber protocol on sockets, pages for browsers and OBS, a guard before all.

What may stand on the wire is typed in `messages`; `wire` turns frames into those types and back, `guard` decides who
gets to speak at all. `docs/protocol.md` is the page for people who write clients.
"""
