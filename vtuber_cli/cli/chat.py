"""`vtuber chat`: the conversation, on a screen or in lines."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from vtuber_cli.cli import options
from vtuber_cli.errors import StoreError, UsageError

if TYPE_CHECKING:
    from vtuber_cli.audio.base import Microphone, Speaker
    from vtuber_cli.bootstrap import Plan
    from vtuber_cli.character import Theme
    from vtuber_cli.conversation.session import Session
    from vtuber_cli.store.history import History
    from vtuber_cli.tui.picture.survey import Survey


Face: TypeAlias = Literal["screen", "lines", "events"]


@dataclass(frozen=True, slots=True)
class Sound:
    """Where sound comes from and goes to."""

    mic: Path | None
    wav: Path | None
    fast: bool
    muted: bool
    hears: bool = False
    """A microphone was named: it is listened to even where nobody sits at a terminal."""
    speaks: bool = False
    """A loudspeaker was named."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the command line says of drawing."""

    truecolor: bool = False
    letters: bool = False


def command(  # noqa: PLR0913 - its options
    character: options.Character = None,
    mic: Annotated[Path | None, typer.Option("--mic", metavar="FILE", help="chat.option.mic")] = None,
    wav: Annotated[Path | None, typer.Option("--wav", metavar="FILE", help="chat.option.wav")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="chat.option.fast")] = False,
    muted: Annotated[bool, typer.Option("--no-audio", help="chat.option.no_audio")] = False,
    microphone: options.Input = None,
    loudspeaker: options.Output = None,
    plain: Annotated[bool, typer.Option("--plain", help="chat.option.plain")] = False,
    events: Annotated[
        str | None, typer.Option("--events", metavar="ndjson", show_default=False, help="chat.option.events")
    ] = None,
    avatar: Annotated[str | None, typer.Option("--avatar", metavar="WAY", help="picture.option.avatar")] = None,
    truecolor: Annotated[bool, typer.Option("--truecolor", help="picture.option.truecolor")] = False,
    letters: Annotated[bool, typer.Option("--ascii", help="picture.option.ascii")] = False,
    engines: options.Engines = None,
    serve: Annotated[bool, typer.Option("--serve", help="chat.option.serve")] = False,
    barge_in: Annotated[bool | None, typer.Option("--barge-in/--no-barge-in", help="chat.option.barge_in")] = None,
    hands_free: Annotated[bool | None, typer.Option("--hands-free/--talk-key", help="chat.option.hands_free")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="chat.option.resume")] = False,
    talk: Annotated[str | None, typer.Option("--talk", metavar="ID", help="chat.option.talk")] = None,
    models_dir: options.ModelsDir = None,
    settings: options.Set = None,
) -> None:
    from vtuber_cli import bootstrap
    from vtuber_cli.cli.downloads import fetch

    flags: dict[str, object] = {
        "character": character,
        "models_dir": models_dir,
        "talk.barge_in": barge_in,
        "talk.hands_free": hands_free,
        "screen.avatar": avatar,
        **options.engine_flags(engines),
        **options.assignments(settings),
        **options.device_flags(microphone, loudspeaker),
    }
    sound = Sound(mic, wav, fast, muted, hears=microphone is not None, speaks=loudspeaker is not None)
    check(sound)
    if events not in (None, "ndjson"):
        raise UsageError("ndjson.unknown_format", name=events)
    plan = bootstrap.plan(flags)
    options.check_devices(plan, microphone, loudspeaker)
    kept, talk = open_history(plan, resume=resume, talk=talk)
    try:
        face: Face = "events" if events else "lines" if plain or not is_screen() else "screen"
        live = face == "screen" or sys.stdin.isatty() or sound.hears
        fetch(plan, plan.models(hears=mic is not None or (not muted and live)))
        drawing = Drawing(truecolor, letters)
        code = asyncio.run(_converse(plan, sound, kept, talk, face, drawing, serve=serve))
        # A talk that could not be kept is no success, however well it went.
        raise typer.Exit(code or (StoreError.exit_code if kept is None else 0))
    finally:
        if kept is not None:
            kept.close()


async def _converse(
    plan: Plan, sound: Sound, kept: History | None, talk: str | None, face: Face, drawing: Drawing, *, serve: bool
) -> int:
    """Runs the talk in the face that suits the terminal; returns the exit code."""
    from vtuber_cli import bootstrap
    from vtuber_cli.cli.chat_viewers import looked_at

    microphone, speaker = _ears_and_mouth(plan, sound, interactive=face == "screen" or sys.stdin.isatty())
    typed = sys.stdin.isatty()
    occasion = bootstrap.Occasion(
        greets=typed and sound.mic is None,
        greets_aloud=sound.wav is None,
        ends_with_microphone=face != "screen" and sound.mic is not None,
        resume=talk,
        greeting=os.getpid(),
        advises=True,
    )
    session = bootstrap.session(plan, microphone, speaker, kept, occasion)
    stay = sound.mic is not None or (sound.hears and not sound.muted)
    async with looked_at(session, plan) if serve else nullcontext():
        if face == "events":
            return await _in_events(session, plan, stay=stay)
        if face == "lines":
            return await _in_lines(session, plan, stay=stay, typed=typed)
        with _survey(plan, drawing) as survey:
            await _on_screen(session, plan, sound, survey)
        return 0


