"""Any GGUF language model through xllamacpp (llama.cpp), on the CPU."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from vtuber_cli.engines.base import Capabilities, ReplyDelta, Usage
from vtuber_cli.engines.gguf import find, read_model
from vtuber_cli.engines.llm_xllamacpp_server import Limits, LlamaServer
from vtuber_cli.engines.prompt import ROLE_OPENERS, RUNAWAY, Defuser
from vtuber_cli.engines.reply_text import ReplyText
from vtuber_cli.engines.tag_scoring import TagScorer
from vtuber_cli.errors import EngineFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from vtuber_cli.engines.base import ReplyRequest, Stop, WeightFiles

_LOG = logging.getLogger(__name__)


class Llama:
    """The GGUF's own chat template, streamed; the KV cache keeps the longest prefix that two prompts share.

    With `ReplyRequest.emotions` the model's feeling is scored first (`TagScorer`) and never written into the text.
    """

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        model: str = "smollm2-135m"
        """Catalogue name, or a .gguf file or a folder with one."""
        context: int = Field(default=2048, ge=0, le=1 << 20)
        """Tokens that messages and reply share, at most the model's own; 0 means the model's own."""
        threads: int = Field(default=2, ge=1, le=256)
        """For reading a prompt."""
        reply_threads: int = Field(default=1, ge=1, le=256)
        """For writing the reply. One leaves the other core to the voice, and is no slower there for a small model."""
        batch: int = Field(default=64, ge=8, le=2048)
        """Tokens of a prompt read at once. A reply is cancelled only between batches: more is faster, and deafer."""
        cache_ram_mib: int = Field(default=32, ge=0, le=65536)
        """Memory for the KV cache of prompts that are not the current one."""
        seed: int | None = Field(default=None, ge=0, lt=1 << 32)
        """Of replies whose request has none; none means another reply each time."""
        repeat_penalty: float = Field(default=1.1, ge=1, le=2)
        """Above 1 a word just said is less likely. At 1 small models repeat one sentence without end."""

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        file = find(weights.path(options.model))
        header = read_model(file)
        self._options = options
        self._prompt = Defuser(header.markers)
        self._openers = [header.markers[opener] for opener in ROLE_OPENERS if opener in header.markers]
        self._openers = [token for token in self._openers if token not in header.ends]
        context = min(options.context, header.context) if header.context and options.context else options.context
        limits = Limits(context, options.threads, options.reply_threads, options.batch, options.cache_ram_mib)
        self._server = LlamaServer(file, limits)
        self._tags = TagScorer(self._server)
        self._tags.warm_up()
        self.capabilities = Capabilities(
            header.languages, context=self._server.context, tag_scoring=True, prompt_cache=True
        )

    def reply(self, request: ReplyRequest, stop: Stop) -> Iterator[ReplyDelta]:
        """An empty `messages` raises `EngineFailed`; `Usage.cached` counts what was cached before the request."""
        messages = self._prompt.plain(request.messages)
        if not messages:
            raise EngineFailed("thinking.nothing")
        cached: int | None = None
        if request.emotions:
            tag = self._tags.best(messages, request.emotions, stop)
            if tag is None or stop:
                return
            cached = tag.cached
            yield ReplyDelta(emotion=tag.emotion)
        if request.max_tokens > 0:
            yield from self._stream(self._chat(messages, request), stop, cached)

    def count_tokens(self, text: str) -> int:
        return len(self._server.tokens(self._prompt.defuse(text)))

    def close(self) -> None:
        self._server.close()

    def _stream(self, chat: Mapping[str, object], stop: Stop, cached: int | None) -> Iterator[ReplyDelta]:
        text = ReplyText()
        for step in self._server.chat(chat, stop):
            if piece := text.feed(step.text):
                yield ReplyDelta(text=piece)
            if usage := step.usage:
                _LOG.debug("reply: %s, cached before its tag: %s", usage, cached)
                was = usage.cached if cached is None else min(cached, usage.prompt)
                yield ReplyDelta(usage=Usage(usage.prompt, usage.reply, was))

    def _chat(self, messages: Sequence[Mapping[str, str]], request: ReplyRequest) -> dict[str, object]:
        seed = self._options.seed if request.seed is None else request.seed
        chat: dict[str, object] = {
            "messages": messages,
            "max_tokens": request.max_tokens,
            "temperature": max(0.0, request.temperature),
            "repeat_penalty": self._options.repeat_penalty,
            "stop": RUNAWAY,
            "logit_bias": [[token, False] for token in self._openers],
            "chat_template_kwargs": {"enable_thinking": False},
        }
        if seed is not None:
            chat["seed"] = seed % (1 << 32)
        return chat
