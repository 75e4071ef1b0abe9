"""Which microphones and loudspeakers there are."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from vtuber_cli.audio import portaudio
from vtuber_cli.errors import AudioUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.audio.portaudio import Direction


@dataclass(frozen=True, slots=True)
class Device:
    """One device in one direction; `name` is foreign text."""

    index: int
    name: str
    system: str
    """PortAudio's host interface: ALSA, Core Audio, Windows WASAPI, ..."""
    channels: int
    rate: int
    """The device's own sample rate, in Hz."""
    default: bool


def found(direction: Direction) -> tuple[Device, ...]:
    """Every device of a direction, afresh if no stream is open.

    Raises:
        AudioUnavailable: no PortAudio; without any device the answer is just empty.
    """
    with portaudio.alone() as sound:
        if portaudio.nothing_open():
            try:
                portaudio.refresh(sound)
            except sound.PortAudioError as error:
                raise AudioUnavailable("audio.failed", reason=str(error)) from error
        return listed(sound, direction)


def listed(sound: Any, direction: Direction) -> tuple[Device, ...]:
    """What PortAudio has listed; for callers behind its door."""
    systems = [str(system["name"]) for system in sound.query_hostapis()]
    default = int(sound.default.device[0 if direction == "input" else 1])
    if default < 0:
        default = next((int(api[f"default_{direction}_device"]) for api in sound.query_hostapis()), -1)
    return tuple(
        Device(
            index=int(device["index"]),
            name=str(device["name"]),
            system=systems[int(device["hostapi"])],
            channels=int(device[f"max_{direction}_channels"]),
            rate=round(device["default_samplerate"]),
            default=int(device["index"]) == default,
        )
        for device in sound.query_devices()
        if device[f"max_{direction}_channels"] > 0
    )


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
