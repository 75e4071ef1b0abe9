"""A speaker without a device: makes no sound and keeps the time it would take."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from vtuber_cli.audio.playback import SpeechPlayback
from vtuber_cli.errors import AudioUnavailable
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Callable

    from vtuber_cli.events import Speech


class ClockedPlayback(SpeechPlayback):
    """Heard as the loop's clock goes."""

    def __init__(self, speech: Speech, begins: float) -> None:
        super().__init__(speech)
        self._loop = asyncio.get_running_loop()
        self.begins = begins
        self.ends = begins + speech.seconds

    @property
    def heard(self) -> float:
        self.hear(self._loop.time() - self.begins)
        return super().heard


class CaptionSpeaker:
    """Plays nothing, in step: captions, faces and history go on as if it could be heard.

    Args:
        heard: told what was heard of each speech, in seconds, when it is over or stopped; what it raises fails the
            playback.
    """

    def __init__(self, *, heard: Callable[[Speech, float], None] | None = None) -> None:
        self.name = t("audio.captions")
        self._tell = heard
        self._queue: deque[ClockedPlayback] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Nothing to open."""

    def play(self, speech: Speech) -> ClockedPlayback:
        now = asyncio.get_running_loop().time()
        playback = ClockedPlayback(speech, max(now, self._queue[-1].ends if self._queue else now))
        self._queue.append(playback)
        if len(self._queue) == 1:
            self._begin()
        return playback

    def stop(self) -> None:
        while self._queue:
            self._end(self._queue.popleft())
        self._cancel()

    async def close(self) -> None:
        self.stop()

    def _begin(self) -> None:
        self._cancel()
        playback = self._queue[0]
        playback.begin()
        self._timer = asyncio.get_running_loop().call_at(playback.ends, self._over)

    def _over(self) -> None:
        playback = self._queue.popleft()
        playback.hear(playback.speech.seconds)
        self._end(playback)
        if self._queue:
            self._begin()

    def _end(self, playback: ClockedPlayback) -> None:
        failure: AudioUnavailable | None = None
        heard = playback.heard
        if self._tell is not None and heard > 0:
            try:
                self._tell(playback.speech, heard)
            except AudioUnavailable as error:
                failure = error
        playback.settle(failure)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
