"""What a face is painted on: the cells of the screen, or the terminal's own graphics over them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from textual.strip import Strip

    from vtuber_cli.avatar.painter import Painter
    from vtuber_cli.avatar.parameters import Pose
    from vtuber_cli.avatar.rig_file import View

Colour: TypeAlias = tuple[int, int, int]

Drawn = TypeVar("Drawn")


class Place(NamedTuple):
    """Cells on the screen; column and row count from 0."""

    column: int
    row: int
    columns: int
    rows: int


class Ground(NamedTuple):
    """What the face stands before."""

    colour: Colour
    ink: Colour
    """Of text on it."""


class Change(NamedTuple):
    """What has to be done for a picture to be seen."""

    rows: Iterable[int] = ()
    """Lines that are to be painted anew, from the top of the face."""
    escapes: str = ""
    """What is to be written to the terminal; leaves the cursor anywhere."""


NOTHING = Change()


class Canvas(Protocol[Drawn]):
    """Pictures of one size at one place. `draw` may be called from a thread, one at a time; the rest is quick."""

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the pictures."""
        ...

    def has(self, key: Hashable) -> bool:
        """Whether `show` can do without a drawing."""
        ...

    def draw(self, painter: Painter, pose: Pose, view: View) -> Drawn: ...

    def show(self, key: Hashable, drawn: Drawn | None = None) -> Change:
        """Makes this the picture that is seen. `drawn` is needed where `has` says no; it is kept under the key, or
        not at all if the key is None."""
        ...

    def line(self, row: int) -> Strip:
        """The cells of a line as they are now."""
        ...

    def overwritten(self) -> bool:
        """Told that the cells are being painted; whether the picture is gone with it and has to be shown again."""
        ...

    def lift(self) -> str:
        """What takes everything off the screen and out of the terminal's memory; afterwards nothing is known."""
        ...
