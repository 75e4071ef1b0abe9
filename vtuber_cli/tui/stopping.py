"""Being stopped and going on: ctrl+z, `kill -TSTP`, and `kill -CONT` after a `kill -STOP`.

Textual does some of it within the signal's handler, whatever it interrupts there, stops this process alone (a program
that started it would still wait for it, and no shell came back), and starts a second time over what still runs when
only SIGCONT is seen.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from textual.app import App

_Suspended: TypeAlias = "App[None]"


def watch(app: _Suspended, stop: Callable[[], None]) -> None:
    """Has the screen told of signals that stop the program and let it go on; to be called once its driver is there."""
    if sys.platform == "win32" or app.is_headless:
        return
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread
        loop.add_signal_handler(signal.SIGTSTP, stop)
        loop.add_signal_handler(signal.SIGCONT, _take_back, app)


def stop(app: _Suspended) -> None:
    """Gives the terminal back and stops, with whoever shares our job, until the shell lets us go on in the foreground.

    Where no shell waits nothing stops: nobody could let us go on.
    """
    if sys.platform == "win32" or app.is_headless:
        return
    with app.suspend(), _as_by_default(signal.SIGTSTP, signal.SIGCONT):
        os.kill(0, signal.SIGTSTP)
        _in_the_foreground()
    _fall_silent(app)


def _fall_silent(app: _Suspended) -> None:
    """Has nothing written any more if the terminal was closed.

    Textual does not start its writer again then, and who still writes waits for ever once the queue is full.
    """
    driver = app._driver  # pyright: ignore[reportPrivateUsage] - the only way to its writer
    if driver is not None and not app.is_headless and not _in_the_foreground():
        driver.write = _nowhere


def _nowhere(data: str) -> None:
    """Takes what nobody will see."""


def _take_back(app: _Suspended) -> None:
    """Somebody stopped us without a word and the shell has had the terminal meanwhile; or the terminal was closed."""
    if _in_the_foreground():
        with app.suspend():
            pass
    _fall_silent(app)


def _in_the_foreground() -> bool:
    """Whether there is a terminal; in the background the system stops us here (SIGTTOU) until we may have it."""
    if sys.platform == "win32":
        return True
    import termios

    try:
        termios.tcsetattr(0, termios.TCSANOW, termios.tcgetattr(0))
    except termios.error:
        return False
    return True


@contextmanager
def _as_by_default(*numbers: signal.Signals) -> Generator[None]:
    before = {number: signal.signal(number, signal.SIG_DFL) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
