"""What a fortune costs: the processor's time of the real command, over that of Python doing nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import NamedTuple

_COMMAND = "import sys; from vtuber_cli.__main__ import main; sys.argv = ['vtuber', {args}]; sys.exit(main())"
"""What the installed `vtuber` does; `python -m` would add a module loader of its own."""
LINES = {
    "nothing": "pass",
    "kept": _COMMAND.format(args="'fortune', 'daily'"),
    "computed": _COMMAND.format(args="'fortune', 'daily', '--no-cache'"),
}
ROUNDS = 15


class Cost(NamedTuple):
    name: str
    """Of `LINES`."""
    cpu_ms: float
    """User and system time, the lower quartile of all rounds: other programs only ever add."""
    ratio: float
    """To nothing."""


def costs() -> list[Cost]:
    """The cost of each line, all measured in turn, in an empty home; none where the system does not tell (Windows)."""
    if sys.platform == "win32":
        return []
    seen: dict[str, list[float]] = {name: [] for name in LINES}
    with tempfile.TemporaryDirectory(prefix="vtuber-bench-") as home:
        environment = {**os.environ, "VTUBER_HOME": home}
        for number in range(1 + ROUNDS):  # the first fills the cache, and Python's
            for name, line in LINES.items():
                taken = _cpu_ms([sys.executable, "-c", line], environment)
                if number:
                    seen[name].append(taken)
    quartiles = {name: sorted(taken)[len(taken) // 4] for name, taken in seen.items()}
    return [Cost(name, round(ms, 1), round(ms / quartiles["nothing"], 2)) for name, ms in quartiles.items()]


def _cpu_ms(command: list[str], environment: dict[str, str]) -> float:
    import resource  # which Windows does not have

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
