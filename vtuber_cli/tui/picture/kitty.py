"""The graphics protocol of kitty, as old as 0.26: escape strings for one animated picture.

Pictures are uploaded once, as frames of one image or as images of their own; from then on a change of face is a few
bytes. An image is never sent again as a whole: that blanks it. The terminal is asked to answer nothing.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import NamedTuple, TypeAlias

CHUNK = 4096
"""The most bytes of base64 in one escape."""
LAST_ID = 2**32 - 1

_START, _END = "\x1b_G", "\x1b\\"
_QUIET = "q=2"


class Rgba(NamedTuple):
    """Pixels row by row, four bytes each, not premultiplied."""

    data: bytes
    width: int
    height: int


Picture: TypeAlias = bytes | Rgba
"""A PNG, or pixels."""


def transmit(image: int, picture: Picture) -> str:
    """Uploads the first frame; nothing is seen yet. Never again with the same id before it is freed."""
    return _upload(f"a=t,i={_id(image)},{_QUIET}", picture, more="")


def append(image: int, picture: Picture) -> str:
    """Uploads one more frame, of the size of the first: a smaller one leaves a rest, a larger one is refused."""
    return _upload(f"a=f,i={_id(image)},X=1,{_QUIET}", picture, more="a=f,")


def edit(image: int, frame: int, picture: Picture) -> str:
    """Puts a picture of the same size in the place of a frame; frames count from 1."""
    # Every escape names the frame: 0.26 looks at the last one and would append.
    return _upload(f"a=f,i={_id(image)},r={_id(frame)},X=1,{_QUIET}", picture, more=f"a=f,r={frame},")


def show(image: int, frame: int) -> str:
    """Shows a frame wherever the image is placed."""
    return f"{_START}a=a,i={_id(image)},c={_id(frame)},{_QUIET}{_END}"


def place(image: int, placement: int, columns: int, rows: int) -> str:
    """Shows the image from the cursor on, stretched to so many cells; the cursor stays. The same placement is moved.

    It lies over the text, and cells show where it is transparent. Under the text (`z=-1`) 0.26 paints the background
    of cells in wrong colours.
    """
    where = f"c={_id(columns)},r={_id(rows)},C=1"
    return f"{_START}a=p,i={_id(image)},p={_id(placement)},{where},{_QUIET}{_END}"


def hide(image: int, placement: int) -> str:
    """Takes one placement off the screen and keeps the frames."""
    return f"{_START}a=d,d=i,i={_id(image)},p={_id(placement)},{_QUIET}{_END}"


def free(image: int) -> str:
    """Takes the image off the screen and out of the terminal's memory; kitty frees all that are not placed with it."""
    return f"{_START}a=d,d=I,i={_id(image)},{_QUIET}{_END}"


class PoseFrames:
    """Which picture is in which frame of one image; the least recently seen makes room."""

    def __init__(self, image: int, limit: int) -> None:
        if limit < 1:
            raise ValueError(f"{limit} frames hold no picture")
        self.image = _id(image)
        self.limit = limit
        self._frames: OrderedDict[Hashable, int] = OrderedDict()
        self._shown: Hashable = None

    def __len__(self) -> int:
        return len(self._frames)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._frames

    def known(self, key: Hashable) -> str | None:
        """The escape that shows a picture; empty if it is shown already, None if it has to be uploaded."""
        if (frame := self._frames.get(key)) is None:
            return None
        self._frames.move_to_end(key)
        if self._shown == key:
            return ""
        self._shown = key
        return show(self.image, frame)

    def upload(self, key: Hashable, picture: Picture) -> str:
        """The escape that uploads a picture and shows it. All pictures have the size of the first."""
        if (found := self.known(key)) is not None:
            return found
        if not self._frames:
            sent, frame = transmit(self.image, picture), 1
        elif len(self._frames) < self.limit:
            sent, frame = append(self.image, picture), len(self._frames) + 1
        else:
            _, frame = self._frames.popitem(last=False)
            sent = edit(self.image, frame, picture)
        self._frames[key] = frame
        self._shown = key
        return sent + show(self.image, frame)

    def free(self) -> str:
        """The escape that forgets all; empty if nothing was uploaded."""
        if not self._frames:
            return ""
        self._frames.clear()
        self._shown = None
        return free(self.image)


class PoseImages:
    """The same with an image for each picture, for terminals that show images but no frames of them.

    The cursor has to be at the first cell whenever an escape that shows is written.
    """

    def __init__(self, ids: Iterator[int], limit: int, columns: int, rows: int) -> None:
        """Prepares for pictures of so many cells.

        Args:
            ids: of images, none of them twice.
            limit: how many pictures are kept.
            columns: in cells.
            rows: in cells.
        """
        if limit < 1:
            raise ValueError(f"{limit} images hold no picture")
        self.limit = limit
        self._ids = ids
        self._size = _id(columns), _id(rows)
        self._images: dict[Hashable, int] = {}
        self._shown: Hashable = None

    def __len__(self) -> int:
        return len(self._images)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._images

    def known(self, key: Hashable) -> str | None:
        """The escape that shows a picture; empty if it is shown already, None if it has to be uploaded."""
        if (image := self._images.get(key)) is None:
            return None
        if self._shown == key:
            return ""
        before = self._images.get(self._shown)
        self._shown = key
        # The new one first: between the two the face would be gone.
        return place(image, 1, *self._size) + ("" if before is None else hide(before, 1))

    def upload(self, key: Hashable, picture: Picture) -> str:
        """The escape that uploads a picture and shows it."""
        if (found := self.known(key)) is not None:
            return found
        image = next(self._ids)
        sent = transmit(image, picture)
        full = len(self._images) >= self.limit
        others, self._images = self._images, {**({} if full else self._images), key: image}
        if not full:
            return sent + (self.known(key) or "")
        # All at once: kitty would forget the others with the first.
        self._shown = key
        return sent + place(image, 1, *self._size) + "".join(free(other) for other in others.values())

    def free(self) -> str:
        """The escape that forgets all; empty if nothing was uploaded."""
        found = "".join(free(image) for image in self._images.values())
        self._images = {}
        self._shown = None
        return found


def _upload(keys: str, picture: Picture, *, more: str) -> str:
    """Splits a picture into escapes; `more` is what those after the first have to repeat."""
    if isinstance(picture, Rgba):
        data, width, height = picture
        if width < 1 or height < 1 or len(data) != width * height * 4:
            raise ValueError(f"{len(data)} bytes are no picture of {width}x{height}")
        keys += f",f=32,o=z,s={width},v={height}"
        body = zlib.compress(data, 1)
    else:
        if not picture:
            raise ValueError("an empty picture")
        keys += ",f=100"
        body = picture
    return "".join(_escapes(keys, b64encode(body).decode("ascii"), more))


def _escapes(keys: str, body: str, more: str) -> Iterator[str]:
    for start in range(0, len(body), CHUNK):
        head = keys if start == 0 else f"{more}{_QUIET}"
        yield f"{_START}{head},m={int(start + CHUNK < len(body))};{body[start : start + CHUNK]}{_END}"


def _id(number: int) -> int:
    """Ids, frames and cells count from 1."""
    if not 0 < number <= LAST_ID:
        raise ValueError(f"{number} is not within 1 and {LAST_ID}")
    return number
