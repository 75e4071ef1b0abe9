"""What every speech recogniser promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.contracts.building import built, parameters
from tests.contracts.sentences import KOREAN
from tests.contracts.sounds import not_speech, recorded_people
from tests.contracts.wer import character_error_rate, error_rate
from vtuber_cli.audio.resample import resample
from vtuber_cli.engines.base import Stop
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import EAR_RATE, Transcript

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtuber_cli.engines.base import Asr
    from vtuber_cli.weights import Weights

_WORST = 0.15
"""Word error rate that whisper base stays below on the recorded people (3 % measured)."""


@pytest.fixture(scope="module", params=parameters("asr"))
def asr(request: pytest.FixtureRequest, weights: Weights) -> Iterator[Asr]:
    with built("asr", request.param, weights) as engine:
        yield engine


@pytest.fixture(scope="module", params=[p for p in parameters("asr") if p.values != ("echo",)])
def hearing(request: pytest.FixtureRequest, weights: Weights) -> Iterator[Asr]:
    """Engines that know words; what echo hears is its own business."""
    with built("asr", request.param, weights) as engine:
        yield engine


class StopAtLook(Stop):
    """Sets itself when it is looked at for the n-th time."""

    def __init__(self, look: int) -> None:
        super().__init__()
        self._left = look

    def __bool__(self) -> bool:
        self._left -= 1
        return self._left <= 0


@pytest.mark.parametrize("seconds", [0.3, 3.0, 12.0])
def test_hears_nothing_where_nobody_speaks(asr: Asr, seconds: float) -> None:
    for language in ("en", None):
        heard = {name: asr.transcribe(noise, language, Stop()).text for name, noise in not_speech(seconds).items()}
        # Echo hears loudness: any noise is something to it.
        silent = ("silence",) if _is_echo(asr) else tuple(heard)
        assert {name: heard[name] for name in silent} == dict.fromkeys(silent, "")


def test_hears_no_korean_where_nobody_speaks_or_says_that_it_knows_none(asr: Asr) -> None:
    if asr.capabilities.languages and "ko" not in asr.capabilities.languages:
        with pytest.raises(EngineFailed) as refused:
            asr.transcribe(not_speech(3.0)["silence"], "ko", Stop())
        assert refused.value.params["language"] == "ko"
        return
    assert asr.transcribe(not_speech(3.0)["silence"], "ko", Stop()).text == ""


@pytest.mark.parametrize("count", [0, 1, 100, 1600])
@pytest.mark.parametrize("language", ["en", None])
def test_takes_audio_of_any_length(asr: Asr, count: int, language: str | None) -> None:
    assert asr.transcribe(np.zeros(count, np.float32), language, Stop()).text == ""


def test_takes_a_device_that_delivers_rubbish(asr: Asr) -> None:
    rubbish = np.full(EAR_RATE, np.nan, np.float32)
    rubbish[::2] = np.inf
    assert isinstance(asr.transcribe(rubbish, "en", Stop()), Transcript)


def test_stops_before_it_begins(asr: Asr) -> None:
    stop = Stop()
    stop.set()
    assert asr.transcribe(recorded_people()[0].samples, "en", stop).text == ""


def test_says_which_language_it_was(asr: Asr) -> None:
    clip = recorded_people()[0]
    given = asr.transcribe(clip.samples, "en", Stop())
    assert given.text
    assert given.language == "en"


def test_repeats_itself(asr: Asr) -> None:
    samples = recorded_people()[1].samples
    before = samples.copy()
    assert asr.transcribe(samples, "en", Stop()) == asr.transcribe(samples, "en", Stop())
    assert np.array_equal(samples, before)


def test_hears_what_people_say(hearing: Asr, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = [(clip.words, hearing.transcribe(clip.samples, "en", Stop()).text) for clip in recorded_people()]
    _print_and_bound("recorded people", pairs, capsys)


def test_hears_korean_if_it_claims_to(hearing: Asr, weights: Weights, capsys: pytest.CaptureFixture[str]) -> None:
    """There is no recorded Korean; a robot speaks it, and what is heard has to be likest to what it said."""
    if hearing.capabilities.languages and "ko" not in hearing.capabilities.languages:
        pytest.skip(f"{type(hearing).__name__} does not claim to understand Korean")
    with built("tts", "espeak", weights, language="ko") as robot:
        spoken = [
            resample(np.concatenate([speech.samples for speech in robot.speak(text, Stop())]), robot.rate, EAR_RATE)
            for text in KOREAN
        ]
    heard = [hearing.transcribe(samples, "ko", Stop()) for samples in spoken]
    with capsys.disabled():
        print(f"\n  a robot in Korean: {[one.text for one in heard]}")
    assert {one.language for one in heard} == {"ko"}
    nearest = [min(KOREAN, key=lambda said: character_error_rate([(said, one.text)])) for one in heard]
    assert sum(said == near for said, near in zip(KOREAN, nearest, strict=True)) >= len(KOREAN) - 1


def test_finds_the_language_out(hearing: Asr) -> None:
    for clip in recorded_people():
        heard = hearing.transcribe(clip.samples, None, Stop())
        assert heard.language == "en"
        assert heard.text == hearing.transcribe(clip.samples, "en", Stop()).text


def test_hears_quiet_people(hearing: Asr, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = [(clip.words, hearing.transcribe(clip.samples * 0.03, "en", Stop()).text) for clip in recorded_people()]
    _print_and_bound("the same, 30 dB quieter", pairs, capsys)


def test_hears_long_talk(hearing: Asr, capsys: pytest.CaptureFixture[str]) -> None:
    pause = np.zeros(EAR_RATE // 2, np.float32)
    clips = recorded_people() * 3
    talk = np.concatenate([part for clip in clips for part in (clip.samples, pause)])
    assert len(talk) > 75 * EAR_RATE
    said = " ".join(clip.words for clip in clips)
    heard = hearing.transcribe(talk, "en", Stop()).text
    _print_and_bound(f"{len(talk) / EAR_RATE:.0f} s in one go", [(said, heard)], capsys)


def test_hears_no_more_than_was_said_between_silences(hearing: Asr) -> None:
    clip = recorded_people()[4]
    around = np.concatenate([np.zeros(5 * EAR_RATE, np.float32), clip.samples, np.zeros(8 * EAR_RATE, np.float32)])
    assert error_rate([(clip.words, hearing.transcribe(around, "en", Stop()).text)]) <= _WORST


def test_stops_between_windows(hearing: Asr) -> None:
    talk = np.concatenate([clip.samples for clip in recorded_people()] * 3)
    whole = hearing.transcribe(talk, "en", Stop()).text
    part = hearing.transcribe(talk, "en", StopAtLook(2)).text
    assert len(part) < len(whole)
    assert whole.startswith(part)


def test_refuses_a_language_it_does_not_know(hearing: Asr) -> None:
    with pytest.raises(EngineFailed) as refused:
        hearing.transcribe(recorded_people()[0].samples, "tlh", Stop())
    assert refused.value.params["language"] == "tlh"


def _is_echo(asr: Asr) -> bool:
    return type(asr).__name__.startswith("Echo")


def _print_and_bound(what: str, pairs: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]) -> None:
    rate = error_rate(pairs)
    with capsys.disabled():
        print(f"\n  {what}: WER {rate:.1%}")
    assert rate <= _WORST, pairs
