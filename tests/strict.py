"""With VTUBER_TEST_STRICT=1 a skipped `model`, `audio` or `window` test is a failure: CI has what they need."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

NOT_CLAIMED = "does not claim"
"""In a reason: nothing is lacking, an engine makes no such promise."""
_MARKS = {
    "model": "a model test",
    "audio": "an audio test",
    "window": "a test in a real terminal",
    "browser": "a test in a browser",
}


def _strict() -> bool:
    return os.environ.get("VTUBER_TEST_STRICT", "0") not in ("", "0")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr).removeprefix("Skipped: ")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    marked = [name for name in _MARKS if item.get_closest_marker(name)]
    lacks = report.skipped and not hasattr(report, "wasxfail") and NOT_CLAIMED not in _reason(report)
    if _strict() and marked and lacks:
        report.longrepr = f"{_MARKS[marked[0]]} was skipped, and VTUBER_TEST_STRICT forbids it: {_reason(report)}"
        report.outcome = "failed"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if _strict() and report.skipped:
        report.longrepr = f"a whole file was skipped, and VTUBER_TEST_STRICT forbids it: {_reason(report)}"
        report.outcome = "failed"
    return report
