"""What is said to her: recorded speech, and what is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ValidationError

from vtuber_cli.audio import wav
from vtuber_cli.errors import UsageError
from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

SHIPPED = Path(__file__).parent / "speech"
ANNOTATION = "utterances.json"
"""Beside the sound files of a folder, if their ends are known."""

LEAD_SECONDS = 0.6
"""Of the room before an utterance; the ears keep 0.5 s from before speech."""
_EDGE = 0.02
"""Seconds of a clip's own room that stay on either side of an inner pause."""
_TONE_SECONDS = 1.0
_QUIET = EAR_RATE // 10
_FRAME = EAR_RATE // 100
_SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif"})
_LONGEST = 25.0
"""Seconds; the ears cut an utterance at 29."""

_OVER_ROOM_DB = 8.0
_UNDER_LOUDEST_DB = 40.0
_ROOM_DB = 20.0
"""The quietest tenth of a recording is its room if it is so much below the loudest; else there is no room in it."""
_RUN = 3


class Clip(BaseModel, extra="forbid", allow_inf_nan=False):
    begins: float
    """Seconds from the start of the file to the first sound of speech."""
    ends: float
    """To the end of the last one."""
    text: str = ""


class Annotation(BaseModel, extra="forbid", allow_inf_nan=False):
    clips: dict[str, Clip]
    """By file name."""
    utterances: list[list[str | float]]
    """File names with pauses, in seconds, between them."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing that is said, in one breath or with pauses in it."""

    name: str
    samples: Samples
    """At `EAR_RATE`, with `LEAD_SECONDS` of the room in front."""
    ends: float
    """Seconds from the first sample to the end of speech."""
    room: Samples
    """What comes before, between and after; repeats without a seam."""
    pauses: tuple[float, ...] = ()
    """Seconds of each inner pause."""


def load(folder: Path = SHIPPED) -> list[Utterance]:
    """The utterances of a folder: as annotated in it, or one for each sound file.

    Raises:
        UsageError: no folder, no sound in it, files missing or damaged, a wrong annotation.
    """
    if not folder.is_dir():
        raise UsageError("bench.no_folder", folder=folder)
    if (folder / ANNOTATION).is_file():
        return _annotated(folder)
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in _SUFFIXES)
    if not files:
        raise UsageError("bench.no_sound", folder=folder)
    return [_join([_read(file, None)]) for file in files]


def speech_in(samples: Samples) -> tuple[float, float] | None:
    """Where speech begins and ends, in seconds, from its energy alone; None if there is none.

    The first difference lifts the fading consonants at the end of a word out of the hum of the room.
    """
    lifted = np.diff(samples, prepend=np.float32(0))
    frames = len(lifted) // _FRAME
    if frames < _RUN:
        return None
    power = np.mean(np.square(lifted[: frames * _FRAME].reshape(frames, _FRAME), dtype=np.float64), axis=1)
    if not power.any():
        return None
    level = 10 * np.log10(power + 1e-12)
    smooth = np.median(np.stack([np.pad(level, 1, mode="edge")[at : at + frames] for at in range(3)]), axis=0)
    room, loudest = float(np.percentile(smooth, 10)), float(smooth.max())
    threshold = loudest - _UNDER_LOUDEST_DB
    if room < loudest - _ROOM_DB:
        threshold = max(threshold, room + _OVER_ROOM_DB)
    voiced = np.convolve(smooth >= threshold, np.ones(_RUN), mode="valid") == _RUN
    runs = np.flatnonzero(voiced)
    if not len(runs):
        return None
    return float(runs[0]) * _FRAME / EAR_RATE, float(runs[-1] + _RUN) * _FRAME / EAR_RATE


