"""Poses: one performer for all who see her, and none when nobody does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from vtuber_cli.avatar.expressions import Expressions
from vtuber_cli.errors import ConfigError
from vtuber_cli.events import PhaseChanged, ReplyStarted
from vtuber_cli.server import cast
from vtuber_cli.server.onlookers.stage import POSES_A_SECOND, Stage
from vtuber_cli.server.wire import Encoded

pytestmark = pytest.mark.looptime


class Seat:
    """Somebody who looks on."""

    def __init__(self, talk: str = "talk", who: str = "") -> None:
        self.sees = (talk, who)
        self.frames: list[Encoded] = []

    def offer(self, frame: Encoded) -> None:
        self.frames.append(frame)

    @property
    def poses(self) -> list[dict[str, Any]]:
        return [json.loads(frame.text or "") for frame in self.frames]

    def reached(self, name: str) -> float:
        return max(pose["values"].get(name, 0.0) for pose in self.poses)


def stage(found: Mapping[str, Expressions] | None = None) -> Stage:
    read = cast.expressions_of if found is None else lambda who: found[who]
    return Stage(lambda: "mika", read)


async def begun(of: Stage, *seats: Seat) -> None:
    """Until everybody has seen something: expressions are read in a thread, which knows no clock of ours."""
    while not all(seat.frames for seat in seats):
        await asyncio.sleep(0.01)
    assert of.performers


async def test_each_pose_is_made_once_for_all_and_at_most_twenty_times_a_second() -> None:
    shown, one, other = stage(), Seat(), Seat()
    shown.admit(one)
    shown.admit(other)
    await begun(shown, one, other)
    one.frames.clear()
    other.frames.clear()
    await asyncio.sleep(2.0)
    assert 38 <= len(one.frames) <= 2 * POSES_A_SECOND + 1
    assert all(mine is theirs for mine, theirs in zip(one.frames, other.frames, strict=True))
    times = [pose["at"] for pose in one.poses]
    assert times == sorted(set(times))
    assert all(pose["values"] for pose in one.poses)  # she breathes, at the least


async def test_there_is_nothing_where_nobody_looks() -> None:
    shown, seat = stage(), Seat()
    shown.hear("talk", PhaseChanged("thinking"))
    assert shown.performers == 0
    leave = shown.admit(seat)
    await begun(shown, seat)
    leave()
    leave()
    assert shown.performers == 0
    count = len(seat.frames)
    await asyncio.sleep(1.0)
    assert len(seat.frames) == count
    shown.admit(seat)
    await asyncio.sleep(0.2)
    while len(seat.frames) == count:
        await asyncio.sleep(0.01)


async def test_what_she_feels_is_seen_by_those_of_her_talk_alone() -> None:
    shown, here, elsewhere = stage(), Seat("here"), Seat("elsewhere")
    shown.admit(here)
    shown.admit(elsewhere)
    await begun(shown, here, elsewhere)
    shown.hear("here", ReplyStarted(1, "joy"))
    await asyncio.sleep(1.5)
    assert here.reached("ParamMouthForm") > 0.5
    assert elsewhere.reached("ParamMouthForm") < 0.3


async def test_whose_poses_they_are_follows_the_talk_or_is_said() -> None:
    asked: list[str] = []

    def read(who: str) -> Expressions:
        asked.append(who)
        raise ConfigError("config.broken")  # she moves all the same

    shown, follows, jun = Stage(lambda: "mika", read), Seat(), Seat(who="jun")
    shown.admit(follows)
    shown.admit(jun)
    await begun(shown, follows, jun)
    assert sorted(asked) == ["jun", "mika"]
    shown.enter("talk", "jun")
    await asyncio.sleep(0.2)
    assert shown.performers == 1
    assert follows.frames[-1] is jun.frames[-1]
    shown.leave("talk")
    await asyncio.sleep(0.2)
    assert shown.performers == 2
