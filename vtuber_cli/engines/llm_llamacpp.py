"""Any GGUF language model through llama-cpp-python: for those who have built it for their graphics card."""

from __future__ import annotations

import codecs
import math
import secrets
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from vtuber_cli.engines.base import Capabilities, ReplyDelta, Usage
from vtuber_cli.engines.gguf import find, read_model
from vtuber_cli.engines.library import library
from vtuber_cli.engines.llm_llamacpp_model import Limits, LoadedModel, Sampling
from vtuber_cli.engines.prompt import ROLE_OPENERS, RUNAWAY, Defuser
from vtuber_cli.engines.reply_text import Ending, ReplyText, Thoughts
from vtuber_cli.engines.tag_scoring import TagScorer
from vtuber_cli.errors import EngineFailed

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from vtuber_cli.engines.base import ReplyRequest, Stop, WeightFiles

_CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""For a model that brings no template: the most usual one."""


class LlamaCpp:
    """Any GGUF model through llama-cpp-python, which can be built for the graphics card.

    The model's own chat template is used; the KV cache keeps the longest prefix that two prompts share.
    """

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True):
        model: str = "smollm2-135m"
        """Catalogue name, or a .gguf file or a folder with one."""
        context: int = Field(default=2048, ge=0, le=1 << 20)
        """Tokens that messages and reply share, at most the model's own; 0 means the model's own."""
        threads: int = Field(default=2, ge=1, le=256)
        """For reading a prompt."""
        reply_threads: int = Field(default=1, ge=1, le=256)
        """For writing the reply. One leaves the other core to the voice."""
        batch: int = Field(default=64, ge=8, le=2048)
        """Tokens of a prompt read at once. A reply is cancelled only between batches: more is faster, and deafer."""
        gpu_layers: int = Field(default=0, ge=-1, le=10_000)
        """Layers of the model on the graphics card, if the library was built for it; -1 means all."""
        seed: int | None = Field(default=None, ge=0, lt=1 << 32)
        """Of replies whose request has none; none means another reply each time."""
        repeat_penalty: float = Field(default=1.1, ge=1, le=2)
        """Above 1 a word just said is less likely. At 1 small models repeat one sentence without end."""

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        file = find(weights.path(options.model))
        header = read_model(file)
        context = min(options.context, header.context) if header.context and options.context else options.context
        limits = Limits(context, options.threads, options.reply_threads, options.batch, options.gpu_layers)
        self._options = options
        self._prompt = Defuser(header.markers)
        openers = [header.markers[opener] for opener in ROLE_OPENERS if opener in header.markers]
        self._openers = [token for token in openers if token not in header.ends]
        self._model: LoadedModel | None = LoadedModel(file, limits)
        with library("llm", "llama-cpp"):
            from llama_cpp.llama_chat_format import Jinja2ChatFormatter  # pyright: ignore[reportMissingModuleSource]
        begin, end = self._model.begin_and_end()
        template = self._model.template() or _CHATML
        self._template = Jinja2ChatFormatter(template, eos_token=end, bos_token=begin)
        self._tags = TagScorer(self)
        self._tags.warm_up()
        self.capabilities = Capabilities(
            header.languages, context=self._model.context, tag_scoring=True, prompt_cache=True
        )

    def reply(self, request: ReplyRequest, stop: Stop) -> Iterator[ReplyDelta]:
        """An empty `messages` raises `EngineFailed`; `Usage.cached` counts what was cached before the request."""
        model = self._loaded()
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
        if request.max_tokens <= 0:
            return
        tokens = model.tokens(self._written(messages), markers=True)
        known = model.read(tokens, stop)
        if known is None:
            return
        count = yield from self._write(model, request, stop)
        if not stop:
            yield ReplyDelta(usage=Usage(len(tokens), count, known if cached is None else min(cached, len(tokens))))

    def count_tokens(self, text: str) -> int:
        return len(self.tokens(self._prompt.defuse(text)))

    def tokens(self, text: str) -> Sequence[int]:
        """As `tag_scoring.Scored` has it, and so is `probabilities`."""
        return self._loaded().tokens(text)

    def probabilities(
        self, messages: Sequence[Mapping[str, str]], lead: str, tokens: Sequence[int], stop: Stop
    ) -> tuple[Mapping[int, float], int] | None:
        model = self._loaded()
        known = model.read(model.tokens(self._written(messages) + lead, markers=True), stop)
        if known is None:
            return None
        scores = model.scores()
        highest = max(float(scores[token]) for token in tokens)
        weights = {token: math.exp(float(scores[token]) - highest) for token in tokens}
        total = sum(weights.values())
        return {token: weight / total for token, weight in weights.items()}, known

    def close(self) -> None:
        model, self._model = self._model, None
        if model is not None:
            model.close()

    def _loaded(self) -> LoadedModel:
        if self._model is None:
            raise EngineFailed("thinking.closed")
        return self._model

    def _written(self, messages: Sequence[Mapping[str, str]]) -> str:
        """The talk as the model's template has it, up to where the reply begins."""
        try:
            return self._template(messages=messages, enable_thinking=False).prompt
        except Exception as error:  # a template is a program in the file, and raises what it likes
            raise EngineFailed("thinking.failed", reason=error) from error

    def _write(self, model: LoadedModel, request: ReplyRequest, stop: Stop) -> Generator[ReplyDelta, None, int]:
        """Yields the text; returns the number of tokens."""
        seed = self._options.seed if request.seed is None else request.seed
        seed = secrets.randbits(32) if seed is None else seed % (1 << 32)
        sampling = Sampling(request.temperature, seed, self._options.repeat_penalty, self._openers)
        letters = codecs.getincrementaldecoder("utf-8")("replace")
        thoughts, ending, text = Thoughts(), Ending(RUNAWAY), ReplyText()
        count = 0
        for token in model.next(sampling, stop):
            count += 1
            if piece := text.feed(ending.feed(thoughts.feed(letters.decode(model.piece(token))))):
                yield ReplyDelta(text=piece)
            if count >= request.max_tokens or ending.over:
                break
        if not stop and (piece := text.feed(ending.feed(thoughts.finish()) + ending.finish())):
            yield ReplyDelta(text=piece)
        return count
