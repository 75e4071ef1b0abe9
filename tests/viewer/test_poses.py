"""Poses made smooth, connections that come back: pieces of the page with a clock of the test's."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests.browser.chromium import page
from tests.viewer.server import StandIn
from vtuber_cli.avatar.parameters import PARAMETERS

_DELAY = 0.12


async def _played(
    browser: str, server: StandIn, told: list[tuple[float, float, float]], asked: list[float]
) -> list[float]:
    """ParamAngleX at these times, where (arrival, at, value) was told."""
    script = f"""(async () => {{
      const {{ Poses, RemoteClock }} = await import("/viewer/poses.js");
      const poses = new Poses(new RemoteClock());
      const told = {json.dumps(told)};
      return {json.dumps(asked)}.map((now) => {{
        while (told.length && told[0][0] <= now) {{
          const [arrival, at, value] = told.shift();
          poses.add(at, value ? {{ ParamAngleX: value }} : {{}}, arrival);
        }}
        return poses.at(now).ParamAngleX;
      }});
    }})()"""
    async with page(browser) as tab:
        await tab.open(f"{server.url}/viewer/")
        return await tab.run(script)


def _moving(at: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return 20 * np.sin(2 * np.pi * 0.4 * at)


@pytest.mark.parametrize("lost", [0.0, 0.3])
async def test_late_and_lost_poses_are_a_smooth_movement(browser: str, server: StandIn, lost: float) -> None:
    rng = np.random.default_rng(7)
    at = np.arange(0, 8, 0.05)
    at = at[rng.random(len(at)) >= lost]
    arrival = np.maximum.accumulate(at + 100 + rng.random(len(at)) ** 3 * 0.06)
    told = list(zip(arrival.tolist(), at.tolist(), _moving(at).tolist(), strict=True))
    asked = np.arange(101, 107.8, 1 / 30)
    seen = np.array(await _played(browser, server, told, asked.tolist()))
    expected = _moving(asked - 100 - _DELAY)
    assert np.abs(seen - expected).max() < (3.0 if lost else 1.0)
    assert np.abs(np.diff(seen)).max() < (5.0 if lost else 2.0)  # of 50 degrees a second at the fastest


async def test_a_server_that_began_anew_is_followed_at_once(browser: str, server: StandIn) -> None:
    first = [(10 + index / 20, 500 + index / 20, 10.0) for index in range(20)]
    second = [(11.5 + index / 20, index / 20, -10.0) for index in range(20)]
    seen = await _played(browser, server, [*first, *second], [10.5, 10.9, 12.0, 12.4])
    assert seen == pytest.approx([10, 10, -10, -10])


async def test_without_poses_she_lives_on(browser: str, server: StandIn) -> None:
    """From the last pose into small movements of her own, without a jump; and lids fall now and then."""
    told = [(10 + index / 20, index / 20, 15.0) for index in range(20)]
    asked = np.arange(10.2, 16, 1 / 30)
    seen = np.array(await _played(browser, server, told, asked.tolist()))
    assert np.abs(np.diff(seen)).max() < 2.5
    assert np.abs(seen[-30:]).max() < 5 and np.ptp(seen[-60:]) > 0.1
    script = """(async () => { const { idling } = await import("/viewer/poses.js");
      return Array.from({ length: 900 }, (_, index) => idling(index / 30)); })()"""
    async with page(browser) as tab:
        await tab.open(f"{server.url}/viewer/")
        idle: list[dict[str, float]] = await tab.run(script)
    lids = np.array([pose["ParamEyeLOpen"] for pose in idle])
    blinks = int(np.sum((lids[1:] < 0.5) & (lids[:-1] >= 0.5)))
    assert 4 <= blinks <= 10
    for pose in idle:
        assert all(PARAMETERS[name].low <= value <= PARAMETERS[name].high for name, value in pose.items())


async def test_it_comes_back_later_and_later_and_for_ever(browser: str, server: StandIn) -> None:
    """With a WebSocket that never opens and a clock that is moved by hand."""
    script = """(async () => {
      const waits = [];
      const later = window.setTimeout;
      class Never extends EventTarget {
        constructor() {
          super();
          later(() => this.dispatchEvent(new CloseEvent("close", { code: 1006 })));
        }
      }
      const { Connection } = await import("/viewer/socket.js");
      const [real, beat] = [window.WebSocket, window.setInterval];
      window.WebSocket = Never;
      window.setInterval = () => 0;
      const done = new Promise((resolve) => {
        window.setTimeout = (next, wait) => {
          waits.push(wait);
          return waits.length < 40 ? later(next) : resolve();
        };
      });
      let closed = 0;
      new Connection("ws://nowhere", { open() {}, message() {}, binary() {}, closed: () => closed++ });
      await done;
      [window.WebSocket, window.setInterval, window.setTimeout] = [real, beat, later];
      return [waits, closed];
    })()"""
    async with page(browser) as tab:
        await tab.open(f"{server.url}/viewer/")
        waits, closed = await tab.run(script)
    longest = [min(10_000, 500 * 2**number) for number in range(40)]
    assert all(each / 2 <= wait <= each for wait, each in zip(waits, longest, strict=True))
    assert len({round(wait) for wait in waits[10:]}) > 10  # not all at once with the others
    assert closed == 40
