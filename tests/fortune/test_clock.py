"""The zone of this computer, however the system tells it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from vtuber_cli.fortune import clock


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of /etc."""
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr(clock, "_LINK", str(tmp_path / "localtime"))
    monkeypatch.setattr(clock, "_DEBIAN", str(tmp_path / "timezone"))
    return tmp_path


@pytest.mark.parametrize(
    ("told", "zone"),
    [("Asia/Seoul", "Asia/Seoul"), (":America/New_York", "America/New_York"), (":/usr/share/zoneinfo/UTC", "UTC")],
)
def test_the_variable_says_it(told: str, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", told)
    assert clock.local_zone() == zone


@pytest.mark.parametrize("told", ["KST-9", "Nowhere/Else", "../../etc/passwd", "\udcff"])
def test_a_variable_without_a_name_leaves_the_offset(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", told)
    monkeypatch.setattr(time, "timezone", -9 * 3600)
    assert clock.local_zone() == "Etc/GMT-9"
    monkeypatch.setattr(time, "timezone", -5 * 3600 - 1800)
    assert clock.local_zone() == "UTC"


def test_the_link_says_it(system: Path) -> None:
    zones = system / "zoneinfo" / "Europe"
    zones.mkdir(parents=True)
    (zones / "Paris").touch()
    (system / "localtime").symlink_to(zones / "Paris")
    assert clock.local_zone() == "Europe/Paris"


def test_else_the_file_of_debian(system: Path) -> None:
    (system / "timezone").write_text("Asia/Tokyo\n")
    assert clock.local_zone() == "Asia/Tokyo"
    (system / "timezone").write_bytes(b"\xff\xfe")
    assert ZoneInfo(clock.local_zone())


def test_here_it_is_one() -> None:
    assert ZoneInfo(clock.local_zone()).key == clock.local_zone()
    assert os.environ.get("TZ") is None or clock.local_zone()
