"""When the user speaks, pauses and has finished: probabilities in, changes out. Pure; time is counted in samples."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtuber_cli.events import Samples

PRE_ROLL = 0.5
"""Seconds before speech was certain that belong to it, so that no first consonant is lost."""


@dataclass(frozen=True, slots=True)
class Endpointing:
    """Seconds and probabilities that decide where an utterance begins and ends."""

    hangover: float = 0.6
    """Silence after the last voiced sample that makes the turn ours."""
    pause: float = 0.064
    """Silence after which the words so far are worth understanding, just in case that was all."""
    pre_roll: float = PRE_ROLL
    shortest: float = 0.2
    """Less voiced sound than this is a click or a cough, not an utterance."""
    longest: float = 29.0
    """An utterance is cut here: the recogniser's window ends at 30 s, and memory must too."""
    start: float = 0.5
    """Probability from which a frame counts as the beginning of speech."""
    stay: float = 0.35
    """Probability down to which speech that has begun goes on."""


@dataclass(frozen=True, slots=True)
class Started:
    """The user began to speak."""


@dataclass(frozen=True, slots=True)
class Paused:
    """The user may have finished: everything said so far, to be understood now and used if nothing follows."""

    revision: int
    samples: Samples
    silent: float
    """Seconds since the last voiced sample."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The user went on after the pause `revision`: whatever was made of it is void."""

    revision: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The user has finished; the pause `revision` holds what was said."""

    revision: int
    silent: float


@dataclass(frozen=True, slots=True)
class Dropped:
    """What started was too short to be speech."""


Change: TypeAlias = Started | Paused | Resumed | Ended | Dropped


class Endpointer:
    """Turns a stream of (frame, probability) into changes.

    `Started` is followed by any number of `Paused`, `Resumed` pairs and then by `Paused`, `Ended`, or by `Dropped`.
    """

    def __init__(self, how: Endpointing = Endpointing(), *, start_frames: int = 2) -> None:
        self.how = how
        self.start_frames = start_frames
        """Consecutive frames that make a beginning; more of them while she speaks, to be sure it is not her echo."""
        self._revision = 0
        self.reset()

    def reset(self) -> None:
        """Forgets what is under way; nothing more comes of it."""
        self._before: deque[Samples] = deque()
        self._before_samples = 0
        self._run = 0
        self._speech: list[Samples] | None = None
        self._length = 0
        self._voiced = 0
        self._silence = 0
        self._paused = False

    @property
    def hearing(self) -> bool:
        """True between `Started` and `Ended` or `Dropped`."""
        return self._speech is not None

    def push(self, samples: Samples, probability: float) -> Iterator[Change]:
        """Takes the next frame and yields what it changes."""
        if self._speech is None:
            yield from self._wait(samples, probability)
        else:
            yield from self._follow(self._speech, samples, probability)

    def finish(self) -> Iterator[Change]:
        """The input is over: what is under way ends here."""
        if self._speech is None:
            return
        yield from self._pause_if_worth_it(self._speech)
        yield self._end()

    def _wait(self, samples: Samples, probability: float) -> Iterator[Change]:
        self._before.append(samples)
        self._before_samples += len(samples)
        self._run = self._run + 1 if probability >= self.how.start else 0
        if self._run < self.start_frames:
            keep = self.how.pre_roll * EAR_RATE + self._run * len(samples)
            while self._before_samples - len(self._before[0]) >= keep:
                self._before_samples -= len(self._before.popleft())
            return
        self._speech = list(self._before)
        self._length = self._before_samples
        self._voiced = self._run * len(samples)
        self._before.clear()
        self._before_samples = self._run = 0
        yield Started()

    def _follow(self, speech: list[Samples], samples: Samples, probability: float) -> Iterator[Change]:
        speech.append(samples)
        self._length += len(samples)
        # After a pause it takes a clear frame to go on: a breath must not throw away work that is nearly done.
        voiced = probability >= (self.how.start if self._paused else self.how.stay)
        if voiced:
            self._voiced += len(samples)
            self._silence = 0
            if self._paused:
                self._paused = False
                yield Resumed(self._revision)
        else:
            self._silence += len(samples)
            if self._silence >= self.how.pause * EAR_RATE:
                yield from self._pause_if_worth_it(speech)
        if self._silence >= self.how.hangover * EAR_RATE:
            yield self._end()
        elif self._length >= self.how.longest * EAR_RATE:
            yield from self._pause_if_worth_it(speech)
            yield self._end()

    def _pause_if_worth_it(self, speech: list[Samples]) -> Iterator[Change]:
        if self._paused or self._voiced < self.how.shortest * EAR_RATE:
            return
        import numpy as np  # not at the top: the first paint does not wait for it

        self._paused = True
        self._revision += 1
        yield Paused(self._revision, np.concatenate(speech), self._silence / EAR_RATE)

    def _end(self) -> Change:
        change = Ended(self._revision, self._silence / EAR_RATE) if self._paused else Dropped()
        self.reset()
        return change
