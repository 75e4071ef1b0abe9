"""Nothing of her face stays in a terminal, and nothing breaks on the way: all bytes of a whole talk, read strictly."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest

from tests.tui.escapes import PIECE, Piece, graphics, pieces

ROOT = Path(__file__).parents[2]
STAGE = [sys.executable, "-m", "tests.terminals.stage"]
_PATIENCE = 30.0
_ANSWERS = b"\x1b_Gi=31415926;OK\x1b\\\x1bP>|kitty(0.41)\x1b\\\x1b[6;18;9t\x1b[?62;4c"
_QUESTION = b"\x1b[c"
_LEFT = b"\x1b[?1049l"
_UNKNOWN = re.compile(rb"\x1b\[[<>=?].*[up]")
"""What pyte would show as text."""
_AFTER = re.compile(rb"\x1b\[\?(?:25h|1004l|1000l|1003l|1015l|1006l|2004l|2048l)|\x1b\[<u|\x1b\]22;[a-z]*\x1b\\")
"""What Textual writes once the alternate screen is left."""


class Terminal:
    """A terminal that knows every protocol, with a program in it; all that was written to it is kept."""

    def __init__(self, columns: int, rows: int, command: list[str], **environment: str) -> None:
        self.written = b""
        self._unread = b""
        self._answered = 0
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (rows, columns))
        self._slave = slave
        self._ends = (self.master, slave)
        self.before = termios.tcgetattr(slave)
        environ = {name: value for name, value in os.environ.items() if name not in ("TMUX", "STY", "NO_COLOR")}
        environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", **environment}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip

    def read(self, seconds: float = 0.05) -> bytes:
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        data = os.read(self.master, 65536)
        self.written += data
        for _ in range(self.written.count(_QUESTION) - self._answered):
            os.write(self.master, _ANSWERS)
            self._answered += 1
        self._unread += data
        self._feed()
        return data

    def _feed(self) -> None:
        """To the screen, without what it would take for text."""
        at = 0
        while match := PIECE.match(self._unread, at):
            at = match.end()
            if match.lastgroup not in ("apc", "dcs", "osc") and not _UNKNOWN.match(match.group()):
                self._stream.feed(match.group())
        self._unread = self._unread[at:]

    def until(self, seen: Callable[[], object], what: str = "") -> None:
        limit = time.monotonic() + _PATIENCE
        while not seen():
            assert time.monotonic() < limit, f"{what}\n{self.page()}\n{self.written[-600:]!r}"
            self.read()

    def until_page(self, words: str) -> None:
        self.until(lambda: words in self.page(), words)

    def until_written(self, pattern: bytes, after: int = 0) -> None:
        self.until(lambda: re.search(pattern, self.written[after:]), repr(pattern))

    def page(self) -> str:
        return "\n".join(self._screen.display)

    def press(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def type(self, text: str) -> None:
        self.press(text.encode() + b"\r")

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        termios.tcsetwinsize(self._slave, (rows, columns))
        os.kill(self.process.pid, signal.SIGWINCH)

    def ended(self) -> int:
        self.until(lambda: self.process.poll() is not None, "the end")
        while self.read():
            pass
        assert termios.tcgetattr(self._slave) == self.before
        return self.process.returncode

    def vanish(self) -> None:
        """The window is closed."""
        for end in self._ends:
            os.close(end)
        self._ends = ()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.vanish()


@contextmanager
def terminal(columns: int, rows: int, *options: str, **environment: str) -> Generator[Terminal]:
    opened = Terminal(columns, rows, [*STAGE, *options], **environment)
    try:
        yield opened
    finally:
        opened.close()


def nothing_is_left(written: bytes) -> list[Piece]:
    """Reads all of it; afterwards no picture is in the terminal, and the screen is the shell's."""
    found = pieces(written)
    alive: set[str] = set()
    for command in graphics(found):
        image = command.keys.get("i", "")
        match command.keys["a"]:
            case "t" | "T":
                assert image not in alive, f"sent again: {command.keys}"
                assert command.payload.startswith(b"\x89PNG") and command.payload.endswith(b"IEND\xaeB`\x82")
                alive.add(image)
            case "d":
                assert command.keys["d"] == "I"
                alive.discard(image)
            case _:
                assert image in alive, f"not there: {command.keys}"
    assert not alive
    before, _, after = written.rpartition(_LEFT)
    assert _AFTER.sub(b"", after).strip() in (b"", b"told: a bug of ours"), after
    assert before.count(b"\x1b[?1049h") == before.count(_LEFT) + 1
    assert before.count(b"\x1b7") == before.count(b"\x1b8")
    for on, off in ((b"\x1b[?25l", b"\x1b[?25h"), (b"\x1b[?1000h", b"\x1b[?1000l"), (b"\x1b[?7l", b"\x1b[?7h")):
        assert written.rfind(off) > written.rfind(on), off
    return found


