"""Chance that can be checked: a stream of numbers out of SHA-256, the same on every machine and in every release.

A draw is named by what it is for: `vtf1|engine|subject|local date|topic`, and each use of it by a slot appended to that
(`|cards`, `|noise`). Block i of a stream is SHA256(utf8(name) + "|" + ascii(i)), read as unsigned 32-bit big-endian
numbers; a number below n comes by rejection, an order by Fisher-Yates from the end. Language, the user's name and the
version of the texts are not in the name: cards, numbers and grades stay, wording may change.
"""

from __future__ import annotations

from itertools import pairwise

from vtuber_cli.fortune.digest import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date

_WORDS = 8
"""Numbers in a block."""


class Stream:
    """The numbers of one name, in order."""

    __slots__ = ("_at", "_block", "_name")

    def __init__(self, name: str) -> None:
        self._name = name.encode("utf-8", "surrogatepass") + b"|"
        self._at = 0
        self._block = b""

    def u32(self) -> int:
        """The next number, 0 to 2**32 - 1."""
        index, word = divmod(self._at, _WORDS)
        if word == 0:
            self._block = sha256(self._name + str(index).encode()).digest()
        self._at += 1
        return int.from_bytes(self._block[word * 4 : word * 4 + 4], "big")

    def below(self, n: int) -> int:
        """A number from 0 to n - 1, each as likely as the others."""
        limit = 2**32 - 2**32 % n
        while (number := self.u32()) >= limit:
            pass
        return number % n

    def shuffled(self, n: int) -> list[int]:
        """The numbers from 0 to n - 1 in a drawn order."""
        order = list(range(n))
        for last in range(n - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order


class Draw:
    """Everything that chance has a say in, for one subject, day and question.

    Args:
        engine: its name.
        subject: whose draw it is: a profile's seed, else the sign or animal that was given, else "guest".
        day: the local date.
        topic: what was asked, as `request.topic_of` writes it; empty without a question.
    """

    __slots__ = ("day", "engine", "subject", "topic")

    def __init__(self, engine: str, subject: str, day: date, topic: str = "") -> None:
        self.engine = engine
        self.subject = subject
        self.day = day
        self.topic = topic

    @property
    def key(self) -> str:
        return f"vtf1|{self.engine}|{self.subject}|{self.day.isoformat()}|{self.topic}"

    def stream(self, slot: str) -> Stream:
        """The numbers for one use, the same each time they are asked for."""
        return Stream(f"{self.key}|{slot}")

    def on(self, day: date) -> Draw:
        """The same draw on another day."""
        return Draw(self.engine, self.subject, day, self.topic)

    def turn(self, pool: str, size: int) -> int:
        """Which of `size` things it is this day, so that none comes again soon: see `rotation`."""
        return rotation(f"vtf1|{self.engine}|{self.subject}|{self.topic}|{pool}", size, self.day.toordinal())


_GROUPS = 3


def rotation(name: str, size: int, day: int) -> int:
    """One of `size` things for day number `day`, without a memory and without coming again soon.

    An epoch has `size` days and shows everything once. The things fall into three groups for good, and each group has
    its third of every epoch, in an order drawn anew: between two showings of a thing lie at least two thirds of an
    epoch (of 78 cards, 53 days).
    """
    epoch, at = divmod(day, size)
    groups = Stream(f"{name}|groups").shuffled(size)
    edges = [size * group // _GROUPS for group in range(_GROUPS + 1)]
    for begin, end in pairwise(edges):
        if begin <= at < end:
            order = Stream(f"{name}|epoch|{epoch}|{begin}").shuffled(end - begin)
            return groups[begin + order[at - begin]]
    raise AssertionError
