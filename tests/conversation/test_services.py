"""What the engines do for somebody without a talk, and when they do not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from vtuber_cli.conversation.crew import Crew, Engines
from vtuber_cli.conversation.reply import Style
from vtuber_cli.conversation.services import Services
from vtuber_cli.conversation.voices import Voices
from vtuber_cli.engines.base import Message, Tts
from vtuber_cli.engines.echo import EchoAsr, EchoLlm, EchoTts, EchoVad
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import EngineFailed, WeightsError
from vtuber_cli.tools.base import Narration

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

SECOND = np.ones(16_000, np.float32)


class Seats:
    def __init__(self) -> None:
        self.taken = 0
        self.most = 0
        self.times = 0

    async def take(self, waits: Callable[[int], None]) -> Callable[[], None]:
        self.taken += 1
        self.times += 1
        self.most = max(self.most, self.taken)
        return self._leave

    def _leave(self) -> None:
        self.taken -= 1


def worker(engine: type[Any]) -> Worker[Any]:
    return Worker(engine.__name__, lambda: engine(engine.Options(), object()))


def broken() -> Worker[Tts]:
    def build() -> Tts:
        raise WeightsError("weights.missing", name="a voice")

    return Worker("broken", build)


async def _nothing() -> None: ...


@asynccontextmanager
async def serving(seats: Seats, voice: Worker[Any] | None = None) -> AsyncGenerator[Services]:
    """Services of a house that speaks English only."""
    voices = Voices("en", {"en": voice or worker(EchoTts)})
    crew = Crew(Engines(worker(EchoVad), worker(EchoAsr), worker(EchoLlm), voices), "en", lambda _: None)
    await crew.load(_nothing, hears=True)
    try:
        yield Services(crew, "en", Style((), {}), [], seats)
    finally:
        await crew.close()


async def said(services: Services, text: str) -> list[str]:
    return [shown async for shown, _ in services.say(text)]


async def test_a_seat_for_each_sentence() -> None:
    seats = Seats()
    async with serving(seats) as services:
        assert await said(services, "Well, hello there. How are you? Fine!") == [
            "Well, hello there.", "How are you?", "Fine!",
        ]  # fmt: skip
        whole = await services.say_whole("One. Two.")
    assert whole is not None
    assert whole.seconds > 0.2
    assert (seats.times, seats.most, seats.taken) == (5, 1, 0)


async def test_what_nobody_speaks() -> None:
    async with serving(Seats()) as services:
        assert await said(services, "Hello. 안녕하세요. Bye.") == ["Hello.", "Bye."]
        with pytest.raises(EngineFailed) as failed:
            await said(services, "안녕하세요. 반가워요!")
        assert (failed.value.key, failed.value.params) == ("server.no_voice", {"language": "ko"})
        assert await said(services, "...") == []
        assert await services.say_whole("") is None


async def test_in_which_language_digits_are_read() -> None:
    async with serving(Seats()) as services:
        assert await services.say_whole("Hello.", "en") is not None
        with pytest.raises(EngineFailed) as failed:
            await services.say_whole("12.", "ko")
    assert failed.value.params == {"language": "ko"}


async def test_a_voice_that_could_not_be_loaded_says_why() -> None:
    async with serving(Seats(), broken()) as services:
        with pytest.raises(WeightsError):
            await said(services, "Hello.")


async def test_recordings_in_line_take_no_memory() -> None:
    reads = 0
    go = asyncio.Event()
    loop = asyncio.get_running_loop()

    def read() -> Samples:
        nonlocal reads
        reads += 1
        asyncio.run_coroutine_threadsafe(go.wait(), loop).result()
        return SECOND

    async with serving(Seats()) as services:
        asked = [asyncio.ensure_future(services.transcribe(read)) for _ in range(64)]
        while reads < 4:
            await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.sleep(0)
        assert reads == 4
        with pytest.raises(EngineFailed) as busy:
            await services.transcribe(read)
        assert busy.value.key == "server.busy"
        go.set()
        assert set(await asyncio.gather(*asked)) == {"(1.0 seconds of sound)"}
        assert await services.transcribe(read) == "(1.0 seconds of sound)"


async def test_a_long_one_in_pieces() -> None:
    seats = Seats()
    async with serving(seats) as services:
        text = await services.transcribe(lambda: SECOND, lambda samples: np.split(samples, 2))
    assert text == "(0.5 seconds of sound) (0.5 seconds of sound)"
    assert seats.times == 2


async def test_a_narration_that_does_not_pass() -> None:
    asked = (Message("user", "Say something nice."),)
    async with serving(Seats()) as services:
        assert await services.narrate(Narration(asked, lambda text: bool(text)))
        assert await services.narrate(Narration(asked, lambda text: not text)) == ""
    assert await services.narrate(Narration(asked, lambda text: bool(text))) == ""  # it has gone
