"""The whole of it: what has to be known is asked, and the way is chosen, while the screen's code is being loaded."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from vtuber_cli.tui.picture.answers import Answers
from vtuber_cli.tui.picture.ask import PATIENT_SECONDS, SECONDS, Asking, asking
from vtuber_cli.tui.picture.choice import Choice, choose, needed
from vtuber_cli.tui.picture.ways import Wish


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user said about it."""

    avatar: Wish = "auto"
    """The setting `screen.avatar`."""
    truecolor: bool = False
    letters: bool = False
    """ASCII only."""
    source: str = ""
    """Where the setting comes from."""


@dataclass(frozen=True, slots=True)
class Survey:
    choice: Choice
    asked: Asking | None = None
    """What was asked, if anything was: the screen takes the terminal over from it."""
    letters: bool = False


@contextmanager
def surveyed(wishes: Wishes, meanwhile: Callable[[], object] = lambda: None) -> Generator[Survey]:
    """Asks and chooses. The terminal is put back at the end, so the screen runs inside.

    Args:
        wishes: the user's.
        meanwhile: done between the question and the reading of the answer.
    """
    wish, truecolor, letters = wishes.avatar, wishes.truecolor, wishes.letters
    with asking(needed(wish, truecolor=truecolor, letters=letters)) as asked:
        meanwhile()
        patient = wish in ("kitty", "sixel")
        answers = asked.wait(PATIENT_SECONDS if patient else SECONDS) if asked is not None else Answers()
        choice = choose(answers, wish, truecolor=truecolor, letters=letters, source=wishes.source)
        yield Survey(choice, asked, letters)
