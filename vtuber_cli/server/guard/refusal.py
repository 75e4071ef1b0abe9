"""Why somebody is not let in: one line for the log and, where it helps, for the one who is refused."""

from __future__ import annotations

from typing import ClassVar

from vtuber_cli.errors import VtuberError
from vtuber_cli.i18n import find, t


class Refusal(VtuberError):
    """A request that goes no further.

    Args:
        key: of its words, in the area `guard`.
        status: the HTTP status. A socket that is refused before it is accepted always answers 403 or 503.
        params: fill the words; nothing in them is as the client wrote it unless it was held to a narrow pattern.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, key: str, status: int = 403, **params: object) -> None:
        super().__init__(key)
        self.params = params
        self.status = status

    @property
    def lines(self) -> str:
        """What was wrong, and what to do about it."""
        words = [t(self.key, **self.params)]
        if find(f"{self.key}.hint"):
            words.append(t(f"{self.key}.hint", **self.params))
        return "\n".join(words) + "\n"
