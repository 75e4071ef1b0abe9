"""The whole way round: a tone out of the loudspeaker and into the microphone, then words, understood and said back.

The words are ours, said by the character's voice. Where the microphone does not hear the loudspeaker (headphones), the
user is asked to say something instead; that is said back to them and goes nowhere else, nor into the report.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, aclosing
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, cast

from vtuber_cli.doctor import tone
from vtuber_cli.doctor.finding import Finding, finding, of_error
from vtuber_cli.doctor.patient import Patient
from vtuber_cli.errors import VtuberError
from vtuber_cli.events import EAR_RATE
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from vtuber_cli.audio.microphone import DeviceMicrophone
    from vtuber_cli.bootstrap import Plan
    from vtuber_cli.engines.base import Asr, Tts
    from vtuber_cli.engines.worker import Worker
    from vtuber_cli.events import Samples, Speech

SENTENCES = {"en": "The moon is bright tonight, and the stars are kind.", "ko": "오늘은 달이 밝고 별이 참 많아요."}
"""What is said and has to be understood."""
UNDERSTOOD = 0.65
"""Share of the letters that have to come back in order; a room is not a cable."""
_LEAD_SECONDS = 0.4
"""Recorded before anything sounds: the room."""
_TAIL_SECONDS = 0.7
"""And afterwards: devices are late."""
_USER_SECONDS = 4.0
_WHOLE_SECONDS = 120.0
_CLOSING_SECONDS = 3.0

Tell = Callable[[Finding], None]


def examine(patient: Patient) -> Iterator[Finding]:
    plan = patient.plan
    if plan is None or not patient.sound:
        yield finding("loopback.tone", "skipped", "settings" if plan is None else "off")
        return
    findings: list[Finding] = []
    try:
        asyncio.run(_in_time(_Round(plan, findings.append).go()))
    except* VtuberError as bundle:  # a device that goes while it plays and records comes out of a task group
        findings.append(_stopped(next(_leaves(bundle))))
    except* TimeoutError:
        findings.append(finding("loopback.parts", "fail", "hangs"))
    yield from findings


def _stopped(error: VtuberError) -> Finding:
    if error.key in ("audio.no_output", "audio.no_input"):
        return finding("loopback.parts", "limit", "no_device")
    return of_error("loopback.parts", error, "limit")


def _leaves(bundle: BaseExceptionGroup[VtuberError]) -> Iterator[VtuberError]:
    for error in bundle.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


async def _in_time(going: Awaitable[None]) -> None:
    async with asyncio.timeout(_WHOLE_SECONDS):
        await going


class _Round:
    def __init__(self, plan: Plan, tell: Tell) -> None:
        from vtuber_cli.audio.microphone import DeviceMicrophone
        from vtuber_cli.audio.speaker import DeviceSpeaker

        self._language = plan.language
        self._tell = tell
        self._speaker = DeviceSpeaker(plan.settings.audio.output, library=plan.settings.audio.library)
        self._microphone = DeviceMicrophone(plan.settings.audio.input, library=plan.settings.audio.library)
        self._ear = cast("Worker[Asr]", plan.engines["asr"].worker(plan.weights))
        hers = plan.voices.get(plan.language)
        self._voice = cast("Worker[Tts]", hers.worker(plan.weights)) if hers is not None else None

    async def go(self) -> None:
        async with AsyncExitStack() as stack:
            for part in (self._speaker, self._microphone, self._ear, self._voice):
                if part is not None:
                    stack.push_async_callback(_closed, part.close)
            await self._speaker.open()
            echo = await self._tone()
            await self._ear.start()
            if self._voice is not None:
                await self._voice.start()
            if echo is not None and self._voice is not None:
                await self._our_words(self._voice)
            elif sys.stdin.isatty() and sys.stderr.isatty():
                await self._their_words()

    async def _tone(self) -> tone.Echo | None:
        sound = tone.tone()
        recorded, played_at = await record(
            self._microphone, lambda: self._play(sound), sound.seconds + _LEAD_SECONDS + _TAIL_SECONDS
        )
        echo = tone.find(recorded, played_at)
        if echo is None:
            self._tell(finding("loopback.tone", "limit", "unheard"))
        else:
            self._tell(finding("loopback.tone", "ok", dbfs=round(echo.dbfs, 1), delay_ms=round(echo.delay_ms)))
        return echo

    async def _our_words(self, voice: Worker[Tts]) -> None:
        sentence = SENTENCES[self._language]
        said = await self._spoken(voice, sentence)
        if said is None:
            return
        recorded, _ = await record(
            self._microphone, lambda: self._play(said), said.seconds + _LEAD_SECONDS + _TAIL_SECONDS
        )
        text = await self._understood(recorded)
        share = likeness(sentence, text)
        state = "ok" if share >= UNDERSTOOD else "limit"
        self._tell(finding("loopback.words", state, "" if state == "ok" else "unclear", percent=round(100 * share)))
        await self._say_back(text)

    async def _their_words(self) -> None:
        print(t("doctor.loopback.speak_now", seconds=round(_USER_SECONDS)), file=sys.stderr)
        recorded, _ = await record(self._microphone, _nothing, _USER_SECONDS)
        text = await self._understood(recorded)
        heard = "heard" if text else "nothing"
        self._tell(finding("loopback.words", "ok" if text else "limit", heard, count=len(text.split())))
        await self._say_back(text)

    async def _understood(self, samples: Samples) -> str:
        language = self._language
        transcript = await self._ear.call(lambda asr, stop: asr.transcribe(samples, language, stop))
        return transcript.text.strip()

    async def _say_back(self, text: str) -> None:
        said = await self._spoken(self._voice, text) if self._voice is not None and text else None
        if said is None:
            self._tell(finding("loopback.speaks", "limit", "no_voice" if self._voice is None else "nothing"))
            return
        await self._play(said)
        self._tell(finding("loopback.speaks", "ok", seconds=round(said.seconds, 1)))

    async def _spoken(self, voice: Worker[Tts], text: str) -> Speech | None:
        from vtuber_cli.conversation.voices import Voices

        voices = Voices(self._language, {self._language: voice})
        return await voices.speak(voices.prepare(0, text, "neutral"))

    async def _play(self, sound: Speech) -> None:
        await self._speaker.play(sound).finished()


async def record(
    microphone: DeviceMicrophone, meanwhile: Callable[[], Awaitable[None]], seconds: float
) -> tuple[Samples, int]:
    """Records `seconds`, does something after the first `_LEAD_SECONDS` of them, and returns when both are over.

    Returns:
        The recording (mono, `EAR_RATE`), and the sample at which the doing began.
    """
    import numpy as np

    blocks: list[Samples] = []
    count, began = 0, -1
    async with asyncio.TaskGroup() as tasks, aclosing(microphone.frames()) as frames:
        async for frame in frames:
            blocks.append(frame.samples)
            count += len(frame.samples)
            if began < 0 and count >= _LEAD_SECONDS * EAR_RATE:
                began = count
                tasks.create_task(_awaited(meanwhile()))
            if count >= seconds * EAR_RATE:
                break
    return np.concatenate(blocks), max(began, 0)


async def _closed(close: Callable[[], Awaitable[None]]) -> None:
    """An engine or a device that hangs is left behind."""
    await asyncio.wait([asyncio.ensure_future(close())], timeout=_CLOSING_SECONDS)


async def _awaited(doing: Awaitable[None]) -> None:
    await doing


async def _nothing() -> None:
    pass


def likeness(said: str, understood: str) -> float:
    """0 to 1: how much of what was said was understood, by its letters; case, spaces and punctuation do not count."""
    one, other = ("".join(letter for letter in text.casefold() if letter.isalnum()) for text in (said, understood))
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
