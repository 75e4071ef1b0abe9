"""What a server says to a viewer, for tests."""

from __future__ import annotations

import base64
import io
import wave
from typing import Any

import numpy as np

RATE = 24_000
MIKA: dict[str, Any] = {
    "type": "set-model-and-conf",
    "model_info": {"name": "mika", "url": "", "rig_url": "/rigs/mika.json"},
    "conf_name": "Mika",
    "conf_uid": "mika",
}
START = {"type": "control", "text": "conversation-chain-start"}
SENT = {"type": "backend-synth-complete"}


def tone(seconds: float, *, quiet_from: float = 0.0, loud: float = 0.3) -> np.ndarray[Any, np.dtype[np.int16]]:
    """A hum, silent from `quiet_from` on if that is given."""
    t = np.arange(round(seconds * RATE)) / RATE
    samples = loud * np.sin(2 * np.pi * 220 * t)
    if quiet_from:
        samples[t >= quiet_from] = 0
    return (samples * 32767).astype("<i2")


def wav(samples: np.ndarray[Any, np.dtype[np.int16]]) -> str:
    """A WAV file in base64."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes(samples.tobytes())
    return base64.b64encode(file.getvalue()).decode()


def audio(text: str, seconds: float = 0.5, **more: Any) -> dict[str, Any]:
    """A sentence with its sound."""
    return {
        "type": "audio",
        "audio": wav(tone(seconds)),
        "volumes": [],
        "slice_length": 20,
        "display_text": {"text": text, "name": "Mika", "avatar": ""},
        "actions": {},
        "forwarded": False,
        **more,
    }
