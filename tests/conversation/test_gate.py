"""The gate: nothing of a guess leaves it before the commit."""

from __future__ import annotations

import asyncio

import pytest

from vtuber_cli.conversation.gate import Gate, Mark
from vtuber_cli.events import Event, PhaseChanged


@pytest.fixture
def told() -> list[Event]:
    return []


def test_what_is_sent_before_the_commit_goes_out_with_it_in_order(told: list[Event]) -> None:
    gate = Gate(Mark(1, 1), told.append)
    gate.send(PhaseChanged("thinking"))
    gate.send(PhaseChanged("speaking"))
    assert told == []
    gate.commit()
    gate.commit()
    gate.send(PhaseChanged("idle"))
    assert told == [PhaseChanged("thinking"), PhaseChanged("speaking"), PhaseChanged("idle")]


def test_a_void_guess_tells_nothing_even_if_committed_late(told: list[Event]) -> None:
    gate = Gate(Mark(1, 1), told.append)
    gate.send(PhaseChanged("thinking"))
    gate.discard()
    gate.send(PhaseChanged("speaking"))
    gate.commit()
    assert told == [] and not gate.committed


def test_a_commit_cannot_be_taken_back(told: list[Event]) -> None:
    gate = Gate(Mark(1, 1), told.append)
    gate.commit()
    gate.discard()
    gate.send(PhaseChanged("idle"))
    assert told == [PhaseChanged("idle")]


async def test_passing_waits_for_the_commit(told: list[Event]) -> None:
    gate = Gate(Mark(1, 1), told.append)
    waiting = asyncio.ensure_future(gate.passed())
    await asyncio.sleep(0)
    assert not waiting.done()
    gate.commit()
    await waiting
