"""What both terminal faces share: the conversation as they see it, its events made safe, and their words.

Imports no Textual: the line mode stands on this too.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from vtuber_cli.clean import clean
from vtuber_cli.conversation.broadcast import Broadcast
from vtuber_cli.errors import VtuberError
from vtuber_cli.events import (
    CharacterChanged,
    EngineChanged,
    Event,
    Greeted,
    Notice,
    Phase,
    ReplyEnded,
    ReplyStarted,
    SentenceStarted,
    Timings,
    UserSaid,
)
from vtuber_cli.i18n import find, t

CLOSING_SECONDS = 5.0
"""How long a face waits for engines and devices to be freed before it leaves anyway."""


class Said(Protocol):
    """A message of an earlier talk."""

    @property
    def role(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def name(self) -> str:
        """Who said it, if it is neither the user nor who talks now."""
        ...


class Talk(Protocol):
    """A conversation as a face sees it; `vtuber_cli.conversation.session.Session` is the real one."""

    @property
    def events(self) -> Broadcast: ...
    @property
    def phase(self) -> Phase: ...
    @property
    def listening(self) -> bool: ...
    @property
    def can_listen(self) -> bool: ...
    @property
    def barge_in(self) -> bool: ...
    @property
    def past(self) -> Sequence[Said]: ...
    @property
    def name(self) -> str: ...
    async def run(self) -> None: ...
    def say(self, text: str, /) -> None: ...
    async def ask(self, text: str, /) -> None: ...
    def become(self, name: str, /, *, waits: bool = False) -> asyncio.Future[None]: ...
    def hold_back(self) -> None: ...
    def interrupt(self) -> None: ...
    def listen(self, on: bool, /) -> None: ...
    async def close(self) -> None: ...


# --- safety -----------------------------------------------------------------------------------------------------


def safe(text: str) -> str:
    """Text that no terminal acts on and that every file can hold: cleaned, tabs to spaces, surrogates replaced."""
    return clean(text).expandtabs(4).encode("utf-8", "replace").decode("utf-8")


def safe_line(text: str) -> str:
    """`safe`, with every run of white space (newlines too) as one space."""
    return " ".join(safe(text).split())


def safe_event(event: Event) -> Event:
    """The event with its foreign texts made safe, whoever announced it. The conversation cleans what enters it; a face
    does not rely on that, as plug-ins announce things too."""
    match event:
        case UserSaid(text=text) | ReplyEnded(text=text):
            return replace(event, text=safe(text))
        case Greeted(text=text, emotion=emotion):
            return replace(event, text=safe(text), emotion=safe_line(emotion))
        case SentenceStarted(sentence=sentence):
            return replace(
                event, sentence=replace(sentence, shown=safe(sentence.shown), emotion=safe_line(sentence.emotion))
            )
        case ReplyStarted(emotion=emotion):
            return replace(event, emotion=safe_line(emotion))
        case EngineChanged(name=name) | CharacterChanged(name=name):
            return replace(event, name=safe_line(name))
        case _:
            return event


# --- words ------------------------------------------------------------------------------------------------------


def error_lines(error: VtuberError) -> tuple[str, str]:
    """What went wrong, and the advice ("" if there is none), a line each."""
    params = {name: safe_line(str(value)) for name, value in error.params.items()}
    hint = error.hint
    if hint is None and find(f"{error.key}.hint") is not None:
        hint = t(f"{error.key}.hint", **params)
    return safe_line(t(error.key, **params)), safe_line(hint or "")


def notice_lines(notice: Notice) -> tuple[str, str]:
    """The words of a notice and its advice ("" if there is none); a key that no locale knows is shown as it is."""
    params = {name: safe_line(value) for name, value in notice.params}
    hint = t(f"{notice.key}.hint", **params) if find(f"{notice.key}.hint") is not None else ""
    return safe_line(t(notice.key, **params)), safe_line(hint)


def engine_line(event: EngineChanged) -> str:
    """ "hearing: whisper (1.2 s)", for the line mode."""
    role = t(f"chat.engine.{event.kind}")
    return t(f"chat.engine.line.{event.state}", role=role, name=event.name, seconds=f"{event.seconds:.1f}")


def emotion_word(emotion: str) -> str:
    """The emotion for people, or "" for none worth a word."""
    if emotion in {"", "neutral"}:
        return ""
    return t(f"chat.emotion.{emotion}") if find(f"chat.emotion.{emotion}") is not None else emotion


def stages(timings: Timings) -> list[str]:
    """The latency strip in parts, the one to drop first first: "hear 210", "think 340", "speak 180", "730 ms"."""
    named = (
        ("wait", timings.hangover_ms),
        ("hear", timings.hear_ms),
        ("think", timings.think_ms),
        ("speak", timings.speak_ms),
    )
    parts = [f"{t(f'chat.strip.{name}')} {ms:.0f}" for name, ms in named if ms is not None]
    return [*parts, milliseconds(timings.first_audio_ms)] if timings.first_audio_ms is not None else parts


def milliseconds(ms: float | None) -> str:
    return "" if ms is None else f"{ms:.0f} ms"


# --- a reply that appears in step with the voice ----------------------------------------------------------------


class Reveal:
    """How much of a reply is visible at a moment: the words of the sentence being heard appear as it is said.

    Times are in seconds on any clock that only goes forward.
    """

    _LONGEST_WORD = 16
    """A cut moves to the end of its word, but no further than this (Japanese has no spaces)."""

    def __init__(self) -> None:
        self._heard = ""
        self._piece = ""
        self._began = 0.0
        self._seconds = 0.0

    def begin(self, piece: str, seconds: float, now: float) -> None:
        """A sentence begins to be heard; the one before it has been heard whole."""
        self._heard += self._piece
        self._piece, self._seconds, self._began = piece, seconds, now

    @property
    def whole(self) -> str:
        """All that was begun."""
        return self._heard + self._piece

    def moving(self, now: float) -> bool:
        """Whether more will appear by itself."""
        return now < self._began + self._seconds

    def visible(self, now: float) -> str:
        if not self.moving(now):
            return self.whole
        cut = math.ceil(len(self._piece) * max(0.0, now - self._began) / self._seconds)
        rest = self._piece[cut : cut + self._LONGEST_WORD]
        end_of_word = next((index for index, character in enumerate(rest) if character.isspace()), len(rest))
        return self._heard + self._piece[: cut + end_of_word]
