"""One message, as it is kept: a row of the database, some of whose columns are JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

from vtuber_cli.events import Cue, Maker, Timings, Via, Work

ENTRIES = """
    SELECT m.id, t.id, m.turn, m.role, m.text, m.emotion, m.via, m.state, m.timings, m.at, m.cues, m.work, m.speaker,
        t.character
    FROM messages m JOIN talks t ON t.seq = m.talk
"""
"""Selects what `entry_of` reads, and whom the user talked with."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a talk."""

    id: int
    talk: str
    turn: int
    role: Literal["user", "assistant"]
    text: str
    """What was said; of a reply, what was heard of it."""
    emotion: str | None
    via: Via | None
    interrupted: bool
    """The reply was cut short: by the user, or by the end of the program."""
    timings: Timings | None
    at: str
    cues: tuple[Cue, ...] = ()
    """When it was said or heard, part by part; empty if that was not kept (typed, imported, or of an older program)."""
    work: Work | None = None
    speaker: str | None = None
    """The character who says a reply; None for the one that the talk began with."""


def entry_of(row: Sequence[Any]) -> Entry:
    """The message in a row of `ENTRIES`."""
    number, talk, turn, role, text, emotion, via, state, timings, at, cues, work, speaker = row[:13]
    return Entry(
        number,
        talk,
        turn,
        role,
        text,
        emotion,
        via,
        role == "assistant" and state != "whole",
        timings=None if timings is None else Timings(**_known(timings, Timings)),
        at=at,
        cues=() if cues is None else tuple(Cue(*cue) for cue in json.loads(cues)),
        work=None if work is None else _work(work),
        speaker=speaker,
    )


def pack(value: Timings | Work | None) -> str | None:
    return None if value is None else json.dumps(asdict(value))


def pack_cues(cues: Sequence[Cue]) -> str | None:
    return json.dumps([[round(cue.start, 3), round(cue.end, 3), cue.upto] for cue in cues]) if cues else None


def storable(text: str) -> str:
    """SQLite keeps UTF-8, which has no half characters."""
    return text.encode("utf-8", "replace").decode("utf-8")


def utc(moment: datetime) -> str:
    """A time as it is kept: UTC, ISO 8601, in milliseconds, so that the order of texts is the order of times."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _known(text: str, kind: type[Timings | Work]) -> dict[str, Any]:
    """A kept value's fields; a newer program's extra ones are left out."""
    values = cast("dict[str, Any]", json.loads(text))
    return {name: values.get(name) for name in kind.__dataclass_fields__}


def _work(text: str) -> Work:
    values = _known(text, Work)
    for stage in ("hear", "think", "speak"):
        if values[stage] is not None:
            values[stage] = Maker(**values[stage])
    return Work(**values)
