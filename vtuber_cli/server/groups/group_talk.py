"""What a group talks about: who says what to whom, and whose turn it is.

Somebody says something; then the members' characters answer one after the other, beginning with theirs, for a few
rounds. A character hears all that was said since its own last turn, each line under the name of who said it. Whoever
says something meanwhile, or interrupts, ends that.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

from vtuber_cli.errors import UsageError, VtuberError
from vtuber_cli.i18n import t
from vtuber_cli.server.messages import (
    Audio,
    Control,
    ForceNewMessage,
    FortuneCard,
    FullText,
    GroupInterrupted,
    Message,
    ToolCallStatus,
    UserInputTranscription,
)
from vtuber_cli.server.talk.question import Question

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

MOST_INPUTS = 16
"""That wait while one is written down."""
MOST_LINES = 200
"""That wait until a character hears them; then the oldest are lost to it."""
MOST_CHARACTERS = 16_000
"""Of what a character is told at once."""
_LONGEST_NAME = 40
_ECHOED = (Control, FullText, ForceNewMessage, ToolCallStatus, FortuneCard)
"""What of a turn all members see."""
_BEGINS = Control(text="conversation-chain-start")
_SPEAKS = Control(text="interrupt")
"""What a client is told when it is heard to speak."""

_LOG = logging.getLogger(__name__)

WriteDown: TypeAlias = "Callable[[Samples], Awaitable[str]]"


class Member(Protocol):
    """A client with its own talk, as its group sees it."""

    uid: str

    @property
    def called(self) -> str:
        """What the client calls itself, or nothing."""
        ...

    @property
    def character(self) -> str:
        """The name of who talks to it."""
        ...

    def send(self, message: Message, *, speech: bool = False) -> None:
        """To the client alone."""
        ...

    def refuse(self, error: VtuberError) -> None: ...

    async def put(self, question: Question) -> None:
        """Asks its talk, behind what was asked before.

        Raises:
            VtuberError: there can be none.
        """
        ...

    def hush(self, heard: str) -> bool:
        """Interrupts its talk, without a frame about it; whether a turn was under way."""
        ...


@dataclass(slots=True)
class _Line:
    """Something said, by a person or in the answer to a question."""

    name: str
    said: str | Question

    @property
    def text(self) -> str:
        """On one line, so that nobody speaks under another one's name."""
        return " ".join((self.said if isinstance(self.said, str) else self.said.reply).split())


@dataclass(slots=True)
class _Unheard:
    """What was said since a member's character was told something."""

    lines: deque[_Line]
    asked: Question | None = None
    """It was told the first `count` of them in this question."""
    count: int = 0
    note: str = ""
    """What it was told last of who is here."""

    def settle(self) -> None:
        """What it was told is heard if it is kept, and still to be heard if it was taken back."""
        if self.asked is not None and self.asked.turn is not None:
            for _ in range(self.count):
                self.lines.popleft()
        elif self.asked is not None:
            self.note = ""
        self.asked, self.count = None, 0


