"""VTUBER_TEST_STRICT=1, as CI sets it: a skip of what matters is a failure that names the reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FILE = """
import pytest

@pytest.mark.model
def test_needs_weights():
    pytest.skip("no weights here")

@pytest.mark.audio
@pytest.mark.skipif(True, reason="no sound server")
def test_needs_sound():
    pass

@pytest.mark.skipif(True, reason="another system")
def test_elsewhere():
    pass

@pytest.mark.model
@pytest.mark.xfail(reason="known")
def test_known():
    assert False

@pytest.mark.model
def test_fine():
    pass
"""


def run(folder: Path, source: str, strict: str) -> tuple[int, str]:
    (folder / "test_it.py").write_text(source, encoding="utf-8")
    environment = os.environ | {"VTUBER_TEST_STRICT": strict, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "tests.strict", "-p", "no:cacheprovider"]
    command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder), str(folder)]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_skipped_journeys_fail_and_say_why(tmp_path: Path) -> None:
    code, said = run(tmp_path, FILE, "1")
    assert code == 1
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error" in said
    assert "a model test was skipped, and VTUBER_TEST_STRICT forbids it: no weights here" in said
    assert "a audio test" not in said
    assert "an audio test was skipped, and VTUBER_TEST_STRICT forbids it: no sound server" in said


@pytest.mark.parametrize("strict", ["", "0"])
def test_without_it_a_skip_is_a_skip(strict: str, tmp_path: Path) -> None:
    code, said = run(tmp_path, FILE, strict)
    assert code == 0
    assert "1 passed, 3 skipped, 1 xfailed" in said


def test_a_file_that_skips_itself_fails_too(tmp_path: Path) -> None:
    code, said = run(tmp_path, "import pytest\npytest.importorskip('no_such_library')\n", "1")
    assert code != 0
    assert "no_such_library" in said


def test_an_engine_that_makes_no_such_promise_lacks_nothing(tmp_path: Path) -> None:
    skip = "pytest.skip('Joe does not claim to speak Korean')"
    source = f"import pytest\n\n@pytest.mark.model\ndef test_korean():\n    {skip}\n"
    code, said = run(tmp_path, source, "1")
    assert code == 0
    assert "1 skipped" in said
