"""A scripted conversation for the faces' tests; fits `vtuber_cli.tui.feed.Talk`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from vtuber_cli.conversation.broadcast import Broadcast
from vtuber_cli.conversation.memory import Earlier
from vtuber_cli.events import (
    CharacterChanged,
    EngineChanged,
    Event,
    FirstAudio,
    Phase,
    PhaseChanged,
    ReplyEnded,
    ReplyStarted,
    Sentence,
    SentenceStarted,
    Timings,
    UserSaid,
    Via,
)

TIMINGS = Timings(hear_ms=210.4, think_ms=339.6, speak_ms=180, first_audio_ms=730)


@dataclass
class ScriptedTalk:
    """Announces what a test tells it to, and keeps what a face asks of it."""

    name: str = "Mika"
    can_listen: bool = True
    listening: bool = False
    barge_in: bool = False
    past: Sequence[Earlier] = ()
    phase: Phase = "loading"
    answer: Callable[[ScriptedTalk, str], None] | None = None
    """What happens when something is said to her."""
    script: Callable[[ScriptedTalk], AsyncIterator[Event]] | None = None
    """What happens by itself; when it ends, the talk ends."""
    failure: Exception | None = None
    """What `run` raises once it is told to."""
    events: Broadcast = field(default_factory=Broadcast)
    said: list[str] = field(default_factory=list[str])
    casts: list[tuple[str, bool]] = field(default_factory=list[tuple[str, bool]])
    interrupts: int = 0
    held_back: int = 0
    closes: int = 0
    freeing_takes: float = 0.0

    def __post_init__(self) -> None:
        self.over = asyncio.Event()
        self.running = asyncio.Event()

    def tell(self, *events: Event) -> None:
        for event in events:
            if isinstance(event, PhaseChanged):
                self.phase = event.phase
            self.events.send(event)

    async def run(self) -> None:
        self.running.set()
        if self.failure is not None:
            raise self.failure
        if self.script is not None:
            async for event in self.script(self):
                self.tell(event)
                if self.over.is_set():
                    break
        else:
            await self.over.wait()
        if self.freeing_takes:
            await asyncio.sleep(self.freeing_takes)
        self.events.close()

    def say(self, text: str, /) -> None:
        self.said.append(text)
        if self.answer is not None:
            self.answer(self, text)

    def become(self, name: str, /, *, waits: bool = False) -> asyncio.Future[None]:
        self.casts.append((name.strip(), waits))
        if name.strip():
            self.name = name.strip().title()
            self.tell(CharacterChanged(name.strip(), self.name))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    async def ask(self, text: str, /) -> None:
        self.said.append(text)
        if self.answer is not None:
            self.answer(self, text)

    def hold_back(self) -> None:
        self.held_back += 1

    def interrupt(self) -> None:
        self.interrupts += 1

    def listen(self, on: bool, /) -> None:
        self.listening = on
        if self.phase not in ("thinking", "speaking"):
            self.tell(PhaseChanged("listening" if on else "idle"))

    async def close(self) -> None:
        self.closes += 1
        self.over.set()


def awake(listening: bool = False) -> list[Event]:
    """Her engines, loaded."""
    engines = (
        ("vad", "silero", 0.21),
        ("asr", "faster-whisper", 1.24),
        ("llm", "llama", 0.62),
        ("tts", "hibari", 0.35),
    )
    return [
        *(EngineChanged(kind, name, "ready", seconds) for kind, name, seconds in engines),  # type: ignore[arg-type]
        PhaseChanged("listening" if listening else "idle"),
    ]


def exchange(
    turn: int,
    user: str,
    *sentences: str,
    via: Via = "voice",
    emotion: str = "joy",
    seconds: float = 0.0,
    timings: Timings = TIMINGS,
    interrupted: str | None = None,
    after: Phase = "listening",
) -> list[Event]:
    """A whole turn, as the conversation announces it; `interrupted` is what was heard of it."""
    events: list[Event] = [PhaseChanged("hearing")] if via == "voice" else []
    events += [PhaseChanged("thinking"), UserSaid(turn, user, via), ReplyStarted(turn, emotion)]
    for index, shown in enumerate(sentences):
        events.append(SentenceStarted(turn, Sentence(index, shown, shown.strip(), emotion), seconds))
        if index == 0:
            events += [FirstAudio(turn, timings), PhaseChanged("speaking")]
    heard = "".join(sentences) if interrupted is None else interrupted
    events += [ReplyEnded(turn, heard.strip(), interrupted is not None, timings), PhaseChanged(after)]
    return events
