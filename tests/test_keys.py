"""API keys: found by name, kept so that nobody else reads them, and shown nowhere."""

from __future__ import annotations

import json
import os
import sys
import threading
import types
from typing import TYPE_CHECKING, Any

import pytest

from vtuber_cli import i18n, keys
from vtuber_cli.errors import StoreError, UsageError, VtuberError

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "sk-not-to-be-seen-0123456789"

not_windows = pytest.mark.skipif(os.name == "nt", reason="rights are no mode there")


class Ring(types.ModuleType):
    """The package `keyring`, as far as it is used."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self.kept[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


class NoBackend(Ring):
    """What it does where there is nowhere to keep anything; its errors may hold what it was given."""

    def __getattribute__(self, name: str) -> Any:
        if name.endswith("_password"):

            def fail(*given: str) -> None:
                raise RuntimeError(f"no backend for {given}")

            return fail
        return super().__getattribute__(name)


class Hanging(Ring):
    """It asks to be unlocked, and nobody is there."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def __getattribute__(self, name: str) -> Any:
        if name.endswith("_password"):
            return lambda *_: self.released.wait(10) and None
        return super().__getattribute__(name)


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch) -> None:
    """No keyring, unless a test brings one."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.delenv("MY_KEY", raising=False)


def test_the_environment_comes_first_then_the_file() -> None:
    assert keys.find("MY_KEY") is None
    assert keys.put("MY_KEY", f"  {SECRET}\n") == "file"
    found = keys.find("MY_KEY")
    assert found is not None and (found.value.get_secret_value(), found.place) == (SECRET, "file")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MY_KEY", "another")
        found = keys.find("MY_KEY")
    assert found is not None and (found.value.get_secret_value(), found.place) == ("another", "environment")


def test_keys_are_listed_and_removed_by_name() -> None:
    assert keys.stored() == {}
    keys.put("SECOND", "b")
    keys.put("FIRST", "a")
    assert keys.stored() == {"FIRST": "file", "SECOND": "file"}
    assert keys.remove("FIRST") == "file"
    assert keys.remove("FIRST") is None
    assert keys.stored() == {"SECOND": "file"}
    assert '"a"' not in keys.file().read_text()


@not_windows
def test_the_file_is_private_from_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.umask(0)
    try:
        keys.put("MY_KEY", SECRET)
    finally:
        os.umask(before)
    assert keys.file().stat().st_mode & 0o777 == 0o600
    assert [file.name for file in keys.file().parent.iterdir()] == ["keys.json"]


@not_windows
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o666])
def test_a_file_that_others_can_read_is_refused(mode: int) -> None:
    keys.put("MY_KEY", SECRET)
    keys.file().chmod(mode)
    for act in (
        lambda: keys.find("MY_KEY"),
        keys.stored,
        lambda: keys.put("OTHER", "b"),
        lambda: keys.remove("MY_KEY"),
    ):
        with pytest.raises(UsageError) as raised:
            act()
        assert raised.value.key == "keys.exposed"
        assert f"chmod 600 {keys.file()}" == i18n.t("keys.exposed.hint", **raised.value.params)


@not_windows
def test_what_is_no_file_is_refused() -> None:
    keys.file().parent.mkdir(parents=True)
    os.mkfifo(keys.file(), 0o600)  # opening it must not wait for a writer
    with pytest.raises(UsageError, match=r"keys\.not_yours"):
        keys.find("MY_KEY")


@not_windows
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.json"
    target.write_text("{}")
    target.chmod(0o600)
    keys.file().parent.mkdir(parents=True)
    keys.file().symlink_to(target)
    keys.put("MY_KEY", SECRET)
    assert keys.file().is_symlink()
    assert json.loads(target.read_text()) == {"MY_KEY": SECRET}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "3", '{"MY_KEY": 3}', '{"my key": "a"}', "[" * 100_000, "\xff", '{"A": {}}']
)
def test_a_damaged_file_is_said_so_and_not_overwritten(text: str) -> None:
    keys.file().parent.mkdir(parents=True)
    keys.file().write_bytes(text.encode("latin-1"))
    keys.file().chmod(0o600)
    for act in (lambda: keys.find("MY_KEY"), lambda: keys.put("MY_KEY", "x")):
        with pytest.raises(UsageError, match=r"keys\.damaged"):
            act()
    assert keys.file().read_bytes() == text.encode("latin-1")


@not_windows
@pytest.mark.skipif(os.name != "nt" and os.getuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_said_so() -> None:
    keys.file().parent.mkdir(parents=True)
    keys.file().parent.chmod(0o500)
    try:
        with pytest.raises(StoreError, match=r"keys\.unwritable"):
            keys.put("MY_KEY", SECRET)
    finally:
        keys.file().parent.chmod(0o700)


def test_a_folder_that_is_none_is_said_so() -> None:
    keys.file().parent.parent.mkdir(parents=True)
    keys.file().parent.write_text("a file")
    with pytest.raises(VtuberError) as raised:
        keys.put("MY_KEY", SECRET)
    assert raised.value.key in ("keys.unwritable", "keys.unreadable")
    assert SECRET not in str(raised.value.params)


@pytest.mark.parametrize("name", ["", "lower", "A", "1A", "A-B", "A B", "../A", "Ä_KEY", SECRET, "A" * 65, "A\n"])
def test_what_is_no_name_is_refused_and_not_repeated(name: str) -> None:
    for act in (lambda: keys.find(name), lambda: keys.put(name, "x"), lambda: keys.remove(name)):
        with pytest.raises(UsageError) as raised:
            act()
        assert raised.value.key == "keys.bad_name"
        assert not raised.value.params


@pytest.mark.parametrize("value", ["", "  \n", "two words", f"{SECRET}\nx", f"{SECRET}\r\nHost: evil", "é", "a" * 9000])
def test_what_can_be_no_key_is_refused_and_not_repeated(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError) as raised:
        keys.put("MY_KEY", value)
    assert raised.value.key == "keys.bad_value"
    assert SECRET not in str(raised.value)
    assert not keys.file().exists()
    if value:
        monkeypatch.setenv("MY_KEY", value)
        with pytest.raises(UsageError, match=r"keys\.bad_value"):
            keys.find("MY_KEY")


# --- the keyring ----------------------------------------------------------------------------------------------------


def test_a_keyring_keeps_them_if_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring()
    monkeypatch.setitem(sys.modules, "keyring", ring)
    assert keys.put("MY_KEY", SECRET) == "keyring"
    assert keys.stored() == {"MY_KEY": "keyring"}
    assert SECRET not in keys.file().read_text()
    found = keys.find("MY_KEY")
    assert found is not None and (found.value.get_secret_value(), found.place) == (SECRET, "keyring")
    assert keys.remove("MY_KEY") == "keyring"
    assert not ring.kept and keys.find("MY_KEY") is None


def test_the_file_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring()
    monkeypatch.setitem(sys.modules, "keyring", ring)
    assert keys.put("MY_KEY", SECRET, in_file=True) == "file"
    assert not ring.kept


@pytest.mark.parametrize("broken", [NoBackend, Hanging])
def test_a_keyring_that_does_not_work_is_done_without(
    broken: type[Ring], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ring = broken()
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.setattr(keys, "_KEYRING_SECONDS", 0.1)
    with caplog.at_level("DEBUG"):
        assert keys.find("MY_KEY") is None
        assert keys.put("MY_KEY", SECRET) == "file"
        assert keys.find("MY_KEY") is not None
    assert SECRET not in caplog.text
    if isinstance(ring, Hanging):
        ring.released.set()


# --- nowhere to be seen ---------------------------------------------------------------------------------------------


def test_a_key_does_not_show_itself() -> None:
    keys.put("MY_KEY", SECRET)
    key = keys.find("MY_KEY")
    assert SECRET not in f"{key} {key!r} {key.value if key else ''}"
