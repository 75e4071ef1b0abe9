from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """\
import os, sys
from pathlib import Path
from vtuber_cli.audio.quiet import native_stderr_to
print("before", file=sys.stderr)
with native_stderr_to(Path(sys.argv[1])):
    os.write(2, b"ALSA lib: underrun\\n")
    print("talk \\ud55c", file=sys.stderr)
    print("screen", file=sys.__stderr__, flush=True)
    assert sys.__stderr__.fileno() != 2
os.write(2, b"after\\n")
print("talk again", file=sys.stderr)
"""


def run(log: Path, code: str = CODE) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, str(log)], capture_output=True, text=True, check=False)


def test_native_noise_goes_to_the_log_and_talk_stays(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "native.log"
    done = run(log)
    assert done.stderr.splitlines() == ["before", "talk 한", "screen", "after", "talk again"]
    assert log.read_text() == "ALSA lib: underrun\n"
    assert log.stat().st_mode & 0o077 == 0
    run(log)
    assert log.read_text() == "ALSA lib: underrun\n" * 2


def test_without_a_place_for_a_log_there_is_silence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run(tmp_path / "file" / "native.log")
    assert done.returncode == 0
    assert "ALSA" not in done.stderr


def test_a_process_without_stderr_is_left_alone(tmp_path: Path) -> None:
    code = CODE.partition("print(")[0] + (
        "os.close(2)\n"
        "with native_stderr_to(Path(sys.argv[1])):\n"
        "    print('fine')\n"
        "assert not Path(sys.argv[1]).exists()\n"
    )
    done = run(tmp_path / "native.log", code)
    assert (done.returncode, done.stdout) == (0, "fine\n")


def test_it_is_undone_after_an_error(tmp_path: Path) -> None:
    code = CODE.replace("    assert sys.__stderr__.fileno() != 2", "    raise SystemExit('gone')")
    assert run(tmp_path / "native.log", code).stderr.splitlines()[-1] == "gone"


def test_the_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    log = tmp_path / "native.log"
    log.write_bytes(b"x" * 2_000_000)
    run(log)
    assert log.read_text() == "ALSA lib: underrun\n"
