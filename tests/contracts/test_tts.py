"""What every voice promises."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.contracts.building import built, parameters
from tests.contracts.sentences import ENGLISH, KOREAN
from tests.contracts.wer import character_error_rate, error_rate
from vtuber_cli.engines.base import Stop
from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtuber_cli.engines.base import Asr, Tts
    from vtuber_cli.events import Samples
    from vtuber_cli.weights import Weights

_WORST = 0.1
"""Word error rate of whisper base on these sentences in a clear voice (0-2 % measured)."""
_WORST_ROBOT = 0.25
"""The same, of a voice that the catalogue calls poor (espeak: 4-10 % measured, never twice the same)."""
_WORST_KOREAN = 0.75
"""Character error rate of whisper base on the Korean ones (espeak: 35-57 % measured)."""


@pytest.fixture(scope="module", params=parameters("tts"))
def tts(request: pytest.FixtureRequest, weights: Weights) -> Iterator[Tts]:
    with built("tts", request.param, weights) as engine:
        yield engine


@pytest.fixture(scope="module", params=[p for p in parameters("tts") if p.values != ("echo",)])
def voice(request: pytest.FixtureRequest, weights: Weights) -> Iterator[Tts]:
    """Engines that say words; what echo says is its own business."""
    with built("tts", request.param, weights) as engine:
        yield engine


@pytest.fixture(scope="module")
def asr(weights: Weights) -> Iterator[Asr]:
    with built("asr", "faster-whisper", weights) as engine:
        yield engine


@pytest.fixture
def korean(voice: Tts) -> Tts:
    """Engines that claim Korean."""
    if voice.capabilities.languages and "ko" not in voice.capabilities.languages:
        pytest.skip(f"{type(voice).__name__} does not claim to speak Korean")
    return voice


def said(tts: Tts, text: str) -> Samples:
    return np.concatenate([speech.samples for speech in tts.speak(text, Stop())])


@pytest.mark.parametrize("text", ENGLISH)
def test_gives_sound_in_range(tts: Tts, text: str) -> None:
    pieces = list(tts.speak(text, Stop()))
    assert pieces
    for speech in pieces:
        assert speech.rate == tts.rate
        assert speech.samples.dtype == np.float32
        assert speech.samples.ndim == 1
        assert np.isfinite(speech.samples).all()
        assert np.abs(speech.samples).max() < 1.0


@pytest.mark.parametrize("text", ENGLISH)
def test_is_audible_and_not_clipped(tts: Tts, text: str) -> None:
    samples = said(tts, text)
    assert -35 < 20 * np.log10(np.sqrt(np.mean(samples**2))) < -10
    assert np.mean(np.abs(samples) > 0.98) < 0.001


@pytest.mark.parametrize("text", ENGLISH)
def test_lasts_as_long_as_people_need(tts: Tts, text: str) -> None:
    assert 0.02 < len(said(tts, text)) / tts.rate / len(text) < 0.2


@pytest.mark.parametrize("text", ["Sure,", *ENGLISH])
def test_begins_at_once(tts: Tts, text: str) -> None:
    """Silence in front of the first sound is silence in front of every reply."""
    samples = next(iter(tts.speak(text, Stop()))).samples
    frame = tts.rate // 100
    count = len(samples) // frame
    loudness = np.sqrt(np.mean(samples[: count * frame].reshape(count, frame) ** 2, axis=1))
    assert np.argmax(loudness > loudness.max() / 10) * 0.01 <= 0.12


@pytest.mark.parametrize("text", ["Sure,", *ENGLISH, "One. Two! Three? " * 3, "word " * 100])
def test_phonemes_last_exactly_as_long_as_the_sound(tts: Tts, text: str) -> None:
    for speech in tts.speak(text, Stop()):
        if not tts.capabilities.phonemes:
            assert speech.phonemes == ()
            continue
        assert sum(phoneme.seconds for phoneme in speech.phonemes) == pytest.approx(speech.seconds, abs=1e-9)
        assert all(phoneme.seconds > 0 and phoneme.symbol for phoneme in speech.phonemes)


def test_stops_before_it_begins(tts: Tts) -> None:
    stop = Stop()
    stop.set()
    assert list(tts.speak("Hello there!", stop)) == []


def test_stops_between_pieces(tts: Tts) -> None:
    text = "This is a sentence of some length. " * 60
    stop = Stop()
    pieces = tts.speak(text, stop)
    next(pieces)
    stop.set()
    assert list(pieces) == []


def test_can_be_left_half_way(tts: Tts) -> None:
    next(iter(tts.speak("One sentence. " * 30, Stop())))
    assert len(said(tts, "Hello there!")) > 0


@pytest.mark.parametrize("text", ["", " ", "\n\t", "...", "?!", "—", "🙂", "🙂🎉✨", "\x00\x07", "\ufe0f\u200d"])
def test_says_nothing_where_there_is_nothing_to_say(tts: Tts, text: str) -> None:
    assert list(tts.speak(text, Stop())) == []


@pytest.mark.parametrize(
    "text",
    [
        "안녕하세요",
        "Hello 안녕 こんにちは 你好",
        "a\x00b\x1b[31mred\x1b[0m",
        "\ud800 lone surrogate",
        "[[həˈloʊ]] [link](/x/)",
        "[[",
        "<speak>markup & entities &amp;</speak>",
        "https://example.org/a?b=c#d",
        "7" * 100,
        "3.14, $1,299,000, v1.2.1, 1/2, ½, x², 50 %, -5 °C",
        "e\u0301\u0301\u0301\u0301",
        "no" * 500,
        "A.B.C.D." * 20,
        "한" * 1000,
        "🙂" * 1000,
    ],
)
def test_takes_any_text(tts: Tts, text: str) -> None:
    for speech in tts.speak(text, Stop()):
        assert np.isfinite(speech.samples).all()


def test_takes_ten_thousand_characters(voice: Tts) -> None:
    """In pieces that are not too long to wait for, though the text has no sentences. Echo waits for nothing."""
    pieces = list(itertools.islice(voice.speak("word " * 2000, Stop()), 3))
    assert len(pieces) == 3
    assert all(1 < speech.seconds < 60 for speech in pieces)


def test_says_the_words(voice: Tts, asr: Asr, capsys: pytest.CaptureFixture[str]) -> None:
    soxr = pytest.importorskip("soxr")
    heard: list[tuple[str, str]] = []
    for text in ENGLISH:
        samples = soxr.resample(said(voice, text), voice.rate, EAR_RATE)
        heard.append((text, asr.transcribe(samples, "en", Stop()).text))
    rate = error_rate(heard)
    with capsys.disabled():
        print(f"\n  {type(voice).__name__} heard by whisper base: WER {rate:.1%}")
    assert rate <= (_WORST_ROBOT if type(voice).__name__ == "Espeak" else _WORST), heard


@pytest.mark.parametrize("text", KOREAN)
def test_speaks_korean_at_the_pace_of_people(korean: Tts, text: str) -> None:
    samples = said(korean, text)
    syllables = sum("가" <= character <= "힣" for character in text)
    assert 0.08 < len(samples) / korean.rate / syllables < 0.5
    assert np.abs(samples).max() < 1.0


def test_says_the_korean_words(korean: Tts, asr: Asr, capsys: pytest.CaptureFixture[str]) -> None:
    """Whisper base hears Korean poorly even from people, so what it hears is held against what else was said."""
    soxr = pytest.importorskip("soxr")
    heard = [
        asr.transcribe(soxr.resample(said(korean, text), korean.rate, EAR_RATE), "ko", Stop()).text for text in KOREAN
    ]
    rates = [[character_error_rate([(text, other)]) for other in heard] for text in KOREAN]
    rate = character_error_rate(list(zip(KOREAN, heard, strict=True)))
    with capsys.disabled():
        print(f"\n  {type(korean).__name__} in Korean, heard by whisper base: CER {rate:.0%} {heard}")
    assert rate <= _WORST_KOREAN
    assert sum(min(row) == row[index] for index, row in enumerate(rates)) >= len(KOREAN) - 1
