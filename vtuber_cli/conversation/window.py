"""Trims a history to what the model can read, by whole turns and rarely.

A turn is a user's message and everything up to the next one. Each trim takes away a hunk, down to about 60 % of the
budget, so that the beginning of the prompt then stays the same for several turns and the model's KV cache is of use.
What is left depends on the messages alone: as a history grows by appending, the result grows by appending, except
where it drops a hunk.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from vtuber_cli.engines.base import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OVERHEAD: Final = 8
"""Tokens that a chat template may add to each message."""
IMAGE: Final = 800
"""Tokens of an image. Models differ from 85 to several thousand; this is a photograph's at the usual ones."""
_HUNK: Final = 0.6
_QUESTION: Final = 0.1
"""Of the room, kept free behind an answer: then it is nearly always an answer that leads to a trim, and the model reads
what is left while nobody waits, not after the next question."""
_MARK: Final = "… "


class Window:
    """Counts each text once and remembers it.

    Args:
        budget: tokens for all messages; leave room for the reply.
        count: tokens of a text.
        overhead: tokens that the chat template adds to each message.
    """

    def __init__(self, budget: int, count: Callable[[str], int], overhead: int = OVERHEAD) -> None:
        self._budget = budget
        self._count = count
        self._overhead = overhead
        self._counts: dict[str, int] = {}

    def trim(self, messages: Sequence[Message]) -> list[Message]:
        """The messages to send: the leading system messages, then the newest turns that fit.

        The last turn always stays. If it does not fit, its user text keeps its end (questions come last), and what
        followed that text goes, oldest first. A system message is never touched, even one beyond the budget.
        """
        head = next((at for at, message in enumerate(messages) if message.role != "system"), len(messages))
        system, talk = list(messages[:head]), list(messages[head:])
        self._counts = {message.text: self._words(message.text) for message in messages}
        room = self._budget - self._total(system)
        kept = talk[_first_kept([self._cost(m) for m in talk], [m.role == "user" for m in talk], room) :]
        if kept and self._total(kept) > room:
            kept = self._squeeze(kept, room)
        return system + kept

    def _cost(self, message: Message) -> int:
        return self._words(message.text) + self._overhead + self._seen(message)

    def _words(self, text: str) -> int:
        known = self._counts.get(text)
        return self._count(text) if known is None else known

    def _seen(self, message: Message) -> int:
        """However many images there are, they leave half of the room to words."""
        return min(IMAGE * len(message.images), self._budget // 2)

    def _total(self, messages: Sequence[Message]) -> int:
        return sum(map(self._cost, messages))

    def _squeeze(self, turn: list[Message], room: int) -> list[Message]:
        """One turn that is too long: `turn` within `room`."""
        asked, rest = ([turn[0]], turn[1:]) if turn[0].role == "user" else ([], turn)
        while rest and self._total(asked) + self._total(rest) > room:
            rest = rest[1:]
        if not asked or self._total(asked) <= room:
            return asked + rest
        # At least a quarter of the budget, or a long system message would leave nothing to answer.
        most = max(room - self._seen(asked[0]), self._budget // 4) - self._overhead
        return [replace(asked[0], text=self._end(asked[0].text, most)), *rest]

    def _end(self, text: str, most: int) -> str:
        """The longest end of `text` within `most` tokens, from the beginning of a word, by bisection."""
        starts = [at for at in range(1, len(text)) if text[at - 1].isspace() and not text[at].isspace()]
        if not starts or self._count(_MARK + text[starts[-1] :]) > most:
            starts = list(range(1, len(text)))
        low, high = 0, len(starts)
        while low < high:
            middle = (low + high) // 2
            if self._count(_MARK + text[starts[middle] :]) <= most:
                high = middle
            else:
                low = middle + 1
        return _MARK + text[starts[low] :] if low < len(starts) else text[-1:]


def window(messages: Sequence[Message], budget: int, count: Callable[[str], int]) -> list[Message]:
    """`Window.trim` for once."""
    return Window(budget, count).trim(messages)


def _first_kept(costs: Sequence[int], asks: Sequence[bool], room: int) -> int:
    """Where the kept talk begins, found by reliving how it grew, message by message."""
    starts: list[int] = []
    first = total = 0
    for at, cost in enumerate(costs):
        if asks[at] or at == 0:
            starts.append(at)
        total += cost
        if total <= (room if asks[at] else room * (1 - _QUESTION)):
            continue
        for start in starts:
            if total <= room * _HUNK or start <= first:
                continue
            total -= sum(costs[first:start])
            first = start
        starts = [start for start in starts if start >= first]
    return first
