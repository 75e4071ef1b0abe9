"""How soon a fresh `vtuber serve` answers, how soon it is warm, and how much memory it takes."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from vtuber_cli import bootstrap, i18n
from vtuber_cli.bench.machine import cpu_s, rss_mb
from vtuber_cli.bench.serve_lines import line
from vtuber_cli.errors import EngineFailed
from vtuber_cli.i18n import t

_READY_SECONDS, _WARM_SECONDS, _END_SECONDS = 60.0, 300.0, 10.0
_AGAIN = 0.01
_QUESTION = "Hello, can you hear me?"


@dataclass(frozen=True, slots=True)
class Started:
    """What one process did."""

    ready_s: float
    """From its start to the answer to a request."""
    ready_cpu_s: float | None
    """What it has worked for that: on a busy machine the rest is waiting for others."""
    warm_s: float
    """From its start to when its engines were loaded."""
    rss_mb: float | None
    """In MiB, after one turn."""

    def record(self) -> dict[str, Any]:
        return {name: None if value is None else round(value, 2) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Starts:
    echo: Sequence[Started]
    """Without models."""
    default: Sequence[Started]
    """With the default engines; none where weights are missing."""
    reason: str | None
    """Why none."""

    def record(self) -> dict[str, Any]:
        """The figures, ready for JSON: medians, and the port's of whichever is slower to answer."""
        kinds = [kind for kind in (self.echo, self.default) if kind]
        memory = _median(one.rss_mb for one in self.echo)
        warm = _median(one.warm_s for one in self.default)
        return {
            "ready_s": round(max(statistics.median(one.ready_s for one in kind) for kind in kinds), 2),
            "warm_s": None if warm is None else round(warm, 2),
            "warm_skipped": self.reason,
            "rss_mb": None if memory is None else round(memory, 1),
            "starts": {"echo": [one.record() for one in self.echo], "default": [one.record() for one in self.default]},
        }


def starts(flags: Mapping[str, object], times: int) -> Starts:
    """Starts `vtuber serve` in empty homes: so often without models, and as often with its own.

    Args:
        flags: as `bootstrap.plan` takes them; only where the weights are counts.
        times: of each.

    Raises:
        EngineFailed: it does not start.
    """
    weights = bootstrap.plan(flags).weights
    echo = [_started(["--engines", "echo"]) for _ in range(times)]
    with _empty_home() as home:
        plan = _plan_there(home, weights.folder)
        missing = plan.weights.missing(plan.models())
    if missing:
        return Starts(echo, [], t("bench.serve.no_weights", names=", ".join(one.name for one in missing)))
    return Starts(echo, [_started([f"--models-dir={weights.folder}"]) for _ in range(times)], None)


def _plan_there(home: Path, models: Path) -> bootstrap.Plan:
    """What a server in that home would take: nothing of the user's own settings counts."""
    before, shown = os.environ.get("VTUBER_HOME"), i18n.language()
    os.environ["VTUBER_HOME"] = str(home)
    try:
        return bootstrap.plan({"models_dir": models})
    finally:
        if before is None:
            del os.environ["VTUBER_HOME"]
        else:
            os.environ["VTUBER_HOME"] = before
        i18n.set_language(shown)  # the user's own settings may have another


@contextmanager
def _empty_home() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="vtuber-bench-", ignore_cleanup_errors=True) as home:
        yield Path(home)


def _started(options: Sequence[str]) -> Started:
    """One process, from its start to its end."""
    port = _free_port()
    command = [sys.executable, "-m", "vtuber_cli", "serve", "--no-token", "--host=127.0.0.1", f"--port={port}"]
    with _empty_home() as home, (home / "said").open("wb") as said:
        began = time.monotonic()
        program = subprocess.Popen(
            [*command, *options],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env={**os.environ, "VTUBER_HOME": str(home)},
        )
        try:
            _until(program, port, "status", "ok", began + _READY_SECONDS)
            ready, worked = time.monotonic() - began, cpu_s(program.pid)
            _until(program, port, "ready", True, began + _WARM_SECONDS)
            warm = time.monotonic() - began
            asyncio.run(_talk(f"ws://127.0.0.1:{port}/client-ws"))  # or it was no use to be warm
            return Started(ready, worked, warm, rss_mb(program.pid))
        finally:
            program.terminate()
            try:
                program.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def _until(program: subprocess.Popen[bytes], port: int, name: str, value: object, deadline: float) -> None:
    """Until `/health` says so.

    Raises:
        EngineFailed: it ended, or took too long.
    """
    while _health(port).get(name) != value:
        if program.poll() is not None or time.monotonic() > deadline:
            raise EngineFailed("bench.no_server")
        _pause()


def _pause() -> None:
    import threading

    threading.Event().wait(_AGAIN)


def _health(port: int) -> Mapping[str, Any]:
    there = HTTPConnection("127.0.0.1", port, timeout=_READY_SECONDS)
    try:
        there.request("GET", "/health")
        return json.loads(there.getresponse().read())
    except (OSError, HTTPException, ValueError):
        return {}
    finally:
        there.close()


async def _talk(url: str) -> None:
    async with line(url) as one:
        await one.say("text-input", text=_QUESTION, images=[])
        await one.until("audio")
        await one.hear_out()
