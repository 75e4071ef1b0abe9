"""`vtuber listen`: writes down what is said, into the microphone or in a file."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, cast

import typer

from vtuber_cli.clean import one_line
from vtuber_cli.cli import options
from vtuber_cli.errors import AudioUnavailable, UsageError, VtuberError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from vtuber_cli.audio.base import Microphone
    from vtuber_cli.bootstrap import Plan
    from vtuber_cli.conversation.dictation import Dictation, Utterance
    from vtuber_cli.events import Event

_PIPED = Path("-")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def command(  # noqa: PLR0913 - its options
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="listen.argument.file")] = None,
    language: Annotated[
        str | None, typer.Option("--language", "-l", metavar="CODE", help="listen.option.language")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="listen.option.once")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="listen.option.json")] = False,
    srt: Annotated[bool, typer.Option("--srt", help="listen.option.srt")] = False,
    raw: Annotated[
        int | None, typer.Option("--raw", metavar="RATE", min=4_000, max=384_000, help="listen.option.raw")
    ] = None,
    microphone: options.Input = None,
    engines: options.Engines = None,
    models_dir: options.ModelsDir = None,
    settings: options.Set = None,
) -> None:
    import asyncio

    from vtuber_cli import bootstrap, log
    from vtuber_cli.audio.quiet import native_stderr_to
    from vtuber_cli.cli.downloads import fetch

    if as_json and srt:
        raise UsageError("listen.json_or_srt")
    if raw is not None and file != _PIPED:
        raise UsageError("listen.raw_piped")
    ears = {
        key: value
        for key, value in options.engine_flags(engines).items()
        if key.startswith(("engines.vad", "engines.asr"))
    }
    flags = {
        "models_dir": models_dir,
        **ears,
        **options.assignments(settings),
        **options.device_flags(microphone, None),
    }
    plan = bootstrap.hearing(flags, _spoken(language))
    options.check_devices(plan, microphone, None)
    heard = _heard(plan, file, raw)
    fetch(plan, plan.models_of([plan.engines["vad"], plan.engines["asr"]]))
    page = _Page("json" if as_json else "srt" if srt else "lines")
    with native_stderr_to(log.native_file()):
        code = asyncio.run(_write_down(bootstrap.dictation(plan, heard, page.tell), page, once=once, live=file is None))
    raise typer.Exit(code)


def _spoken(language: str | None) -> str | None:
    """As `bootstrap.hearing` takes it.

    Raises:
        UsageError: it can be no language.
    """
    if language is None:
        return None
    code = language.strip().lower().partition("-")[0].partition("_")[0]
    if code == "auto":
        return ""
    if _LANGUAGE.fullmatch(code) is None:
        raise UsageError("listen.no_language", name=language)
    return code


def _heard(plan: Plan, file: Path | None, raw: int | None) -> Microphone:
    """The microphone, the file, or what is piped in; looked at before anything is fetched for it."""
    from vtuber_cli.audio.microphone import DeviceMicrophone
    from vtuber_cli.audio.pipe import PipeMicrophone
    from vtuber_cli.audio.wav import WavMicrophone

    if file is None:
        return DeviceMicrophone(plan.settings.audio.input, library=plan.settings.audio.library)
    if file != _PIPED:
        return WavMicrophone(file, fast=True)
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("listen.nothing_piped")
    piped = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115 - a descriptor is no path
    return PipeMicrophone(cast("BinaryIO", piped), t("listen.piped"), raw=raw)


async def _write_down(dictation: Dictation, page: _Page, *, once: bool, live: bool) -> int:
    """Until there is nothing more to hear; a live microphone until somebody asks to end, which is no failure."""
    import asyncio

    from vtuber_cli.tui.signals import asked_to_end

    writing = asyncio.ensure_future(dictation.run(page.write, once=once))
    asked = asyncio.ensure_future(asked_to_end())
    try:
        await asyncio.wait({writing, asked}, return_when=asyncio.FIRST_COMPLETED)
        if asked.done() and not writing.done():
            if not live:
                return 128 + asked.result()
            await dictation.finish()
        await writing
    except AudioUnavailable as error:
        raise _in_other_words(error) from error
    finally:
        for task in (writing, asked):
            task.cancel()
        await asyncio.gather(writing, asked, return_exceptions=True)
    return page.close()


def _in_other_words(error: VtuberError) -> VtuberError:
    """What is said of a microphone where somebody is talked with, for those who are only listened to."""
    match error.key:
        case "audio.no_input":
            return AudioUnavailable("devices.none.input")
        case "audio.microphone_gone":
            return AudioUnavailable("listen.gone", device=error.params.get("device", ""))
        case _:
            return error


class _Page:
    """Where it is written: text on stdout, talk on stderr."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._count = 0
        self._code = 0

    def write(self, utterance: Utterance) -> None:
        self._count += 1
        text = one_line(utterance.text)
        match self._form:
            case "json":
                times = {"start": round(utterance.start, 2), "end": round(utterance.end, 2)}
                record = {**times, "language": utterance.language or None, "text": text}
                print(json.dumps(record, ensure_ascii=False), flush=True)
            case "srt":
                print(f"{self._count}\n{_time(utterance.start)} --> {_time(utterance.end)}\n{text}\n", flush=True)
            case _:
                print(text, flush=True)

    def tell(self, event: Event) -> None:
        from vtuber_cli.cli import show
        from vtuber_cli.events import Failed, Notice

        match event:
            case Failed(error=error):
                show.error(_in_other_words(error))
                self._code = self._code or error.exit_code
            case Notice(key=key, params=params):
                show.notice(t(key, **dict(params)))
            case _:
                pass

    def close(self) -> int:
        """Says if there was nothing; the exit code: 0, or that of a failure after which nothing was written."""
        from vtuber_cli.cli.show import notice

        if not self._count and not self._code:
            notice(t("listen.nothing"))
        return 0 if self._count else self._code


def _time(seconds: float) -> str:
    """As subtitles have it: 01:02:03,456."""
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02},{whole % 1000:03}"
