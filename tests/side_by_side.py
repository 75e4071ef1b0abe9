"""Which tests may run beside others, where there is more than one process for them (pytest-xdist, `--dist loadgroup`).

A file's tests stay together, in order: they share what is expensive. Whatever hears, plays, draws, thinks or is timed
for real wants the machine to itself: all of that is one group and stands last, so that one process does it when the
others have nothing left.
"""

from __future__ import annotations

import os

import pytest

ALONE = "alone"
_MARKS = ("model", "audio", "window", "browser")
_FILES = (
    "tests/architecture/test_first_paint.py",
    "tests/architecture/test_set_up.py",
    "tests/bench/",
    "tests/tui/picture/test_ask.py",
    "tests/tui/test_debris.py",
)
"""How the ids of further tests begin that want it, for what they measure or change."""


def arrange(items: list[pytest.Item]) -> None:
    """Puts items into groups and groups in order; nothing, if there is only one process."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: _group(item) == ALONE)


def _group(item: pytest.Item) -> str:
    alone = item.nodeid.startswith(_FILES) or any(item.get_closest_marker(name) for name in _MARKS)
    return ALONE if alone else item.nodeid.partition("::")[0]
