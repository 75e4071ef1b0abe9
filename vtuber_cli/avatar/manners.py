"""How she holds herself in each phase of a talk, and how she gets from one manner into another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from vtuber_cli.avatar.motion import Follower
from vtuber_cli.avatar.springs import STEP

if TYPE_CHECKING:
    from vtuber_cli.avatar.gaze import Place
    from vtuber_cli.events import Phase


class Manner(NamedTuple):
    """How she holds herself in a phase."""

    energy: float
    """Of the swaying."""
    lean: float = 0.0
    """Degrees of the body towards the user."""
    tilt: float = 0.0
    """Degrees that the head leans to one side or the other."""
    chin: float = 0.0
    """Degrees up."""
    brows: float = 0.0
    blinks: float = 3.8
    """Seconds between two, on average."""
    breath: float = 4.2
    sleepy: float = 0.0


MANNERS: Mapping[Phase, Manner] = {
    "loading": Manner(0.5, chin=-5, brows=-0.1, blinks=4.5, breath=5.0, sleepy=0.6),
    "idle": Manner(1.0),
    "listening": Manner(0.8, lean=0.8, brows=0.06, blinks=4.2),
    "hearing": Manner(0.55, lean=2.0, tilt=5, brows=0.2, blinks=4.8, breath=4.0),
    "thinking": Manner(0.7, tilt=-4, chin=1.5, brows=0.08, blinks=5.5, breath=4.4),
    "speaking": Manner(1.4, lean=0.6, blinks=2.9, breath=3.4),
}


class Followers:
    """What follows its aim without haste."""

    __slots__ = ("brows", "card", "chin", "energy", "lean", "nod", "sleep", "tilt", "turn")

    def __init__(self) -> None:
        self.energy = Follower(2.5, 1.0)
        self.lean, self.tilt, self.chin = Follower(4.0), Follower(4.5), Follower(4.0)
        self.brows, self.sleep, self.card = Follower(7.0), Follower(2.5), Follower(5.5)
        self.turn, self.nod = Follower(6.0), Follower(6.0)
        """The head after the eyes: sideways, up and down."""

    def step(self, manner: Manner, side: float, gaze: Place, sleepy: float, card: float) -> None:
        self.energy.step(STEP, manner.energy)
        self.lean.step(STEP, manner.lean)
        self.tilt.step(STEP, manner.tilt * side)
        self.chin.step(STEP, manner.chin)
        self.brows.step(STEP, manner.brows)
        self.sleep.step(STEP, sleepy)
        self.card.step(STEP, card)
        self.turn.step(STEP, gaze[0])
        self.nod.step(STEP, gaze[1])
