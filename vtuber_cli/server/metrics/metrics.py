"""What `/metrics` tells of a server: who is there, how turns went, how long things took. Nothing of what was said."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vtuber_cli import __version__
from vtuber_cli.events import Event, Failed, FirstAudio, ReplyEnded
from vtuber_cli.server.metrics import exposition
from vtuber_cli.server.metrics.exposition import OTHER, Counter, Histogram, Metric, Reading

if TYPE_CHECKING:
    from vtuber_cli.conversation.session import Session
    from vtuber_cli.server.guard.layer import Guard
    from vtuber_cli.server.hall import Hall

_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0)
_KEY = re.compile(r"[a-z0-9_]{1,40}\.[a-z0-9_.]{1,60}")


class Metrics:
    """One server's; read and written in the loop's thread.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.turns = Counter("vtuber_turns_total", "Turns by how they ended: complete, interrupted, failed.", "outcome")
        self.stages = Histogram(
            "vtuber_stage_seconds",
            "Stages of turns: hangover (waiting for more words), hear, think (to the first clause), speak (that "
            "clause), first_audio (from the user's last sound to her first).",
            _SECONDS,
            "stage",
        )
        self.waits = Histogram("vtuber_seat_wait_seconds", "How long work waited for the engines.", _SECONDS)
        self.errors = Counter("vtuber_errors_total", "What clients were told did not work, by its key.", "key")
        self.connections = Counter("vtuber_connections_total", "Sockets that were accepted, by path.", "path")
        self.requests = Counter("vtuber_requests_total", "HTTP requests that were let in, by path.", "path")
        self.answers = Counter("vtuber_responses_total", "Answers to HTTP requests, by status.", "status")
        self.received = Counter("vtuber_received_bytes_total", "Bytes of bodies and frames from clients.", "via")
        self.sent = Counter("vtuber_sent_bytes_total", "Bytes of bodies and frames to clients.", "via")
        self.open: dict[str, float] = {}
        """Sockets that are open, by path."""
        began, at = clock(), datetime.now(UTC).timestamp()
        self._all: list[Metric] = [
            Reading("vtuber_info", "Which program this is.", lambda: {__version__: 1}, "version"),
            Reading("vtuber_uptime_seconds", "How long the server runs.", lambda: clock() - began),
            Reading("process_start_time_seconds", "When it began, since the epoch.", lambda: at),
            Reading("process_cpu_seconds_total", "CPU time of the process.", time.process_time, kind="counter"),
            Reading("process_resident_memory_bytes", "Memory of the process, where the system tells.", _memory),
            Reading("vtuber_sockets", "Sockets that are open, by path.", lambda: self.open, "path"),
            *(self.connections, self.requests, self.answers, self.received, self.sent),
            *(self.turns, self.stages, self.waits, self.errors),
        ]

    def watch(self, hall: Hall, guard: Guard) -> None:
        """Tells of these from now on."""
        seats, sounds, places = hall.seats, hall.sounds, guard.places
        self._all += [
            Reading("vtuber_ready", "Whether the engines are loaded, or have failed.", lambda: float(hall.loaded)),
            Reading("vtuber_sessions", "Places that are taken by talkers.", lambda: places.sessions),
            Reading("vtuber_viewers", "Places that are taken by viewers.", lambda: places.viewers),
            Reading("vtuber_seats_taken", "What engines work for now.", lambda: seats.taken),
            Reading("vtuber_queue_length", "What waits for the engines.", lambda: seats.waiting),
            Reading("vtuber_sounds", "Sounds that can be fetched.", lambda: sounds.count),
            Reading("vtuber_sounds_bytes", "How large they are.", lambda: sounds.bytes),
            Reading(
                "vtuber_refusals_total", "Who was not let in, by the key of the reason.",
                lambda: guard.refusals, "key", "counter",
            ),
        ]  # fmt: skip
        seats.waited = self.waits.observe
        hall.talks.opened.append(self.follow)

    def follow(self, session: Session) -> None:
        """Counts the turns of a talk."""
        session.events.listen(_Turns(self).hear)

    def error(self, key: str) -> None:
        """A client was told of an error."""
        self.errors.add(key if _KEY.fullmatch(key) else OTHER)

    def text(self) -> str:
        return exposition.text(self._all)


class _Turns:
    """Those of one talk."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._failed: int | None = None

    def hear(self, event: Event) -> None:
        match event:
            case FirstAudio(timings=timings):
                for stage in ("hangover", "hear", "think", "speak", "first_audio"):
                    if (milliseconds := getattr(timings, f"{stage}_ms")) is not None:
                        self._metrics.stages.observe(milliseconds / 1000, stage)
            case Failed(turn=int() as turn):
                self._failed = turn
            case ReplyEnded(turn=turn, text=text, interrupted=interrupted):
                # A voice that fails leaves the words, and the turn is none the worse for it.
                failed = self._failed == turn and not text
                self._metrics.turns.add("interrupted" if interrupted else "failed" if failed else "complete")
            case _:
                pass


def _memory() -> float | None:
    with suppress(OSError, IndexError, ValueError):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return float(int(pages) * os.sysconf("SC_PAGE_SIZE"))
    return None
