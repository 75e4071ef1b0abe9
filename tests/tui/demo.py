"""A scripted talk on the real screen, to look at: `python -m tests.tui.demo [--light] [--ko] [--svg FILE]`.

Nothing here is measured: the figures on the strip are part of the script.
"""

from __future__ import annotations

import argparse
import asyncio
import math
from collections.abc import AsyncIterator
from pathlib import Path

from tests.tui.talk import TIMINGS, ScriptedTalk
from vtuber_cli import i18n
from vtuber_cli.bootstrap.figures import figure
from vtuber_cli.errors import AudioUnavailable
from vtuber_cli.events import (
    EngineChanged,
    Event,
    Failed,
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
from vtuber_cli.tui.app import CLOCKS, ChatApp
from vtuber_cli.tui.picture.choice import Choice
from vtuber_cli.tui.screens.chat import Clocks
from vtuber_cli.tui.themes import DAY, NIGHT, Look
from vtuber_cli.tui.widgets.face import Portraits

LINES = {
    "en": (
        "The stars are out, and so am I! I'm Mika. What shall we ask them tonight?",
        "hey mika, how does my day look?",
        ["Morning! ", "I drew **number 27, great luck** for you. ", "Want the long version, or just the useful bit?"],
        "the useful bit. and write me a haiku about standups",
        [
            "Ship the small one first.\n\n",
            "> Five of us, one screen\n> no blockers floats out, again;\n> the kettle disagrees.",
        ],
    ),
    "ko": (
        "별이 떴어요, 저도 왔고요! 미카예요. 오늘 밤은 별에게 뭘 물어볼까요?",
        "미카야, 오늘 내 하루는 어때 보여?",
        ["좋은 아침이에요! ", "**27번, 대길**을 뽑았어요. ", "길게 들려드릴까요, 아니면 쓸모 있는 것만 말해 드릴까요?"],
        "쓸모 있는 것만. 그리고 회의에 대한 짧은 시도 하나 써 줘",
        ["작은 것부터 내보내세요.\n\n", "> 다섯이 모여 화면 하나\n> 막힌 것 없다 또 말하고\n> 주전자만 고개를 젓네"],
    ),
}  # fmt: skip


async def script(
    talk: ScriptedTalk, lines: tuple[str, str, list[str], str, list[str]], speed: float
) -> AsyncIterator[Event]:
    async def wait(seconds: float) -> None:
        await asyncio.sleep(seconds * speed)

    names = (("vad", "silero"), ("asr", "faster-whisper"), ("llm", "llama"), ("tts", "hibari"))
    for kind, name in names:
        yield EngineChanged(kind, name, "loading")  # type: ignore[arg-type]
    for index, (kind, name) in enumerate(names):
        await wait(0.5)
        yield EngineChanged(kind, name, "ready", 0.3 + index * 0.4)  # type: ignore[arg-type]
    greeting, first, reply, second, other = lines
    yield Greeted(greeting)
    talk.listening = True
    yield PhaseChanged("listening")
    for turn, (user, sentences) in enumerate(((first, reply), (second, other)), 1):
        await wait(1)
        yield PhaseChanged("hearing")
        for step in range(40):
            await wait(0.05)
            yield Level(-40 + 26 * abs(math.sin(step / 3) * math.sin(step / 11)), 0.9)
        yield PhaseChanged("thinking")
        yield UserSaid(turn, user, "voice")
        await wait(0.4)
        yield ReplyStarted(turn, "joy")
        await wait(0.4)
        for index, shown in enumerate(sentences):
            yield SentenceStarted(turn, Sentence(index, shown, shown), len(shown) / 15 * speed)
            if index == 0:
                yield FirstAudio(turn, TIMINGS)
                yield PhaseChanged("speaking")
            await wait(len(shown) / 15)
        yield ReplyEnded(turn, "".join(sentences), False, TIMINGS)
        yield PhaseChanged("listening")
    await wait(0.5)
    yield Failed(
        AudioUnavailable("The speaker went away; she goes on in writing.", hint="Plug it in again: vtuber doctor audio")
    )
    yield PhaseChanged("hearing")
    await asyncio.sleep(3600)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--ko", action="store_true")
    parser.add_argument("--no-mic", action="store_true")
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--size", default="80x24")
    parser.add_argument(
        "--at", type=float, default=3.0, help="seconds to the picture (the script runs 20 times as fast)"
    )
    parser.add_argument("--press", default="")
    parser.add_argument("--face", default="", choices=["kitty", "sixel", "half", "ascii"])
    parser.add_argument("--character", default="mika")
    options = parser.parse_args()
    i18n.set_language("ko" if options.ko else "en")
    lines = LINES["ko" if options.ko else "en"]
    speed = 0.05 if options.svg else 1.0
    talk = ScriptedTalk(name="미카" if options.ko else "Mika", script=lambda talk: script(talk, lines, speed))
    talk.can_listen = not options.no_mic
    tagline = "별빛 아래의 작은 점술가" if options.ko else "a small fortune-teller under the stars"
    clocks = Clocks(day=lambda: "14:02", running=CLOCKS.running) if options.svg else CLOCKS
    app = ChatApp(
        talk,
        Look(tagline=tagline),
        devices="Built-in mic → Headphones",
        clocks=clocks,
        portraits=Portraits(options.character, figure, Choice(options.face), seed=1) if options.face else None,
    )
    app.theme = DAY if options.light else NIGHT
    if options.svg is None:
        await app.run_async()
        return
    width, height = map(int, options.size.split("x"))
    async with app.run_test(size=(width, height)) as pilot:
        await pilot.pause(options.at)
        if options.press:
            await pilot.press(*options.press.split(","))
            await pilot.pause(0.5)
        options.svg.write_text(app.export_screenshot(title="vtuber"), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
