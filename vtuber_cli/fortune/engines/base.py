"""What every fortune engine promises."""

from __future__ import annotations

from typing import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vtuber_cli.fortune.draw import Draw
    from vtuber_cli.fortune.reading import Reading
    from vtuber_cli.fortune.request import Request


class FortuneEngine(Protocol):
    """Computes keys and numbers out of the request, the sky and the draw.

    It knows no language, and reads no clock and no file.
    """

    name: str
    version: int
    """Grows when the same request leads to another reading."""

    def subject(self, request: Request) -> str:
        """Whose draw it is: the profile's seed, else the sign or animal that was given or follows from the birth, else
        "guest". Never anything a birth could be told from more closely.
        """
        ...

    def compute(self, request: Request, draw: Draw) -> Reading:
        """The reading.

        Raises:
            ProfileNeeded: it takes a birth, a sign or an animal that nobody gave.
        """
        ...
