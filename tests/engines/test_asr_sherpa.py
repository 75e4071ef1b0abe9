"""sherpa-onnx's recognisers, on a model made here; Moonshine's promises are in tests/contracts."""

from __future__ import annotations

import base64
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.building import Elsewhere
from tests.contracts.sounds import not_speech, recorded_people
from tests.engines.onnx_made import put, recogniser
from vtuber_cli import i18n, paths
from vtuber_cli.engines.asr_sherpa import SherpaAsr
from vtuber_cli.engines.base import Stop
from vtuber_cli.engines.moonshine_tokens import as_tokens_file, split
from vtuber_cli.errors import EngineFailed, EngineUnavailable, WeightsError
from vtuber_cli.weights import Weights

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model, tokens = recogniser()
    return put(tmp_path / "model", {"model.onnx": model, "tokens.txt": tokens})


def built(folder: Path, **options: object) -> SherpaAsr:
    return SherpaAsr(SherpaAsr.Options.model_validate(options), Elsewhere(folder, Weights()))


def test_a_model_by_path_hears(folder: Path) -> None:
    asr = built(folder)
    heard = asr.transcribe(recorded_people()[1].samples, None, Stop())
    assert set(heard.text.split()) == {"hey"} or heard.text == "HEY"
    assert asr.transcribe(not_speech(1.0)["loud white noise"], None, Stop()).text == ""
    asr.close()


def test_a_model_that_does_not_say_its_languages_takes_all_or_those_it_is_given(folder: Path) -> None:
    clip = recorded_people()[1].samples
    assert built(folder).transcribe(clip, "ko-KR", Stop()).language == "ko"
    korean = built(folder, languages=["ko"])
    assert korean.transcribe(clip, None, Stop()).language == "ko"
    with pytest.raises(EngineFailed):
        korean.transcribe(clip, "en", Stop())


def test_a_model_is_tried_once_and_again_when_it_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(folder).close()
    tried = (paths.data_dir() / "models" / ".tried").read_text().split()
    assert len(tried) == 1

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no second time")

    monkeypatch.setattr(subprocess, "run", refuse)
    built(folder).close()
    with (folder / "tokens.txt").open("a") as tokens:
        tokens.write("x 3\n")
    with pytest.raises(WeightsError, match=r"sherpa\.refused"):
        built(folder)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("model.onnx", b""),
        ("model.onnx", b"garbage" * 100),
        ("model.onnx", recogniser()[0][:300]),
        ("tokens.txt", b"one two three four\n"),
    ],
)
def test_a_file_that_ends_sherpa_does_not_end_the_program(tmp_path: Path, file: str, content: bytes) -> None:
    """In a process of its own: in ours, a failure would end the tests."""
    model, tokens = recogniser()
    folder = put(tmp_path / "model", {"model.onnx": model, "tokens.txt": tokens})
    (folder / file).write_bytes(content)
    code = """
import sys
from pathlib import Path
from vtuber_cli.engines.asr_sherpa import SherpaAsr
from vtuber_cli.errors import WeightsError
from vtuber_cli.weights import Weights
try:
    SherpaAsr(SherpaAsr.Options(model=sys.argv[1], type="zipformer-ctc"), Weights())
except WeightsError as error:
    print(error.key, error.params["reason"])
"""
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0
    assert done.stdout.startswith("sherpa.refused ")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_a_model_of_another_type_is_refused_in_one_line(folder: Path) -> None:
    with pytest.raises(WeightsError) as raised:
        built(folder, type="sense-voice")
    for language in i18n.LANGUAGES:
        i18n.set_language(language)
        said = i18n.t(raised.value.key, **raised.value.params)
        assert str(folder) in said and "sense-voice" in said and "\n" not in said


def test_without_its_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sherpa_onnx", None)
    with pytest.raises(EngineUnavailable) as raised:
        built(tmp_path)
    assert "pip install sherpa_onnx" in i18n.t("engine.not_installed.hint", **raised.value.params)


def written(tokens: list[bytes]) -> bytes:
    """As Moonshine writes its vocabulary."""
    lengths = [[len(t)] if len(t) < 128 else [128 + len(t) // 128, len(t) % 128] for t in tokens]
    return b"".join(bytes(length) + token for length, token in zip(lengths, tokens, strict=True))


@given(st.lists(st.binary(max_size=400), min_size=256, max_size=300))
def test_a_vocabulary_is_read_as_it_was_written(tokens: list[bytes]) -> None:
    assert list(split(written(tokens))) == tokens


@given(st.binary(max_size=600))
def test_a_vocabulary_of_garbage_is_refused_or_read_and_nothing_else(garbage: bytes) -> None:
    try:
        assert len(list(split(garbage))) >= 256
    except ValueError:
        pass


def test_a_vocabulary_becomes_lines_for_as_long_as_they_are_needed(tmp_path: Path) -> None:
    tokens = [bytes([number]) for number in range(256)]
    (tmp_path / "tokenizer.bin").write_bytes(written(tokens))
    with as_tokens_file(tmp_path / "tokenizer.bin") as file:
        lines = file.read_text().splitlines()
        assert [base64.b64decode(line.split()[0]) for line in lines] == tokens
        assert [int(line.split()[1]) for line in lines] == list(range(256))
    assert not file.exists()
    with as_tokens_file(tmp_path / "tokens.txt") as file:
        assert file == tmp_path / "tokens.txt"


def test_it_says_nothing_of_what_is_not_finite(folder: Path) -> None:
    asr = built(folder)
    assert asr.transcribe(np.full(16_000, np.nan, np.float32), "en", Stop()).text == ""
