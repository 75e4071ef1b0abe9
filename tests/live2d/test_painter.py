"""The drawing process from outside, with a stand-in for Live2D's library that draws by real OpenGL; and the library
itself as far as it goes without a model, if it is installed in `VTUBER_TEST_LIVE2D_PYTHON`'s environment or in ours."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.live2d import models
from vtuber_cli.avatar.figure import Figure
from vtuber_cli.avatar.parameters import rest
from vtuber_cli.avatar.png import decode
from vtuber_cli.avatar.pose import Performer
from vtuber_cli.errors import EngineFailed, EngineUnavailable
from vtuber_cli.events import Greeted, PhaseChanged, ReplyStarted
from vtuber_cli.live2d import figure, gl, map_file, model_file, painter, process
from vtuber_cli.live2d.map_file import Cast
from vtuber_cli.live2d.painter import Live2dPainter

LIBRARY = Path(__file__).parent / "library"
MODEL = os.environ.get("VTUBER_TEST_LIVE2D_MODEL", "")
PYTHON = os.environ.get("VTUBER_TEST_LIVE2D_PYTHON", sys.executable)
"""A Python that has live2d-py and numpy."""


def _no_opengl() -> str:
    """Why nothing can be drawn here. Asked in another process: a graphics driver stays in the one that loads it."""
    code = "from vtuber_cli.live2d import gl; gl.Gl(gl.open_context())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.stderr.strip()[-200:]


@pytest.fixture(scope="module")
def opengl() -> None:
    if reason := _no_opengl():
        pytest.skip(f"no OpenGL without a screen: {reason}")


Open = Callable[..., Live2dPainter]


def cast(folder: Path, wish: bytes = b"", **references: Any) -> Cast:
    moc = models.moc()[:8] + wish
    return map_file.guessed(model_file.read(models.write(folder, {"mia.moc3": moc}, **references)))


@pytest.fixture(scope="module")
def calm(opengl: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live2dPainter]:
    """One doll for all who do it no harm."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(LIBRARY))
        found = Live2dPainter(cast(tmp_path_factory.mktemp("calm")), run=process.command())
    yield found
    found.close()


