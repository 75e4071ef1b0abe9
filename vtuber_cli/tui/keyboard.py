"""What the screen reads from the terminal, and three things that Textual leaves to chance.

A byte that is no UTF-8 (a slip of a paste) becomes a mark; Textual's reader would end the app without a word. What was
typed before there was a place to type into waits until there is one. And where the terminal was asked something
(`picture.ask`), what came between the answers counts as typed, and answers that are late are taken out: Textual hands
over a report that it does not know letter by letter, as if it had been typed.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from vtuber_cli.tui.app import ChatApp
    from vtuber_cli.tui.picture.ask import Asking


_MOMENT = 0.05


class _Decoder(Protocol):
    def decode(self, data: bytes, /, final: bool = False) -> str: ...


class _Listening:
    """A decoder that hears typing only."""

    def __init__(self, decoder: _Decoder, asked: Asking) -> None:
        from vtuber_cli.tui.picture.answers import Latecomers

        self._decoder = decoder
        self._typed = Latecomers(asked.answers.begun, asked.waits, asked.more)

    def decode(self, data: bytes, /, final: bool = False) -> str:
        return self._typed.feed(self._decoder.decode(data, final))


def _listening(decoder: Callable[[], _Decoder], asked: Asking) -> _Decoder:
    return _Listening(decoder(), asked)


def attach(app: ChatApp, asked: Asking | None = None) -> None:
    """Has the app read so, from its start on."""
    if sys.platform == "win32":
        return
    from textual._xterm_parser import XTermParser
    from textual.drivers import linux_driver

    def decoder(encoding: str) -> Callable[[], _Decoder]:
        tolerant: Callable[[], _Decoder] = partial(codecs.getincrementaldecoder(encoding), errors="replace")
        if asked is None or asked.answers.ended:
            return tolerant
        return partial(_listening, tolerant, asked)

    linux_driver.getincrementaldecoder = decoder  # pyright: ignore

    class Driver(linux_driver.LinuxDriver):
        def start_application_mode(self) -> None:
            super().start_application_mode()
            if asked is not None and self.attrs_before is not None:
                self.attrs_before = asked.before  # not as it was for the question

        def run_input_thread(self) -> None:
            while not app.painted.wait(_MOMENT):
                if self.exit_event.is_set():
                    break
            for event in XTermParser().feed(asked.take_typed()) if asked is not None else ():
                self.process_message(event)
            super().run_input_thread()

    app.driver_class = Driver
