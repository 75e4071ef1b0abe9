"""`vtuber say`: one text in the character's voice."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli.cli import options
from vtuber_cli.errors import EngineUnavailable, UsageError

if TYPE_CHECKING:
    from vtuber_cli.audio.base import Speaker
    from vtuber_cli.bootstrap import Plan
    from vtuber_cli.conversation.voices import Voices

_LONGEST = 100_000
"""Characters; more is a slip of the pen (or of a pipe)."""


def command(
    text: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]...", help="chat.argument.text")] = None,
    wav: Annotated[Path | None, typer.Option("--wav", metavar="FILE", help="chat.option.say_wav")] = None,
    loudspeaker: options.Output = None,
    character: options.Character = None,
    engines: options.Engines = None,
    models_dir: options.ModelsDir = None,
    settings: options.Set = None,
) -> None:
    import asyncio

    from vtuber_cli import bootstrap

    words = _words(text)
    tts = {key: value for key, value in options.engine_flags(engines).items() if key.startswith("engines.tts")}
    flags = {**tts, **options.assignments(settings), **options.device_flags(None, loudspeaker)}
    plan = bootstrap.plan({"character": character, "models_dir": models_dir, **flags})
    options.check_devices(plan, None, loudspeaker)
    asyncio.run(_say(plan, words, wav))


def _words(text: list[str] | None) -> str:
    """What is to be said: the arguments, or standard input where something is piped in."""
    from vtuber_cli.clean import clean

    given = " ".join(text) if text else ""
    if not given and not sys.stdin.isatty():
        given = sys.stdin.buffer.read(4 * _LONGEST + 1).decode("utf-8", "replace")
    words = clean(given).strip()
    if not words:
        raise UsageError("chat.nothing_to_say")
    if len(words) > _LONGEST:
        raise UsageError("chat.too_long", longest=_LONGEST)
    return words


async def _say(plan: Plan, words: str, wav: Path | None) -> None:
    from vtuber_cli import log
    from vtuber_cli.audio.quiet import native_stderr_to
    from vtuber_cli.audio.recording import WavSpeaker
    from vtuber_cli.audio.speaker import DeviceSpeaker
    from vtuber_cli.cli.downloads import fetch
    from vtuber_cli.conversation.spoken import language_of

    language = language_of(words, plan.language)
    if language not in plan.voices:
        raise EngineUnavailable("chat.no_voice", name=plan.character.display_name(plan.language), language=language)
    fetch(plan, plan.models_of([plan.voices[language]]))
    with native_stderr_to(log.native_file()):  # of the voice's library, and of the sound card's
        voices = await _load(plan, language)
        speaker: Speaker = (
            WavSpeaker(wav, fast=True)
            if wav
            else DeviceSpeaker(plan.settings.audio.output, library=plan.settings.audio.library)
        )
        try:
            await speaker.open()
            await _speak(voices, speaker, words)
        finally:
            await speaker.close()
            for worker in voices.workers.values():
                await worker.close()


async def _load(plan: Plan, language: str) -> Voices:
    from vtuber_cli.conversation.voices import Voices

    worker = plan.voices[language].worker(plan.weights)
    await worker.start()
    return Voices(language, {language: worker})


async def _speak(voices: Voices, speaker: Speaker, words: str) -> None:
    """Sentence by sentence, the next one made while one is heard."""
    from vtuber_cli.conversation.sentences import Splitter

    splitter = Splitter()
    playing = None
    for index, piece in enumerate([*splitter.feed(words), *splitter.finish()]):
        speech = await voices.speak(voices.prepare(index, piece, "neutral"))
        if speech is None:
            continue
        following = speaker.play(speech)
        if playing is not None:
            await playing.finished()
        playing = following
    if playing is None:
        raise UsageError("chat.nothing_speakable")
    await playing.finished()
