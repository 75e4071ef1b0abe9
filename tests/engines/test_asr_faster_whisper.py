from __future__ import annotations

import shutil
import subprocess
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydantic import ValidationError

from tests.contracts.building import built
from tests.contracts.wer import words
from vtuber_cli.engines.asr_faster_whisper import FasterWhisper
from vtuber_cli.engines.base import Stop
from vtuber_cli.engines.transcripts import loops
from vtuber_cli.events import EAR_RATE
from vtuber_cli.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtuber_cli.events import Samples


@pytest.mark.parametrize(
    "text",
    [
        "이 시각은 " * 12,
        "I'm going to go. " * 8,
        "la " * 60,
    ],
)
def test_knows_a_loop(text: str) -> None:
    assert loops(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No. No. No, no, no.",
        "하하하하하하하하",
        "And Mr. John Dashwood had then leisure to consider how much there might be prudently in his power to do.",
        "one two three four five six seven eight nine ten eleven twelve",
    ],
)
def test_knows_speech_from_a_loop(text: str) -> None:
    assert not loops(text)


@pytest.mark.parametrize("wrong", [{"beam_size": 0}, {"window_seconds": 5}, {"max_tokens": 500}, {"modle": "x"}])
def test_refuses_options_that_cannot_work(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FasterWhisper.Options.model_validate(wrong)


@pytest.fixture(scope="module")
def whisper() -> Iterator[FasterWhisper]:
    weights = Weights()
    if weights.missing(["whisper-base"]):
        pytest.skip("the weights whisper-base are not installed; vtuber models get whisper-base")
    engine = FasterWhisper(FasterWhisper.Options(languages=("en", "ko")), weights)
    yield engine
    engine.close()


def espeak(text: str, folder: Path) -> Samples:
    """A robot's Korean: good for plumbing, no measure of hearing people."""
    soxr = pytest.importorskip("soxr")
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("espeak-ng is not installed: apt-get install espeak-ng")
    file = folder / "korean.wav"
    subprocess.run([program, "-v", "ko", "-s", "140", "-w", str(file), text], check=True)
    with wave.open(str(file)) as reader:
        data, rate = reader.readframes(reader.getnframes()), reader.getframerate()
    return soxr.resample(np.frombuffer(data, np.int16).astype(np.float32) / 32768, rate, EAR_RATE)


@pytest.mark.model
def test_korean_goes_through(whisper: FasterWhisper, tmp_path: Path) -> None:
    samples = espeak("안녕하세요. 오늘은 별이 아주 밝아요.", tmp_path)
    for language in ("ko", "ko-KR"):
        heard = whisper.transcribe(samples, language, Stop())
        assert heard.language == "ko"
        assert any("가" <= character <= "힣" for character in heard.text), heard.text


@pytest.mark.model
def test_the_language_is_one_of_those_allowed(whisper: FasterWhisper, tmp_path: Path) -> None:
    samples = espeak("안녕하세요. 오늘은 별이 아주 밝아요.", tmp_path)
    assert whisper.transcribe(samples, None, Stop()).language in {"en", "ko"}


@pytest.mark.model
def test_a_single_word_is_not_taken_for_noise(whisper: FasterWhisper) -> None:
    soxr = pytest.importorskip("soxr")
    with built("tts", "hibari", Weights()) as voice:
        for word in ("Yes.", "No.", "Hi!", "Stop.", "Why?"):
            samples = soxr.resample(
                np.concatenate([s.samples for s in voice.speak(word, Stop())]), voice.rate, EAR_RATE
            )
            assert words(whisper.transcribe(samples, "en", Stop()).text) == words(word)


@pytest.mark.model
def test_nothing_stays_from_call_to_call(whisper: FasterWhisper, tmp_path: Path) -> None:
    """Another language in between changes nothing."""
    samples = espeak("안녕하세요.", tmp_path)
    first = whisper.transcribe(samples, "ko", Stop())
    whisper.transcribe(samples, "en", Stop())
    assert whisper.transcribe(samples, "ko", Stop()) == first