@pytest.fixture
def doll(opengl: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a painter of the stand-in's doll; what the moc is to do wrong may be given."""
    monkeypatch.setenv("PYTHONPATH", str(LIBRARY))
    opened: list[Live2dPainter] = []

    def begin(wish: bytes = b"", **references: Any) -> Live2dPainter:
        opened.append(Live2dPainter(cast(tmp_path / "doll", wish, **references), run=process.command()))
        return opened[-1]

    yield begin
    for one in opened:
        one.close()


def picture(found: Live2dPainter, width: int, height: int, view: Any = "bust", **pose: float) -> Any:
    raw = found.rgba({**rest(), **found.extra, **pose}, width, height, view)
    return np.frombuffer(raw, np.uint8).reshape(height, width, 4).astype(int)


def where(mask: Any) -> tuple[float, float, int]:
    """The middle of what is set, as row and column, and how many pixels that are."""
    rows, columns = np.nonzero(mask)
    return float(rows.mean()), float(columns.mean()), len(rows)


def white(pixels: Any) -> Any:
    return (pixels[..., :3].min(axis=2) > 240) & (pixels[..., 3] > 250)


def red(pixels: Any) -> Any:
    return (pixels[..., 0] > 240) & (pixels[..., 1] < 20)


def test_a_face_the_right_way_up(calm: Live2dPainter) -> None:
    found = picture(calm, 160, 160, "face", ParamMouthOpenY=1.0)
    eyes, mouth = where(white(found)), where(red(found))
    assert eyes[0] < mouth[0] and eyes[1] == pytest.approx(79.5, abs=1.5) == mouth[1]
    assert 50 < eyes[0] < 100, "her eyes are near the middle of the picture"
    assert found[0, 0].tolist() == [0, 0, 0, 0]


def test_the_bust_is_half_seen_and_not_darker_for_it(calm: Live2dPainter) -> None:
    """The doll's body is a quarter white, premultiplied, and half transparent: so it is half white."""
    found = picture(calm, 120, 160)
    assert found[-1, 60].tolist() == [128, 128, 128, 128] or found[-1, 60].tolist() == [127, 127, 127, 128]
    assert found[60, 60].tolist() == [128, 128, 128, 255]


def test_poses_move_it(calm: Live2dPainter) -> None:
    middle = where(white(picture(calm, 160, 160, "face")))
    turned = where(white(picture(calm, 160, 160, "face", ParamAngleX=30.0)))
    assert turned[1] > middle[1] + 5
    half = where(white(picture(calm, 160, 160, "face", ParamEyeLOpen=0.5, ParamEyeROpen=0.5)))
    assert half[2] == pytest.approx(middle[2] / 2, rel=0.2)
    assert not white(picture(calm, 160, 160, "face", ParamEyeLOpen=0.0, ParamEyeROpen=0.0)).any()
    wink = where(white(picture(calm, 160, 160, "face", ParamEyeLOpen=0.0)))
    assert wink[1] < middle[1], "her left eye is on the picture's right"
    assert not red(picture(calm, 160, 160, "face")).any()


@pytest.mark.parametrize(("width", "height"), [(80, 80), (31, 57), (57, 31), (400, 300), (2, 2), (160, 40)])
def test_any_size(width: int, height: int, calm: Live2dPainter) -> None:
    found = calm
    assert len(found.rgba(rest(), width, height)) == width * height * 4
    assert decode(found.png(rest(), width, height)).shape == (height, width, 4)
    assert found.live and not found.has(rest(), width, height)
    assert found.key(rest(), width, height) != found.key(rest(), width, height)


def test_a_performer_s_sadness_switches_the_model_s_own_parameter(calm: Live2dPainter, tmp_path: Path) -> None:
    found = calm
    assert found.extra == {"Param59": 0.25}
    shown = cast(tmp_path).expressions
    assert set(shown["sadness"].effects) == {"Param59"}
    performer = Performer(shown, extra=found.extra)
    assert performer.pose(1.0)["Param59"] == 0.25
    performer.tell(ReplyStarted(1, "sadness"), 1.0)
    pose = performer.pose(4.0)
    assert pose["Param59"] == pytest.approx(1.0)
    blue = picture(found, 80, 80, "face", **pose)[..., 2] > 200
    grey = picture(found, 80, 80, "face", **{**pose, "Param59": 0.25})[..., 2] > 200
    assert blue.sum() > grey.sum()


def test_what_a_library_prints_goes_nowhere(doll: Open, capfd: pytest.CaptureFixture[str]) -> None:
    doll().rgba(rest(), 20, 20)
    assert capfd.readouterr() == ("", "")


def test_a_library_that_ends_its_process_over_a_model_is_one_error(doll: Open) -> None:
    with pytest.raises(EngineFailed) as error:
        doll(b"abort")
    assert error.value.key == "live2d.refused" and error.value.params["reason"] == "what a moc"


def test_a_library_that_dies_while_drawing_fails_every_frame_after(doll: Open) -> None:
    found = doll(b"die later")
    for _ in range(2):
        with pytest.raises(EngineFailed) as error:
            found.rgba(rest(), 20, 20)
        assert (error.value.key, error.value.params["reason"]) == ("live2d.stopped", "SIGABRT")


def test_a_library_that_never_answers(doll: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOADING", 1.5)
    with pytest.raises(EngineFailed) as error:
        doll(b"hang")
    assert error.value.key == "live2d.slow"


def test_what_was_left_out_is_not_shown_to_the_library(doll: Open) -> None:
    """The stand-in opens every expression that it is told of, as the real one does."""
    told = [
        {"Name": "gone", "File": "expressions/gone.exp3.json"},
        {"Name": "F01", "File": "expressions/F01.exp3.json"},
    ]
    assert len(doll(Expressions=told).rgba(rest(), 8, 8)) == 256


def test_several_threads(calm: Live2dPainter) -> None:
    sizes: list[tuple[int, int]] = []

    def draw(side: int) -> None:
        for _ in range(5):
            sizes.append((side, len(calm.rgba(rest(), side, side))))

    threads = [threading.Thread(target=draw, args=(side,)) for side in (8, 16, 24)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(sizes) == 15 and all(size == side * side * 4 for side, size in sizes)


def test_motions_are_told_with_the_next_frame(doll: Open) -> None:
    found = doll()
    found.tell(Greeted("hello"))
    found.tell(PhaseChanged("speaking"))
    assert found._plays == ["tap"]  # pyright: ignore[reportPrivateUsage]
    found.rgba(rest(), 8, 8)
    assert found._plays == []  # pyright: ignore[reportPrivateUsage]
    found.tell(PhaseChanged("speaking"))
    assert found._plays == ["talk"]  # pyright: ignore[reportPrivateUsage]


def test_the_process_ends_with_its_painter(doll: Open, tmp_path: Path) -> None:
    found = Live2dPainter(cast(tmp_path / "other"), run=process.command())
    child = found._process._process  # pyright: ignore[reportPrivateUsage]
    assert child.poll() is None
    del found
    gc.collect()
    assert child.wait(5) is not None
    closed = doll()
    closed.close()
    closed.close()
    with pytest.raises(EngineFailed):
        closed.rgba(rest(), 8, 8)


def test_a_character_played_by_a_model(opengl: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(LIBRARY))
    monkeypatch.setattr(painter, "available", lambda: True)
    models.write(tmp_path / figure.FOLDER, Expressions=[], DisplayInfo=None)
    place = figure.find(tmp_path, None)
    assert place is not None
    found = figure.modelled(tmp_path, place)
    assert isinstance(found, Figure) and found.close is not None and found.tell is not None
    try:
        assert found.extra == {} and found.painter.live
        assert len(found.painter.rgba(rest(), 10, 10)) == 400
    finally:
        found.close()


# --- the library itself -------------------------------------------------------------------------------------------


def test_without_the_extra_there_is_one_error_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painter, "available", lambda: False)
    with pytest.raises(EngineUnavailable) as error:
        Live2dPainter(cast(tmp_path))
    assert error.value.key == "live2d.not_installed"


@pytest.mark.parametrize(
    ("source", "key", "reason"),
    [
        ("raise ImportError('libOpenGL.so.0: not there')", "live2d.not_loaded", "libOpenGL.so.0: not there"),
        ("import another_thing_that_is_not_there", "live2d.not_loaded", "another_thing_that_is_not_there"),
        ("__version__ = '0.5.4'", "live2d.not_loaded", "live2d-py 0.5.4 < 1.0"),
        (None, "live2d.not_installed", ""),
    ],
)
def test_a_library_that_cannot_be_loaded(
    source: str | None, key: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if source is not None:
        (tmp_path / "library" / "live2d").mkdir(parents=True)
        (tmp_path / "library" / "live2d" / "__init__.py").write_text(source)
    elif painter.available():
        pytest.skip("live2d-py is installed here")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "library"))
    with pytest.raises(EngineUnavailable) as error:
        Live2dPainter(cast(tmp_path / "mia"), run=process.command())
    assert error.value.key == key and reason in str(error.value.params.get("reason", ""))


def test_a_folder_of_that_name_is_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = painter.available()
    (tmp_path / "live2d").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert painter.available() == before


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed) as error:
        Live2dPainter(cast(tmp_path), run=[str(tmp_path / "none")])
    assert error.value.key == "live2d.died"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="EGL is Linux'")
