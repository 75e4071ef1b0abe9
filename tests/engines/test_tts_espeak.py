"""eSpeak NG: its voices, its one library, and text that means to command it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from vtuber_cli import i18n
from vtuber_cli.engines.base import Stop
from vtuber_cli.engines.tts_espeak import Espeak
from vtuber_cli.errors import EngineUnavailable, UsageError
from vtuber_cli.events import Speech
from vtuber_cli.weights import Weights


def built(**options: object) -> Espeak:
    return Espeak(Espeak.Options.model_validate(options), Weights())


def said(tts: Espeak, text: str) -> Speech:
    (speech,) = tts.speak(text, Stop())
    return speech


def sounds(tts: Espeak, text: str) -> list[str]:
    return [phoneme.symbol for speech in tts.speak(text, Stop()) for phoneme in speech.phonemes]


def pitch(speech: Speech) -> float:
    """The strongest periodicity between 60 and 400 Hz."""
    samples = speech.samples - speech.samples.mean()
    spectrum = np.abs(np.fft.rfft(samples, 2 * len(samples))) ** 2
    echo = np.fft.irfft(spectrum)[: len(samples)]
    shortest = speech.rate // 400
    return speech.rate / (shortest + int(np.argmax(echo[shortest : speech.rate // 60])))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("안녕하세요, 반가워요", "ko"),
        ("Mika가 말했어요", "ko"),
        ("오늘은 3장만 뽑아 볼게요", "ko"),
        ("こんにちは", "ja"),
        ("Привет, как дела", "ru"),
        ("Γειά σου", "el"),
        ("नमस्ते", "hi"),
        ("Hello there", "en-us"),
        ("The word 별 is a star in Korean", "en-us"),
        ("1234", "en-us"),
    ],
)
def test_the_letters_tell_the_language(text: str, language: str) -> None:
    assert sounds(built(), text) == sounds(built(language=language), text) != []


def test_a_language_that_was_named_reads_everything() -> None:
    german = built(language="de")
    assert german.capabilities.languages == {"de"}
    assert sounds(german, "Ich heiße Jun") != sounds(built(language="en-us"), "Ich heiße Jun")
    assert built().capabilities.languages == frozenset()


@pytest.mark.parametrize(("wrong", "near"), [("kr", "ko"), ("en-uk", "en-us"), ("zzzzzzz", "ko")])
def test_an_unknown_language_gets_the_nearest(wrong: str, near: str) -> None:
    with pytest.raises(UsageError) as raised:
        built(language=wrong)
    assert wrong in i18n.t(raised.value.key, **raised.value.params)
    assert raised.value.params["names"]
    assert near[:1] in str(raised.value.params["names"])


def test_an_unknown_variant_is_refused() -> None:
    with pytest.raises(UsageError):
        built(voice="nobody")


@pytest.mark.parametrize("option", [{"language": "../../etc"}, {"voice": "../m1"}, {"voice": "a/b"}, {"speed": 9}])
def test_no_option_names_a_file_or_leaves_its_range(option: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Espeak.Options.model_validate(option)


def test_speed_pitch_volume_and_voice_are_heard() -> None:
    text = "Every evening the old woman walks along the river"
    plain = said(built(voice="m3"), text)
    assert said(built(voice="m3", speed=2.0), text).seconds < 0.65 * plain.seconds
    assert said(built(voice="m3", speed=0.7), text).seconds > 1.25 * plain.seconds
    assert pitch(said(built(voice="m3", pitch=95), text)) > 1.2 * pitch(said(built(voice="m3", pitch=10), text))
    assert np.abs(said(built(voice="m3", volume=0.5), text).samples).max() < 0.6 * np.abs(plain.samples).max()
    assert pitch(said(built(voice="f5"), text)) > 1.2 * pitch(plain)


@pytest.mark.parametrize(
    ("hostile", "read"),
    [
        ("one <break time='9s'/> two", "break time"),
        ("<speak><prosody rate='x-slow'>one two</prosody></speak>", "prosody"),
        ("one <audio src='x.wav'>two</audio>", "audio"),
        ("[[h@l'oU]] one", "one"),
        ("\x01+99s one \x012P two", "99"),
        ("\x1b[31mone\x1b[0m", "one"),
    ],
)
def test_commands_in_a_text_are_read_and_not_obeyed(hostile: str, read: str) -> None:
    tts = built()
    plain = said(tts, "one two").seconds
    heard = said(tts, hostile)
    assert plain / 2 < heard.seconds < 9
    assert word(tts, read) in "".join(phoneme.symbol for phoneme in heard.phonemes).replace("_", "")
    # Nor do they change what comes after.
    assert abs(said(tts, "one two").seconds - plain) < 0.05


def word(tts: Espeak, text: str) -> str:
    return "".join(sounds(tts, text)).replace("_", "")


class StopAtLook(Stop):
    def __init__(self, look: int) -> None:
        super().__init__()
        self.looks, self._look = 0, look

    def __bool__(self) -> bool:
        self.looks += 1
        return self.looks >= self._look


def test_a_stop_ends_a_piece_in_its_middle() -> None:
    text = "This is one long sentence that goes on and on and on until it has said everything that there is to say."
    whole = StopAtLook(10**9)
    assert len(list(built().speak(text, whole))) == 1
    stop = StopAtLook(6)
    assert list(built().speak(text, stop)) == []
    assert stop.looks < 10 < whole.looks / 4


def test_two_voices_in_two_threads_do_not_mix() -> None:
    one, other = built(language="en-us", voice="f5", speed=1.5), built(language="ko", voice="m3")
    texts = {id(one): "The stars are kind tonight", id(other): "별들이 오늘 밤은 친절해요"}
    alone = {id(tts): (sounds(tts, texts[id(tts)]), said(tts, texts[id(tts)]).seconds) for tts in (one, other)}
    wrong: list[object] = []

    def talk(tts: Espeak) -> None:
        for _ in range(40):
            heard = said(tts, texts[id(tts)])
            symbols, seconds = alone[id(tts)]
            if [p.symbol for p in heard.phonemes] != symbols or abs(heard.seconds - seconds) > 0.02:
                wrong.append(heard.seconds)

    threads = [threading.Thread(target=talk, args=(tts,)) for tts in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_it_does_not_disturb_the_espeak_inside_piper() -> None:
    phonemize = pytest.importorskip("piper.phonemize_espeak").EspeakPhonemizer
    before = phonemize().phonemize("en-us", "Hello there, friend.")
    tts = built()
    korean = sounds(tts, "안녕하세요")
    for _ in range(3):
        assert phonemize().phonemize("en-us", "Hello there, friend.") == before
        assert sounds(tts, "안녕하세요") == korean
    tts.close()
    assert phonemize().phonemize("en-us", "Hello there, friend.") == before


def test_closing_one_voice_leaves_the_others() -> None:
    one, other = built(), built()
    one.close()
    assert said(other, "Hello").seconds > 0.2


def test_without_its_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(EngineUnavailable) as raised:
        built()
    assert "espeakng_loader" in i18n.t("engine.not_installed.hint", **raised.value.params)


_ELSEWHERE = """
import sys
from pathlib import Path
from vtuber_cli.engines.base import Stop
from vtuber_cli.engines.tts_espeak import Espeak
from vtuber_cli.errors import VtuberError
from vtuber_cli.weights import Weights
try:
    tts = Espeak(Espeak.Options(model=sys.argv[1]), Weights())
    print(sum(speech.seconds for speech in tts.speak("Hello", Stop())) > 0.2)
except VtuberError as error:
    print(error.key)
"""


def elsewhere(data: Path) -> str:
    """In a process of its own: in ours, the library keeps the data that it found first."""
    command = [sys.executable, "-c", _ELSEWHERE, str(data)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def test_a_folder_without_voices_is_one_clear_error(tmp_path: Path) -> None:
    assert elsewhere(tmp_path) == "voice.damaged"


def test_a_very_deep_folder_will_do(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 90) / ("y" * 90)
    shutil.copytree(Weights().path("espeak"), deep / "espeak-ng-data")
    assert elsewhere(deep / "espeak-ng-data") == "True"
