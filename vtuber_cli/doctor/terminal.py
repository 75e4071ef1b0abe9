"""What this terminal can show."""

from __future__ import annotations

import locale
import os
import shutil
import sys
from collections.abc import Iterator

from vtuber_cli.doctor.finding import Finding, finding
from vtuber_cli.doctor.patient import Patient

SMALLEST = (40, 10)
COMFORTABLE = (80, 24)


def examine(patient: Patient) -> Iterator[Finding]:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        yield finding("terminal.screen", "skipped", "none")
    elif os.environ.get("TERM", "") in ("", "dumb", "unknown"):
        yield finding("terminal.screen", "limit", "dumb", term=os.environ.get("TERM", ""))
    else:
        yield _size()
        yield _colours()
    yield _letters()
    if os.environ.get("SSH_CONNECTION"):
        yield finding("terminal.ssh", "limit")


def _size() -> Finding:
    columns, lines = shutil.get_terminal_size()
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        return finding("terminal.screen", "limit", "tiny", columns=columns, lines=lines)
    roomy = columns >= COMFORTABLE[0] and lines >= COMFORTABLE[1]
    return finding("terminal.screen", "ok", "" if roomy else "small", columns=columns, lines=lines)


def _colours() -> Finding:
    if os.environ.get("NO_COLOR"):
        return finding("terminal.colours", "ok", "off")
    if os.environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return finding("terminal.colours", "ok")
    return finding("terminal.colours", "ok", "few", term=os.environ.get("TERM", ""))


def _letters() -> Finding:
    from vtuber_cli.tui.symbols import symbols

    if not symbols().ascii:
        return finding("terminal.letters", "ok", charset=locale.getpreferredencoding(False))
    variable = next(name for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name))
    return finding("terminal.letters", "limit", "ascii", variable=variable, value=os.environ[variable])
