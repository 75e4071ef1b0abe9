"""The face for programs: every event as a line of JSON on stdout, commands as lines on stdin. It decides nothing.

Names and fields come from the dataclasses of `events` and from the commands below, and so does the schema
(`events_schema`). A line of input that begins with `{` is a command; any other is said to her, in its turn.

Each line of output is written at once, by a thread. A reader who is slow does not hold up the talk: up to 4096 events
wait for it, then the oldest are dropped, and a line tells how many (`lost`).
"""

from __future__ import annotations

import asyncio
import json
import queue
import re
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias, cast, get_args

from vtuber_cli import __version__
from vtuber_cli.conversation.broadcast import Subscription
from vtuber_cli.errors import UsageError, VtuberError
from vtuber_cli.events import Event, Failed, Notice, ReplyEnded
from vtuber_cli.tui.feed import Talk, error_lines, notice_lines, safe, safe_line
from vtuber_cli.tui.holding import Ending, hold

PROTOCOL = 1
"""Grows when a line changes its meaning; new types and fields may come without."""
_LAST_SECONDS = 1.0
"""How long the last line waits for a reader."""


# --- what is written besides the events ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opened:
    """The first line."""

    protocol: int
    program: str
    character: str
    """Her id."""
    name: str
    can_listen: bool
    past: int
    """How many messages of an earlier talk she remembers."""


@dataclass(frozen=True, slots=True)
class Lost:
    """So many events were dropped here, as nobody read them."""

    count: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The last line."""

    exit_code: int


# --- what can be commanded ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """Says something to her, in its turn; or at once, cutting her short."""

    text: str
    interrupt: bool = False


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Stops what she says or thinks."""


@dataclass(frozen=True, slots=True)
class Listen:
    """The talk key: opens or closes her ears."""

    on: bool = True


@dataclass(frozen=True, slots=True)
class Become:
    """Lets another character, by id, go on with the talk; without one, tells who there is."""

    character: str = ""


@dataclass(frozen=True, slots=True)
class Close:
    """Ends the talk at once."""


Command: TypeAlias = Say | Interrupt | Listen | Become | Close
Line: TypeAlias = Event | Opened | Lost | Closed


def name_of(kind: type[Any]) -> str:
    """A dataclass's `type` in JSON: `SentenceStarted` is `sentence_started`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


COMMANDS: Mapping[str, type[Any]] = {name_of(kind): kind for kind in get_args(Command)}


def parsed(line: str) -> Command:
    """The command in a line of JSON.

    Raises:
        UsageError: it is no JSON object, or not a command that there is.
    """
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        raise UsageError("ndjson.no_json") from None
    if not isinstance(value, dict):
        raise UsageError("ndjson.no_json")
    given = cast("dict[str, object]", value)
    called = given.pop("type", "")
    name = called if isinstance(called, str) else ""
    kind = COMMANDS.get(name)
    if kind is None:
        nearest = get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
        key = "ndjson.unknown_nearest" if nearest else "ndjson.unknown"
        raise UsageError(key, name=name[:40] or "-", nearest="".join(nearest), names=", ".join(COMMANDS))
    known = {one.name: type(one.default) if isinstance(one.default, bool) else str for one in fields(kind)}
    for key, one in given.items():
        if not isinstance(one, known.get(key, ())):
            raise UsageError("ndjson.bad_field", name=name, field=key[:40], names=", ".join(known) or "-")
    if kind is Say and "text" not in given:
        raise UsageError("ndjson.bad_field", name=name, field="text", names=", ".join(known))
    return kind(**cast("dict[str, Any]", given))


def encoded(line: Line, at: float) -> bytes:
    """A line of JSON: the dataclass's name as `type`, its fields, and when it was, in seconds from the first one."""
    value = {"type": name_of(type(line)), "at": round(at, 3), **cast("dict[str, Any]", _plain(line))}
    if isinstance(line, Notice):
        message, hint = notice_lines(line)
        value |= {"params": {safe(name): safe(one) for name, one in line.params}, "message": message, "hint": hint}
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _plain(value: object) -> object:
    """A value of an event as JSON has it: dataclasses as objects, tuples as arrays, what is no number as null."""
    if isinstance(value, VtuberError):
        message, hint = error_lines(value)
        return {"key": safe(value.key), "message": message, "hint": hint, "exit_code": value.exit_code}
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in cast("Mapping[str, object]", value).items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in cast("Sequence[object]", value)]
    if isinstance(value, float):
        return round(value, 4) if abs(value) < float("inf") else None  # NaN is not less than anything
    return safe(value) if isinstance(value, str) else value


# --- the face -----------------------------------------------------------------------------------------------------


