"""A client as her loudspeaker: what she says goes out at once, and what was heard of it is known from what comes back.

Clients tell when a sentence begins (`audio-play-start`) and when a turn was heard (`frontend-playback-complete`). Some
tell neither, and Open-LLM-VTuber's tell the latter ten times. Where nothing is told, the clock says it. A turn ends
with the first acknowledgement, or when its sound must have been over for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

from vtuber_cli.audio.playback import SpeechPlayback
from vtuber_cli.conversation.heard import heard
from vtuber_cli.events import Sentence, Speech
from vtuber_cli.server.talk.voice import silence

if TYPE_CHECKING:
    from vtuber_cli.errors import VtuberError

MARGIN_SECONDS = 3.0
"""How long after the end of its sound a turn waits to be acknowledged."""
_STEPS = 20
"""Halvings until a cut is found to the millisecond."""


class ClientPlayback(SpeechPlayback):
    """One piece at a client."""

    def __init__(self, speech: Speech, sentence: Sentence, sent: float) -> None:
        super().__init__(speech)
        self.shown = sentence.shown
        self.sent = sent
        """Loop time, as all times here."""
        self.begins: float | None = None
        """When it began to be heard, as told or as the clock has it; None if the client will tell."""
        self.told = False
        self.limit = inf
        """Seconds of it beyond which the client says that nothing was heard."""

    @property
    def heard(self) -> float:
        if self.begins is not None:
            self.hear(asyncio.get_running_loop().time() - self.begins)
        return min(super().heard, self.limit)

    def settle(self, failure: VtuberError | None = None) -> None:
        super().settle(failure)
        # Whoever still holds it when it is over wants its length and its words, and there may be minutes of sound.
        self.speech = self.speech.silenced()

    def end(self) -> None:
        """All of it was heard."""
        self.hear(self.speech.seconds)
        self.settle()


class ClientSpeaker:
    """An `audio.base.FarSpeaker`.

    Args:
        send: sends a piece, with sound or without.
        complete: sends that the turn has no more pieces.
    """

    name = "client"

    def __init__(self, send: Callable[[Sentence, Speech | None], None], complete: Callable[[], None]) -> None:
        self.plays = True
        """Without, its sound is elsewhere: the clock alone says what was heard."""
        self._send = send
        self._tell_complete = complete
        self._pieces: list[ClientPlayback] = []
        """Of the turn that is being heard."""
        self._complete = False
        self._tells = False
        """The client tells when a sentence begins."""
        self._repeats = False
        """It acknowledges more than once, or late: an acknowledgement may belong to the turn before."""
        self._hurried = False
        """Such a one has come: the turn ends with its sound."""
        self._timer: asyncio.TimerHandle | None = None

    # --- what the conversation calls -----------------------------------------------------------------------------

    async def open(self) -> None:
        """The client is there."""

    def play(self, speech: Speech) -> ClientPlayback:
        """Sound without words."""
        return self.say(speech, Sentence(0, "", ""))

    def say(self, speech: Speech | None, sentence: Sentence) -> ClientPlayback:
        piece = ClientPlayback(speech or silence(), sentence, self._now())
        self._pieces.append(piece)
        self._send(sentence, speech)
        self._follow()
        return piece

    def complete(self) -> None:
        if self._pieces:
            self._complete = True
            self._tell_complete()
            self._follow()

    def stop(self) -> None:
        pieces, complete = self._pieces, self._complete
        self._repeats = self._repeats or complete
        self._forget()
        for piece in pieces:
            _ = piece.heard  # up to this moment
            piece.settle()

    async def close(self) -> None:
        self.stop()

    # --- what the client tells -----------------------------------------------------------------------------------

    def began(self, shown: str | None) -> None:
        """A piece is being heard from now on: the one with these words, or the next one."""
        waiting = [piece for piece in self._pieces if not piece.told]
        if shown is not None:
            waiting = [piece for piece in waiting if piece.shown.strip() == shown.strip()]
        if not waiting:
            return
        self._tells = True
        now = self._now()
        piece = waiting[0]
        piece.told, piece.begins = True, now
        for before in self._pieces[: self._pieces.index(piece)]:
            before.begins = now - before.speech.seconds if before.begins is None else before.begins
            before.end()
        for behind in self._pieces[self._pieces.index(piece) + 1 :]:
            behind.begins = None
        self._follow()

    def acknowledge(self) -> None:
        """All of the turn was heard, says the client; of this turn, or once more of the one before."""
        if not self._complete:
            self._repeats = True
            return
        certain = self._pieces[-1].told if self._tells else not self._repeats
        if certain:
            self._end()
        else:
            self._hurried = True
            self._follow()

    def cut(self, text: str) -> None:
        """The client has shown, and so heard, no more than this; to be told before `stop`.

        What is no beginning of the turn's words says nothing.
        """
        shown = "".join(_letters(piece.shown) for piece in self._pieces)
        left = _common(_letters(text), shown)
        if not left:
            return
        for piece in self._pieces:
            length = len(_letters(piece.shown))
            if length > left:
                piece.limit = _seconds_of(piece, left) if left else 0.0
            left = max(0, left - length)

    # --- the clock -----------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Begins and ends what the clock says has begun and ended, and looks again when it will say more."""
        now, end, again = self._now(), -inf, inf
        for index, piece in enumerate(self._pieces):
            if not piece.told and not self._tells:
                piece.begins = max(piece.sent, end)
            starts = max(piece.sent, end) if piece.begins is None else piece.begins
            end = starts + piece.speech.seconds
            if piece.begins is not None:
                if now >= piece.begins:
                    piece.begin()
                # The last one ends when the client says so.
                if index + 1 < len(self._pieces) and now >= end:
                    piece.end()
                again = min([again, *(time for time in (piece.begins, end) if time > now)])
        if self._complete:
            over = end if self._hurried or not self.plays else end + MARGIN_SECONDS
            if now >= over:
                self._repeats = True  # its acknowledgement may still come
                self._end()
                return
            again = min(again, over)
        self._look_again(again)

    def _look_again(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(at, self._follow) if at < inf else None

    def _end(self) -> None:
        pieces = self._pieces
        self._forget()
        for piece in pieces:
            piece.end()

    def _forget(self) -> None:
        self._look_again(inf)
        self._pieces, self._complete, self._hurried = [], False, False

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _letters(text: str) -> str:
    """Clients join sentences with or without the spaces between them."""
    return "".join(text.split())


def _common(one: str, other: str) -> int:
    """How many letters two texts begin with alike."""
    return next((index for index, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
                min(len(one), len(other)))  # fmt: skip


def _seconds_of(piece: ClientPlayback, letters: int) -> float:
    """The most of a piece that can be heard for no more than so many of its letters to be."""
    speech, low, high = piece.speech, 0.0, piece.speech.seconds
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if len(_letters(heard(piece.shown, speech.seconds, middle, speech.phonemes))) > letters:
            high = middle
        else:
            low = middle
    return low
