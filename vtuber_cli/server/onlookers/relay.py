"""A talk that goes on in this process without us, as at a terminal: those who look on are shown it.

Her sound is elsewhere, so they get `speech`: when a sentence began, and what the mouth does meanwhile.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

from vtuber_cli.errors import UsageError
from vtuber_cli.events import (
    CharacterChanged,
    Event,
    FortuneTold,
    Greeted,
    GreetingStarted,
    Level,
    Phase,
    PhaseChanged,
    ReplyEnded,
    ReplyStarted,
    SentenceStarted,
    UserSaid,
)
from vtuber_cli.server import cast
from vtuber_cli.server.messages import (
    AgentState,
    Control,
    DisplayText,
    FortuneCard,
    Message,
    SetModelAndConf,
    SpeechElsewhere,
    UserInputTranscription,
)
from vtuber_cli.server.talk import voice

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable

    from vtuber_cli.audio.base import Microphone, Speaker
    from vtuber_cli.conversation.services import Services
    from vtuber_cli.conversation.session import Session
    from vtuber_cli.server.hall import Hall
    from vtuber_cli.store.history import History


class Guests:
    """A `talks.Talks` of a house in which somebody talks already: who comes may look on, and that is all.

    Args:
        first: who talks, by id.
        language: of the talk.
    """

    history: History | None = None
    lends = False
    services: Services | None = None

    def __init__(self, first: str, language: str) -> None:
        self.first = first
        self.language = language
        self.opened: list[Callable[[Session], None]] = []

    async def open(
        self, who: str, microphone: Microphone, speaker: Speaker, *, resume: str | None, fresh: str | None
    ) -> Session:
        raise UsageError("server.guests_look")


class Relay:
    """See the module.

    Args:
        hall: where they look on.
        guests: is told who talks.
    """

    def __init__(self, hall: Hall, guests: Guests) -> None:
        self.uid = str(uuid4())
        self._hall = hall
        self._guests = guests
        self._figure: cast.Figure | None = None
        self._greeting = ""
        self._state = AgentState(state="loading", emotion="neutral")
        self._open = False
        """There was a chain-start, and no end of it yet."""

    async def run(self, events: AsyncIterable[Event]) -> None:
        """Until there are no more of them."""
        await self._introduce()
        self._hall.turn_to(self.uid)
        async for event in events:
            self._hall.stage.hear(self.uid, event)
            if isinstance(event, CharacterChanged):
                self._guests.first = event.id
                await self._introduce()
            else:
                self._hear(event)

    async def _introduce(self) -> None:
        figure = self._figure = await asyncio.to_thread(cast.figure, self._guests.first, self._guests.language)
        self._show(SetModelAndConf(model_info=figure.model, conf_name=figure.name, conf_uid=figure.id))

    def _hear(self, event: Event) -> None:
        match event:
            case Level():
                pass
            case PhaseChanged(phase=phase):
                self._follow(phase)
            case Greeted(text=text, emotion=emotion):
                self._greeting = text
                self._tell_state(self._state.state, emotion)
            case GreetingStarted():
                self._say(self._greeting, event)
            case UserSaid(text=text):
                self._begin()
                self._show(UserInputTranscription(text=text))
            case ReplyStarted(emotion=emotion):
                self._begin()
                self._tell_state(self._state.state, emotion)
            case FortuneTold(result=result):
                self._show(FortuneCard(result=dict(result)))
            case SentenceStarted(sentence=sentence):
                self._begin()
                self._tell_state("speaking", sentence.emotion)
                self._say(sentence.shown, event)
            case ReplyEnded(interrupted=interrupted):
                self._end(interrupted=interrupted)
            case _:
                pass

    def _follow(self, phase: Phase) -> None:
        match phase:
            case "hearing":
                self._end(interrupted=True)
            case "thinking":
                self._begin()
            case "idle" | "listening":
                self._end()
            case _:
                pass
        self._tell_state(phase, "neutral" if phase in ("idle", "listening") else self._state.emotion)

    def _begin(self) -> None:
        if not self._open:
            self._open = True
            self._show(Control(text="conversation-chain-start"))

    def _end(self, *, interrupted: bool = False) -> None:
        if self._open:
            self._open = False
            self._show(Control(text="interrupt" if interrupted else "conversation-chain-end"))

    def _say(self, text: str, event: SentenceStarted | GreetingStarted) -> None:
        assert self._figure is not None
        self._show(
            SpeechElsewhere(
                at=asyncio.get_running_loop().time(),
                seconds=event.seconds,
                display_text=DisplayText(text=text, name=self._figure.name, avatar=self._figure.avatar),
                visemes=voice.shapes(event.phonemes, event.seconds, event.loudness),
            ),
            speech=True,
        )

    def _tell_state(self, phase: Phase, emotion: str | None) -> None:
        state = AgentState.model_validate({"state": phase, "emotion": emotion})
        if state != self._state:
            self._state = state
            self._show(state)

    def _show(self, message: Message, *, speech: bool = False) -> None:
        self._hall.show(self.uid, message, speech=speech)