def room_tone(samples: Samples) -> Samples:
    """A second of noise as loud and of the same colour as the quietest 100 ms of a recording.

    Of one that is loud throughout, nothing is known of the room: then it is silent.
    """
    hops = range(0, max(1, len(samples) - _QUIET), _FRAME)
    powers = [float(np.mean(np.square(samples[at : at + _QUIET], dtype=np.float64))) for at in hops]
    start = hops[int(np.argmin(powers))]
    if min(powers) > max(powers) * 10 ** (-_ROOM_DB / 10):
        return np.zeros(round(_TONE_SECONDS * EAR_RATE), np.float32)
    quiet = np.asarray(samples[start : start + _QUIET], np.float64)
    size = round(_TONE_SECONDS * EAR_RATE)
    colour = np.abs(np.fft.rfft(quiet * np.hanning(len(quiet))))
    bins = size // 2 + 1
    spectrum = np.interp(np.linspace(0, 1, bins), np.linspace(0, 1, len(colour)), colour)
    # Random phases make noise of a spectrum; the inverse transform is periodic, hence no seam.
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, bins)
    noise = np.fft.irfft(spectrum * np.exp(1j * phases), size)
    loudness = np.sqrt(np.mean(np.square(noise)))
    return (noise * (np.sqrt(np.mean(np.square(quiet))) / loudness if loudness > 0 else 0.0)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Recording:
    name: str
    samples: Samples
    begins: float
    ends: float


def _annotated(folder: Path) -> list[Utterance]:
    file = folder / ANNOTATION
    try:
        annotation = Annotation.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _wrong(file, ".".join(map(str, first["loc"])), first["msg"]) from None
    except OSError as error:
        raise _wrong(file, "", error.strerror or str(error)) from error
    if not annotation.utterances:
        raise _wrong(file, "utterances", "[]")
    return [_compose(file, annotation, number) for number in range(len(annotation.utterances))]


def _compose(file: Path, annotation: Annotation, number: int) -> Utterance:
    parts = annotation.utterances[number]
    names, pauses = parts[0::2], parts[1::2]
    where = f"utterances.{number}"
    if len(names) != len(pauses) + 1:
        raise _wrong(file, where, str(parts))
    recordings: list[_Recording] = []
    for name in names:
        clip = annotation.clips.get(name) if isinstance(name, str) else None
        if clip is None or Path(str(name)).name != name:
            raise _wrong(file, where, str(name))
        recordings.append(_read(file.with_name(str(name)), clip))
    gaps = tuple(pause for pause in pauses if isinstance(pause, float) and 2 * _EDGE <= pause <= _LONGEST)
    if len(gaps) != len(pauses):
        raise _wrong(file, where, str(pauses))
    return _join(recordings, gaps)


def _read(file: Path, clip: Clip | None) -> _Recording:
    samples = wav.read(file, longest=_LONGEST)
    found = (clip.begins, clip.ends) if clip else speech_in(samples)
    if found is None:
        raise UsageError("bench.no_speech", file=file)
    begins, ends = found
    if not 0 <= begins < ends <= len(samples) / EAR_RATE:
        raise _wrong(file.with_name(ANNOTATION), f"clips.{file.name}", f"{begins}, {ends}")
    return _Recording(file.stem, samples, begins, ends)


def _join(recordings: list[_Recording], pauses: tuple[float, ...] = ()) -> Utterance:
    """One utterance; what the recordings have of the room stays at both ends, and a little of it beside the pauses."""
    room = room_tone(recordings[0].samples)
    pieces = [repeated(room, LEAD_SECONDS)]
    length = len(pieces[0])
    ends = 0.0
    for index, recording in enumerate(recordings):
        first, last = index == 0, index == len(recordings) - 1
        begin = 0 if first else max(0, round((recording.begins - _EDGE) * EAR_RATE))
        end = None if last else round((recording.ends + _EDGE) * EAR_RATE)
        ends = (length - begin) / EAR_RATE + recording.ends
        pieces.append(recording.samples[begin:end])
        length += len(pieces[-1])
        if not last:
            following = recordings[index + 1]
            said = length / EAR_RATE - ends + min(_EDGE, following.begins)
            pieces.append(repeated(room, pauses[index] - said))
            length += len(pieces[-1])
    return Utterance(" + ".join(one.name for one in recordings), np.concatenate(pieces), ends, room, pauses)


def repeated(room: Samples, seconds: float) -> Samples:
    """So much of the room."""
    return np.resize(room, max(0, round(seconds * EAR_RATE)))


def _wrong(file: Path, where: str, reason: str) -> UsageError:
    return UsageError("bench.annotation", file=file, where=where, reason=reason)
