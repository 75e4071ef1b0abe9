"""`POST /asr`: a WAV file comes in, and its words go out."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING, BinaryIO

from vtuber_cli.audio import wav
from vtuber_cli.audio.riff import MAGIC, Riff, RiffError
from vtuber_cli.engines.pauses import cut_at_pauses
from vtuber_cli.errors import AudioUnavailable, EngineFailed, UsageError, VtuberError
from vtuber_cli.events import EAR_RATE
from vtuber_cli.i18n import t
from vtuber_cli.server.services.speaking import services_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from vtuber_cli.audio.wav import Sound
    from vtuber_cli.events import Samples
    from vtuber_cli.server.talk.talks import Talks

LONGEST_SECONDS = 600.0
PIECE_SECONDS = 30.0
"""Heard at once; somebody in a talk waits no longer than for that."""
_SMALLEST = 44
"""Bytes: the header of a WAV that holds anything."""
_BUSY = ("server.busy", "server.loading", "engine.stuck", "engine.closed")
"""Try again later."""

_LOG = logging.getLogger(__name__)


class Gone(Exception):
    """The client did not wait for the answer."""


async def transcribed(talks: Talks, file: BinaryIO, gone: Callable[[], Awaitable[None]]) -> str:
    """The words of an upload.

    Args:
        talks: whose engines hear.
        file: as it was uploaded; can be sought in.
        gone: returns when the client has gone.

    Raises:
        Gone: it has.
        UsageError, AudioUnavailable: it is no sound that can be read; says why.
        VtuberError: the engines cannot.
    """
    await asyncio.to_thread(lambda: _opened(file))  # who sent nonsense need not wait in line to be told
    work = asyncio.ensure_future(services_of(talks).transcribe(lambda: _samples(file), _cut))
    leaving = asyncio.ensure_future(gone())
    try:
        await asyncio.wait([work, leaving], return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise Gone
        return work.result()
    finally:
        for task in (work, leaving):
            task.cancel()
        await asyncio.gather(work, leaving, return_exceptions=True)


def status_of(error: VtuberError) -> int:
    """The HTTP status that says it."""
    if isinstance(error, (UsageError, AudioUnavailable)):
        return 400
    return 503 if error.key in _BUSY or not isinstance(error, EngineFailed) else 500


def told(error: VtuberError) -> dict[str, str]:
    """The body that says it. What goes wrong in an engine may name paths, and is for the log."""
    if status_of(error) == 500:
        _LOG.error("a recording could not be written down: %s", t(error.key, **error.params), exc_info=error)
        error = EngineFailed("server.hearing_failed")
    return {"error": t(error.key, **error.params), "code": error.key}


# --- files ------------------------------------------------------------------------------------------------------


def _opened(file: BinaryIO) -> Sound:
    """The upload as sound, at its first sample.

    Raises:
        UsageError: it is none.
    """
    called = t("server.upload")
    if file.seek(0, os.SEEK_END) < _SMALLEST:
        raise UsageError("server.upload_small", file=called)
    file.seek(0)
    if file.read(4) not in MAGIC:
        raise UsageError("server.upload_not_wav", file=called)
    file.seek(0)
    try:
        sound = Riff(file)
    except RiffError as error:
        if error.key != "file_codec":
            raise UsageError(f"audio.{error.key}", hint=None, file=called, **error.params) from None
        return wav.opened(file, called)
    if sound.has_half_a_frame:
        raise UsageError("server.upload_odd", file=called)
    return wav.checked(sound, called)


def _samples(file: BinaryIO) -> Samples:
    """All of it, for ears.

    Raises:
        UsageError: it is empty or too long.
        AudioUnavailable: it is damaged further on.
    """
    return wav.whole(_opened(file), t("server.upload"), longest=LONGEST_SECONDS)


def _cut(samples: Samples) -> Iterable[Samples]:
    return cut_at_pauses(samples, EAR_RATE, PIECE_SECONDS)
