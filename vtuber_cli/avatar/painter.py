"""What draws a character, whoever she is made by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable

    from vtuber_cli.avatar.parameters import Pose
    from vtuber_cli.avatar.rig_file import View

Kind: TypeAlias = Literal["png", "rgba"]


class Painter(Protocol):
    """Turns poses into pictures. `key` is cheap; the others may take tens of milliseconds and are called from a thread.

    Whatever they raise is a `VtuberError`, and the talk goes on without a face.
    """

    @property
    def live(self) -> bool:
        """Whether two pictures of one pose differ, as with a model that moves by itself: then nothing is kept."""
        ...

    def key(self, pose: Pose, width: int, height: int, view: View = "bust") -> Hashable:
        """Equal for poses with the same picture."""
        ...

    def has(self, pose: Pose, width: int, height: int, view: View = "bust", kind: Kind = "rgba") -> bool:
        """Whether the picture is at hand."""
        ...

    def png(self, pose: Pose, width: int, height: int, view: View = "bust") -> bytes:
        """A PNG of so many pixels on a transparent ground."""
        ...

    def rgba(self, pose: Pose, width: int, height: int, view: View = "bust") -> bytes:
        """The pixels row by row from the top, four bytes each, not premultiplied."""
        ...
