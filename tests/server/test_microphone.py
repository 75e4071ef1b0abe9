"""What comes from a client's microphone is bounded, and in order."""

from __future__ import annotations

import asyncio

import numpy as np

from vtuber_cli.events import EAR_RATE, AudioFrame
from vtuber_cli.server.talk.microphone import STREAM_SECONDS, UTTERANCE_SECONDS, ClientMicrophone, Utterance


def second(level: float = 0.1) -> np.ndarray:
    return np.full(EAR_RATE, level, np.float32)


async def heard(microphone: ClientMicrophone) -> list[AudioFrame]:
    found: list[AudioFrame] = []

    async def listen() -> None:
        found.extend([frame async for frame in microphone.frames()])

    listening = asyncio.ensure_future(listen())
    await asyncio.sleep(0)
    await microphone.close()
    await listening
    return found


async def test_blocks_come_in_order_with_their_time() -> None:
    microphone = ClientMicrophone()
    for level in (0.1, 0.2, 0.3):
        microphone.push(second(level))
    frames = [frame async for frame, _ in _some(microphone, 3)]
    assert [round(float(frame.samples[0]), 1) for frame in frames] == [0.1, 0.2, 0.3]
    assert [frame.at for frame in frames] == [0.0, 1.0, 2.0]


async def _some(microphone: ClientMicrophone, count: int):
    frames = microphone.frames()
    for number in range(count):
        yield await anext(frames), number
    await frames.aclose()


async def test_what_nobody_listens_to_is_forgotten_from_the_oldest_on() -> None:
    microphone = ClientMicrophone()
    for number in range(STREAM_SECONDS * 20):
        microphone.push(second(number / 1000))
    assert len(microphone._blocks) <= STREAM_SECONDS
    first = await anext(microphone.frames())
    assert first.at == STREAM_SECONDS * 19


async def test_a_closed_one_ends_and_takes_nothing() -> None:
    microphone = ClientMicrophone()
    await microphone.close()
    microphone.push(second())
    assert await heard(microphone) == []


async def test_to_hush_is_silence_and_nothing_where_nothing_was_heard() -> None:
    microphone = ClientMicrophone()
    microphone.hush()
    assert not microphone._blocks
    microphone.push(second())
    microphone.hush()
    assert not microphone._blocks[-1].any()


async def test_an_end_that_we_have_told_is_not_heard_once_more() -> None:
    microphone = ClientMicrophone()
    microphone.push(second())
    microphone.end_told = True
    microphone.hush()
    assert len(microphone._blocks) == 1
    microphone.hush()  # now the client means its own
    assert not microphone._blocks[-1].any()


def test_an_utterance_is_all_of_its_parts_once() -> None:
    utterance = Utterance()
    assert utterance.take() is None
    assert utterance.add(second(0.1))
    assert utterance.add(second(0.2))
    whole = utterance.take()
    assert whole is not None
    assert (len(whole), round(float(whole[-1]), 1)) == (2 * EAR_RATE, 0.2)
    assert utterance.take() is None


def test_an_utterance_without_an_end_is_cut() -> None:
    utterance = Utterance()
    fits = [utterance.add(second()) for _ in range(UTTERANCE_SECONDS + 5)]
    assert fits == [True] * UTTERANCE_SECONDS + [False] + [True] * 4
    whole = utterance.take()
    assert whole is not None
    assert len(whole) == UTTERANCE_SECONDS * EAR_RATE
    assert utterance.add(second())  # of the next one
