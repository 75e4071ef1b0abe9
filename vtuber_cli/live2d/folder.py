"""File names that a model's files give: they have to stay inside the model's folder, links included."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vtuber_cli.live2d.json_file import KB, MB

if TYPE_CHECKING:
    from vtuber_cli.errors import ConfigError
    from vtuber_cli.yaml_file import Document, Key

MAX_MOC = 128 * MB
MAX_TEXTURE = 64 * MB
MAX_SIDE = 16_384
MAX_PIXELS = 200_000_000
"""Of all textures together: each takes four bytes of the machine's memory, and more on the graphics card."""

_PNG = b"\x89PNG\r\n\x1a\n"
_MOC = b"MOC3"
NEWEST_MOC = 6
MOC_VERSIONS = {1: "3.0", 2: "3.3", 3: "4.0", 4: "4.2", 5: "5.0", 6: "5.3"}
"""What a moc's version byte says, as the editor's version that writes it."""


class Size(NamedTuple):
    width: int
    height: int


class Folder:
    """The folder of one model, as its `.model3.json` sees it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.root = Path(str(document.path)).parent
        self._real = self.root.resolve()

    def file(self, name: str, key: Key, limit: int) -> Path:
        """The file that `name` means, which is there, in the folder, and of at most `limit` bytes.

        Raises:
            ConfigError: it is not; names the file that says so, and where.
        """
        if not name.strip() or any(ord(letter) < 32 or letter == "\x7f" for letter in name):
            raise self._document.refusal("live2d.bad_name", key)
        parts = name.split("/")
        if name.startswith("/") or "\\" in name or ":" in name or ".." in parts:
            raise self._document.refusal("live2d.outside", key, path=name[:120])
        file = self.root / name
        try:
            real = file.resolve()
            if not real.is_relative_to(self._real):
                raise self._document.refusal("live2d.link_outside", key, path=name[:120])
            if not real.is_file():
                raise self._missing(name, key)
            size = real.stat().st_size
        except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
            reason = getattr(error, "strerror", None) or str(error)
            raise self._document.refusal("live2d.unreadable", key, path=name[:120], reason=reason) from None
        if size > limit:
            raise self._document.refusal("live2d.too_big", key, path=name[:120], limit=limit // KB)
        return file

    def moc(self, name: str, key: Key) -> tuple[Path, int]:
        """The moc and its version, as far as its first bytes tell: what is wrong inside, only Live2D's library sees."""
        file = self.file(name, key, MAX_MOC)
        head = self._head(file, 8, key)
        if head[:4] != _MOC or len(head) < 8:
            raise self._document.refusal("live2d.no_moc", key, path=name[:120])
        version = head[4]
        if version not in MOC_VERSIONS:
            raise self._document.refusal("live2d.moc_version", key, version=version, newest=NEWEST_MOC)
        return file, version

    def texture(self, name: str, key: Key) -> tuple[Path, Size]:
        """A texture and its size, by the PNG's head."""
        file = self.file(name, key, MAX_TEXTURE)
        head = self._head(file, 33, key)
        if head[:8] != _PNG or len(head) < 33 or head[12:16] != b"IHDR":
            raise self._document.refusal("live2d.no_png", key, path=name[:120])
        size = Size(*struct.unpack(">II", head[16:24]))
        if not 0 < size.width <= MAX_SIDE or not 0 < size.height <= MAX_SIDE:
            raise self._document.refusal(
                "live2d.large_texture", key, path=name[:120], width=size.width, height=size.height, limit=MAX_SIDE
            )
        return file, size

    def _head(self, file: Path, count: int, key: Key) -> bytes:
        try:
            with file.open("rb") as stream:
                return stream.read(count)
        except OSError as error:
            raise self._document.refusal(
                "live2d.unreadable", key, path=file.name, reason=error.strerror or str(error)
            ) from None

    def _missing(self, name: str, key: Key) -> ConfigError:
        """Says what there is, where only letter case is between: Windows forgives it, Linux does not."""
        wanted = name.rpartition("/")[2]
        try:
            there = (one.name for one in (self.root / name).parent.iterdir())
            same = [one for one in there if one != wanted and one.casefold() == wanted.casefold()]
        except OSError:
            same = []
        words = "live2d.missing_nearest" if same else "live2d.missing"
        return self._document.refusal(words, key, path=name[:120], nearest="".join(same[:1]))
