"""`vtuber clean`: shows first, asks, and takes what was asked for and no more."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vtuber_cli import config, log, paths
from vtuber_cli.cli import clean, show
from vtuber_cli.cli.app import run


@pytest.fixture(autouse=True)
def rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    import tempfile

    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.delenv("VTUBER_MODELS_DIR")
    monkeypatch.setattr(paths, "checkout", lambda: None)
    monkeypatch.setattr(paths, "shipped", lambda name: Path(__file__).parent.parent.parent / name)
    found = {
        "download": paths.data_dir() / "models" / ".partial" / "piper-joe" / "x.part",
        "log": log.file().with_name("vtuber.log.1"),
        "model": paths.data_dir() / "models" / "piper-joe" / "en_US-joe-medium.onnx",
        "record": paths.data_dir() / "speeds.json",
        "talk": paths.database(),
        "mine": config.user_file(),
        "key": paths.config_dir() / "keys.json",
    }
    for path in found.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 1000)
    found["mine"].write_text("language: en\n")
    return found


def there(rubbish: dict[str, Path]) -> set[str]:
    return {name for name, path in rubbish.items() if path.exists()}


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def ended(*args: str, typed: str | None = None) -> tuple[int, str, str]:
        stdin = io.StringIO(typed or "")
        stdin.isatty = lambda: typed is not None  # type: ignore[method-assign]
        monkeypatch.setattr(sys, "stdin", stdin)
        try:
            code = run(["clean", *args])
        except BaseException as raised:  # noqa: BLE001 - as __main__ does
            code = show.ending(raised)
        return code, *capsys.readouterr()

    return ended


ALL = {"download", "log", "model", "record", "talk", "mine", "key"}
OWN = {"talk", "mine", "key"}


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        ([], ALL - {"download", "log"}),
        (["--models"], ALL - {"download", "log", "model"}),
        (["--all"], OWN),
        (["--everything"], set[str]()),
    ],
)
def test_what_goes_and_what_stays(said: Any, rubbish: dict[str, Path], arguments: list[str], left: set[str]) -> None:
    code, out, err = said(*arguments, "--yes")
    assert code == 0
    assert there(rubbish) == left
    assert "1.0 kB" in out and "removed: " in err
    if arguments != ["--everything"]:
        assert "kept: talks, characters, settings, keys" in err.replace(" and keys", ", keys")


def test_nobody_asked_means_nothing_removed(said: Any, rubbish: dict[str, Path]) -> None:
    code, out, err = said("--all")
    assert (code, there(rubbish)) == (2, ALL)
    assert "--yes" in err and str(rubbish["log"]).rpartition("/")[2] in out


@pytest.mark.parametrize(("typed", "left"), [("y\n", ALL - {"download", "log"}), ("n\n", ALL), ("\n", ALL)])
def test_it_asks(said: Any, rubbish: dict[str, Path], typed: str, left: set[str]) -> None:
    code, _, err = said(typed=typed)
    assert code == 0 and "Remove this?" in err
    assert there(rubbish) == left


@pytest.mark.parametrize(("typed", "left"), [("everything\n", set[str]()), ("y\n", ALL), ("yes\n", ALL), ("\n", ALL)])
def test_for_everything_a_word_has_to_be_typed(said: Any, rubbish: dict[str, Path], typed: str, left: set[str]) -> None:
    said("--everything", typed=typed)
    assert there(rubbish) == left


def test_json_looks_and_only_with_yes_removes(said: Any, rubbish: dict[str, Path]) -> None:
    code, out, _ = said("--json")
    listed = json.loads(out)
    assert code == 0 and {one["kind"] for one in listed} == {"download", "log"}
    assert not any(one["removed"] for one in listed) and there(rubbish) == ALL
    assert all(one["removed"] and one["bytes"] == 1000 for one in json.loads(said("--json", "--yes")[1]))
    assert said("--json")[1] == "[]\n"


def test_nothing_to_do_is_no_fault(said: Any) -> None:
    said("--yes")
    code, out, err = said()
    assert (code, out) == (0, "") and "nothing to clean" in err


def test_what_cannot_go_is_said_and_the_rest_goes(
    said: Any, rubbish: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from vtuber_cli import disk

    remove = disk.remove

    def refuse(path: Path) -> None:
        if path == rubbish["log"]:
            raise PermissionError(13, "Permission denied", str(path))
        remove(path)

    monkeypatch.setattr(disk, "remove", refuse)
    code, _, err = said("--yes")
    assert code == 0 and "could not remove" in err
    assert there(rubbish) == ALL - {"download"}


def test_the_packages_one_runs_on_go_last_by_another_python(
    said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = tmp_path / "checkout"
    for name in (".venv/bin/python", ".boot/x", "vtuber_cli/__pycache__/x.pyc", "mine.txt"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("")
    became: list[list[str]] = []
    monkeypatch.setattr(paths, "checkout", lambda: checkout)
    monkeypatch.setattr("os.execv", lambda _, arguments: became.append(arguments))
    monkeypatch.setattr("os.chdir", lambda _: None)
    code, out, _ = said("--all", "--yes")
    assert code == 0 and str(checkout / ".venv") in out
    assert (checkout / ".venv" / "bin" / "python").exists()  # until then
    ((python, isolated, _, _, _, *gone),) = became
    assert not Path(python).is_relative_to(checkout) and isolated == "-I"
    assert {str(Path(each).relative_to(checkout)) for each in gone} == {
        "vtuber_cli/__pycache__", ".set-up.lock", ".boot", ".venv",
    }  # fmt: skip


def test_the_last_step_removes_folders_files_and_links_and_tells_what_would_not(tmp_path: Path) -> None:
    folder, file, link = tmp_path / ".venv", tmp_path / "lock", tmp_path / "link"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "file").write_text("")
    file.write_text("")
    outside = tmp_path / "outside"
    outside.mkdir()
    link.symlink_to(outside)
    command = [sys.executable, "-I", "-c", clean._LAST_STEP, "5", *map(str, (folder, file, link, tmp_path / "none"))]  # pyright: ignore[reportPrivateUsage]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert {each.name for each in tmp_path.iterdir()} >= {"outside"}
    assert not folder.exists() and not file.exists() and not link.is_symlink()
