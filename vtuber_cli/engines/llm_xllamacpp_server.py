"""llama.cpp's server, inside this process, as an iterator of chunks that can be stopped.

The binding calls back from within the call that asks, so each request runs in a thread of its own and hands its chunks
over in a queue. llama.cpp also listens for HTTP, which cannot be switched off: it gets a random key, and where the
system has them a Unix socket in a private folder instead of a port. We use it to count tokens.
"""

from __future__ import annotations

import json
import os
import queue
import secrets
import shutil
import socket
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from vtuber_cli.engines.base import Usage
from vtuber_cli.engines.library import library
from vtuber_cli.errors import ContextOverflow, EngineFailed, WeightsError

if TYPE_CHECKING:
    from xllamacpp import CommonParams, Server

    from vtuber_cli.engines.base import Stop

Chunk: TypeAlias = dict[str, Any]
"""A piece of an OpenAI-shaped streamed chat completion, as llama.cpp makes it."""

_SILENT = -1
"""Below every level of llama.cpp's log, errors too: what went wrong is in the answers."""
_BIAS = 100.0
"""Lifts words over the rest of the vocabulary."""
_CHECKPOINTS = 4
"""Kept states of models with a sliding window or recurrent layers; llama.cpp's 32 can take gigabytes."""
_HTTP_SECONDS = 10.0
_LONGEST_SOCKET = 100
"""Bytes of a Unix socket's path that every system accepts."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one model may use."""

    context: int
    threads: int
    reply_threads: int
    batch: int
    cache_ram_mib: int


@dataclass(frozen=True, slots=True)
class Step:
    """What one chunk says; chunks that only tell the progress of the prompt say nothing."""

    text: str = ""
    probabilities: Mapping[int, float] | None = None
    """Of the likeliest tokens here, if they were asked for."""
    usage: Usage | None = None
    """Comes last, if it was asked for."""


class LlamaServer:
    """One loaded model, answering one request at a time.

    Raises:
        EngineUnavailable: xllamacpp is not installed.
        WeightsError: llama.cpp cannot load the file.
    """

    def __init__(self, file: Path, limits: Limits) -> None:
        self._native = native = _Native(file, limits)
        # The interpreter may end without `close`. A request still running then would crash it.
        self._finalizer = weakref.finalize(self, native.close)
        self.context = _context(native.ask("/props"))

    def chat(self, request: Mapping[str, object], stop: Stop) -> Iterator[Step]:
        """Streams a chat completion; ends early, without an error, once `stop` is set.

        A stopped request ends within a token, or within a batch of the prompt.

        Raises:
            ContextOverflow: the prompt does not fit.
            EngineFailed: llama.cpp refused or failed, or the server is closed.
        """
        streamed = {**request, "stream": True, "return_progress": True, "stream_options": {"include_usage": True}}
        run = _Run(self._native, streamed, stop)
        try:
            yield from map(_step, run.chunks())
        finally:
            run.end()

    def probabilities(
        self, messages: Sequence[Mapping[str, str]], lead: str, tokens: Sequence[int], stop: Stop
    ) -> tuple[Mapping[int, float], int] | None:
        """As `tag_scoring.Scored` has it."""
        request: dict[str, object] = {
            "messages": [*messages, {"role": "assistant", "content": lead}],
            "max_tokens": 1,
            "logprobs": True,
            "top_logprobs": len(tokens),
            "post_sampling_probs": True,
            "logit_bias": [[token, _BIAS] for token in tokens],
            "samplers": ["temperature"],
            "temperature": 1.0,
            "chat_template_kwargs": {"enable_thinking": False},
        }
        found: Mapping[int, float] | None = None
        cached = 0
        for step in self.chat(request, stop):
            found = found or step.probabilities
            cached = step.usage.cached if step.usage else cached
        return None if stop or found is None else (found, cached)

    def tokens(self, text: str) -> Sequence[int]:
        """The tokens of a plain text; markers of the chat format in it are read as text."""
        body = {"content": text, "add_special": False, "parse_special": False}
        return cast("list[int]", self._native.ask("/tokenize", body)["tokens"])

    @property
    def address(self) -> str:
        """Where llama.cpp listens: a loopback URL or the path of a socket."""
        return self._native.address

    @property
    def key(self) -> str:
        return self._native.key

    def close(self) -> None:
        """Stops what runs and frees the model; a second call does nothing."""
        self._finalizer()


