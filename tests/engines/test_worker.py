"""The bridge between the loop and an engine: what must hold however jobs, callers and the engine end."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel

from vtuber_cli.engines.base import Capabilities, Stop
from vtuber_cli.engines.worker import Worker
from vtuber_cli.errors import EngineFailed, EngineUnavailable, VtuberError, WeightsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

PATIENCE = 10.0
"""Seconds after which something that should have happened is not going to."""


class Bell(threading.Event):
    """An event that fails the test instead of hanging it."""

    def heard(self) -> None:
        assert self.wait(PATIENCE)


class Counter:
    """An engine that counts, and remembers on which thread."""

    class Options(BaseModel):
        pass

    capabilities = Capabilities()

    def __init__(self) -> None:
        self.threads: set[str] = set()
        self.closed = 0
        self.finished = 0

    def count(self, to: int, stop: Stop) -> Iterator[int]:
        self.threads.add(threading.current_thread().name)
        try:
            yield from range(to)
        finally:
            self.finished += 1

    def hold(self, begun: Bell, stop: Stop) -> str:
        """Runs until it is stopped."""
        begun.set()
        for _ in range(int(PATIENCE * 100)):
            if stop:
                return "stopped"
            threading.Event().wait(0.01)
        return "never stopped"

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
async def worker() -> AsyncIterator[Worker[Counter]]:
    worker = Worker("counter", Counter)
    await worker.start()
    yield worker
    async with asyncio.timeout(PATIENCE):
        await worker.close()


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What asyncio says about exceptions that nobody took."""
    gc.collect()
    return [record.getMessage() for record in caplog.records if record.name == "asyncio"]


async def test_one_thread_runs_everything(worker: Worker[Counter]) -> None:
    engine = worker.engine
    async with aclosing(worker.stream(lambda counter, stop: counter.count(3, stop))) as numbers:
        assert [number async for number in numbers] == [0, 1, 2]
    assert await worker.call(lambda counter, stop: sum(counter.count(4, stop))) == 6
    assert engine.threads == {"vtuber-counter"}


async def test_jobs_run_in_order(worker: Worker[Counter]) -> None:
    order: list[int] = []
    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(worker.call(lambda _, __, number=number: order.append(number)))
    assert order == list(range(20))


async def test_errors_reach_the_caller_and_the_worker_lives(worker: Worker[Counter]) -> None:
    def fails(_: Counter, __: Stop) -> None:
        raise EngineFailed("thinking.failed", reason="x")

    with pytest.raises(EngineFailed):
        await worker.call(fails)
    assert await worker.call(lambda _, __: 1) == 1


async def test_a_stream_gives_its_items_before_its_error(worker: Worker[Counter]) -> None:
    def breaks(_: Counter, __: Stop) -> Iterator[int]:
        yield 1
        yield 2
        raise EngineFailed("thinking.failed", reason="x")

    seen: list[int] = []

    async def listen() -> None:
        async with aclosing(worker.stream(breaks)) as numbers:
            async for number in numbers:
                seen.append(number)

    with pytest.raises(EngineFailed):
        await listen()
    assert seen == [1, 2]


@pytest.mark.parametrize(
    "error", [ValueError, StopIteration, StopAsyncIteration, SystemExit, KeyboardInterrupt, GeneratorExit]
)
async def test_what_is_not_our_error_is_a_failed_engine(worker: Worker[Counter], error: type[BaseException]) -> None:
    def raises(_: Counter, __: Stop) -> None:
        raise error

    async with asyncio.timeout(PATIENCE):
        with pytest.raises(EngineFailed) as raised:
            await worker.call(raises)
    assert error.__name__ in str(raised.value.params["reason"])
    assert isinstance(raised.value.__cause__, error)
    assert await worker.call(lambda _, __: "alive") == "alive"


async def test_an_engine_cannot_cancel_its_caller(worker: Worker[Counter]) -> None:
    def raises(_: Counter, __: Stop) -> None:
        raise asyncio.CancelledError

    with pytest.raises(EngineFailed):
        await worker.call(raises)


async def test_cancelling_a_call_stops_the_job(worker: Worker[Counter]) -> None:
    begun, results = Bell(), []

    def job(counter: Counter, stop: Stop) -> None:
        results.append(counter.hold(begun, stop))

    task = asyncio.ensure_future(worker.call(job))
    await asyncio.to_thread(begun.heard)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await worker.call(lambda _, __: None)
    assert results == ["stopped"]


async def test_a_job_cancelled_before_it_began_never_runs(worker: Worker[Counter]) -> None:
    begun, ran = Bell(), []
    first = asyncio.ensure_future(worker.call(lambda counter, stop: counter.hold(begun, stop)))
    await asyncio.to_thread(begun.heard)
    second = asyncio.ensure_future(worker.call(lambda _, __: ran.append(1)))
    await asyncio.sleep(0)
    second.cancel()
    first.cancel()
    await asyncio.wait((first, second))
    await worker.call(lambda _, __: None)
    assert ran == []


