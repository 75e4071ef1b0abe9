"""The READMEs' pictures: a real talk with the real models on the real screen. In the checkout:

    vtuber say --character jun --wav q.wav "What do the stars say about my day?"
    .venv/bin/python docs/pictures/chat.py --type "I lost my keys today." --mic q.wav docs/pictures/chat.svg
    .venv/bin/python docs/pictures/chat.py --lang ko --advice --size 80x20 docs/pictures/chat.ko.svg \
        --draft "오늘 내 하루는 어때 보여?"

What she says differs every time, and the figures are this computer's: let it be idle. The talk is not kept.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from vtuber_cli import bootstrap
from vtuber_cli.audio.recording import WavSpeaker
from vtuber_cli.audio.wav import FRAME, read
from vtuber_cli.bootstrap.figures import figure
from vtuber_cli.events import EAR_RATE, AudioFrame, EngineChanged, Event, Greeted, ReplyEnded
from vtuber_cli.tui.app import ChatApp
from vtuber_cli.tui.picture.choice import Choice
from vtuber_cli.tui.screens.chat import Clocks
from vtuber_cli.tui.themes import Look
from vtuber_cli.tui.widgets.face import Portraits

QUIET = 0.001
"""How loud the room is: its noise, of full scale."""


class Ears:
    """Hears a quiet room, and in it a file when it is time."""

    name = "microphone"
    waits = False

    def __init__(self, path: Path | None) -> None:
        self._speech = np.zeros(0, np.float32) if path is None else read(path)
        self._next = len(self._speech)
        self._noise = np.random.default_rng(7)

    def ask(self) -> None:
        self._next = 0

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        loop = asyncio.get_running_loop()
        origin, position = loop.time(), 0
        while True:
            samples = (QUIET * self._noise.standard_normal(FRAME)).astype(np.float32)
            speech = self._speech[self._next : self._next + FRAME]
            samples[: len(speech)] += speech
            self._next += len(speech)
            await asyncio.sleep(origin + (position + FRAME) / EAR_RATE - loop.time())
            yield AudioFrame(samples, position / EAR_RATE)
            position += FRAME

    async def close(self) -> None:
        pass


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lang", default="en")
    parser.add_argument("--type", metavar="TEXT", help="what is typed to her")
    parser.add_argument("--mic", type=Path, metavar="FILE", help="what is said to her afterwards")
    parser.add_argument("--draft", default="", metavar="TEXT", help="what is typed in the end, and not sent")
    parser.add_argument("--advice", action="store_true", help="with what she says of her models at first")
    parser.add_argument("--size", default="112x32")
    parser.add_argument("picture", type=Path)
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))

    plan = bootstrap.plan({"language": options.lang})
    ears = Ears(options.mic)
    with TemporaryDirectory() as folder:
        session = bootstrap.session(
            plan,
            ears,
            WavSpeaker(Path(folder) / "her.wav"),
            None,
            bootstrap.Occasion(greeting=3, advises=options.advice),
        )
        theme = plan.character.theme
        given = {"star": theme.secondary, "background": theme.background}
        look = Look(accent=theme.accent, **{name: colour for name, colour in given.items() if colour})
        clocks = Clocks(day=lambda: datetime.now().astimezone().strftime("%H:%M"), running=time.monotonic)
        portraits = Portraits(plan.character.id, figure, Choice("half"), seed=3)
        app = ChatApp(session, look, clocks=clocks, portraits=portraits)
        events = aiter(session.events.subscribe())

        async def until(holds: Callable[[Event], bool]) -> None:
            async for event in events:
                if holds(event):
                    return

        async with app.run_test(size=(width, height)) as pilot:
            still: set[object] = {"vad", "asr", "llm", "tts", "greeting"}

            def has_begun(event: Event) -> bool:
                if isinstance(event, EngineChanged) and event.state == "ready":
                    still.discard(event.kind)
                if isinstance(event, Greeted):
                    still.discard("greeting")
                return not still

            await until(has_begun)
            while session.phase != "listening":
                await pilot.pause(0.1)
            if options.type:
                await pilot.press(*options.type, "enter")
                await until(lambda event: isinstance(event, ReplyEnded))
            if options.mic:
                await pilot.pause(1.5)  # nobody speaks on her last word; she would not hear it
                ears.ask()
                await until(lambda event: isinstance(event, ReplyEnded))
            await pilot.press(*options.draft)
            await pilot.pause(0.5)
            options.picture.write_text(app.export_screenshot(title="vtuber"), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
