"""The server that `bench.serve` measures: the real one, on paced engines, in a process of its own.

`python -m vtuber_cli.bench.serve_host` says its port as a line of JSON; for every line that it then gets, it says what
it has cost until now; it ends when there are no more lines. `Hosted` is the other side.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import IO, NamedTuple, TypeAlias

from vtuber_cli import bootstrap, paths
from vtuber_cli.bench.machine import rss_mb
from vtuber_cli.bench.paced import Pace, paced
from vtuber_cli.bootstrap.hosting import Hosting
from vtuber_cli.errors import EngineFailed
from vtuber_cli.server import app
from vtuber_cli.server.guard.layer import Rules
from vtuber_cli.server.hall import Hall
from vtuber_cli.server.running import Running
from vtuber_cli.server.seats import Seats

LANGUAGE = "en"
_FLAGS: dict[str, object] = {
    **{f"engines.{kind}.name": "echo" for kind in ("vad", "asr", "llm", "tts")},
    "language": LANGUAGE,
    "reply.max_tokens": 4096,
}
_END_SECONDS = 10.0


class Spent(NamedTuple):
    """What a process has cost until now."""

    cpu_s: float
    """Of all its threads."""
    rss_mb: float | None
    """In memory now, in MiB; None where the system does not tell."""


Ask: TypeAlias = Callable[[], Awaitable[Spent]]


class House(NamedTuple):
    """A server to be measured."""

    url: str
    """Of its sockets."""
    ask: Ask
    """What it has cost."""
    pace: Pace


@asynccontextmanager
async def here(pace: Pace) -> AsyncGenerator[House]:
    """The server, in this very loop; the user's folders are where they are.

    Args:
        pace: of its engines.
    """
    plan = paced(bootstrap.plan(_FLAGS), pace)
    kept = bootstrap.history()
    seats = Seats()
    hosting = Hosting(plan, kept, seats)
    hall = Hall(hosting, seats, paths.data_dir())
    rules = Rules()
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        server = Running(app.guarded(hall, rules, None), listening, rules.limits)
        serving = asyncio.ensure_future(server.run())
        try:
            await server.ready.wait()
            await hosting.load(lambda _: None)
            hall.loaded = True
            yield House(f"ws://127.0.0.1:{server.port}/client-ws", _ask_here, pace)
        finally:
            hall.closing.set()
            server.end()
            await serving
            await hosting.close()
            kept.close()


async def _ask_here() -> Spent:
    return spent()


def spent() -> Spent:
    return Spent(time.process_time(), rss_mb(os.getpid()))


@contextmanager
def hosted(pace: Pace) -> Generator[House]:
    """That server in a process of its own, in an empty home.

    Raises:
        EngineFailed: it does not run.
    """
    with tempfile.TemporaryDirectory(prefix="vtuber-bench-", ignore_cleanup_errors=True) as home:
        program = subprocess.Popen(
            [sys.executable, "-m", "vtuber_cli.bench.serve_host", pace.model_dump_json()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "VTUBER_HOME": home},
        )
        with program:
            assert program.stdin is not None and program.stdout is not None
            pipes = _Pipes(program.stdin, program.stdout)
            try:
                yield House(f"ws://127.0.0.1:{json.loads(pipes.answer())}/client-ws", pipes.ask, pace)
            finally:
                program.stdin.close()
                try:
                    program.wait(_END_SECONDS)
                except subprocess.TimeoutExpired:
                    program.kill()


class _Pipes(NamedTuple):
    commands: IO[str]
    answers: IO[str]

    async def ask(self) -> Spent:
        self.commands.write("\n")
        self.commands.flush()
        return Spent(*json.loads(await asyncio.to_thread(self.answer)))

    def answer(self) -> str:
        if line := self.answers.readline():
            return line
        raise EngineFailed("bench.no_server")


async def main(pace: Pace) -> None:
    async with here(pace) as house:
        gc.freeze()  # as `vtuber serve` does
        print(house.url.split(":")[2].split("/")[0], flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(spent()), flush=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)  # that clients are let go is what is wanted here
    asyncio.run(main(Pace.model_validate_json(sys.argv[1])))
