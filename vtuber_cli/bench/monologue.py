"""A talk in which she does not stop talking: real speech's phonemes and loudness, a feeling for every other reply.

`monologue.json` has eight short replies of ours as Piper's joe says them, 48 seconds in all; they come again and again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from vtuber_cli.conversation.broadcast import Broadcast
from vtuber_cli.events import (
    Event,
    FirstAudio,
    Phase,
    PhaseChanged,
    Phoneme,
    ReplyEnded,
    ReplyStarted,
    Sentence,
    SentenceStarted,
    Timings,
)

if TYPE_CHECKING:
    from vtuber_cli.tui.feed import Said

_FILE = Path(__file__).with_suffix(".json")
_TIMINGS = Timings(hear_ms=200.0, think_ms=300.0, speak_ms=150.0, first_audio_ms=1250.0)


def told() -> Iterator[tuple[float, Sequence[Event]]]:
    """What happens, and for how many seconds nothing more does; without end."""
    replies = json.loads(_FILE.read_text(encoding="utf-8"))
    for turn in count():
        reply = replies[turn % len(replies)]
        emotion, text = reply["emotion"], ""
        before: list[Event] = [ReplyStarted(turn, emotion), FirstAudio(turn, _TIMINGS)]
        for index, one in enumerate(reply["sentences"]):
            shown = one["text"] if index == 0 else f" {one['text']}"
            phonemes = tuple(Phoneme(symbol, seconds) for symbol, seconds in one["phonemes"])
            sentence = Sentence(index, shown, one["text"], emotion)
            spoken = SentenceStarted(turn, sentence, one["seconds"], phonemes, tuple(one["loudness"]))
            yield one["seconds"], [*before, spoken]
            text, before = text + shown, []
        yield 0.0, [ReplyEnded(turn, text, False, _TIMINGS)]


class Monologue:
    """A `tui.feed.Talk` without engines. Its phase is what it is told to be."""

    name = "Mika"
    can_listen = True
    listening = True
    barge_in = False
    past: Sequence[Said] = ()
    phase: Phase = "loading"

    def __init__(self) -> None:
        self.events = Broadcast()
        self._over = asyncio.Event()

    def tell(self, *events: Event) -> None:
        for event in events:
            if isinstance(event, PhaseChanged):
                self.phase = event.phase
            self.events.send(event)

    async def run(self) -> None:
        await self._over.wait()
        self.events.close()

    async def close(self) -> None:
        self._over.set()

    def say(self, text: str, /) -> None: ...

    async def ask(self, text: str, /) -> None: ...

    def become(self, name: str, /, *, waits: bool = False) -> asyncio.Future[None]:
        return asyncio.get_running_loop().create_future()

    def hold_back(self) -> None: ...
    def interrupt(self) -> None: ...

    def listen(self, on: bool, /) -> None: ...
