"""The two ways from a recorded utterance to the first sound of a reply, with the same engines.

`ours` is a real talk. `naive` is what one writes first: wait 800 ms, understand, think the whole reply, make all of its
speech, play it; nothing is begun before the step in front of it has ended, and nothing of the prompt is in the cache.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from vtuber_cli import bootstrap
from vtuber_cli.bench.sound import RecordingSpeaker, ReplayMicrophone
from vtuber_cli.clean import clean
from vtuber_cli.conversation.ears import Ears
from vtuber_cli.conversation.endpointer import Ended, Endpointer, Endpointing, Paused
from vtuber_cli.engines.base import Message, ReplyRequest
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import EAR_RATE, Failed, FirstAudio, PhaseChanged, Timings, UserSaid

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from vtuber_cli.bench.loan import Loan
    from vtuber_cli.bench.utterances import Utterance
    from vtuber_cli.conversation.session import Session
    from vtuber_cli.engines.base import Llm, Stop, Usage
    from vtuber_cli.events import Event, Samples

Arm: TypeAlias = Literal["ours", "naive"]

NAIVE_HANGOVER = 0.8
"""Seconds: what its authors find safe."""
_PATIENCE = 60.0
"""Seconds from the end of an utterance in which there has to be an answer."""
_POLL = 0.02


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one utterance in one arm."""

    arm: Arm
    utterance: Utterance
    cut_off: bool
    """The turn was taken while the user still had something to say; then there is nothing more to measure."""
    first_audio_ms: float | None = None
    """From the annotated end of speech to the first audible frame of the reply."""
    timings: Timings = field(default_factory=Timings)
    heard: str = ""
    reply: str = ""
    usage: Usage | None = None


async def ours(
    loan: Loan, utterance: Utterance, run: Callable[[Session], Coroutine[Any, Any, None]] | None = None
) -> Outcome:
    """Says the utterance into a session and listens to what it plays.

    Args:
        run: runs the session, in a face perhaps, until it is closed.

    Raises:
        VtuberError: an engine failed, or there was no answer in time.
    """
    microphone, speaker = ReplayMicrophone(utterance), RecordingSpeaker()
    occasion = bootstrap.Occasion(greets=False, greets_aloud=False)
    session = bootstrap.session(loan.plan, microphone, speaker, None, occasion)
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(_watch(session, microphone, speaker, loan))
        tasks.create_task(run(session) if run else session.run())
        return await watching


async def _watch(session: Session, microphone: ReplayMicrophone, speaker: RecordingSpeaker, loan: Loan) -> Outcome:
    utterance, loop = microphone.utterance, asyncio.get_running_loop()
    taken, heard, timings = float("inf"), "", Timings()
    events = aiter(session.events.subscribe())
    try:
        async with asyncio.timeout(utterance.ends + _PATIENCE):
            async for event in _until_first_audio(events):
                match event:
                    case PhaseChanged("thinking"):
                        taken = loop.time()
                    case UserSaid(text=text):
                        heard = text
                    case FirstAudio(timings=timings):
                        pass
                    case PhaseChanged("listening") if not heard and microphone.ended_at < taken < float("inf"):
                        raise _no_reply(utterance)
                    case _:
                        pass
            if taken < microphone.ended_at:
                return Outcome("ours", utterance, True, timings=timings, heard=heard)
            await loan.overheard.done.wait()
            began = await _onset(speaker)
    except TimeoutError:
        raise _no_reply(utterance) from None
    finally:
        await session.close()
    latency = (began - microphone.ended_at) * 1000
    return Outcome("ours", utterance, False, latency, timings, heard, loan.overheard.text.strip(), loan.overheard.usage)


async def _until_first_audio(events: AsyncIterator[Event]) -> AsyncIterator[Event]:
    async for event in events:
        if isinstance(event, Failed):
            raise event.error
        yield event
        if isinstance(event, FirstAudio):
            return


