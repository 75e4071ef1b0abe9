"""What this terminal can show, and how she would be drawn on it."""

from __future__ import annotations

import locale
import os
import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from vtuber_cli import config
from vtuber_cli.doctor.finding import Finding, finding
from vtuber_cli.doctor.patient import Patient
from vtuber_cli.i18n import t
from vtuber_cli.tui.picture import ask, choice
from vtuber_cli.tui.picture.answers import Answers, question

if TYPE_CHECKING:
    from vtuber_cli.tui.picture.ways import Wish

SMALLEST = (40, 10)
COMFORTABLE = (80, 24)


def examine(patient: Patient) -> Iterator[Finding]:
    wish: Wish = patient.plan.settings.screen.avatar if patient.plan else "auto"
    term = os.environ.get("TERM", "")
    here = sys.stdin.isatty() and sys.stderr.isatty()
    answers = Answers()
    if not here:
        yield finding("terminal.screen", "skipped", "none")
    elif term in ("", "dumb", "unknown"):
        yield finding("terminal.screen", "limit", "dumb", term=term)
    else:
        yield _size()
        answers, said = _asked(wish, term)
        yield from said
        yield _colours(answers, term)
    yield _letters()
    if name := choice.multiplexer():
        yield finding("terminal.multiplexer", "ok", name=name)
    if os.environ.get("SSH_CONNECTION"):
        yield finding("terminal.ssh", "limit")
    yield _avatar(patient, wish, answers, here=here and sys.stdout.isatty())


def _asked(wish: Wish, term: str) -> tuple[Answers, list[Finding]]:
    """Asks all that does no harm, unless the user has decided: perhaps because of what the questions do here."""
    decided = wish in ("half", "ascii", "off")
    put = choice.needed(wish) if decided else question(graphics=not choice.multiplexer())
    with ask.asking(put) as asked:
        if asked is None:
            return Answers(), [finding("terminal.name", "skipped", "unasked")]
        answers = asked.wait(ask.PATIENT_SECONDS)
    return answers, list(_said(answers, asked.took, term, graphics=not decided))


def _said(answers: Answers, took: float, term: str, *, graphics: bool) -> Iterator[Finding]:
    facts = {"name": answers.name or term, "ms": round(took * 1000)}
    if not answers.ended:
        yield finding("terminal.name", "ok", "silent", term=term)
    elif took > ask.SECONDS:
        yield finding("terminal.name", "limit", "slow", **facts)
    else:
        yield finding("terminal.name", "ok", **facts)
    # Silence denies nothing, and a terminal that knows no graphics still answers what comes after.
    if graphics and not choice.multiplexer() and (answers.ended or answers.graphics is not None):
        yield finding("terminal.kitty", "ok", "" if answers.graphics else "no", shown=bool(answers.graphics))
    if graphics and answers.ended:
        yield finding("terminal.sixel", "ok", "" if answers.sixel else "no", shown=answers.sixel)
    if answers.cell is None:
        yield finding("terminal.cell", "ok", "unknown")
    else:
        yield finding("terminal.cell", "ok", width=answers.cell[0], height=answers.cell[1])


def _size() -> Finding:
    columns, lines = shutil.get_terminal_size()
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        return finding("terminal.screen", "limit", "tiny", columns=columns, lines=lines)
    roomy = columns >= COMFORTABLE[0] and lines >= COMFORTABLE[1]
    return finding("terminal.screen", "ok", "" if roomy else "small", columns=columns, lines=lines)


def _colours(answers: Answers, term: str) -> Finding:
    if os.environ.get("NO_COLOR"):
        return finding("terminal.colours", "ok", "off")
    if choice.choose(answers).truecolor:
        return finding("terminal.colours", "ok")
    if term.endswith(("256color", "-kitty")):
        return finding("terminal.colours", "ok", "256", term=term)
    return finding("terminal.colours", "limit", "few", term=term)


def _letters() -> Finding:
    from vtuber_cli.tui.symbols import symbols

    if not symbols().ascii:
        return finding("terminal.letters", "ok", charset=locale.getpreferredencoding(False))
    variable = next(name for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name))
    return finding("terminal.letters", "limit", "ascii", variable=variable, value=os.environ[variable])


def _avatar(patient: Patient, wish: Wish, answers: Answers, *, here: bool) -> Finding:
    """As a talk would have it."""
    if not here and choice.needed(wish, truecolor=True):
        return finding("terminal.avatar", "skipped", "unasked", wish=wish)
    source = config.load(patient.flags).source_of("screen.avatar") if wish != "auto" else ""
    made = choice.choose(answers, wish, source=source)
    why = made.reason.rpartition(".")[2]
    facts = {"way": made.way, "wish": wish, "why": why, "truecolor": made.truecolor}
    words = why if why == "unanswered" else "off" if made.way == "off" else ""
    return finding(
        "terminal.avatar",
        "limit" if why == "unanswered" else "ok",
        words,
        how=t(f"picture.way.{made.way}"),
        reason=t(made.reason, **made.params),
        **facts,
    )
