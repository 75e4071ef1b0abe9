"""The program that `bench.avatar` watches: the screen of a talk, told by a pipe what to do.

`python -m vtuber_cli.bench.stage COMMANDS ANSWERS WAY CHARACTER`. Between two commands everything stands still, the
talk's clock too: the loop itself waits for the next one. So several of these can take turns, each alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from vtuber_cli.avatar.coarse import Coarse
from vtuber_cli.avatar.figure import Figure
from vtuber_cli.avatar.parameters import Pose
from vtuber_cli.avatar.pose import Performer
from vtuber_cli.bench.monologue import Monologue, told
from vtuber_cli.bench.terminal import end_with_it
from vtuber_cli.bootstrap.figures import figure
from vtuber_cli.events import PhaseChanged
from vtuber_cli.tui.app import ChatApp
from vtuber_cli.tui.picture.choice import Choice
from vtuber_cli.tui.picture.ways import Way
from vtuber_cli.tui.screens.chat import Clocks
from vtuber_cli.tui.widgets.face import LIVELY, Face, Portraits

if TYPE_CHECKING:
    from vtuber_cli.avatar.painter import Kind, Painter
    from vtuber_cli.avatar.rig_file import View
    from vtuber_cli.events import Event

SIZE = (40, 20)
"""Cells of a single frame that is measured."""
_CELL = (8, 16)
_APART = 1 / 8
"""Seconds between two single frames: one that has to be drawn is ready before the next."""
_SETTLES = 1.0
"""Seconds until what was begun before has come to rest."""


class Clock:
    """Running seconds, of which those between `stop` and `go` are none."""

    def __init__(self) -> None:
        self._lost = 0.0
        self._stopped: float | None = None

    def __call__(self) -> float:
        return (time.monotonic() if self._stopped is None else self._stopped) - self._lost

    def stop(self) -> None:
        self._stopped = time.monotonic()

    def go(self) -> None:
        if self._stopped is not None:
            self._lost += time.monotonic() - self._stopped
            self._stopped = None


class Parade:
    """A painter that is asked for the next of some poses, whatever pose it is asked for.

    Args:
        painter: who draws them.
        poses: all with different pictures.
    """

    live = False

    def __init__(self, painter: Painter, poses: list[Pose]) -> None:
        self._painter = painter
        self._poses = poses
        self.last = len(poses) - 1
        self.at = 0
        self.drawn = 0

    def key(self, pose: Pose, width: int, height: int, view: View = "bust") -> Hashable:
        return "parade", self.at % len(self._poses)

    def has(self, pose: Pose, width: int, height: int, view: View = "bust", kind: Kind = "rgba") -> bool:
        return self._painter.has(self._pose, width, height, view, kind)

    def png(self, pose: Pose, width: int, height: int, view: View = "bust") -> bytes:
        found = self._painter.png(self._pose, width, height, view)
        self.drawn += 1
        return found

    def rgba(self, pose: Pose, width: int, height: int, view: View = "bust") -> bytes:
        found = self._painter.rgba(self._pose, width, height, view)
        self.drawn += 1
        return found

    @property
    def _pose(self) -> Pose:
        return self._poses[self.at % len(self._poses)]


def poses(one: Figure, many: int) -> list[Pose]:
    """The first of a talk whose pictures differ, in the order in which they come."""
    performer, coarse = Performer(one.expressions), Coarse()
    performer.tell(PhaseChanged("speaking"), 0.0)
    found: dict[Hashable, Pose] = {}
    script, due = told(), 0.0
    for frame in range(100 * many):
        now = frame / LIVELY
        while due <= now:
            seconds, events = next(script)
            for event in events:
                performer.tell(event, due)
            due += seconds
        pose = coarse.pose(performer.pose(now, 1 / LIVELY), speaking=True)
        found.setdefault(one.painter.key(pose, 2 * SIZE[0], 4 * SIZE[1]), pose)
        if len(found) == many:
            break
    return list(found.values())


@dataclass
class Stage:
    """Does what it is told to; each method is a command and returns its answer."""

    app: ChatApp
    talk: Monologue
    clock: Clock
    character: str

    def __post_init__(self) -> None:
        self._script: Iterator[tuple[float, Any]] = told()
        self._due = 0.0
        self._parade: Parade | None = None

    async def ready(self, shown: bool) -> dict[str, Any]:
        """Waits until everything is loaded and drawn."""
        while shown and not self.app.screen.has_class("-face"):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)
        await asyncio.sleep(2 * _SETTLES)
        return {"face": list(self._face.size) if shown else None}

    async def talks(self, seconds: float) -> dict[str, Any]:
        """Goes on talking."""
        if self.talk.phase != "speaking":
            self.talk.tell(PhaseChanged("speaking"))
            self._due = self.clock()
        return await self._measured(self._talks, seconds)

    async def _talks(self, seconds: float) -> None:
        end = self.clock() + seconds
        while (now := self.clock()) < end:
            while self._due <= now:
                lasts, events = next(self._script)
                self.talk.tell(*cast("list[Event]", events))
                self._due += lasts
            await asyncio.sleep(min(self._due, end) - now)

    async def idles(self, seconds: float) -> dict[str, Any]:
        """Nobody says anything."""
        if self.talk.phase != "idle":
            self.talk.tell(PhaseChanged("idle"))
            await asyncio.sleep(2 * _SETTLES)
        return await self._measured(asyncio.sleep, seconds)

    async def parades(self, frames: int) -> dict[str, Any]:
        """Gets pictures ready to be shown one after another."""
        one = figure(self.character)
        assert one is not None
        face = self._face
        face.styles.width, face.styles.height = SIZE
        self.talk.tell(PhaseChanged("idle"))
        await asyncio.sleep(_SETTLES)
        # A figure of its own, that has drawn nothing yet; one picture more, which is there before.
        self._parade = Parade(one.painter, poses(one, frames + 1))
        face.enter(Figure(self._parade, one.expressions))
        await asyncio.sleep(_SETTLES)
        return {"face": list(face.size)}

    async def shows(self, frames: int) -> dict[str, Any]:
        """The next pictures, new ones until each was there once; or for as long none, for a number below 0."""
        return await self._measured(self._shows, frames)

    async def _shows(self, frames: int) -> None:
        parade = self._parade
        assert parade is not None
        for _ in range(abs(frames)):
            if frames > 0:
                parade.at += 1
                self._face.frame()
            await asyncio.sleep(_APART)
            while parade.drawn <= min(parade.at, parade.last):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(_APART)

    async def poses(self) -> dict[str, Any]:
        from vtuber_cli.bench.pose import pose_ms

        one = figure(self.character)
        assert one is not None
        return {"pose_ms": pose_ms(one.expressions)}

    async def _measured(self, run: Callable[[Any], Any], amount: float) -> dict[str, Any]:
        wall, cpu = time.monotonic(), time.process_time()
        await run(amount)
        return {"cpu_s": time.process_time() - cpu, "wall_s": time.monotonic() - wall}

    @property
    def _face(self) -> Face:
        return self.app.screen.query_one(Face)


async def _serve(stage: Stage, commands: int, answers: int) -> None:
    """Until there are no more commands."""
    jobs = {
        "ready": stage.ready,
        "talk": stage.talks,
        "idle": stage.idles,
        "parade": stage.parades,
        "show": stage.shows,
        "pose": stage.poses,
    }
    with os.fdopen(commands, encoding="ascii") as lines:
        while True:
            stage.clock.stop()
            line = await _blocking(lines.readline)
            stage.clock.go()
            if not line:
                break
            given = json.loads(line)
            answer = await jobs[given.pop("do")](**given)
            os.write(answers, json.dumps(answer).encode() + b"\n")
    stage.app.exit()


async def _blocking(read: Callable[[], str]) -> str:
    """Reads in the loop's own thread, for nothing is to go on meanwhile."""
    return read()


async def main(commands: int, answers: int, way: Way, character: str) -> None:
    clock, talk = Clock(), Monologue()
    choice = Choice(way, truecolor=True, cell=_CELL)
    portraits = None if way == "off" else Portraits(character, figure, choice, seed=1)
    app = ChatApp(talk, clocks=Clocks(day=lambda: "14:02", running=clock), portraits=portraits)
    stage = Stage(app, talk, clock, character)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(app.run_async())
        tasks.create_task(_serve(stage, commands, answers))
    if app.failure is not None:
        raise app.failure


if __name__ == "__main__":
    end_with_it()
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), cast("Way", sys.argv[3]), sys.argv[4]))