async def run(
    session: Talk, write: Callable[[bytes], None], lines: AsyncIterator[str], *, character: str, stay: bool = False
) -> int:
    """Holds a talk until it ends, `close` is commanded, or the input ends and all of it has been answered.

    Args:
        session: not running yet.
        write: writes all of these bytes, and blocks as long as that takes; called in a thread of its own.
        lines: the input.
        character: her id.
        stay: go on when the input has ended, until the talk ends by itself: somebody talks by voice.

    Returns:
        The exit code, as of the line mode; 0 if nobody reads any more.
    """
    face = _EventFace(session, _Outlet(write), character, stay=stay)
    try:
        await face.run(lines)
    except* BrokenPipeError:
        face.ending.heard()
    except* VtuberError as failures:
        for error in failures.exceptions:
            if isinstance(error, VtuberError):
                await face.fail(error)
    await face.finish()
    return face.ending.code


class _Outlet:
    """Writes in a thread that may block for ever without holding up the program's end."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._waiting: queue.SimpleQueue[tuple[bytes, asyncio.Future[None]]] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._pump, name="events", daemon=True).start()

    async def put(self, data: bytes) -> None:
        """Returns when it is written; raises what writing raised."""
        written: asyncio.Future[None] = self._loop.create_future()
        self._waiting.put((data, written))
        await written

    def _pump(self) -> None:
        while True:
            data, written = self._waiting.get()
            failure: OSError | None = None
            try:
                self._write(data)
            except OSError as error:
                failure = error
            try:
                self._loop.call_soon_threadsafe(_settle, written, failure)
            except RuntimeError:  # the loop has closed: nobody waits any more
                return


def _settle(written: asyncio.Future[None], failure: OSError | None) -> None:
    if written.done():  # cancelled
        return
    if failure is not None:
        written.set_exception(failure)
    else:
        written.set_result(None)


class _EventFace:
    def __init__(self, session: Talk, outlet: _Outlet, character: str, *, stay: bool) -> None:
        self.ending = Ending()
        self._session = session
        self._outlet = outlet
        self._stay = stay
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._opened = Opened(
            PROTOCOL, __version__, character, safe_line(session.name), session.can_listen, len(session.past)
        )
        self._waiting: deque[Say | Become | asyncio.Event] = deque()
        self._fed = asyncio.Event()

    async def run(self, lines: AsyncIterator[str]) -> None:
        events = self._session.events.subscribe()
        self.ending.signal = await hold(self._session, self._show_all(events), self._follow(lines))

    async def fail(self, error: VtuberError) -> None:
        """The talk itself failed."""
        self.ending.failed(error)
        await self._put_last(Failed(error))

    async def finish(self) -> None:
        await self._put_last(Closed(self.ending.code))

    async def _put_last(self, line: Line) -> None:
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(_LAST_SECONDS):
                await self._put(line)

    async def _put(self, line: Line) -> None:
        await self._outlet.put(encoded(line, self._clock() - self._began))

    async def _show_all(self, events: Subscription) -> None:
        await self._put(self._opened)
        told = 0
        async for event in events:
            if events.lost > told:
                await self._put(Lost(events.lost - told))
                told = events.lost
            match event:
                case Failed(error=error):
                    self.ending.failed(error)
                case ReplyEnded(text=text) if text:
                    self.ending.heard()
                case _:
                    pass
            await self._put(event)

    # --- commands ---------------------------------------------------------------------------------------------------

    async def _follow(self, lines: AsyncIterator[str]) -> None:
        answering = asyncio.ensure_future(self._answer())
        try:
            async for line in lines:
                try:
                    command = parsed(line) if line.lstrip().startswith("{") else Say(line)
                except UsageError as error:
                    self._session.events.send(Failed(error))
                    continue
                if isinstance(command, Close):
                    return
                self._do(command)
            all_answered = asyncio.Event()
            self._queue(all_answered)
            await all_answered.wait()
            if self._stay:
                await asyncio.Event().wait()
        finally:
            answering.cancel()

    def _do(self, command: Command) -> None:
        match command:
            case Say(interrupt=True):
                self._session.interrupt()
                self._queue(command, first=True)
            case Say() | Become():
                self._queue(command)
            case Interrupt():
                self._session.interrupt()
            case Listen(on=on):
                self._session.listen(on)
            case Close():
                pass

    def _queue(self, what: Say | Become | asyncio.Event, *, first: bool = False) -> None:
        """What waits for its turn; the session is only told of it then, so that its waiting is not measured as hers."""
        if first:
            self._waiting.appendleft(what)
        else:
            self._waiting.append(what)
        self._fed.set()

    async def _answer(self) -> None:
        while True:
            await self._fed.wait()
            self._fed.clear()
            while self._waiting:
                match self._waiting.popleft():
                    case Say(text=text):
                        if said := safe_line(text):
                            await self._session.ask(said)
                    case Become(character=character):
                        await asyncio.wait([self._session.become(character, waits=True)])
                    case asyncio.Event() as reached:
                        reached.set()
