"""What the conversation needs of sound. `sounddevice` devices and WAV files both fit these.

Speakers and microphones are driven from the event loop's thread; whatever threads they need are their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from vtuber_cli.events import AudioFrame, Sentence, Speech


class Microphone(Protocol):
    name: str
    """The device's or file's name, for people."""
    waits: bool
    """True if nothing is lost while nobody reads `frames` (a file), False for a live device."""

    def frames(self) -> AsyncGenerator[AudioFrame]:
        """Blocks of `EAR_RATE` audio until the source ends (a file) or the program does (a device).

        Raises:
            AudioUnavailable: the device cannot be opened or is gone; `frames` may be called again later.
        """
        ...

    async def close(self) -> None: ...


class Playback(Protocol):
    """One `Speech` on its way out of a speaker."""

    @property
    def heard(self) -> float:
        """Seconds of it that have left the speaker so far (what was written less the output latency)."""
        ...

    async def started(self) -> None:
        """Returns when its first sample is on its way (after what was queued before it), or when it is stopped.

        Never raises; `finished` does.
        """
        ...

    async def finished(self) -> None:
        """Returns when all of it was heard, or when it was stopped.

        Raises:
            AudioUnavailable: the device failed underneath.
        """
        ...


class Speaker(Protocol):
    @property
    def name(self) -> str: ...

    async def open(self) -> None:
        """Opens the device now rather than at the first word; need not be called.

        Raises:
            AudioUnavailable: there is none, or it is busy.
        """
        ...

    def play(self, speech: Speech) -> Playback:
        """Queues `speech` behind what is already queued, without a gap; returns at once."""
        ...

    def stop(self) -> None:
        """Silence within one 10 ms block: drops the queue; every pending `Playback` ends with what was heard."""
        ...

    async def close(self) -> None:
        """Stops and frees the device. Files are completed."""
        ...


@runtime_checkable
class FarSpeaker(Protocol):
    """A speaker at the other end of a line, which shows what it says: besides what a `Speaker` does, it is told words.

    It is given every piece of a reply as soon as there is one, however long those before it take to be heard.
    """

    def say(self, speech: Speech | None, sentence: Sentence) -> Playback:
        """`play`, with the words of it; without a speech they are shown only, behind what was said before."""
        ...

    def complete(self) -> None:
        """The reply has no more pieces."""
        ...
