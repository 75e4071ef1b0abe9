"""Two notes, to hear whether a loudspeaker speaks."""

from __future__ import annotations

from vtuber_cli.events import Speech

_RATE = 24_000
_NOTES = (523.25, 783.99)
"""C5 and the G above it, in Hz."""
_NOTE_SECONDS = 0.35
_FADE_SECONDS = 0.02
_LOUDNESS = 0.25


def chime() -> Speech:
    """0.7 s, no louder than speech."""
    import numpy as np

    at = np.arange(round(_NOTE_SECONDS * _RATE)) / _RATE
    swell = np.minimum(1, np.minimum(at, _NOTE_SECONDS - at) / _FADE_SECONDS)
    notes = [_LOUDNESS * swell * np.sin(2 * np.pi * hertz * at) for hertz in _NOTES]
    return Speech(np.concatenate(notes).astype(np.float32), _RATE)
