"""One engine for many talks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from vtuber_cli.engines.base import Capabilities, Stop
from vtuber_cli.engines.worker import Late, Lender, Worker
from vtuber_cli.errors import EngineFailed, EngineUnavailable


class Engine:
    capabilities = Capabilities()
    made = 0
    closed = 0

    def __init__(self) -> None:
        type(self).made += 1

    def close(self) -> None:
        type(self).closed += 1


@pytest.fixture
def build() -> Callable[[], Engine]:
    class Counted(Engine):
        pass

    return Counted


async def test_it_is_loaded_once_and_ends_with_the_last(build: type[Engine]) -> None:
    lender = Lender(Worker("shared", build))
    one, other = lender.share(), lender.share()
    await asyncio.gather(one.start(), other.start())
    assert build.made == 1
    await one.close()
    assert (one.ready, other.ready, build.closed) == (False, True, 0)
    assert await other.call(lambda _, __: 7) == 7
    with pytest.raises(EngineFailed, match=r"engine\.closed"):
        await one.call(lambda _, __: 7)
    await other.close()
    await other.close()
    assert build.closed == 1
    again = lender.share()
    await again.start()
    assert (build.made, again.ready) == (2, True)
    await again.close()


async def test_who_cannot_have_it_now_may_have_it_later(build: type[Engine]) -> None:
    there = False

    def perhaps() -> Engine:
        if not there:
            raise EngineUnavailable("engine.not_installed", kind="llm", name="x", module="x")
        return build()

    lender = Lender(Worker("shared", perhaps))
    one, other = lender.share(), lender.share()
    for share in (one, other):
        with pytest.raises(EngineUnavailable):
            await share.start()
        assert not share.ready
    there = True
    await other.start()
    assert other.ready
    await other.close()
    await one.close()


async def test_streams_of_two_talks_stand_in_line(build: type[Engine]) -> None:
    lender = Lender(Worker("shared", build))
    one, other = lender.share(), lender.share()
    await one.start()
    await other.start()
    got: list[str] = []

    async def read(share: Worker[Engine], name: str) -> None:
        async for item in share.stream(lambda _, __: iter([f"{name}1", f"{name}2"])):
            got.append(item)

    await asyncio.gather(read(one, "a"), read(other, "b"))
    assert sorted(got) == ["a1", "a2", "b1", "b2"]
    await one.close()
    await other.close()


async def test_to_give_up_what_others_wait_for_is_theirs(build: type[Engine]) -> None:
    lender = Lender(Worker("shared", build))
    one, other = lender.share(), lender.share()
    await one.start()
    await other.start()
    runs, goes = threading.Event(), threading.Event()

    def long(_: Engine, __: Stop) -> int:
        runs.set()
        goes.wait(20)
        return 1

    working = asyncio.ensure_future(one.call(long))
    await asyncio.to_thread(runs.wait, 20)
    other.give_up()
    assert not one.stuck
    one.give_up()
    assert one.stuck
    assert other.stuck
    goes.set()
    assert await working == 1
    await one.close()
    await other.close()


async def test_a_late_one_loads_when_it_is_needed(build: type[Engine]) -> None:
    late = Late("late", build)
    await late.start()
    assert build.made == 0
    assert await late.call(lambda _, __: 7) == 7
    assert build.made == 1
    await late.close()
    assert build.closed == 1


async def test_a_late_one_that_cannot_be_had_is_a_failed_engine() -> None:
    def never() -> Engine:
        raise EngineUnavailable("engine.not_installed", kind="vad", name="x", module="x")

    late = Late("late", never)
    with pytest.raises(EngineFailed, match=r"engine\.not_installed"):
        await late.call(lambda _, __: 7)
    await late.close()


async def test_a_late_one_that_nobody_needed_ends_as_well(build: type[Engine]) -> None:
    late = Late("late", build)
    await late.start()
    await late.close()
    assert build.made == 0
