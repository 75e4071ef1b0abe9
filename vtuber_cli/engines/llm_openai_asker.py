"""Asks an endpoint for a reply: with patience, again where that may help, and never again once a reply has begun."""

from __future__ import annotations

import logging
import random
import time
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, cast

from vtuber_cli.clean import one_line
from vtuber_cli.engines import image_parts
from vtuber_cli.engines.base import ReplyDelta
from vtuber_cli.engines.completion import Completion, ErrorEvent, Garbage
from vtuber_cli.engines.endpoint_errors import Trouble
from vtuber_cli.engines.exchange import Answer, Broken, Stopped
from vtuber_cli.engines.sse import Events, TooLong
from vtuber_cli.events import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vtuber_cli.engines.base import ReplyRequest, Stop
    from vtuber_cli.engines.endpoint import Endpoint
    from vtuber_cli.engines.endpoint_errors import Blame
    from vtuber_cli.engines.exchange import Exchange

_LOG = logging.getLogger(__name__)

_PATH = "/chat/completions"
_FIRST_BACKOFF = 0.5
_LONGEST_BACKOFF = 8.0
_LONGEST_ERROR = 65_536
"""Bytes of an answer that is an error."""
_LONGEST_WHOLE = 4 << 20
"""Bytes of an answer that was not streamed, and of a list of models."""
_LONGEST_STREAM = 64 << 20
_TAIL_SECONDS = 5.0
"""What is left to come after a reply has ended: the token counts."""
_DRAIN_SECONDS = 0.1
"""For the end of a stream, so that the connection can serve the next turn."""
_LIST_SECONDS = 5.0
_SHOWN_NAMES = 6
_OPTIONAL = ("stream_options", "seed", "temperature", "tools")
"""What some servers refuse and a reply can do without."""
_RENAMED = {"max_tokens": "max_completion_tokens"}


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds."""

    first_token: float
    """From asking to the first token, all attempts together."""
    token: float
    reply: float
    """From asking to the last token."""
    retries: int


class Asker:
    """Asks one endpoint for one model; `model` empty means the only one it has."""

    def __init__(self, endpoint: Endpoint, blame: Blame, model: str, patience: Patience) -> None:
        self._endpoint = endpoint
        self._blame = blame
        self._model = model
        self._patience = patience
        self._refused: set[str] = set()
        """Fields of the request that this server does not take."""

    def reply(self, request: ReplyRequest, body: Mapping[str, object], stop: Stop) -> Iterator[ReplyDelta]:
        """Streams a reply; ends early, without an error, once `stop` is set.

        Raises:
            ContextOverflow: the endpoint says that the messages do not fit.
            EngineFailed: anything else.
        """
        began = time.monotonic()
        first, last = began + self._patience.first_token, began + self._patience.reply
        retries = 0
        while not stop:
            try:
                yield from self._attempt(request, body, stop, (min(first, last), last))
                return
            except Stopped:
                return
            except Trouble as met:
                trouble = met
            if self._adapts(trouble):
                continue
            if image_parts.refused(trouble, body):
                body = image_parts.without(body)
                params = (("host", self._blame.host), ("model", self._model))
                yield ReplyDelta(notice=Notice("endpoint.blind", params, "warning"))
                continue
            wait = trouble.wait if trouble.wait is not None else _backoff(retries)
            if not trouble.again or retries == self._patience.retries or time.monotonic() + wait >= first:
                raise trouble.error
            retries += 1
            _LOG.info("%s: %s; again in %.1f s", self._blame.host, trouble.error.key, wait)
            if stop.wait(wait):
                return

    def _attempt(
        self, request: ReplyRequest, body: Mapping[str, object], stop: Stop, until: tuple[float, float]
    ) -> Iterator[ReplyDelta]:
        """One request. `Trouble` is raised before anything was generated, `EngineFailed` afterwards."""
        reply = Completion(request)
        try:
            asked = {"model": self._named(stop, until[0]), **self._taken(body)}
            exchange = self._endpoint.post(_PATH, asked)
            try:
                yield from self._read(exchange, reply, stop, until)
            finally:
                exchange.end()
        except (Broken, TimeoutError, ErrorEvent, Garbage, TooLong) as error:
            trouble = self._trouble(error, reply, late=time.monotonic() >= until[1])
            raise (trouble.error if reply.begun else trouble) from None
        if not reply.shown and not reply.calls and request.max_tokens > 1:  # of one token nobody expects a reply
            if reply.reason == "content_filter":
                raise self._blame.failed("endpoint.filtered")
            if reply.reasoned:
                raise self._blame.failed("endpoint.only_thoughts", tokens=request.max_tokens)
            if reply.reason != "length":  # so few tokens may be half a letter
                raise self._blame.failed("endpoint.empty")

    def _read(
        self, exchange: Exchange, reply: Completion, stop: Stop, until: tuple[float, float]
    ) -> Iterator[ReplyDelta]:
        kind = self._opened(exchange, stop, until[0])
        if kind == "application/json":  # a server that does not stream
            body = exchange.rest(stop, until[0], _LONGEST_WHOLE)
            yield from reply.feed(body.decode("utf-8", "replace"))
            reply.over = True
        else:
            try:
                yield from self._streamed(exchange, reply, stop, until)
            except (Broken, TimeoutError):
                if not reply.ended:
                    raise  # else only the token counts are missing
        if not (reply.over or reply.ended or (reply.strange and not reply.understood)):
            raise Broken("broken_off", "")
        yield from reply.finish()
        _drain(exchange, stop)

    def _opened(self, exchange: Exchange, stop: Stop, until: float) -> str:
        """The kind of what will come, if it may be a reply."""
        answer = exchange.next(stop, until)
        if not isinstance(answer, Answer):
            raise Broken("broken_off", "")
        if answer.status != 200:
            self._refuse(exchange, answer, stop)
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in ("text/html", "application/xhtml+xml"):
            raise Trouble(self._blame.failed("endpoint.web_page"))
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise Garbage
        return kind

    def _streamed(
        self, exchange: Exchange, reply: Completion, stop: Stop, until: tuple[float, float]
    ) -> Iterator[ReplyDelta]:
        patient, last = until
        events, size = Events(), 0
        while not reply.over and (chunk := exchange.next(stop, patient)) is not None:
            assert isinstance(chunk, bytes)
            size += len(chunk)
            if size > _LONGEST_STREAM:
                raise TooLong(size)
            for data in events.feed(chunk):
                yield from reply.feed(data)
                if reply.begun:
                    patient = time.monotonic() + (_TAIL_SECONDS if reply.ended else self._patience.token)
                    patient = min(patient, last)
                if reply.over:
                    return
        for data in events.finish():
            yield from reply.feed(data)
        reply.strange = reply.strange or events.alien

    def _refuse(self, exchange: Exchange, answer: Answer, stop: Stop) -> None:
        """Raises what an answer that is no reply means."""
        body = b""
        with suppress(Broken, TimeoutError):
            body = exchange.rest(stop, time.monotonic() + _LIST_SECONDS, _LONGEST_ERROR)
        text = body.decode("utf-8", "replace")
        if answer.status == 404:
            raise self._missing(stop)
        raise self._blame.refused(answer.status, answer.headers, text)

    def _trouble(self, error: Exception, reply: Completion, *, late: bool) -> Trouble:
        match error:
            case Broken():
                return self._blame.broken(error, begun=reply.begun)
            case ErrorEvent():
                return self._blame.said(error.error)
            case TimeoutError() if late:
                return Trouble(self._blame.failed("endpoint.too_long", seconds=round(self._patience.reply)))
            case TimeoutError() if reply.begun:
                return Trouble(self._blame.failed("endpoint.stalled", seconds=round(self._patience.token)))
            case TimeoutError():
                return Trouble(self._blame.failed("endpoint.silent", seconds=round(self._patience.first_token)))
            case _:
                return Trouble(self._blame.failed("endpoint.garbled"))

    # --- what a server takes ------------------------------------------------------------------------------------

    def _taken(self, body: Mapping[str, object]) -> dict[str, object]:
        taken = {name: value for name, value in body.items() if name not in self._refused or name in _RENAMED}
        for name in _RENAMED.keys() & self._refused & taken.keys():
            taken[_RENAMED[name]] = taken.pop(name)
        return taken

    def _adapts(self, trouble: Trouble) -> bool:
        """Whether the server refused a field by its name that can be left out, or called otherwise."""
        named = [name for name in (*_OPTIONAL, *_RENAMED) if name in trouble.body and name not in self._refused]
        if not named or trouble.error.params.get("status") not in (400, 422):
            return False
        _LOG.info("%s does not take %s", self._blame.host, named)
        self._refused.update(named)
        return True

    # --- models -------------------------------------------------------------------------------------------------

    def _named(self, stop: Stop, until: float) -> str:
        """The model's name; asked for once if there is only one to choose."""
        if not self._model:
            names = self._names(stop, until)
            if len(names) > 1:
                shown = ", ".join(names[:_SHOWN_NAMES]) + (" …" if len(names) > _SHOWN_NAMES else "")
                raise Trouble(self._blame.failed("endpoint.choose", names=shown))
            self._model = names[0] if names else "default"
        return self._model

    def _names(self, stop: Stop, until: float) -> list[str]:
        until = min(until, time.monotonic() + _LIST_SECONDS)
        status, answer = self._endpoint.ask(self._endpoint.get("/models"), stop, until, _LONGEST_WHOLE)
        if status in (401, 403):
            raise self._blame.refused(status, {}, "")
        fields = cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}
        items = cast("list[Any]", fields.get("data")) if isinstance(fields.get("data"), list) else []
        names = [cast("dict[str, Any]", item).get("id") for item in items if isinstance(item, dict)]
        return [one_line(name)[:100] for name in names if isinstance(name, str) and name]

    def _missing(self, stop: Stop) -> Trouble:
        """The model is not there, or nothing is at that address."""
        names: list[str] = []
        with suppress(Broken, TimeoutError, Trouble):
            names = self._names(stop, time.monotonic() + _LIST_SECONDS)
        if not names:
            return Trouble(self._blame.failed("endpoint.not_found"))
        if self._model in names:
            return Trouble(self._blame.failed("endpoint.not_found"))
        nearest = get_close_matches(self._model, names, n=1, cutoff=0.4)
        if nearest:
            return Trouble(self._blame.failed("endpoint.no_model_nearest", nearest=nearest[0]))
        return Trouble(self._blame.failed("endpoint.no_model", names=", ".join(names[:_SHOWN_NAMES])))


def _backoff(retries: int) -> float:
    """Twice as long each time, and never all at once."""
    longest = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2**retries)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def _drain(exchange: Exchange, stop: Stop) -> None:
    until = time.monotonic() + _DRAIN_SECONDS
    with suppress(Broken, TimeoutError, Stopped):
        while exchange.next(stop, until) is not None:
            pass
