"""`vtuber bench`: how soon she answers here, beside a naive chain of the same engines; or what one part costs."""

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
    from vtuber_cli.bench.machine import Machine

_MOST_TURNS = 1000
_LABEL, _COLUMN = 30, 14


_PARTS = ("avatar", "fortune", "serve")
_AVATAR_TURNS = 4


def command(  # noqa: PLR0913 - its options
    part: Annotated[str | None, typer.Argument(metavar="[avatar|fortune|serve]", help="bench.argument.part")] = None,
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
    if part not in (None, *_PARTS):
        raise UsageError("bench.unknown_part", name=part, known=", ".join(_PARTS))
    if fortune or part == "fortune":
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
    flags |= options.assignments(settings)
    if part == "serve":
        from vtuber_cli.cli.bench_serve import measure

        if turns is not None and not 1 <= turns <= _MOST_TURNS:
            raise UsageError("bench.turns", turns=turns, most=_MOST_TURNS)
        measure(flags, turns, machine, as_json=as_json)
        return
    if part == "avatar":
        _avatar(flags, wav_dir or SHIPPED, _AVATAR_TURNS if turns is None else turns, machine, as_json=as_json)
        return
    plan = run.plan(flags)
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


def _avatar(flags: dict[str, object], recordings: Path, turns: int, machine: Machine, *, as_json: bool) -> None:
    """What her face costs, and whether it keeps her from answering."""
    from dataclasses import asdict

    from vtuber_cli import bootstrap
    from vtuber_cli.bench import avatar, avatar_turns, run
    from vtuber_cli.bench.machine import packages
    from vtuber_cli.bench.utterances import load
    from vtuber_cli.bootstrap.figures import figure
    from vtuber_cli.cli.downloads import fetch
    from vtuber_cli.cli.show import notice

    if not 0 <= turns <= _MOST_TURNS:
        raise UsageError("bench.turns", turns=turns, most=_MOST_TURNS)
    who = bootstrap.plan(flags).settings.character
    if figure(who) is None:
        raise UsageError("bench.no_face", name=who)
    load(recordings)
    if turns:
        plan = run.plan(flags)
        fetch(plan, plan.models(hears=True))

    def tell(kind: str, number: int, many: int) -> None:
        notice(t(f"bench.avatar.now.{kind}", number=number, many=many))

    costs = avatar.costs(who, tell)
    answers = avatar_turns.answers(flags, who, recordings, turns, tell)
    record: dict[str, Any] = {name: None for name in (*avatar.LIMITS, "bytes_per_frame")}
    record |= (costs.record() if costs else {}) | (answers.record() if answers else {})
    record |= {"limits": avatar.judged(record), "machine": asdict(machine), "packages": packages()}
    if as_json:
        print(json.dumps(record, ensure_ascii=False, indent=2))
        return
    for line in _avatar_table(record):
        print(line)


def _avatar_table(record: dict[str, Any]) -> list[str]:
    """Each figure, what it is to be at most, and whether it is."""
    rows = [("", "", t("bench.avatar.at_most"), "")]
    for name, judged in record["limits"].items():
        found, holds = record[name], judged["holds"]
        verdict = "" if holds is None else t(f"bench.avatar.{'holds' if holds else 'broken'}")
        rows.append((t(f"bench.avatar.{name}"), _amount(name, found), _amount(name, judged["at_most"]), verdict))
    lines = [_row(*row) for row in rows]
    if (size := record["bytes_per_frame"]) is not None:
        lines.append(_row(t("bench.avatar.bytes_per_frame"), f"{size} B"))
        cold = {name: _amount("share", record[f"cold_{name}_core_share"]) for name in ("half_block", "kitty")}
        lines += ["", t("bench.avatar.steady", first=record["steady_from_s"], last=record["steady_to_s"])]
        lines.append(t("bench.avatar.cold", seconds=record["cold_s"], half=cold["half_block"], kitty=cold["kitty"]))
    machine = record["machine"]
    lines.append(t("bench.machine", cores=machine["cores"], load=_plain(machine["load"]), cpu=machine["cpu"]))
    return lines


def _amount(name: str, value: float | None) -> str:
    """By what the figure's name ends in."""
    if value is None:
        return "-"
    if name.endswith("_ms"):
        return f"{value:.2f} ms"
    return f"{value:.1%}" if name.endswith("share") else f"x {value:.2f}"


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
