"""A talk as subtitles: what was said or heard, at the seconds at which it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from vtuber_cli.clean import one_line
from vtuber_cli.store.entry import Entry

_LETTERS_A_SECOND = 15.0
_SYLLABLES_A_SECOND = 6.0
"""Korean syllables, kana and Han characters."""
_SHORTEST = 1.0
_LONGEST = 359_999.0
"""Seconds: 99:59:59; what would begin later is not worth a subtitle."""


@dataclass(frozen=True, slots=True)
class Subtitle:
    """Seconds from the first one's beginning."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class _Part:
    start: float
    seconds: float
    text: str
    entry: Entry
    known: bool
    """The times are what happened, not a guess."""


def subtitles(entries: Sequence[Entry]) -> tuple[list[tuple[Subtitle, Entry]], int]:
    """The subtitles of a talk, each with the message it is of, and how many messages' times are guesses.

    What was spoken knows when each sentence was heard. What was typed stands before the moment it was sent. Of others
    (imported, or kept by a version that did not note it) only the moment is known at which they were kept: they stand
    from there for as long as it takes to say them. No two subtitles overlap; what is guessed gives way.
    """
    guesses = 0
    parts: list[_Part] = []
    for entry in entries:
        if entry.text.strip():
            guesses += not entry.cues and entry.via != "text"
            parts.extend(_parts(entry))
    origin = min((part.start for part in parts), default=0.0)
    made: list[tuple[Subtitle, Entry]] = []
    end = 0.0
    for at, part in enumerate(parts):
        start, longest = max(part.start - origin, end), part.seconds
        if not part.known and at + 1 < len(parts):
            longest = min(longest, max(_SHORTEST / 2, parts[at + 1].start - origin - start))
        end = start + longest
        if not 0 <= start <= end <= _LONGEST:
            break
        made.append((Subtitle(start, end, part.text), part.entry))
    return made, guesses


def srt(entries: Sequence[Entry], name: Callable[[Entry], str]) -> tuple[str, int]:
    """An .srt file, and how many messages' times are guesses."""
    made, guesses = subtitles(entries)
    return "".join(
        f"{number}\n{_clock(one.start)} --> {_clock(one.end)}\n{name(entry)}: {_line(one.text)}\n\n"
        for number, (one, entry) in enumerate(made, 1)
    ), guesses


def _parts(entry: Entry) -> Iterator[_Part]:
    kept = datetime.fromisoformat(entry.at).timestamp()
    if not entry.cues:
        timings, seconds = entry.timings, saying(entry.text)
        late = ((timings.think_ms or 0) + (timings.speak_ms or 0)) / 1000 if timings is not None else 0.0
        yield _Part(kept - seconds if entry.via == "text" else kept + late, seconds, entry.text, entry, known=False)
        return
    begun = 0
    for cue in entry.cues:
        text, begun = entry.text[begun : cue.upto], max(begun, cue.upto)
        if text.strip():
            seconds = cue.end - cue.start
            # Without sound it was shown at once; it takes the time that reading takes.
            known = seconds > 0
            yield _Part(kept + cue.start, seconds if known else saying(text), text, entry, known)


def saying(text: str) -> float:
    """About how many seconds it takes to say this."""
    slow = sum("\u3041" <= letter <= "\u30ff" or "\u3400" <= letter <= "\ud7a3" for letter in text)
    return max(_SHORTEST, slow / _SYLLABLES_A_SECOND + (len(text) - slow) / _LETTERS_A_SECOND)


def _line(text: str) -> str:
    return one_line(text).replace("-->", "→")


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02},{whole % 1000:03}"
