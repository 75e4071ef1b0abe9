"""Announcements to every face at once; nobody is waited for. Who stops reading loses the oldest that waits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from vtuber_cli.events import Event, Level

_CAPACITY = 4096


class Subscription:
    """One listener's queue; iterate it until the broadcast closes."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=_CAPACITY)
        self._changed = asyncio.Event()
        self._closed = False
        self.lost = 0
        """How many were dropped, as nobody read them."""

    def put(self, event: Event) -> None:
        if isinstance(event, Level) and self._events and isinstance(self._events[-1], Level):
            self._events[-1] = event
        else:
            self.lost += len(self._events) == self._events.maxlen
            self._events.append(event)  # a full deque drops its oldest
        self._changed.set()

    def close(self) -> None:
        self._closed = True
        self._changed.set()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            while self._events:
                yield self._events.popleft()
            if self._closed:
                return
            self._changed.clear()
            await self._changed.wait()


class Broadcast:
    """Tells every subscription; never waits for one."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        self._listeners: list[Callable[[Event], None]] = []
        self._closed = False

    def subscribe(self) -> Subscription:
        subscription = Subscription()
        if self._closed:
            subscription.close()
        self._subscriptions.append(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        subscription.close()
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def listen(self, hear: Callable[[Event], None]) -> None:
        """Has `hear` called with every event as it is sent, by whoever sends it: it may note it and nothing else."""
        self._listeners.append(hear)

    def send(self, event: Event) -> None:
        for hear in self._listeners:
            hear(event)
        for subscription in self._subscriptions:
            subscription.put(event)

    def close(self) -> None:
        """Ends every subscription once it has been read to the end."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.close()
