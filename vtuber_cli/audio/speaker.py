"""A loudspeaker or headphones: the loop's half. `output` has the thread's."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from vtuber_cli.audio import backend
from vtuber_cli.audio.output import Cues, OutputThread, Wish
from vtuber_cli.audio.playback import SpeechPlayback
from vtuber_cli.errors import AudioUnavailable, VtuberError

if TYPE_CHECKING:
    from collections.abc import Callable

    from vtuber_cli.audio.backend import Wanted
    from vtuber_cli.events import Speech

_CLOSING_SECONDS = 1.0
_WATCH_SECONDS = 0.25

_log = logging.getLogger(__name__)


class DeviceSpeaker:
    """A speaker of this machine; opened at the first `play`, or by `open`, and kept open.

    Args:
        device: index or name, or None for the system's default one.
        rate: what to ask of the device, in Hz; by default its own.
        library: who brings us there.
    """

    def __init__(self, device: str | int | None = None, *, rate: int | None = None, library: Wanted = "auto") -> None:
        self.name = "default" if device is None else str(device)
        self._wish = Wish(device, rate, library)
        self._output: _Output | None = None

    @property
    def underruns(self) -> int:
        """How often the device has run dry since it was opened."""
        return 0 if self._output is None else self._output.underruns

    @property
    def broken(self) -> bool:
        """The device has failed; the next `play` or `open` tries it anew."""
        return self._output is not None and self._output.broken

    async def open(self) -> None:
        """Opens the device now rather than at the first word.

        Raises:
            AudioUnavailable: there is none, or it is busy.
        """
        self.name = await self._opened().ready()

    def play(self, speech: Speech) -> SpeechPlayback:
        output = self._opened()
        playback = SpeechPlayback(speech)
        output.add(playback)
        return playback

    def stop(self) -> None:
        if self._output is not None:
            self._output.drop()

    async def close(self) -> None:
        output, self._output = self._output, None
        if output is not None:
            output.drop()
            await output.close()

    def _opened(self) -> _Output:
        if self._output is None or self._output.broken:
            self._output = _Output(self._wish)
        return self._output


class _Output:
    """An opened device and what is pending on it. Everything here runs in the loop and none of it blocks."""

    def __init__(self, wish: Wish) -> None:
        self._loop = asyncio.get_running_loop()
        self._device = wish.device
        self._opened: asyncio.Future[str] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._pending: list[SpeechPlayback] = []
        self._watching: asyncio.TimerHandle | None = None
        self.broken = False
        self._cues = Cues()
        self._thread = OutputThread(self._cues, wish, self)
        self._thread.start()

    @property
    def underruns(self) -> int:
        return self._thread.underruns

    async def ready(self) -> str:
        """The device's name, once it is open."""
        try:
            return await asyncio.wait_for(asyncio.shield(self._opened), backend.STUCK_AFTER)
        except TimeoutError:
            failure = AudioUnavailable("audio.stuck")
            self.failed(failure)
            raise failure from None

    def add(self, playback: SpeechPlayback) -> None:
        self._pending.append(playback)
        self._cues.add(playback)
        if self._watching is None:
            self._watching = self._loop.call_later(_WATCH_SECONDS, self._watch)

    def drop(self) -> None:
        """Silence: everything pending ends with what was heard of it."""
        self._cues.drop()
        self._settle(None)

    async def close(self) -> None:
        """Returns when the device is free, or after a second: a hung sound server must not hang us."""
        self._cues.close()
        if not self._ended.done():
            await asyncio.wait([self._ended], timeout=_CLOSING_SECONDS)
        if not self._ended.done():
            _log.warning("the speaker did not close in %s s and is left behind", _CLOSING_SECONDS)

    # --- what the thread tells ---

    def post(self, tell: Callable[..., object], *args: object) -> None:
        """From the thread: runs `tell` in the loop, unless that is closed and nobody is left to hear."""
        try:
            self._loop.call_soon_threadsafe(tell, *args)
        except RuntimeError:
            if not self._loop.is_closed():
                raise

    def opened(self, name: str) -> None:
        if not self._opened.done():
            self._opened.set_result(name)

    def finished(self, playback: SpeechPlayback) -> None:
        if playback in self._pending:
            self._pending.remove(playback)
            playback.hear(playback.speech.seconds)
            playback.settle()

    def failed(self, failure: VtuberError) -> None:
        self.broken = True
        self._cues.close()
        self._settle(failure)
        if not self._opened.done():
            self._opened.set_exception(failure)
            self._opened.exception()  # `ready` may never be asked for

    def ended(self) -> None:
        self.broken = True
        if not self._ended.done():
            self._ended.set_result(None)

    def _watch(self) -> None:
        """Sees the device hang in a call that does not return."""
        self._watching = None
        if not self._pending:
            return
        if self._cues.overdue():
            self.failed(AudioUnavailable("audio.speaker_gone", device=self._device or "default"))
        else:
            self._watching = self._loop.call_later(_WATCH_SECONDS, self._watch)

    def _settle(self, failure: VtuberError | None) -> None:
        pending, self._pending = self._pending, []
        for playback in pending:
            playback.settle(failure)
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
