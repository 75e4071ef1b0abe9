"""`vtuber bench serve`: what the server costs, as JSON or as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from vtuber_cli.bench.machine import Machine
    from vtuber_cli.bench.serve import Part

_LABEL, _COLUMN = 40, 12


def measure(flags: Mapping[str, object], turns: int | None, machine: Machine, *, as_json: bool) -> None:
    """Measures and prints.

    Args:
        flags: as `bootstrap.plan` takes them; only where the weights are counts.
        turns: of each manner of asking, if not as many as usual.
        machine: as it was before.
        as_json: whether people read it.
    """
    import asyncio
    from dataclasses import asdict, replace

    from vtuber_cli.bench import serve
    from vtuber_cli.bench.machine import packages
    from vtuber_cli.bench.serve_host import hosted

    length = serve.LENGTH if turns is None else replace(serve.LENGTH, turns=turns)
    starts = serve.starts(flags, _tell, length)
    with hosted(length.pace) as house:
        costs = asyncio.run(serve.costs(house, _tell, length))
    record: dict[str, Any] = starts.record() | costs.record()
    record |= {"limits": serve.judged(record), "machine": asdict(machine), "packages": packages()}
    if as_json:
        print(json.dumps(record, ensure_ascii=False, indent=2))
        return
    for line in table(record):
        print(line)


def _tell(part: Part, number: int, many: int) -> None:
    from vtuber_cli.cli.show import notice

    notice(t(f"bench.serve.now.{part}", number=number, many=many))


def table(record: Mapping[str, Any]) -> list[str]:
    """Each figure, what it is to be at most, and whether it is."""
    rows = [("", "", t("bench.serve.at_most"), "")]
    for name, judged in record["limits"].items():
        holds = judged["holds"]
        verdict = "" if holds is None else t(f"bench.serve.{'holds' if holds else 'broken'}")
        rows.append((t(f"bench.serve.{name}"), _amount(name, record[name]), _amount(name, judged["at_most"]), verdict))
    lines = [_row(*row) for row in rows]
    if record["warm_skipped"]:
        lines.append(record["warm_skipped"])
    machine = record["machine"]
    if machine["load"] is not None and machine["load"] > machine["cores"] / 2:
        lines.append(t("bench.serve.busy"))
    load = "-" if machine["load"] is None else f"{machine['load']:g}"
    return [*lines, "", t("bench.machine", cores=machine["cores"], load=load, cpu=machine["cpu"])]


def _amount(name: str, value: float | None) -> str:
    """By what the figure's name ends in."""
    if value is None:
        return "-"
    for end, unit in (("_s", "s"), ("_ms", "ms"), ("_mb", "MiB")):
        if name.endswith(end):
            return f"{value:.2f} {unit}" if unit != "MiB" else f"{value:.1f} {unit}"
    return f"x {value:.2f}"


def _row(label: str, *values: str) -> str:
    from vtuber_cli.card.cells import cells

    line = label + " " * max(1, _LABEL - cells(label))
    return (line + "".join(" " * max(1, _COLUMN - cells(value)) + value for value in values)).rstrip()
