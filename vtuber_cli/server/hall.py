"""What all clients share: who is there, who looks on, and what talks are opened with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from vtuber_cli import character
from vtuber_cli.errors import EngineFailed, UsageError
from vtuber_cli.server import avatars, cast
from vtuber_cli.server.client import histories
from vtuber_cli.server.client.forms import Plain, Told, as_told
from vtuber_cli.server.client.histories import Face
from vtuber_cli.server.client.resumption import Tickets, Writers
from vtuber_cli.server.groups.lobby import Lobby
from vtuber_cli.server.messages import Control, Message, SetModelAndConf
from vtuber_cli.server.metrics.metrics import Metrics
from vtuber_cli.server.onlookers.sight import Scenes, Sight
from vtuber_cli.server.onlookers.stage import Stage
from vtuber_cli.server.services.sounds import Sounds

if TYPE_CHECKING:
    from vtuber_cli.events import Samples
    from vtuber_cli.server.seats import Seats
    from vtuber_cli.server.talk.talk import Talk
    from vtuber_cli.server.talk.talks import Talks

PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp")
_MOST_PICTURES = 1000
_CHAIN_START = Control(text="conversation-chain-start")


class Onlooker(Protocol):
    """A viewer: it is shown a talk, and has none."""

    uid: str
    sight: Sight

    def say(self, message: Message | Told, *, speech: bool = False) -> None: ...


class Hall:
    """See the module.

    Args:
        talks: opens them.
        seats: how many are served at once.
        folder: of the user's own pictures: `backgrounds` is in it.
        group_turns: how often each character of a group answers what was said.
        proxy: whether there is `/proxy-ws`.
    """

    def __init__(self, talks: Talks, seats: Seats, folder: Path, group_turns: int = 2, *, proxy: bool = False) -> None:
        self.talks = talks
        self.seats = seats
        self.folder = folder
        self.proxy = proxy
        self.loaded = False
        """The engines are ready, or have failed."""
        self.closing = asyncio.Event()
        self.lobby = Lobby(group_turns, self._write_down)
        self.sounds = Sounds()
        self.tickets = Tickets()
        self.writers = Writers()
        self.metrics = Metrics()
        self.talkers = 0
        self.stage = Stage(lambda: talks.first, cast.expressions_of)
        self.scenes = Scenes()
        self._onlookers: list[Onlooker] = []
        self.last = ""
        """Who talked last."""

    def admit(self, onlooker: Onlooker) -> Callable[[], None]:
        """Shows it what goes on; what it returns ends that."""
        self._onlookers.append(onlooker)

        def leave() -> None:
            if onlooker in self._onlookers:
                self._onlookers.remove(onlooker)

        return leave

    async def begin(self, uid: str, talk: Talk, *, resumes: bool) -> bool:
        """Opens a talk, which nobody else writes into from then on; whether it goes on with what is kept.

        Args:
            uid: whose it is, for those who look on.
            talk: it; where it goes on, its `uid` may be another one afterwards.
            resumes: it is to go on with what is kept under its `uid`.

        Raises:
            VtuberError: it cannot be.
        """
        async with self.writers.opening(talk.uid, talk):
            if resumes and self.talks.history is not None:
                talk.uid, resumes = await asyncio.to_thread(histories.where_to_go_on, self.talks.history, talk.uid)
            await talk.open(self.talks, resume=resumes)
            talk.follow(partial(self.stage.hear, uid))
        return resumes

    def turn_to(self, uid: str) -> None:
        """Who looks on without naming anybody sees this talk from now on."""
        seen, self.last = self.stage.who(self.last), uid
        if self.stage.who(uid) != seen:
            for message in self.scenes.of(uid):
                self.show(uid, message)

    def leave(self, uid: str) -> None:
        """That client has no talk any more."""
        self.scenes.leave(uid)
        self.stage.leave(uid)

    def show(self, uid: str, message: Message | Told, *, speech: bool = False) -> None:
        """What a talk says to its client, for those who look on."""
        told = as_told(message, speech=speech)
        who = isinstance(told, Plain) and isinstance(told.message, SetModelAndConf)
        if isinstance(told, Plain):
            self._note(uid, told.message)
        for onlooker in self._onlookers:
            if (onlooker.sight.watch or self.last) == uid and not (who and onlooker.sight.character):
                onlooker.say(told)

    def _note(self, uid: str, message: Message) -> None:
        self.scenes.note(uid, message)
        if isinstance(message, SetModelAndConf):
            self.stage.enter(uid, message.conf_uid)
        elif message == _CHAIN_START:
            self.turn_to(uid)

    async def _write_down(self, samples: Samples) -> str:
        services = self.talks.services
        if services is None:
            raise EngineFailed("groups.not_yet")
        return await services.transcribe(lambda: samples)

    def faces(self) -> Mapping[str, Face]:
        """Of the characters, by id; blocking."""
        pictures = avatars.every()
        found: dict[str, Face] = {}
        for name, folder in character.list_characters().items():
            try:
                called = character.read(folder).display_name(self.talks.language)
            except UsageError:
                called = name
            found[name] = Face(called, pictures.get(name))
        return found

    def backgrounds(self) -> tuple[str, ...]:
        """Names of pictures below `/bg`; blocking."""
        try:
            found = sorted(one.name for one in (self.folder / "backgrounds").iterdir() if _is_picture(one))
        except OSError:  # there is no such folder, most often
            return ()
        return tuple(found[:_MOST_PICTURES])


def _is_picture(file: Path) -> bool:
    return (
        file.suffix.lower() in PICTURES and not file.name.startswith(".") and file.is_file() and not file.is_symlink()
    )
