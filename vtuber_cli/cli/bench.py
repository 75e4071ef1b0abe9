"""`vtuber bench`: how soon she answers here, beside a naive chain of the same engines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vtuber_cli.cli import options
from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from vtuber_cli.bench.arms import Outcome

_MOST_TURNS = 1000
_LABEL, _COLUMN = 30, 14


def command(  # noqa: PLR0913 - its options
    as_json: Annotated[bool, typer.Option("--json", help="bench.option.json")] = False,
    turns: Annotated[int | None, typer.Option("--turns", metavar="N", help="bench.option.turns")] = None,
    wav_dir: Annotated[Path | None, typer.Option("--wav-dir", metavar="DIR", help="bench.option.wav_dir")] = None,
    screen: Annotated[bool, typer.Option("--screen/--no-screen", help="bench.option.screen")] = True,
    fortune: Annotated[bool, typer.Option("--fortune", help="bench.option.fortune")] = False,
    character: options.Character = None,
    engines: options.Engines = None,
    models_dir: options.ModelsDir = None,
    settings: options.Set = None,
) -> None:
    if fortune:
        _fortune(as_json=as_json)
        return
    import asyncio

    from vtuber_cli.bench import run
    from vtuber_cli.bench.machine import Machine
    from vtuber_cli.bench.report import Report
    from vtuber_cli.bench.utterances import SHIPPED, load
    from vtuber_cli.cli.downloads import fetch

    machine = Machine.here()
    flags: dict[str, object] = {"character": character, "models_dir": models_dir, **options.engine_flags(engines)}
    plan = run.plan(flags | options.assignments(settings))
    utterances = load(wav_dir or SHIPPED)
    count = len(utterances) if turns is None else turns
    if not 1 <= count <= _MOST_TURNS:
        raise UsageError("bench.turns", turns=count, most=_MOST_TURNS)
    fetch(plan, plan.models(hears=True))
    painted = _first_paint(character, engines, models_dir, settings) if screen else None
    outcomes = asyncio.run(run.run(plan, utterances, count, _Progress(count)))
    record = Report(plan, machine, outcomes, painted).record()
    if as_json:
        print(json.dumps(record, ensure_ascii=False, indent=2))
        return
    for line in _table(record):
        print(line)


def _fortune(*, as_json: bool) -> None:
    """What a fortune costs, and nothing else."""
    from vtuber_cli.bench import fortune

    costs = fortune.costs()
    if as_json:
        print(json.dumps({one.name: {"cpu_ms": one.cpu_ms, "ratio": one.ratio} for one in costs}, indent=2))
        return
    for one in costs:
        print(_row(t(f"bench.fortune.{one.name}"), f"{one.cpu_ms:.1f} ms", f"x {one.ratio:.2f}"))


def _first_paint(
    character: str | None, engines: str | None, models_dir: Path | None, settings: list[str] | None
) -> float | None:
    from vtuber_cli.bench.screen import first_paint_seconds
    from vtuber_cli.cli.show import notice

    notice(t("bench.screen"))
    given = {"--character": character, "--engines": engines, "--models-dir": models_dir}
    passed = [f"{name}={value}" for name, value in given.items() if value is not None]
    return first_paint_seconds([*passed, *(f"--set={setting}" for setting in settings or [])])


class _Progress:
    """A line on stderr for every outcome."""

    def __init__(self, turns: int) -> None:
        from vtuber_cli.cli.show import notice

        self._notice = notice
        self._turns = turns
        notice(t("bench.begin", turns=turns))

    def __call__(self, number: int, outcome: Outcome) -> None:
        said = t("bench.cut") if outcome.first_audio_ms is None else _ms(outcome.first_audio_ms)
        where = {"number": number, "turns": self._turns, "name": outcome.utterance.name}
        self._notice(t("bench.turn", **where, arm=t(f"bench.arm.{outcome.arm}"), said=said))


def _table(record: dict[str, Any]) -> list[str]:
    stages: dict[str, dict[str, float | None]] = record["stages"]
    rows = [
        ("", t("bench.arm.ours"), t("bench.arm.naive")),
        (t("bench.row.p50"), _ms(record["first_audio_p50_ms"]), _ms(record["naive_p50_ms"])),
        (t("bench.row.p90"), _ms(record["first_audio_p90_ms"]), _ms(record["naive_p90_ms"])),
        *(
            (t(f"bench.stage.{stage}"), _ms(stages["ours"][stage]), _ms(stages["naive"][stage]))
            for stage in stages["ours"]
        ),
        (t("bench.row.tokens"), _tokens(record["reply_tokens"]), _tokens(record["naive_reply_tokens"])),
        (t("bench.row.cached"), _plain(record["cached_tokens"]), _plain(record["naive_cached_tokens"])),
        (
            t("bench.row.cutoff"),
            _percent(record["false_cutoff_rate"]),
            _percent(record["naive_false_cutoff_rate"]),
        ),
        *(
            (t("bench.row.pause", ms=row["pause_ms"]), *(f"{row[cut]}/{row['turns']}" for cut in ("cut", "naive_cut")))
            for row in record["pauses"]
        ),
    ]
    return [_row(*row) for row in rows] + _below(record)


def _below(record: dict[str, Any]) -> list[str]:
    """What is not of one arm or the other."""
    machine = record["machine"]
    paint, memory, ratio = record["first_paint_s"], record["peak_rss_mb"], record["ratio"]
    engines = ", ".join(f"{one['model'] or one['name']}" for one in record["engines"].values())
    lines = [
        t("bench.ratio", ratio=_plain(ratio), hangover=record["hangover_ms"], turns=record["turns"]),
        t("bench.memory", memory=_plain(memory)),
    ]
    if paint is not None:
        lines.append(t("bench.paint", seconds=f"{paint:.2f}"))
    lines.append(t("bench.machine", cores=machine["cores"], load=_plain(machine["load"]), cpu=machine["cpu"]))
    lines.append(t("bench.engines", names=engines))
    return ["", *lines]


def _row(label: str, *values: str) -> str:
    from vtuber_cli.card.cells import cells

    line = label + " " * max(1, _LABEL - cells(label))
    return (line + "".join(" " * max(1, _COLUMN - cells(value)) + value for value in values)).rstrip()


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _tokens(counts: dict[str, float] | None) -> str:
    return "-" if counts is None else f"{counts['median']:g} ({counts['least']}-{counts['most']})"
