"""On a pseudo terminal with somebody at the other end who answers well, partly, badly, late or not at all."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest

from tests.tui.picture.asker import QUESTION
from tests.tui.picture.test_answers import FOOT, KITTY, XTERM
from vtuber_cli.tui.picture import ask
from vtuber_cli.tui.picture.answers import Answers, question
from vtuber_cli.tui.picture.choice import Choice

COLUMNS, ROWS = 80, 24
_PATIENCE = 30.0
_ROOT = Path(__file__).parents[3]
_READ = {"Answers": Answers, "Choice": Choice}


class Terminal:
    """What a program writes is kept; what it asks is answered by whoever holds this."""

    def __init__(self, kind: str, folder: Path, *options: str, **environment: str) -> None:
        self.file = folder / "found"
        self.bytes = b""
        self.master, self.slave = pty.openpty()
        termios.tcsetwinsize(self.slave, (ROWS, COLUMNS))
        self.before = termios.tcgetattr(self.slave)
        unset = (
            "TMUX",
            "STY",
            "ZELLIJ",
            "SSH_CONNECTION",
            "SSH_TTY",
            "NO_COLOR",
            "COLORTERM",
            "TERM_PROGRAM",
            "LC_ALL",
        )
        environ = {name: value for name, value in os.environ.items() if name not in unset}
        environ |= {"TERM": "xterm-256color", "LANG": "C.UTF-8"} | environment
        command = [sys.executable, "-m", "tests.tui.picture.asker", kind, str(self.file), *options]
        ends = {"stdin": self.slave, "stdout": self.slave, "stderr": self.slave}
        self.process = subprocess.Popen(command, cwd=_ROOT, env=environ, start_new_session=True, **ends)

    def until(self, seen: Callable[[], bool]) -> None:
        limit = time.monotonic() + _PATIENCE
        while not seen():
            assert time.monotonic() < limit, self.bytes[-2000:]
            if select.select([self.master], [], [], 0.02)[0]:
                self.bytes += os.read(self.master, 65536)

    def asked(self) -> None:
        self.until(lambda: QUESTION in self.bytes or self.process.poll() is not None)
        assert QUESTION in self.bytes, self.bytes

    def say(self, data: bytes) -> None:
        """In pieces, reading what comes back meanwhile; what does not go in any more is lost."""
        os.set_blocking(self.master, False)
        while data and self.process.poll() is None:
            try:
                data = data[os.write(self.master, data) :]
            except BlockingIOError:
                select.select([self.master], [], [], 0.001)
        os.set_blocking(self.master, True)

    def ended(self) -> int:
        self.until(lambda: self.process.poll() is not None)
        while select.select([self.master], [], [], 0.02)[0]:
            self.bytes += os.read(self.master, 65536)
        assert termios.tcgetattr(self.slave) == self.before
        assert self.process.returncode is not None
        return self.process.returncode

    def left(self) -> bytes:
        """What the next program would read."""
        attributes = termios.tcgetattr(self.slave)
        attributes[3] &= ~termios.ICANON
        termios.tcsetattr(self.slave, termios.TCSANOW, attributes)
        return os.read(self.slave, 65536) if select.select([self.slave], [], [], 0)[0] else b""

    def found(self) -> object:
        return eval(self.file.read_text(encoding="utf-8"), _READ)

    def page(self) -> str:
        screen = pyte.Screen(COLUMNS, ROWS)
        pyte.ByteStream(screen).feed(self.bytes.replace(QUESTION, b""))
        return "\n".join(screen.display)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for end in (self.master, self.slave):
            try:
                os.close(end)
            except OSError:
                pass


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def start(kind: str, *options: str, **environment: str) -> Terminal:
        opened.append(Terminal(kind, tmp_path, *options, **environment))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (KITTY, Answers(graphics=True, name="kitty(0.26.5)", cell=(9, 18), ended=True)),
        (FOOT, Answers(name="foot(1.13.1)", cell=(7, 14), sixel=True, ended=True)),
        (b"hi" + FOOT, Answers(name="foot(1.13.1)", cell=(7, 14), sixel=True, ended=True, typed="hi")),
        (b"\x1b[?62c", Answers(ended=True)),
        (b"", Answers()),
        (FOOT[:24], Answers(name="foot(1.13.1)", begun="\x1b[6;14")),
        (b"\xff\xfe garbage \x1b[31m\x1b]0;evil\x07\x9b2J", Answers(typed=" garbage 2J")),
        (b"\x1bP>|" + b"x" * 300 + b"\x1b[31m\x1b\\\x1b[?62c", Answers(ended=True)),
    ],
)
def test_answers(said: bytes, heard: Answers, terminal: Callable[..., Terminal]) -> None:
    one = terminal("answer")
    one.asked()
    one.say(said)
    assert one.ended() == 0, one.bytes
    found = one.found()
    assert isinstance(found, Answers)
    if len(said) > 200:  # what of it is typing is anybody's guess; that it is text is not
        assert "\x1b" not in found.typed
        return
    assert found == heard
    assert one.left() == b""
    assert one.bytes == QUESTION  # nothing was echoed, nothing was printed


def test_megabytes_of_it_take_no_longer_and_no_room(terminal: Callable[..., Terminal]) -> None:
    one = terminal("answer")
    one.asked()
    begun = time.monotonic()
    one.say(b"\x1b_G" + b"A" * 4_000_000)
    assert one.ended() == 0
    assert time.monotonic() - begun < _PATIENCE / 3
    found = one.found()
    assert isinstance(found, Answers) and not found.typed.strip("A") and len(one.file.read_text()) < 1 << 18


def test_a_terminal_that_says_nothing_is_waited_for_no_longer_than_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [5.0]
    waited: list[float] = []

    def nobody(readers: list[int], writers: object, errors: object, seconds: float) -> tuple[list[int], ...]:
        waited.append(seconds)
        now[0] += seconds
        return [], [], []

    monkeypatch.setattr(ask.select, "select", nobody)
    monkeypatch.setattr(ask, "_cell", lambda terminal: None)
    asked = ask.Asking(0, [], lambda: now[0])
    now[0] += 0.1  # importing meanwhile
    assert asked.wait() == Answers()
    assert waited == [pytest.approx(0.05)]
    assert asked.waits() and not asked.answers.ended
    now[0] += 5
    assert not asked.waits()


def test_an_error_gives_the_terminal_back(terminal: Callable[..., Terminal]) -> None:
    one = terminal("error")
    one.asked()
    assert one.ended() == 1
    assert b"ZeroDivisionError" in one.bytes


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_ends_the_program_and_gives_the_terminal_back(
    number: signal.Signals, terminal: Callable[..., Terminal]
) -> None:
    one = terminal("wait")
    one.until(one.file.exists)
    one.process.send_signal(number)
    assert one.ended() == -number


def test_a_key_that_is_a_signal_stays_one(terminal: Callable[..., Terminal]) -> None:
    one = terminal("wait")
    one.until(one.file.exists)
    one.say(b"\x03")
    assert one.ended() == -signal.SIGINT


def test_a_terminal_that_is_closed_meanwhile_says_nothing(terminal: Callable[..., Terminal]) -> None:
    one = terminal("answer")
    one.asked()
    os.close(one.slave)
    os.close(one.master)
    assert one.process.wait(_PATIENCE) in (0, -signal.SIGHUP)


@pytest.mark.parametrize(
    "environment",
    [{"TERM": "dumb"}, {"TERM": "linux"}, {"TERM": ""}, {"TERM_PROGRAM": "Apple_Terminal"}, {"CONTROLLING": "0"}],
)
def test_some_are_never_asked(environment: dict[str, str], terminal: Callable[..., Terminal]) -> None:
    """The last is somebody else's: another program is in its foreground."""
    one = terminal("answer", **environment)
    assert one.ended() == 0
    assert one.found() == Answers() and one.bytes == b""