class GroupTalk:
    """See the module; lives until `close`.

    Args:
        rounds: how often each character answers at most.
        write_down: makes text of speech.
    """

    def __init__(self, rounds: int, write_down: WriteDown) -> None:
        self.members: tuple[Member, ...] = ()
        self._rounds = rounds
        self._write_down = write_down
        self._numbers: dict[str, int] = {}
        """By member, the how many-th it was to come."""
        self._unheard: dict[str, _Unheard] = {}
        self._inputs: asyncio.Queue[tuple[Member, str | Samples]] = asyncio.Queue(MOST_INPUTS)
        self._speaking: tuple[Member, Question] | None = None
        self._watching: tuple[Member, ...] = ()
        """Who saw the turn begin."""
        self._answering = False
        self._stopped = False
        self._writing = False
        """An utterance is being written down,"""
        self._taken_back = False
        """and not to be answered any more."""
        self._going = asyncio.ensure_future(self._go_on())
        self._going.add_done_callback(_report)
        self._came = 0

    # --- who is in it --------------------------------------------------------------------------------------------

    def admit(self, member: Member) -> None:
        """Hears what is said from now on; what it was being told alone is over."""
        if member.hush(""):
            member.send(GroupInterrupted())
        self._came += 1
        self._numbers[member.uid] = self._came
        self._unheard[member.uid] = _Unheard(deque(maxlen=MOST_LINES))
        self.members = (*self.members, member)

    def dismiss(self, uid: str) -> None:
        """Somebody is not in it any more, or gone; if it was their turn, it is over for the others."""
        gone = [member for member in self.members if member.uid == uid]
        self.members = tuple(member for member in self.members if member.uid != uid)
        self._unheard.pop(uid, None)
        self._numbers.pop(uid, None)
        if self._speaking is None:
            return
        speaker, question = self._speaking
        if self._is_under_way:
            # Whoever was shown its beginning is shown an end.
            for member in (one for one in (self.members if speaker in gone else gone) if one in self._watching):
                member.send(ForceNewMessage())
                member.send(Control(text="conversation-chain-end"))
        if speaker in gone:
            self._speaking = None
            question.over.set()

    def close(self) -> None:
        """The group is no more; what the one that is left is being told goes on."""
        self.members = ()
        self._going.cancel()

    # --- what a member does --------------------------------------------------------------------------------------

    def say(self, member: Member, said: str | Samples) -> None:
        """Something typed, or an utterance; ends what goes on."""
        self._silence()
        try:
            self._inputs.put_nowait((member, said))
        except asyncio.QueueFull:
            member.refuse(UsageError("server.too_many_inputs", limit=MOST_INPUTS))

    def interrupt(self, by: Member, heard: str = "") -> bool:
        """Silence for everybody, and what waits to be answered is taken back; False if there was neither.

        Args:
            by: who wants it.
            heard: what that client has shown of the reply.
        """
        waited = self._writing or not self._inputs.empty()
        self._taken_back = self._writing
        while not self._inputs.empty():
            self._inputs.get_nowait()
        if self._silence(by, heard):
            return True
        if waited:
            self._tell(GroupInterrupted())
        return waited

    def _silence(self, by: Member | None = None, heard: str = "") -> bool:
        """Ends what goes on; what waits is answered next."""
        if not self._answering or self._stopped:
            return False
        self._stopped = True
        if self._speaking is not None:
            speaker, _ = self._speaking
            speaker.hush(heard if speaker is by else "")
        self._tell(GroupInterrupted())
        return True

    def echo(self, member: Member, message: Message) -> None:
        """What a member's talk says to its client, for the others, if it is that member's turn."""
        if message == _SPEAKS:
            self._silence(member)
            return
        is_speaker = self._speaking is not None and self._speaking[0] is member
        if is_speaker and self._is_under_way and isinstance(message, _ECHOED):
            if message == _BEGINS:
                self._watching = self.members
            self._tell_watching(message, member)

    @property
    def _is_under_way(self) -> bool:
        """All were told that a turn begins, and nobody that it is over."""
        if self._speaking is None or self._stopped:
            return False
        question = self._speaking[1]
        return question.begun and not question.over.is_set()

    def _tell_watching(self, message: Message, speaker: Member) -> None:
        """For those who saw the turn begin: whoever came later sees the next one."""
        for member in self.members:
            if member is not speaker and member in self._watching:
                member.send(message, speech=isinstance(message, Audio))

    def _tell(self, message: Message, but: Member | None = None) -> None:
        for member in self.members:
            if member is not but:
                member.send(message)

    # --- turns ---------------------------------------------------------------------------------------------------

    async def _go_on(self) -> None:
        while True:
            member, said = await self._inputs.get()
            text = await self._understood(member, said)
            if self._taken_back:
                self._taken_back = False
                continue
            if not text or member not in self.members:  # who has left meanwhile said it to nobody
                continue
            self._tell(UserInputTranscription(text=text), but=member if isinstance(said, str) else None)
            self._add(_Line(self._names()[member.uid][1], text))
            if self._inputs.empty():  # else it is answered together with what was said next
                await self._answer(member)

    async def _understood(self, member: Member, said: str | Samples) -> str:
        text = said if isinstance(said, str) else ""
        if not isinstance(said, str):
            self._writing = True
            try:
                text = await self._write_down(said)
            except VtuberError as error:
                member.refuse(error)
            finally:
                self._writing = False
        if not text.strip() and not self._taken_back:  # its client waits for an end
            for message in (Control(text="conversation-chain-start"), ForceNewMessage()):
                member.send(message)
            member.send(Control(text="conversation-chain-end"))
        return text.strip()

    async def _answer(self, first: Member) -> None:
        self._answering, self._stopped = True, False
        try:
            for _ in range(self._rounds):
                answers = [await self._turn(member) for member in self._beginning_with(first)]
                if self._stopped or not any(answers):
                    break
        finally:
            self._answering = False

    def _beginning_with(self, first: Member) -> tuple[Member, ...]:
        start = self.members.index(first) if first in self.members else 0
        return self.members[start:] + self.members[:start]

    async def _turn(self, member: Member) -> bool:
        """One character answers; False if it has nothing to say, or nothing to answer."""
        if self._stopped or member not in self.members:
            return False
        unheard = self._unheard[member.uid]
        unheard.settle()
        text = _together(unheard.lines)
        if not text:
            return False
        note = self._note(member)
        question = Question(
            text if note == unheard.note else f"{note}\n{text}", follow=partial(self._tell_watching, speaker=member)
        )
        unheard.asked, unheard.count, unheard.note = question, len(unheard.lines), note
        self._add(_Line(self._names()[member.uid][0], question), but=member)
        self._speaking = member, question
        try:
            await member.put(question)
            if self._stopped:  # it was being opened
                member.hush("")
            await question.over.wait()
        except VtuberError as error:
            member.refuse(error)
        finally:
            self._speaking = None
        return bool(question.reply)

    def _add(self, line: _Line, but: Member | None = None) -> None:
        """For everybody's character to hear in its next turn."""
        for member in self.members:
            if member is not but:
                unheard = self._unheard[member.uid]
                if len(unheard.lines) == MOST_LINES:  # the oldest is pushed out
                    unheard.count = max(0, unheard.count - 1)
                unheard.lines.append(line)

    # --- names ---------------------------------------------------------------------------------------------------

    def _note(self, member: Member) -> str:
        """Who is here, for the character of a member; it is told when that changes."""
        names = self._names()
        own = names[member.uid][0]
        people = [person for _, person in names.values()]
        others = [name for name, _ in names.values() if name != own]
        return t("groups.note", others=", ".join([*people, *others]), name=own)

    def _names(self) -> dict[str, tuple[str, str]]:
        """By member, the names of its character and of its user; each belongs to one only."""
        taken: set[str] = set()
        characters = {member.uid: _free(member.character, taken) for member in self.members}
        people: dict[str, str] = {}
        for member in self.members:
            called = member.called or t("groups.guest", number=self._numbers[member.uid])
            people[member.uid] = _free(called, taken)
        return {uid: (name, people[uid]) for uid, name in characters.items()}


def _free(name: str, taken: set[str]) -> str:
    """A name that nobody has yet, and that ends where it ends."""
    plain = " ".join(name.replace(":", " ").split())[:_LONGEST_NAME].strip()
    free, number = plain, 1
    while free.casefold() in taken:
        number += 1
        free = f"{plain} {number}"
    taken.add(free.casefold())
    return free


def _together(lines: deque[_Line]) -> str:
    """Lines with their names; of too much, the end."""
    told: deque[str] = deque()
    room = MOST_CHARACTERS
    for line in reversed(lines):
        if text := line.text:
            named = f"{line.name}: {text}"[:MOST_CHARACTERS]
            room -= len(named) + 1
            if room < 0 and told:
                break
            told.appendleft(named)
    return "\n".join(told)


def _report(going: asyncio.Future[None]) -> None:
    if not going.cancelled() and (error := going.exception()) is not None:
        _LOG.error("the talk of a group failed", exc_info=error)
