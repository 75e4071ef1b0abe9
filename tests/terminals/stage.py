"""A program for real terminals: the screen, through the survey and `open_screen`, on a talk led by what is typed.

`python -m tests.terminals.stage [--avatar WAY] [--light] ...`; then `feel anger`, `say`, `cut`, `hear`, `many`, `bug`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
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
from vtuber_cli.tui import app
from vtuber_cli.tui.picture.survey import Wishes, surveyed
from vtuber_cli.tui.terminal import open_screen
from vtuber_cli.tui.themes import DAY, Look
from vtuber_cli.tui.widgets.face import Portraits

GREETING = "The stars are out, and so am I! I'm Mika. What shall we ask them tonight?"
REPLY = "Morning! I drew **number 27, great luck** for you. Want the long version, or just the useful bit?"
_SYLLABLES = tuple(abs(step % 14 - 7) / 14 for step in range(1500))
_MANY = 30


@dataclass
class LedTalk(ScriptedTalk):
    """Does what is typed."""

    commands: asyncio.Queue[str] = field(default_factory=asyncio.Queue[str])
    turn: int = 0

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
        while not self.over.is_set():
            command, _, rest = (await self.commands.get()).partition(" ")
            for event in self._done(command, rest):
                yield event

    def _done(self, command: str, rest: str) -> Iterator[Event]:
        self.turn += 1
        match command:
            case "feel":
                yield ReplyStarted(self.turn, rest)
            case "say":
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
    with surveyed(wishes) as survey:
        portraits = Portraits(options.character, figure, survey.choice, seed=1)
        if where := os.environ.get("STAGE_CHOICE"):
            with open(where, "w", encoding="utf-8") as file:  # noqa: PTH123
                file.write(f"{survey.choice}\n")
        await open_screen(
            LedTalk(listening=True, freeing_takes=options.freeing), look, portraits=portraits, survey=survey
        )


if __name__ == "__main__":
    begins_with = DAY if "--light" in sys.argv else app.NIGHT
    try:
        with mock.patch.object(app, "NIGHT", begins_with):
            asyncio.run(main(_options()))
    except ZeroDivisionError as error:
        print(f"told: {error}")
        sys.exit(70)
