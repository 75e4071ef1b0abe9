"""A program for real terminals: the screen, through the survey and `open_screen`, on a talk led by what is typed.

`python -m tests.terminals.stage [--avatar WAY] [--light] ...`; then `feel anger`, `say`, `cut`, `hear`, `many`, `bug`.
Whoever looks on is told in files: STAGE_CHOICE gets the way that was chosen, STAGE_SHOWN a line for each command once
what it changes in her face has been written to the terminal.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from unittest import mock

from tests.tui.talk import TIMINGS, ScriptedTalk, awake
from vtuber_cli.bootstrap.figures import figure
from vtuber_cli.events import (
    Event,
    FirstAudio,
    Greeted,
    Level,
    PhaseChanged,
    ReplyEnded,
    ReplyStarted,
    Sentence,
    SentenceStarted,
    UserSaid,
)
from vtuber_cli.tui.picture.survey import Wishes, surveyed
from vtuber_cli.tui.terminal import open_screen
from vtuber_cli.tui.themes import DAY, Look

GREETING = "The stars are out, and so am I! I'm Mika. What shall we ask them tonight?"
REPLY = "Morning! I drew **number 27, great luck** for you. Want the long version, or just the useful bit?"
_SYLLABLES = tuple(abs(step % 14 - 7) / 14 for step in range(1500))
_MANY = 30
_FADE = 1.0
"""Seconds after which a face has changed wholly into another."""
BEGUN, LEFT = "begun", "left"
"""What is told in STAGE_SHOWN when she has greeted, and when the terminal has been given back."""


@dataclass
class LedTalk(ScriptedTalk):
    """Does what is typed."""

    commands: asyncio.Queue[str] = field(default_factory=asyncio.Queue[str])
    turn: int = 0
    unseen: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    """What was done, and when, that her face may not show yet."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.answer = lambda _talk, text: self.commands.put_nowait(text)
        self.script = lambda _talk: self._led()

    async def close(self) -> None:
        await super().close()
        self.commands.put_nowait("end")

    async def _led(self) -> AsyncIterator[Event]:
        for event in (*awake(listening=True), Greeted(GREETING)):
            yield event
        self.unseen.append((BEGUN, time.monotonic()))
        while not self.over.is_set():
            line = await self.commands.get()
            command, _, rest = line.partition(" ")
            for event in self._done(command, rest):
                yield event
            self.unseen.append((line, time.monotonic()))

    def seen(self) -> None:
        """The picture that is wanted now is the one that is shown."""
        limit = time.monotonic() - _FADE
        while self.unseen and self.unseen[0][1] < limit:
            _tell("STAGE_SHOWN", self.unseen.pop(0)[0])

    def _done(self, command: str, rest: str) -> Iterator[Event]:
        self.turn += 1
        match command:
            case "feel":
                yield ReplyStarted(self.turn, rest)
            case "say":
                if rest:
                    yield UserSaid(self.turn, rest, "text")
                yield PhaseChanged("thinking")
                yield ReplyStarted(self.turn, "joy")
                yield PhaseChanged("speaking")
                yield SentenceStarted(self.turn, Sentence(0, REPLY, REPLY, "joy"), 30.0, loudness=_SYLLABLES)
                yield FirstAudio(self.turn, TIMINGS)
            case "cut":
                yield ReplyEnded(self.turn, "Morning!", True, TIMINGS)
                yield PhaseChanged("listening")
            case "hear":
                yield PhaseChanged("hearing")
                yield Level(-18, 0.9)
            case "many":
                yield from (UserSaid(turn, f"line {turn}", "text") for turn in range(self.turn, self.turn + _MANY))
                self.turn += _MANY
            case "bug":
                raise ZeroDivisionError("a bug of ours")
            case _:
                pass


def _tell(variable: str, line: str) -> None:
    if where := os.environ.get(variable):
        with Path(where).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


@contextmanager
def _watched(talk: LedTalk) -> Generator[None]:
    """Tells the talk of each frame after which nothing is left to be drawn."""
    from vtuber_cli.tui.widgets.face import Face

    frame = Face.frame

    def watch(face: Face) -> None:
        frame(face)
        if face._drawing is None:  # pyright: ignore[reportPrivateUsage] - nobody else has to know
            talk.seen()

    with mock.patch.object(Face, "frame", watch):
        yield


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--avatar", default="auto", choices=["auto", "kitty", "sixel", "half", "ascii", "off"])
    parser.add_argument("--character", default="mika")
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--truecolor", action="store_true")
    parser.add_argument("--letters", action="store_true")
    parser.add_argument("--freeing", type=float, default=0.0, help="seconds that the talk takes to end")
    return parser.parse_args()


async def main(options: argparse.Namespace) -> None:
    wishes = Wishes(options.avatar, options.truecolor, options.letters, "--avatar")
    look = Look(tagline="a small fortune-teller under the stars")
    talk = LedTalk(listening=True, freeing_takes=options.freeing)
    with surveyed(wishes, lambda: import_module("vtuber_cli.tui.app")) as survey:
        from vtuber_cli.tui import app
        from vtuber_cli.tui.widgets.face import Portraits

        _tell("STAGE_CHOICE", survey.choice.way)
        portraits = Portraits(options.character, figure, survey.choice, seed=1)
        with mock.patch.object(app, "NIGHT", DAY if options.light else app.NIGHT), _watched(talk):
            await open_screen(talk, look, portraits=portraits, survey=survey)


if __name__ == "__main__":
    try:
        asyncio.run(main(_options()))
    except ZeroDivisionError as error:
        print(f"told: {error}")
        sys.exit(70)
    finally:
        _tell("STAGE_SHOWN", LEFT)
