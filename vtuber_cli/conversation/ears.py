"""From a microphone to the changes of an endpointer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from vtuber_cli.audio.base import Microphone
from vtuber_cli.audio.level import METER_HZ, dbfs
from vtuber_cli.conversation.endpointer import Change, Endpointer
from vtuber_cli.engines.base import Vad
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import AudioUnavailable
from vtuber_cli.events import EAR_RATE, Event, Level

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

_RETRY_SECONDS = 2.0
"""How often a microphone that is gone is asked for again."""
_ECHO_SECONDS = 0.2
"""How long a loudspeaker's last words still come in at a live microphone."""


class Ears:
    """Cuts a microphone's audio into the VAD's frames and follows the speech in it.

    Args:
        microphone: where the audio comes from.
        vad: a started worker.
        endpointer: decides; the session may change its `start_frames`.
        announce: gets a `Level` about 20 times a second.
        opened: told when sound begins to arrive, each time `changes` is called.
    """

    def __init__(
        self,
        microphone: Microphone,
        vad: Worker[Vad],
        endpointer: Endpointer,
        announce: Callable[[Event], None],
        opened: Callable[[], None],
    ) -> None:
        self.microphone = microphone
        self.endpointer = endpointer
        self._vad = vad
        self._announce = announce
        self._opened = opened
        self._since_level = 0
        self._rest: list[Samples] = []
        """What was left over of the last block, less than a frame."""
        self._deaf = 0
        """Samples still to be thrown away before listening again."""

    async def changes(self, attentive: asyncio.Event) -> AsyncGenerator[Change]:
        """What the user does, until the microphone ends.

        Args:
            attentive: while it is not set, a file waits, and what a live device hears is thrown away (it would be
                her own voice, from the loudspeaker).

        Raises:
            AudioUnavailable: from the microphone; call again to go on.
        """
        self._deaf = 0
        arrived = False
        async with aclosing(self.microphone.frames()) as blocks:
            async for block in blocks:
                if not arrived:
                    arrived = True
                    await self._forget()  # not before: a VAD may not be loaded until something is heard
                    self._opened()
                if self.microphone.waits:
                    await attentive.wait()
                elif await self._is_deaf(block.samples, attentive):
                    continue
                for frame in self._frames(block.samples):
                    for change in await self._push(frame):
                        yield change
                        if self.microphone.waits:
                            await attentive.wait()
        for change in self.endpointer.finish():
            yield change

    async def lasting(
        self, attentive: asyncio.Event, gone: Callable[[AudioUnavailable], None]
    ) -> AsyncGenerator[Change]:
        """As `changes`, of a microphone that may go and come back.

        Args:
            attentive: see `changes`.
            gone: told whenever it is not there.
        """
        while True:
            try:
                async with aclosing(self.changes(attentive)) as changes:
                    async for change in changes:
                        yield change
                return
            except AudioUnavailable as error:
                gone(error)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _is_deaf(self, samples: Samples, attentive: asyncio.Event) -> bool:
        if not attentive.is_set():
            self._deaf = int(_ECHO_SECONDS * EAR_RATE)
        elif self._deaf > 0:
            self._deaf -= len(samples)
            if self._deaf <= 0:
                await self._forget()
        else:
            return False
        return True

    def _frames(self, samples: Samples) -> list[Samples]:
        import numpy as np  # not at the top: the first paint does not wait for it

        size = self._vad.engine.frame
        joined = np.concatenate([*self._rest, samples])
        whole = len(joined) // size * size
        self._rest = [joined[whole:]]
        return [joined[at : at + size] for at in range(0, whole, size)]

    async def _push(self, frame: Samples) -> list[Change]:
        probability = await self._vad.call(lambda vad, _: vad.probability(frame))
        self._since_level += len(frame)
        if self._since_level >= EAR_RATE / METER_HZ:
            self._since_level = 0
            self._announce(Level(dbfs(frame), probability))
        return list(self.endpointer.push(frame, probability))

    async def _forget(self) -> None:
        self._rest = []
        self.endpointer.reset()
        await self._vad.call(lambda vad, _: vad.reset())
