"""The one screen of a talk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import events as textual_events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from vtuber_cli.errors import VtuberError
from vtuber_cli.events import (
    CharacterChanged,
    EngineChanged,
    Event,
    Failed,
    FirstAudio,
    FortuneTold,
    Greeted,
    Level,
    Notice,
    Phase,
    PhaseChanged,
    ReplyEnded,
    ReplyStarted,
    SentenceStarted,
    UserSaid,
)
from vtuber_cli.i18n import t
from vtuber_cli.tui.feed import Talk, error_lines, milliseconds, notice_lines, safe, safe_event, safe_line, stages
from vtuber_cli.tui.picture.choice import UNANSWERED, Choice
from vtuber_cli.tui.symbols import Symbols
from vtuber_cli.tui.themes import Look
from vtuber_cli.tui.widgets.card import Card
from vtuber_cli.tui.widgets.composer import Composer
from vtuber_cli.tui.widgets.face import Face, Portraits
from vtuber_cli.tui.widgets.hints import KeyHints
from vtuber_cli.tui.widgets.status import StatusBar
from vtuber_cli.tui.widgets.transcript import Transcript

FRAME_SECONDS = 0.066
"""How often what is streamed is drawn: text, meter."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """Where the screen reads the time: of day for people, and running seconds for the voice."""

    day: Callable[[], str]
    """The time of day as shown, "14:02"."""
    running: Callable[[], float]


class ChatScreen(Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.interrupt", show=False),
        Binding("pageup", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(1)", show=False),
        Binding("ctrl+home", "top", show=False),
        Binding("ctrl+end", "bottom", show=False),
    ]

    def __init__(
        self,
        session: Talk,
        look: Look,
        symbols: Symbols,
        clocks: Clocks,
        devices: str = "",
        portraits: Portraits | None = None,
    ) -> None:
        super().__init__(classes="-ascii" if symbols.ascii else "")
        self._session = session
        self._clocks = clocks
        name = safe_line(session.name)
        self._name_shown = name
        self._symbols = symbols
        self._look = look
        self._card = Card(name, safe_line(look.tagline), symbols)
        self.transcript = Transcript(name, self._card, symbols)
        self._portraits = None if portraits is None or portraits.choice.way == "off" else portraits
        self._face = (
            Face(self._portraits.choice, clocks.running, seed=self._portraits.seed) if self._portraits else None
        )
        # Her column is there before she is: words that were laid out without it would be laid out once more.
        self.set_class(self._face is not None, "-face")
        self.composer = Composer()
        self.status = StatusBar(symbols, safe_line(devices))
        self._keys = KeyHints()
        self._microphone: bool | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="talk"):
            yield self.transcript
            if self._face is not None:
                with Vertical(id="beside"):
                    yield self._face
        yield self.composer
        yield self.status
        yield self._keys

    def on_mount(self) -> None:
        for message in self._session.past:
            if message.role in {"user", "assistant"}:
                self.transcript.past(message.role == "assistant", safe(message.text), safe_line(message.name))
        self._show_phase(self._session.phase)
        self._show_microphone()
        self.composer.focus()
        self.set_interval(FRAME_SECONDS, self._tick)
        if self._portraits is not None:
            self._say_if_drawn_otherwise(self._portraits.choice)
            self.portray(self._portraits.character)

    def show(self, event: Event) -> None:
        """Takes one announcement of the conversation. Foreign text is made safe here, for all widgets."""
        if self._face is not None:
            self._face.tell(event)
        match safe_event(event):
            case Level() as level:
                self.status.hear(level)
                return
            case PhaseChanged(phase=phase):
                self._show_phase(phase)
            case EngineChanged() as engine:
                self._card.engines.change(engine)
            case Failed(error=error):
                self.fail(error)
            case Notice() as notice:
                text, hint = notice_lines(notice)
                self.transcript.note(text, hint, severity=notice.severity)
            case Greeted(text=text, emotion=emotion):
                self.transcript.greeted(text, emotion, self._clocks.day())
            case CharacterChanged(name=name):
                self._name_shown = name
                self.transcript.become(name)
            case UserSaid(text=text, via=via):
                self.transcript.said(text, voice=via == "voice", at=self._clocks.day())
            case FortuneTold(result=result):
                self.transcript.fortune(result, self._look.accent)
            case spoken:
                self._show_reply(spoken)
        self._show_microphone()

    def _show_reply(self, event: Event) -> None:
        match event:
            case ReplyStarted(emotion=emotion):
                self.transcript.reply_started(emotion, self._clocks.day())
            case SentenceStarted(sentence=sentence, seconds=seconds):
                self.transcript.sentence(
                    sentence.shown, seconds, sentence.emotion, at=self._clocks.day(), now=self._clocks.running()
                )
            case FirstAudio(timings=timings):
                self.transcript.first_audio(milliseconds(timings.first_audio_ms))
                self.status.strip(stages(timings))
            case ReplyEnded(text=text, interrupted=interrupted):
                self.transcript.reply_ended(text, interrupted=interrupted)
            case _:
                pass

    def dress(self, look: Look) -> None:
        """What comes from now on wears these colours."""
        self._look = look

    def fail(self, error: VtuberError) -> None:
        self.transcript.note(*error_lines(error), severity="error")

    # --- her face ---------------------------------------------------------------------------------------------------

    def portray(self, character: str) -> None:
        """Shows the face of this character, by id; none, if she has none."""
        if self._face is not None:
            self.run_worker(self._portray(self._face, character), group="face", exclusive=True)

    def _say_if_drawn_otherwise(self, choice: Choice) -> None:
        """Somebody who asked for a picture and gets blocks wants to know why."""
        if choice.reason == UNANSWERED:
            why = safe_line(t(choice.reason, **choice.params))
            self.transcript.note(t("chat.drawn_otherwise", way=t(f"picture.way.{choice.way}"), why=why))

    async def _portray(self, face: Face, character: str) -> None:
        assert self._portraits is not None
        try:
            figure = await asyncio.to_thread(self._portraits.figure, character)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a face is no reason to end a talk
            face.fail(error)
            return
        self.set_class(figure is not None, "-face")
        if figure is None:
            face.leave()
        else:
            face.enter(figure)
            if figure.instead is not None:
                self.fail(figure.instead)

    def on_face_failed(self, message: Face.Failed) -> None:
        self.remove_class("-face")
        self.fail(message.error)

    def on_screen_suspend(self) -> None:
        if self._face is not None:
            self._face.cover(True)

    def on_screen_resume(self) -> None:
        if self._face is not None:
            self._face.cover(False)

    # --- the phase --------------------------------------------------------------------------------------------------

    def _show_phase(self, phase: Phase) -> None:
        if phase == "hearing":
            self.transcript.hearing()
        elif phase in {"listening", "idle"}:
            self.transcript.hearing_ended()
        self.status.phase(phase)
        self.invite()

    def invite(self) -> None:
        """Says in the empty line what the user can do now."""
        self.composer.placeholder = self._symbols.words(self._invitation(self._session.phase))

    def _show_microphone(self) -> None:
        """A microphone may come and go during a talk."""
        there = self._session.can_listen
        if self._microphone != there:
            self._microphone = there
            self.status.microphone(there)
            self._keys.microphone(there)

    def _invitation(self, phase: Phase) -> str:
        if phase == "loading":
            return t("chat.type.loading", name=self._name_shown)
        hears = self._session.can_listen and self._session.listening
        if phase in {"thinking", "speaking"}:
            key = "chat.type.busy" + ((".hears" if self._session.barge_in else ".deaf") if hears else "")
            return t(key, name=self._name_shown)
        if not self._session.can_listen:
            return t("chat.type.no_mic", name=self._name_shown)
        return t("chat.type.listening") if self._session.listening else t("chat.type.idle")

    def _tick(self) -> None:
        self.transcript.tick(self._clocks.running())
        self.status.tick()

    def on_click(self, event: textual_events.Click) -> None:
        self.composer.focus()

    def action_scroll(self, pages: int) -> None:
        if pages < 0:
            self.transcript.scroll_page_up()
        else:
            self.transcript.scroll_page_down()

    def action_top(self) -> None:
        self.transcript.scroll_home()

    def action_bottom(self) -> None:
        self.transcript.anchor()
