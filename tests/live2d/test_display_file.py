"""Taking over the library that draws models on the page: out of its package or alone, and nothing else."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from pathlib import Path

import pytest

from vtuber_cli.errors import UsageError
from vtuber_cli.live2d import core_file, display_file

SCRIPT = b"!function(t){t.PIXI.live2d=t.PIXI.live2d||{}}(this);class Cubism4ModelSettings{}"
INSIDE = "package/dist/cubism4.min.js"
REAL = os.environ.get("VTUBER_TEST_LIVE2D_DISPLAY", "")


def package(folder: Path, entries: dict[str, bytes]) -> Path:
    file = folder / "display.tgz"
    with tarfile.open(file, "w:gz") as out:
        for name, data in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            out.addfile(entry, io.BytesIO(data))
    return file


def refused(file: Path) -> str:
    with pytest.raises(UsageError) as error:
        display_file.install(file)
    assert display_file.installed() is None
    return error.value.key


def test_out_of_its_package_or_alone(tmp_path: Path) -> None:
    file = package(tmp_path, {"package/package.json": b"{}", INSIDE: SCRIPT, "package/dist/index.min.js": b""})
    assert display_file.is_meant(file)
    place, display = display_file.install(file)
    assert (place, display) == (display_file.installed(), (False, SCRIPT))
    assert place.read_bytes() == SCRIPT
    assert place.parent == core_file.place().parent
    if os.name != "nt":
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
    alone = tmp_path / "alone.js"
    alone.write_bytes(SCRIPT + b"//")
    assert display_file.is_meant(alone)
    assert display_file.install(alone)[0].read_bytes() == SCRIPT + b"//"


@pytest.mark.parametrize(
    "script",
    [
        b"t.PIXI.live2d;class Cubism2ModelSettings{}",
        SCRIPT + b"class Cubism2ModelSettings{}",  # it would ask for a Cubism 2 as well
        b"export class Cubism4ModelSettings{}",
    ],
)
def test_other_builds_of_it_are_named_as_such(tmp_path: Path, script: bytes) -> None:
    file = tmp_path / "index.min.js"
    file.write_bytes(script)
    assert display_file.is_meant(file)
    assert refused(file) == "live2d.no_display"


def test_what_is_no_such_package(tmp_path: Path) -> None:
    assert refused(package(tmp_path, {"package/readme.md": b""})) == "live2d.display_not_inside"
    link = tmp_path / "link.tgz"
    with tarfile.open(link, "w:gz") as out:
        entry = tarfile.TarInfo(INSIDE)
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        out.addfile(entry)
    assert refused(link) == "live2d.display_not_inside"
    large = package(tmp_path, {INSIDE: SCRIPT + b" " * display_file.MAX_BYTES})
    assert refused(large) == "live2d.core_big"
    cut = tmp_path / "cut.tgz"
    cut.write_bytes(package(tmp_path, {INSIDE: os.urandom(5000)}).read_bytes()[:2000])
    assert refused(cut) == "live2d.core_unreadable"
    for other in (tmp_path / "missing.js", tmp_path / "nul\0.js", tmp_path):
        assert not display_file.is_meant(other)


@pytest.mark.skipif(not REAL, reason="VTUBER_TEST_LIVE2D_DISPLAY names no cubism4.min.js")
def test_the_real_one() -> None:
    assert display_file.install(Path(REAL))[1].tried
