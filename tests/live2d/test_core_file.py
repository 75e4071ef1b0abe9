"""Taking over a Cubism Core: only what looks like one, and nothing that hides or bursts."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest

from vtuber_cli.errors import UsageError
from vtuber_cli.live2d import core_file

FIVE = (
    b"/* a stand-in */var Live2DCubismCore;"
    b'a.csmGetVersion=0;m.ccall("csmGetDrawableRenderOrders");b.MocVersion_42=4;b.MocVersion_50=5;'
)
FOUR = FIVE.replace(b"b.MocVersion_50=5;", b"")
SIX = FIVE.replace(b"csmGetDrawableRenderOrders", b"csmGetRenderOrders")
CORE = os.environ.get("VTUBER_TEST_CUBISM_CORE", "")
INSIDE = "CubismSdkForWeb-5-r.4/Core/live2dcubismcore.min.js"


def written(folder: Path, script: bytes) -> Path:
    file = folder / "live2dcubismcore.min.js"
    file.write_bytes(script)
    return file


def zipped(folder: Path, *names: str, script: bytes = FIVE, method: int = zipfile.ZIP_DEFLATED) -> Path:
    file = folder / "sdk.zip"
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("CubismSdkForWeb-5-r.4/README.md", "read me")
        for name in names:
            archive.writestr(name, script)
    return file


def refused(file: Path) -> str:
    with pytest.raises(UsageError) as error:
        core_file.install(file)
    assert core_file.installed() is None
    return error.value.key


def test_a_script_is_installed_for_its_user_only(tmp_path: Path) -> None:
    place, core = core_file.install(written(tmp_path, FIVE))
    assert core.major == "5" and place == core_file.installed() and place.read_bytes() == FIVE
    if os.name != "nt":
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [one.name for one in place.parent.iterdir()] == [core_file.NAME]
    assert core_file.install(written(tmp_path, FOUR))[1].major == "4"
    assert place.read_bytes() == FOUR


def test_out_of_the_zip(tmp_path: Path) -> None:
    place, _ = core_file.install(zipped(tmp_path, INSIDE))
    assert place.read_bytes() == FIVE


def test_core_6_is_refused_with_the_reason(tmp_path: Path) -> None:
    assert refused(written(tmp_path, SIX)) == "live2d.core_new"
    assert refused(zipped(tmp_path, INSIDE, script=SIX)) == "live2d.core_new"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (b"Cubism Core Version 5.1.0", "5"),
        (b"CubismCore 05.00.0003", "5"),
        (b"Cubism SDK Core Version 04.02.0004", "4"),
    ],
)
def test_a_written_version_counts(words: bytes, found: str, tmp_path: Path) -> None:
    assert core_file.read(written(tmp_path, words.join([b"/*", b"*/"]) + FIVE)).major == found


def test_written_versions_that_do_not_fit(tmp_path: Path) -> None:
    assert refused(written(tmp_path, b"/* Cubism Core 06.00.0001 */" + FIVE)) == "live2d.core_new"
    assert refused(written(tmp_path, b"/* Cubism Core 3.3.01 */" + FIVE)) == "live2d.core_old"


@pytest.mark.parametrize("script", [b"", b"alert(1)", b"Live2DCubismCore", b"csmGetVersion", b"\0" * 100])
def test_other_scripts(script: bytes, tmp_path: Path) -> None:
    assert refused(written(tmp_path, script)) == "live2d.no_core"


def test_no_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.js") == "live2d.core_missing"
    assert refused(tmp_path) == "live2d.core_missing"
    assert refused(tmp_path / "a\0b") in ("live2d.core_missing", "live2d.core_unreadable")


def test_too_large(tmp_path: Path) -> None:
    assert refused(written(tmp_path, FIVE + b" " * core_file.MAX_BYTES)) == "live2d.core_big"


@pytest.mark.parametrize(
    "name",
    [
        "../live2dcubismcore.min.js", "/live2dcubismcore.min.js", "a/../../live2dcubismcore.min.js",
        "sdk/.hidden/live2dcubismcore.min.js", ".live2dcubismcore.min.js/live2dcubismcore.min.js",
        "__MACOSX/Core/live2dcubismcore.min.js", "Core/live2dcubismcore.min.js/", "Core/live2dcubismcore.js",
        "Core\\live2dcubismcore.min.js",
    ],
)  # fmt: skip
def test_hidden_and_odd_paths_are_not_looked_at(name: str, tmp_path: Path) -> None:
    assert refused(zipped(tmp_path, name)) == "live2d.core_not_inside"
    assert core_file.read(zipped(tmp_path, name, INSIDE)).major == "5"


def test_two_of_them(tmp_path: Path) -> None:
    assert refused(zipped(tmp_path, INSIDE, "other/live2dcubismcore.min.js")) == "live2d.core_twice"


def test_bombs(tmp_path: Path) -> None:
    assert refused(zipped(tmp_path, INSIDE, script=FIVE + bytes(4_000_000))) == "live2d.core_big"
    assert refused(zipped(tmp_path, INSIDE, script=FIVE + os.urandom(core_file.MAX_BYTES))) == "live2d.core_big"


def test_a_size_that_is_a_lie(tmp_path: Path) -> None:
    """The directory says ten bytes; what is packed is far more. zipfile stops there, and the sum is wrong."""
    file = zipped(tmp_path, INSIDE, script=FIVE * 1000)
    raw, size = file.read_bytes(), (len(FIVE) * 1000).to_bytes(4, "little")
    file.write_bytes(raw.replace(size, (10).to_bytes(4, "little")))
    assert refused(file) == "live2d.core_zip"


def test_a_damaged_zip(tmp_path: Path) -> None:
    file = zipped(tmp_path, INSIDE)
    file.write_bytes(file.read_bytes()[:-30])
    assert refused(file) == "live2d.core_zip"


def test_what_was_installed_stays_when_the_next_one_is_refused(tmp_path: Path) -> None:
    place, _ = core_file.install(written(tmp_path, FIVE))
    with pytest.raises(UsageError):
        core_file.install(written(tmp_path, SIX))
    assert place.read_bytes() == FIVE


@pytest.mark.skipif(not CORE, reason="VTUBER_TEST_CUBISM_CORE names no Core")
def test_a_real_core(tmp_path: Path) -> None:
    place, core = core_file.install(Path(CORE))
    assert core.major in ("4", "5") and place.read_bytes() == core.script
