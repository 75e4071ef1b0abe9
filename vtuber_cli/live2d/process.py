"""The drawing process seen from here: asked by one thread at a time, never waited for without end."""

from __future__ import annotations

import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from vtuber_cli.clean import one_line
from vtuber_cli.errors import EngineFailed, EngineUnavailable, VtuberError
from vtuber_cli.live2d.worker import receive, send

if TYPE_CHECKING:
    from collections.abc import Sequence

LOADING, DRAWING = 120.0, 10.0
"""Seconds: large models take twelve on a slow machine."""
_GOODBYE = 2.0
_SAID = 4000
"""Bytes of what the library said last that are looked at."""

_FLAGS: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""No console window on Windows."""
_TAGS = re.compile(r"^(\[\w+\]\s*)+")

Answer: TypeAlias = tuple[dict[str, Any], bytes]


def command() -> Sequence[str]:
    # -P: a module in the current folder must not be imported.
    return [sys.executable, "-P", "-m", "vtuber_cli.live2d.worker"]


class Process:
    """One drawing process, which ends with this object.

    Args:
        about: what it draws, for messages.
        run: the command; ours if not given.

    Raises:
        EngineFailed: it cannot be started.
    """

    def __init__(self, about: str, run: Sequence[str] = ()) -> None:
        self._about = about
        self._loaded = False
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        try:
            self._process = subprocess.Popen(
                list(run) or command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                creationflags=_FLAGS,
            )
        except OSError as error:
            self._said.close()
            raise EngineFailed("live2d.died", file=about, reason=error.strerror or str(error)) from None
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(self._process, self._answers), name="live2d", daemon=True).start()
        self._end = weakref.finalize(self, _end, self._process, self._said)

    def ask(self, message: dict[str, Any], seconds: float) -> Answer:
        """The answer to a message.

        Raises:
            EngineUnavailable: something is missing on this machine.
            EngineFailed: the model was refused, or the process died or did not answer in time; then it is over.
        """
        stdin = self._process.stdin
        assert stdin is not None
        try:
            send(stdin, message)  # pyright: ignore[reportArgumentType] - a Popen in binary mode
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            self.close()
            raise EngineFailed("live2d.slow", file=self._about, seconds=int(seconds)) from None
        except (OSError, ValueError):  # nobody reads it any more; closed
            answer = None
        if answer is None:
            raise self._death()
        if key := answer[0].get("error"):
            self.close()
            raise _passed_on(str(key), answer[0])
        self._loaded = True
        return answer

    def close(self) -> None:
        """Ends it."""
        self._end()

    def _death(self) -> VtuberError:
        try:
            code = self._process.wait(_GOODBYE)
        except subprocess.TimeoutExpired:
            code = None
        reason = _complaint(self._said) or _ending(code)
        self.close()
        return EngineFailed("live2d.stopped" if self._loaded else "live2d.refused", file=self._about, reason=reason)


def _passed_on(key: str, told: dict[str, Any]) -> VtuberError:
    kind = EngineUnavailable if told.get("missing") else EngineFailed
    return kind(key, **{name: value for name, value in told.get("params", {}).items() if name != "hint"})


def _listen(process: subprocess.Popen[bytes], answers: queue.SimpleQueue[Answer | None]) -> None:
    assert process.stdout is not None
    try:
        while (found := receive(process.stdout)) is not None:  # pyright: ignore[reportArgumentType]
            answers.put(found)
    except (OSError, ValueError):  # closed while we read
        pass
    answers.put(None)


def _end(process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    process.kill()  # it holds nothing that could be lost
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:  # what was still to be written
                pass
    said.close()


def _ending(code: int | None) -> str:
    """How a process ended: its exit code, or the signal's name."""
    if code is not None and code < 0 and -code in set(signal.Signals):
        return signal.Signals(-code).name
    return "?" if code is None else f"exit {code}"


def _complaint(said: IO[bytes]) -> str:
    """The first of the library's last complaints, which is what the others follow from; empty if it made none."""
    try:
        size = said.seek(0, 2)
        said.seek(max(0, size - _SAID))
        lines = [one_line(line) for line in said.read().decode("utf-8", "replace").splitlines()]
    except (OSError, ValueError):
        return ""
    found = next((line for line in lines if "[E]" in line or "Error" in line or "what():" in line), "")
    return _TAGS.sub("", found)[:200]
