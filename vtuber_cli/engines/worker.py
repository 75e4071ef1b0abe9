"""The one bridge between the event loop and an engine: a thread, its engine, and nothing shared."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from vtuber_cli.engines.base import Engine, Stop
from vtuber_cli.errors import EngineFailed, VtuberError
from vtuber_cli.events import Maker

E = TypeVar("E", bound=Engine)
T = TypeVar("T")

_LOG = logging.getLogger(__name__)
_END = object()


class Worker(Generic[E]):
    """Owns an engine and the only thread that touches it; no locks needed.

    Jobs run one at a time in the order they were asked for. A job whose caller was cancelled before it began is
    skipped; one that runs is told by its `Stop` and finishes on its own time, unheard.

    Args:
        name: of the thread, for people who debug.
        build: makes the engine; runs in the thread, at `start`.
        maker: what is noted as having done the work; without it, `name`.
    """

    lent = False
    """It serves others besides: it is warm, and nobody has it read ahead for one talk."""

    def __init__(self, name: str, build: Callable[[], E], maker: Maker | None = None) -> None:
        self.name = name
        self.maker = maker or Maker(name)
        self._build = build
        self._jobs: queue.SimpleQueue[_Job | Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._ended: asyncio.Future[None] | None = None
        self._engine: E | None = None
        # The thread sets `_running` and then looks at `_closing`; `close` does it the other way round. Whoever comes
        # second sees the other, so no job runs on unstopped while `close` waits for it.
        self._running: Stop | None = None
        self._returned: Stop | None = None
        """The last job whose result has arrived; its thread may still be about to look for the next."""
        self._closing = False
        self._given_up: Stop | None = None
        """Of the job that did not return in time; it is stuck as long as it is also the one that runs."""

    @property
    def engine(self) -> E:
        """The loaded engine, for its constant attributes (`capabilities`, `rate`, `frame`) only."""
        if self._engine is None:
            raise RuntimeError(f"worker {self.name} has not been started")
        return self._engine

    @property
    def ready(self) -> bool:
        """True once the engine is loaded and until the worker is closed."""
        return self._engine is not None and not self._closing

    @property
    def stuck(self) -> bool:
        """Somebody gave up waiting for what runs, and it has not returned yet."""
        return self._given_up is not None and self._given_up is self._running

    def give_up(self) -> None:
        """Nobody waits for what runs any more: until it returns, whoever asks is refused at once.

        A native call that hangs cannot be ended, and a second engine beside it would need as much memory again; when
        it does return, all is well.
        """
        if self._running is not self._returned:
            self._given_up = self._running

    async def start(self) -> None:
        """Loads the engine in the worker's thread; raises whatever its constructor raises, and may then be tried again.

        Whoever is cancelled in here still has to `close`.

        Raises:
            EngineFailed: it was closed, and its thread has not ended yet.
        """
        if self._thread is not None:
            if self._closing:
                raise EngineFailed("engine.stuck", name=self.name)
            raise RuntimeError(f"worker {self.name} has been started already")
        self._closing, self._ended = False, None
        self._thread = threading.Thread(target=self._run, name=f"vtuber-{self.name}", daemon=True)
        self._thread.start()

        def load(_: Stop) -> None:
            self._engine = self._build()

        try:
            await self._submit(load)
        except asyncio.CancelledError:
            raise
        except BaseException:
            await self.close()
            raise

    async def call(self, job: Callable[[E, Stop], T]) -> T:
        """Runs `job(engine, stop)` in the thread and returns its value; cancelling sets `stop`.

        Raises:
            EngineFailed: the worker was closed before the job began, or is stuck, or the engine raised something that
                is not ours.
        """
        return await self._submit(lambda stop: job(self.engine, stop))

    async def stream(self, job: Callable[[E, Stop], Iterator[T]]) -> AsyncGenerator[T]:
        """Iterates `job(engine, stop)` in the thread; use it with `aclosing`, which sets `stop`.

        Raises:
            EngineFailed: the worker was closed before the job began, or the engine raised something that is not ours.
        """
        loop = asyncio.get_running_loop()
        items: asyncio.Queue[T | object] = asyncio.Queue()
        stop = Stop()

        def pump(stop: Stop) -> None:
            iterator = job(self.engine, stop)
            try:
                for item in iterator:
                    if stop:
                        break
                    _call_soon(loop, items.put_nowait, item)
            finally:
                # A generator left in the middle ends here, in its own thread, and not wherever it is collected.
                if (close := getattr(iterator, "close", None)) is not None:
                    close()

        done = asyncio.ensure_future(self._submit(pump, stop))
        # However the job ends, its items are in the queue by then: this comes behind them.
        done.add_done_callback(lambda _: items.put_nowait(_END))
        try:
            while (item := await items.get()) is not _END:
                yield item  # pyright: ignore[reportReturnType]
            await done
        finally:
            stop.set()
            done.cancel()
            # Takes the error of a job that failed after everyone stopped listening.
            await asyncio.wait((done,))
            if not done.cancelled():
                done.exception()

    async def close(self) -> None:
        """Stops what runs, closes the engine in its thread, and waits for the thread to end.

        Jobs that have not begun fail. An engine's own error while closing is logged: nobody could do anything about it.
        """
        if self._thread is None:
            return
        if self._ended is None:
            loop = asyncio.get_running_loop()
            ended = self._ended = loop.create_future()
            self._closing = True
            if (running := self._running) is not None:
                running.set()
            self._jobs.put(lambda: _call_soon(loop, _resolve, ended, None))
        # Whoever waits here may be cancelled; the closing is not.
        await asyncio.shield(self._ended)
        self._thread = None

    async def _submit(self, job: Callable[[Stop], T], stop: Stop | None = None) -> T:
        if self._closing:
            raise EngineFailed("engine.closed", name=self.name)
        if self.stuck:
            raise EngineFailed("engine.stuck", name=self.name)
        if self._thread is None:
            raise RuntimeError(f"worker {self.name} has not been started")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        stop = Stop() if stop is None else stop

        def run() -> None:
            try:
                value = job(stop)
            except BaseException as error:  # noqa: BLE001 - it belongs to the caller, whatever it is
                _call_soon(loop, _fail, future, _raisable(error, self.name))
            else:
                _call_soon(loop, _resolve, future, value)

        def refuse() -> None:
            _call_soon(loop, _fail, future, EngineFailed("engine.closed", name=self.name))

        self._jobs.put(_Job(run, refuse, stop))
        try:
            return await future
        finally:
            stop.set()
            if future.done() and not future.cancelled():
                self._returned = stop
                future.exception()  # a caller cancelled at the last moment leaves it unseen, and asyncio would complain

    def _run(self) -> None:
        while isinstance(job := self._jobs.get(), _Job):
            self._running = job.stop
            if self._closing:
                job.refuse()
            elif not job.stop:
                job.run()
            self._running = None
        engine, self._engine = self._engine, None
        try:
            if engine is not None:
                engine.close()
        except Exception:  # noqa: BLE001 - nobody waits for this error, and the thread has to tell that it ends
            _LOG.exception("engine %s failed while closing", self.name)
        finally:
            del engine
            job()


class Late(Worker[E]):
    """Loads at its first job instead of at `start`: it may never be needed."""

    async def start(self) -> None: ...

    async def _submit(self, job: Callable[[Stop], T], stop: Stop | None = None) -> T:
        if self._thread is None and not self._closing:
            try:
                await super().start()
            except EngineFailed:
                raise
            except VtuberError as error:
                raise EngineFailed(error.key, hint=error.hint, **error.params) from error
        return await super()._submit(job, stop)


class Lender(Generic[E]):
    """A worker for many: it starts with the first `Share` that does, and ends with the last."""

    def __init__(self, worker: Worker[E]) -> None:
        self.worker = worker
        self._changing = asyncio.Lock()
        self._holders: set[Share[E]] = set()

    def share(self) -> Share[E]:
        return Share(self)

    async def hold(self, share: Share[E]) -> None:
        """Raises whatever `Worker.start` does; whoever holds it next then tries again."""
        async with self._changing:
            if not self.worker.ready:
                try:
                    await self.worker.start()
                except asyncio.CancelledError:
                    await self.worker.close()
                    raise
            self._holders.add(share)

    async def let_go(self, share: Share[E]) -> None:
        async with self._changing:
            if share in self._holders:
                self._holders.remove(share)
                if not self._holders:
                    await self.worker.close()


class Share(Worker[E]):
    """One talk's hold on a worker that serves others too; its jobs stand in line with theirs."""

    lent = True

    def __init__(self, lender: Lender[E]) -> None:
        super().__init__(lender.worker.name, lender.worker._build, lender.worker.maker)
        self._lender = lender
        self._held = False
        self._stops: set[Stop] = set()
        """Of its jobs that are not over."""

    @property
    def engine(self) -> E:
        return self._lender.worker.engine

    @property
    def ready(self) -> bool:
        return self._held and self._lender.worker.ready

    @property
    def stuck(self) -> bool:
        return self._lender.worker.stuck

    def give_up(self) -> None:
        """As for any worker, if what runs is ours; what others wait for is theirs to give up."""
        if self._lender.worker._running in self._stops:
            self._lender.worker.give_up()

    async def start(self) -> None:
        await self._lender.hold(self)
        self._held = True

    async def close(self) -> None:
        """The jobs of this talk are over: whoever asked for them was cancelled."""
        self._held = False
        await self._lender.let_go(self)

    async def _submit(self, job: Callable[[Stop], T], stop: Stop | None = None) -> T:
        if not self._held:
            raise EngineFailed("engine.closed", name=self.name)
        stop = Stop() if stop is None else stop
        self._stops.add(stop)
        try:
            return await self._lender.worker._submit(job, stop)
        finally:
            self._stops.discard(stop)


@dataclass(frozen=True, slots=True)
class _Job:
    run: Callable[[], None]
    refuse: Callable[[], None]
    """Instead of `run`, once the worker is closing."""
    stop: Stop


def _raisable(error: BaseException, name: str) -> VtuberError:
    """The error as a caller can be given it: whatever an engine raises, it is a failed turn and not a dead program.

    What is not one of ours is a bug of the engine (or of a plug-in): its traceback goes to the log.
    """
    if isinstance(error, VtuberError):
        return error
    _LOG.error("engine %s raised", name, exc_info=error)
    failed = EngineFailed("engine.failed", name=name, reason=repr(error))
    failed.__cause__ = error
    return failed


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
