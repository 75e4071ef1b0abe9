"""The line mode: for pipes, screen readers and terminals that cannot move their cursor. Imports no Textual.

stdout is the talk and nothing else, one line for each thing said: `you: ...` and `mika: ...` (the character's id).
These words never change and are never translated. What is not the talk goes to stderr: `* notice`, `! failure`. No
line is ever rewritten, and there is no colour.

Where people read along (`live`), a sentence is written when it begins to be heard. Where a program reads, it is
written when it has been heard, so that a line holds exactly what history keeps. Either way an interrupted reply ends
with a dash.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import re
import threading
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass, field
from typing import TextIO

from vtuber_cli.card.lines import plain as fortune_lines
from vtuber_cli.errors import VtuberError
from vtuber_cli.events import (
    CharacterChanged,
    EngineChanged,
    Event,
    Failed,
    FortuneTold,
    Greeted,
    Notice,
    Phase,
    PhaseChanged,
    ReplyEnded,
    SentenceStarted,
    UserSaid,
)
from vtuber_cli.i18n import t
from vtuber_cli.tui.feed import Talk, engine_line, error_lines, notice_lines, safe_event, safe_line
from vtuber_cli.tui.holding import Ending, hold

CUT = " —"
"""Ends the line of a reply that was interrupted."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a line talk is held."""

    character: str = "mika"
    """Her id: what stands before her lines."""
    live: bool = True
    """Somebody reads along: sentences are written as they begin, and what they type interrupts her. Otherwise lines
    are exact, and a line is said to her when she has answered the one before."""
    echo: bool = False
    """Write `you:` lines for typed text too; off where the terminal shows it already."""
    stay: bool = False
    """Go on when the input has ended, until the talk ends by itself: a microphone file."""


async def run(session: Talk, out: TextIO, err: TextIO, lines: AsyncIterator[str], manner: Manner | None = None) -> int:
    """Holds a talk in lines until it ends, the input ends or somebody types /quit; the session is closed afterwards.

    Returns:
        The exit code: 0, or that of a failure after which nothing was heard from her any more, or of one because of
        which something was not kept, or 128 and the number of the signal that ended it. A first signal ends it in
        order, a second one at once.
    """
    writer = _Writer(out, err)
    face = _LineFace(session, writer, manner or Manner())
    try:
        await face.run(lines)
    except* BrokenPipeError:  # nobody reads any more (`| head -1`): that is no fault
        face.ending.heard()
    except* VtuberError as failures:
        for error in failures.exceptions:
            if isinstance(error, VtuberError):
                face.fail(error)
    else:
        writer.end()
    return face.ending.code


# --- reading ----------------------------------------------------------------------------------------------------


_LONGEST_LINE = 1_000_000
"""Characters of one line that are kept; the session refuses far shorter ones, this is for the memory."""


async def typed_lines(fd: int = 0) -> AsyncIterator[str]:
    """The lines of a file descriptor: a pipe, a terminal, a file or /dev/null alike; ends with it.

    A thread reads, as no event loop can watch a plain file. It reads the descriptor, not `sys.stdin`: nothing is
    locked when the program ends while it waits.
    """
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[str | None] = asyncio.Queue()

    def put(line: str | None) -> None:
        try:
            loop.call_soon_threadsafe(arrived.put_nowait, line)
        except RuntimeError:  # the loop has closed: nobody reads any more
            raise SystemExit from None

    def read() -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        rest = ""
        try:
            while data := os.read(fd, 65536):
                *whole, rest = (rest + decoder.decode(data)).split("\n")
                for line in whole:
                    put(line)
                rest = rest[:_LONGEST_LINE]
        except OSError:  # the terminal is gone: that is an end too
            pass
        if rest := rest + decoder.decode(b"", final=True):
            put(rest)
        put(None)

    threading.Thread(target=read, name="typed lines", daemon=True).start()
    while (line := await arrived.get()) is not None:
        yield line


# --- writing ----------------------------------------------------------------------------------------------------

_SPACE = re.compile(r"\s+")


@dataclass
class _Writer:
    """Lines to two files that may be one terminal: news waits until the line of talk that is open has ended."""

    out: TextIO
    err: TextIO
    line: str | None = None
    """The words of the open line of talk; None if none is open."""
    _news: list[str] = field(default_factory=list[str])

    def talk(self, who: str, text: str) -> None:
        self.begin(who)
        self.add(text)
        self.end()

    def begin(self, who: str) -> None:
        self.end()
        self._write(self.out, f"{who}:")
        self.line = ""

    def add(self, text: str) -> None:
        """Continues the line. White space of any kind and length is one space, written with the word after it."""
        before = self.line or ""
        self.line = _SPACE.sub(" ", before + text).lstrip()
        fresh = self.line.rstrip()[len(before.rstrip()) :]
        if fresh:
            self._write(self.out, fresh if before else f" {fresh}")

    def end(self, mark: str = "") -> None:
        if self.line is not None:
            self._write(self.out, f"{mark}\n")
            self.line = None
        news, self._news = self._news, []
        for line in news:
            self._write(self.err, line)

    def news(self, *lines: str) -> None:
        self._news += [f"{line}\n" for line in lines if line]
        if self.line is None:
            self.end()

    @staticmethod
    def _write(file: TextIO, text: str) -> None:
        encoding = getattr(file, "encoding", None) or "utf-8"
        file.write(text.encode(encoding, "replace").decode(encoding, "replace"))
        file.flush()


