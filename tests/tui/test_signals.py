"""Being asked to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator

import pytest

from vtuber_cli.tui.signals import asked_to_end

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", NUMBERS)
async def test_the_first_is_told_and_the_second_ends_at_once(number: signal.Signals) -> None:
    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(asked_to_end())
        await asyncio.sleep(0)
        signal.raise_signal(number)
        assert await asked == number
    assert {signal.getsignal(each) for each in NUMBERS} == {signal.SIG_DFL}


async def test_what_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(asked_to_end())
        await asyncio.sleep(0)
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGTERM)
        assert await asked == signal.SIGTERM


async def test_nothing_is_left_behind_when_nobody_asked() -> None:
    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(asked_to_end())
        await asyncio.sleep(0)
        asked.cancel()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
