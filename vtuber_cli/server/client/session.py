"""What one client talks in: with whom, in which history, by which token, and the talk itself once there is one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from vtuber_cli.errors import StoreError, VtuberError
from vtuber_cli.i18n import t
from vtuber_cli.server import cast
from vtuber_cli.server import messages as m
from vtuber_cli.server.client import histories
from vtuber_cli.server.client.resumption import Place
from vtuber_cli.server.talk.talk import Client, Talk

if TYPE_CHECKING:
    from vtuber_cli.conversation.session import Hearer
    from vtuber_cli.server.client.outlet import Outlet
    from vtuber_cli.server.hall import Hall
    from vtuber_cli.server.talk.talks import Talks


class Whose(Client, Protocol):
    """The client."""

    uid: str


class ClientSession:
    """See the module; a `resumption.Holder`.

    Args:
        hall: what all clients share.
        client: whose it is.
        outlet: where the client's frames go out.
        hearer: who gets what is said aloud, if she is not to answer it.
    """

    def __init__(self, hall: Hall, client: Whose, outlet: Outlet, hearer: Callable[[], Hearer | None]) -> None:
        self.who = hall.talks.first
        self.figure: cast.Figure | None = None
        self.talk: Talk | None = None
        self.history = free_id(hall.talks)
        self.resumes = False
        """The next talk goes on with what is kept of `history`."""
        self.token = ""
        self.resumed = False
        """By the token of another connection."""
        self.elsewhere = asyncio.Event()
        """It goes on over another connection."""
        self._plays = True
        self._hall = hall
        self._client = client
        self._outlet = outlet
        self._hearer = hearer

    @property
    def at(self) -> Place:
        return Place(self.who, self.history)

    def give_way(self) -> None:
        self.elsewhere.set()

    @property
    def plays(self) -> bool:
        """Whether the sound of the talk is at the client."""
        return self._plays

    @plays.setter
    def plays(self, plays: bool) -> None:
        self._plays = plays
        if self.talk is not None:
            self.talk.speaker.plays = plays

    # --- the talk ------------------------------------------------------------------------------------------------

    async def opened(self) -> Talk:
        """The talk, begun if there is none.

        Raises:
            VtuberError: it cannot be.
        """
        if self.talk is not None and self.talk.over:
            await self.begin_anew()
        if self.talk is None:
            figure = self.figure or await asyncio.to_thread(cast.figure, self.who, self._hall.talks.language)
            talk = Talk(self._client, figure, self.history)
            talk.hearer, talk.speaker.plays = self._hearer, self._plays
            self.resumes = await self._hall.begin(self._client.uid, talk, resumes=self.resumes)
            self.history = talk.uid
            self.talk = talk
        return self.talk

    def hush(self, heard: str) -> bool:
        """Silence; `heard` is what the client has shown of the reply. Whether there was something to interrupt."""
        if self.talk is None:
            return False
        was_busy = self.talk.busy
        self._outlet.drop_speech()
        self.talk.interrupt(heard)
        self._hall.show(self._client.uid, m.Control(text="interrupt"), speech=False)
        return was_busy

    async def end_talk(self) -> None:
        talk = self.talk
        if talk is not None:
            self._outlet.drop_speech()
            if talk.busy:  # who looks on would see her speak for ever
                self._hall.show(self._client.uid, m.Control(text="interrupt"), speech=False)
            await self._hall.writers.end(talk)
            self.talk = None  # and not before: whoever is cut short here comes back for it

    async def begin_anew(self) -> None:
        """What is said next begins another talk."""
        await self.end_talk()
        self.history, self.resumes, self.resumed = free_id(self._hall.talks), False, False

    # --- with whom -----------------------------------------------------------------------------------------------

    async def introduce(self, *, with_uid: bool) -> None:
        """Who talks and what she looks like."""
        figure = self.figure
        if figure is None:
            figure = self.figure = await asyncio.to_thread(cast.figure, self.who, self._hall.talks.language)
        self._client.say(
            m.SetModelAndConf(
                model_info=figure.model,
                conf_name=figure.name,
                conf_uid=figure.id,
                client_uid=self._client.uid if with_uid else None,
            )
        )

    async def switch(self, file: str) -> None:
        """Another character.

        Raises:
            VtuberError: there is no such one.
        """
        who = await asyncio.to_thread(cast.named, file)
        self.figure = await asyncio.to_thread(cast.figure, who, self._hall.talks.language)
        self.who = who
        await self.begin_anew()
        await self.introduce(with_uid=False)
        self._client.say(m.ConfigSwitched(message=t("server.switched", name=self.figure.name)))

    # --- going on with another connection's ----------------------------------------------------------------------

    async def go_on(self, token: str | None) -> None:
        """With the talk of a token, if there is one. Where nothing is kept there is nothing to go on with."""
        tickets = self._hall.tickets
        if self._hall.talks.history is None:
            return
        if token and token != self.token and (place := tickets.redeem(token, self)) is not None:
            tickets.leave(self.token, self)
            self.token = token
            await self._take_up(place)
        self.token = self.token or tickets.issue(self)

    def leave(self) -> None:
        """The connection ends; another one may go on."""
        self._hall.tickets.leave(self.token, self)

    async def _take_up(self, place: Place) -> None:
        try:
            figure = await asyncio.to_thread(cast.figure, place.who, self._hall.talks.language)
        except VtuberError as error:  # she is not here any more
            self._client.refuse(error)
            return
        await self.end_talk()
        met, self.who, self.figure = self.who, place.who, figure
        self.history, self.resumes, self.resumed = place.history, True, True
        if met != place.who:
            await self.introduce(with_uid=True)

    # --- what is kept --------------------------------------------------------------------------------------------

    async def list_histories(self) -> None:
        kept = self._hall.talks.history
        found: tuple[m.History, ...] = ()
        if kept is not None:
            faces = await asyncio.to_thread(self._hall.faces)
            found = await asyncio.to_thread(histories.listed, kept, self.who, faces)
        self._client.say(m.HistoryList(histories=found))

    async def resume(self, uid: str) -> None:
        """Goes on with an earlier talk, if there is such a one."""
        kept = self._hall.talks.history
        found: tuple[m.HistoryMessage, ...] = ()
        if kept is not None:
            faces = await asyncio.to_thread(self._hall.faces)
            found = await asyncio.to_thread(histories.messages, kept, uid, self.who, faces)
        if found and not (self.talk is not None and self.talk.uid == uid):
            await self.end_talk()
            self.history, self.resumes, self.resumed = uid, True, False
        self._client.say(m.HistoryData(messages=found))

    async def delete(self, uid: str) -> None:
        """Forgets a talk, be it the one at hand."""
        kept = self._hall.talks.history
        success = False
        if kept is not None:
            if uid == self.history:
                await self.begin_anew()
            try:
                success = await asyncio.to_thread(histories.removed, kept, uid)
            except StoreError as error:
                self._client.refuse(error)
        self._client.say(m.HistoryDeleted(success=success, history_uid=uid))


def free_id(talks: Talks) -> str:
    """For a new talk, whether it will be kept or not."""
    kept = talks.history
    return kept.free_id() if kept is not None else uuid4().hex
