"""A model on this computer that answers while an endpoint does not."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from vtuber_cli.engines import registry
from vtuber_cli.engines.base import Llm, ReplyDelta
from vtuber_cli.errors import ContextOverflow, VtuberError
from vtuber_cli.events import Maker, Notice
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vtuber_cli.engines.base import Message, ReplyRequest, Stop, WeightFiles

_LOG = logging.getLogger(__name__)
_REST_SECONDS = 30.0
"""How long an endpoint that has failed is not asked."""
_USUAL = "llama"


def weights_of(name: str) -> tuple[str, ...]:
    """What a fallback of this name will load."""
    if name not in registry.names("llm"):
        return (name,) if name else ()
    model = getattr(registry.load("llm", name).Options(), "model", None)
    return (model,) if model else ()


class Fallback:
    """Loads when it is first needed, in the thread of whoever asks.

    Args:
        name: of a thinking engine, taken with its default options; or of a model that `llama` loads.
        weights: where the model is.
    """

    def __init__(self, name: str, weights: WeightFiles) -> None:
        self._name = name
        self._weights = weights
        self._llm: Llm | None = None
        self._until = 0.0
        self._reason: VtuberError | None = None

    @property
    def in_place(self) -> bool:
        """The endpoint has failed a moment ago and is left alone."""
        return self._reason is not None and time.monotonic() < self._until

    def step_in(self, reason: VtuberError) -> bool:
        """Takes over for a while; False if it cannot."""
        try:
            self._llm = self._llm or self._built()
        except VtuberError as error:
            _LOG.warning("the fallback %s cannot be had: %s %s", self._name, error.key, error.params)
            return False
        _LOG.warning("%s answers: %s %s", self._name, reason.key, reason.params)
        self._reason, self._until = reason, time.monotonic() + _REST_SECONDS
        return True

    def reply(self, request: ReplyRequest, stop: Stop) -> Iterator[ReplyDelta]:
        """As `Llm.reply`; a talk that is too long for this model loses its oldest turns."""
        assert self._llm is not None and self._reason is not None
        words = t(self._reason.key, **self._reason.params)
        notice = Notice("endpoint.fallback", (("model", self._name), ("reason", words)), "warning")
        yield ReplyDelta(notice=notice, maker=self._maker())
        messages = request.messages
        if not self._llm.capabilities.images:
            messages = [replace(message, images=()) for message in messages]
        while True:
            try:
                yield from self._llm.reply(replace(request, messages=messages), stop)
                return
            except ContextOverflow:
                shorter = _shorter(messages)
                if len(shorter) == len(messages):
                    raise
                messages = shorter

    def close(self) -> None:
        if self._llm is not None:
            self._llm.close()

    def _engine(self) -> str:
        return self._name if self._name in registry.names("llm") else _USUAL

    def _maker(self) -> Maker:
        model = next(iter(weights_of(self._name)), "")
        return Maker(self._engine(), Path(model).name if model else "")

    def _built(self) -> Llm:
        name = self._engine()
        engine = registry.load("llm", name)
        options = engine.Options() if name == self._name else engine.Options(model=self._name)
        made = cast("type[Llm]", engine)
        return made(options, self._weights)  # pyright: ignore[reportCallIssue]


def _shorter(messages: Sequence[Message]) -> list[Message]:
    """The older half of the turns gone, never the instructions nor the last turn."""
    head = next((at for at, message in enumerate(messages) if message.role != "system"), len(messages))
    starts = [at for at in range(head, len(messages)) if messages[at].role == "user"]
    if len(starts) < 2:
        return list(messages)
    return [*messages[:head], *messages[starts[len(starts) // 2] :]]
