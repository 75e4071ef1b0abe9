"""Who is served when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from vtuber_cli.errors import EngineFailed
from vtuber_cli.server.seats import Seats

pytestmark = pytest.mark.looptime(start=0, end=60)


async def serve(seats: Seats, name: str, log: list[str], seconds: float = 1.0) -> None:
    leave = await seats.take(lambda count: log.append(f"{name} waits for {count}"))
    log.append(name)
    await asyncio.sleep(seconds)
    leave()
    leave()


async def test_first_come_first_served() -> None:
    seats, log = Seats(active=1, line=10), list[str]()
    async with asyncio.TaskGroup() as tasks:
        for name in "abc":
            tasks.create_task(serve(seats, name, log))
            await asyncio.sleep(0.01)
    assert log == ["a", "b waits for 1", "c waits for 2", "b", "c"]
    assert (seats.taken, seats.waiting) == (0, 0)


async def test_nobody_comes_in_between() -> None:
    """Who asks the moment a seat is left stands behind those who wait."""
    seats, log = Seats(active=1, line=10), list[str]()
    leave = await seats.take(lambda _: None)
    waiting = asyncio.ensure_future(serve(seats, "waits", log))
    await asyncio.sleep(0)
    leave()
    late = asyncio.ensure_future(serve(seats, "late", log))
    await asyncio.gather(waiting, late)
    assert [name for name in log if "for" not in name] == ["waits", "late"]


async def test_a_line_has_an_end() -> None:
    seats = Seats(active=1, line=1)
    leave = await seats.take(lambda _: None)
    waiting = asyncio.ensure_future(seats.take(lambda _: None))
    await asyncio.sleep(0)
    with pytest.raises(EngineFailed, match=r"server\.busy"):
        await seats.take(lambda _: None)
    leave()
    (await waiting)()
    assert seats.taken == 0


@pytest.mark.parametrize("called", [False, True])
async def test_who_goes_while_waiting_leaves_no_hole(called: bool) -> None:
    seats = Seats(active=1, line=5)
    leave = await seats.take(lambda _: None)
    gone = asyncio.ensure_future(seats.take(lambda _: None))
    stays: asyncio.Future[Callable[[], None]] = asyncio.ensure_future(seats.take(lambda _: None))
    await asyncio.sleep(0)
    if called:
        leave()
    gone.cancel()
    await asyncio.wait([gone])
    leave()
    (await stays)()
    assert (seats.taken, seats.waiting) == (0, 0)


async def test_thirty_two_talks_wait_about_equally_long() -> None:
    """Each asks three times, the next time as soon as it was served."""
    seats, waited = Seats(active=2), dict[int, list[float]]()
    clock = asyncio.get_running_loop().time

    async def talk(number: int) -> None:
        for _ in range(3):
            began = clock()
            leave = await seats.take(lambda _: None)
            waited.setdefault(number, []).append(clock() - began)
            await asyncio.sleep(0.1)
            leave()

    await asyncio.gather(*(talk(number) for number in range(32)))
    later = [times[1:] for times in waited.values()]
    assert max(map(max, later)) <= 2 * min(map(min, later))
