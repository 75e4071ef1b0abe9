"""One client: what it says becomes calls of its talk, what the talk tells becomes frames."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import uuid4

from vtuber_cli import __version__
from vtuber_cli.errors import EngineFailed, UsageError, VtuberError
from vtuber_cli.i18n import t
from vtuber_cli.server import cast, wire
from vtuber_cli.server import messages as m
from vtuber_cli.server.client.forms import FEATURES, Form, Plain, Told, as_told
from vtuber_cli.server.client.outlet import Outlet, Send
from vtuber_cli.server.client.session import ClientSession
from vtuber_cli.server.messages.images import pictures
from vtuber_cli.server.onlookers.sight import Sight
from vtuber_cli.server.talk.microphone import UTTERANCE_SECONDS, Utterance
from vtuber_cli.server.talk.talk import Talk

if TYPE_CHECKING:
    from vtuber_cli.conversation.session import Hearer
    from vtuber_cli.events import Picture, Samples
    from vtuber_cli.server.guard.admission import Place
    from vtuber_cli.server.hall import Hall
    from vtuber_cli.server.talk.question import Question

Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]

_SHOWN = (
    m.Control, m.FullText, m.BackendSynthComplete, m.ForceNewMessage, m.UserInputTranscription, m.AgentState,
    m.FortuneCard, m.SetModelAndConf,
)  # fmt: skip
"""What those who look on are shown of somebody's talk, besides speech."""
_INTERRUPT = m.Control(text="interrupt")
_OF_PLAYERS = (m.AudioPlayStart, m.FrontendPlaybackComplete)
"""What is nothing to go by from a client whose sound is elsewhere."""

_TRY_AGAIN, _TOO_SLOW = 1012, 1008
ELSEWHERE = 4001
"""Closes a connection whose talk goes on over another one. Who is closed so should forget its token."""
_GOODBYE_SECONDS = 0.5

_LOG = logging.getLogger(__name__)


