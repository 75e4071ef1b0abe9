"""Models that are here: found, checked before a library sees them, and deleted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.weights.registry import model
from tests.weights.toys import FIRST, SECOND, refusal, told, weights_of
from vtuber_cli import paths
from vtuber_cli.errors import WeightsError
from vtuber_cli.weights import Weights, checksums


def test_missing_names_the_command_that_mends_it(tmp_path: Path, entry: dict[str, Any]) -> None:
    weights = weights_of(tmp_path, entry)
    with pytest.raises(WeightsError) as raised:
        weights.path("toy")
    assert raised.value.key == "weights.missing"
    assert "vtuber models get toy" in told(raised.value)
    assert [one.name for one in weights.missing(["toy"])] == ["toy"]
    assert weights.installed() == []


@pytest.mark.parametrize(
    ("path", "data", "key"),
    [
        ("model.bin", None, "weights.damaged_absent"),
        ("model.bin", FIRST, "weights.damaged_size"),
        ("model.bin", SECOND + FIRST, "weights.damaged_hash"),
        ("sub/config.json", b'{"a": 2}', "weights.damaged_hash"),
    ],
)
def test_damage_is_refused_before_a_library_sees_it(
    tmp_path: Path, entry: dict[str, Any], installed: Path, path: str, data: bytes | None, key: str
) -> None:
    weights = weights_of(tmp_path, entry)
    assert weights.path("toy") == installed
    file = installed / path
    before = file.stat()
    if data is None:
        file.unlink()
    else:
        file.write_bytes(data)
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(WeightsError) as raised:
        Weights(tmp_path / "models", catalog=weights.catalog).path("toy")
    assert raised.value.key == key
    assert str(file) in told(raised.value)
    assert "vtuber models get toy" in told(raised.value)
    assert [one.state for one in Weights(tmp_path / "models", catalog=weights.catalog).survey()] == ["damaged"]


def test_an_unchanged_file_is_hashed_once(
    tmp_path: Path, entry: dict[str, Any], installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = weights_of(tmp_path, entry)
    assert [one.verified for one in weights.survey()] == [False]
    weights.path("toy")
    hashed: list[Path] = []
    real = checksums.sha256
    monkeypatch.setattr(checksums, "sha256", lambda path: hashed.append(path) or real(path))
    again = Weights(tmp_path / "models", catalog=weights.catalog)
    assert again.path("toy") == installed
    assert [one.verified for one in again.survey()] == [True]
    assert hashed == []
    (installed / "model.bin").touch()
    again.path("toy")
    assert hashed == [installed / "model.bin"]
    again.verify("toy")
    assert len(hashed) == 3


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b'{"a": 1}', b"\xff", b"[" * 100_000, b'{"a": [1, 2, 3]}'])
def test_a_broken_record_of_hashes_costs_only_time(
    tmp_path: Path, entry: dict[str, Any], installed: Path, garbage: bytes
) -> None:
    record = paths.data_dir() / "models" / ".checked.json"
    record.parent.mkdir(parents=True)
    record.write_bytes(garbage)
    assert weights_of(tmp_path, entry).path("toy") == installed
    assert [one.verified for one in weights_of(tmp_path, entry).survey()] == [True]


def test_a_record_that_cannot_be_written_costs_only_time(
    tmp_path: Path, entry: dict[str, Any], installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "no folder").write_text("")
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path / "no folder"))
    assert weights_of(tmp_path, entry).path("toy") == installed


def test_a_path_stands_for_itself_and_a_name_comes_first(
    tmp_path: Path, entry: dict[str, Any], installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = weights_of(tmp_path, entry)
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF")
    assert weights.path(str(own)) == own
    assert weights.missing([str(own)]) == []
    (tmp_path / "toy").mkdir()
    monkeypatch.chdir(tmp_path)
    assert weights.path("toy") == installed
    assert weights.path("./toy") == tmp_path / "toy"
    assert weights.path("own.gguf") == own


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("./nothing", "weights.no_file"),
        ("nothing.gguf", "weights.no_file"),
        ("nothing", "weights.unknown"),
        ("", "weights.unknown"),
        ("toyy", "weights.unknown_nearest"),
        ("a\0b", "weights.unknown"),
        ("x" * 5000, "weights.unknown"),
    ],
)
def test_a_name_that_is_nothing(tmp_path: Path, entry: dict[str, Any], name: str, key: str) -> None:
    with pytest.raises(WeightsError) as raised:
        weights_of(tmp_path, entry).path(name)
    assert raised.value.key == key


def test_the_folders_are_searched_in_order(
    tmp_path: Path, entry: dict[str, Any], installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = weights_of(tmp_path, entry).catalog
    checkout, data = tmp_path / "checkout", paths.data_dir()
    monkeypatch.setattr(paths, "checkout", lambda: checkout)
    with pytest.raises(WeightsError):
        Weights(catalog=loaded).path("toy")
    data.mkdir(parents=True)
    installed.parent.rename(data / "models")
    assert Weights(catalog=loaded).path("toy") == data / "models" / "toy"
    copy(data / "models", checkout / "models")
    assert Weights(catalog=loaded).path("toy") == checkout / "models" / "toy"
    (checkout / "models" / "toy" / "model.bin").write_bytes(b"damaged")
    assert Weights(catalog=loaded).path("toy") == data / "models" / "toy"
    assert Weights(catalog=loaded).folder == data / "models"
    monkeypatch.setenv("VTUBER_MODELS_DIR", str(tmp_path / "chosen"))
    with pytest.raises(WeightsError):
        Weights(catalog=loaded).path("toy")
    assert Weights(catalog=loaded).folder == tmp_path / "chosen"
    assert Weights(data / "models", catalog=loaded).path("toy") == data / "models" / "toy"


def copy(source: Path, target: Path) -> None:
    for file in [each for each in source.rglob("*") if each.is_file()]:
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.read_bytes())


def test_removing_takes_only_what_is_the_models(tmp_path: Path, entry: dict[str, Any], installed: Path) -> None:
    weights = weights_of(tmp_path, entry)
    (installed / "mine.txt").write_text("mine")
    assert weights.remove("toy") == [installed]
    assert [str(file.relative_to(installed)) for file in installed.rglob("*")] == ["mine.txt"]
    assert weights.remove("toy") == []
    (installed / "mine.txt").unlink()
    assert weights.remove("toy") == []
    assert not installed.exists()


def test_the_built_in_models_are_what_the_catalogue_says() -> None:
    weights = Weights()
    assert (weights.path("hibari") / "hibari.onnx").is_file()
    assert (weights.path("silero") / "silero_vad_v6.onnx").is_file()
    assert weights.missing(["hibari", "silero"]) == []
    with pytest.raises(WeightsError, match="built_in"):
        weights.remove("hibari")


def test_a_library_of_another_version_is_told_apart(tmp_path: Path) -> None:
    other = model("hibari", {"hibari.onnx": b"another"})
    other["sources"] = [{"type": "library", "package": "hibari-tts", "module": "hibari", "folder": "assets"}]
    weights = weights_of(tmp_path, other)
    assert refusal(weights, "hibari").key == "weights.library_differs"
    other["sources"][0]["module"] = "no_such_library_here"
    assert refusal(weights_of(tmp_path, other), "hibari").key == "weights.library_missing"


def test_a_plan_counts_what_is_missing(tmp_path: Path, entry: dict[str, Any], installed: Path) -> None:
    other = {**entry, "name": "other"}
    plan = weights_of(tmp_path, entry, other).plan(["toy", "other"])
    assert [one.name for one in plan.models] == ["other"]
    assert plan.size == other["size"]
    assert plan.needed > plan.size + plan.download - 1
    assert plan.free > 0
    with pytest.raises(WeightsError):
        weights_of(tmp_path, entry).plan(["nothing"])
