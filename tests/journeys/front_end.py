"""A front end as Open-LLM-VTuber's is: what it says when it opens, and how it plays a turn and says so ten times."""

from __future__ import annotations

import asyncio
import io
from base64 import b64decode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from websockets.asyncio.client import connect

from tests.server.served import Client, shapes
from vtuber_cli.audio.pcm import from_int16
from vtuber_cli.audio.riff import Riff

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

BLOCK = 4096
"""Samples in a frame of its microphone."""
_SILENT_RATE = 16_000
"""Of the short silence that stands for a piece with nothing to hear."""
_ACKNOWLEDGES = 10
_WAV_HEAD = 44


@dataclass
class Turn:
    """What was shown and heard of one."""

    shapes: list[str]
    """Its frames, sentences as `audio`."""
    shown: str
    samples: Samples
    rate: int
    first: float
    """Seconds from the chain-start to the first sound."""
    seconds: float
    """From the first sound's arrival to the chain-end."""
    faces: list[Any] = field(default_factory=list[Any])

    @property
    def sound(self) -> tuple[Samples, int]:
        return self.samples, self.rate


class FrontEnd(Client):
    """See the module."""

    uid = ""

    async def opened(self) -> list[dict[str, Any]]:
        """Says its four things without waiting for anything; all that the server has to say to a new client."""
        for kind in ("fetch-backgrounds", "fetch-configs", "fetch-history-list", "create-new-history"):
            await self.say(kind)
        frames = await self.until("new-history-created")
        self.uid = next(frame for frame in frames if frame["type"] == "set-model-and-conf")["client_uid"]
        return frames

    async def speak(self, samples: Samples) -> None:
        """An utterance in one burst, as it sends it when its VAD has heard the end."""
        for start in range(0, len(samples), BLOCK):
            await self.say("mic-audio-data", audio=samples[start : start + BLOCK].tolist())
        await self.say("mic-audio-end", images=[])

    async def play(self) -> Turn:
        """Plays a turn as fast as people hear, from its chain-start to its chain-end."""
        clock = asyncio.get_running_loop().time
        await self.until("control", text="conversation-chain-start")
        began = clock()
        pieces: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        playing = asyncio.ensure_future(self._playback(pieces))
        frames: list[dict[str, Any]] = []
        first = 0.0
        try:
            while not frames or frames[-1].get("text") != "conversation-chain-end":
                frames.append(frame := await self.next())
                if frame["type"] == "audio":
                    first = first or clock()
                    pieces.put_nowait(frame)
                elif frame["type"] == "backend-synth-complete":
                    pieces.put_nowait(None)
            ended = clock()
        finally:
            playing.cancel()
        spoken = [frame for frame in frames if frame["type"] == "audio"]
        sounds = [_sound(frame) for frame in spoken]
        rate = max((rate for _, rate in sounds), default=_SILENT_RATE)
        heard = [samples for samples, its in sounds if its == rate]
        return Turn(
            [shape.split(" ")[0] for shape in shapes(frames)],
            "".join(frame["display_text"]["text"] for frame in spoken),
            np.concatenate(heard) if heard else np.zeros(0, np.float32),
            rate,
            first - began,
            ended - first,
            [frame["actions"].get("expressions") for frame in spoken],
        )

    async def _playback(self, pieces: asyncio.Queue[dict[str, Any] | None]) -> None:
        while (piece := await pieces.get()) is not None:
            await self.say("audio-play-start", display_text=piece["display_text"], forwarded=True)
            samples, rate = _sound(piece)
            await asyncio.sleep(len(samples) / rate)
        for _ in range(_ACKNOWLEDGES):
            await self.say("frontend-playback-complete")


@asynccontextmanager
async def front_end(port: int, path: str = "/client-ws") -> AsyncGenerator[FrontEnd]:
    async with connect(f"ws://127.0.0.1:{port}{path}", max_size=None, proxy=None) as line:
        client = FrontEnd(line)
        await client.opened()
        yield client


def decoded(file: bytes) -> tuple[Samples, int]:
    """The sound of a WAV file as the server writes them, and its rate."""
    return from_int16(file[_WAV_HEAD:]), Riff(io.BytesIO(file)).samplerate


def _sound(frame: dict[str, Any]) -> tuple[Samples, int]:
    return decoded(b64decode(frame["audio"]))
