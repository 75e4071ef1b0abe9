"""What every test gets: folders of its own, English, no leftovers; and real weights where it is marked `model`.

Tests that start programs are marked `process` here, by name, and a test that does so unmarked fails: without these,
the real weights and the sound server, what is left takes under a minute.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from tests.side_by_side import arrange
from tests.strict import pytest_make_collect_report, pytest_runtest_makereport
from vtuber_cli import i18n, log

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

CHECKOUT = Path(__file__).resolve().parent.parent
_OURS = CHECKOUT / ".cache" / "models"
_MODELS = Path(os.environ.get("VTUBER_MODELS_DIR") or _OURS)
_CHOSEN = _MODELS != _OURS
os.environ["VTUBER_MODELS_DIR"] = str(_MODELS)  # for fixtures that outlive a test's own world
_KEPT = {"VTUBER_MODELS_DIR", "VTUBER_TEST_STRICT", "VTUBER_TEST_THOROUGH"}

# No deadlines: a busy machine is no bug. VTUBER_TEST_THOROUGH=1 looks longer for what breaks a property.
settings.register_profile("quick", deadline=None, max_examples=40)
settings.register_profile("thorough", deadline=None, max_examples=500)
settings.load_profile("thorough" if os.environ.get("VTUBER_TEST_THOROUGH", "0") not in ("", "0") else "quick")

PROCESS = (
    "tests/architecture/test_first_paint.py",
    "tests/architecture/test_fortune_imports.py",
    "tests/architecture/test_listing.py",
    "tests/architecture/test_package.py",
    "tests/architecture/test_set_up.py",
    "tests/architecture/test_strict.py",
    "tests/audio/test_devices.py::test_importing_audio_loads_no_library",
    "tests/audio/test_miniaudio.py::test_a_list_of_devices_waits_for_no_numpy",
    "tests/audio/test_devices.py::test_without_a_library_everything_says_so",
    "tests/audio/test_quiet.py",
    "tests/audio/test_wav.py::TestSpeaker::test_a_full_disk",
    "tests/audio/test_wav.py::TestSpeaker::test_killed",
    "tests/bench/test_avatar.py::TestTheRealThing",
    "tests/bench/test_bench.py",
    "tests/bench/test_serve.py::TestTheRealThing",
    "tests/cli/",
    "tests/doctor/test_doctor.py::test_an_endpoint",
    "tests/doctor/test_doctor.py::test_an_unknown_model",
    "tests/doctor/test_doctor.py::test_echo_engines",
    "tests/engines/test_asr_sherpa.py",
    "tests/engines/test_onnx_session.py::test_the_runtime_tells_nobody",
    "tests/engines/test_tts_espeak.py::test_a_folder_without_voices",
    "tests/engines/test_tts_sherpa.py",
    "tests/engines/test_tts_espeak.py::test_a_very_deep_folder",
    "tests/engines/test_llm_openai_tls.py",
    "tests/engines/test_plugin.py",
    "tests/engines/test_registry.py::test_names_and_classes_import_nothing_heavy",
    "tests/fortune/test_pillars.py::test_what_needs_no_sky",
    "tests/journeys/",
    "tests/live2d/test_painter.py",
    "tests/server/test_faults.py::test_killed",
    "tests/server/test_faults.py::test_told",
    "tests/server/test_relay.py::test_without_it_nothing_of_a_server_is_loaded",
    "tests/store/test_database.py::test_a_full_disk",
    "tests/store/test_database.py::test_no_room_to_begin",
    "tests/store/test_database.py::test_two_programs",
    "tests/store/test_history.py::test_kill_9",
    "tests/store/test_history.py::test_killed",
    "tests/store/test_history.py::test_two_programs",
    "tests/test_log.py::test_two_programs",
    "tests/test_settings_file.py::test_two_programs",
    "tests/terminals/",
    "tests/tui/test_debris.py",
    "tests/tui/test_feed.py::test_the_line_mode_and_what_it_stands_on",
    "tests/tui/picture/test_ask.py",
    "tests/tui/test_terminal.py",
    "tests/server/test_in_a_browser.py",
    "tests/viewer/",
    "tests/weights/test_interrupted.py",
    "tests/weights/test_room.py",
    "tests/weights/test_sources.py",
    "tests/weights/test_wheels.py",
)
"""How the ids of tests begin that start programs of their own."""
_STARTS = {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen"}
_started: list[str] = []


def _note_programs(event: str, args: tuple[object, ...]) -> None:
    if event in _STARTS:
        _started.append(f"{event}{args[:2]}")


sys.addaudithook(_note_programs)


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(PROCESS):
            item.add_marker("process")
    arrange(items)


@pytest.fixture(autouse=True)
def _no_programs(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that starts a program says so, that `-m "not process"` may mean what it says."""
    _started.clear()
    yield
    if not any(request.node.get_closest_marker(name) for name in ("process", "model", "audio")):
        assert not _started, "it starts programs: name it in PROCESS, in tests/conftest.py"


@pytest.fixture(autouse=True)
def _own_world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The user's folders in a temporary place, a known language, and no VTUBER_ setting of the person who runs it, nor
    the size that pytest's processes say their screens have."""
    for name in os.environ:
        if name.startswith(("LC_", "VTUBER_", "COLUMNS", "LINES")) and name not in _KEPT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("VTUBER_MODELS_DIR", str(_MODELS))
    i18n.set_language("auto")
    if request.node.get_closest_marker("model"):
        request.getfixturevalue("real_weights")
    yield
    os.environ.pop("VTUBER_LANGUAGE", None)  # `--lang` leaves it, for a program that ends
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
