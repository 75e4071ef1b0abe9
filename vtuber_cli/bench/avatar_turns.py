"""Whether she answers later because she is drawn: real turns, by turns with her face on the screen and without."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vtuber_cli.bench.terminal import Terminal
from vtuber_cli.errors import EngineFailed

if TYPE_CHECKING:
    from vtuber_cli.bench.utterances import Utterance

_STAGE = "vtuber_cli.bench.stage_turns"
_LONGEST = 60.0
"""Seconds of a turn."""


@dataclass(frozen=True, slots=True)
class Answers:
    """From the end of speech to the first sound, in milliseconds, with her face and without, turn by turn; None where
    the user was cut off."""

    on: Sequence[float | None]
    off: Sequence[float | None]

    def record(self) -> dict[str, Any]:
        """The figures, ready for JSON."""
        pairs = [(on, off) for on, off in zip(self.on, self.off, strict=True) if on is not None and off is not None]
        on, off = ([pair[side] for pair in pairs] for side in (0, 1))
        return {
            "first_audio_ratio": round(statistics.median(on) / statistics.median(off), 3) if pairs else None,
            "first_audio_on_ms": [_rounded(one) for one in self.on],
            "first_audio_off_ms": [_rounded(one) for one in self.off],
        }


def plain(utterances: Sequence[Utterance]) -> Sequence[Utterance]:
    """Those in one breath, if there are any: whether a pause is taken for the end is not what is measured."""
    return [one for one in utterances if not one.pauses] or utterances


def answers(
    flags: Mapping[str, object],
    character: str,
    recordings: Path,
    turns: int,
    tell: Callable[[str, int, int], None],
) -> Answers | None:
    """Measures, in real time; every utterance once with a face and once without, in changing order.

    Args:
        flags: as `run.plan` takes them; its weights are here.
        character: whose face, by id.
        recordings: a folder, as `utterances.load` takes it.
        turns: with a face, and as many without.
        tell: told of each turn: "turn", its number from 1, and how many there are.

    Returns:
        None where there are no such terminals (Windows), or no turns.

    Raises:
        VtuberError: an engine cannot be loaded or failed.
    """
    if sys.platform == "win32" or not turns:
        return None
    found: dict[str, list[float | None]] = {"half": [], "off": []}
    given = json.dumps({name: value for name, value in flags.items() if value is not None}, default=str)
    with Terminal(_STAGE, [given, character, str(recordings)]) as screen:
        for number in range(turns):
            tell("turn", number + 1, turns)
            for way in ("half", "off") if number % 2 else ("off", "half"):
                answer = screen.ask({"number": number, "way": way}, _LONGEST)
                if "error" in answer:
                    raise EngineFailed(answer["error"], **answer["params"])
                found[way].append(answer["first_audio_ms"])
    return Answers(found["half"], found["off"])


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)
