"""The engines of a plan, loaded once and lent to many talks, so that both arms use the very same ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import aclosing, asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from vtuber_cli.bootstrap import Chosen, Plan
from vtuber_cli.conversation.voices import Voices
from vtuber_cli.engines.base import Asr, Engine, Llm, ReplyDelta, Stop, Tts, Usage, Vad
from vtuber_cli.engines.worker import Worker

if TYPE_CHECKING:
    from vtuber_cli.events import EngineKind
    from vtuber_cli.weights import Weights

E = TypeVar("E", bound=Engine)
T = TypeVar("T")

_FORGETFUL = {"cache_ram_mib": 0}
"""Engine options, where an engine has them, without which a prompt would be remembered that is meant to be fresh."""


@dataclass(slots=True)
class Overheard:
    """What the model said last, as it said it: the talk itself takes a reply no faster than it is spoken."""

    text: str = ""
    usage: Usage | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self) -> None:
        self.text, self.usage = "", None
        self.done.clear()

    def end(self, text: str, usage: Usage | None) -> None:
        self.text, self.usage = text, usage
        self.done.set()


class Borrowed(Worker[E]):
    """A worker that runs already and goes on running: to start and to close it does nothing.

    Args:
        lender: the worker.
        overheard: told what its streams of `ReplyDelta` said.
    """

    def __init__(self, lender: Worker[E], overheard: Overheard) -> None:
        super().__init__(lender.name, _never)
        self._lender = lender
        self._overheard = overheard

    @property
    def engine(self) -> E:
        return self._lender.engine

    @property
    def ready(self) -> bool:
        return self._lender.ready

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def call(self, job: Callable[[E, Stop], T]) -> T:
        return await self._lender.call(job)

    async def stream(self, job: Callable[[E, Stop], Iterator[T]]) -> AsyncGenerator[T]:
        loop = asyncio.get_running_loop()
        overheard = self._overheard
        overheard.begin()

        def listened(engine: E, stop: Stop) -> Iterator[T]:
            text, usage = "", None
            items = job(engine, stop)
            with closing(cast("Generator[T]", items)):
                for item in items:
                    if isinstance(item, ReplyDelta):
                        text, usage = text + item.text, item.usage or usage
                    yield item  # pyright: ignore[reportReturnType] - what was asked for, whatever else it is
            loop.call_soon_threadsafe(overheard.end, text, usage)

        async with aclosing(self._lender.stream(listened)) as items:
            async for item in items:
                yield item


@dataclass(frozen=True, slots=True)
class Lent(Chosen):
    """An engine of a plan that is loaded already."""

    lender: Worker[Any]
    overheard: Overheard

    def worker(self, weights: Weights) -> Worker[Any]:
        return Borrowed(self.lender, self.overheard)


@dataclass(frozen=True, slots=True)
class Loan:
    """Loaded engines: as a plan that sessions can be made of, and one by one."""

    plan: Plan
    overheard: Overheard
    vad: Worker[Vad]
    asr: Worker[Asr]
    llm: Worker[Llm]
    voices: Voices


@asynccontextmanager
async def lent(plan: Plan) -> AsyncGenerator[Loan]:
    """Loads a plan's engines side by side; closes them at the end.

    Raises:
        EngineUnavailable: one cannot be loaded (in an exception group, as do WeightsError and the like).
    """
    overheard = Overheard()
    chosen = {id(one): _forgetful(one) for one in (*plan.engines.values(), *plan.voices.values())}
    workers = {key: one.worker(plan.weights) for key, one in chosen.items()}

    def borrow(one: Chosen) -> Lent:
        kept = chosen[id(one)]
        return Lent(kept.kind, kept.name, kept.engine, kept.options, workers[id(one)], overheard)

    def worker(kind: EngineKind) -> Any:
        return workers[id(plan.engines[kind])]

    made = {key: borrow(one) for key, one in {id(one): one for one in plan.voices.values()}.items()}
    open_plan = replace(
        plan,
        engines={kind: borrow(one) for kind, one in plan.engines.items()},
        voices={language: made[id(one)] for language, one in plan.voices.items()},
    )
    speaking = {language: cast("Worker[Tts]", workers[id(one)]) for language, one in plan.voices.items()}
    try:
        async with asyncio.TaskGroup() as loading:
            for one in workers.values():
                loading.create_task(one.start())
        yield Loan(open_plan, overheard, worker("vad"), worker("asr"), worker("llm"), Voices(plan.language, speaking))
    finally:
        for one in workers.values():
            await one.close()


def _forgetful(one: Chosen) -> Chosen:
    known = {name: value for name, value in _FORGETFUL.items() if name in type(one.options).model_fields}
    return replace(one, options=one.options.model_copy(update=known)) if known else one


def _never() -> Any:
    raise RuntimeError("a borrowed worker builds nothing")
