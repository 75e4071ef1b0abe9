"""A speaker that never keeps a talk waiting: the device while there is one, captions in step while there is none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from vtuber_cli.audio.silent import CaptionSpeaker
from vtuber_cli.audio.speaker import DeviceSpeaker
from vtuber_cli.errors import AudioUnavailable

if TYPE_CHECKING:
    from vtuber_cli.audio.playback import SpeechPlayback
    from vtuber_cli.events import Speech

_RETRY_SECONDS = 2.0


class SteadySpeaker:
    """See the module.

    The speech during which the device fails says so by `AudioUnavailable`, once; what comes after is captions, and
    every `play` asks again for the device, at most every two seconds, until it is back.
    """

    def __init__(self, device: DeviceSpeaker) -> None:
        self._device = device
        self._captions = CaptionSpeaker()
        self._down = False
        self._asked_at = 0.0
        self._asking: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self._captions.name if self._down else self._device.name

    async def open(self) -> None:
        """Opens the device now rather than at the first word.

        Raises:
            AudioUnavailable: there is none, or it is busy; captions go on in its place.
        """
        try:
            await self._device.open()
        except AudioUnavailable:
            self._lost()
            raise

    def play(self, speech: Speech) -> SpeechPlayback:
        if self._device.broken and not self._down:
            self._lost()
        if not self._down:
            return self._device.play(speech)
        self._ask()
        return self._captions.play(speech)

    def stop(self) -> None:
        self._device.stop()
        self._captions.stop()

    async def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        await self._captions.close()
        await self._device.close()

    def _lost(self) -> None:
        self._down = True
        self._asked_at = asyncio.get_running_loop().time()

    def _ask(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() - self._asked_at >= _RETRY_SECONDS and (self._asking is None or self._asking.done()):
            self._asked_at = loop.time()
            self._asking = loop.create_task(self._again())

    async def _again(self) -> None:
        try:
            await self._device.open()
        except AudioUnavailable:
            return
        self._down = False
