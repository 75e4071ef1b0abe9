"""What was told is kept whole or not at all, for its owner only, and nothing damaged is written over."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from vtuber_cli.fortune import cache

RESULT = {"schema": "vtuber.fortune/1", "type": "daily", "date": "2026-11-23", "disclaimer": "재미로", "grade": "good"}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path))
    return cache.folder("somebody") / cache.name_of("2026-11-23", "daily", ("a", 1))


def test_it_comes_back_as_it_was(file: Path) -> None:
    assert cache.read(file) is None
    assert cache.write(file, RESULT)
    assert cache.read(file) == RESULT
    assert [one.name for one in file.parent.iterdir()] == [file.name]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_it_is_nobody_else_s_business(file: Path) -> None:
    cache.write(file, RESULT)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "somebody" not in str(file)


@pytest.mark.parametrize(
    "damage",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"schema": "other"}', b'{"schema": "vtuber.fortune/1"}',
        b"[" * 100_000, b" " * 300_000,
    ],
    ids=repr,
)  # fmt: skip
def test_a_damaged_file_is_put_aside_and_stays(file: Path, damage: bytes) -> None:
    cache.write(file, RESULT)
    file.write_bytes(damage)
    put: list[Path] = []
    assert cache.read(file, put.append) is None
    assert put[0].read_bytes() == damage and not file.exists()
    file.write_bytes(damage)
    cache.read(file, put.append)
    assert len({*put}) == 2 and all(one.exists() for one in put)
    assert list(cache.told("somebody")) == []


def test_every_dependence_has_its_own_name() -> None:
    names = {cache.name_of("2026-11-23", "daily", rest) for rest in [(), (1,), ("1",), (None,), ("1", ""), ("", "1")]}
    assert len(names) == 6


def test_where_nothing_can_be_kept_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path / "file"))
    file = cache.folder("guest") / "2026-11-23-daily-0.json"
    assert not cache.write(file, RESULT) and cache.read(file) is None and list(cache.told("guest")) == []


def test_forgetting_takes_one_subject_s(file: Path) -> None:
    other = cache.folder("other") / file.name
    cache.write(file, RESULT)
    cache.write(other, RESULT)
    cache.forget("somebody")
    assert not file.exists() and other.exists()
    cache.forget("somebody")


def test_the_same_result_has_the_same_bytes() -> None:
    assert cache.encoded(RESULT) == cache.encoded(json.loads(cache.encoded(RESULT)))
