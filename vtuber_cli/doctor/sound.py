"""Loudspeaker and microphone: which there are, and whether the ones that a talk would use can be opened."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING

from vtuber_cli.audio.level import FLOOR, dbfs
from vtuber_cli.config import Audio
from vtuber_cli.doctor.finding import Finding, finding, of_error
from vtuber_cli.doctor.patient import Patient
from vtuber_cli.errors import AudioUnavailable
from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from vtuber_cli.audio.backend import Wanted
    from vtuber_cli.audio.library import Direction

_LISTENS_SECONDS = 0.6
_OPENS_SECONDS = 8.0
"""A device that hangs must not keep the doctor."""


def examine_output(patient: Patient) -> Iterator[Finding]:
    audio = patient.plan.settings.audio if patient.plan else Audio()
    if not (yield from _listed("output", audio.library)):
        return
    try:
        name = asyncio.run(_open_speaker(audio))
    except AudioUnavailable as error:
        yield of_error("output.opens", error)
    except TimeoutError:
        yield finding("output.opens", "fail", "hangs")
    else:
        yield finding("output.opens", "ok", name=name)


def examine_input(patient: Patient) -> Iterator[Finding]:
    audio = patient.plan.settings.audio if patient.plan else Audio()
    if not (yield from _listed("input", audio.library)):
        return
    try:
        name, level = asyncio.run(_listen(audio))
    except AudioUnavailable as error:
        yield of_error("input.hears", error)
    except TimeoutError:
        yield finding("input.hears", "fail", "hangs")
    else:
        digital_silence = level <= FLOOR
        words = "silent" if digital_silence else ""
        yield finding("input.hears", "limit" if digital_silence else "ok", words, name=name, dbfs=round(level, 1))


def _listed(direction: Direction, library: Wanted) -> Iterator[Finding]:
    """Yields what is wrong with the list of devices; the generator's value is whether there is anything in it."""
    from vtuber_cli.audio import devices

    try:
        found = devices.found(direction, library)
    except AudioUnavailable as error:
        yield of_error(f"{direction}.devices", error, "limit")
        return False
    if not found:
        yield finding(f"{direction}.devices", "limit", "none")
        return False
    default = next((device.name for device in found if device.default), found[0].name)
    yield finding(f"{direction}.devices", "ok", count=len(found), default=default)
    return True


async def _open_speaker(audio: Audio) -> str:
    from vtuber_cli.audio.speaker import DeviceSpeaker

    speaker = DeviceSpeaker(audio.output, library=audio.library)
    try:
        async with asyncio.timeout(_OPENS_SECONDS):
            await speaker.open()
        return speaker.name
    finally:
        await speaker.close()


async def _listen(audio: Audio) -> tuple[str, float]:
    """The microphone's name, and the loudest it was within a moment, in dBFS."""
    import numpy as np

    from vtuber_cli.audio.microphone import DeviceMicrophone

    microphone = DeviceMicrophone(audio.input, library=audio.library)
    heard: list[float] = []
    seconds = 0.0
    async with asyncio.timeout(_OPENS_SECONDS), aclosing(microphone.frames()) as frames:
        async for frame in frames:
            heard.append(dbfs(np.asarray(frame.samples)))
            seconds += len(frame.samples) / EAR_RATE
            if seconds >= _LISTENS_SECONDS:
                break
    return microphone.name, max(heard, default=FLOOR)