async def naive(loan: Loan, utterance: Utterance) -> Outcome:
    """Says the utterance to the serial arm. Raises as `ours` does."""
    microphone, speaker = ReplayMicrophone(utterance), RecordingSpeaker()
    loop = asyncio.get_running_loop()
    try:
        await _forget(loan)
        async with asyncio.timeout(utterance.ends + _PATIENCE):
            samples, silent = await _listen(loan, microphone)
            if loop.time() < microphone.ended_at:
                return Outcome("naive", utterance, True)
            times = [loop.time()]
            heard = await loan.asr.call(lambda asr, stop: asr.transcribe(samples, loan.plan.language, stop))
            times.append(loop.time())
            asked = clean(heard.text).strip()
            reply, usage = await _think(loan, asked) if asked else ("", None)
            times.append(loop.time())
            speech = await loan.voices.speak(loan.voices.prepare(0, reply, "neutral"))
            times.append(loop.time())
            if speech is None:
                raise _no_reply(utterance)
            speaker.play(speech)
            began = await _onset(speaker)
    except TimeoutError:
        raise _no_reply(utterance) from None
    finally:
        await microphone.close()
        await speaker.close()
    hear, think, speak = ((after - before) * 1000 for before, after in pairwise(times))
    latency = (began - microphone.ended_at) * 1000
    timings = Timings(silent * 1000, hear, think, speak, latency)
    return Outcome("naive", utterance, False, latency, timings, asked, reply, usage)


async def _listen(loan: Loan, microphone: ReplayMicrophone) -> tuple[Samples, float]:
    """What was said until the fixed silence, and how long that was by the ears' own measure.

    Of the silence as much is left as our arm hears, so that both recognise the very same samples.
    """
    endpointer = Endpointer(Endpointing(hangover=NAIVE_HANGOVER, pause=NAIVE_HANGOVER))
    ears = Ears(microphone, loan.vad, endpointer, lambda _: None, lambda: None)
    attentive = asyncio.Event()
    attentive.set()
    said: Samples | None = None
    async with aclosing(ears.changes(attentive)) as changes:
        async for change in changes:
            if isinstance(change, Paused):
                said = change.samples
            elif isinstance(change, Ended) and said is not None:
                spare = round((change.silent - Endpointing().pause) * EAR_RATE)
                return said[: len(said) - spare], change.silent
    raise _no_reply(microphone.utterance)


async def _think(loan: Loan, text: str) -> tuple[str, Usage | None]:
    """The whole reply, to the same messages as in a talk."""
    reply = loan.plan.settings.reply
    messages = [*bootstrap.instructions(loan.plan.character, loan.plan.language), Message("user", text)]
    request = ReplyRequest(messages, max_tokens=reply.max_tokens, temperature=reply.temperature, seed=reply.seed)

    def think(llm: Llm, stop: Stop) -> tuple[str, Usage | None]:
        deltas = list(llm.reply(request, stop))
        usage = next((delta.usage for delta in reversed(deltas) if delta.usage), None)
        return clean("".join(delta.text for delta in deltas)).strip(), usage

    return await loan.llm.call(think)


async def _forget(loan: Loan) -> None:
    """Has the model read something else, so that nothing of the next prompt is in its cache (but the template)."""
    other = ReplyRequest([Message("system", "-"), Message("user", "-")], max_tokens=1, temperature=0.0)
    await loan.llm.call(lambda llm, stop: sum(1 for _ in llm.reply(other, stop)))


async def _onset(speaker: RecordingSpeaker) -> float:
    """When the reply began to be heard, once it has."""
    loop = asyncio.get_running_loop()
    while (began := speaker.onset()) is None or loop.time() < began:  # noqa: ASYNC110 - time is what it waits for
        await asyncio.sleep(_POLL)
    return began


def _no_reply(utterance: Utterance) -> EngineFailed:
    return EngineFailed("bench.no_reply", name=utterance.name)
