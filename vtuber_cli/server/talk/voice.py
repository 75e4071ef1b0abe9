"""Speech as clients take it: a WAV, how loud it is, and the shapes of the mouth. Pure.

The lip-sync reader of Live2D's SDK wants a plain WAV: `fmt ` first, format 1, true sizes.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from vtuber_cli.audio import pcm
from vtuber_cli.audio.level import loudness
from vtuber_cli.audio.wav_header import header
from vtuber_cli.avatar import lipsync
from vtuber_cli.events import LOUDNESS_SECONDS, Speech
from vtuber_cli.server.messages.spoken import Viseme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.avatar.lipsync import Key
    from vtuber_cli.events import Phoneme

SLICE_MS = round(LOUDNESS_SECONDS * 1000)
"""Milliseconds for each volume."""
_SILENT_SECONDS = 0.05
_SILENT_RATE = 16_000
_INAUDIBLE = 1e-4
_MOST_KEYS = 4096


def silence() -> Speech:
    """What is sent with a face or a text that nobody hears: clients show neither without sound."""
    import numpy as np

    return Speech(np.zeros(round(_SILENT_SECONDS * _SILENT_RATE), np.float32), _SILENT_RATE)


def wav(speech: Speech) -> str:
    """A whole WAV file of mono int16, in base64."""
    data = pcm.to_int16(speech.samples)
    return b64encode(header(speech.rate, len(data)) + data).decode("ascii")


def volumes(speech: Speech) -> tuple[float, ...]:
    """How loud each `SLICE_MS` of it is, the loudest being 1; all 0 where there is nothing to hear."""
    levels = loudness(speech.samples, speech.rate)
    loudest = max(levels, default=0.0)
    if loudest < _INAUDIBLE:
        return (0.0,) * len(levels)
    return tuple(round(level / loudest, 3) for level in levels)


def visemes(speech: Speech) -> tuple[Viseme, ...]:
    """The keys of the mouth's curves: by the voice's own timings if it tells them, else by its loudness."""
    return shapes(speech.phonemes, speech.seconds, loudness(speech.samples, speech.rate))


def shapes(phonemes: Sequence[Phoneme], seconds: float, levels: Sequence[float]) -> tuple[Viseme, ...]:
    """`visemes` of speech of which that much is known; the levels are those of `audio.level.loudness`."""
    if phonemes:
        lips = lipsync.from_phonemes(((each.symbol, each.seconds) for each in phonemes), seconds, levels)
    else:
        lips = lipsync.from_loudness(levels, seconds)
    keys = lips.keys
    return tuple(_viseme(key) for key in (keys if len(keys) <= _MOST_KEYS else (*keys[: _MOST_KEYS - 1], keys[-1])))


def _viseme(key: Key) -> Viseme:
    return Viseme.model_construct(
        at=round(key.time * 1000),
        open=round(key.open, 3),
        form=None if key.form is None else round(key.form, 3),
        vowel=key.vowel or None,
        closed=True if key.closed else None,
    )
