"""What was said, as it was heard.

Written by the conversation, awaited, so that the user's words are safe before the model starts and a reply's words are
safe as each sentence is heard. Read by whoever asks, from any thread.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TypeAlias, cast

from vtuber_cli.errors import UsageError
from vtuber_cli.events import Cue, Timings, Via, Work
from vtuber_cli.store.arrival import Arrival, Fate, Origin, keep
from vtuber_cli.store.database import Database
from vtuber_cli.store.entry import ENTRIES, Entry, entry_of, pack, pack_cues, storable, utc

Clock: TypeAlias = Callable[[], datetime]
"""The time now, with its zone."""

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that looks like a digit, in ASCII order, so that ids sort by age."""
_TIME_DIGITS = 7
_RANDOM_DIGITS = 5
_TRIGRAM = 3
_LONGEST_QUERY = 200
"""Characters; the index takes minutes over a whole page of them."""
_MOST = 1_000_000
"""Rows; more than anybody has, and a number that SQLite can hold."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk, as a list shows it."""

    id: str
    character: str
    language: str
    started: str
    """UTC, ISO 8601, as all times here."""
    ended: str
    """When the last message came."""
    turns: int
    """How many times the user spoke."""
    first: str
    """What the user said first."""


@dataclass(frozen=True, slots=True)
class Match:
    """A message that a search found, and who talked there."""

    entry: Entry
    character: str


