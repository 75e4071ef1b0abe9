"""Talks in the layout `chat_history/{conf_uid}/{history_uid}.json`, both ways, with nothing lost.

A file is an array: first an element about the talk (role "metadata"), then the messages, each with `role` (human, ai
or system), `timestamp`, `content`, and maybe `name` and `avatar`. Every element is kept as it came, beside the message
made of it; it goes out as it came, unless the message was changed here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

from vtuber_cli.clean import clean, one_line
from vtuber_cli.errors import UsageError
from vtuber_cli.store.arrival import ID, Arrival, Origin
from vtuber_cli.store.entry import Entry, storable, utc
from vtuber_cli.store.foreign import STDIN

Element: TypeAlias = "dict[str, Any]"

INTERRUPTED = "[Interrupted by user]"
"""What a system element behind a reply says when it was cut short."""
_ROLES: dict[str, Literal["user", "assistant"]] = {"human": "user", "ai": "assistant"}
_NAMES = {"user": "human", "assistant": "ai"}
_SAFE = re.compile(r"\w[\w .@+-]{0,99}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def fits(value: object) -> bool:
    """Whether this could be such a file: an array of elements with roles."""
    elements = cast("list[object]", value) if isinstance(value, list) else None
    return elements is not None and all(isinstance(one, dict) and "role" in one for one in elements)


def read(elements: Sequence[Element], file: Path, now: datetime, character: str | None = None) -> Arrival:
    """The talk in a file.

    Args:
        elements: which `fits`.
        file: its path; whose talk it is says the folder.
        now: stands for times that the file does not tell.
        character: with whom it was, whatever the folder says.

    Raises:
        UsageError: an element is not what it should be; names it.
    """
    text = json.dumps(elements, sort_keys=True, separators=(",", ":"))
    folder, name = ("", "") if file == STDIN else (file.absolute().parent.name, file.stem)
    origin = Origin(folder, name, hashlib.sha256(text.encode()).hexdigest())
    started = moment = _moment(elements[0].get("timestamp") if elements else None) or utc(now)
    entries: list[Entry] = []
    names: list[str] = []
    records: list[tuple[str, int | None]] = []
    turn = 0
    for at, element in enumerate(elements):
        role, content = _checked(element, at, file)
        moment = _moment(element.get("timestamp")) or moment
        made = _ROLES.get(role)
        words = _words(content)
        turn += made == "user" and words != ""
        if made is None or not words:
            records.append((json.dumps(element), None))
            if role == "system" and content == INTERRUPTED and entries and entries[-1].role == "assistant":
                entries[-1] = replace(entries[-1], interrupted=True)
            continue
        records.append((json.dumps(element), len(entries)))
        entries.append(Entry(0, "", turn, made, words, None, None, interrupted=False, timings=None, at=moment))
        names.append(_words(element.get("name")) if made == "assistant" else "")
    if entries and not _moment(elements[0].get("timestamp")):
        started = entries[0].at
    ours = name.rpartition("_")[2]
    talk = ours if ID.fullmatch(ours) else None
    whose = one_line(character or folder)[:100]
    entries = [replace(one, speaker=who) for one, who in zip(entries, _speakers(names, whose), strict=True)]
    return Arrival(talk, whose, "", started, entries, origin, records)


def _speakers(names: Sequence[str], character: str) -> list[str | None]:
    """Who says each message by the names that sign them. If there is one name only, it is another for the character."""
    several = len(set(names) - {""}) > 1
    return [one_line(name)[:100] if several and name and name != character else None for name in names]


def elements(
    started: str, character: str, entries: Sequence[Entry], records: Sequence[tuple[str, int | None]]
) -> list[Element]:
    """A talk as the elements of its file.

    Args:
        started: when it began.
        character: what her elements are signed with, where nothing says otherwise.
        entries: what was said.
        records: what the file had that it came from, and the id of the message that was made of it.
    """
    by_id = {entry.id: entry for entry in entries}
    out: list[Element] = []
    for record, message in records:
        element = cast("Element", json.loads(record))
        entry = by_id.pop(message, None) if message is not None else None
        if message is None or entry is not None:
            out.append(_overlaid(element, entry))
    if not records:
        out.append({"role": "metadata", "timestamp": started})
    for entry in by_id.values():
        element: Element = {"role": _NAMES[entry.role], "timestamp": entry.at, "content": entry.text}
        out.append(element | ({"name": entry.speaker or character} if entry.role == "assistant" else {}))
        if entry.interrupted:
            out.append({"role": "system", "timestamp": entry.at, "content": INTERRUPTED})
    return out


def file_of(talk: str, started: str, character: str, origin: Origin | None) -> Path:
    """Where its file goes: the folder and name that it came with, else hers, and one that tells when it began."""
    stamp = re.sub(r"[T:]", lambda found: "_" if found[0] == "T" else "-", started[:19])
    folder, name = (origin.folder, origin.name) if origin and origin.name else (character, f"{stamp}_{talk}")
    return Path(plain(folder, "unknown")) / f"{plain(name, talk)}.json"


def plain(name: str, otherwise: str) -> str:
    """A name that is one part of a path on every system: itself, or else `otherwise`."""
    safe = _SAFE.fullmatch(name) and name == name.rstrip(". ") and not _RESERVED.fullmatch(name)
    return name if safe and len(name.encode()) <= 200 else otherwise


def _checked(element: Mapping[str, Any], at: int, file: Path) -> tuple[str, object]:
    role, content = element["role"], element.get("content")
    if not isinstance(role, str):
        raise UsageError("history.file.bad_element", file=file, number=at + 1, name="role")
    if role in _ROLES and not isinstance(content, str):
        raise UsageError("history.file.bad_element", file=file, number=at + 1, name="content")
    return role, content


def _words(content: object) -> str:
    return clean(storable(content)).strip() if isinstance(content, str) else ""


def _overlaid(element: Element, entry: Entry | None) -> Element:
    """The element as it came; its words are ours if they were changed here."""
    if entry is not None and entry.text != _words(element.get("content")):
        return element | {"content": entry.text}
    return element


def _moment(value: object) -> str | None:
    """A timestamp as we keep it; without a zone it is this computer's own time."""
    if not isinstance(value, str):
        return None
    try:
        return utc(datetime.fromisoformat(value).astimezone())
    except (ValueError, OverflowError, OSError):
        return None
