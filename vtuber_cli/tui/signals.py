"""Being asked to end by the system: ctrl+c, `kill`, a terminal that was closed."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


async def asked_to_end() -> int:
    """Waits for such a signal and returns its number; the next one ends the program at once.

    A signal that is ignored stays so (`nohup`). Where a loop cannot watch signals this waits for ever, and they do
    what Python lets them do.
    """
    loop = asyncio.get_running_loop()
    asked: asyncio.Future[int] = loop.create_future()
    found = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    numbers = [number for number in found if signal.getsignal(number) is not signal.SIG_IGN]

    def ask(number: int) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_DFL)
        if not asked.done():
            asked.set_result(number)

    # NotImplementedError: Windows; the others: not the main thread.
    with suppress(NotImplementedError, RuntimeError, ValueError):
        for number in numbers:
            loop.add_signal_handler(number, ask, number)
    try:
        return await asked
    finally:
        if not asked.done() or asked.cancelled():
            with suppress(NotImplementedError, RuntimeError, ValueError):
                for number in numbers:
                    loop.remove_signal_handler(number)
