"""How fast she was, by stage and engine over days, and how much was said: of the talks that were had here."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from vtuber_cli.store.entry import utc

if TYPE_CHECKING:
    from vtuber_cli.store.database import Database

StageName: TypeAlias = Literal["wait", "hear", "think", "speak", "spoken", "typed"]
"""The stages of a turn; `spoken` and `typed` are the whole way to the first sound, from speech and from enter."""

STAGES: tuple[StageName, ...] = ("wait", "hear", "think", "speak", "spoken", "typed")
_ENGINES = ("hear", "think", "speak")
# What was imported was measured elsewhere, if at all; its ids are zero and below.
_ROWS = """
    SELECT m.talk, m.turn, m.role, m.state, m.text, m.via, m.timings, m.work, m.cues, m.at
    FROM messages m WHERE m.id > 0 AND m.at >= ? AND (m.role = 'user' OR m.text <> '') ORDER BY m.id
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn as it was measured."""

    day: int
    """Days since the first of those asked about."""
    milliseconds: dict[StageName, float]
    engines: dict[str, tuple[str, str]]
    """Engine and model of each stage that has one; of an older program's turns none."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage's times with one engine."""

    stage: StageName
    engine: str
    """Empty where the stage has none, or an older program did not note it."""
    model: str
    turns: int
    p50: float
    p95: float
    """Milliseconds, by nearest rank."""
    days: tuple[float | None, ...]
    """The median of each day; None where there was no such turn."""


@dataclass(slots=True)
class Figures:
    """What was said in these days."""

    days: int
    talks: int = 0
    turns: int = 0
    """How many times the user spoke."""
    interrupted: int = 0
    user_words: int = 0
    user_seconds: float = 0.0
    """Of speech; typing takes none."""
    her_words: int = 0
    her_seconds: float = 0.0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    reply_tokens: int = 0
    stages: tuple[Stage, ...] = ()
    engines: tuple[str, ...] = field(default=())
    """The names of all engines and models that worked in these days."""


def figures(database: Database, days: int, now: datetime, engine: str | None = None) -> Figures:
    """The figures of the last `days` days, today included.

    Args:
        database: with the talks.
        days: at least one.
        now: with the zone whose days are meant.
        engine: only turns in which this engine or model worked, and of their stages only its own and the whole way.
    """
    first = (now - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    found = Figures(days)
    turns: list[Turn] = []
    with database.reading() as db:
        turns.extend(_counted(db.execute(_ROWS, (utc(first),)), found, first))
    found.engines = tuple(sorted({name for turn in turns for pair in turn.engines.values() for name in pair if name}))
    if engine is not None:
        turns = [turn for turn in turns if any(engine in pair for pair in turn.engines.values())]
    stages = (stage for name in STAGES for stage in _stages(name, turns, days))
    found.stages = tuple(
        one for one in stages if engine is None or one.stage not in _ENGINES or engine in (one.engine, one.model)
    )
    return found


def nearest_rank(ordered: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of all are no larger than."""
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def _counted(rows: Iterable[Sequence[Any]], found: Figures, first: datetime) -> Iterator[Turn]:
    """Adds the rows up; yields the turns that were measured."""
    talks: set[int] = set()
    vias: dict[tuple[int, int], str | None] = {}
    for talk, turn, role, state, text, via, timings, work, cues, at in rows:
        talks.add(talk)
        seconds = sum(max(0.0, end - start) for start, end, _ in json.loads(cues or "[]"))
        if role == "user":
            found.turns += 1
            found.user_words += len(text.split())
            found.user_seconds += seconds
            vias[talk, turn] = via
            continue
        found.interrupted += state != "whole"
        found.her_words += len(text.split())
        found.her_seconds += seconds
        done = cast("dict[str, Any]", json.loads(work or "{}"))
        for name in ("prompt_tokens", "cached_tokens", "reply_tokens"):
            setattr(found, name, getattr(found, name) + (done.get(name) or 0))
        if timings is not None:
            yield _turn(json.loads(timings), done, vias.get((talk, turn)), _day(at, first))
    found.talks = len(talks)
    found.user_seconds, found.her_seconds = round(found.user_seconds, 3), round(found.her_seconds, 3)


def _turn(timings: dict[str, float | None], done: dict[str, Any], via: str | None, day: int) -> Turn:
    whole: StageName = "spoken" if via == "voice" else "typed"
    names: tuple[tuple[StageName, str], ...] = (
        ("wait", "hangover_ms"),
        ("hear", "hear_ms"),
        ("think", "think_ms"),
        ("speak", "speak_ms"),
        (whole, "first_audio_ms"),
    )
    milliseconds: dict[StageName, float] = {stage: ms for stage, key in names if (ms := timings.get(key)) is not None}
    makers = {stage: done[stage] for stage in _ENGINES if done.get(stage)}
    return Turn(day, milliseconds, {stage: (one["engine"], one["model"]) for stage, one in makers.items()})


def _day(at: str, first: datetime) -> int:
    return (datetime.fromisoformat(at).astimezone(first.tzinfo).date() - first.date()).days


def _stages(name: StageName, turns: Sequence[Turn], days: int) -> Iterator[Stage]:
    """A stage's times, engine by engine, the one that worked most first."""
    measured: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for turn in turns:
        if name in turn.milliseconds:
            maker = turn.engines.get(name, ("", ""))
            measured.setdefault(maker, []).append((turn.day, turn.milliseconds[name]))
    for (engine, model), times in sorted(measured.items(), key=lambda one: -len(one[1])):
        ordered = sorted(ms for _, ms in times)
        by_day: list[list[float]] = [[] for _ in range(days)]
        for day, ms in times:
            by_day[min(max(day, 0), days - 1)].append(ms)
        medians = tuple(nearest_rank(sorted(one), 0.5) if one else None for one in by_day)
        yield Stage(name, engine, model, len(times), nearest_rank(ordered, 0.5), nearest_rank(ordered, 0.95), medians)
