"""How she holds herself in each talk: poses, while somebody wants them, and none when nobody does.

There is one performer for a talk and a character, told what the talk announces; each of its poses is encoded once, for
everybody who sees it. All of it is on the loop's clock.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol
from zlib import crc32

from vtuber_cli.avatar.parameters import PARAMETERS
from vtuber_cli.errors import VtuberError
from vtuber_cli.events import Event, PhaseChanged
from vtuber_cli.server import wire
from vtuber_cli.server.messages import PoseTold

if TYPE_CHECKING:
    from vtuber_cli.avatar.expressions import Expressions
    from vtuber_cli.avatar.pose import Performer
    from vtuber_cli.server.wire import Encoded

POSES_A_SECOND = 20
_DIGITS = 3
_RESTS = {name: bounds[2] for name, bounds in PARAMETERS.items()}

_LOG = logging.getLogger(__name__)


class Spectator(Protocol):
    """Somebody who wants poses."""

    @property
    def sees(self) -> tuple[str, str]:
        """Which talk, and whom in it: a character's id, or nothing for who talks."""
        ...

    def offer(self, frame: Encoded) -> None:
        """A pose; any of them may be missed."""
        ...


class Stage:
    """See the module.

    Args:
        first: who is seen where nobody has talked yet, by id.
        expressions: of a character by id; may take a while, and is called from a thread.
    """

    def __init__(self, first: Callable[[], str], expressions: Callable[[str], Expressions]) -> None:
        self._first = first
        self._expressions = expressions
        self._cast: dict[str, str] = {}
        """Who stands in each talk."""
        self._phases: dict[str, PhaseChanged] = {}
        self._performers: dict[tuple[str, str], Performer | None] = {}
        """By talk and character; None while her expressions are read."""
        self._reading: set[asyncio.Future[None]] = set()
        self._spectators: list[Spectator] = []
        self._ticking: asyncio.Future[None] | None = None

    # --- talks ---------------------------------------------------------------------------------------------------

    def enter(self, talk: str, who: str) -> None:
        """She talks there from now on."""
        self._cast[talk] = who

    def who(self, talk: str) -> str:
        """Who stands there."""
        return self._cast.get(talk) or self._first()

    def leave(self, talk: str) -> None:
        """That talk is over."""
        self._cast.pop(talk, None)
        self._phases.pop(talk, None)

    def hear(self, talk: str, event: Event) -> None:
        """Something happens in a talk, now."""
        if isinstance(event, PhaseChanged):
            self._phases[talk] = event
        if self._performers:
            now = asyncio.get_running_loop().time()
            for (where, _), performer in self._performers.items():
                if where == talk and performer is not None:
                    performer.tell(event, now)

    # --- who looks on --------------------------------------------------------------------------------------------

    def admit(self, spectator: Spectator) -> Callable[[], None]:
        """Offers it poses; what it returns ends that."""
        self._spectators.append(spectator)
        if self._ticking is None:
            self._ticking = asyncio.ensure_future(self._tick_on())

        def leave() -> None:
            if spectator in self._spectators:
                self._spectators.remove(spectator)
            if not self._spectators:
                self._rest()

        return leave

    @property
    def performers(self) -> int:
        """How many are at work."""
        return len(self._performers)

    def _rest(self) -> None:
        for task in (self._ticking, *self._reading):
            if task is not None:
                task.cancel()
        self._ticking = None
        self._reading.clear()
        self._performers.clear()

    async def _tick_on(self) -> None:
        """Poses at even times, as far as there is time for them."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        try:
            while True:
                self._tick(loop.time())
                due = max(due + 1 / POSES_A_SECOND, loop.time())
                await asyncio.sleep(due - loop.time())
        except Exception:
            _LOG.exception("there are no more poses")  # pages move her by themselves then
            raise

    def _tick(self, now: float) -> None:
        wanted: dict[tuple[str, str], list[Spectator]] = {}
        for spectator in self._spectators:
            talk, who = spectator.sees
            wanted.setdefault((talk, who or self.who(talk)), []).append(spectator)
        for scene in self._performers.keys() - wanted.keys():
            del self._performers[scene]
        for scene, spectators in wanted.items():
            if scene not in self._performers:
                self._send_for(scene)
            elif (performer := self._performers[scene]) is not None:
                frame = wire.encode(pose_of(performer, now))
                for spectator in spectators:
                    spectator.offer(frame)

    # --- performers ----------------------------------------------------------------------------------------------

    def _send_for(self, scene: tuple[str, str]) -> None:
        self._performers[scene] = None
        task = asyncio.ensure_future(self._prepare(scene))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _prepare(self, scene: tuple[str, str]) -> None:
        talk, who = scene
        performer = await asyncio.to_thread(self._made, who, crc32(talk.encode()), asyncio.get_running_loop().time())
        if scene in self._performers:  # else nobody wants her any more
            now = asyncio.get_running_loop().time()
            performer.tell(self._phases.get(talk, PhaseChanged("idle")), now)
            self._performers[scene] = performer

    def _made(self, who: str, seed: int, start: float) -> Performer:
        from vtuber_cli.avatar.pose import Performer

        expressions: Expressions = {}
        try:
            expressions = self._expressions(who)
        except VtuberError as error:
            _LOG.warning("%s has no expressions: %s", who, error.key)
        return Performer(expressions, seed=seed, start=start)


def pose_of(performer: Performer, now: float) -> PoseTold:
    """Her pose without the mouth of what she says; what is at rest is left out."""
    values = performer.pose(now, voiced=False)
    told = {
        name: rounded
        for name, value in values.items()
        if (rounded := round(value, _DIGITS)) != _RESTS.get(name)
    }  # fmt: skip
    return PoseTold.model_construct(at=round(now, _DIGITS), values=told)
