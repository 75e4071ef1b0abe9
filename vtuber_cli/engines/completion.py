"""A streamed chat completion as OpenAI's protocol has it, event by event, from a server that may send anything."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from vtuber_cli.engines.base import ReplyDelta, ToolCall, Usage
from vtuber_cli.engines.endpoint import parsed
from vtuber_cli.engines.reply_text import ReplyText, Thoughts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vtuber_cli.engines.base import ReplyRequest

Json: TypeAlias = dict[str, Any]

_LOG = logging.getLogger(__name__)

_DONE = "[DONE]"
_REASONING = ("reasoning_content", "reasoning", "thinking")
"""Where servers put a model's thoughts, beside the reply."""
_MOST_GARBAGE = 16
"""Events that say nothing that can be understood, before the whole is called garbage."""
_MOST_CALLS = 32
_LONGEST_ARGUMENTS = 1 << 18
_LETTERS_A_TOKEN = 24
"""Far more than any language has: beyond this a server does not keep to `max_tokens`."""
_SOME_LETTERS = 1000
_MOST_TOKENS = 1 << 31


class ErrorEvent(Exception):
    """The server says, in the middle of the stream, that it failed."""

    def __init__(self, error: object) -> None:
        super().__init__(error)
        self.error = error


class Garbage(Exception):
    """This is no chat completion."""


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class Completion:
    """One reply. Text comes from `feed`, tool calls and the token counts from `finish`."""

    request: ReplyRequest
    begun: bool = False
    """The model has generated something, be it a thought."""
    ended: bool = False
    """A reason to finish was given."""
    over: bool = False
    """Nothing more will come, or what comes is not wanted."""
    shown: bool = False
    """There was text."""
    reason: str = ""
    _thoughts: Thoughts = field(default_factory=Thoughts)
    _reasoned: bool = False
    _text: ReplyText = field(default_factory=ReplyText)
    _letters: int = 0
    _garbage: int = 0
    understood: bool = False
    """An event was part of a reply."""
    strange: bool = False
    """An event was none."""
    calls: dict[int, _Call] = field(default_factory=dict[int, _Call])
    _usage: Usage | None = None

    @property
    def reasoned(self) -> bool:
        """There were thoughts."""
        return self._reasoned or self._thoughts.any

    def feed(self, data: str) -> Iterator[ReplyDelta]:
        """What one event adds. A delta without text says that the model still thinks.

        Raises:
            ErrorEvent: the event is an error.
            Garbage: too much of this makes no sense.
        """
        if data.strip() == _DONE:
            self.over = True
            return
        event = parsed(data)
        if not isinstance(event, dict):
            self._misunderstood()
            return
        event = cast("Json", event)
        if error := event.get("error"):
            raise ErrorEvent(error)
        self._take_usage(event.get("usage"))
        choice = _first(event.get("choices"))
        if choice is None:
            if "choices" not in event and "usage" not in event:
                self._misunderstood()
            return
        self.understood = True
        # A server that does not stream sends the whole message.
        yield from self._take_delta(_dict(choice.get("delta")) or _dict(choice.get("message")))
        if isinstance(reason := choice.get("finish_reason"), str) and reason:
            self.ended, self.reason = True, reason

    def finish(self) -> Iterator[ReplyDelta]:
        """What was held back, the tool calls, and the token counts if the server told them.

        Raises:
            Garbage: not one event made sense.
        """
        if not self.understood:
            raise Garbage
        yield from self._show(self._thoughts.finish())
        for call in self.calls.values():
            if (made := self._made(call)) is not None:
                yield ReplyDelta(tool=made)
        if self._usage is not None:
            yield ReplyDelta(usage=self._usage)

    def _misunderstood(self) -> None:
        self._garbage += 1
        self.strange = True
        if self._garbage >= _MOST_GARBAGE:
            raise Garbage
        _LOG.debug("an event that is no chunk of a reply was passed over")

    def _take_delta(self, delta: Json) -> Iterator[ReplyDelta]:
        self._take_calls(delta.get("tool_calls"))
        if any(isinstance(delta.get(name), str) and delta[name] for name in _REASONING):
            self.begun = self._reasoned = True
            yield ReplyDelta()
        if not (text := _words(delta.get("content"))):
            return
        self.begun = True
        shown = list(self._show(self._thoughts.feed(text)))
        yield from shown or (ReplyDelta(),)

    def _show(self, text: str) -> Iterator[ReplyDelta]:
        room = self.request.max_tokens * _LETTERS_A_TOKEN + _SOME_LETTERS - self._letters
        if len(text) > room:
            _LOG.warning("the endpoint sends more than it was asked for; the rest is left")
            text, self.over, self.ended = text[:room], True, True
        self._letters += len(text)
        if text := self._text.feed(text):
            self.shown = True
            yield ReplyDelta(text=text)

    def _take_usage(self, usage: object) -> None:
        """Some servers count on with every event: the last one holds."""
        counts = _dict(usage)
        prompt, reply = _count(counts.get("prompt_tokens")), _count(counts.get("completion_tokens"))
        if prompt is not None and reply is not None:
            cached = _count(_dict(counts.get("prompt_tokens_details")).get("cached_tokens")) or 0
            self._usage = Usage(prompt, reply, min(cached, prompt))

    def _take_calls(self, calls: object) -> None:
        if not self.request.tools or not isinstance(calls, list):
            return
        for position, item in enumerate(cast("list[object]", calls)):
            part = _dict(item)
            index = part.get("index")
            index = index if isinstance(index, int) else position
            if index not in self.calls and len(self.calls) >= _MOST_CALLS:
                continue
            self.begun = True
            call = self.calls.setdefault(index, _Call())
            function = _dict(part.get("function"))
            call.id = call.id or _text(part.get("id"))
            call.name = call.name or _text(function.get("name"))
            arguments = function.get("arguments")
            if isinstance(arguments, str) and len(call.arguments) + len(arguments) <= _LONGEST_ARGUMENTS:
                call.arguments += arguments

    def _made(self, call: _Call) -> ToolCall | None:
        """The call, if it is one of a tool that was offered, with arguments that can be read."""
        arguments = parsed(call.arguments or "{}")
        if call.name not in offered(self.request.tools) or not isinstance(arguments, dict):
            _LOG.warning("a tool call of the endpoint makes no sense and is left out")
            return None
        return ToolCall(call.id, call.name, cast("Json", arguments))


def offered(tools: tuple[Mapping[str, object], ...]) -> set[str]:
    """The names of tools in OpenAI's form, or of bare functions."""
    return {_text(_dict(tool.get("function") or tool).get("name")) for tool in tools}


def _dict(value: object) -> Json:
    return cast("Json", value) if isinstance(value, dict) else {}


def _first(value: object) -> Json | None:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return cast("Json", items[0]) if items and isinstance(items[0], dict) else None


def _text(value: object) -> str:
    return value[:200] if isinstance(value, str) else ""


def _words(content: object) -> str:
    """The text of a `content`: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    parts = cast("list[object]", content) if isinstance(content, list) else []
    texts = [_dict(part).get("text") for part in parts if _dict(part).get("type") == "text"]
    return "".join(text for text in texts if isinstance(text, str))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_TOKENS else None
