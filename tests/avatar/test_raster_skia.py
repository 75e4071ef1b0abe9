"""Skia draws what resvg draws, and where it cannot be loaded nobody misses it."""

from __future__ import annotations

import logging
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from tests.avatar.rigs import CHARACTERS, small
from vtuber_cli.avatar import expressions_file, png, raster_resvg
from vtuber_cli.avatar.parameters import Pose
from vtuber_cli.avatar.raster import Raster, Rasteriser, quickest
from vtuber_cli.avatar.rig import Rig, load
from vtuber_cli.avatar.rig_file import RigFile, View
from vtuber_cli.avatar.sheet import MOVES
from vtuber_cli.events import EMOTIONS

WHO = ("mika", "jun")
RIGS = {who: load(CHARACTERS / who) for who in WHO}
FACES = {who: expressions_file.read(CHARACTERS / who / "expressions.json") for who in WHO}
BLOCKS = 8


@pytest.fixture
def by_skia() -> Rasteriser:
    pytest.importorskip(
        "skia", reason="skia-python is not installed: pip install 'vtuber-cli[skia]'", exc_type=ImportError
    )
    from vtuber_cli.avatar import raster_skia

    return raster_skia


def unlike(rig: Rig, pose: Pose, size: tuple[int, int], by_skia: Rasteriser, view: View = "bust") -> np.ndarray:
    """How far each pixel's four numbers, premultiplied, are apart on average."""
    found: list[np.ndarray] = []
    for rasteriser in (by_skia, raster_resvg):
        flat = np.frombuffer(Raster(rig, rasteriser=rasteriser).rgba(pose, *size, view), np.uint8)
        pixels = flat.reshape(size[1], size[0], 4).astype(float)
        pixels[..., :3] *= pixels[..., 3:] / 255
        found.append(pixels)
    return np.abs(found[0] - found[1]).mean(axis=2)


def worst_block(apart: np.ndarray) -> float:
    """The mean of that of 8 x 8 blocks where they are furthest apart: what a part that is missing would raise."""
    return max(
        float(block.mean()) for row in np.array_split(apart, BLOCKS) for block in np.array_split(row, BLOCKS, axis=1)
    )


@pytest.mark.parametrize("side", [80, 160, 320, 512])
@pytest.mark.parametrize("who", WHO)
def test_every_expression_is_the_same_picture(who: str, side: int, by_skia: Rasteriser) -> None:
    for emotion in EMOTIONS:
        apart = unlike(RIGS[who], FACES[who][emotion].pose(5), (side, side), by_skia)
        assert apart.mean() < 2, emotion
        assert worst_block(apart) < 4, emotion


@pytest.mark.parametrize("who", WHO)
def test_every_move_is_the_same_picture(who: str, by_skia: Rasteriser) -> None:
    for words, pose in MOVES:
        apart = unlike(RIGS[who], pose, (160, 160), by_skia)
        assert apart.mean() < 2 and worst_block(apart) < 4, words


@pytest.mark.parametrize("size", [(352, 160), (160, 320), (240, 96)])
@pytest.mark.parametrize("view", ["bust", "face"])
def test_other_proportions_are_the_same_picture(view: View, size: tuple[int, int], by_skia: Rasteriser) -> None:
    apart = unlike(RIGS["mika"], {}, size, by_skia, view)
    assert apart.mean() < 2 and worst_block(apart) < 4


def test_a_png_holds_the_same_pixels(by_skia: Rasteriser) -> None:
    raster = Raster(RIGS["mika"], rasteriser=by_skia)
    found = raster.png({}, 120, 70)
    assert struct.unpack(">II", found[16:24]) == (120, 70)
    assert png.decode(found).tobytes() == raster.rgba({}, 120, 70)


# --- which of them draws ----------------------------------------------------------------------------------------


@pytest.fixture
def undecided(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As before the first picture, and so again afterwards."""
    quickest.cache_clear()
    monkeypatch.delattr("vtuber_cli.avatar.raster_skia", raising=False)
    with patch.dict(sys.modules):
        sys.modules.pop("skia", None)
        sys.modules.pop("vtuber_cli.avatar.raster_skia", None)
        yield
    quickest.cache_clear()


def test_skia_draws_where_it_is_installed(by_skia: Rasteriser) -> None:
    quickest.cache_clear()
    assert quickest() is by_skia


@pytest.mark.usefixtures("undecided")
def test_without_skia_nothing_is_said(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skia", None)
    assert quickest() is raster_resvg
    assert not caplog.records


@pytest.mark.usefixtures("undecided")
def test_a_skia_that_lacks_a_library_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks = "libEGL.so.1: cannot open shared object file: No such file or directory"
    (tmp_path / "skia.py").write_text(f"raise ImportError({lacks!r})", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    raster = Raster(Rig(RigFile.model_validate(small())))
    with caplog.at_level(logging.INFO):
        assert len(raster.rgba({}, 20, 20)) == len(raster.rgba({"ParamAngleZ": 9}, 20, 20)) == 1600
    (record,) = caplog.records
    assert lacks in record.getMessage()


@pytest.mark.usefixtures("undecided")
def test_nothing_is_loaded_before_the_first_picture() -> None:
    Raster(RIGS["mika"]).key({}, 80, 80)
    assert "vtuber_cli.avatar.raster_skia" not in sys.modules
    assert quickest.cache_info().currsize == 0