class _Native:
    """The native server and what must be stopped before it goes. Knows nothing of its owner, to outlive it."""

    def __init__(self, file: Path, limits: Limits) -> None:
        wait_passively()
        with library("llm", "llama"):
            from xllamacpp import CommonParams, Server
        self.key = secrets.token_urlsafe(32)
        self.running: _Run | None = None
        self._folder, host = _private_host()
        try:
            self.server: Server | None = Server(_params(CommonParams(), file, limits, host, self.key))
        except RuntimeError as error:
            self._remove_folder()
            raise WeightsError("thinking.unloadable", path=file) from error
        self.address = str(self._folder / _SOCKET) if self._folder else self.server.listening_address

    def ask(self, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Asks llama.cpp over its own HTTP."""
        if self.server is None:
            raise EngineFailed("thinking.closed")
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        with closing(connect(self.address)) as connection:
            try:
                connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, headers)
                answer = connection.getresponse()
                data = json.loads(answer.read())
            except (OSError, HTTPException, ValueError) as error:
                raise EngineFailed("thinking.failed", reason=error) from error
        if answer.status != 200:
            raise _failure(data.get("error", {}))
        return data

    def close(self) -> None:
        if self.running is not None:
            self.running.end()
        # The last reference: llama.cpp's threads are joined and its memory is freed here.
        self.server = None
        self._remove_folder()

    def _remove_folder(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


class _Run:
    """One request: the thread that is inside llama.cpp, and the queue its chunks come through."""

    def __init__(self, native: _Native, request: dict[str, object], stop: Stop) -> None:
        if native.server is None:
            raise EngineFailed("thinking.closed")
        if native.running is not None:  # a reply that was left open and not collected yet
            native.running.end()
        self._native = native
        self._handle = native.server.handle_chat_completions
        self._request = request
        self._stop = stop
        self._ended = False
        self._queue: queue.SimpleQueue[Chunk | Exception | None] = queue.SimpleQueue()
        # A daemon: `_Native.close` joins it, at the interpreter's end too.
        self._thread = threading.Thread(target=self._work, name="vtuber-llama", daemon=True)
        native.running = self
        self._thread.start()

    def chunks(self) -> Iterator[Chunk]:
        while (item := self._queue.get()) is not None:
            if isinstance(item, Exception):
                raise EngineFailed("thinking.failed", reason=_reason(item)) from item
            if "error" in item:
                raise _failure(item["error"])
            if self._stop:
                return
            yield item

    def end(self) -> None:
        """Makes llama.cpp stop, and waits until it has."""
        self._ended = True
        self._thread.join()
        if self._native.running is self:
            self._native.running = None

    def _work(self) -> None:
        try:
            self._handle(self._request, self._take)
        except Exception as error:  # noqa: BLE001 - whatever the binding raises belongs to who asked
            self._queue.put(error)
        finally:
            del self._handle  # it holds the server
            self._queue.put(None)

    def _take(self, chunk: Chunk) -> bool:
        """Receives a chunk inside llama.cpp; True makes it stop. What is raised here is lost, so nothing may be."""
        self._queue.put(chunk)
        return self._ended or bool(self._stop)


_SOCKET = "llama.sock"


def connect(address: str) -> HTTPConnection:
    """A connection to an address of `LlamaServer.address`, to be closed by the caller."""
    if address.startswith("http://"):
        return HTTPConnection(address.removeprefix("http://"), timeout=_HTTP_SECONDS)
    return _SocketConnection(address)


class _SocketConnection(HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_HTTP_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def wait_passively() -> None:
    """Makes OpenMP's threads sleep at barriers instead of spinning; it reads this when it is loaded.

    Spinning threads keep each other from the cores as soon as anything else runs: reading a prompt then took five times
    as long.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _private_host() -> tuple[Path | None, str]:
    """A folder that only this user enters and the socket in it; where there are none, a port of the loopback device."""
    if hasattr(socket, "AF_UNIX"):
        folder = Path(tempfile.mkdtemp(prefix="vtuber-"))
        path = str(folder / _SOCKET)
        if len(os.fsencode(path)) <= _LONGEST_SOCKET:
            return folder, path
        folder.rmdir()
    return None, "127.0.0.1"


def _params(params: CommonParams, file: Path, limits: Limits, host: str, key: str) -> CommonParams:
    params.model.path = str(file)
    params.n_ctx = limits.context
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = limits.batch
    params.cpuparams.n_threads = limits.reply_threads
    params.cpuparams_batch.n_threads = limits.threads
    params.cache_ram_mib = limits.cache_ram_mib
    params.n_ctx_checkpoints = _CHECKPOINTS
    params.ctx_shift = False  # a reply that forgets its persona in the middle is worse than one that ends
    params.fit_params = False  # the window is what was asked for
    params.verbosity = _SILENT
    params.offline = True
    params.hostnames = [host]
    params.api_keys = [key]
    params.n_threads_http = 1
    params.ui = params.endpoint_slots = False
    return params


def _context(props: Mapping[str, Any]) -> int:
    return int(props["default_generation_settings"]["n_ctx"])


def _step(chunk: Chunk) -> Step:
    choices: list[Chunk] = chunk.get("choices") or []
    choice = choices[0] if choices else {}
    delta: Chunk = choice.get("delta") or {}
    logprobs: Chunk = choice.get("logprobs") or {}
    scored: list[Chunk] = logprobs.get("content") or []
    tops: list[Chunk] | None = scored[0]["top_probs"] if scored else None
    return Step(
        text=delta.get("content") or "",
        probabilities=None if tops is None else {entry["id"]: entry["prob"] for entry in tops},
        usage=_usage(chunk.get("usage")),
    )


def _usage(usage: Chunk | None) -> Usage | None:
    if not usage:
        return None
    cached = usage.get("prompt_tokens_details", {}).get("cached_tokens", 0)
    return Usage(usage["prompt_tokens"], usage["completion_tokens"], cached)


def _failure(error: Mapping[str, Any]) -> EngineFailed:
    if error.get("type") == "exceed_context_size_error":
        tokens, context = error.get("n_prompt_tokens", "?"), error.get("n_ctx", "?")
        return ContextOverflow("thinking.overflow", tokens=tokens, context=context)
    return EngineFailed("thinking.failed", reason=_reason(error.get("message", "?")))


def _reason(message: object) -> str:
    """The last line, which names the cause; those before it show where in a template."""
    lines = str(message).strip().splitlines()
    return lines[-1].strip() if lines else "?"