def test_without_egl_there_is_one_error_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from vtuber_cli.live2d import gl_linux

    def missing(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(gl_linux.ctypes, "CDLL", missing)
    with pytest.raises(EngineUnavailable) as error:
        gl.open_context()
    assert error.value.key == "live2d.no_egl"


def _real(folder: Path, model: Path | None = None) -> Live2dPainter:
    run = [PYTHON, *process.command()[1:]]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    has = subprocess.run([PYTHON, "-c", "import live2d"], capture_output=True, check=False, env=environment)
    if has.returncode:
        pytest.skip("live2d-py is not installed (VTUBER_TEST_LIVE2D_PYTHON names a Python that has it)")
    found = map_file.guessed(model_file.read(model)) if model else cast(folder)
    return Live2dPainter(found, run=["env", f"PYTHONPATH={environment['PYTHONPATH']}", *run])


@pytest.mark.skipif(os.name == "nt", reason="started by env")
def test_the_real_library_refuses_a_moc_that_is_none(opengl: None, tmp_path: Path) -> None:
    """It ends its process over it; what it said first is told."""
    with pytest.raises(EngineFailed) as error:
        _real(tmp_path)
    assert error.value.key == "live2d.refused" and "csmHasMocConsistency" in str(error.value.params["reason"])


@pytest.mark.skipif(not MODEL, reason="VTUBER_TEST_LIVE2D_MODEL names no .model3.json")
def test_a_real_model(opengl: None, tmp_path: Path) -> None:
    """Its eyes shut, its mouth opens, its head turns, it fills the picture; nothing of it is kept here."""
    found = _real(tmp_path, model_file.find(Path(MODEL)))
    try:
        calm = picture(found, 320, 320, "face")
        seen = calm[..., 3] > 128
        assert seen.mean() > 0.2
        for change in ({"ParamEyeLOpen": 0.0, "ParamEyeROpen": 0.0}, {"ParamMouthOpenY": 1.0}, {"ParamAngleX": 25.0}):
            after = picture(found, 320, 320, "face", **change)
            assert (np.abs(after - calm).max(axis=2) > 40).sum() > 40, change
        assert picture(found, 80, 80).shape == (80, 80, 4)
    finally:
        found.close()