# --- talking ----------------------------------------------------------------------------------------------------


class _LineFace:
    def __init__(self, session: Talk, writer: _Writer, manner: Manner) -> None:
        self._session = session
        self._writer = writer
        self._manner = manner
        self._character = manner.character
        self._held = ""
        """The sentence being heard, if it is written only when it has been."""
        self._invited = False
        self._told: set[str] = set()
        self.ending = Ending()

    async def run(self, lines: AsyncIterator[str]) -> None:
        events = self._session.events.subscribe()
        self._remind()
        self.ending.signal = await hold(self._session, self._show_all(events), self._type(lines))

    def fail(self, error: VtuberError) -> None:
        """Says what went wrong; to a program only once, however often it does."""
        words, hint = error_lines(error)
        if self._manner.live or words not in self._told:
            self._writer.news(f"! {words}", f"! hint: {hint}" if hint else "")
        self._told.add(words)
        self.ending.failed(error)

    # --- what is typed ----------------------------------------------------------------------------------------------

    async def _type(self, lines: AsyncIterator[str]) -> None:
        async for line in lines:
            match safe_line(line):
                case "":
                    continue
                case "/quit":
                    return
                case "/help":
                    self._writer.news(f"* {t('chat.plain.help')}")
                case "/stop":
                    self._session.interrupt()
                case text if text.split()[0] == "/character":
                    become = self._session.become(text.removeprefix("/character"), waits=not self._manner.live)
                    if not self._manner.live:
                        await asyncio.wait([become])
                case text if self._manner.live:
                    self._session.say(text)
                case text:
                    await self._session.ask(text)
        if self._manner.stay:
            await asyncio.Event().wait()

    # --- what happens -----------------------------------------------------------------------------------------------

    async def _show_all(self, events: AsyncIterable[Event]) -> None:
        async for event in events:
            self._show(safe_event(event))

    def _show(self, event: Event) -> None:
        match event:
            case PhaseChanged(phase=phase):
                self._invite(phase)
            case EngineChanged(state="ready"):
                self._writer.news(f"* {engine_line(event)}")
            case Failed(error=error):
                self.fail(error)
            case Notice():
                text, hint = notice_lines(event)
                self._writer.news(f"* {text}")
                if hint:
                    self._writer.news(f"  {hint}")
            case CharacterChanged(id=character, name=name):
                self._character = character
                self._writer.news(f"* {t('chat.taken_over', name=name)}")
            case Greeted(text=text):
                self._writer.talk(self._character, text)
            case UserSaid(text=text, via=via):
                if via == "voice" or self._manner.echo:
                    self._writer.talk("you", text)
            case spoken:
                self._show_reply(spoken)

    def _show_reply(self, event: Event) -> None:
        match event:
            case FortuneTold(result=result):
                self._writer.news(*(f"* {line}" for line in fortune_lines(dict(result))))
            case SentenceStarted(sentence=sentence, seconds=seconds):
                self._sentence(sentence.shown, heard_at_once=self._manner.live or seconds == 0)
            case ReplyEnded(text=text, interrupted=interrupted):
                self._reply_ended(text, interrupted=interrupted)
            case _:
                pass

    def _sentence(self, shown: str, *, heard_at_once: bool) -> None:
        self._add(self._held)
        self._held = ""
        if heard_at_once:
            self._add(shown)
        else:
            self._held = shown

    def _reply_ended(self, heard: str, *, interrupted: bool) -> None:
        held, self._held = self._held, ""
        if interrupted:
            # The rest of what was heard; where sentences are written ahead there is none.
            written, heard = self._writer.line or "", " ".join(heard.split())
            self._add(heard[len(written) :] if heard.startswith(written) else "")
            if self._writer.line is None:
                self._writer.begin(self._character)
            self._writer.end(CUT)
            return
        self._add(held)
        if self._writer.line is None:
            self._add(heard)
        if heard:
            self.ending.heard()
        self._writer.end()

    def _add(self, text: str) -> None:
        if text.strip() and self._writer.line is None:
            self._writer.begin(self._character)
        if self._writer.line is not None:
            self._writer.add(text)

    def _remind(self) -> None:
        if self._session.past and self._manner.live:
            self._writer.news(f"* {t('chat.plain.past', count=len(self._session.past))}")

    def _invite(self, phase: Phase) -> None:
        """Says once, when she is awake, what there is to do."""
        if self._invited or not self._manner.live or phase not in {"idle", "listening"}:
            return
        self._invited = True
        heard = ".listening" if self._session.barge_in else ".turns"
        key = "chat.plain.ready" + (heard if phase == "listening" else "")
        self._writer.news(f"* {t(key, name=safe_line(self._session.name))}")
