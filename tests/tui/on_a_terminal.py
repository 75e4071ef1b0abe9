"""A program for a pseudo terminal: the screen, through `open_screen`, on a scripted talk. `python -m ... KIND`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from tests.tui.talk import ScriptedTalk, awake, exchange
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import Event, Failed, Greeted, Notice
from vtuber_cli.tui.terminal import open_screen
from vtuber_cli.tui.themes import Look

EVIL = (
    "seen \x1b[31m\x1b]52;c;T1NDNTI=\x07\x1b]0;TITLE\x07\x9b2J\x9d0;C1TITLE\x9c\x1bPDCS\x1b\\\x1b[?1049l\x1bc\u202e"
    "\x08\x0b\x0c\x7f [/] [@click=app.bell]click[/] [bold end"
)


async def evil(talk: ScriptedTalk) -> AsyncIterator[Event]:
    for event in (*awake(), Greeted(EVIL), Notice(EVIL), Failed(EngineFailed(EVIL, hint=EVIL))):
        yield event
    for event in exchange(1, EVIL, EVIL, f"**{EVIL}**", emotion=EVIL):
        yield event
    print("stray print", flush=True)
    os.write(2, b"stray native chatter\n")
    await talk.over.wait()


async def main(kind: str, log: str) -> None:
    talk = ScriptedTalk(name=f"Mika{EVIL[:40]}", script=evil if kind == "evil" else None)
    if kind == "bug":
        talk.failure = ZeroDivisionError("a bug of ours")
    await open_screen(talk, Look(tagline=EVIL), devices=EVIL, log=Path(log))


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:3]))
    except ZeroDivisionError as error:
        print(f"told: {error}")
        sys.exit(70)
