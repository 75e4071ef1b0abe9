"""What opens talks for the clients; `bootstrap.hosting.Hosting` does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from vtuber_cli.audio.base import Microphone, Speaker
    from vtuber_cli.conversation.services import Services
    from vtuber_cli.conversation.session import Session
    from vtuber_cli.store.history import History


class Talks(Protocol):
    @property
    def first(self) -> str:
        """Who talks to a client that has asked for nobody, by id."""
        ...

    @property
    def language(self) -> str:
        """Of the talks."""
        ...

    @property
    def history(self) -> History | None:
        """Where talks are kept, if they are."""
        ...

    @property
    def lends(self) -> bool:
        """Whether there are, or will be, engines for those without a talk."""
        ...

    @property
    def services(self) -> Services | None:
        """For whoever wants no talk; None while nothing is loaded."""
        ...

    @property
    def opened(self) -> list[Callable[[Session], None]]:
        """Who is told of each talk, before it runs."""
        ...

    async def open(
        self, who: str, microphone: Microphone, speaker: Speaker, *, resume: str | None, fresh: str | None
    ) -> Session:
        """A talk that is not running yet, on engines that others use too.

        Args:
            who: her id.
            microphone: what is heard of the user.
            speaker: where she is heard.
            resume: the talk to go on with, by id.
            fresh: the id of a new one.

        Raises:
            VtuberError: it cannot be.
        """
        ...
