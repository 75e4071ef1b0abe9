"""What the doctor says of terminals of many kinds, by what they answered and by what the user said."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import pytest

from tests.tui.picture.test_answers import FOOT, KITTY, TMUX, XTERM
from vtuber_cli import config
from vtuber_cli.doctor import terminal
from vtuber_cli.doctor.finding import Finding
from vtuber_cli.doctor.patient import Patient
from vtuber_cli.i18n import LANGUAGES, Language, set_language
from vtuber_cli.tui.picture import ask
from vtuber_cli.tui.picture.answers import Answers, parse

EVIL = b"\x1bP>|\x07evil\xc2\x9b2J {name}\x1b\\\x1b[?62c"


class Asked:
    def __init__(self, said: bytes, took: float) -> None:
        self._answers = parse(said)
        self.took = took

    def wait(self, seconds: float) -> Answers:
        assert seconds == ask.PATIENT_SECONDS
        return self._answers


class On:
    """Call it for the findings on a terminal that says `said`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.questions: list[bytes] = []

    def __call__(self, said: bytes, *, took: float = 0.003, avatar: str = "", **environ: str) -> dict[str, Finding]:
        @contextmanager
        def asking(question: bytes) -> Generator[Asked | None]:
            self.questions.append(question)
            yield Asked(said, took) if question else None

        for name in ("TMUX", "STY", "ZELLIJ", "SSH_CONNECTION", "SSH_TTY", "NO_COLOR", "COLORTERM"):
            self._monkeypatch.delenv(name, raising=False)
        for name, value in {"TERM": "xterm-256color", "LANG": "C.UTF-8", **environ}.items():
            self._monkeypatch.setenv(name, value)
        for stream in (terminal.sys.stdin, terminal.sys.stdout, terminal.sys.stderr):
            self._monkeypatch.setattr(stream, "isatty", lambda: True)
        self._monkeypatch.setattr(terminal.ask, "asking", asking)
        return {one.check: one for one in terminal.examine(Patient({"screen.avatar": avatar or None}))}


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> On:
    return On(monkeypatch)


@pytest.mark.parametrize(
    ("said", "environ", "way", "why", "limits"),
    [
        (KITTY, {"TERM": "xterm-kitty"}, "kitty", "kitty", set[str]()),
        (FOOT, {"TERM": "foot", "COLORTERM": "truecolor"}, "half", "sixel", set[str]()),
        (XTERM, {"TERM": "xterm"}, "half", "blocks", set[str]()),
        (TMUX, {"TERM": "tmux-256color", "TMUX": "x"}, "half", "multiplexer", set[str]()),
        (TMUX, {"TERM": "screen", "STY": "x"}, "half", "multiplexer", {"terminal.colours"}),
        (KITTY, {"SSH_CONNECTION": "1 2 3 4"}, "half", "ssh", {"terminal.ssh"}),
        (b"", {}, "half", "silent", set[str]()),
        (b"\x1b[?62c", {"TERM": "vt220"}, "half", "blocks", {"terminal.colours"}),
        (KITTY, {"NO_COLOR": "1"}, "ascii", "no_color", set[str]()),
        (KITTY, {"LC_ALL": "C"}, "ascii", "charset", {"terminal.letters"}),
        (b"", {"TERM": "dumb"}, "ascii", "term", {"terminal.screen"}),
        (FOOT, {"VTUBER_AVATAR": "kitty"}, "half", "unanswered", {"terminal.avatar"}),
        (FOOT, {"VTUBER_AVATAR": "sixel"}, "sixel", "wished", set[str]()),
        (KITTY, {"VTUBER_AVATAR": "off"}, "off", "wished", set[str]()),
    ],
)
def test_what_is_found_and_why(
    said: bytes,
    environ: dict[str, str],
    way: str,
    why: str,
    limits: set[str],
    on: On,
) -> None:
    found = on(said, **environ)
    assert (found["terminal.avatar"].facts["way"], found["terminal.avatar"].facts["why"]) == (way, why)
    assert {check for check, one in found.items() if one.state == "limit"} == limits
    assert all(one.fix for one in found.values() if one.state == "limit")
    if why in ("wished", "unanswered"):
        assert "VTUBER_AVATAR" in found["terminal.avatar"].message


def test_the_figures_are_there_for_programs(on: On) -> None:
    found = on(KITTY)
    assert found["terminal.name"].facts == {"name": "kitty(0.26.5)", "ms": 3}
    assert found["terminal.kitty"].facts == {"shown": True}
    assert found["terminal.sixel"].facts == {"shown": False}
    assert found["terminal.cell"].facts == {"width": 9, "height": 18}


def test_one_that_answers_too_late_for_a_talk_is_told_what_to_do(on: On) -> None:
    late = on(KITTY, took=0.4)["terminal.name"]
    assert late.state == "limit" and "400" in late.message and "screen.avatar" in late.fix


def test_silence_denies_nothing(on: On) -> None:
    found = on(b"")
    assert found["terminal.name"].message.endswith("(TERM=xterm-256color)")
    assert not {"terminal.kitty", "terminal.sixel"} & found.keys()
    cut_short = on(KITTY.partition(b"\x1b\\")[0] + b"\x1b\\")
    assert cut_short["terminal.kitty"].facts == {"shown": True} and "terminal.sixel" not in cut_short


def test_who_decided_what_is_not_asked_for_more(on: On) -> None:
    found = on(KITTY, VTUBER_AVATAR="off")
    assert found["terminal.name"].state == "skipped" and "terminal.kitty" not in found
    assert on.questions == [b""]


def test_a_multiplexer_is_asked_for_no_graphics(on: On) -> None:
    assert "terminal.kitty" not in on(TMUX, TMUX="x")
    assert on.questions[0] and b"\x1b_" not in on.questions[0]


def test_an_option_wins_over_the_variable_and_that_over_the_file(on: On) -> None:
    config.user_file().parent.mkdir(parents=True)
    config.user_file().write_text("screen:\n  avatar: ascii\n", encoding="utf-8")
    assert on(KITTY)["terminal.avatar"].facts["way"] == "ascii"
    assert on(KITTY, VTUBER_AVATAR="half")["terminal.avatar"].facts["way"] == "half"
    assert on(KITTY, VTUBER_AVATAR="half", avatar="off")["terminal.avatar"].facts["way"] == "off"


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_answers_drive_no_terminal(language: Language, on: On) -> None:
    set_language(language)
    for one in on(EVIL).values():
        assert one.message.isprintable() and one.fix.isprintable()
        assert all(value.isprintable() for value in one.facts.values() if isinstance(value, str))


def test_elsewhere_it_is_known_only_where_nothing_has_to_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    found = {one.check: one for one in terminal.examine(Patient())}
    assert found["terminal.avatar"].state == "skipped" and "terminal.name" not in found
    monkeypatch.setenv("VTUBER_AVATAR", "ascii")
    found = {one.check: one for one in terminal.examine(Patient())}
    assert found["terminal.avatar"].facts["way"] == "ascii"
