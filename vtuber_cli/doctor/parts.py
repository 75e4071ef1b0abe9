"""The parts of an examination, in the order in which they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import cast

from vtuber_cli import log
from vtuber_cli.doctor.finding import Finding, finding, of_error
from vtuber_cli.doctor.patient import Patient
from vtuber_cli.errors import UsageError, VtuberError

PARTS: Mapping[str, str] = {
    "system": "system:examine",
    "terminal": "terminal:examine",
    "output": "sound:examine_output",
    "input": "sound:examine_input",
    "models": "models:examine",
    "engines": "engines:examine",
    "config": "settings:examine",
    "secrets": "private:examine",
    "loopback": "loopback:examine",
}
"""Each part's module and function here; imported when it is looked at."""
SEVERAL: Mapping[str, Sequence[str]] = {"audio": ("output", "input", "loopback")}
"""Names for several parts at once."""


def named(wanted: Sequence[str]) -> list[str]:
    """The parts of these names, in order and once each; all of them if none is named.

    Raises:
        UsageError: there is no such part; names the nearest.
    """
    asked: set[str] = set()
    for name in wanted:
        if name not in PARTS and name not in SEVERAL:
            nearest = get_close_matches(name, [*PARTS, *SEVERAL], n=1, cutoff=0.5)
            key = "doctor.unknown_nearest" if nearest else "doctor.unknown"
            raise UsageError(key, name=name, nearest="".join(nearest), names=", ".join([*PARTS, *SEVERAL]))
        asked.update(SEVERAL.get(name, (name,)))
    return [name for name in PARTS if name in asked or not wanted]


def examine(part: str, patient: Patient) -> Iterator[Finding]:
    """What is found in one part, one finding at a time; that it could not be looked at is a finding, too."""
    module, _, function = PARTS[part].partition(":")
    try:
        look = cast(
            "Callable[[Patient], Iterator[Finding]]", getattr(import_module(f"vtuber_cli.doctor.{module}"), function)
        )
        yield from look(patient)
    except VtuberError as error:
        yield of_error(f"{part}.whole", error)
    except Exception as error:  # noqa: BLE001 - a bug in one part must not cost the report of the others
        log.crash(error)
        yield finding("examination.crashed", "fail", part=part, error=type(error).__name__)


def exit_code(findings: Sequence[Finding]) -> int:
    """0: everything works; 1: a talk is possible, with less; 2: something is broken."""
    states = {finding.state for finding in findings}
    return 2 if "fail" in states else 1 if "limit" in states else 0
