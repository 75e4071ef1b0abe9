"""Talks with itself, and says on stdout what the history has acknowledged: `writer.py FILE TURNS`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from vtuber_cli.store.database import Database
from vtuber_cli.store.history import History


async def main(path: Path, turns: int) -> None:
    history = History(Database(path))
    talk = await history.open_talk("mika", "en")
    for turn in range(turns):
        await history.add_user(talk, turn, f"{talk} asks {turn}", "text")
        print(f"asked {talk} asks {turn}", flush=True)
        row = await history.start_reply(talk, turn)
        text = f"{talk} says {turn}."
        for word in ("One.", "Two."):
            text = f"{text} {word}"
            await history.hear(row, text, "joy")
            print(f"heard {text}", flush=True)
        await history.end_reply(row, text, interrupted=False)
        print(f"ended {text}", flush=True)
    history.close()


asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
