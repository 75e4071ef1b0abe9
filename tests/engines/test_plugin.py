"""A third party's engine, from its own package, as its author would write and install it: tests/data/plugin."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

_SOURCE = Path(__file__).resolve().parent.parent / "data" / "plugin"
_CHECKOUT = _SOURCE.parent.parent.parent

_BROKEN = {
    "raises when it is imported": "raise RuntimeError('I am broken')",
    "lacks a library": "import a_library_that_nobody_has",
    "is no Python": "class (",
    "has no such class": "x = 1",
    "refuses to be built": """
from pydantic import BaseModel
class Morse:
    class Options(BaseModel): pass
    def __init__(self, options, weights): raise RuntimeError('I will not')
""",
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the plug-in was installed into, without the network."""
    root = tmp_path_factory.mktemp("plugin")
    source = shutil.copytree(_SOURCE, root / "source")  # the build leaves nothing in the checkout
    target = root / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    command += ["--disable-pip-version-check", "--target", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return target


def run(path: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(path)} | more
    return subprocess.run(
        [sys.executable, *command], env=environment, cwd=_CHECKOUT, capture_output=True, text=True, timeout=300
    )


def vtuber(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(path, "-m", "vtuber_cli", *arguments)


def with_code(installed: Path, folder: Path, code: str, name: str = "morse") -> Path:
    """The plug-in's installation with other code in it, its engine registered by `name`."""
    path = shutil.copytree(installed, folder)
    (path / "vtuber_morse" / "__init__.py").write_text(code, encoding="utf-8")
    (entry_points,) = path.glob("*.dist-info/entry_points.txt")
    entry_points.write_text(f"[vtuber.tts]\n{name} = vtuber_morse:Morse\n", encoding="utf-8")
    return path


def test_it_is_listed_beside_ours_and_importing_nothing(installed: Path) -> None:
    code = """
import sys
from vtuber_cli.engines import registry
print(*registry.names("tts"), "vtuber_morse" in sys.modules)
"""
    *names, imported = run(installed, "-c", code).stdout.split()
    assert names == sorted(names)
    assert {"echo", "espeak", "hibari", "morse", "piper", "sherpa-onnx"} <= set(names)
    assert imported == "False"


def test_it_speaks_through_the_command(installed: Path, tmp_path: Path) -> None:
    out = tmp_path / "sos.wav"
    done = vtuber(installed, "say", "SOS", "--wav", str(out), "--set", "engines.tts.name=morse")
    assert done.returncode == 0, done.stderr
    with wave.open(str(out)) as reader:
        samples = np.frombuffer(reader.readframes(reader.getnframes()), np.int16)
        loud = np.abs(samples.astype(float)) > 1000
        rate = reader.getframerate()
    # Three short tones, three long ones, three short ones.
    blocks = [loud[start : start + rate // 200].any() for start in range(0, len(loud), rate // 200)]
    runs = "".join("#" if block else " " for block in blocks).split()
    lengths = [len(run) for run in runs]
    assert len(lengths) == 9
    assert min(lengths[3:6]) > 2 * max(lengths[:3] + lengths[6:]) - 2


def test_its_options_are_checked_like_ours(installed: Path, tmp_path: Path) -> None:
    settings = ["--set", "engines.tts.name=morse", "--set", "engines.tts.options.hurtz=500"]
    done = vtuber(installed, "say", "SOS", "--wav", str(tmp_path / "x.wav"), *settings)
    assert done.returncode == 2
    assert "hertz" in done.stderr


def test_it_keeps_every_promise_of_a_voice(installed: Path) -> None:
    """All contracts but the one about words, which tones have none of."""
    contracts = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/contracts/test_tts.py"]
    done = run(installed, *contracts, "-k", "morse and not says_the", VTUBER_MODELS_DIR=os.devnull)
    assert done.returncode == 0, done.stdout[-2000:]
    assert " passed" in done.stdout
    assert "failed" not in done.stdout


@pytest.mark.parametrize("fault", _BROKEN)
def test_a_broken_one_breaks_nothing_but_itself(installed: Path, tmp_path: Path, fault: str) -> None:
    path = with_code(installed, tmp_path / "site", _BROKEN[fault])
    out = tmp_path / "x.wav"
    asked = vtuber(path, "say", "SOS", "--wav", str(out), "--set", "engines.tts.name=morse")
    assert asked.returncode in (1, 3)
    assert "Traceback" not in asked.stderr
    assert "morse" in asked.stderr or "I will not" in asked.stderr
    ours = vtuber(path, "say", "SOS", "--wav", str(out), "--set", "engines.tts.name=echo")
    assert ours.returncode == 0, ours.stderr


def test_it_cannot_take_the_place_of_one_of_ours(installed: Path, tmp_path: Path) -> None:
    path = with_code(installed, tmp_path / "site", "raise RuntimeError('I am not echo')", name="echo")
    code = "from vtuber_cli.engines import registry as r; print(r.load('tts', 'echo').__module__)"
    done = run(path, "-c", code)
    assert done.stdout.strip() == "vtuber_cli.engines.echo"
    assert (
        vtuber(path, "say", "SOS", "--wav", str(tmp_path / "x.wav"), "--set", "engines.tts.name=echo").returncode == 0
    )
