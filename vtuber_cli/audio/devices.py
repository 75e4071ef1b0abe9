"""Which microphones and loudspeakers there are, and which one somebody means."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING
from unicodedata import normalize

from vtuber_cli.audio.backend import found, survey
from vtuber_cli.audio.library import Device
from vtuber_cli.clean import one_line
from vtuber_cli.errors import AudioUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vtuber_cli.audio.library import Direction

__all__ = ["Device", "choose", "found", "matching", "survey"]

_MOST_NAMES = 5
"""That an error enumerates."""


def choose(devices: Sequence[Device], wanted: str | int | None, direction: Direction) -> Device:
    """The device that `wanted` means: None the default one, an index, a name, or a part that only one name has.

    Raises:
        AudioUnavailable: there is none; names the nearest, or what the part could mean.
    """
    if not devices:
        raise AudioUnavailable(f"audio.no_{direction}")
    if wanted is None:
        return next((device for device in devices if device.default), devices[0])
    matches = matching(devices, wanted)
    # The same card is listed once for every host interface; its first entry is the system's favourite.
    if len({device.name for device in matches}) == 1:
        return matches[0]
    raise _unclear(devices, str(wanted), matches)


def matching(devices: Sequence[Device], wanted: str | int) -> list[Device]:
    """Those whose number it is, or else whose name, or else those that have it in their name; maybe none."""
    text = _plain(str(wanted))
    return (
        [device for device in devices if str(device.index) == text]
        or [device for device in devices if _plain(device.name) == text]
        or [device for device in devices if text and text in _plain(device.name)]
    )


def _plain(name: str) -> str:
    """As it is compared: what cannot be seen is gone, and Korean letters are whole (macOS takes them apart)."""
    return normalize("NFC", one_line(name)).casefold()


def _unclear(devices: Sequence[Device], wanted: str, matches: Sequence[Device]) -> AudioUnavailable:
    if matches:
        several = list(dict.fromkeys(device.name for device in matches))
        return AudioUnavailable("audio.ambiguous_device", name=wanted, names=_enumerated(several))
    text, names = _plain(wanted), {_plain(device.name): device.name for device in devices}
    nearest = _with_a_word_like(text, names) or get_close_matches(text, names, n=1, cutoff=0.4)
    if nearest:
        return AudioUnavailable("audio.unknown_device_nearest", name=wanted, nearest=names[nearest[0]])
    return AudioUnavailable("audio.unknown_device", name=wanted)


def _with_a_word_like(text: str, names: Iterable[str]) -> list[str]:
    """Names are long, and people say a word of them: "hedset" for "USB Headset: Audio (hw:1,0)"."""
    words = {word: name for name in names for word in reversed(re.findall(r"\w+", name))}
    return [words[word] for word in get_close_matches(text, words, n=1, cutoff=0.7)]


def _enumerated(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
