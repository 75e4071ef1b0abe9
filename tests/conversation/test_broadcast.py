"""The broadcast: everybody hears everything, and nobody is waited for."""

from __future__ import annotations

import asyncio

from vtuber_cli.conversation.broadcast import Broadcast
from vtuber_cli.events import Event, Level, PhaseChanged


async def collected(subscription: object) -> list[Event]:
    return [event async for event in subscription]  # type: ignore[attr-defined]


async def test_every_subscription_gets_every_event_until_the_close() -> None:
    broadcast = Broadcast()
    one, two = broadcast.subscribe(), broadcast.subscribe()
    reading = asyncio.ensure_future(collected(one))
    broadcast.send(PhaseChanged("thinking"))
    await asyncio.sleep(0)
    broadcast.send(PhaseChanged("speaking"))
    broadcast.close()
    assert await reading == await collected(two) == [PhaseChanged("thinking"), PhaseChanged("speaking")]


async def test_a_late_subscription_ends_at_once_and_an_early_leave_is_silent() -> None:
    broadcast = Broadcast()
    leaving = broadcast.subscribe()
    broadcast.unsubscribe(leaving)
    broadcast.unsubscribe(leaving)
    broadcast.send(PhaseChanged("idle"))
    broadcast.close()
    assert await collected(leaving) == [] == await collected(broadcast.subscribe())


async def test_a_slow_listener_keeps_the_talk_and_only_the_newest_meter() -> None:
    broadcast = Broadcast()
    slow = broadcast.subscribe()
    for n in range(10_000):
        broadcast.send(Level(-float(n % 90), 0.0))
    broadcast.send(PhaseChanged("idle"))
    broadcast.close()
    assert await collected(slow) == [Level(-float(9_999 % 90), 0.0), PhaseChanged("idle")]


async def test_a_listener_that_never_reads_does_not_grow_for_ever() -> None:
    broadcast = Broadcast()
    dead = broadcast.subscribe()
    for _ in range(3_000):
        broadcast.send(PhaseChanged("idle"))
        broadcast.send(Level(0.0, 0.0))
    broadcast.close()
    assert len(await collected(dead)) <= 4096