class History:
    """The talks of all characters.

    Args:
        database: where they are kept; `close` closes it.
        clock: gives the times that are shown. The order of things comes from the database, not from a clock.
    """

    def __init__(self, database: Database, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def close(self) -> None:
        self._database.close()

    # --- writing: each returns when its row is safe on disk. Raises StoreError, and then nothing was written --------

    async def open_talk(self, character: str, language: str, talk: str | None = None) -> str:
        """Begins a talk; returns its id. One in which the user never says anything is not listed.

        Args:
            character: her id.
            language: of the talk.
            talk: its id, from `free_id`; without one it gets another.
        """
        at = self._now()
        talk = talk or self.free_id()

        def insert(db: sqlite3.Connection) -> str:
            db.execute(
                "INSERT INTO talks (id, character, language, started) VALUES (?, ?, ?, ?)",
                (talk, storable(character), language, at),
            )
            return talk

        return await self._database.write(insert)

    async def add_user(self, talk: str, turn: int, text: str, via: Via, cues: Sequence[Cue] = ()) -> int:
        """Keeps what the user said; returns its row. To be awaited before the model starts."""
        at, text = self._now(), storable(text)

        def insert(db: sqlite3.Connection) -> int:
            return _insert(db, talk, (turn, "user", "whole", text, via, pack_cues(cues), at))

        return await self._database.write(insert)

    async def start_reply(self, talk: str, turn: int, speaker: str | None = None) -> int:
        """Makes room for a reply, of which nothing has been heard yet; returns its row.

        Args:
            talk: its whole id.
            turn: the question's.
            speaker: the id of who replies; None for the character that the talk began with.
        """
        at, name = self._now(), speaker and storable(speaker)

        def insert(db: sqlite3.Connection) -> int:
            row = _insert(db, talk, (turn, "assistant", "speaking", "", None, None, at))
            db.execute(
                "UPDATE messages SET speaker = nullif(?, (SELECT character FROM talks WHERE id = ?)) WHERE id = ?",
                (name, talk, row),
            )
            return row

        return await self._database.write(insert)

    async def hear(self, row: int, text: str, emotion: str | None = None, cues: Sequence[Cue] = ()) -> None:
        """Keeps what has been heard of a reply so far: all of it, not only what is new."""
        await self._update(
            "UPDATE messages SET text = ?, emotion = coalesce(?, emotion), cues = ? WHERE id = ?",
            (storable(text), emotion, pack_cues(cues), row),
        )

    async def end_reply(
        self,
        row: int,
        text: str,
        interrupted: bool,
        timings: Timings | None = None,
        cues: Sequence[Cue] = (),
        work: Work | None = None,
    ) -> None:
        """The reply is over; `text` is what was heard of it."""
        state = "interrupted" if interrupted else "whole"
        await self._update(
            "UPDATE messages SET text = ?, state = ?, timings = ?, cues = ?, work = ? WHERE id = ?",
            (storable(text), state, pack(timings), pack_cues(cues), pack(work), row),
        )

    async def drop_reply(self, row: int) -> None:
        """Not a word was heard: there was no reply."""
        await self._update("DELETE FROM messages WHERE id = ? AND role = 'assistant'", (row,))

    # --- reading ------------------------------------------------------------------------------------------------

    def free_id(self) -> str:
        """An id for a talk that may begin."""
        return new_id(self._clock())

    def last_messages(self, talks: Sequence[str]) -> dict[str, Entry]:
        """Of each of these talks (whole ids) what was said last, as far as it was heard."""
        with self._database.reading() as db:
            rows = db.execute(f"{ENTRIES} WHERE m.id IN ({_LATEST})", (json.dumps(list(talks)),)).fetchall()
        return {entry.talk: entry for entry in map(entry_of, rows)}

    def messages(self, talk: str) -> list[Entry]:
        """What was said in a talk (a whole id), oldest first. Replies of which nothing was heard are left out."""
        with self._database.reading() as db:
            rows = db.execute(f"{ENTRIES} WHERE t.id = ? {_HEARD} ORDER BY m.id", (talk,)).fetchall()
        return [entry_of(row) for row in rows]

    def list_talks(self, *, character: str | None = None, limit: int | None = None) -> list[Talk]:
        """The talks in which the user said something, the one talked in last first."""
        with self._database.reading() as db:
            rows = db.execute(_TALKS, (character, character, -1 if limit is None else min(limit, _MOST))).fetchall()
        return [Talk(*row) for row in rows]

    def ids(self) -> list[str]:
        """Of all talks, silent ones too."""
        with self._database.reading() as db:
            return [row[0] for row in db.execute("SELECT id FROM talks")]

    def latest_talk(self, character: str) -> Talk | None:
        """The talk to go on with."""
        return next(iter(self.list_talks(character=character, limit=1)), None)

    def talk(self, prefix: str) -> Talk:
        """The talk whose id begins like this.

        Raises:
            UsageError: none does, or several do; names the nearest, or the several.
        """
        talks = self.list_talks()
        found = [talk for talk in talks if prefix and talk.id.startswith(prefix.lower())]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError("history.ambiguous", id=prefix, ids=", ".join(talk.id for talk in found[:5]))
        nearest = get_close_matches(prefix.lower(), [talk.id for talk in talks], n=1, cutoff=0.5)
        if nearest:
            raise UsageError("history.unknown_nearest", id=prefix, nearest=nearest[0])
        raise UsageError("history.unknown", id=prefix)

    def search(self, query: str, *, limit: int = 50) -> list[Match]:
        """The messages that contain every word of `query`, in any case, as part of a word too; newest first."""
        if len(query) > _LONGEST_QUERY:
            raise UsageError("history.query_too_long", longest=_LONGEST_QUERY)
        words = unicodedata.normalize("NFC", storable(query.replace("\0", ""))).split()
        long = [word for word in words if len(word) >= _TRIGRAM]
        conditions: list[str] = []
        values: list[str] = []
        if long:
            conditions.append("m.id IN (SELECT rowid FROM words WHERE words MATCH ?)")
            values.append(" ".join('"' + word.replace('"', '""') + '"' for word in long))
        for word in words:
            if len(word) < _TRIGRAM:  # the index knows nothing shorter than three letters
                conditions.append("m.text LIKE ? ESCAPE '\\'")
                values.append("%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
        if not conditions:
            return []
        with self._database.reading() as db:
            rows = db.execute(
                f"{ENTRIES} WHERE {' AND '.join(conditions)} {_HEARD} ORDER BY m.id DESC LIMIT ?",
                (*values, min(limit, _MOST)),
            ).fetchall()
        return [Match(entry_of(row), row[-1]) for row in rows]

    # --- files, and forgetting: blocking, for who has no event loop --------------------------------------------------

    def keep(self, arrivals: Sequence[Arrival]) -> list[tuple[Fate, str | None]]:
        """Puts talks from files beside the others, all of them or none; what became of each, and its id here.

        Raises:
            StoreError: nothing was kept.
        """
        return self._database.write_now(lambda db: keep(db, arrivals, new_id))

    def source(self, talk: str) -> tuple[Origin | None, list[tuple[str, int | None]]]:
        """The file that a talk (a whole id) came from, and what it held, with the row of the message made of it."""
        with self._database.reading() as db:
            origin = db.execute(
                "SELECT folder, name, digest FROM origins WHERE talk = (SELECT seq FROM talks WHERE id = ?)", (talk,)
            ).fetchone()
            records = db.execute(
                "SELECT record, message FROM records WHERE talk = (SELECT seq FROM talks WHERE id = ?) ORDER BY place",
                (talk,),
            ).fetchall()
        return (Origin(*origin) if origin is not None else None), records

    def sizes(self) -> dict[str, int]:
        """How many messages every talk has, silent ones too."""
        with self._database.reading() as db:
            return dict(
                db.execute(
                    "SELECT t.id, count(m.id) FROM talks t LEFT JOIN messages m ON m.talk = t.seq GROUP BY t.seq"
                )
            )

    def remove(self, talks: Sequence[str]) -> None:
        """Forgets talks (whole ids): their words are overwritten, in the index too, and the file shrinks.

        Raises:
            StoreError: nothing was removed.
        """

        def delete(db: sqlite3.Connection) -> None:
            db.execute("PRAGMA secure_delete = ON")
            db.executemany("DELETE FROM talks WHERE id = ?", [(talk,) for talk in talks])
            # A deleted row leaves its words in the index until that is merged one day.
            db.execute("INSERT INTO words (words) VALUES ('rebuild')")

        self._database.write_now(delete)
        self._database.compact()

    # --- inside -------------------------------------------------------------------------------------------------

    def _now(self) -> str:
        return utc(self._clock())

    async def _update(self, statement: str, values: Sequence[object]) -> None:
        await self._database.write(lambda db: db.execute(statement, values) and None)


_HEARD = "AND (m.role = 'user' OR m.text <> '')"
_LATEST = """
    SELECT max(m.id) FROM messages m JOIN talks t ON t.seq = m.talk
    WHERE t.id IN (SELECT value FROM json_each(?)) AND (m.role = 'user' OR m.text <> '') GROUP BY m.talk
"""
_TALKS = """
    SELECT t.id, t.character, t.language, t.started, last.at, count(*), first.text
    FROM talks t
    JOIN messages m ON m.talk = t.seq AND m.role = 'user'
    JOIN messages first ON first.id = (SELECT min(id) FROM messages WHERE talk = t.seq AND role = 'user')
    JOIN messages last ON last.id = (SELECT max(id) FROM messages WHERE talk = t.seq)
    WHERE (? IS NULL OR t.character = ?)
    GROUP BY t.seq ORDER BY last.id DESC LIMIT ?
"""


def short_ids(ids: Sequence[str], shortest: int = 8) -> dict[str, str]:
    """For each id the shortest beginning, of at least `shortest` letters, that no other of them has."""
    length = shortest
    while len({one[:length] for one in ids}) < len(set(ids)):
        length += 1
    return {one: one[:length] for one in ids}


def new_id(now: datetime) -> str:
    """The second in 7 base-32 digits, so that ids sort by age and tell little apart, then 5 of chance."""
    number = (max(0, int(now.timestamp())) << 5 * _RANDOM_DIGITS) | secrets.randbits(5 * _RANDOM_DIGITS)
    length = _TIME_DIGITS + _RANDOM_DIGITS
    return "".join(_DIGITS[number >> 5 * place & 31] for place in reversed(range(length)))


def _insert(db: sqlite3.Connection, talk: str, values: Sequence[object]) -> int:
    row = db.execute(
        "INSERT INTO messages (talk, turn, role, state, text, via, cues, at)"
        " SELECT seq, ?, ?, ?, ?, ?, ?, ? FROM talks WHERE id = ?",
        (*values, talk),
    )
    if row.rowcount != 1:
        raise UsageError("history.unknown", id=talk)
    return cast("int", row.lastrowid)