@contextmanager
def _survey(plan: Plan, drawing: Drawing) -> Generator[Survey]:
    """What the terminal can show; asked while the screen is being imported, so that hardly anybody waits for it."""
    from vtuber_cli import config
    from vtuber_cli.tui.picture.survey import Wishes, surveyed

    wish = plan.settings.screen.avatar
    source = config.load(plan.flags).source_of("screen.avatar") if wish != "auto" else ""
    wishes = Wishes(wish, drawing.truecolor, drawing.letters, "--avatar" if source == "flag" else source)
    with surveyed(wishes, lambda: import_module("vtuber_cli.tui.app")) as survey:
        yield survey


async def _in_lines(session: Session, plan: Plan, *, stay: bool, typed: bool) -> int:
    from vtuber_cli import log
    from vtuber_cli.audio.quiet import native_stderr_to
    from vtuber_cli.tui import plain

    manner = plain.Manner(character=plan.character.id, live=typed, echo=not typed, stay=stay)
    with native_stderr_to(log.native_file()):
        return await plain.run(session, sys.stdout, sys.stderr, plain.typed_lines(), manner)


async def _in_events(session: Session, plan: Plan, *, stay: bool) -> int:
    from vtuber_cli import log
    from vtuber_cli.audio.quiet import native_stderr_to
    from vtuber_cli.tui import ndjson, plain

    sys.stdout.flush()
    out = sys.stdout.fileno()

    def write(data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(out, rest) :]

    with native_stderr_to(log.native_file()):
        return await ndjson.run(session, write, plain.typed_lines(), character=plan.character.id, stay=stay)


async def _on_screen(session: Session, plan: Plan, sound: Sound, survey: Survey) -> None:
    from vtuber_cli import character, log
    from vtuber_cli.bootstrap.figures import figure
    from vtuber_cli.tui.terminal import open_screen
    from vtuber_cli.tui.themes import Look
    from vtuber_cli.tui.widgets.face import Portraits

    def look(of: Theme) -> Look:
        given = {"star": of.secondary, "background": of.background}
        return Look(accent=of.accent, **{name: colour for name, colour in given.items() if colour})

    await open_screen(
        session,
        look(plan.character.theme),
        devices=sound.mic.name if sound.mic else "",
        looks=lambda name: look(character.load(name).theme),
        portraits=Portraits(plan.character.id, figure, survey.choice, seed=os.getpid()),
        survey=survey,
        log=log.native_file(),
    )


def check(sound: Sound) -> None:
    """Looks at the files before anything is fetched for them.

    Raises:
        UsageError: one of them cannot be.
    """
    from vtuber_cli.audio.wav import WavMicrophone

    if sound.fast and sound.mic is None and sound.wav is None:
        raise UsageError("chat.fast_alone")
    if sound.mic is not None:
        asyncio.run(WavMicrophone(sound.mic).close())
    if sound.wav is not None and not sound.wav.absolute().parent.is_dir():
        raise UsageError("audio.out_denied", file=sound.wav, reason=os.strerror(errno.ENOENT))
    if sound.mic is not None and sound.wav is not None and sound.wav.exists() and sound.wav.samefile(sound.mic):
        raise UsageError("chat.same_file", file=sound.wav)


def _ears_and_mouth(plan: Plan, sound: Sound, *, interactive: bool) -> tuple[Microphone | None, Speaker]:
    """Files where files are asked for, devices for people, silence for scripts."""
    from vtuber_cli.audio.microphone import DeviceMicrophone
    from vtuber_cli.audio.recording import WavSpeaker
    from vtuber_cli.audio.silent import CaptionSpeaker
    from vtuber_cli.audio.speaker import DeviceSpeaker
    from vtuber_cli.audio.steady import SteadySpeaker
    from vtuber_cli.audio.wav import WavMicrophone

    devices = plan.settings.audio
    microphone: Microphone | None = None
    speaker: Speaker
    if sound.mic is not None:
        microphone = WavMicrophone(sound.mic, fast=sound.fast)
    elif (interactive or sound.hears) and not sound.muted:
        microphone = DeviceMicrophone(devices.input, library=devices.library)
    if sound.wav is not None:
        speaker = WavSpeaker(sound.wav, fast=sound.fast)
    elif sound.muted or not (interactive or sound.speaks):
        speaker = CaptionSpeaker()
    else:
        speaker = SteadySpeaker(DeviceSpeaker(devices.output, library=devices.library))
    return microphone, speaker


def open_history(plan: Plan, *, resume: bool, talk: str | None) -> tuple[History | None, str | None]:
    """The history and the talk to go on with; a history that cannot be opened costs a line, not the talk.

    Raises:
        StoreError: it cannot be opened, and a talk in it was asked for.
        UsageError: there is no such talk.
    """
    from vtuber_cli import bootstrap
    from vtuber_cli.cli.show import error as show

    try:
        kept = bootstrap.history()
        if talk is not None:
            return kept, kept.talk(talk).id
        latest = kept.latest_talk(plan.character.id) if resume else None
    except StoreError as error:
        if resume or talk is not None:
            raise
        show(error)
        return None, None
    if resume and latest is None:
        raise UsageError("chat.nothing_to_resume", name=plan.character.display_name(plan.language))
    return kept, latest.id if latest else None


def is_screen() -> bool:
    """Whether a full screen can be drawn here."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb", "unknown")
