"""The `Playback` that all of our speakers hand out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vtuber_cli.errors import VtuberError
    from vtuber_cli.events import Speech


class SpeechPlayback:
    """One speech on its way out; its speaker tells it how far it is. Belongs to the loop, except for `hear`."""

    def __init__(self, speech: Speech) -> None:
        loop = asyncio.get_running_loop()
        self.speech = speech
        self._heard = 0.0
        self._started: asyncio.Future[None] = loop.create_future()
        self._finished: asyncio.Future[None] = loop.create_future()

    @property
    def heard(self) -> float:
        return self._heard

    async def started(self) -> None:
        await asyncio.shield(self._started)

    async def finished(self) -> None:
        await asyncio.shield(self._finished)

    def hear(self, seconds: float) -> None:
        """So much of it was heard; never goes back, and stays once the playback is settled. From any thread."""
        if not self._finished.done():
            self._heard = min(self.speech.seconds, max(self._heard, seconds))

    def begin(self) -> None:
        """Its first sample is on its way."""
        if not self._started.done():
            self._started.set_result(None)

    def settle(self, failure: VtuberError | None = None) -> None:
        """It was heard, stopped, or failed; what comes later changes nothing."""
        self.begin()
        if self._finished.done():
            return
        if failure is None:
            self._finished.set_result(None)
        else:
            self._finished.set_exception(failure)
            self._finished.exception()  # that nobody waits for a playback any more is no error
