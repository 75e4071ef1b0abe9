"""What stands between `vtuber fortune` and its answer: neither Typer nor anything else that takes long to load."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = set(
    """asyncio click typer numpy pydantic rich textual sqlite3 yaml platformdirs logging email difflib dataclasses
    inspect uuid tempfile random statistics importlib.resources importlib.metadata _hashlib string
    vtuber_cli.cli.app vtuber_cli.config vtuber_cli.engines vtuber_cli.conversation vtuber_cli.store vtuber_cli.log
    vtuber_cli.clean""".split()
)
CODE = """
import io, json, sys
from importlib.metadata import entry_points
(entry,) = entry_points(group="console_scripts", name="vtuber")
main = entry.load()
before = set(sys.modules)
out, sys.stdout = sys.stdout, io.StringIO()
sys.argv[:] = ["vtuber", *{args!r}]
code = main()
said, sys.stdout = sys.stdout.getvalue(), out
print(json.dumps([code, said, sorted(set(sys.modules) - before)]))
"""


def run(*args: str) -> tuple[int, str, set[str]]:
    """The exit code, what was said, and what was imported for it."""
    done = subprocess.run([sys.executable, "-c", CODE.format(args=args)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    code, said, modules = json.loads(done.stdout)
    return code, said, set(modules)


@pytest.mark.parametrize("args", [["fortune", "daily"], ["fortune"], ["--lang", "ko", "fortune", "daily", "--json"]])
def test_nothing_heavy_is_imported_for_the_fortune_of_the_day(args: list[str]) -> None:
    computed, kept = run(*args), run(*args)
    assert computed[:2] == kept[:2] and computed[0] == 0
    for _, said, modules in (computed, kept):
        assert said
        assert not modules & HEAVY
    assert "vtuber_cli.fortune.engines.daily" in computed[2]


def test_the_eyes_of_these_tests() -> None:
    assert run("fortune", "daily", "--help")[2] >= {"typer", "vtuber_cli.cli.app"}
