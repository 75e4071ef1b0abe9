"""A model in llama.cpp, driven through the C functions that llama-cpp-python exposes.

Its class `Llama` would do more for us, but it sends the whole process's stdout and stderr to nowhere while it loads,
the screen included, and reads a prompt in one piece that nobody can stop.
"""

from __future__ import annotations

import ctypes
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vtuber_cli.engines.library import library
from vtuber_cli.engines.llm_xllamacpp_server import wait_passively
from vtuber_cli.errors import ContextOverflow, EngineFailed, WeightsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from vtuber_cli.engines.base import Stop

_LOG = logging.getLogger(__name__)
_WARNING, _ERROR = 2, 3
"""Levels of llama.cpp's log."""
_LONGEST_PIECE = 256
_TOP_K, _TOP_P, _MIN_P = 40, 0.95, 0.05
"""llama.cpp's own defaults."""
_LAST = 64
"""Tokens that a repetition is looked for in."""
_silenced: list[object] = []
"""The callback that llama.cpp calls; lost, it would be called all the same."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one model may use."""

    context: int
    threads: int
    reply_threads: int
    batch: int
    gpu_layers: int


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen."""

    temperature: float
    seed: int
    repeat_penalty: float
    forbidden: Sequence[int]


class LoadedModel:
    """One sequence of tokens and what the model makes of it. Belongs to one thread.

    Raises:
        EngineUnavailable: llama-cpp-python is not installed.
        WeightsError: llama.cpp cannot load the file.
    """

    def __init__(self, file: Path, limits: Limits) -> None:
        wait_passively()
        with library("llm", "llama-cpp"):
            import llama_cpp  # pyright: ignore[reportMissingModuleSource] - few have built it
        self._c = llama_cpp
        self._batch = limits.batch
        self._known: list[int] = []
        """The tokens that are in the KV cache."""
        self._readings = 0
        _silence(llama_cpp)
        llama_cpp.llama_backend_init()
        wishes = llama_cpp.llama_model_default_params()
        wishes.n_gpu_layers = limits.gpu_layers
        self._model = llama_cpp.llama_model_load_from_file(os.fsencode(file), wishes)
        if not self._model:
            raise WeightsError("thinking.unloadable", path=file)
        self._ctx = llama_cpp.llama_init_from_model(self._model, self._wishes(limits))
        if not self._ctx:
            llama_cpp.llama_model_free(self._model)
            raise WeightsError("thinking.unloadable", path=file)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self._size = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self.context: int = llama_cpp.llama_n_ctx(self._ctx)

    def template(self) -> str:
        """The chat template in the file; empty if it has none."""
        return (self._c.llama_model_chat_template(self._model, None) or b"").decode("utf-8", "replace")

    def begin_and_end(self) -> tuple[str, str]:
        """How the tokens that begin and end a text are written."""
        tokens = self._c.llama_vocab_bos(self._vocab), self._c.llama_vocab_eos(self._vocab)
        texts = [self._c.llama_vocab_get_text(self._vocab, token) if token >= 0 else b"" for token in tokens]
        begin, end = (text.decode("utf-8", "replace") for text in texts)
        return begin, end

    def tokens(self, text: str, *, markers: bool = False) -> list[int]:
        """The tokens of a text.

        Args:
            text: plain, or a whole prompt.
            markers: it is a prompt: markers of the chat format are read as such, and it is begun as the model wants.
        """
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        found = (self._c.llama_token * room)()
        count = self._c.llama_tokenize(self._vocab, data, len(data), found, room, markers, markers)
        tokens = list(found[: max(0, count)])
        twice = tokens[:2] == [self._c.llama_vocab_bos(self._vocab)] * 2  # the template has begun it too
        return tokens[1:] if twice else tokens

    def read(self, tokens: Sequence[int], stop: Stop) -> int | None:
        """Has the model read `tokens`, of which it keeps what it knows; returns how many it knew, None if stopped.

        Raises:
            ContextOverflow: there would be no room for another token.
        """
        if len(tokens) >= self.context:
            raise ContextOverflow("thinking.overflow", tokens=len(tokens), context=self.context)
        self._readings += 1
        # The last is read again: what comes next is known of the latest token only.
        known = self._keep(min(_shared(self._known, tokens), len(tokens) - 1))
        for start in range(known, len(tokens), self._batch):
            if stop:
                return None
            self._decode(tokens[start : start + self._batch])
        return known

    def next(self, sampling: Sampling, stop: Stop) -> Iterator[int]:
        """Writes on from what was read, until the model ends, there is no room, something else is read, or `stop`."""
        chain, reading = self._chain(sampling), self._readings
        try:
            while not stop and reading == self._readings:
                token = int(self._c.llama_sampler_sample(chain, self._ctx, -1))
                if self._c.llama_vocab_is_eog(self._vocab, token):
                    return
                yield token
                if stop or reading != self._readings or len(self._known) + 1 >= self.context:
                    return
                self._decode([token])
        finally:
            self._c.llama_sampler_free(chain)

    def scores(self) -> NDArray[np.float32]:
        """The logit of every token, as the next."""
        import numpy as np

        logits = self._c.llama_get_logits_ith(self._ctx, -1)
        return np.array(np.ctypeslib.as_array(logits, shape=(self._size,)), np.float32)

    def piece(self, token: int) -> bytes:
        """What a token writes; markers write nothing."""
        room = ctypes.create_string_buffer(_LONGEST_PIECE)
        count = self._c.llama_token_to_piece(self._vocab, token, room, _LONGEST_PIECE, 0, False)
        return room.raw[: max(0, count)]

    def close(self) -> None:
        """Frees the model; a second call does nothing."""
        self._readings += 1
        if self._ctx:
            self._c.llama_free(self._ctx)
            self._c.llama_model_free(self._model)
            self._ctx = self._model = None

    def _wishes(self, limits: Limits) -> Any:
        wishes = self._c.llama_context_default_params()
        wishes.n_ctx = limits.context
        wishes.n_batch = wishes.n_ubatch = limits.batch
        wishes.n_threads = limits.reply_threads
        wishes.n_threads_batch = limits.threads
        return wishes

    def _keep(self, count: int) -> int:
        """Forgets what is behind the first `count` tokens; all, if this kind of model cannot do otherwise."""
        memory = self._c.llama_get_memory(self._ctx)
        if count < len(self._known) and not self._c.llama_memory_seq_rm(memory, -1, count, -1):
            self._c.llama_memory_clear(memory, True)
            count = 0
        del self._known[count:]
        return count

    def _decode(self, tokens: Sequence[int]) -> None:
        batch = (self._c.llama_token * len(tokens))(*tokens)
        code = self._c.llama_decode(self._ctx, self._c.llama_batch_get_one(batch, len(tokens)))
        if code != 0:
            self._c.llama_memory_clear(self._c.llama_get_memory(self._ctx), True)
            self._known.clear()
            raise EngineFailed("thinking.failed", reason=f"llama_decode {code}")
        self._known += tokens

    def _chain(self, sampling: Sampling) -> Any:
        c = self._c
        chain = c.llama_sampler_chain_init(c.llama_sampler_chain_default_params())
        if count := len(sampling.forbidden):
            biases = (c.llama_logit_bias * count)(*((token, float("-inf")) for token in sampling.forbidden))
            c.llama_sampler_chain_add(chain, c.llama_sampler_init_logit_bias(self._size, count, biases))
        penalties = c.llama_sampler_init_penalties(self._size, _LAST, sampling.repeat_penalty, 0.0, 0.0)
        c.llama_sampler_chain_add(chain, penalties)
        for token in self._known[-_LAST:]:
            c.llama_sampler_accept(penalties, token)
        if sampling.temperature <= 0:
            c.llama_sampler_chain_add(chain, c.llama_sampler_init_greedy())
            return chain
        c.llama_sampler_chain_add(chain, c.llama_sampler_init_top_k(_TOP_K))
        c.llama_sampler_chain_add(chain, c.llama_sampler_init_top_p(_TOP_P, 1))
        c.llama_sampler_chain_add(chain, c.llama_sampler_init_min_p(_MIN_P, 1))
        c.llama_sampler_chain_add(chain, c.llama_sampler_init_temp(sampling.temperature))
        c.llama_sampler_chain_add(chain, c.llama_sampler_init_dist(sampling.seed))
        return chain


def _silence(c: Any) -> None:
    """Sends llama.cpp's own log, which else goes to the terminal, to ours."""

    def write(level: int, text: bytes | None, _: object) -> None:
        if level in (_WARNING, _ERROR) and text:
            _LOG.info("%s", text.decode("utf-8", "replace").strip())

    if not _silenced:
        _silenced.append(c.llama_log_callback(write))
        c.llama_log_set(_silenced[0], ctypes.c_void_p(0))


def _shared(known: Sequence[int], wanted: Sequence[int]) -> int:
    """How many tokens both begin with."""
    for at, (one, other) in enumerate(zip(known, wanted, strict=False)):
        if one != other:
            return at
    return min(len(known), len(wanted))
