"""Several clients that hear one talk: whose word counts for when a sentence begins, and when a turn was heard by all.

Of those that tell when a sentence begins the first one is believed. A turn was heard when everybody who plays has said
so, once; who did not say so of the turn before is not waited for, nor is who only reads.
"""

from __future__ import annotations


class Hearers:
    """See the module. Clients by id."""

    def __init__(self) -> None:
        self._guide = ""
        """Who tells when sentences begin."""
        self._plays: set[str] = set()
        """Who is waited for."""
        self._heard: set[str] = set()
        """Who has heard all of the turn."""
        self._complete = False

    def begin_turn(self) -> None:
        """Another turn. Who was waited for in vain is not waited for again, until they say something."""
        if self._complete:
            self._plays &= self._heard
        self._complete = False
        self._heard.clear()

    def complete(self) -> None:
        """The turn has no more sentences; before that nobody can have heard all of it."""
        self._complete = True

    def began(self, uid: str) -> bool:
        """A client begins to hear a sentence; whether that is when it begins."""
        self._plays.add(uid)
        self._guide = self._guide or uid
        return uid == self._guide

    def acknowledge(self, uid: str) -> bool:
        """A client has heard the turn, perhaps for the tenth time; whether it is the last one that was waited for."""
        if not self._complete or uid in self._heard:
            return False
        self._plays.add(uid)
        self._heard.add(uid)
        return self._plays <= self._heard

    def leave(self, uid: str) -> bool:
        """A client is gone; whether it was the last one that was waited for."""
        waited = self._complete and uid in self._plays - self._heard
        self._plays.discard(uid)
        self._heard.discard(uid)
        if uid == self._guide:
            self._guide = ""
        return waited and bool(self._plays) and self._plays <= self._heard
