"""The one bridge between the event loop and an engine: a thread, its engine, and nothing shared."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Generic, TypeVar

from vtuber_cli.engines.base import Engine, Stop

E = TypeVar("E", bound=Engine)
T = TypeVar("T")

_END = object()


class Worker(Generic[E]):
    """Owns an engine and the only thread that touches it; no locks needed.

    Jobs run one at a time in the order they were asked for. A job whose caller was cancelled before it began is
    skipped; one that runs is told by its `Stop` and finishes on its own time, unheard.

    Args:
        name: of the thread, for people who debug.
        build: makes the engine; runs in the thread, at `start`.
    """

    def __init__(self, name: str, build: Callable[[], E]) -> None:
        self.name = name
        self._build = build
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._engine: E | None = None
        self._running: Stop | None = None

    @property
    def engine(self) -> E:
        """The loaded engine, for its constant attributes (`capabilities`, `rate`, `frame`) only."""
        if self._engine is None:
            raise RuntimeError(f"worker {self.name} has not been started")
        return self._engine

    @property
    def ready(self) -> bool:
        """True once the engine is loaded and until the worker is closed."""
        return self._engine is not None and self._thread is not None

    async def start(self) -> None:
        """Loads the engine in the worker's thread; raises whatever its constructor raises."""
        self._thread = threading.Thread(target=self._run, name=f"vtuber-{self.name}", daemon=True)
        self._thread.start()

        def load(_: Stop) -> None:
            self._engine = self._build()

        await self._submit(load)

    async def call(self, job: Callable[[E, Stop], T]) -> T:
        """Runs `job(engine, stop)` in the thread and returns its value; cancelling sets `stop`."""
        return await self._submit(lambda stop: job(self.engine, stop))

    async def stream(self, job: Callable[[E, Stop], Iterator[T]]) -> AsyncGenerator[T]:
        """Iterates `job(engine, stop)` in the thread; use it with `aclosing`, which sets `stop`."""
        loop = asyncio.get_running_loop()
        items: asyncio.Queue[T | object] = asyncio.Queue()
        stop = Stop()

        def post(item: T | object) -> None:
            _call_soon(loop, items.put_nowait, item)

        def pump(stop: Stop) -> None:
            try:
                for item in job(self.engine, stop):
                    if stop:
                        break
                    post(item)
            finally:
                post(_END)

        done = asyncio.ensure_future(self._submit(pump, stop))
        try:
            while (item := await items.get()) is not _END:
                yield item  # pyright: ignore[reportReturnType]
            await done
        finally:
            stop.set()
            done.cancel()

    async def close(self) -> None:
        """Stops what runs, closes the engine in its thread, and waits for the thread to end."""
        thread = self._thread
        if thread is None:
            return
        if self._running is not None:
            self._running.set()
        self._jobs.put(None)
        await asyncio.to_thread(thread.join)
        self._thread = None

    async def _submit(self, job: Callable[[Stop], T], stop: Stop | None = None) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        stop = stop or Stop()

        def run() -> None:
            if stop:
                return
            self._running = stop
            try:
                value = job(stop)
            except BaseException as error:  # noqa: BLE001 - it belongs to the caller, whatever it is
                _call_soon(loop, _fail, future, error)
            else:
                _call_soon(loop, _resolve, future, value)
            finally:
                self._running = None

        self._jobs.put(run)
        try:
            return await future
        finally:
            stop.set()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
        if self._engine is not None:
            self._engine.close()


def _resolve(future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[T], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


def _call_soon(loop: asyncio.AbstractEventLoop, callback: Callable[..., object], *args: object) -> None:
    """Hands a result to a loop that may already be gone; then nobody is left to want it."""
    try:
        loop.call_soon_threadsafe(callback, *args)
    except RuntimeError:
        if not loop.is_closed():
            raise