@pytest.mark.parametrize("way", ["kitty", "sixel", "half", "ascii", "off"])
def test_a_whole_talk(way: str) -> None:
    with terminal(120, 40, "--avatar", way) as screen:
        screen.until_page("The stars are out")
        screen.type("say")
        screen.until_page("Morning!")
        drawn = {
            "kitty": rb"\x1b_Ga=a,",
            "sixel": rb"\x1bP[0-9;]*q",
            "half": "[▄▐▆]".encode(),
            "ascii": b"",
            "off": b"",
        }
        start = len(screen.written)
        screen.until_written(drawn[way], start)
        screen.press(b"\x1bOP")
        screen.until_page("esc closes")
        screen.press(b"\x1b")
        screen.until(lambda: "esc closes" not in screen.page())
        for columns, rows in ((80, 24), (60, 20), (100, 30)):
            start = len(screen.written)
            screen.resize(columns, rows)
            screen.until_written(rb"\x1b\[%d;" % rows, start)
        screen.type("feel sadness")
        screen.until_page("sadness")
        screen.until_written(drawn[way], start)
        screen.press(b"\x11")
        assert screen.ended() == 0
        kinds = {piece.kind for piece in nothing_is_left(screen.written)}
    assert ("apc" in kinds) == (way in ("kitty", "sixel"))  # the question for sixel asks for all
    assert ("dcs" in kinds) == (way == "sixel")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_midst_of_it(number: signal.Signals) -> None:
    with terminal(80, 24, "--avatar", "kitty") as screen:
        screen.until_written(rb"\x1b_Ga=p,")
        screen.type("say")
        screen.until_page("Morning!")
        screen.process.send_signal(number)
        assert screen.ended() == 0
        nothing_is_left(screen.written)


@pytest.mark.parametrize("freeing", ["0", "3"])
def test_a_terminal_that_goes_away_takes_the_talk_with_it(freeing: str) -> None:
    """In mid-speech, when there is most to write and nobody to read it, and also while engines are being freed."""
    with terminal(80, 24, "--avatar", "half", "--freeing", freeing) as screen:
        screen.until_page("tonight")
        screen.type("say")
        screen.until_page("Morning!")
        screen.vanish()
        assert screen.process.wait(_PATIENCE) == 0


def test_a_bug_in_the_midst_of_it() -> None:
    with terminal(80, 24, "--avatar", "kitty") as screen:
        screen.until_written(rb"\x1b_Ga=p,")
        screen.type("bug")
        assert screen.ended() == 70
        nothing_is_left(screen.written)
        assert screen.written.rstrip().endswith(b"told: a bug of ours")


def test_leaving_at_once() -> None:
    """While her first picture is being drawn, or before."""
    with terminal(80, 24, "--avatar", "kitty") as screen:
        screen.until_written(rb"\x1b\[\?1049h")
        screen.press(b"\x11")
        assert screen.ended() == 0
        nothing_is_left(screen.written)


def test_ctrl_z_where_no_shell_waits_stops_nothing() -> None:
    with terminal(80, 24, "--avatar", "kitty") as screen:
        screen.until_written(rb"\x1b_Ga=p,")
        start = len(screen.written)
        screen.press(b"\x1a")
        screen.until_written(rb"(?s)\x1b_Ga=d,d=I.*\x1b\[\?1049l.*\x1b\[\?1049h.*\x1b_Ga=p,", start)
        screen.type("feel anger")
        screen.until_page("anger")
        screen.press(b"\x11")
        assert screen.ended() == 0
        nothing_is_left(screen.written)


@pytest.mark.parametrize("how", ["key", "TSTP", "STOP"])
def test_stopped_and_gone_on(how: str, tmp_path: Path) -> None:
    """In a shell, by the key, by a signal that asks, and by one that does not."""
    screen = Terminal(100, 30, ["sh", "-i"], PS1="ready> ", ENV="", HOME=str(tmp_path))
    try:
        screen.until_page("ready>")
        screen.type(" ".join([*STAGE, "--avatar", "kitty"]))
        screen.until_written(rb"\x1b_Ga=p,")
        program = int(Path(f"/proc/{screen.process.pid}/task/{screen.process.pid}/children").read_text().split()[0])
        start = len(screen.written)
        if how == "key":
            screen.press(b"\x1a")
        else:
            os.kill(program, getattr(signal, f"SIG{how}"))
        screen.until_written(rb"(?s)Stopped.*ready> ", start)
        if how != "STOP":
            pieces(screen.written)
            assert screen.written.rfind(b"\x1b[?1049l") > screen.written.rfind(b"\x1b_Ga=d,d=I") > start
            assert _state(program) == "T"
        screen.press(b"bg; echo typed\n")  # after SIGSTOP the line is as we left it, and a return key ends none
        screen.until_written(rb"typed\r\n", start)
        start = len(screen.written)
        screen.press(b"fg\n")
        screen.until_written(rb"(?s)\x1b\[\?1049h.*\x1b_Ga=p,", start)
        screen.type("feel anger")
        screen.until_page("anger")
        screen.press(b"\x11")
        screen.until(lambda: not Path(f"/proc/{program}").exists())
        screen.type("exit 3")
        assert screen.ended() == 3
    finally:
        screen.close()


@pytest.mark.parametrize("stopped", [False, True])
def test_a_terminal_that_is_closed_ends_it(stopped: bool, tmp_path: Path) -> None:
    """With its shell, as a window is closed: the system lets everybody go on and tells them."""
    screen = Terminal(100, 30, ["sh", "-i"], PS1="ready> ", ENV="", HOME=str(tmp_path))
    screen.until_page("ready>")
    screen.type(" ".join([*STAGE, "--avatar", "kitty"]))
    screen.until_written(rb"\x1b_Ga=p,")
    program = int(Path(f"/proc/{screen.process.pid}/task/{screen.process.pid}/children").read_text().split()[0])
    screen.type("say")
    screen.until_page("Morning!")
    if stopped:
        screen.press(b"\x1a")
        screen.until_written(rb"Stopped")
    screen.close()
    try:
        limit = time.monotonic() + _PATIENCE
        while Path(f"/proc/{program}").exists() and _state(program) != "Z":
            assert time.monotonic() < limit
            select.select([], [], [], 0.05)
    finally:
        if Path(f"/proc/{program}").exists():
            os.kill(program, signal.SIGKILL)


def _state(program: int) -> str:
    return Path(f"/proc/{program}/stat").read_text().rpartition(")")[2].split()[0]
