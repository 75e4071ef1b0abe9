"""Programs for a pseudo terminal that is asked what it can show: `python -m tests.tui.picture.asker KIND FILE`."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sys
import termios
from pathlib import Path

from tests.tui.talk import ScriptedTalk
from vtuber_cli.tui.picture.answers import Answers, question
from vtuber_cli.tui.picture.ask import asking
from vtuber_cli.tui.picture.survey import Wishes, surveyed

QUESTION = question(graphics=True)


def answer(file: Path) -> None:
    with asking(QUESTION) as asked:
        file.write_text(repr(asked.wait() if asked else Answers()), encoding="utf-8")


def error(file: Path) -> None:
    with asking(QUESTION) as asked:
        assert asked is not None
        raise ZeroDivisionError


def wait(file: Path) -> None:
    """Until a signal comes."""
    with asking(QUESTION):
        file.write_text("asked", encoding="utf-8")
        signal.pause()


def screen(file: Path) -> None:
    asyncio.run(_screen(file))


async def _screen(file: Path) -> None:
    from vtuber_cli.tui.terminal import open_screen

    with surveyed(Wishes()) as survey:
        file.write_text(f"{survey.choice!r}", encoding="utf-8")
        await open_screen(ScriptedTalk(), survey=survey)


def chat(file: Path) -> None:
    """The real command, with what else stands on the command line."""
    from vtuber_cli.cli.app import run

    sys.exit(run(["chat", "--engines", "echo", "--no-audio", *sys.argv[3:]]))


if __name__ == "__main__":
    # Its own terminal, as a shell would give it.
    if os.environ.get("CONTROLLING", "1") == "1":
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    globals()[sys.argv[1]](Path(sys.argv[2]))
