"""Talks on their way in: what a file holds, ready to be kept; and keeping them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from vtuber_cli.store.entry import Entry, pack, pack_cues, storable

Fate: TypeAlias = Literal["kept", "known", "changed", "empty"]
"""What became of an arrival: kept; here already; here already, though the file has changed since; nothing was said."""

_INSERT_MESSAGE = """
    INSERT INTO messages (id, talk, turn, role, state, text, emotion, via, timings, cues, work, speaker, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
ID = re.compile(r"[0-9a-hjkmnp-tv-z]{12}")
"""An id of ours."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The file a talk came from: the names of its folder and of itself, and the digest of what it held."""

    folder: str
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A talk out of a file."""

    id: str | None
    """Its id, if it was one of ours."""
    character: str
    language: str
    """Empty if the file does not say."""
    started: str
    entries: Sequence[Entry]
    """Their ids mean nothing yet."""
    origin: Origin
    records: Sequence[tuple[str, int | None]] = ()
    """The file's elements, each as JSON, and which of `entries` was made of it."""

    @property
    def ended(self) -> str:
        return self.entries[-1].at if self.entries else self.started

    @property
    def empty(self) -> bool:
        """The user said nothing in it."""
        return not any(entry.role == "user" for entry in self.entries)


def keep(
    db: sqlite3.Connection, arrivals: Sequence[Arrival], new_id: Callable[[datetime], str]
) -> list[tuple[Fate, str | None]]:
    """Puts all of them into the database, in the caller's transaction; what became of each, and its id here.

    They stand before everything that is there, the oldest first, and keep their order.
    """
    fates: dict[int, tuple[Fate, str | None]] = {}
    coming: list[int] = []
    seen: set[str] = set()
    for at, arrival in enumerate(arrivals):
        known = _known(db, arrival)
        if known is not None:
            fates[at] = known
        elif arrival.empty:
            fates[at] = ("empty", None)
        elif (identity := arrival.id or arrival.origin.digest) in seen:
            fates[at] = ("known", None)
        else:
            seen.add(identity)
            coming.append(at)
    coming.sort(key=lambda at: arrivals[at].ended)
    (first,) = db.execute("SELECT min(0, coalesce(min(id) - 1, 0)) FROM messages").fetchone()
    row = first + 1 - sum(len(arrivals[at].entries) for at in coming)
    for at in coming:
        fates[at] = ("kept", _insert(db, arrivals[at], row, new_id))
        row += len(arrivals[at].entries)
    return [fates[at] for at in range(len(arrivals))]


def _known(db: sqlite3.Connection, arrival: Arrival) -> tuple[Fate, str] | None:
    if arrival.id is not None and db.execute("SELECT 1 FROM talks WHERE id = ?", (arrival.id,)).fetchone():
        return "known", arrival.id
    origin = arrival.origin
    found = db.execute(
        "SELECT t.id, o.digest FROM origins o JOIN talks t ON t.seq = o.talk"
        " WHERE o.digest = ? OR (o.folder = ? AND o.name = ? AND o.name <> '') ORDER BY o.digest = ? DESC",
        (origin.digest, storable(origin.folder), storable(origin.name), origin.digest),
    ).fetchone()
    if found is None:
        return None
    return ("known" if found[1] == origin.digest else "changed"), found[0]


def _insert(db: sqlite3.Connection, arrival: Arrival, row: int, new_id: Callable[[datetime], str]) -> str:
    talk = arrival.id or new_id(datetime.fromisoformat(arrival.started))
    seq = db.execute(
        "INSERT INTO talks (id, character, language, started) VALUES (?, ?, ?, ?)",
        (talk, storable(arrival.character), storable(arrival.language), arrival.started),
    ).lastrowid
    db.executemany(_INSERT_MESSAGE, [_message(row + at, seq, entry) for at, entry in enumerate(arrival.entries)])
    origin = arrival.origin
    db.execute(
        "INSERT INTO origins (talk, folder, name, digest) VALUES (?, ?, ?, ?)",
        (seq, storable(origin.folder), storable(origin.name), origin.digest),
    )
    db.executemany(
        "INSERT INTO records (talk, place, message, record) VALUES (?, ?, ?, ?)",
        [(seq, place, None if at is None else row + at, record) for place, (record, at) in enumerate(arrival.records)],
    )
    return talk


def _message(row: int, talk: int | None, entry: Entry) -> tuple[object, ...]:
    return (
        row,
        talk,
        entry.turn,
        entry.role,
        "interrupted" if entry.interrupted else "whole",
        storable(entry.text),
        entry.emotion and storable(entry.emotion),
        entry.via,
        pack(entry.timings),
        pack_cues(entry.cues),
        pack(entry.work),
        entry.speaker and storable(entry.speaker),
        entry.at,
    )
