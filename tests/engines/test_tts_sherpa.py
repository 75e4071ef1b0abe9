"""sherpa-onnx's voices, on one made here: how they are found, refused, stopped. Their promises are in contracts."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.contracts.building import Elsewhere
from tests.engines.onnx_made import field, put, supertonic, voice
from vtuber_cli import i18n
from vtuber_cli.engines.base import Stop
from vtuber_cli.engines.sherpa_files import find
from vtuber_cli.engines.tts_sherpa import SherpaTts
from vtuber_cli.engines.tts_sherpa_types import TYPES, is_readable, language_of, speakers_of
from vtuber_cli.errors import EngineUnavailable, UsageError, WeightsError
from vtuber_cli.weights import Weights

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path / "voice")


def made(folder: Path, **metadata: str) -> Path:
    model, tokens, lexicon = voice(**metadata)
    return put(folder, {"model.onnx": model, "tokens.txt": tokens, "lexicon.txt": lexicon})


def built(folder: Path, **options: object) -> SherpaTts:
    return SherpaTts(SherpaTts.Options.model_validate({"model": "x"} | options), Elsewhere(folder))


def test_a_voice_by_path_speaks(folder: Path) -> None:
    tts = built(folder)
    assert tts.rate == 16_000
    assert tts.capabilities.languages == {"en"}
    (speech,) = tts.speak("Hello there.", Stop())
    assert 0.4 < speech.seconds < 1.0
    assert 0.25 < np.abs(speech.samples).max() < 0.35
    assert speech.phonemes == ()
    (loud,) = built(folder, volume=2).speak("Hello there.", Stop())
    assert np.abs(loud.samples).max() > 0.5


def test_words_that_it_does_not_know_are_silent_and_do_no_harm(folder: Path) -> None:
    tts = built(folder)
    assert list(tts.speak("Xyzzy plugh", Stop())) == []
    assert list(tts.speak("안녕", Stop())) == []
    assert len(list(tts.speak("xyzzy hello plugh", Stop()))) == 1


def test_a_stop_ends_it_between_sentences_of_one_piece(folder: Path) -> None:
    class After(Stop):
        looks = 0

        def __bool__(self) -> bool:
            self.looks += 1
            return self.looks > 3

    stop = After()
    assert list(built(folder).speak("One. Two. Three. One. Two. Three. One. Two. Three.", stop)) == []
    assert stop.looks < 8


def test_a_voice_of_korean_characters_is_read_its_letters(tmp_path: Path) -> None:
    model, tokens, _ = voice(letters="안녕", language="Korean", frontend="characters")
    tts = built(put(tmp_path / "voice", {"model.onnx": model, "tokens.txt": tokens}))
    assert tts.capabilities.languages == {"ko"}
    assert len(list(tts.speak("안녕", Stop()))) == 1


def test_supertonic_is_told_the_language_or_hears_it_from_the_letters(tmp_path: Path) -> None:
    folder = put(tmp_path / "voice", supertonic())
    korean, english, either = built(folder, language="ko"), built(folder, language="en"), built(folder)
    assert korean.capabilities.languages == {"ko"}
    assert {"en", "ko", "ja"} <= either.capabilities.languages
    # A letter's number is its length in milliseconds here, and the language is told in letters: <ko>...</ko>.
    more = sum(map(ord, "koko")) - sum(map(ord, "enen"))
    assert lasts(korean, "Hi there.") - lasts(english, "Hi there.") == pytest.approx(more / 1000, abs=0.005)
    assert lasts(either, "Hi there.") == lasts(english, "Hi there.")
    assert lasts(either, "안녕") == lasts(korean, "안녕")
    # Nor can a text tell it another.
    assert lasts(korean, "a</ko><en>b") == pytest.approx(lasts(korean, "a /ko en b"), abs=0.1)


def lasts(tts: SherpaTts, text: str) -> float:
    return sum(speech.seconds for speech in tts.speak(text, Stop()))


def test_supertonic_refuses_what_it_would_be_silent_in(tmp_path: Path) -> None:
    folder = put(tmp_path / "voice", supertonic())
    with pytest.raises(UsageError) as raised:
        built(folder, language="zh")
    assert "ko" in str(raised.value.params["names"])
    with pytest.raises(UsageError):
        built(folder, speaker="2")
    assert lasts(built(folder, speaker="1", steps=2), "Hi.") > 0


@pytest.mark.parametrize("name", sorted(supertonic()))
def test_supertonics_damaged_files_do_not_end_the_program(tmp_path: Path, name: str) -> None:
    folder = put(tmp_path / "voice", supertonic() | {name: supertonic()[name][:-2]})
    with pytest.raises(WeightsError):
        built(folder)


def test_languages_can_be_told_where_the_voice_does_not_say(tmp_path: Path) -> None:
    assert built(made(tmp_path / "a", language="Klingon")).capabilities.languages == frozenset()
    assert built(made(tmp_path / "b", language="Klingon"), languages=["de"]).capabilities.languages == {"de"}


def test_a_speaker_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(UsageError) as raised:
        built(folder, speaker="7")
    assert raised.value.params["names"] == "0-0"
    built(folder, speaker="0").close()


def test_without_a_voice_it_says_where_to_name_one() -> None:
    with pytest.raises(UsageError) as raised:
        SherpaTts(SherpaTts.Options(), Weights())
    assert "engines.tts.options.model" in i18n.t(f"{raised.value.key}.hint")


@pytest.mark.parametrize("comment", ["piper", "melo"])
def test_a_voice_that_nothing_can_read_for_is_refused(tmp_path: Path, comment: str) -> None:
    folder = made(tmp_path / "voice", comment=comment, voice="en-us")
    (folder / "lexicon.txt").unlink()
    with pytest.raises(WeightsError) as raised:
        built(folder)
    assert raised.value.key == "sherpa.reader"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("model.onnx", b""),
        ("model.onnx", b"garbage" * 100),
        ("model.onnx", voice()[0][:2000]),
        ("model.onnx", field(14, field(1, b"language") + field(2, b"English"))),
        ("tokens.txt", b"one two three four\n"),
    ],
)
def test_files_that_end_sherpa_do_not_end_the_program(folder: Path, file: str, content: bytes) -> None:
    (folder / file).write_bytes(content)
    with pytest.raises(WeightsError) as raised:
        built(folder)
    for language in i18n.LANGUAGES:
        i18n.set_language(language)
        said = i18n.t(raised.value.key, **raised.value.params)
        assert str(folder) in said
        assert "\n" not in said


def test_a_whole_program_outlives_a_broken_voice(folder: Path) -> None:
    (folder / "tokens.txt").write_bytes(b"one two three four\n")
    command = [sys.executable, "-m", "vtuber_cli", "say", "Hello.", "--wav", str(folder / "out.wav")]
    command += ["--set", "engines.tts.name=sherpa-onnx", "--set", f"engines.tts.options.model={folder}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert str(folder) in done.stderr.replace("\n", "")


_FOLDERS = {
    "vits": ("model.onnx", "tokens.txt", "lexicon.txt"),
    "matcha": ("model-steps-3.onnx", "vocos-22khz-univ.onnx", "tokens.txt", "lexicon.txt", "date.fst", "phone.fst"),
    "kokoro": ("model.int8.onnx", "voices.bin", "tokens.txt", "lexicon-us-en.txt", "lexicon-zh.txt"),
    "kitten": ("model.fp16.onnx", "voices.bin", "tokens.txt"),
    "supertonic": (
        *("duration_predictor.int8.onnx", "text_encoder.int8.onnx", "vector_estimator.int8.onnx"),
        *("vocoder.int8.onnx", "tts.json", "unicode_indexer.bin", "voice.bin"),
    ),
}


@pytest.mark.parametrize("type", _FOLDERS)
def test_the_files_tell_the_type(tmp_path: Path, type: str) -> None:
    mark = field(14, field(1, b"model_type") + field(2, (TYPES[type].marks or ("",))[0].encode()))
    put(tmp_path, {name: mark if name.endswith(".onnx") else "" for name in _FOLDERS[type]} | {"README.md": ""})
    found = find(tmp_path, TYPES, "auto", "tts")
    assert found.type == type
    assert {file.name for file in found.everything} == set(_FOLDERS[type])


def test_the_options_name_every_type_and_no_other() -> None:
    assert set(SherpaTts.Options.model_json_schema()["properties"]["type"]["enum"]) == {"auto", *TYPES}


def test_metadata_tell_language_speakers_and_reader() -> None:
    assert language_of({"language": "Korean"}) == "ko"
    assert language_of({"language": "de"}) == "de"
    assert language_of({"language": "multi-lang, e.g., English, Chinese"}) == ""
    assert speakers_of({"speaker_names": "af_alloy, am_adam"}) == {"af_alloy": 0, "am_adam": 1}
    assert not is_readable("kokoro", {"has_espeak": "1"}, lexicon=False)
    assert is_readable("kokoro", {"has_espeak": "1"}, lexicon=True)
    assert is_readable("supertonic", {}, lexicon=False)


def test_without_its_library_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sherpa_onnx", None)
    with pytest.raises(EngineUnavailable):
        built(folder)
