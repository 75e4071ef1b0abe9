"""From what happens in a talk, and the time, to a pose.

A `Performer` is told events with the time they belong to, on the clock by which speech is heard, and asked for poses
on the same clock. It has no clock and no chance but its seed's. Whatever has a memory (springs, lids, eyes) moves in
steps of its own, so the same talk gives the same pose at the same time however often it is asked.
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import floor, inf
from types import MappingProxyType
from typing import TYPE_CHECKING

from vtuber_cli.avatar import motion
from vtuber_cli.avatar.chance import Chance
from vtuber_cli.avatar.expressions import INTENSITY
from vtuber_cli.avatar.feelings import NEUTRAL, Feelings
from vtuber_cli.avatar.gaze import BESIDE, Gaze, Place
from vtuber_cli.avatar.lipsync import from_loudness, from_phonemes
from vtuber_cli.avatar.manners import MANNERS, Followers
from vtuber_cli.avatar.motion import Blinking, Breathing, Gesture, Swaying
from vtuber_cli.avatar.parameters import PARAMETERS, rest
from vtuber_cli.avatar.speaking import Speaking
from vtuber_cli.avatar.springs import SPRINGS, STEP, Spring, swings
from vtuber_cli.avatar.visemes import VOWELS
from vtuber_cli.events import (
    Failed,
    FortuneTold,
    Greeted,
    GreetingStarted,
    Level,
    PhaseChanged,
    ReplyEnded,
    ReplyStarted,
    SentenceStarted,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.avatar.expressions import Expressions
    from vtuber_cli.avatar.parameters import Pose
    from vtuber_cli.events import Event, Phase

_HEAD: tuple[str, ...] = (
    "ParamAngleX",
    "ParamAngleY",
    "ParamAngleZ",
    "ParamBodyAngleX",
    "ParamBodyAngleY",
    "ParamBodyAngleZ",
)
_VOWELS = tuple(f"Param{vowel}" for vowel in VOWELS)
_LET_GO = ("ParamMouthWave", "ParamMouthTeeth", "ParamTongue")
"""What an expression does to the mouth and speech cannot do with."""

_NOTHING: Pose = MappingProxyType({})

_WARM_UP = 2.0
"""Seconds after which a spring has forgotten what was before."""
_GAP = 4.0
"""Seconds without a pose after which the steps between are left out, but for the last `_WARM_UP`."""

_GREETING = 4.5
"""Seconds that the face of a greeting stays."""
_BESIDES = 0.15
"""A gesture that is to begin later than this belongs to what was said before."""
_CARD_STAYS = 3.0
_CARD_LONGEST = 90.0
_CARD: Place = (-0.7, -0.15)
"""Where the right hand holds it up."""
_DOZES_AFTER = 120.0
_SPEECH = 0.55
_SILENCE = 0.25
_NODS_APART = 2.6


class Performer:
    """One character on the stage of one talk.

    Args:
        expressions: what her feelings look like.
        seed: of everything small; two with the same one move alike.
        start: the time at which she enters.
        transcript: where the words stand, seen from her picture, as a gaze; may be set anew.
        springs: what hangs from her.
        extra: parameters besides the standard ones that her expressions may change, and their values at rest.
    """

    def __init__(
        self,
        expressions: Expressions,
        *,
        seed: int = 0,
        start: float = 0.0,
        transcript: Place = BESIDE,
        springs: Sequence[Spring] = SPRINGS,
        extra: Pose = _NOTHING,
    ) -> None:
        self._extra = extra
        self._chance = Chance(seed, "pose")
        self._start = self._now = start
        self._tick = floor(start / STEP)
        self._told: list[tuple[float, int, Event]] = []
        self._count = 0
        self._feelings = Feelings(expressions, start)
        self._speaking = Speaking()
        self._gaze = Gaze(seed, transcript)
        self._blinking = Blinking(seed, start)
        self._breathing = Breathing()
        self._swaying = Swaying(seed)
        self._swings = swings(springs)
        self._gestures: list[Gesture] = []
        self._follow = Followers()
        self._phase: Phase = "idle"
        self._phase_since = start
        self._side = 1.0
        self._card_until = -inf
        self._voiced_since, self._nodded = inf, -inf

    @property
    def transcript(self) -> Place:
        return self._gaze.transcript

    @transcript.setter
    def transcript(self, place: Place) -> None:
        self._gaze.transcript = place

    def tell(self, event: Event, at: float) -> None:
        """Something happens at `at`, which may be still to come; what is told late happens as if at the latest pose,
        but that speech keeps its time."""
        self._count += 1
        heappush(self._told, (at, self._count, event))

    def pose(self, now: float, lasts: float = 0.0, *, voiced: bool = True) -> dict[str, float]:
        """Every parameter at `now`. Time that falls back stands still.

        Args:
            lasts: seconds that the picture will be seen (1 / frame rate): lips are then drawn for the middle of them,
                and lips that touch meanwhile are drawn closed. 0 for the moment itself.
            voiced: with the mouth of what she says; without it, the mouth is the expression's, for somebody who plays
                the sound elsewhere and moves the lips to it.
        """
        t = self._now = max(self._now, now)
        self._advance(t)
        part = min(max(t / STEP - self._tick, 0.0), 1.0)
        values = rest()
        values.update(self._extra)
        self._move(values, t, part)
        x, y = self._gaze.at(t)
        follow = self._follow
        brows = follow.brows.at(part)
        values["ParamEyeBallX"], values["ParamEyeBallY"] = x, y
        values["ParamBrowLY"] += brows
        values["ParamBrowRY"] += brows
        values["ParamBreath"] = self._breathing.at(part)
        values["ParamHandCard"] = follow.card.at(part)
        for swing in self._swings:
            values[swing.moves] = swing.at(part)
        self._feelings.fades.colour(values, t)
        lids = (1 - self._blinking.at(t)) * (1 - 0.5 * follow.sleep.at(part)) * (1 + 0.12 * min(0.0, y))
        values["ParamEyeLOpen"] = min(values["ParamEyeLOpen"], 1.0) * lids
        values["ParamEyeROpen"] = min(values["ParamEyeROpen"], 1.0) * lids
        if voiced:
            self._mouth(values, t, lasts)
        for name, (low, high, *_) in PARAMETERS.items():
            value = values[name]
            values[name] = low if value < low else high if value > high else value
        return values

    # --- values ---------------------------------------------------------------------------------------------------

    def _move(self, values: dict[str, float], t: float, part: float) -> None:
        """Head and body, and what gestures move besides."""
        follow, sway = self._follow, self._swaying.at(t - self._start)
        energy, turn = follow.energy.at(part), follow.turn.at(part)
        values["ParamAngleX"] = energy * sway.x + 11 * turn
        values["ParamAngleY"] = energy * sway.y + 8 * follow.nod.at(part) + follow.chin.at(part)
        values["ParamAngleZ"] = energy * sway.z + follow.tilt.at(part) - 2 * turn
        values["ParamBodyAngleX"] = energy * sway.body_x + 3 * turn
        values["ParamBodyAngleY"] = follow.lean.at(part)
        values["ParamBodyAngleZ"] = energy * sway.body_z + 0.25 * follow.tilt.at(part)
        for gesture in self._gestures:
            share = gesture.at(t)
            if share:
                for name, change in gesture.changes:
                    values[name] = values.get(name, 0.0) + share * change

    def _mouth(self, values: dict[str, float], t: float, lasts: float) -> None:
        mouth, share = self._speaking.at(t, lasts), self._speaking.share(t)
        values["ParamMouthOpenY"] = min(max(values["ParamMouthOpenY"], 0.0), 1.0) * (1 - share) + mouth.open
        form = min(max(values["ParamMouthForm"], -1.0), 1.0)
        values["ParamMouthForm"] = form * (1 - 0.6 * share) + mouth.form
        if share:
            for name in _LET_GO:
                values[name] *= 1 - share
            values["ParamMouthX"] *= 1 - 0.6 * share
        for name, vowel in zip(_VOWELS, mouth.vowels, strict=True):
            values[name] = values[name] * (1 - share) + vowel

    # --- time -----------------------------------------------------------------------------------------------------

    def _advance(self, t: float) -> None:
        last = floor(t / STEP)
        if (last - self._tick) * STEP > _GAP:
            self._tick = last - round(_WARM_UP / STEP)
        while self._tick < last:
            self._tick += 1
            self._step(self._tick * STEP)
        self._hear_until(t)

    def _step(self, now: float) -> None:
        """Everything with a memory, one `STEP` on."""
        self._hear_until(now)
        self._feelings.tick(now)
        manner, follow = MANNERS[self._phase], self._follow
        holds = now < self._card_until
        self._gaze.hold(_CARD if holds else None)
        if self._gaze.tick(now) > 0.5 and self._chance.unit() < 0.35:
            self._blinking.soon(now)
        dozing = self._phase == "idle" and now - self._phase_since > _DOZES_AFTER
        sleepy = 0.6 if dozing else manner.sleepy
        self._blinking.tick(now, manner.blinks * (1 + 0.6 * sleepy), sleepy)
        self._breathing.step(STEP, manner.breath * (1 + 0.3 * sleepy))
        x, y = self._gaze.at(now)
        follow.step(manner, self._side, (x, y), sleepy, 1.0 if holds else 0.0)
        if self._gestures:
            self._gestures = [one for one in self._gestures if now < one.start + one.seconds]
        head = dict.fromkeys(_HEAD, 0.0)
        self._move(head, now, 1.0)
        self._feelings.fades.colour(head, now)
        for swing in self._swings:
            swing.step(head)

    # --- events ---------------------------------------------------------------------------------------------------

    def _hear_until(self, t: float) -> None:
        while self._told and self._told[0][0] <= t:
            at, _, event = heappop(self._told)
            self._hear(event, at, max(at, (self._tick - 1) * STEP))

    def _hear(self, event: Event, heard: float, at: float) -> None:
        """An event of the time `heard`, which changes movements from `at` on."""
        match event:
            case PhaseChanged(phase=phase):
                self._change_phase(phase, heard, at)
            case Level(speech=speech):
                self._listen(speech, at)
            case ReplyStarted(emotion=emotion):
                self._feelings.sound(emotion, at)
            case SentenceStarted(sentence=sentence):
                self._feelings.sound(sentence.emotion, at)
                self._say(event, heard)
            case GreetingStarted():
                self._say(event, heard)
            case FortuneTold(result=result):
                self._feelings.result(result, at)
                self._card_until = at + _CARD_LONGEST
            case ReplyEnded(interrupted=interrupted):
                self._end_reply(interrupted, heard, at)
            case Greeted(emotion=emotion):
                self._feelings.sound(emotion, at)
                self._gestures.append(motion.wave(at))
                self._feelings.let_go(at, _GREETING)
            case Failed():
                self._feelings.feel("sadness", 1.5, at)
                self._feelings.let_go(at)
            case _:
                pass

    def _change_phase(self, phase: Phase, heard: float, at: float) -> None:
        if phase != "speaking":
            self._cut(heard, at, starts=phase == "hearing")
        if self._phase == "hearing" and phase == "thinking":
            self._gestures.append(motion.nod(at, 9.0, 0.6))
            self._nodded = at
        if phase in ("hearing", "thinking"):
            self._side = 1.0 if self._chance.unit() < 0.5 else -1.0
            self._card_until = min(self._card_until, at)
        self._voiced_since = inf
        self._phase, self._phase_since = phase, at
        self._gaze.turn_to(phase, at)

    def _listen(self, speech: float, at: float) -> None:
        """Nods where the user pauses for breath."""
        if self._phase not in ("hearing", "listening"):
            return
        if speech > _SPEECH:
            self._voiced_since = min(self._voiced_since, at)
        elif speech < _SILENCE and self._voiced_since < inf:
            if at - self._voiced_since > 0.7 and at - self._nodded > _NODS_APART:
                self._gestures.append(motion.nod(at + 0.1, self._chance.between(4.0, 7.5)))
                self._nodded = at
            self._voiced_since = inf

    def _say(self, event: SentenceStarted | GreetingStarted, at: float) -> None:
        if not 0 < event.seconds < inf:  # nor NaN
            return
        if event.phonemes:
            said = ((one.symbol, one.seconds) for one in event.phonemes)
            lips = from_phonemes(said, event.seconds, event.loudness)
        else:
            lips = from_loudness(event.loudness, event.seconds)
        self._speaking.say(lips, at)
        self._gestures = [one for one in self._gestures if one.start < at + _BESIDES]
        for time, strength in lips.accents:
            if strength > 0.4 and self._chance.unit() < 0.75:
                side = 2 * self._chance.unit() - 1
                self._gestures.append(motion.accent(at + max(0.0, time - 0.18), strength, side))

    def _end_reply(self, interrupted: bool, heard: float, at: float) -> None:
        if interrupted:
            self._cut(heard, at, starts=True)
            self._feelings.feel(NEUTRAL, INTENSITY, at)
            self._card_until = min(self._card_until, at)
        else:
            self._feelings.let_go(at)
            self._card_until = min(self._card_until, at + _CARD_STAYS)

    def _cut(self, heard: float, at: float, *, starts: bool) -> None:
        """The mouth shuts, if it was speaking; somebody else has begun to, if it `starts` her."""
        if not self._speaking.hush(heard):
            return
        self._gestures = [one for one in self._gestures if one.start <= at]
        if starts:
            self._gestures.append(motion.start_back(at))
