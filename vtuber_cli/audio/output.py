"""A loudspeaker or headphones: the thread's half.

It writes 10 ms blocks into the library's ring and sleeps, wakeably, whenever enough is in it: a stop never has to wait
for a full ring to move. The stream is open all the time but runs only while there is something to say: started anew
it sounds within a few milliseconds, where a running one would first say its ring's silence.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from vtuber_cli.audio import backend, devices, pcm
from vtuber_cli.audio.library import BLOCK_SECONDS
from vtuber_cli.audio.resample import resample
from vtuber_cli.audio.ring import AHEAD_SECONDS, SILENCE_AHEAD_SECONDS, Ring
from vtuber_cli.errors import AudioUnavailable, VtuberError

if TYPE_CHECKING:
    from collections.abc import Callable

    from vtuber_cli.audio.backend import Wanted
    from vtuber_cli.audio.library import Library, OutputStream
    from vtuber_cli.audio.playback import SpeechPlayback

TAIL_SECONDS = 0.2
"""Silence played behind the last word before the stream stops, since stopping also empties what lies behind the ring
(a mixer, a radio link)."""

NEXT_SECONDS = 0.05
"""The same, if somebody is waiting to say the next thing."""

STALLED_AFTER = 1.5
"""Seconds without progress after which a device is gone."""

_log = logging.getLogger(__name__)


class Cues:
    """What the loop wants said, where the thread finds it. Nothing is done while its lock is held."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: deque[SpeechPlayback] = deque()
        self._dropping = False
        self._closing = False
        self._deadline = time.monotonic() + backend.STUCK_AFTER

    # --- for the loop ---

    def add(self, playback: SpeechPlayback) -> None:
        with self._changed:
            if not self._queue:  # the thread may have slept for long; it gets its time anew
                self._deadline = max(self._deadline, time.monotonic() + STALLED_AFTER)
            self._queue.append(playback)
            self._changed.notify()

    def drop(self) -> None:
        with self._changed:
            self._queue.clear()
            self._dropping = True
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._queue.clear()
            self._closing = True
            self._changed.notify()

    def overdue(self) -> bool:
        """The thread has not come back from the device in the time it gave itself."""
        with self._changed:
            return time.monotonic() > self._deadline

    # --- for the thread ---

    def wait(self) -> bool:
        """Waits until there is something to say; False: nothing more ever."""
        with self._changed:
            while not self._queue and not self._closing:
                self._changed.wait()
            self._dropping = False
            self._deadline = time.monotonic() + backend.STUCK_AFTER
            return not self._closing

    def next(self) -> SpeechPlayback | None:
        with self._changed:
            return self._queue.popleft() if self._queue and not self._dropping else None

    def waiting(self) -> bool:
        with self._changed:
            return bool(self._queue)

    def cut(self) -> bool:
        """To be silent now."""
        with self._changed:
            return self._dropping or self._closing

    def rest(self, seconds: float) -> None:
        """Sleeps, unless there is something to cut."""
        with self._changed:
            self._deadline = time.monotonic() + STALLED_AFTER
            if not self._dropping and not self._closing:
                self._changed.wait(seconds)


