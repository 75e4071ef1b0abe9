"""`/proxy-ws`: clients that share one talk. What a client asks for itself is answered to it alone.

Open-LLM-VTuber's front ends begin a new history whenever they connect, and acknowledge each turn ten times. Nothing
that a client does by itself may change the talk for the others: only who has it to themselves begins another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI, Response, WebSocket  # noqa: TID253 - only a server imports this module

from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t
from vtuber_cli.server import messages as m
from vtuber_cli.server.client.peer import Peer
from vtuber_cli.server.client.session import free_id
from vtuber_cli.server.guard.layer import pass_of
from vtuber_cli.server.onlookers.sight import Sight
from vtuber_cli.server.proxy.shared_talk import SharedTalk
from vtuber_cli.server.talk.question import Question

if TYPE_CHECKING:
    from vtuber_cli.events import Picture, Samples
    from vtuber_cli.server.client.outlet import Send
    from vtuber_cli.server.client.peer import Receive
    from vtuber_cli.server.guard.admission import Place
    from vtuber_cli.server.hall import Hall

PATH = "/proxy-ws"


def join(app: FastAPI, hall: Hall) -> None:
    """Adds it to the application; where it is not wanted, there is nothing at its address."""
    shared = SharedTalk(hall) if hall.proxy else None

    @app.websocket(PATH)
    async def proxy(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction] - FastAPI calls it
        if shared is None:
            await socket.send_denial_response(Response(status_code=404))
            return
        await socket.accept()
        sharer = ProxyPeer(hall, shared, socket.receive, socket.send, pass_of(socket.scope).place)  # type: ignore[arg-type]
        hall.talkers += 1
        try:
            await sharer.run()
        finally:
            hall.talkers -= 1


class ProxyPeer(Peer):
    """A client of the shared talk, a `shared_talk.Sharer`.

    Args:
        hall: what all clients of the server share.
        shared: the talk.
        receive: ASGI's.
        send: ASGI's.
        place: what it takes up, if places are counted.
    """

    def __init__(
        self, hall: Hall, shared: SharedTalk, receive: Receive, send: Send, place: Place | None = None
    ) -> None:
        super().__init__(hall, receive, send, place)
        self._shared = shared
        self.sight = Sight(hall, shared.uid, self._outlet)

    def _arrive(self) -> None:
        own, shared = self._session, self._shared
        own.who, own.figure, own.history = shared.who, shared.figure, shared.history
        self._shared.join(self)

    async def _depart(self) -> None:
        await self._shared.leave(self)

    def fall_silent(self) -> None:
        self._outlet.drop_speech()

    def hush(self, heard: str) -> bool:
        return self._shared.interrupt(self, heard)

    async def _take(self, said: m.Message) -> None:
        match said:
            case m.Hello():
                await self._meet(said.model_copy(update={"role": "talker", "resume": None}))
            case m.RawAudioData():
                raise UsageError("proxy.no_open_microphone")
            case m.AiSpeakSignal():
                pass  # somebody is always silent here
            case m.InterruptSignal(text=heard):
                self.hush(heard)
            case m.AudioPlayStart(display_text=shown):
                self._shared.began(self, shown.text if shown else None)
            case m.FrontendPlaybackComplete():
                self._shared.acknowledge(self)
            case m.AddClientToGroup() | m.RemoveClientFromGroup():
                self.send(m.GroupOperationResult(success=False, message=t("proxy.no_groups")))
            case m.CreateNewHistory() | m.FetchAndSetHistory() | m.DeleteHistory() | m.SwitchConfig():
                await self._change(said)
            case _:
                await super()._take(said)

    async def _ask(self, text: str = "", samples: Samples | None = None, images: tuple[Picture, ...] = ()) -> None:
        if self._place is not None and not self._place.become_talker():
            raise UsageError("server.too_many_talks")
        self._shared.ask(self, Question(text, samples, images))

    async def _go_on(self, token: str | None) -> None:
        """A talk of many is nobody's to come back to."""

    # --- what would change the talk ------------------------------------------------------------------------------

    async def _change(self, said: m.Message) -> None:
        alone = self._shared.is_of(self)
        own = self._session
        own.history = self._shared.history
        match said:
            case m.CreateNewHistory():
                if alone:
                    await self._shared.begin(free_id(self._hall.talks))
                self.send(m.NewHistoryCreated(history_uid=self._shared.history))
            case m.FetchAndSetHistory(history_uid=uid) | m.DeleteHistory(history_uid=uid):
                if not alone and (isinstance(said, m.FetchAndSetHistory) or uid == self._shared.history):
                    raise UsageError("proxy.of_many")
                await self._look_up(said)
                if own.history != self._shared.history or own.resumes:
                    await self._shared.begin(own.history, resumes=own.resumes)
                    own.resumes = False
            case m.SwitchConfig(file=file):
                if not alone:
                    raise UsageError("proxy.of_many")
                await own.switch(file)
                self._shared.who, self._shared.figure = own.who, own.figure
                await self._shared.begin(own.history)
            case _:
                pass
