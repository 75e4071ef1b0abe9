"""`vtuber devices`: which microphones and loudspeakers there are, how loud the ones are, and whether the others speak.

On a terminal a table; into a pipe one line a device, its fields between tabs; with `--json` an array of devices.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vtuber_cli.clean import one_line
from vtuber_cli.cli import options
from vtuber_cli.errors import AudioUnavailable, UsageError, VtuberError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.text import Text

    from vtuber_cli.audio.level import Meter
    from vtuber_cli.audio.library import Device, Direction
    from vtuber_cli.config import Audio

_SECONDS = 10
_DIRECTIONS: tuple[Direction, ...] = ("input", "output")
_REDRAWN = 12
"""Times a second that the meters are."""
_BAR = 24
_QUIETEST = -60.0
"""Where a meter's bar begins, in dBFS."""
_HEARD = -99.0
"""Below it, in dBFS, is nothing at all: a muted or a wrong device."""


def command(
    name: Annotated[str | None, typer.Argument(metavar="[DEVICE]", help="devices.argument.name")] = None,
    meter: Annotated[bool, typer.Option("--meter", help="devices.option.meter")] = False,
    tone: Annotated[bool, typer.Option("--tone", help="devices.option.tone")] = False,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="N", min=0.5, max=3600, help="devices.option.seconds")
    ] = _SECONDS,
    as_json: Annotated[bool, typer.Option("--json", help="devices.option.json")] = False,
    settings: options.Set = None,
) -> None:
    from vtuber_cli import config, i18n, log
    from vtuber_cli.audio.quiet import native_stderr_to

    if meter and tone:
        raise UsageError("devices.meter_or_tone")
    chosen = config.load(options.assignments(settings)).settings
    if chosen.language != "auto":
        i18n.set_language(chosen.language)
    with native_stderr_to(log.native_file()):
        found = _found(chosen.audio)
        if tone:
            _chime(found, name, chosen.audio)
        elif meter:
            _meter(found.of(("input",), name), seconds, as_json=as_json)
        else:
            _list(found, name, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Found:
    devices: Mapping[Direction, Sequence[Device]]
    chosen: Mapping[Direction, Device | None]
    """Those that a talk would use."""
    complaints: Sequence[VtuberError]
    """Why the settings choose none of those that there are."""

    def of(self, directions: Sequence[Direction], name: str | None) -> list[tuple[Direction, Device]]:
        """The devices of these directions; if there is a name, those that it may mean.

        Raises:
            AudioUnavailable: it means none, or there is none at all.
        """
        from vtuber_cli.audio.devices import choose, matching

        every: list[tuple[Direction, Device]] = [
            (direction, device) for direction in directions for device in self.devices[direction]
        ]
        if name is None:
            return every
        matches = matching([device for _, device in every], name)
        if not matches:
            choose([device for _, device in every], name, directions[0])
        return [row for row in every if row[1] in matches]


def _found(settings: Audio) -> _Found:
    from vtuber_cli.audio import devices

    found = devices.survey(settings.library)
    chosen: dict[Direction, Device | None] = {}
    complaints: list[VtuberError] = []
    for direction in _DIRECTIONS:
        chosen[direction] = None
        wanted = settings.input if direction == "input" else settings.output
        try:
            if found[direction]:
                chosen[direction] = devices.choose(found[direction], wanted, direction)
        except VtuberError as error:
            complaints.append(error)
    return _Found(found, chosen, complaints)


# --- the list ---------------------------------------------------------------------------------------------------


def _list(found: _Found, name: str | None, *, as_json: bool) -> None:
    from vtuber_cli.cli import show

    rows = found.of(_DIRECTIONS, name)
    if as_json:
        print(json.dumps([_record(*row, found) for row in rows], ensure_ascii=False, indent=2))
    elif sys.stdout.isatty():
        _print_table(rows, found)
    else:
        for row in rows:
            print("\t".join(_line(*row, found)))
    for direction in _DIRECTIONS:
        if not found.devices[direction]:
            show.notice(t(f"devices.none.{direction}"))
    for complaint in found.complaints:
        show.error(complaint)


def _record(direction: Direction, device: Device, found: _Found) -> dict[str, Any]:
    return {
        "direction": direction,
        "number": device.index,
        "name": one_line(device.name),
        "system": device.system,
        "library": device.library,
        "channels": device.channels,
        "rate": device.rate,
        "default": device.default,
        "chosen": device == found.chosen[direction],
    }


def _line(direction: Direction, device: Device, found: _Found) -> list[str]:
    marks = {"default": device.default, "chosen": device == found.chosen[direction]}
    fields = (direction, device.index, device.name, device.system, device.channels, device.rate)
    return [*(one_line(str(field)) for field in fields), " ".join(mark for mark, here in marks.items() if here)]


def _print_table(rows: Iterable[tuple[Direction, Device]], found: _Found) -> None:
    """A line a device that fits the terminal: the name gives way."""
    from rich.cells import cell_len, set_cell_size
    from rich.console import Console
    from rich.text import Text

    from vtuber_cli.cli.show import notice

    console = Console(highlight=False)
    cells: list[tuple[Direction, Device, str]] = [(direction, device, _facts(device)) for direction, device in rows]
    names = [cell_len(one_line(device.name)) for _, device, _ in cells]
    room = min(max(names, default=0), console.width - 9 - max((cell_len(facts) for *_, facts in cells), default=0))
    above: Direction | None = None
    for direction, device, facts in cells:
        if above != direction:
            above = direction
            console.print(Text(t(f"devices.heading.{direction}"), style="bold"))
        chosen = device == found.chosen[direction]
        name = one_line(device.name)
        name = name if cell_len(name) <= room else set_cell_size(name, max(room - 1, 1)).rstrip() + "…"
        line = Text(f"{'*' if chosen else ' '} {device.index:>3}  ", style="bold" if chosen else "")
        line.append(set_cell_size(name, max(room, 1))).append(f"  {facts}", style="dim")
        console.print(line, no_wrap=True, crop=False)
    if cells:
        notice(t("devices.chosen"))


def _facts(device: Device) -> str:
    channels = t("devices.mono") if device.channels == 1 else t("devices.channels", count=device.channels)
    default = f" · {t('devices.default')}" if device.default else ""
    return f"{one_line(device.system)} · {channels} · {device.rate / 1000:g} kHz{default}"


# --- the meters -------------------------------------------------------------------------------------------------


def _meter(devices: Sequence[tuple[Direction, Device]], seconds: float, *, as_json: bool) -> None:
    import asyncio

    from vtuber_cli.cli.show import notice

    if not devices:
        raise AudioUnavailable("devices.none.input")
    heard = [_Heard(device) for _, device in devices]
    live = sys.stdout.isatty() and not as_json
    if live:
        notice(t("devices.listening", seconds=f"{seconds:g}"))
    try:
        asyncio.run(_listen(heard, seconds, live=live))
    except KeyboardInterrupt:
        pass  # the way to end it
    if as_json:
        print(json.dumps([one.record() for one in heard], ensure_ascii=False, indent=2))
    elif not live:
        for one in heard:
            print("\t".join(one.line()))
    for one in heard:
        if one.trouble is None and one.meter.samples and one.meter.peak <= _HEARD:
            notice(t("devices.nothing", name=one.name))


class _Heard:
    """A microphone and how loud it is."""

    def __init__(self, device: Device) -> None:
        from vtuber_cli.audio.level import Meter

        self.device = device
        self.name = one_line(device.name)
        self.meter: Meter = Meter()
        self.trouble: VtuberError | None = None

    async def listen(self) -> None:
        """Until it is cancelled, or the device fails."""
        from contextlib import aclosing

        from vtuber_cli.audio.microphone import DeviceMicrophone

        microphone = DeviceMicrophone(self.device.index, library=self.device.library)
        try:
            async with aclosing(microphone.frames()) as frames:
                async for frame in frames:
                    self.meter.feed(frame.samples)
        except VtuberError as error:
            self.trouble = error

    def record(self) -> dict[str, Any]:
        levels = {"peak_dbfs": round(self.meter.peak, 1), "rms_dbfs": round(self.meter.rms, 1)}
        if not self.meter.samples:
            levels = dict.fromkeys(levels, None)
        return {"number": self.device.index, "name": self.name, **levels, "error": self._words()}

    def line(self) -> list[str]:
        said = f"peak {self.meter.peak:.1f} dBFS", f"rms {self.meter.rms:.1f} dBFS"
        return [str(self.device.index), self.name, *((self._words() or "",) if not self.meter.samples else said)]

    def drawn(self, room: int) -> Text:
        from rich.cells import set_cell_size
        from rich.text import Text

        text = Text(f"{self.device.index:>3}  {set_cell_size(self.name, room)}  ", no_wrap=True, overflow="ellipsis")
        if self.trouble is not None:
            return text.append(self._words() or "", style="red")
        full = round(_BAR * min(1.0, max(0.0, 1 - self.meter.now / _QUIETEST)))
        text.append("█" * full, style="green" if self.meter.peak < -1 else "red").append("·" * (_BAR - full), "dim")
        return text.append(f" {self.meter.now:6.1f} dB" if self.meter.now > _HEARD else "")

    def _words(self) -> str | None:
        from vtuber_cli.cli.show import message

        return message(self.trouble) if self.trouble is not None else None


async def _listen(heard: Sequence[_Heard], seconds: float, *, live: bool) -> None:
    import asyncio

    async with asyncio.TaskGroup() as tasks:
        listening = [tasks.create_task(one.listen()) for one in heard]
        drawing = tasks.create_task(_draw(heard)) if live else None
        await asyncio.wait(listening, timeout=seconds)
        for task in (*listening, drawing):
            if task is not None:
                task.cancel()


async def _draw(heard: Sequence[_Heard]) -> None:
    import asyncio

    from rich.cells import cell_len
    from rich.console import Console, Group
    from rich.live import Live

    console = Console(highlight=False)
    room = max(4, min(max(cell_len(one.name) for one in heard), console.width - _BAR - 18))
    with Live(console=console, auto_refresh=False) as screen:
        while True:
            screen.update(Group(*(one.drawn(room) for one in heard)), refresh=True)
            await asyncio.sleep(1 / _REDRAWN)


# --- the tone ---------------------------------------------------------------------------------------------------


def _chime(found: _Found, name: str | None, settings: Audio) -> None:
    import asyncio

    from vtuber_cli.audio.devices import choose
    from vtuber_cli.cli.show import notice

    if not found.devices["output"]:
        raise AudioUnavailable("devices.none.output")
    device = choose(found.devices["output"], settings.output if name is None else name, "output")
    asyncio.run(_play(device))
    notice(t("devices.played", name=device.name))


async def _play(device: Device) -> None:
    from vtuber_cli.audio.chime import chime
    from vtuber_cli.audio.speaker import DeviceSpeaker

    speaker = DeviceSpeaker(device.index, library=device.library)
    try:
        await speaker.open()
        await speaker.play(chime()).finished()
    finally:
        await speaker.close()
