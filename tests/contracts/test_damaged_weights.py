"""Weights that are missing or damaged end in one of our errors, whatever the library underneath raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.contracts.building import Elsewhere, model_of
from vtuber_cli import i18n
from vtuber_cli.engines import registry
from vtuber_cli.errors import EngineFailed, EngineUnavailable, VtuberError, WeightsError
from vtuber_cli.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vtuber_cli.events import EngineKind

_ENGINES: tuple[tuple[EngineKind, str], ...] = (
    ("vad", "silero"),
    ("asr", "faster-whisper"),
    ("asr", "sherpa-onnx"),
    ("tts", "piper"),
    ("tts", "hibari"),
)
_OURS = (WeightsError, EngineUnavailable, EngineFailed)

_DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda whole: b"",
    "cut off": lambda whole: whole[: len(whole) // 2],
    "last byte gone": lambda whole: whole[:-1],
    "garbage": lambda whole: b"\x8f\x00garbage" * 1000,
    "a page of the web": lambda whole: b"<!DOCTYPE html><html><body>404</body></html>",
    "other JSON": lambda whole: b'{"a": [1]}',
}

pytestmark = pytest.mark.model


@pytest.fixture(params=_ENGINES, ids=[name for _, name in _ENGINES])
def engine(request: pytest.FixtureRequest) -> tuple[EngineKind, str]:
    return request.param


@pytest.fixture
def whole(engine: tuple[EngineKind, str], weights: Weights, tmp_path: Path) -> Path:
    """A folder with the engine's weights, as links."""
    model = weights.catalog.find(cast("str", model_of(*engine)))
    assert model is not None
    if weights.missing([model.name]):
        pytest.skip(f"the weights {model.name} are not installed; vtuber models get {model.name}")
    real = weights.path(model.name)
    folder = tmp_path / "weights"
    folder.mkdir()
    for file in model.files:
        (folder / file.path).symlink_to(real / file.path)
    return folder


def load(engine: tuple[EngineKind, str], path: Path) -> None:
    made = cast("Any", registry.load(*engine))
    made(made.Options(), Elsewhere(path, Weights() if engine == ("asr", "sherpa-onnx") else None)).close()


def test_whole_weights_load(engine: tuple[EngineKind, str], whole: Path) -> None:
    load(engine, whole)


def test_an_empty_folder_and_no_folder_are_refused(engine: tuple[EngineKind, str], tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for path in (empty, tmp_path / "absent", tmp_path / "absent.onnx"):
        with pytest.raises(_OURS) as refused:
            load(engine, path)
        assert_says(refused.value, path)


def test_a_missing_file_is_refused(engine: tuple[EngineKind, str], whole: Path) -> None:
    for file in sorted(whole.iterdir()):
        real = file.readlink()
        file.unlink()
        with pytest.raises(_OURS) as refused:
            load(engine, whole)
        assert_says(refused.value, whole)
        file.symlink_to(real)


@pytest.mark.parametrize("damage", _DAMAGE)
def test_a_damaged_file_is_refused(engine: tuple[EngineKind, str], whole: Path, damage: str) -> None:
    for file in sorted(whole.iterdir()):
        if file.name == "vocabulary.txt":
            continue  # only its number of lines matters, and only to the aligner, which is not used
        real = file.readlink()
        content = _DAMAGE[damage](real.read_bytes())
        if damage == "last byte gone" and file.suffix == ".json":
            continue  # may be the line's end
        if damage == "last byte gone" and file.suffix == ".ort":
            continue  # padding
        if damage == "other JSON" and file.name == "config.json" and engine[0] == "asr":
            continue  # any object will do: CTranslate2 knows the multilingual models' tokens by itself
        file.unlink()
        file.write_bytes(content)
        with pytest.raises(_OURS) as refused:
            load(engine, whole)
        assert_says(refused.value, whole)
        file.unlink()
        file.symlink_to(real)


def test_a_file_that_is_not_a_model_is_refused(engine: tuple[EngineKind, str], tmp_path: Path) -> None:
    file = tmp_path / "x.onnx"
    file.write_bytes(b"garbage")
    (tmp_path / "x.onnx.json").write_text("{}")
    with pytest.raises(_OURS) as refused:
        load(engine, file)
    assert_says(refused.value, file)


def assert_says(error: VtuberError, path: Path) -> None:
    """The error has words in both languages, and they name the place."""
    for language in i18n.LANGUAGES:
        i18n.set_language(language)
        try:
            assert str(path) in i18n.t(error.key, **error.params)
            assert "?" not in i18n.t(error.key, **{**error.params, "reason": ""})
        finally:
            i18n.set_language("auto")
