"""What every test gets: folders of its own, English, no leftovers; and real weights where it is marked `model`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.strict import pytest_make_collect_report, pytest_runtest_makereport
from vtuber_cli import i18n, log

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

CHECKOUT = Path(__file__).resolve().parent.parent
_CHOSEN = os.environ.get("VTUBER_MODELS_DIR")
_MODELS = Path(_CHOSEN) if _CHOSEN else CHECKOUT / ".cache" / "models"
os.environ["VTUBER_MODELS_DIR"] = str(_MODELS)  # for fixtures that outlive a test's own world
_KEPT = {"VTUBER_MODELS_DIR", "VTUBER_TEST_STRICT"}


@pytest.fixture(autouse=True)
def _own_world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The user's folders in a temporary place, a known language, and no VTUBER_ setting of the person who runs it."""
    for name in os.environ:
        if name.startswith(("LC_", "VTUBER_")) and name not in _KEPT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("VTUBER_MODELS_DIR", str(_MODELS))
    i18n.set_language("auto")
    if request.node.get_closest_marker("model"):
        request.getfixturevalue("real_weights")
    yield
    i18n.set_language("auto")
    log.stop()


@pytest.fixture(scope="session", autouse=True)
def _weights_first(request: pytest.FixtureRequest) -> None:
    """Fetched before any fixture that outlives a test looks for them."""
    if any(item.get_closest_marker("model") for item in request.session.items):
        _fetch_weights()


@pytest.fixture(scope="session")
def real_weights() -> Path:
    """The folder with the default weights. Ours is filled once, by the program itself; another is used as it is."""
    if refused := _fetch_weights():
        pytest.skip(f"the weights could not be fetched: {refused}")
    return _MODELS


@cache
def _fetch_weights() -> str:
    """What the program said if it could not fetch them, else nothing."""
    if _CHOSEN:
        return ""
    with TemporaryDirectory() as home:
        environment = os.environ | {"VTUBER_HOME": home}
        command = [sys.executable, "-m", "vtuber_cli", "models", "get"]
        done = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return done.stderr.strip()[-400:] if done.returncode else ""
