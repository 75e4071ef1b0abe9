"""`vtuber say`: a text in the character's voice, sentence by sentence as it comes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli.cli import options
from vtuber_cli.errors import EngineUnavailable, UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from vtuber_cli.audio.base import Playback, Speaker
    from vtuber_cli.bootstrap import Plan
    from vtuber_cli.conversation.voices import Voices
    from vtuber_cli.engines.base import Tts
    from vtuber_cli.engines.worker import Worker

_STANDARD = Path("-")
"""Standard input, or output."""


def command(  # noqa: PLR0913 - its options
    text: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]...", help="chat.argument.text")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", metavar="FILE", show_default=False, help="chat.option.file")
    ] = None,
    wav: Annotated[Path | None, typer.Option("--wav", metavar="FILE", help="chat.option.say_wav")] = None,
    loudspeaker: options.Output = None,
    character: options.Character = None,
    engines: options.Engines = None,
    models_dir: options.ModelsDir = None,
    settings: options.Set = None,
) -> None:
    import asyncio

    from vtuber_cli import bootstrap

    words = " ".join(text) if text else None
    check(words, file, wav)
    tts = {key: value for key, value in options.engine_flags(engines).items() if key.startswith("engines.tts")}
    flags = {**tts, **options.assignments(settings), **options.device_flags(None, loudspeaker)}
    plan = bootstrap.plan({"character": character, "models_dir": models_dir, **flags})
    options.check_devices(plan, None, loudspeaker)
    asyncio.run(aloud(plan, words, file, wav))


def check(words: str | None, file: Path | None, wav: Path | None) -> None:
    """Looks at what was asked for before anything is loaded.

    Raises:
        UsageError: there is nothing to say, or nowhere to say it.
    """
    if words is not None and file is not None:
        raise UsageError("chat.text_twice")
    if words is not None and words != "-" and not words.strip():
        raise UsageError("chat.nothing_to_say")
    if words is None and file is None and sys.stdin.isatty():
        raise UsageError("chat.nothing_to_say")
    if wav == _STANDARD and sys.stdout.isatty():
        raise UsageError("chat.wav_terminal")


def _source(words: str | None, file: Path | None) -> AsyncGenerator[str]:
    from vtuber_cli.cli.text_source import text_from, text_of

    if words is not None and words != "-":
        return text_of(words)
    return text_from(None if file == _STANDARD else file)


async def aloud(plan: Plan, words: str | None, file: Path | None = None, wav: Path | None = None) -> None:
    """Says a text, or a file's, in the character's voices, to the loudspeaker or into a WAV file.

    Raises:
        UsageError: there is nothing to say.
        EngineUnavailable: nobody here speaks a word of it.
        AudioUnavailable: there is no loudspeaker.
    """
    from contextlib import aclosing

    from vtuber_cli import log
    from vtuber_cli.audio.quiet import native_stderr_to

    async with aclosing(_source(words, file)) as source:
        text = await anext(source, "")
        while not text.strip():
            try:
                text = await anext(source)
            except StopAsyncIteration:
                raise UsageError("chat.nothing_to_say") from None
        crew = _Crew(plan, text)
        await crew.voices_for(text)
        speaker = _speaker(plan, wav)
        try:
            with native_stderr_to(log.native_file()):
                await speaker.open()
                await _speak(crew, speaker, text, source)
        finally:
            await speaker.close()
            await crew.close()


def _speaker(plan: Plan, wav: Path | None) -> Speaker:
    from vtuber_cli.audio.recording import WavSpeaker
    from vtuber_cli.audio.speaker import DeviceSpeaker
    from vtuber_cli.audio.wav_pipe import WavPipe

    if wav == _STANDARD:
        sys.stdout.flush()
        return WavPipe(sys.stdout.fileno())
    if wav is not None:
        return WavSpeaker(wav, fast=True)
    return DeviceSpeaker(plan.settings.audio.output, library=plan.settings.audio.library)


class _Crew:
    """The character's voices, each loaded when its language first comes."""

    def __init__(self, plan: Plan, begins: str) -> None:
        from vtuber_cli.conversation.spoken import language_of
        from vtuber_cli.conversation.voices import Voices

        self._plan = plan
        self.name = plan.character.display_name(plan.language)
        self._language = language_of(begins, plan.language)
        self._workers: dict[str, Worker[Tts]] = {}
        self.mute: set[str] = set()
        """Languages that came and that nobody here speaks."""
        self.voices: Voices = Voices(self._language, self._workers)

    async def voices_for(self, text: str) -> Voices:
        """The voices, this text's among them if there is one."""
        from vtuber_cli.cli.downloads import fetch
        from vtuber_cli.conversation.spoken import language_of

        language = language_of(text, self._language)
        if language in self._workers or language in self.mute:
            return self.voices
        if language not in self._plan.voices:
            self.mute.add(language)
            return self.voices
        chosen = self._plan.voices[language]
        fetch(self._plan, self._plan.models_of([chosen]))
        worker = self._workers[language] = chosen.worker(self._plan.weights)
        await worker.start()
        return self.voices

    async def close(self) -> None:
        for worker in self._workers.values():
            await worker.close()


async def _speak(crew: _Crew, speaker: Speaker, text: str, source: AsyncGenerator[str]) -> None:
    """Sentence by sentence, the next one made while one is heard.

    Raises:
        UsageError: there was nothing that could be said.
        EngineUnavailable: nobody here speaks a word of it.
    """
    reader = crew.voices.reader()
    playing: Playback | None = None
    index = 0
    async for piece in _sentences(text, source):
        voices = await crew.voices_for(piece)
        speech = await voices.speak(voices.prepare(index, piece, "neutral", reader))
        index += 1
        if speech is None:
            continue
        following = speaker.play(speech)
        if playing is not None:
            await playing.finished()
        playing = following
    if playing is not None:
        await playing.finished()
    _tell_of_the_mute(crew, spoke=playing is not None)


def _tell_of_the_mute(crew: _Crew, *, spoke: bool) -> None:
    from vtuber_cli.cli.show import notice

    languages = ", ".join(sorted(crew.mute))
    if not spoke and not languages:
        raise UsageError("chat.nothing_speakable")
    if not spoke:
        raise EngineUnavailable("chat.no_voice", name=crew.name, language=languages)
    if languages:
        notice(t("chat.left_out", name=crew.name, language=languages))


async def _sentences(text: str, source: AsyncGenerator[str]) -> AsyncGenerator[str]:
    from vtuber_cli.conversation.sentences import Splitter

    splitter = Splitter()
    for piece in splitter.feed(text):
        yield piece
    async for more in source:
        for piece in splitter.feed(more):
            yield piece
    for piece in splitter.finish():
        yield piece
