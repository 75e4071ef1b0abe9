"""What is rubbish and what is not: links, other people's things and what is in use stay."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from vtuber_cli import config, disk, leftovers, log, paths
from vtuber_cli.leftovers import OWN, REMADE, RUBBISH, Kind

LONG_AGO = 1_000_000_000


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty temporary folder with a short name (a socket's path is at most 107 bytes long), and no checkout."""
    monkeypatch.delenv("VTUBER_MODELS_DIR")
    monkeypatch.setattr(paths, "checkout", lambda: None)
    monkeypatch.setattr(paths, "shipped", lambda name: Path(__file__).parent.parent / name)
    with tempfile.TemporaryDirectory(prefix="rubbish-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def write(path: Path, size: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def found(*kinds: Kind) -> set[Path]:
    return {each.path for each in leftovers.find(kinds)}


def old(path: Path) -> Path:
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_a_new_user_has_nothing() -> None:
    assert leftovers.find((*RUBBISH, *REMADE, *OWN)) == []


def test_downloads_and_what_they_weigh() -> None:
    partial = paths.data_dir() / "models" / ".partial"
    write(partial / "whisper-base" / "a.part", 100)
    write(partial / "whisper-base" / "sub" / "b.part", 11)
    write(partial / "whisper-base.lock")
    (each,) = leftovers.find(["download"])
    assert (each.path, each.bytes) == (partial / "whisper-base", 111)
    assert leftovers.remove(each)
    assert not (partial / "whisper-base").exists()


def test_a_download_under_way_stays() -> None:
    file = write(paths.data_dir() / "models" / ".partial" / "whisper-base" / "a.part")
    (each,) = leftovers.find(["download"])
    with FileLock(file.parent.with_name("whisper-base.lock")):
        assert not leftovers.remove(each)
    assert file.exists()


def test_of_a_model_only_what_we_brought(tmp_path: Path) -> None:
    models = paths.data_dir() / "models"
    write(models / "piper-joe" / "en_US-joe-medium.onnx")
    mine = write(models / "piper-joe" / "mine.txt")
    theirs = write(models / "my-own" / "model.gguf")
    (tmp_path / "big").mkdir()
    (models / "whisper-base").symlink_to(tmp_path / "big")
    assert found("model") == {models / "piper-joe"}
    for each in leftovers.find(["model"]):
        leftovers.remove(each)
    assert not (models / "piper-joe" / "en_US-joe-medium.onnx").exists()
    assert mine.exists() and theirs.exists() and (models / "whisper-base").is_symlink()


def test_logs_that_are_written_to_stay() -> None:
    for name in ("vtuber.log", "native.log", "vtuber.log.1", "vtuber.log.2"):
        write(log.file().with_name(name))
    assert {path.name for path in found("log")} == {"vtuber.log.1", "vtuber.log.2"}


def test_drafts_of_programs_that_died() -> None:
    kept = [write(paths.config_dir() / name) for name in (".config-abcd1234", "config.yaml", ".keys-x")]
    gone = old(write(paths.config_dir() / ".keys-abcd_234"))
    assert found("draft") == {gone}
    assert all(path.exists() for path in kept)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="POSIX owners")
class TestTemporary:
    def test_old_folders_of_ours_go(self, temporary: Path) -> None:
        gone = temporary / "vtuber-old"
        for name in ("vtuber-old", "vtuber-new", "other"):
            (temporary / name).mkdir()
            write(temporary / name / "file")
        write(temporary / "vtuber-file")
        (temporary / "vtuber-link").symlink_to(temporary / "other")
        for name in ("vtuber-old", "other", "vtuber-file"):
            old(temporary / name)
        assert found("temporary") == {gone}

    @pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
    def test_sounds_of_a_server_that_was_killed_go(self) -> None:
        killed, runs = (paths.cache_dir() / "sounds" / name for name in ("killed", "runs"))
        for folder in (killed, runs):
            write(folder / "a.wav", 7)
            write(folder.with_name(f"{folder.name}.lock"))
        with FileLock(runs.with_name("runs.lock")):
            (each,) = leftovers.find(["temporary"])
            assert (each.path, each.bytes) == (killed, 7)
            assert leftovers.remove(each)
        assert (runs / "a.wav").exists()
        assert not killed.exists()

    def test_somebody_elses_stay(self, temporary: Path) -> None:
        folder = temporary / "vtuber-theirs"
        folder.mkdir()
        os.chown(folder, 12345, 12345)
        old(folder)
        assert found("temporary") == set()

    def test_a_server_that_answers_keeps_its_folder(self, temporary: Path) -> None:
        folder = temporary / "vtuber-s"
        folder.mkdir()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
            server.bind(str(folder / "socket"))
            server.listen()
            old(folder)
            assert found("temporary") == set()
        assert found("temporary") == {folder}  # the socket is there still, and nobody behind it

    def test_what_is_used_after_all_stays(self, temporary: Path) -> None:
        folder = temporary / "vtuber-s"
        folder.mkdir()
        old(folder)
        (each,) = leftovers.find(["temporary"])
        write(folder / "new")
        assert not leftovers.remove(each)
        assert folder.exists()


def test_what_is_yours_is_found_under_its_own_name_only() -> None:
    talks = write(paths.database())
    mine = {
        write(paths.data_dir() / "characters" / "rin" / "character.yaml").parent.parent,
        write(config.user_file()),
        write(paths.config_dir() / "keys.json"),
    }
    write(paths.data_dir() / "vtuber.db-wal")
    assert not found(*RUBBISH, *REMADE) & {talks, *mine}
    assert found("talk") == {talks, paths.data_dir() / "vtuber.db-wal"}
    assert found("mine") == mine


def test_packages_are_a_checkouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "checkout", lambda: tmp_path)
    write(tmp_path / ".venv" / "a", 10)
    os.link(tmp_path / ".venv" / "a", tmp_path / ".venv" / "b")
    assert [(each.path.name, each.bytes) for each in leftovers.find(["package"])] == [(".venv", 10)]
    assert leftovers.beside_packages() == [tmp_path / ".set-up.lock"]


class TestDisk:
    def test_a_link_weighs_and_goes_alone(self, tmp_path: Path) -> None:
        outside = write(tmp_path / "outside" / "file", 1000)
        folder = tmp_path / "folder"
        write(folder / "inside", 10)
        (folder / "link").symlink_to(outside.parent)
        assert (disk.size(folder) or 0) < 1000
        disk.remove(folder / "link")
        (folder / "link").symlink_to(outside.parent)
        disk.remove(folder)
        assert outside.exists() and not folder.exists()

    def test_nothing_is_no_size_and_no_fault(self, tmp_path: Path) -> None:
        assert disk.size(tmp_path / "nothing") is None
        disk.remove(tmp_path / "nothing")