async def test_a_stream_closed_early_ends_its_generator_in_the_thread(worker: Worker[Counter]) -> None:
    ended_in: list[str] = []

    def endless(_: Counter, stop: Stop) -> Iterator[int]:
        number = 0
        try:
            while not stop:
                yield (number := number + 1)
                threading.Event().wait(0.001)
        finally:
            ended_in.append(threading.current_thread().name)

    async with aclosing(worker.stream(endless)) as numbers:
        async for number in numbers:
            if number == 3:
                break
    await worker.call(lambda _, __: None)
    assert ended_in == ["vtuber-counter"]


async def test_a_generator_that_ignores_its_stop_is_closed(worker: Worker[Counter]) -> None:
    def deaf(counter: Counter, stop: Stop) -> Iterator[int]:
        return counter.count(1_000_000_000, stop)

    async with aclosing(worker.stream(deaf)) as numbers:
        assert await anext(numbers) == 0
    async with asyncio.timeout(PATIENCE):
        await worker.call(lambda _, __: None)
    assert worker.engine.finished == 1


async def test_an_error_after_the_listener_left_disturbs_nobody(
    worker: Worker[Counter], caplog: pytest.LogCaptureFixture
) -> None:
    left = Bell()

    def late(_: Counter, __: Stop) -> Iterator[int]:
        yield 1
        left.heard()
        raise EngineFailed("thinking.failed", reason="late")

    async with aclosing(worker.stream(late)) as numbers:
        assert await anext(numbers) == 1
    left.set()
    await worker.call(lambda _, __: None)

    def quick(_: Counter, __: Stop) -> Iterator[int]:
        yield 1
        raise EngineFailed("thinking.failed", reason="quick")

    async with aclosing(worker.stream(quick)) as numbers:
        assert await anext(numbers) == 1
        await worker.call(lambda _, __: None)
    assert complaints(caplog) == []


async def test_a_stream_that_nobody_closes_is_cleaned_up(
    worker: Worker[Counter], caplog: pytest.LogCaptureFixture
) -> None:
    numbers = worker.stream(lambda counter, stop: counter.count(5, stop))
    assert await anext(numbers) == 0
    del numbers
    gc.collect()
    for _ in range(5):
        await asyncio.sleep(0)
    assert await worker.call(lambda counter, _: counter.finished) == 1
    assert complaints(caplog) == []


@pytest.mark.parametrize(
    "error", [EngineUnavailable("engine.not_installed"), WeightsError("thinking.damaged"), ValueError("a bug")]
)
async def test_a_failed_start_leaves_no_thread_and_may_be_repeated(error: Exception) -> None:
    errors = [error]

    def build() -> Counter:
        if errors:
            raise errors.pop()
        return Counter()

    worker = Worker("fragile", build)
    with pytest.raises(type(error) if isinstance(error, VtuberError) else EngineFailed):
        await worker.start()
    assert not worker.ready
    for thread in threading.enumerate():
        if thread.name == "vtuber-fragile":  # it tells that it ends before it has ended
            thread.join(PATIENCE)
            assert not thread.is_alive()
    await worker.close()
    await worker.start()
    assert worker.ready
    assert await worker.call(lambda _, __: 7) == 7
    await worker.close()


async def test_nothing_can_be_asked_of_a_worker_that_is_not_running(worker: Worker[Counter]) -> None:
    idle = Worker("idle", Counter)
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(RuntimeError):
            await idle.call(lambda _, __: None)
        with pytest.raises(RuntimeError):
            _ = idle.engine
        await idle.close()
        await worker.close()
        with pytest.raises(EngineFailed):
            await worker.call(lambda _, __: None)
        with pytest.raises(EngineFailed):
            await anext(worker.stream(lambda counter, stop: counter.count(1, stop)))


async def test_starting_twice_is_refused(worker: Worker[Counter]) -> None:
    with pytest.raises(RuntimeError):
        await worker.start()


async def test_close_stops_what_runs_and_refuses_what_waits(worker: Worker[Counter]) -> None:
    begun, engine = Bell(), worker.engine
    running = asyncio.ensure_future(worker.call(lambda counter, stop: counter.hold(begun, stop)))
    await asyncio.to_thread(begun.heard)

    async def listen() -> list[int]:
        async with aclosing(worker.stream(lambda counter, stop: counter.count(3, stop))) as numbers:
            return [number async for number in numbers]

    waiting = asyncio.ensure_future(worker.call(lambda _, __: "ran"))
    listening = asyncio.ensure_future(listen())
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(worker.close(), worker.close())
        assert await running == "stopped"
        with pytest.raises(EngineFailed):
            await waiting
        with pytest.raises(EngineFailed):
            await listening
    assert engine.closed == 1
    assert not worker.ready


