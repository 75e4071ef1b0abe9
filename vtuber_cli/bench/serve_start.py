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
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from vtuber_cli import bootstrap, i18n
from vtuber_cli.bench.machine import rss_mb
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
    warm_s: float
    """From its start to when its engines were loaded."""
    rss_mb: float | None
    """In MiB, after one turn."""


@dataclass(frozen=True, slots=True)
class Starts:
    echo: Sequence[Started]
    """Without models."""
    default: Started | None
    """With the default engines."""
    reason: str | None
    """Why not, if not."""

    def record(self) -> dict[str, Any]:
        ready = statistics.median(one.ready_s for one in self.echo)
        if self.default is not None:
            ready = max(ready, self.default.ready_s)
        memory = [one.rss_mb for one in self.echo if one.rss_mb is not None]
        return {
            "ready_s": round(ready, 2),
            "warm_s": None if self.default is None else round(self.default.warm_s, 2),
            "warm_skipped": self.reason,
            "rss_mb": round(statistics.median(memory), 1) if memory else None,
            "ready_each_s": [round(one.ready_s, 2) for one in (*self.echo, *([self.default] if self.default else []))],
            "warm_rss_mb": None if self.default is None else self.default.rss_mb,
        }


def starts(flags: Mapping[str, object], times: int) -> Starts:
    """Starts `vtuber serve` in empty homes: so often without models, and once with its own.

    Args:
        flags: as `bootstrap.plan` takes them; only where the weights are counts.
        times: without models.

    Raises:
        EngineFailed: it does not start.
    """
    weights = bootstrap.plan(flags).weights
    echo = [_started(["--engines", "echo"]) for _ in range(times)]
    with _empty_home() as home:
        plan = _plan_there(home, weights.folder)
        missing = plan.weights.missing(plan.models())
    if missing:
        return Starts(echo, None, t("bench.serve.no_weights", names=", ".join(one.name for one in missing)))
    return Starts(echo, _started([f"--models-dir={weights.folder}"]), None)


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
            ready = time.monotonic() - began
            _until(program, port, "ready", True, began + _WARM_SECONDS)
            warm = time.monotonic() - began
            asyncio.run(_talk(f"ws://127.0.0.1:{port}/client-ws"))  # or it was no use to be warm
            return Started(ready, warm, rss_mb(program.pid))
        finally:
            program.terminate()
            try:
                program.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


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