class Listener(Protocol):
    """Who is told; every method but `post` runs in the loop, through `post`."""

    def post(self, tell: Callable[..., object], *args: object) -> None: ...
    def opened(self, name: str) -> None: ...
    def finished(self, playback: SpeechPlayback) -> None: ...
    def failed(self, failure: VtuberError) -> None: ...
    def ended(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """Which device, how, and who brings us there."""

    device: str | int | None
    rate: int | None
    library: Wanted


class OutputThread(threading.Thread):
    """Opens the device, says what is cued until closed, and closes it."""

    def __init__(self, cues: Cues, wish: Wish, listener: Listener) -> None:
        super().__init__(name="vtuber-speaker", daemon=True)
        self._cues = cues
        self._wish = wish
        self._listener = listener
        self._chosen = ""
        self.underruns = 0

    def run(self) -> None:
        wish, failed = self._wish, partial(self._listener.post, self._listener.failed)
        backend.serve(self._open, self._use, failed, "output", wish.device, wish.library)
        self._listener.post(self._listener.ended)

    def _open(self, library: Library) -> OutputStream:
        device = devices.choose(library.devices("output"), self._wish.device, "output")
        self._chosen = device.name
        return library.output(device, self._wish.rate)

    def _use(self, stream: OutputStream) -> None:
        self._listener.post(self._listener.opened, self._chosen)
        while self._cues.wait():
            self._say(stream)

    def _say(self, stream: OutputStream) -> None:
        """From a stopped stream to a stopped stream."""
        run = _Run(Ring(stream), self._cues, self._listener)
        try:
            run.start()
            while run.step():
                pass
        finally:
            self.underruns += run.ring.underruns
        stream.abort()


class _Run:
    """The stream while it runs: what is being said, and how much of it was heard."""

    def __init__(self, ring: Ring, cues: Cues, listener: Listener) -> None:
        self.ring = ring
        self._cues = cues
        self._listener = listener
        self._playing: deque[tuple[SpeechPlayback, int, int]] = deque()
        """Playbacks with their first and last positions in the ring."""
        self._begun: SpeechPlayback | None = None
        self._pcm = memoryview(b"")
        self._spoken_until = 0
        self._silent = False
        self._progress = (0, time.monotonic())

    def start(self) -> None:
        """Makes the first speech ready before the ring, empty, begins to run."""
        self._take()
        self.ring.start()

    def step(self) -> bool:
        """Writes or rests once; False when all was heard, or to be cut."""
        if self._cues.cut():
            return False
        self.ring.look()
        self._report(self.ring.played)
        if self._over():
            return False
        self._fill()
        self._check(self.ring.played)
        self._cues.rest(BLOCK_SECONDS)
        return True

    def _fill(self) -> None:
        """As much speech as there is. Once silence follows, the run takes no more speech: it would have to wait
        behind the silence, and a new run begins at once."""
        while True:
            if not self._pcm and not self._silent:
                self._take()
            room = self.ring.room(AHEAD_SECONDS if self._pcm else SILENCE_AHEAD_SECONDS)
            if not room:
                return
            size = room * self.ring.frame_bytes
            self._silent = not self._pcm
            self.ring.write(self._pcm[:size] if self._pcm else bytes(size))
            self._pcm = self._pcm[size:]

    def _over(self) -> bool:
        """All was heard, and enough silence behind it (all of it, if we were too slow to write more)."""
        if self._playing:
            return False
        silence = NEXT_SECONDS if self._cues.waiting() else TAIL_SECONDS
        return self.ring.ahead == 0 or self.ring.played >= self._spoken_until + silence * self.ring.rate

    def _take(self) -> None:
        playback = self._cues.next()
        if playback is None:
            return
        speech = playback.speech
        self._pcm = memoryview(pcm.to_int16(resample(speech.samples, speech.rate, self.ring.rate), self.ring.channels))
        first = self.ring.written
        self._spoken_until = first + len(self._pcm) // self.ring.frame_bytes
        self._playing.append((playback, first, self._spoken_until))

    def _report(self, played: int) -> None:
        while self._playing and played >= self._playing[0][2]:
            self._listener.post(self._listener.finished, self._playing.popleft()[0])
        if not self._playing:
            return
        playback, first, _ = self._playing[0]
        playback.hear((played - first) / self.ring.rate)
        if played >= first and playback is not self._begun:
            self._begun = playback
            self._listener.post(playback.begin)

    def _check(self, played: int) -> None:
        before, at = self._progress
        if played != before:
            self._progress = (played, time.monotonic())
        elif time.monotonic() - at > (STALLED_AFTER if played > 0 else backend.STUCK_AFTER):
            raise AudioUnavailable("audio.stuck")