class Peer:
    """See the module. `run` holds the connection, which was accepted.

    Args:
        hall: what all clients share.
        receive: ASGI's.
        send: ASGI's.
        place: what it takes up, if places are counted.
    """

    def __init__(self, hall: Hall, receive: Receive, send: Send, place: Place | None = None) -> None:
        self.uid = str(uuid4())
        self._hall = hall
        self._receive = receive
        self._send = send
        self._outlet = Outlet(send)
        self.sight = Sight(hall, self.uid, self._outlet)
        self._place = place
        self._form = Form()
        self._session = ClientSession(hall, self, self._outlet, self._group)
        self._utterance = Utterance()
        self.called = ""
        """What the client calls itself."""
        self._acting = asyncio.Lock()
        """What the client does, and what its group asks of its talk, one after the other."""
        self._gone = False
        self._stop_looking: Callable[[], None] | None = None

    async def run(self) -> None:
        """Until the client goes, takes nothing more, or the server ends."""
        sending = asyncio.ensure_future(self._outlet.run())
        listening = asyncio.ensure_future(self._listen())
        closing = asyncio.ensure_future(self._hall.closing.wait())
        leaving = asyncio.ensure_future(self._session.elsewhere.wait())
        tasks = (sending, listening, closing, leaving)
        try:
            self._arrive()
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not listening.done():
                await self._hang_up(_TRY_AGAIN if closing.done() else ELSEWHERE if leaving.done() else _TOO_SLOW)
        finally:
            self._gone = True
            await self._depart()
            for task in tasks:
                task.cancel()
            if self._stop_looking is not None:
                self._stop_looking()
            self._session.leave()
            self.sight.close()
            async with self._acting:
                await self._session.end_talk()
            self._hall.leave(self.uid)
            for failed in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(failed, Exception):
                    _LOG.error("a connection failed", exc_info=failed)

    def _arrive(self) -> None:
        self._hall.lobby.enter(self)

    async def _depart(self) -> None:
        self._hall.lobby.leave(self)

    async def _hang_up(self, code: int) -> None:
        with suppress(OSError, RuntimeError, TimeoutError):  # it may have gone, or take nothing
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._send({"type": "websocket.close", "code": code})

    # --- to the client -------------------------------------------------------------------------------------------

    def send(self, message: m.Message | Told, *, speech: bool = False) -> None:
        """To this client, in the form that it wants."""
        told = as_told(message, speech=speech)
        if isinstance(told, Plain) and told.message == _INTERRUPT:
            self._outlet.drop_speech()
        self._outlet.put_all(told.frames(self._form), speech=told.speech)

    def say(self, message: m.Message | Told, *, speech: bool = False) -> None:
        """To this client, to its group, and to those who look on."""
        told = as_told(message, speech=speech)
        self.send(told)
        if isinstance(told, Plain):
            self._hall.lobby.echo(self, told.message)
        if self._stop_looking is None and not (isinstance(told, Plain) and not isinstance(told.message, _SHOWN)):
            self._hall.show(self.uid, told)

    def refuse(self, error: VtuberError) -> None:
        self._hall.metrics.error(error.key)
        self.say(wire.CLIENT.refusal(error))

    # --- from the client -----------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        await self._greet()
        while (event := await self._receive())["type"] != "websocket.disconnect":
            frame = wire.frame_of(event)
            try:
                said = wire.read(frame)
            except wire.Refused as error:
                self.refuse(error)
                continue
            if isinstance(said, wire.Ignored):
                _LOG.debug("a frame was ignored: %s %s", said.reason, said.type)
                continue
            if not self._form.plays and isinstance(said, _OF_PLAYERS):
                continue
            try:
                async with self._acting:
                    await self._take(said)
            except VtuberError as error:
                self.refuse(error)
            except Exception:  # noqa: BLE001
                # A bug of ours costs the client this frame, and not its talk.
                _LOG.exception("%s failed", type(said).__name__)
                self.refuse(EngineFailed("server.failed"))

    async def _greet(self) -> None:
        self.say(m.GroupUpdate(members=(), is_owner=False))
        self.say(m.FullText(text=t("server.connected")))
        await self._session.introduce(with_uid=True)
        self.say(m.GroupUpdate(members=(), is_owner=False))
        self.say(m.Control(text="start-mic"))

    async def _take(self, said: m.Message) -> None:
        match said:
            case m.TextInput(text=text, images=images):
                await self._ask(text, images=pictures(images))
            case m.MicAudioData() | m.MicAudioEnd() | m.RawAudioData():
                await self._hear(said)
            case m.AiSpeakSignal(idle_time=silent, images=images):
                (await self._opened()).speak_up(silent if silent >= 0 else None, pictures(images))
            case m.InterruptSignal(text=heard):
                group = self._hall.lobby.talk_of(self.uid)
                if group is None or not group.interrupt(self, heard):
                    self.hush(heard)
            case m.AudioPlayStart(display_text=shown):
                if self._session.talk is not None:
                    self._session.talk.speaker.began(shown.text if shown else None)
            case m.FrontendPlaybackComplete():
                if self._session.talk is not None:
                    self._session.talk.speaker.acknowledge()
            case _:
                await self._look_up(said)

    async def _look_up(self, said: m.Message) -> None:
        """Histories and characters."""
        match said:
            case m.FetchHistoryList():
                await self._session.list_histories()
            case m.FetchAndSetHistory(history_uid=uid):
                await self._session.resume(uid)
            case m.CreateNewHistory():
                await self._session.begin_anew()
                self.say(m.NewHistoryCreated(history_uid=self._session.history))
            case m.DeleteHistory(history_uid=uid):
                await self._session.delete(uid)
            case m.FetchConfigs():
                self.say(m.ConfigFiles(configs=await asyncio.to_thread(cast.configs, self._hall.talks.language)))
            case m.SwitchConfig(file=file):
                await self._session.switch(file)
            case _:
                await self._reply(said)

    async def _reply(self, said: m.Message) -> None:
        """What is answered at once."""
        match said:
            case m.Heartbeat():
                self.say(m.HeartbeatAck())
            case m.Ping(t=time):
                self.say(m.Pong(t=time))
            case m.Hello():
                await self._meet(said)
            case m.FetchBackgrounds():
                self.say(m.BackgroundFiles(files=await asyncio.to_thread(self._hall.backgrounds)))
            case m.RequestInitConfig():
                await self._session.introduce(with_uid=True)
            case m.RequestGroupInfo():
                self._hall.lobby.inform(self)
            case m.AddClientToGroup(invitee_uid=uid):
                self._hall.lobby.invite(self, uid)
            case m.RemoveClientFromGroup(target_uid=uid):
                self._hall.lobby.remove(self, uid)
            case _:
                _LOG.debug("nothing is done about %s", type(said).__name__)

    async def _meet(self, hello: m.Hello) -> None:
        self._form = Form(FEATURES & set(hello.features), hello.plays, hello.language)
        self._session.plays = hello.plays
        self.called = hello.name or ""
        role = hello.role
        if role == "viewer" and self._stop_looking is None and self._session.talk is None:
            if self._place is None or self._place.become_viewer():
                self._stop_looking = self._hall.admit(self)
                self._hall.lobby.leave(self)
            else:
                raise UsageError("server.too_many_viewers")
        if self._stop_looking is None:
            role = "talker"
            await self._go_on(hello.resume)
        else:
            self._hall.leave(self.uid)
        self.sight.meet(hello, looks_on=self._stop_looking is not None)
        self.say(
            m.Welcome(
                server=f"vtuber {__version__}",
                features=tuple(each for each in hello.features if each in self._form.features),
                role=role,
                client_uid=self.uid,
                resume=self._session.token or None,
                resumed=self._session.resumed,
            )
        )
        for message in await self.sight.scene():
            self.say(message)

    async def _go_on(self, token: str | None) -> None:
        """With the talk of a token."""
        await self._session.go_on(token)

    async def _hear(self, said: m.MicAudioData | m.MicAudioEnd | m.RawAudioData) -> None:
        match said:
            case m.MicAudioData(audio=samples):
                if self._session.talk is not None:
                    self._session.talk.hold_back()
                if not self._utterance.add(samples):
                    raise UsageError("server.too_long_said", seconds=UTTERANCE_SECONDS)
            case m.RawAudioData(audio=samples):
                (await self._opened()).microphone.push(samples)
            case m.MicAudioEnd(images=images):
                if (samples := self._utterance.take()) is not None:
                    await self._ask(samples=samples, images=pictures(images))
                elif self._session.talk is not None:
                    self._session.talk.microphone.hush()

    # --- its talk ------------------------------------------------------------------------------------------------

    async def _ask(self, text: str = "", samples: Samples | None = None, images: tuple[Picture, ...] = ()) -> None:
        group = self._hall.lobby.talk_of(self.uid)
        if group is None:
            talk = await self._opened()
            group = self._hall.lobby.talk_of(self.uid)  # it may have been invited meanwhile
            if group is None:
                talk.ask(text, samples, images)
                return
        if images:
            self.refuse(UsageError("server.no_images"))
        if text or samples is not None:
            group.say(self, text if samples is None else samples)

    def _group(self) -> Hearer | None:
        """Who gets what is said aloud, in a group."""
        group = self._hall.lobby.talk_of(self.uid)
        return None if group is None else partial(group.say, self)

    @property
    def character(self) -> str:
        figure = self._session.figure
        return figure.name if figure is not None else ""

    async def put(self, question: Question) -> None:
        """What its group asks."""
        async with self._acting:
            if self._gone:
                question.over.set()
                return
            talk = await self._opened()
            if not question.over.is_set():  # it was sent out of the group meanwhile
                talk.put(question)

    def hush(self, heard: str) -> bool:
        """Silence; `heard` is what the client has shown of the reply. Whether there was something to interrupt."""
        return self._session.hush(heard)

    async def _opened(self) -> Talk:
        """The talk, begun if there is none.

        Raises:
            VtuberError: it cannot be, or this is a viewer.
        """
        if self._stop_looking is not None:
            raise UsageError("server.viewers_look")
        if self._place is not None and not self._place.become_talker():
            raise UsageError("server.too_many_talks")
        return await self._session.opened()
