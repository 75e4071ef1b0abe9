"""One talk with one client: its turns as frames, in the order that clients rely on.

    chain-start, "Thinking...", (the transcription), audio ..., backend-synth-complete,
    (it was heard, or must have been), force-new-message, chain-end

Every chain-start is followed by one chain-end, whatever fails; only who interrupts gets none.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from vtuber_cli.errors import EngineFailed, UsageError, VtuberError
from vtuber_cli.events import (
    Event,
    Failed,
    FortuneTold,
    Notice,
    Phase,
    PhaseChanged,
    ReplyEnded,
    ReplyStarted,
    Sentence,
    SentenceStarted,
    SpeaksUp,
    Speech,
    UserSaid,
)
from vtuber_cli.i18n import t
from vtuber_cli.server.client.forms import Told
from vtuber_cli.server.messages import (
    AgentState,
    BackendSynthComplete,
    Busy,
    Control,
    ForceNewMessage,
    FortuneCard,
    FullText,
    Message,
    UserInputTranscription,
)
from vtuber_cli.server.talk import sentences, tools
from vtuber_cli.server.talk.microphone import ClientMicrophone
from vtuber_cli.server.talk.question import Question
from vtuber_cli.server.talk.speaker import ClientSpeaker

if TYPE_CHECKING:
    from vtuber_cli.conversation.session import Hearer, Session
    from vtuber_cli.events import Picture, Samples
    from vtuber_cli.server.cast import Figure
    from vtuber_cli.server.talk.talks import Talks

MOST_WAITING = 16
"""Inputs behind the one that is answered."""
CLOSING_SECONDS = 2.0
WANTS_TO_SPEAK = "AI wants to speak something..."
"""What clients show until she does, in the words that they know."""

_LOG = logging.getLogger(__name__)


class Client(Protocol):
    """Whom frames go to."""

    def say(self, message: Message | Told, *, speech: bool = False) -> None:
        """Sends, without waiting.

        Args:
            message: the frame, or what becomes one in the form that the client takes.
            speech: it is worth nothing once she is interrupted.
        """
        ...

    def refuse(self, error: VtuberError) -> None:
        """Says what does not work."""
        ...


@dataclass(slots=True)
class _Chain:
    """What stands between a chain-start and its chain-end."""

    asked: bool
    """The client asked for it; otherwise we heard somebody speak."""
    turn: int | None = None
    open: bool = True


class Talk:
    """See the module.

    Args:
        client: the other side.
        figure: who talks.
        uid: of the history that this is.
    """

    def __init__(self, client: Client, figure: Figure, uid: str) -> None:
        self.uid = uid
        self.microphone = ClientMicrophone()
        self.speaker = ClientSpeaker(self._send_piece, self._send_complete)
        self._client = client
        self._figure = figure
        self._session: Session | None = None
        self._running: asyncio.Future[None] | None = None
        self._inputs: deque[Question] = deque()
        self._question: Question | None = None
        """The last one that was taken up."""
        self._given = asyncio.Event()
        self._answering: asyncio.Future[None] | None = None
        self._asking: asyncio.Future[None] | None = None
        self._chain: _Chain | None = None
        self._chain_over = asyncio.Event()
        self._chain_over.set()
        self._heard = False
        """Somebody speaks into the open microphone."""
        self._state = AgentState(state="loading", emotion="neutral")
        self._closing = False
        self.hearer: Callable[[], Hearer | None] = lambda: None
        """Who gets what is said into the open microphone; None: she answers it, and may say something by herself."""

    async def open(self, talks: Talks, *, resume: bool) -> None:
        """Begins; engines may still be loading.

        Raises:
            VtuberError: it cannot be.
        """
        resumed, fresh = (self.uid, None) if resume else (None, self.uid)
        session = await talks.open(self._figure.id, self.microphone, self.speaker, resume=resumed, fresh=fresh)
        session.events.listen(self._attend)
        session.events.listen(self._fill_in)
        session.may_speak_up = self._may_speak_up
        session.hearer = self._given_to
        self._session = session
        self._running = asyncio.ensure_future(session.run())
        self._running.add_done_callback(self._ended)
        self._answering = asyncio.ensure_future(self._answer(session))

    def follow(self, hear: Callable[[Event], None]) -> None:
        """Has somebody hear what the conversation announces from now on; it is open."""
        if self._session is not None:
            self._session.events.listen(hear)

    async def close(self) -> None:
        """Ends whatever goes on and frees it; what does not end in time ends by itself. Safe to call again."""
        self._closing = True
        for task in (self._answering, self._asking):
            if task is not None:
                task.cancel()
        if self._chain is not None:
            self._end_chain(self._chain)
            self._tell_state("idle", "neutral")
        self._give_up_questions()
        if self._session is not None and self._running is not None:
            try:
                self._session.interrupt()
                await self._session.close()
                await asyncio.wait([self._running], timeout=CLOSING_SECONDS)
            finally:
                self._running.cancel()

    def lose(self) -> None:
        """Another client goes on with it: this one's next words begin another talk."""
        self._client.refuse(UsageError("server.talk_elsewhere"))

    @property
    def over(self) -> bool:
        """It has ended, or failed, or is ending."""
        return self._closing or (self._running is not None and self._running.done())

    @property
    def busy(self) -> bool:
        """A turn is under way."""
        return self._chain is not None

    def _ended(self, running: asyncio.Future[None]) -> None:
        """A talk that fails is a bug, and its client is told all the same."""
        if running.cancelled() or (error := running.exception()) is None:
            return
        _LOG.error("a talk failed", exc_info=error)
        self._client.refuse(EngineFailed("server.talk_failed"))
        if self._chain is not None:
            self._end_chain(self._chain)
        self._give_up_questions()

    # --- what the client does ------------------------------------------------------------------------------------

    def ask(self, text: str = "", samples: Samples | None = None, images: tuple[Picture, ...] = ()) -> None:
        """Something to be answered, behind what was asked before."""
        self.put(Question(text, samples, images))

    def put(self, question: Question) -> None:
        """As `ask`, of somebody who wants to know what becomes of it."""
        if len(self._inputs) >= MOST_WAITING:
            question.over.set()
            self._client.refuse(UsageError("server.too_many_inputs", limit=MOST_WAITING))
            return
        self._inputs.append(question)
        self._given.set()

    def speak_up(self, silent: float | None, images: tuple[Picture, ...] = ()) -> None:
        """She may say something by herself. Nothing comes of it while somebody speaks or waits for an answer.

        Args:
            silent: for how many seconds nobody has said anything; None if somebody pressed a button.
            images: what the client shows her meanwhile.
        """
        if self._session is not None and self._may_speak_up():
            self._session.speak_up(silent, images)

    def hold_back(self) -> None:
        """Somebody is saying something: she does not speak up for now."""
        if self._session is not None:
            self._session.hold_back()

    def _may_speak_up(self) -> bool:
        return self._chain is None and not self._inputs and self.hearer() is None

    def _given_to(self) -> Hearer | None:
        hear = self.hearer()
        if hear is None:
            return None

        def given(samples: Samples) -> None:
            self._tell_end_of_speech()
            hear(samples)

        return given

    def interrupt(self, heard: str = "") -> None:
        """Silence, and no frame about it.

        Args:
            heard: what the client has shown of the reply.
        """
        while self._inputs:
            self._inputs.popleft().over.set()
        self.speaker.cut(heard)
        self._break_chain()
        if self._session is not None:
            self._session.interrupt()
        if self._asking is not None:
            self._asking.cancel()

    # --- turns ---------------------------------------------------------------------------------------------------

    async def _answer(self, session: Session) -> None:
        while True:
            await self._given.wait()
            await self._chain_over.wait()
            await session.rest()  # else what an interrupted turn still tells would be taken for the next one's
            if self._chain is not None:
                continue
            if not self._inputs:
                self._given.clear()
                continue
            question = self._question = self._inputs.popleft()
            question.begun = True
            chain = self._begin_chain(asked=True)
            self._asking = asyncio.ensure_future(session.ask(question.text, question.samples, question.images))
            await asyncio.wait([self._asking])
            if self._asking.cancelled():
                session.interrupt()  # it may have begun in that very moment
            if session.over and self._running is not None:
                await asyncio.wait([self._running])  # it failed, and that is told before the end of the turn
            self._end_chain(chain)
            if question.turn is None:  # it was taken back, or there were no words in it
                question.over.set()

    def _give_up_questions(self) -> None:
        for question in (*self._inputs, *([self._question] if self._question else [])):
            question.over.set()

    def _begin_chain(self, *, asked: bool) -> _Chain:
        chain = self._chain = _Chain(asked)
        self._chain_over.clear()
        self._client.say(Control(text="conversation-chain-start"))
        self._client.say(FullText(text="Thinking..."))
        return chain

    def _end_chain(self, chain: _Chain) -> None:
        if chain.open:
            self._client.say(ForceNewMessage())
            self._client.say(Control(text="conversation-chain-end"))
        self._leave_chain(chain)

    def _break_chain(self) -> None:
        """She was interrupted: the client has heard the end of it."""
        if self._chain is not None:
            self._leave_chain(self._chain)

    def _leave_chain(self, chain: _Chain) -> None:
        chain.open = False
        if self._chain is chain:
            self._chain = None
            self._chain_over.set()

    # --- what the conversation tells -----------------------------------------------------------------------------

    def _attend(self, event: Event) -> None:
        if not self._closing or isinstance(event, Failed):  # else the client was told that it is over
            self._hear(event)

    def _hear(self, event: Event) -> None:
        match event:
            case PhaseChanged(phase=phase):
                self._follow(phase)
            case SpeaksUp(turn=turn):
                self._client.say(FullText(text=WANTS_TO_SPEAK))
                self._begin_chain(asked=False).turn = turn
            case UserSaid(turn=turn, text=text, via=via):
                if self._chain is not None:
                    self._chain.turn = turn
                if via == "voice":
                    self._client.say(UserInputTranscription(text=text))
            case ReplyStarted(emotion=emotion):
                self._tell_state(self._state.state, emotion)
            case FortuneTold(turn=turn, result=result):
                self._client.say(tools.fortune_told(self._figure, turn, result))
                self._client.say(FortuneCard(result=dict(result)))
            case ReplyEnded(turn=turn, interrupted=interrupted):
                chain = self._chain
                if chain is not None and chain.turn == turn:
                    (self._leave_chain if interrupted else self._end_chain)(chain)
            case Failed(error=error):
                self._client.refuse(error)
            case Notice(key=key, params=params):
                self._note(key, dict(params))
            case _:
                pass

    def _note(self, key: str, params: dict[str, str]) -> None:
        if key == "chat.waits":
            count = int(params["count"])
            self._client.say(Busy(waiting=count, message=t("chat.waits", count=count)))
        elif key == "endpoint.blind":  # what the client showed was not seen
            self._client.refuse(EngineFailed(key, hint=None, **params))

    def _fill_in(self, event: Event) -> None:
        """What becomes of the question."""
        question, chain = self._question, self._chain
        if question is None:
            return
        match event:
            case UserSaid(turn=turn):
                # What was heard by the open microphone is none.
                if question.turn is None and (chain is None or chain.asked):
                    question.turn = turn
            case SentenceStarted(turn=turn, sentence=sentence):
                now = asyncio.get_running_loop().time()
                self._client.say(sentences.begun(self._figure, event, now))
                if turn == question.turn and question.follow is not None:
                    question.follow(sentences.unheard(self._figure, sentence))
            case ReplyEnded(turn=turn, text=text):
                if turn == question.turn:
                    question.reply = text
                    question.over.set()
            case _:
                pass

    def _follow(self, phase: Phase) -> None:
        chain = self._chain
        match phase:
            case "hearing":
                self._heard, self.microphone.end_told = True, False
                self._break_chain()
                self._client.say(Control(text="interrupt"))
            case "thinking":
                if self._heard:
                    self._tell_end_of_speech()
                    if chain is None:  # otherwise it is the rest of a turn that was interrupted
                        self._begin_chain(asked=False)
            case "idle" | "listening":
                self._heard = False
                if chain is not None and not chain.asked:  # there were no words in it
                    self._end_chain(chain)
            case _:
                pass
        self._tell_state(phase, "neutral" if phase in ("idle", "listening") else self._state.emotion)

    def _tell_end_of_speech(self) -> None:
        self._heard, self.microphone.end_told = False, True
        self._client.say(Control(text="mic-audio-end"))

    def _tell_state(self, phase: Phase, emotion: str | None) -> None:
        state = AgentState.model_validate({"state": phase, "emotion": emotion})
        if state != self._state:
            self._state = state
            self._client.say(state)

    # --- speech --------------------------------------------------------------------------------------------------

    # A sentence may have been on its way when its turn was interrupted or left.

    def _send_piece(self, sentence: Sentence, speech: Speech | None) -> None:
        if self._chain is not None:
            self._client.say(sentences.spoken(self._figure, sentence, speech))

    def _send_complete(self) -> None:
        if self._chain is not None:
            self._client.say(BackendSynthComplete(), speech=True)
