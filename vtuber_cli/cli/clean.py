"""`vtuber clean`: shows what can go and how big it is, asks, and takes it away.

Without an option only rubbish goes. What is the user's own (talks, characters, settings, keys) goes with
`--everything` alone, and then a word has to be typed for it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vtuber_cli.leftovers import Kind, Leftover

_SOUGHT_SECONDS = 20
"""How long the last step goes on trying: Windows lets go of a program's files a moment after it has ended."""
_LAST_STEP = """
import os, shutil, sys, time
deadline = time.monotonic() + float(sys.argv[1])
left = sys.argv[2:]
while left:
    for path in left:
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        elif os.path.lexists(path):
            try:
                os.unlink(path)
            except OSError:
                pass
    left = [path for path in left if os.path.lexists(path)]
    if not left or time.monotonic() > deadline:
        break
    time.sleep(0.2)
for path in left:
    print(path, file=sys.stderr)
sys.exit(bool(left))
"""
"""Run by the Python outside of `.venv`, as nobody can saw off the branch he sits on. Tells what would not go."""


def command(
    models: Annotated[bool, typer.Option("--models", help="clean.option.models")] = False,
    again: Annotated[bool, typer.Option("--all", help="clean.option.all")] = False,
    everything: Annotated[bool, typer.Option("--everything", help="clean.option.everything")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="clean.option.yes")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="clean.option.json")] = False,
) -> None:
    from vtuber_cli import leftovers
    from vtuber_cli.cli.show import notice
    from vtuber_cli.cli.table import print_json

    kinds: list[Kind] = [*leftovers.RUBBISH]
    if models:
        kinds.append("model")
    if again or everything:
        kinds += leftovers.REMADE
    if everything:
        kinds += leftovers.OWN
    found = leftovers.find(kinds)
    if not as_json:
        _show(found)
    if not everything:
        notice(t("clean.kept" if again else "clean.kept_models" if not models else "clean.kept_packages"))
    gone = _remove(found) if found and (yes or (not as_json and _agreed(everything=everything))) else []
    if as_json:
        print_json([_record(each, gone) for each in found])
    elif found and not gone and not yes and not sys.stdin.isatty():
        raise UsageError("clean.not_agreed")
    if any(each.kind == "package" for each in gone):
        _leave([*leftovers.beside_packages(), *(each.path for each in gone if each.kind == "package")])


def _show(found: Sequence[Leftover]) -> None:
    from pathlib import Path

    from vtuber_cli.cli.show import notice
    from vtuber_cli.cli.table import print_rows
    from vtuber_cli.weights.room import human

    home = f"{Path.home()}{os.sep}"
    rows = [
        (t(f"clean.kind.{each.kind}"), human(each.bytes), str(each.path).replace(home, f"~{os.sep}", 1))
        for each in found
    ]
    print_rows(rows, ("", "bold", "dim"))
    total = human(sum(each.bytes for each in found))
    notice(t("clean.total", size=total) if found else t("clean.nothing"))


def _agreed(*, everything: bool) -> bool:
    from vtuber_cli.cli import ask

    if not ask.is_possible():
        return False
    if everything:
        word = t("clean.word")
        return ask.line(t("clean.type_word", word=word)) == word
    return ask.yes(t("clean.ask"), otherwise=False)


def _remove(found: Sequence[Leftover]) -> list[Leftover]:
    """What went, or is to go last: the packages that this program runs on."""
    from vtuber_cli import leftovers
    from vtuber_cli.cli.show import notice
    from vtuber_cli.weights.room import human

    gone: list[Leftover] = []
    for each in found:
        try:
            if each.kind == "package" or leftovers.remove(each):
                gone.append(each)
            else:
                notice(t("clean.in_use", path=each.path))
        except OSError as error:
            notice(t("clean.failed", path=error.filename or each.path, reason=error.strerror or error))
    notice(t("clean.gone", size=human(sum(each.bytes for each in gone))))
    return gone


def _leave(packages: Sequence[Path]) -> None:
    """Becomes another Python, which takes away the packages that this one ran on."""
    sys.stdout.flush()
    sys.stderr.flush()
    python = getattr(sys, "_base_executable", sys.executable)
    command = [python, "-I", "-c", _LAST_STEP, str(_SOUGHT_SECONDS), *map(str, packages)]
    os.chdir(packages[0].anchor)
    if os.name == "nt":  # there exec does not quote; this program ends while the other one tries
        import subprocess

        subprocess.Popen(command)
    else:
        os.execv(python, command)  # noqa: S606 - no shell


def _record(each: Leftover, gone: Sequence[Leftover]) -> dict[str, object]:
    return {"kind": each.kind, "path": str(each.path), "bytes": each.bytes, "removed": each in gone}
