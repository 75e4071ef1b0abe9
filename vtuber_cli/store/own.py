"""Our own files: a talk as one JSON object, in an array or one a line, with everything that is known of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from vtuber_cli.clean import clean, one_line
from vtuber_cli.errors import UsageError
from vtuber_cli.store.arrival import ID, Arrival, Origin
from vtuber_cli.store.entry import Entry, utc

FORMAT = "vtuber-talk-1"
_MOST_TURNS = 1_000_000


def message(entry: Entry) -> dict[str, Any]:
    """A message of a talk, for JSON."""
    record = asdict(entry)
    del record["talk"]
    return record


def fits(value: object) -> bool:
    """Whether this could be a talk of ours."""
    return isinstance(value, dict) and "messages" in value and "id" in value


def read(talk: Mapping[str, Any], file: Path) -> Arrival:
    """The talk in one object of a file.

    Raises:
        UsageError: names the file, and what in it is wrong; or that a newer program wrote it.
    """
    if talk.get("format", FORMAT) != FORMAT:
        raise UsageError("history.file.newer", file=file, format=talk["format"])
    for key, limit in (("id", 12), ("character", 100), ("language", 20), ("started", 40)):
        if not isinstance(talk.get(key), str) or len(talk[key]) > limit:
            raise UsageError("history.file.bad_talk", file=file, name=key)
    if not ID.fullmatch(talk["id"]):
        raise UsageError("history.file.bad_talk", file=file, name="id")
    entries = _entries(talk["messages"], file)
    digest = hashlib.sha256(json.dumps(talk, sort_keys=True).encode()).hexdigest()
    origin = Origin("", "", digest)
    return Arrival(
        talk["id"],
        one_line(talk["character"]),
        one_line(talk["language"]),
        _moment(talk["started"], file),
        entries,
        origin,
    )


def _entries(messages: object, file: Path) -> list[Entry]:
    from pydantic import TypeAdapter, ValidationError  # not at the top: only who imports pays for it

    try:
        entries = TypeAdapter(list[Entry]).validate_json(json.dumps(_placed(messages)), strict=True)
    except ValidationError as error:
        place = [str(part) for part in error.errors(include_url=False, include_input=False)[0]["loc"]]
        raise UsageError("history.file.bad_talk", file=file, name=".".join(["messages", *place])) from None
    if not all(0 <= entry.turn <= _MOST_TURNS for entry in entries):
        raise UsageError("history.file.bad_talk", file=file, name="turn")
    return [
        replace(one, text=clean(one.text), at=_moment(one.at, file), speaker=one_line(one.speaker or "")[:100] or None)
        for one in entries
    ]


def _placed(messages: object) -> object:
    """The messages with what `message` leaves out, and without their ids, which mean nothing here."""
    if not isinstance(messages, list):
        return None
    found = cast("list[Any]", messages)
    return [{**cast("dict[str, Any]", one), "talk": "", "id": 0} if isinstance(one, dict) else one for one in found]


def _moment(text: str, file: Path) -> str:
    try:
        return utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise UsageError("history.file.bad_time", file=file, time=text[:40]) from None
