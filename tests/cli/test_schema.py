"""`vtuber schema`, where what is there is in the way."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from vtuber_cli.cli import schema


def test_junk_in_its_place_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(b"\xff\xfe\0")
    assert schema.write("config", tmp_path).read_text(encoding="utf-8") == schema.text("config")


def test_a_full_disk_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        self.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        schema.write("config", tmp_path)
    assert list(tmp_path.iterdir()) == []
