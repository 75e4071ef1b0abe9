"""A reply on its way out: queued, playing, heard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from vtuber_cli.audio.base import FarSpeaker, Playback, Speaker
from vtuber_cli.conversation.heard import heard
from vtuber_cli.errors import AudioUnavailable, VtuberError
from vtuber_cli.events import Cue, Sentence, Speech

_LAST_BLOCKS = 0.02
"""Seconds at the end that clocks and device blocks round away; nobody hears a word end that much early."""


@dataclass(slots=True)
class Piece:
    """A sentence and its sound, if it has one."""

    sentence: Sentence
    speech: Speech | None
    playback: Playback | None = None
    begun: bool = False
    at: float = 0.0
    """Loop time at which it began to be heard."""

    def heard(self) -> str:
        """The part of the shown text that the user has heard; a piece without sound is heard when it is shown."""
        if not self.begun:
            return ""
        if self.speech is None or self.playback is None:
            return self.sentence.shown
        seconds = self.playback.heard
        if seconds >= self.speech.seconds - _LAST_BLOCKS:
            return self.sentence.shown
        return heard(self.sentence.shown, self.speech.seconds, seconds, self.speech.phonemes)

    def seconds(self) -> float:
        """How long it was heard."""
        return self.playback.heard if self.playback is not None else 0.0


Upstream = asyncio.Queue["Piece | VtuberError | None"]
"""Pieces in order, then None, or what went wrong after them."""


class Delivery:
    """Says pieces in order, each queued behind the one that plays, so that there is no gap between them.

    A speaker far away gets them as they come: the line may be slow, and whoever made them has more to do.

    Args:
        speaker: where they go.
        begun: told when a piece begins to be heard (or shown, if it has no sound).
        out: awaited after each piece was heard, with all that was heard so far.
        lost: told when the sound failed under a piece; its words were shown all the same.
    """

    def __init__(
        self,
        speaker: Speaker,
        begun: Callable[[Piece], None],
        out: Callable[[str, Piece], Awaitable[None]],
        lost: Callable[[AudioUnavailable], None],
    ) -> None:
        self._speaker = speaker
        self._far = speaker if isinstance(speaker, FarSpeaker) else None
        self._begun = begun
        self._out = out
        self._lost = lost
        self._pieces: list[Piece] = []
        self._silenced = False
        """The sound failed in this reply; its rest is shown only, and the next reply tries again."""

    def heard(self) -> str:
        """What the user has heard of the reply so far."""
        return "".join(piece.heard() for piece in self._pieces)

    def cues(self, origin: float) -> list[Cue]:
        """When each piece was heard, in seconds from `origin` (loop time), and how far in what was heard it reaches.

        White space at the ends of a reply counts for nothing, as none is kept.
        """
        text = self.heard()
        upto, last = len(text.lstrip()) - len(text), len(text.strip())
        cues: list[Cue] = []
        for piece in self._pieces:
            if piece.begun:
                upto += len(piece.heard())
                start = piece.at - origin
                cues.append(Cue(start, start + piece.seconds(), min(max(0, upto), last)))
        return cues

    async def run(self, upstream: Upstream) -> VtuberError | None:
        """Delivers until the stream ends; returns what went wrong upstream, after all that was ready was heard."""
        if self._far is None:
            return await self._hear(upstream)
        sent: Upstream = asyncio.Queue()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._send(self._far, upstream, sent))
                return await self._hear(sent)
        finally:
            self._let_go(sent)

    async def _send(self, far: FarSpeaker, upstream: Upstream, sent: Upstream) -> None:
        while isinstance(piece := await upstream.get(), Piece):
            piece.playback = far.say(piece.speech, piece.sentence)
            sent.put_nowait(piece)
        far.complete()
        sent.put_nowait(piece)

    def _let_go(self, sent: Upstream) -> None:
        """The sound of what was sent: a server has many talks, and Python may not notice for long that one is over."""
        while not sent.empty():
            sent.get_nowait()
        for piece in self._pieces:
            if piece.speech is not None:
                piece.speech = piece.speech.silenced()

    async def _hear(self, upstream: Upstream) -> VtuberError | None:
        playing: Piece | None = None
        while isinstance(piece := await upstream.get(), Piece):
            self._pieces.append(piece)
            if piece.speech is not None and self._far is None and not self._silenced:
                piece.playback = self._speaker.play(piece.speech)
            await self._finish(playing)
            if piece.playback is not None:
                await piece.playback.started()
            piece.begun, piece.at = True, asyncio.get_running_loop().time()
            self._begun(piece)
            playing = piece
        await self._finish(playing)
        return piece

    async def _finish(self, piece: Piece | None) -> None:
        if piece is None:
            return
        if piece.playback is not None:
            try:
                await piece.playback.finished()
            except AudioUnavailable as error:
                piece.playback = None
                if not self._silenced:
                    self._silenced = True
                    self._lost(error)
        await self._out(self.heard(), piece)
