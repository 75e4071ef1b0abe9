"""`vtuber doctor`: is everything well, and if not, what is the one thing to do?"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli.cli import options
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtuber_cli.doctor.finding import Finding, State
    from vtuber_cli.doctor.patient import Patient


def command(
    parts: Annotated[list[str] | None, typer.Argument(metavar="[PART]...", help="doctor.argument.parts")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="doctor.option.json")] = False,
    sound: Annotated[bool, typer.Option("--sound/--no-sound", help="doctor.option.sound")] = True,
    character: options.Character = None,
    models_dir: options.ModelsDir = None,
    settings: options.Set = None,
) -> None:
    from vtuber_cli import log
    from vtuber_cli.audio.quiet import native_stderr_to
    from vtuber_cli.doctor import parts as known
    from vtuber_cli.doctor.patient import Patient

    wanted = known.named(parts or [])
    patient = Patient({"character": character, "models_dir": models_dir, **options.assignments(settings)}, sound=sound)
    with native_stderr_to(log.native_file()):
        patient.settle_language()
        found = {part: list(_shown(part, patient, quiet=as_json)) for part in wanted}
    findings = [finding for part in wanted for finding in found[part]]
    code = known.exit_code(findings)
    if as_json:
        print(json.dumps(_record(found, code), ensure_ascii=False, indent=2))
    else:
        print()
        _print(t(f"doctor.verdict.{code}"))
    raise typer.Exit(code)


def _shown(part: str, patient: Patient, *, quiet: bool) -> Iterator[Finding]:
    """What is found in a part, printed as it is found: the slow parts take seconds."""
    from vtuber_cli.doctor.parts import examine

    if not quiet:
        print(_bold(t(f"doctor.part.{part}")), flush=True)
    for finding in examine(part, patient):
        if not quiet:
            _print(finding.message, f"  {_mark(finding.state)} ")
            if finding.fix:
                _print(f"{t('doctor.fix')}: {finding.fix}", "    ")
        yield finding


def _print(text: str, lead: str = "") -> None:
    """In lines that fit the terminal, below each other; in a pipe as one line."""
    from shutil import get_terminal_size

    from vtuber_cli.card.cells import wrap

    indent = 4 if lead else 0
    width = get_terminal_size().columns - indent if sys.stdout.isatty() else sys.maxsize
    for number, line in enumerate(wrap(text, width)):
        print((" " * indent if number else lead) + line, flush=True)


def _record(found: dict[str, list[Finding]], code: int) -> dict[str, object]:
    from vtuber_cli import __version__

    return {
        "version": __version__,
        "exit_code": code,
        "parts": {
            part: [
                {
                    "check": one.check,
                    "state": one.state,
                    "message": one.message,
                    "fix": one.fix or None,
                    "facts": dict(one.facts),
                }
                for one in findings
            ]
            for part, findings in found.items()
        },
    }


_MARKS: dict[State, tuple[str, str, str]] = {
    "ok": ("✓", "+", "32"),
    "limit": ("!", "!", "33"),
    "fail": ("✗", "x", "31"),
    "skipped": ("·", "-", "2"),
}
"""The sign, the sign where there is no Unicode, and its colour (ANSI)."""


def _mark(state: State) -> str:
    from vtuber_cli.tui.symbols import symbols

    unicode, ascii_, colour = _MARKS[state]
    return _styled(ascii_ if symbols().ascii else unicode, colour)


def _bold(text: str) -> str:
    return _styled(text, "1")


def _styled(text: str, style: str) -> str:
    import os

    plain = not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") in ("dumb", "unknown")
    return text if plain else f"\x1b[{style}m{text}\x1b[0m"
