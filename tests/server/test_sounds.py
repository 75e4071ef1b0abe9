"""Sounds that clients fetch: never too many, never for long, gone at the end, and nobody else's."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest

from vtuber_cli import disk, paths
from vtuber_cli.audio.riff import Riff
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import Speech
from vtuber_cli.server.services.sounds import Bounds, Sounds

SPEECH = Speech(np.zeros(500, np.float32), 8000)  # 1000 bytes


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.wav"))


def test_a_sound_is_a_plain_wav_of_the_owner() -> None:
    sounds = Sounds()
    file = sounds.find(sounds.put(SPEECH))
    assert file is not None
    with file.open("rb") as stream:
        sound = Riff(stream)
        assert (sound.samplerate, sound.channels, sound.frames) == (8000, 1, 500)
    assert file.is_relative_to(paths.cache_dir())
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file, file.parent)] == [0o600, 0o700]
    sounds.close()


def test_names_are_looked_up(tmp_path: Path) -> None:
    sounds = Sounds(tmp_path)
    name = sounds.put(SPEECH)
    assert name != sounds.put(SPEECH)
    assert len(name.removesuffix(".wav")) * 4 >= 128
    for other in ("", ".", "..", "x.wav", f"../{name}", f"{name}/", name.upper(), f"./{name}"):
        assert sounds.find(other) is None
    sounds.close()


@pytest.mark.parametrize("bounds", [Bounds(files=3), Bounds(bytes=3999)])
def test_the_oldest_goes(tmp_path: Path, bounds: Bounds) -> None:
    sounds = Sounds(tmp_path, bounds)
    names = [sounds.put(SPEECH) for _ in range(5)]
    assert [sounds.find(name) is not None for name in names] == [False, False, True, True, True]
    assert (len(files(tmp_path)), sounds.count, sounds.bytes) == (3, 3, 3000)
    sounds.close()


def test_none_stays_for_long(tmp_path: Path) -> None:
    clock = Clock()
    sounds = Sounds(tmp_path, Bounds(seconds=60), clock)
    early = sounds.put(SPEECH)
    clock.now = 30
    late = sounds.put(SPEECH)
    clock.now = 60
    assert sounds.find(early) is None
    assert sounds.find(late) is not None
    assert len(files(tmp_path)) == 1
    sounds.close()


def test_nothing_is_made_until_it_is_needed(tmp_path: Path) -> None:
    sounds = Sounds(tmp_path / "sounds")
    sounds.sweep()
    sounds.close()
    assert not (tmp_path / "sounds").exists()


def test_at_the_end_all_of_it_goes(tmp_path: Path) -> None:
    sounds = Sounds(tmp_path)
    name = sounds.put(SPEECH)
    sounds.close()
    assert list(tmp_path.iterdir()) == []
    assert sounds.find(name) is None
    with pytest.raises(EngineFailed):
        sounds.put(SPEECH)


def test_a_server_sweeps_what_is_nobodys(tmp_path: Path) -> None:
    running = Sounds(tmp_path)
    kept = running.put(SPEECH)
    killed = tmp_path / "0123456789abcdef"
    killed.mkdir()
    (killed / "a.wav").write_bytes(b"x")
    killed.with_name(f"{killed.name}.lock").touch()
    Sounds(tmp_path).sweep()
    assert not killed.exists()
    assert running.find(kept) in files(tmp_path)
    running.close()
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_not_swept_through(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "diary").write_text("x")
    folder = tmp_path / "sounds"
    folder.mkdir()
    (folder / "0.lock").touch()
    (folder / "0").symlink_to(precious)
    (folder / "1.lock").symlink_to(precious / "diary")
    Sounds(folder).sweep()
    assert (precious / "diary").read_text() == "x"


def test_somebody_cleans_up(tmp_path: Path) -> None:
    sounds = Sounds(tmp_path / "sounds")
    gone = sounds.put(SPEECH)
    disk.remove(tmp_path / "sounds")
    assert sounds.find(gone) is None
    assert sounds.find(sounds.put(SPEECH)) is not None
    sounds.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sounds = Sounds(tmp_path)
    kept = sounds.put(SPEECH)
    real = os.open

    def full_disk(*_: object) -> int:
        return real("/dev/full", os.O_WRONLY)

    with monkeypatch.context() as full:
        full.setattr(os, "open", full_disk)
        with pytest.raises(EngineFailed):
            sounds.put(SPEECH)
    assert (sounds.count, len(files(tmp_path))) == (1, 1)
    assert sounds.find(kept) is not None
    sounds.close()


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sounds = Sounds(tmp_path / "file" / "sounds")
    with pytest.raises(EngineFailed) as failed:
        sounds.put(SPEECH)
    assert failed.value.key == "server.sound_unwritable"
    sounds.close()
