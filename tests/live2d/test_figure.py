"""Who plays a character: her model, her drawing, or nobody."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.live2d import models
from vtuber_cli import character, paths
from vtuber_cli.avatar.raster import Raster
from vtuber_cli.bootstrap.figures import figure
from vtuber_cli.errors import VtuberError
from vtuber_cli.live2d import painter


@pytest.fixture
def jun(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A character of the user's own, drawn like Jun; Live2D's library is not installed."""
    monkeypatch.setattr(painter, "available", lambda: False)
    folder = character.own_folder() / "jun"
    shutil.copytree(paths.shipped("characters") / "jun", folder)
    return folder


def test_her_drawing_if_she_has_no_model(jun: Path) -> None:
    found = figure("jun")
    assert found is not None and isinstance(found.painter, Raster) and found.instead is None


def test_her_drawing_if_the_model_cannot_be_drawn_and_why(jun: Path) -> None:
    models.write(jun / "live2d")
    found = figure("jun")
    assert found is not None and isinstance(found.painter, Raster)
    assert found.instead is not None and found.instead.key == "live2d.not_installed"


def test_her_drawing_if_the_model_is_broken(jun: Path) -> None:
    models.write(jun / "live2d", Moc="../x")
    found = figure("jun")
    assert found is not None and found.instead is not None and found.instead.key == "live2d.outside"


def test_without_a_drawing_it_is_an_error(jun: Path) -> None:
    (jun / "rig.json").unlink()
    assert figure("jun") is None
    models.write(jun / "live2d")
    with pytest.raises(VtuberError) as error:
        figure("jun")
    assert error.value.key == "live2d.not_installed"


def test_nobody() -> None:
    assert figure("nobody") is None
