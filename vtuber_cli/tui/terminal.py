"""The terminal around the screen: kept clean of stray output, restored whatever happens, measured."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

from vtuber_cli.audio.quiet import native_stderr_to

if TYPE_CHECKING:
    from vtuber_cli.tui.app import ChatApp
    from vtuber_cli.tui.feed import Talk
    from vtuber_cli.tui.picture.survey import Survey
    from vtuber_cli.tui.themes import Look
    from vtuber_cli.tui.widgets.face import Portraits

_STARTED = time.monotonic()


async def open_screen(
    session: Talk,
    look: Look | None = None,
    *,
    devices: str = "",
    looks: Callable[[str], Look] | None = None,
    portraits: Portraits | None = None,
    survey: Survey | None = None,
    log: Path | None = None,
) -> None:
    """Shows a talk until the user leaves it or it ends by itself; the session is closed afterwards.

    Args:
        session: not yet running.
        look: the character's colours.
        devices: microphone and speaker by name.
        looks: the colours of whoever takes over, by id.
        portraits: whose face is shown, and how; nobody's if not given.
        survey: what the terminal can show.
        log: where native libraries' chatter on stderr goes meanwhile; without it, nowhere.

    Raises:
        Exception: a bug of ours, after the terminal has been restored.
    """
    from vtuber_cli.tui import keyboard
    from vtuber_cli.tui.app import ChatApp
    from vtuber_cli.tui.symbols import ASCII

    if survey is not None and survey.choice.truecolor:
        os.environ["COLORTERM"] = "truecolor"  # what Textual goes by
    signs = ASCII if survey is not None and survey.letters else None
    with native_stderr_to(log or Path(os.devnull)), _drawn_on_the_terminal():
        app = ChatApp(session, look, devices=devices, looks=looks, signs=signs, portraits=portraits)
        keyboard.attach(app, survey.asked if survey else None)
        with _signals(app):
            try:
                await app.run_async()
            finally:
                await app.close_session()
    if app.failure is not None:
        raise app.failure


@contextmanager
def _drawn_on_the_terminal() -> Generator[None]:
    """Textual draws on `sys.__stderr__`; where that is no terminal (`2>file`), stdout is."""
    before = sys.__stderr__
    own = None
    if before is None or not before.isatty():
        own = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    sys.__stderr__ = _Terminal(own or cast("TextIO", before))  # pyright: ignore[reportAttributeAccessIssue]
    try:
        yield
    finally:
        sys.__stderr__ = before  # pyright: ignore[reportAttributeAccessIssue]
        if own is not None:
            with suppress(OSError):
                own.close()


class _Terminal:
    """A terminal that may go away. Then what is written goes nowhere: Textual's writer would die of it, and whoever
    writes next would wait for the writer for ever instead of hearing that it is over."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, text: str) -> int:
        with suppress(OSError):
            return self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()


@contextmanager
def _signals(app: ChatApp) -> Generator[None]:
    """Leaves in order when the terminal is closed or somebody ends the program; a second signal ends it at once."""
    loop = asyncio.get_running_loop()
    names = [name for name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT") if hasattr(signal, name)]

    def leave() -> None:
        app.call_later(app.action_quit)

    try:
        for name in names:
            loop.add_signal_handler(getattr(signal, name), leave)
    except NotImplementedError:  # Windows has no such handlers
        names = []
    try:
        yield
    finally:
        for name in names:
            loop.remove_signal_handler(getattr(signal, name))


def note_first_paint() -> None:
    """Writes the seconds since the start of the process into the file that VTUBER_FIRST_PAINT names, if any."""
    if file := os.environ.get("VTUBER_FIRST_PAINT"):
        Path(file).write_text(f"{seconds_since_start():.3f}\n", encoding="ascii")


def seconds_since_start() -> float:
    """The age of this process; where the system does not tell, the time since this module was imported."""
    try:
        ticks = int(Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return time.monotonic() - _STARTED
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
