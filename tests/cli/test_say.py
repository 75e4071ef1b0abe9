"""`vtuber say` from outside: texts from arguments, files and pipes, into files and pipes."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import time
import wave
from pathlib import Path

import pytest

ECHO = ["--engines", "echo"]


def say(*args: str, typed: bytes | None = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "vtuber_cli", "say", *args, *ECHO],
        input=typed, capture_output=True, timeout=60, check=False, cwd=cwd, env={**os.environ, **here()},
    )  # fmt: skip


def here() -> dict[str, str]:
    """So that a program started elsewhere runs this code."""
    return {"PYTHONPATH": str(Path(__file__).parents[2])}


def seconds(file: Path | io.BytesIO) -> float:
    with wave.open(str(file) if isinstance(file, Path) else file) as opened:
        return opened.getnframes() / opened.getframerate()


def test_the_same_words_from_everywhere_sound_the_same(tmp_path: Path) -> None:
    words = "Hello there. One two three, four."
    (tmp_path / "text").write_text("\ufeff" + words)
    heard: list[bytes] = []
    for args, typed in (
        ([words], b""), ([], words.encode()), (["-"], words.encode()), (["--file", "text"], b""),
        (["-f", "-"], words.encode()),
    ):  # fmt: skip
        done = say(*args, "--wav", "out.wav", typed=typed, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        heard.append((tmp_path / "out.wav").read_bytes())
    assert len(set(heard)) == 1
    assert seconds(tmp_path / "out.wav") > 1


def test_a_pipe_begins_to_sound_before_it_ends(tmp_path: Path) -> None:
    """The first sentence is on its way out while the second has not been written yet."""
    running = subprocess.Popen(
        [sys.executable, "-m", "vtuber_cli", "say", "--wav", "-", *ECHO],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert running.stdin is not None and running.stdout is not None and running.stderr is not None
    running.stdin.write("One two three. 둘".encode()[:-1])  # cut in the middle of a letter
    running.stdin.flush()
    header = running.stdout.read(44)
    first = running.stdout.read(2 * 24_000 // 4)
    assert header[:4] == b"RIFF" and len(first) == 12_000
    assert running.poll() is None
    rest, errors = running.communicate("둘".encode()[-1:] + b" four. Five six.", timeout=30)
    assert (running.returncode, errors) == (0, b"")
    assert len(rest) > 24_000


def test_a_wav_to_standard_output(tmp_path: Path) -> None:
    piped = say("one two three", "--wav", "-")
    assert (piped.returncode, piped.stderr) == (0, b"")
    assert piped.stdout[4:8] == piped.stdout[40:44] == b"\xff\xff\xff\xff"  # nobody knows yet
    with (tmp_path / "out.wav").open("wb") as out:
        out.write(b"before")
        out.flush()
        subprocess.run([sys.executable, "-m", "vtuber_cli", "say", "one two three", "--wav", "-", *ECHO],
                       stdout=out, check=True, timeout=60)  # fmt: skip
    written = (tmp_path / "out.wav").read_bytes()
    assert written[:6] == b"before"
    assert seconds(io.BytesIO(written[6:])) == pytest.approx((len(piped.stdout) - 44) / 2 / 24_000)
    assert written[6 + 44 :] == piped.stdout[44:]


@pytest.mark.parametrize(
    ("args", "typed", "said"),
    [
        ([], b"", "nothing"), ([], b" \n\t\n", "nothing"), ([""], b"", "nothing"), (["  "], b"x", "nothing"),
        (["!!!", "..."], b"", "could say"), ([], b"?!\n", "could say"),
        ([], b"caf\xe9 au lait", "byte 3"), ([], b"\xff\xfeh\0i\0", "byte 0"), ([], b"a\0b", "byte 1"),
        ([], "한".encode()[:2], "byte 0"), (["--file", "nowhere"], b"", "nowhere"), (["--file", "."], b"", "."),
        (["--file", "latin"], b"", "latin"), (["words", "--file", "latin"], b"", "--file"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_one_line(tmp_path: Path, args: list[str], typed: bytes, said: str) -> None:
    (tmp_path / "latin").write_bytes("voilà".encode("latin-1"))
    done = say(*args, "--wav", "out.wav", typed=typed, cwd=tmp_path)
    complaints = [line for line in done.stderr.decode().splitlines() if line.startswith("vtuber: ")]
    assert done.returncode == 2
    assert len(complaints) == 1 and said in complaints[0], done.stderr
    assert b"Traceback" not in done.stderr


def test_what_was_said_before_the_fault_is_kept(tmp_path: Path) -> None:
    """A pipe may break anywhere; what was heard was heard."""
    running = subprocess.Popen(
        [sys.executable, "-m", "vtuber_cli", "say", "--wav", "-", *ECHO],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert running.stdin is not None and running.stdout is not None
    running.stdin.write(b"One two three. ")
    running.stdin.flush()
    assert running.stdout.read(44)[:4] == b"RIFF"
    rest, errors = running.communicate(b"\xff\xff", timeout=30)
    assert running.returncode == 2
    assert len(rest) > 24_000 and b"byte 15" in errors


def test_a_terminal_is_shown_no_wav() -> None:
    main, side = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "vtuber_cli", "say", "hi", "--wav", "-", *ECHO],
        stdin=subprocess.DEVNULL, stdout=side, stderr=subprocess.PIPE, timeout=60, check=False,
    )  # fmt: skip
    os.close(side)
    assert done.returncode == 2 and b"aplay" in done.stderr
    try:
        assert os.read(main, 10) == b""
    except OSError:  # how Linux says that nothing was written and the other side is closed
        pass
    os.close(main)


def test_a_listener_who_leaves_ends_it_quietly() -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "vtuber_cli", "say", "--wav", "-", *ECHO],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert running.stdin is not None and running.stdout is not None and running.stderr is not None
    running.stdin.write(b"One two three. " * 1000)
    running.stdin.flush()
    running.stdout.read(44)
    running.stdout.close()
    limit = time.monotonic() + 30
    while running.poll() is None and time.monotonic() < limit:
        try:
            running.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    assert running.poll() in (0, 1)
    assert running.stderr.read() == b""
    running.stderr.close()
    running.stdin.close()