def test_what_is_no_terminal_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not ask.can_ask({"TERM": "xterm"})  # under pytest standard input is none
    monkeypatch.setattr(ask.sys, "platform", "win32")
    assert not ask.can_ask({"TERM": "xterm"})
    with ask.asking(QUESTION) as asked:
        assert asked is None


# --- with the screen behind it ----------------------------------------------------------------------------------


def test_the_screen_takes_over_and_gives_back_what_was_before(terminal: Callable[..., Terminal]) -> None:
    one = terminal("screen")
    one.asked()
    one.say(b"hello" + KITTY + b" you")
    one.until(lambda: "hello you" in one.page())
    choice = one.found()
    assert isinstance(choice, Choice)
    assert (choice.way, choice.truecolor, choice.cell) == ("kitty", True, (9, 18))
    assert b"38;2;" in one.bytes or b"48;2;" in one.bytes  # COLORTERM was not set, kitty's name was enough
    one.say(b"\x11")
    assert one.ended() == 0
    assert one.left() == b""


def test_where_nothing_is_asked_early_typing_is_kept_too(terminal: Callable[..., Terminal]) -> None:
    one = terminal("screen", TMUX="/tmp/tmux,1,0")
    one.say(b"early")
    one.until(lambda: "early" in one.page().partition("╭")[2])
    assert QUESTION not in one.bytes and b"\x1b[>q" not in one.bytes
    one.say(b"\x11")
    assert one.ended() == 0


@pytest.mark.parametrize("delay", [0.3, 0.8])
def test_answers_that_are_late_are_not_typed(delay: float, terminal: Callable[..., Terminal]) -> None:
    """Before the screen reads, and after; in two pieces."""
    one = terminal("screen")
    one.asked()
    one.say(b"one ")
    until = time.monotonic() + delay
    one.until(lambda: time.monotonic() > until)
    one.say(KITTY[:30])
    one.until(lambda: time.monotonic() > until + 0.01)
    one.say(KITTY[30:] + b"two")
    one.until(lambda: "one two" in one.page())
    assert not [word for word in ("OK", "Gi=", "kitty", "62") if word in one.page()], one.page()
    choice = one.found()
    assert isinstance(choice, Choice) and choice.way == "half"
    one.say(b"\x11")
    assert one.ended() == 0


# --- the real command -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [["--avatar", "off"], ["--ascii"], ["--avatar", "half", "--truecolor"]])
def test_a_talk_asks_only_what_it_needs_to_know(options: list[str], terminal: Callable[..., Terminal]) -> None:
    one = terminal("chat", *options)
    one.until(lambda: "^q" in one.page())
    assert b"\x1b[>q" not in one.bytes and b"\x1b_G" not in one.bytes
    assert (b";2;" in one.bytes) == ("--truecolor" in options)
    assert (b"\xe2\x97" in one.bytes or b"\xe2\x99" in one.bytes) == ("--ascii" not in options)
    one.say(b"\x11")
    assert one.ended() == 0
    assert one.left() == b""


def test_a_talk_asks_first_and_opens_with_the_answer(terminal: Callable[..., Terminal]) -> None:
    one = terminal("chat", "--avatar", "half")
    one.until(lambda: question(graphics=False) in one.bytes)
    one.say(XTERM)
    one.until(lambda: "^q" in one.page())
    assert b";2;" in one.bytes and b"\x1b_G" not in one.bytes
    one.say(b"\x11")
    assert one.ended() == 0
