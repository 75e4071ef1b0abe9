"""One line that says what is going on: the phase, the microphone, and where the last turn's time went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from vtuber_cli.events import Level, Phase
from vtuber_cli.i18n import t
from vtuber_cli.tui.symbols import Symbols
from vtuber_cli.tui.widgets.meter import Meter

_METER = 12
_GAP = 3


def fit(width: int, used: int, devices: str, parts: Sequence[str], separator: int = 3) -> tuple[str, list[str]]:
    """What of the devices' names and the strip's parts goes beside `used` cells into `width`.

    The devices go first, then the strip's parts from the left: the total, at its right end, goes last.
    """
    room = width - used
    kept = list(parts)

    def needed(devices: str) -> int:
        texts = [*([devices] if devices else []), *kept]
        gaps = (_GAP if devices else 0) + (_GAP if kept else 0) + separator * max(0, len(kept) - 1)
        return sum(cell_len(text) for text in texts) + gaps

    if needed(devices) > room:
        devices = ""
    while kept and needed(devices) > room:
        del kept[0]
    return devices, kept


class StatusBar(Horizontal):
    def __init__(self, symbols: Symbols, devices: str) -> None:
        super().__init__()
        self._symbols = symbols
        self._all_devices = devices
        self._parts: Sequence[str] = ()
        self._microphone: bool | None = None
        self._phase = Static("", id="phase")
        self._mic = Static("", id="mic")
        self._meter = Meter(symbols, _METER)
        self._devices = Static("", id="devices")
        self._strip = Strip("")

    def compose(self) -> ComposeResult:
        yield self._phase
        yield self._mic
        yield self._meter
        yield self._devices
        yield self._strip

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    def phase(self, phase: Phase) -> None:
        self._phase.set_classes(f"-{phase}")
        self._phase.update(Content(f"{self._symbols.phases[phase]} {self._symbols.words(t(f'chat.phase.{phase}'))}"))
        self._arrange()

    def microphone(self, there: bool) -> None:
        if self._microphone != there:
            self._microphone = there
            self._mic.update(Content(self._mic_label()))
            self._arrange()

    def _mic_label(self) -> str:
        return t("chat.mic" if self._microphone else "chat.no_mic")

    def closing(self) -> None:
        self._phase.set_classes("")
        self._phase.update(Content(self._symbols.words(t("chat.closing"))))
        self._arrange()

    def strip(self, parts: Sequence[str]) -> None:
        self._parts = parts
        self._arrange()

    def hear(self, level: Level) -> None:
        self._meter.hear(level)

    def tick(self) -> None:
        if self._microphone:
            self._meter.tick()

    def _arrange(self) -> None:
        mic = cell_len(self._mic_label()) + _GAP
        phase = cell_len(str(self._phase.content))
        meter = _METER + 1 if self._microphone else 0
        width = self.size.width - 2
        show_mic = phase + mic + meter <= width
        self._mic.display = show_mic
        self._meter.display = show_mic and bool(self._microphone)
        used = phase + (mic + meter if show_mic else 0)
        devices, parts = fit(width, used, self._all_devices, self._parts)
        self._devices.display = bool(devices)
        self._devices.update(Content(devices))
        self._strip.show(parts, self._symbols)


class Strip(Static):
    """`hear 210 - think 340 - speak 180 - 730 ms`, numbers brighter than their names."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"strip--number"}

    def show(self, parts: Sequence[str], symbols: Symbols) -> None:
        pieces: list[Content] = []
        for part in parts:
            name, _, rest = part.rpartition(" ") if not part.endswith("ms") else ("", "", part)
            pieces.append(Content.assemble(f"{name} " if name else "", (rest, ".strip--number")))
        self.update(Content(f" {symbols.dot} ").join(pieces))
