"""Pictures that a client sends along: only as `data:` addresses, known by their first bytes, of limited size."""

from __future__ import annotations

import binascii
from collections.abc import Iterable
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from vtuber_cli.events import Picture
from vtuber_cli.server.messages import pixels
from vtuber_cli.server.messages.base import Name, Part

MOST = 4
"""Pictures a message."""
LARGEST = 4 * 1024 * 1024
"""Bytes of one, decoded."""

Kind: TypeAlias = Literal["png", "jpeg", "gif", "webp"]

_LONGEST = LARGEST * 4 // 3 + 100
_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)


def sniffed(data: bytes) -> Kind | None:
    """What kind of picture these bytes begin; None for everything else, SVG too."""
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _picture(value: object) -> Picture:
    if isinstance(value, Picture):
        return value
    if not isinstance(value, str) or not value.startswith("data:image/"):
        raise PydanticCustomError("not_an_image", "no data:image address")
    if len(value) > _LONGEST:
        raise PydanticCustomError("image_too_large", "too large")
    head, comma, body = value.partition(",")
    if not comma or len(head) > 80 or not head.endswith(";base64"):
        raise PydanticCustomError("not_an_image", "not in base64")
    try:
        data = binascii.a2b_base64(body.encode("ascii"), strict_mode=True)
    except ValueError:  # binascii.Error, UnicodeEncodeError
        raise PydanticCustomError("not_an_image", "not in base64") from None
    kind = sniffed(data)
    if kind is None:
        raise PydanticCustomError("not_an_image", "of no kind we know")
    pixels_there = pixels.count(data)
    if pixels_there is None:
        raise PydanticCustomError("not_an_image", "without a size")
    if len(data) > LARGEST or pixels_there > pixels.MOST:
        raise PydanticCustomError("image_too_large", "too large")
    return Picture(kind, data)


def _url(picture: Picture) -> str:
    return picture.url


PictureUrl: TypeAlias = Annotated[
    Picture,
    PlainValidator(_picture),
    PlainSerializer(_url, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^data:image/[^,]{1,60};base64,", "maxLength": _LONGEST}),
]


class Image(Part):
    """A picture and where the client has it from."""

    source: Literal["camera", "screen", "clipboard", "upload"]
    data: PictureUrl
    """PNG, JPEG, GIF or WebP in base64, 4 MiB and 40 million pixels at most."""
    mime_type: Name | None = None
    """Ignored: the bytes say what they are."""


def pictures(images: Iterable[Image]) -> tuple[Picture, ...]:
    """The pictures alone."""
    return tuple(image.data for image in images)


Images: TypeAlias = Annotated[tuple[Image, ...], Field(strict=False, max_length=MOST)]
