"""One conversation, whole: its engines, its ears, its turns. Faces subscribe to `events` and call the methods here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING, TypeAlias

from vtuber_cli.audio.base import Microphone, Speaker
from vtuber_cli.clean import clean
from vtuber_cli.conversation import opening, own_answer, partner, proactive
from vtuber_cli.conversation.broadcast import Broadcast
from vtuber_cli.conversation.casting import Cast, Casting
from vtuber_cli.conversation.crew import Crew, Engines
from vtuber_cli.conversation.ears import Ears
from vtuber_cli.conversation.endpointer import Change, Dropped, Ended, Endpointer, Paused, Resumed, Started
from vtuber_cli.conversation.floor import Floor
from vtuber_cli.conversation.inbox import Inbox, Letter, Received
from vtuber_cli.conversation.manner import Manner
from vtuber_cli.conversation.memory import Earlier, Memory, turns
from vtuber_cli.conversation.partner import Partner
from vtuber_cli.conversation.proactive import Patience
from vtuber_cli.conversation.seats import Seats
from vtuber_cli.conversation.turn import Asked
from vtuber_cli.errors import AudioUnavailable, EngineFailed, UsageError, VtuberError
from vtuber_cli.events import (
    CharacterChanged,
    Event,
    Failed,
    Greeted,
    GreetingStarted,
    Notice,
    Phase,
    PhaseChanged,
    SentenceStarted,
    SpeaksUp,
    UserSaid,
    Via,
)

if TYPE_CHECKING:
    from vtuber_cli.events import Picture, Samples

Hearer: TypeAlias = "Callable[[Samples], None]"
"""Gets an utterance, at `EAR_RATE`."""

_LONGEST_TYPED = 20_000
"""Characters; more is a slip of the mouse, and more than any model here reads."""
_START_FRAMES = 2
_BARGE_IN_FRAMES = 5
"""Frames of speech that interrupt her (160 ms): more than her echo or a click makes."""


class Session:
    """See the module. Build it, subscribe, then `run`.

    Args:
        engines: workers, not started; `run` loads them and says so.
        microphone: or None: typing only.
        speaker: sound, a file, or captions on a clock.
        memory: what was and will be said.
        manner: how.
        casting: who else could talk.
        seats: how many may be served at once, where engines serve many talks.
    """

    def __init__(
        self,
        engines: Engines,
        microphone: Microphone | None,
        speaker: Speaker,
        memory: Memory,
        manner: Manner,
        casting: Casting | None = None,
        seats: Seats | None = None,
    ) -> None:
        self.events = Broadcast()
        self.name = manner.name
        self.past: Sequence[Earlier] = memory.past
        self.phase: Phase = "loading"
        self.listening = microphone is not None and manner.hands_free
        self.can_listen = microphone is not None
        self.barge_in = manner.barge_in
        """She hears while she answers; otherwise she is deaf from the question's end to the answer's."""
        self._crew = Crew(engines, manner.language, self._announce)
        self._microphone = microphone
        self._speaker = speaker
        self._memory = memory
        memory.failed = lambda error: self._announce(Failed(error))
        memory.noticed = self._announce
        self._manner = manner
        self._casting = casting
        self._seats = seats
        self._endpointer = Endpointer(manner.endpointing, start_frames=_START_FRAMES)
        self.may_speak_up: Callable[[], bool] = lambda: True
        """Asked when she would after a silence; for a face that knows of others who talk."""
        self.hearer: Callable[[], Hearer | None] = lambda: None
        """Who gets what is said aloud; None: she answers it."""
        self._said: Samples | None = None
        """What is for somebody else to hear."""
        self._inbox = Inbox()
        self._patience = Patience(manner.idle_seconds, self._speak_up_after)
        self._attentive = asyncio.Event()
        self._closing = asyncio.Event()
        self._loaded = asyncio.Event()
        self._greeting = False
        """She says hello aloud."""
        self._changing = False
        """Somebody else is about to talk."""
        self._met = {manner.name}
        """Who has talked already, and need not say hello again."""
        self._understood = False
        """Something said, not typed, was words."""
        self._moved: asyncio.Future[None] | None = None
        """Cancelled when she need not speak up any more."""
        self._floor: Floor | None = None
        self._partner: Partner | None = None

    # --- what faces call ----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Loads, greets, listens and answers, until `close` is called (or the microphone file has been answered)."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._floor = floor = Floor(tasks, self._announce, self._turn_ended, turns(self.past))
                lives = [
                    tasks.create_task(self._load()),
                    tasks.create_task(self._answer_letters(floor)),
                    tasks.create_task(self._listen(floor)),
                ]
                await self._closing.wait()
                for life in lives:
                    life.cancel()
                floor.interrupt()
        finally:
            self._closing.set()
            self._patience.stop()
            self._inbox.close()
            await self._free()

    def say(self, text: str) -> None:
        """Something typed; it interrupts her, and waits while the engines load."""
        self.interrupt()
        self._put(Letter(text, waits=False))

    async def ask(self, text: str, samples: Samples | None = None, images: tuple[Picture, ...] = ()) -> None:
        """Something typed that waits for its turn; returns when the answer is over, or the talk is.

        Cancelled, it is taken back if it has not begun; what has begun takes an `interrupt`.

        Args:
            text: what was typed.
            samples: a whole utterance, at `EAR_RATE`, in place of a text.
            images: what is shown with it; alone, without a word, they are a question too.
        """
        answered = self._put(Letter(text, samples=samples, images=images))
        try:
            await asyncio.wait([answered])
        finally:
            answered.cancel()

    async def rest(self) -> None:
        """Waits until no turn is under way, of those that were interrupted too: they tell of their end then."""
        if self._floor is not None:
            await self._floor.rest()

    def become(self, name: str, *, waits: bool = False) -> asyncio.Future[None]:
        """Another character, by id, takes over and knows all that was said; without a name, says who there is.

        Args:
            waits: for what was asked before; otherwise it interrupts.

        Returns:
            What is cancelled when it is done, or the talk is over.
        """
        if not waits:
            self.interrupt()
        return self._put(Letter(name.strip(), "become", waits=waits))

    def speak_up(self, silent: float | None = None, images: tuple[Picture, ...] = ()) -> asyncio.Future[None] | None:
        """She says something by herself; what moved her is kept nowhere.

        Args:
            silent: for how many seconds nobody has said anything, if that is known.
            images: what she sees meanwhile.

        Returns:
            What is cancelled when it is over; None if nothing comes of it, as somebody speaks or will be answered.
        """
        if self._taken_up:
            return None
        moved = proactive.prompt(self._manner.language, silent, self._manner.proactive)
        self._moved = self._put(Letter(moved, "speak_up", images=images))
        return self._moved

    def hold_back(self) -> None:
        """Somebody is at the keys, or at a microphone that is not ours: she does not speak up for now."""
        self._patience.start_over()

    def interrupt(self) -> None:
        """Stops what she says or thinks, or is about to say by herself, now; harmless when she does none of it."""
        if self._moved is not None:
            self._moved.cancel()
        self._speaker.stop()
        if self._floor is not None:
            self._floor.interrupt()

    def listen(self, on: bool) -> None:
        """The talk key: opens or closes her ears."""
        if not self.can_listen:
            self._announce(Notice("chat.no_microphone", severity="warning"))
            return
        self.listening = on
        self.hold_back()
        if not on:
            self._endpointer.reset()
            if self._floor is not None and self._floor.guessing:
                self._floor.interrupt()
        self._settle()

    @property
    def over(self) -> bool:
        """`run` has ended, or will in a moment."""
        return self._closing.is_set()

    async def close(self) -> None:
        """Ends `run`, which frees everything; safe to call twice, and before `run`."""
        self._closing.set()

    # --- loading ------------------------------------------------------------------------------------------------

    async def _load(self) -> None:
        greeting = self._manner.greeting
        if greeting is not None:
            self._memory.greet(self._manner.hello, greeting[0])
            self._announce(Greeted(*greeting))
        await self._crew.load(self._warm_model, hears=self._microphone is not None)
        try:
            await self._speaker.open()
        except AudioUnavailable as error:
            self._announce(Failed(error))
        if self._crew.failures.keys() & {"vad", "asr"}:
            self.can_listen = self.listening = False
        for notice in opening.notices(self._crew, self._manner):
            self._announce(notice)
        self._greeting = greeting is not None and self._manner.greets_aloud
        self._loaded.set()
        if greeting is not None and self._greeting:
            await self._greet_aloud(greeting)
            self._greeting = False
        self._settle()

    async def _warm_model(self) -> None:
        await self._made_partner().replier.warm(self._memory.prefix())

    async def _greet_aloud(self, greeting: tuple[str, str]) -> None:
        def begins(event: GreetingStarted) -> None:
            self._set_phase("speaking")
            self._announce(event)

        voices = self._crew.engines.voices
        await opening.greet_aloud(greeting, voices, self._speaker, lambda: self._inbox.empty, begins)

    # --- hearing ------------------------------------------------------------------------------------------------

    async def _listen(self, floor: Floor) -> None:
        await self._loaded.wait()
        if self._microphone is not None and self.can_listen:
            await self._hear(self._microphone, floor)
        if self._manner.ends_with_microphone:
            if self._microphone is not None and self.can_listen and not self._understood:
                self._announce(Notice("chat.nothing_heard", (("name", self._microphone.name),)))
            self._closing.set()

    async def _hear(self, microphone: Microphone, floor: Floor) -> None:
        ears = Ears(microphone, self._crew.engines.vad, self._endpointer, self._announce, self._microphone_opened)
        try:
            async with aclosing(ears.lasting(self._attentive, self._microphone_gone)) as changes:
                async for change in changes:
                    await self._follow(change, floor)
        except EngineFailed as error:
            self.listening = False
            self._microphone_gone(error)
        await floor.rest()

    async def _follow(self, change: Change, floor: Floor) -> None:
        now = asyncio.get_running_loop().time()
        match change:
            case Started():
                if floor.busy:
                    floor.interrupt()
                floor.stop_reading()
                self._set_phase("hearing")
            case Paused(revision, samples, silent):
                self._said = samples if self.hearer() is not None else None
                if self._said is None:
                    await self._begin(floor, Asked("voice", now - silent, samples=samples, silent=silent), revision)
            case Resumed():
                floor.interrupt()
            case Ended(revision, silent):
                if self._said is None:
                    self._commit(floor, revision, silent * 1000)
                else:
                    self._hand_over()
            case Dropped():
                self._settle()
                floor.read_ahead()

    def _hand_over(self) -> None:
        said, self._said = self._said, None
        if said is not None and (hear := self.hearer()) is not None:
            hear(said)
        self._settle()

    def _microphone_opened(self) -> None:
        if not self.can_listen:
            self.can_listen = True
            self._announce(Notice("chat.microphone_back"))
            self._settle()

    def _microphone_gone(self, error: VtuberError) -> None:
        if self.can_listen:
            self.can_listen = False
            self._announce(Failed(error))
            self._settle()

    # --- turns --------------------------------------------------------------------------------------------------

    async def _answer_letters(self, floor: Floor) -> None:
        await self._loaded.wait()
        while True:
            received = await self._inbox.take()
            if received.letter.waits:
                await floor.rest()
            else:
                self._speaker.stop()
            if not received.answered.cancelled():
                await self._answer(received, floor)
            # Not if this is cancelled: then the talk is over, and who waits shall find it so.
            self._inbox.done()

    async def _answer(self, received: Received, floor: Floor) -> None:
        letter = received.letter
        if letter.wish == "speak_up":
            await self._speak_up(received, floor)
            return
        self._endpointer.reset()
        if letter.wish == "become":
            await self._become(letter.text, floor)
            return
        via: Via = "text" if letter.samples is None else "voice"
        asked = Asked(via, received.at, text=letter.text, samples=letter.samples, images=letter.images)
        await self._begin(floor, asked, 0)
        if received.answered.cancelled():
            floor.interrupt()
        else:
            self._commit(floor, 0)
        await floor.rest()

    async def _speak_up(self, received: Received, floor: Floor) -> None:
        if not self._taken_up:
            letter = received.letter
            moved = Asked("text", received.at, text=letter.text, images=letter.images, unasked=True)
            await self._begin(floor, moved, 0)
            outrun = not self._inbox.empty or self._endpointer.hearing or not self.may_speak_up()
            if received.answered.cancelled() or outrun:
                floor.interrupt()
            elif floor.guesses(0):
                self._announce(SpeaksUp(floor.taken + 1))
                self._commit(floor, 0)
        await floor.rest()

    def _speak_up_after(self, silent: float) -> None:
        if "llm" not in self._crew.failures and self.may_speak_up():
            self.speak_up(silent)

    @property
    def _taken_up(self) -> bool:
        """Somebody speaks, or there is something to answer."""
        turn = self._floor is not None and (self._floor.busy or self._floor.guessing)
        return turn or self._busy or self._endpointer.hearing or not self._inbox.empty or self._closing.is_set()

    async def _become(self, name: str, floor: Floor) -> None:
        if self._casting is None or not name:
            names = await self._casting.names() if self._casting else ()
            self._announce(Notice("chat.characters", (("names", ", ".join(names)),)))
            return
        try:
            cast = await self._casting.cast(name)
        except VtuberError as error:
            self._announce(Failed(error))
            return
        self._changing = True
        self._attend()
        try:
            floor.interrupt()
            await floor.rest()
            self._set_phase("loading")
            await self._take_over(cast)
        finally:
            self._changing = False
            self._settle()

    async def _take_over(self, cast: Cast) -> None:
        greeting = cast.greeting if cast.name not in self._met else None
        self._met.add(cast.name)
        self.name = cast.name
        self._manner = cast.manner(self._manner, greeting)
        self._partner = None
        self._memory.become(cast.instructions, cast.id)
        self._announce(CharacterChanged(cast.id, cast.name))
        if greeting is not None:
            self._memory.greet(self._manner.hello, greeting[0])
            self._announce(Greeted(*greeting))
        await self._crew.change(cast.engines, self._warm_model)
        if greeting is not None and self._manner.greets_aloud:
            await self._greet_aloud(greeting)

    async def _begin(self, floor: Floor, asked: Asked, revision: int) -> None:
        failure = self._crew.failures.get("llm")
        if failure is not None and not own_answer.is_wanted(self._manner.tools, asked.text):
            if asked.text.strip() and not asked.unasked:
                self._announce(UserSaid(floor.taken + 1, clean(asked.text).strip(), asked.via))
            self._announce(Failed(failure))
            return
        await floor.begin(asked, revision, self._made_partner())

    def _made_partner(self) -> Partner:
        if self._partner is None:
            self._partner = partner.made(self._crew, self._manner, self._speaker, self._memory, self._seats)
        return self._partner

    def _commit(self, floor: Floor, revision: int, hangover_ms: float | None = None) -> None:
        if not floor.guesses(revision):
            self._settle()
            return
        self._set_phase("thinking")
        floor.commit(hangover_ms)
        self._attend()

    def _turn_ended(self) -> None:
        if not self._closing.is_set():
            self._settle()
            if self._floor is not None and not self._changing:
                self._floor.read_ahead()

    # --- telling ------------------------------------------------------------------------------------------------

    def _announce(self, event: Event) -> None:
        if isinstance(event, SentenceStarted):
            self._set_phase("speaking")
        elif isinstance(event, UserSaid):
            self._understood = self._understood or event.via == "voice"
            self._patience.user_spoke()
        elif isinstance(event, SpeaksUp):
            self._patience.she_spoke()
        self.events.send(event)

    def _settle(self) -> None:
        """The ears as they should be and, while she neither thinks nor speaks, the phase."""
        if not self._loaded.is_set():
            return
        self._attend()
        if not self._busy:
            waits = "listening" if self._attentive.is_set() else "idle"
            self._set_phase("hearing" if self._endpointer.hearing else waits)

    def _attend(self) -> None:
        """Ears open if they may be: without barge-in she hears nothing from the commit until she has finished."""
        self._endpointer.start_frames = _BARGE_IN_FRAMES if self._busy else _START_FRAMES
        open_to_interruption = self.barge_in and not self._changing
        if self.listening and self.can_listen and (open_to_interruption or not self._busy):
            self._attentive.set()
        else:
            self._attentive.clear()

    @property
    def _busy(self) -> bool:
        return self._greeting or self._changing or (self._floor is not None and self._floor.busy)

    def _set_phase(self, phase: Phase) -> None:
        if phase != self.phase:
            self.phase = phase
            self._patience.follow(quiet=phase in ("idle", "listening"))
            self.events.send(PhaseChanged(phase))

    # --- ending -------------------------------------------------------------------------------------------------

    def _put(self, letter: Letter) -> asyncio.Future[None]:
        too_long = len(letter.text) > _LONGEST_TYPED
        if not (too_long or self._closing.is_set()):
            return self._inbox.put(letter)
        if too_long:
            self._announce(Failed(UsageError("chat.too_long", longest=_LONGEST_TYPED)))
        never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        never.cancel()
        return never

    async def _free(self) -> None:
        """Everything is freed, whatever of it fails; the first failure is raised at the end."""
        async with AsyncExitStack() as last:
            last.callback(self.events.close)
            last.push_async_callback(self._memory.finish)
            last.push_async_callback(self._crew.close)
            last.push_async_callback(self._speaker.close)
            if self._microphone is not None:
                last.push_async_callback(self._microphone.close)
