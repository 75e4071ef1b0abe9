"""Which voice says what."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.conversation.talk import SteadyTts, VirtualWorker
from vtuber_cli.conversation.voices import Voices, joined
from vtuber_cli.engines.base import Stop
from vtuber_cli.events import Phoneme, Speech


class TwoPieces(SteadyTts):
    def speak(self, text: str, stop: Stop) -> Iterator[Speech]:
        for _ in range(2):
            yield Speech(np.ones(500, np.float32), 1000, (Phoneme("a", 0.5),))


async def started(tts: SteadyTts) -> VirtualWorker:
    worker = VirtualWorker("tts", lambda: tts)
    await worker.start()
    return worker


async def test_a_voice_speaks_the_languages_it_can() -> None:
    english = await started(SteadyTts(1.0))
    voices = Voices("en", {"en": english, "ko": english})
    assert voices.speaks("en") and not voices.speaks("ko") and not voices.speaks("ja")
    assert voices.prepare(0, "Hello.", "joy").spoken == "Hello."
    korean = voices.prepare(0, "안녕하세요.", "joy")
    assert korean.shown == "안녕하세요." and korean.spoken == ""
    assert await voices.speak(korean) is None


async def test_a_voice_that_is_not_loaded_says_nothing() -> None:
    voices = Voices("en", {"en": VirtualWorker("tts", lambda: SteadyTts(1.0))})
    assert not voices.speaks("en") and voices.prepare(0, "Hello.", "joy").spoken == ""


async def test_the_pieces_of_a_sentence_are_one_speech() -> None:
    voices = Voices("en", {"en": await started(TwoPieces(1.0))})
    speech = await voices.speak(voices.prepare(0, "Hello there.", "joy"))
    assert speech is not None and speech.seconds == 1.0
    assert speech.phonemes == (Phoneme("a", 0.5), Phoneme("a", 0.5))


def test_nothing_joined_is_nothing() -> None:
    assert joined([]) is None


async def test_a_reader_remembers_the_code_block_it_is_in() -> None:
    from vtuber_cli.conversation.spoken import Reader

    voices, reader = Voices("en", {"en": await started(SteadyTts(1.0))}), Reader()
    said = [
        voices.prepare(n, part, "joy", reader).spoken for n, part in enumerate(["```\nx = 1\n", "y = 2\n", "```\n"])
    ]
    assert said[0] and not any(said[1:])
