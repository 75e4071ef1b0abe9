"""How a command ends: what it says, and its exit code."""

from __future__ import annotations

import errno
import logging
import stat

import pytest
import typer

from vtuber_cli import errors, i18n, log
from vtuber_cli.cli import show
from vtuber_cli.errors import AudioUnavailable, EngineFailed, StoreError, UsageError, VtuberError, WeightsError


def raised(error: BaseException) -> BaseException:
    """The error with a traceback, as it would arrive."""
    try:
        raise error
    except BaseException as caught:  # noqa: BLE001 - any kind is wanted
        return caught


def test_every_error_class_has_the_exit_code_its_tree_says() -> None:
    assert errors.__doc__ is not None
    for line in errors.__doc__.splitlines():
        name, _, rest = line.strip(" |-").partition(" ")
        if hasattr(errors, name) and "exit" in rest:
            assert getattr(errors, name).exit_code == int(rest.split("exit")[1].split()[0]), name


@pytest.mark.parametrize("kind", [VtuberError, UsageError, WeightsError, EngineFailed, AudioUnavailable, StoreError])
def test_an_expected_error_is_one_line_and_its_class_s_code(
    kind: type[VtuberError], capsys: pytest.CaptureFixture[str]
) -> None:
    assert show.ending(raised(kind("plain words of a plug-in"))) == kind.exit_code
    assert capsys.readouterr().err == "vtuber: plain words of a plug-in\n"


def test_message_and_hint_are_translated(capsys: pytest.CaptureFixture[str]) -> None:
    i18n.set_language("ko")
    show.error(UsageError("cli.missing_argument", name="TEXT", help="vtuber say --help"))
    assert capsys.readouterr().err == "vtuber: TEXT가 빠졌어요\n힌트: vtuber say --help 로 쓰는 법을 볼 수 있어요\n"


def test_a_given_hint_replaces_the_locale_s(capsys: pytest.CaptureFixture[str]) -> None:
    show.error(UsageError("cli.missing_argument", hint="pip install x", name="TEXT"))
    assert capsys.readouterr().err.endswith("hint: pip install x\n")


def test_foreign_text_in_an_error_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show.error(UsageError("cli.unknown_command", name="a\x1b[2J\x9b1m\nvtuber: all is well\u202e"))
    said = capsys.readouterr().err
    assert said.splitlines()[0] == "vtuber: there is no command “a vtuber: all is well”"
    assert len(said.splitlines()) == 2


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/data/x.db"), 1, "vtuber: the disk is full: /data/x.db"),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "vtuber: the disk is full\n"),
        (OSError(errno.EIO, "Input/output error"), 1, "vtuber: reading or writing failed (Input/output error)\n"),
        (PermissionError(errno.EACCES, "Permission denied", "/root/x"), 1, "vtuber: no permission: /root/x"),
        (OSError(errno.EROFS, "Read-only file system", "/cd/x"), 1, "vtuber: no permission: /cd/x"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", b"/a\xff"), 1, "vtuber: /a"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "/tmp"), 1, "vtuber: /tmp: Is a directory"),
        (KeyboardInterrupt(), 130, ""),
        (typer.Abort(), 130, ""),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 1, ""),
        (ExceptionGroup("tasks", [StoreError("plain words")]), 5, "vtuber: plain words"),
        (ExceptionGroup("a", [ExceptionGroup("b", [StoreError("first")]), UsageError("second")]), 5, "vtuber: first"),
        (BaseExceptionGroup("tasks", [KeyboardInterrupt()]), 130, ""),
    ],
)
def test_other_endings(error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert show.ending(raised(error)) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(said) if said else shown.err == ""
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    "error",
    [
        ValueError("secret words\x1b[31m\n2026-01-01 00:00:00,000 CRITICAL forged"),
        ExceptionGroup("tasks", [StoreError("expected"), ValueError("secret words")]),
        OSError("no number, no file"),
    ],
)
def test_a_bug_is_one_line_and_its_traceback_goes_to_a_private_log(
    error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show.ending(raised(error)) == show.BUG
    said = capsys.readouterr().err
    assert said.startswith(f"vtuber: something broke inside the program ({type(error).__name__}); ")
    assert str(log.file()) in said
    assert "secret" not in said
    assert "Traceback" not in said
    written = log.file().read_text(encoding="utf-8")
    assert "Traceback" in written
    assert "\x1b" not in written
    assert not any(line.startswith("2026-01-01") for line in written.splitlines())
    assert stat.S_IMODE(log.file().stat().st_mode) == 0o600


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("VTUBER_DEBUG", "1")
    show.ending(raised(ValueError("here")))
    assert "ValueError: here" in capsys.readouterr().err


def test_without_a_writable_log_the_bug_is_still_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VTUBER_HOME", "/dev/null")
    assert show.ending(raised(ValueError("here"))) == show.BUG
    assert "cannot be written" in capsys.readouterr().err


def test_the_log_starts_once_and_keeps_records_to_a_line() -> None:
    log.start()
    log.start()
    logging.getLogger("vtuber_cli.somewhere").info("one\ntwo\x1b]0;x\x07 %s", "세")
    logging.getLogger("vtuber_cli.somewhere").debug("what the user said")
    logging.getLogger("httpx").info("chatter")
    assert log.file().read_text(encoding="utf-8").splitlines()[0].endswith(r"one\ntwo\x1b]0;x\x07 세")
    assert len(log.file().read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.parametrize(("setting", "lines"), [("debug", 2), ("warning", 0), ("nonsense", 1)])
def test_vtuber_log_sets_the_level(setting: str, lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_LOG", setting)
    log.start()
    logging.getLogger("vtuber_cli.x").info("info")
    logging.getLogger("vtuber_cli.x").debug("debug")
    assert len(log.file().read_text(encoding="utf-8").splitlines()) == lines


def test_a_log_on_a_full_disk_stays_silent(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    log.start()
    handler = next(each for each in logging.getLogger().handlers if isinstance(each, log.PrivateFile))

    def refuse(_: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(handler, "write", refuse)
    logging.getLogger("vtuber_cli.x").warning("lost")
    monkeypatch.undo()
    assert capfd.readouterr() == ("", "")


def test_a_book_for_a_name_is_not_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    show.error(UsageError("settings.unknown", name="a" * 100_000 + "zz"))
    line, hint = capsys.readouterr().err.splitlines()
    assert len(line) < 1000 and line.startswith("vtuber: ") and " … " in line and "zz" in line
    assert len(hint) < 1000
