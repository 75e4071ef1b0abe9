"""What a client sees of her: whose talk, whom in it, and her poses, if it wants them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from vtuber_cli.server import cast
from vtuber_cli.server.messages import AgentState, Hello, Message, SetModelAndConf

if TYPE_CHECKING:
    from vtuber_cli.server.client.outlet import Outlet
    from vtuber_cli.server.hall import Hall
    from vtuber_cli.server.wire import Encoded


class Scenes:
    """What somebody who comes later has to be told of each talk."""

    def __init__(self) -> None:
        self._told: dict[str, dict[type[Message], Message]] = {}

    def note(self, talk: str, message: Message) -> None:
        if isinstance(message, SetModelAndConf | AgentState):
            self._told.setdefault(talk, {})[type(message)] = message

    def of(self, talk: str) -> tuple[Message, ...]:
        return tuple(self._told.get(talk, {}).values())

    def leave(self, talk: str) -> None:
        self._told.pop(talk, None)


class Sight:
    """A `stage.Spectator`.

    Args:
        hall: where the talks are.
        uid: of the client.
        outlet: where poses go out.
    """

    def __init__(self, hall: Hall, uid: str, outlet: Outlet) -> None:
        self.watch = ""
        """Of a viewer: whose talk; of whoever talked last, if it is empty."""
        self.character = ""
        """Of a viewer: whom it sees, whoever talks; who talks, if it is empty."""
        self._hall = hall
        self._uid = uid
        self._outlet = outlet
        self._looks_on = False
        self._stop: Callable[[], None] | None = None

    @property
    def sees(self) -> tuple[str, str]:
        return (self.watch or self._hall.last) if self._looks_on else self._uid, self.character

    def offer(self, frame: Encoded) -> None:
        self._outlet.offer(frame)

    def meet(self, hello: Hello, *, looks_on: bool) -> None:
        """What it has announced."""
        self._looks_on = looks_on
        self.watch = (hello.watch or "") if looks_on else ""
        self.character = (hello.character or "") if looks_on else ""
        if "pose" not in hello.features:
            self.close()
        elif self._stop is None:
            self._stop = self._hall.stage.admit(self)

    async def scene(self) -> tuple[Message, ...]:
        """What a viewer has to be told of it.

        Raises:
            VtuberError: there is no such character; it sees who talks.
        """
        if not self._looks_on:
            return ()
        told = self._hall.scenes.of(self.sees[0])
        if not self.character:
            return told
        who, self.character = self.character, ""
        figure = await asyncio.to_thread(cast.figure, who, self._hall.talks.language)
        self.character = who
        shown = SetModelAndConf(model_info=figure.model, conf_name=figure.name, conf_uid=figure.id)
        return (shown, *(message for message in told if not isinstance(message, SetModelAndConf)))

    def close(self) -> None:
        """No more poses."""
        if self._stop is not None:
            self._stop()
            self._stop = None
