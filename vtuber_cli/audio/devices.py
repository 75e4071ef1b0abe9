"""Which microphones and loudspeakers there are, and which one somebody means."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from vtuber_cli.audio.backend import found
from vtuber_cli.audio.library import Device
from vtuber_cli.errors import AudioUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.audio.library import Direction

__all__ = ["Device", "choose", "found"]


def choose(devices: Sequence[Device], wanted: str | int | None, direction: Direction) -> Device:
    """The device that `wanted` means: None the default one, an index, a name, or a part that only one name has.

    Raises:
        AudioUnavailable: there is none; names the nearest.
    """
    if not devices:
        raise AudioUnavailable(f"audio.no_{direction}")
    if wanted is None:
        return next((device for device in devices if device.default), devices[0])
    text = str(wanted).strip().casefold()
    for matches in (
        [device for device in devices if str(device.index) == text],
        [device for device in devices if device.name.casefold() == text],
        [device for device in devices if text and text in device.name.casefold()],
    ):
        # The same card is listed once for every host interface; its first entry is the system's favourite.
        if len({device.name for device in matches}) == 1:
            return matches[0]
    raise _unknown(devices, str(wanted), text)


def _unknown(devices: Sequence[Device], wanted: str, text: str) -> AudioUnavailable:
    names = {device.name.casefold(): device.name for device in devices}
    nearest = get_close_matches(text, names, n=1, cutoff=0.4)
    every = ", ".join(dict.fromkeys(names.values()))
    if nearest:
        return AudioUnavailable("audio.unknown_device_nearest", name=wanted, nearest=names[nearest[0]], names=every)
    return AudioUnavailable("audio.unknown_device", name=wanted, names=every)