async def test_close_while_the_engine_loads_waits_and_closes_it() -> None:
    loading, go, built = Bell(), Bell(), []

    def build() -> Counter:
        loading.set()
        go.heard()
        built.append(Counter())
        return built[0]

    worker = Worker("slow", build)
    start = asyncio.ensure_future(worker.start())
    await asyncio.to_thread(loading.heard)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    close = asyncio.ensure_future(worker.close())
    await asyncio.sleep(0)
    go.set()
    async with asyncio.timeout(PATIENCE):
        await close
    assert built[0].closed == 1


async def test_starting_again_before_the_thread_has_ended_is_refused_and_may_be_repeated(
    worker: Worker[Counter],
) -> None:
    began, release = Bell(), Bell()

    def deaf(_: Counter, __: Stop) -> None:
        began.set()
        release.heard()

    task = asyncio.ensure_future(worker.call(deaf))
    await asyncio.to_thread(began.heard)
    closing = asyncio.ensure_future(worker.close())
    await asyncio.sleep(0)
    with pytest.raises(EngineFailed) as refused:
        await worker.start()
    assert refused.value.key == "engine.stuck"
    release.set()
    async with asyncio.timeout(PATIENCE):
        await asyncio.wait((task, closing))
        await worker.start()
    assert worker.ready


async def test_a_cancelled_close_still_closes(worker: Worker[Counter]) -> None:
    begun, engine = Bell(), worker.engine
    running = asyncio.ensure_future(worker.call(lambda counter, stop: counter.hold(begun, stop)))
    await asyncio.to_thread(begun.heard)
    close = asyncio.ensure_future(worker.close())
    await asyncio.sleep(0)
    close.cancel()
    await asyncio.wait((close,))
    async with asyncio.timeout(PATIENCE):
        await worker.close()
    assert engine.closed == 1
    assert await running == "stopped"


async def test_a_job_that_does_not_return_is_waited_for_once(worker: Worker[Counter]) -> None:
    began, release = Bell(), Bell()

    def hang(_: Counter, __: Stop) -> str:
        began.set()
        release.heard()
        return "late"

    task = asyncio.ensure_future(worker.call(hang))
    await asyncio.to_thread(began.heard)
    task.cancel()
    await asyncio.wait((task,))
    assert not worker.stuck  # somebody who changed his mind is no reason to refuse others
    worker.give_up()
    assert worker.stuck
    with pytest.raises(EngineFailed) as refused:
        await worker.call(lambda _, __: "next")
    assert refused.value.key == "engine.stuck"
    release.set()
    async with asyncio.timeout(PATIENCE):
        while worker.stuck:
            await asyncio.sleep(0.01)
        assert await worker.call(lambda _, __: "next") == "next"


async def test_giving_up_on_what_has_returned_refuses_nobody(worker: Worker[Counter]) -> None:
    await worker.call(lambda _, __: "done")
    worker.give_up()
    async with asyncio.timeout(PATIENCE):
        assert await worker.call(lambda _, __: "next") == "next"


async def test_an_engine_that_fails_while_closing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Stubborn(Counter):
        def close(self) -> None:
            raise OSError("the device is gone")

    worker = Worker("stubborn", Stubborn)
    await worker.start()
    async with asyncio.timeout(PATIENCE):
        await worker.close()
    assert [record.levelno for record in caplog.records if "stubborn" in record.getMessage()] == [logging.ERROR]


def test_a_loop_that_ended_first_is_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    """A job outlives the loop it was asked from, and the thread lives on to end later."""
    began, release, failures = Bell(), Bell(), []
    previous, threading.excepthook = threading.excepthook, failures.append
    worker = Worker("orphan", Counter)

    def slow(_: Counter, __: Stop) -> Iterator[int]:
        began.set()
        release.heard()
        yield 1

    async def leave() -> None:
        await worker.start()
        asyncio.ensure_future(anext(worker.stream(slow)))  # noqa: RUF006 - left behind on purpose
        await asyncio.to_thread(began.heard)

    try:
        asyncio.run(leave())
        release.set()

        async def close() -> None:
            async with asyncio.timeout(PATIENCE):
                await worker.close()

        asyncio.run(close())
    finally:
        threading.excepthook = previous
    assert failures == []
    assert [message for message in complaints(caplog) if "never retrieved" in message] == []


async def test_many_interruptions_lose_nothing(worker: Worker[Counter]) -> None:
    """Streams closed at every possible moment; the worker must answer afterwards."""
    job: Callable[[Counter, Stop], Iterator[int]] = lambda counter, stop: counter.count(50, stop)  # noqa: E731
    for turns in range(40):
        task = asyncio.ensure_future(_take(worker, job))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait((task,))
    async with asyncio.timeout(PATIENCE):
        assert await _take(worker, job) == list(range(50))


async def _take(worker: Worker[Counter], job: Callable[[Counter, Stop], Iterator[int]]) -> list[int]:
    async with aclosing(worker.stream(job)) as numbers:
        return [number async for number in numbers]
