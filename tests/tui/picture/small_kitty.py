"""A small model of kitty 0.26, which reads what is written for it and fails on what the real one would not do."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field

from vtuber_cli.tui.picture.kitty import CHUNK

ESCAPE = re.compile(r"\x1b_G([a-zA-Z]=-?[0-9a-zA-Z]+(?:,[a-zA-Z]=-?[0-9a-zA-Z]+)*)(?:;([A-Za-z0-9+/=]*))?\x1b\\")


def read(text: str) -> Iterator[tuple[dict[str, str], str]]:
    """The keys and the payload of each escape; fails on whatever is none."""
    position = 0
    while position < len(text):
        found = ESCAPE.match(text, position)
        assert found, text[position : position + 80]
        pairs = [pair.split("=") for pair in found[1].split(",")]
        assert len({key for key, _ in pairs}) == len(pairs)
        yield {key: value for key, value in pairs}, found[2] or ""
        position = found.end()


@dataclass
class Image:
    frames: list[bytes] = field(default_factory=list)
    shown: int = 1
    placements: dict[str, dict[str, str]] = field(default_factory=dict)


class Kitty:
    """As much of 0.26 as we use. Whatever it would refuse, blank or answer fails."""

    def __init__(self) -> None:
        self.images: dict[str, Image] = {}
        self._first: dict[str, str] = {}
        self._body = ""

    def write(self, text: str) -> None:
        for keys, payload in read(text):
            assert keys["q"] == "2", "it would answer"
            if self._first or keys["a"] in "tf":
                self._load(keys, payload)
            elif keys["a"] == "d" and keys["d"] == "I" and keys["i"] not in self.images:
                pass  # freed with another one
            else:
                assert not payload
                getattr(self, f"_{keys['a']}")(keys)
        assert not self._first, "a picture that never ends"

    def seen(self, image: int) -> bytes:
        found = self.images[str(image)]
        return found.frames[found.shown - 1]

    def _load(self, keys: dict[str, str], payload: str) -> None:
        assert len(payload) <= CHUNK
        assert len(payload) % 4 == 0
        if self._first:
            assert keys.keys() <= {"a", "r", "q", "m"}
            assert (keys.get("a") == "f") == (self._first["a"] == "f")
        self._first = self._first or keys
        self._body += payload
        if keys["m"] == "1":
            assert len(payload) == CHUNK
            return
        first, data = self._first, b64decode(self._body, validate=True)
        self._first, self._body = {}, ""
        if first["f"] == "32":
            assert first["o"] == "z"
            data = zlib.decompress(data)
            assert len(data) == int(first["s"]) * int(first["v"]) * 4
        else:
            assert first["f"] == "100"
        if first["a"] == "t":
            assert first["i"] not in self.images, "sent again, it goes blank"
            self.images[first["i"]] = Image([data])
            return
        frames = self.images[first["i"]].frames
        assert first["X"] == "1", "it would be blended"
        frame = int(keys.get("r", 0))  # of the last escape
        if frame:
            frames[frame - 1] = data
        else:
            frames.append(data)

    def _a(self, keys: dict[str, str]) -> None:
        image = self.images[keys["i"]]
        image.shown = int(keys["c"])
        assert 1 <= image.shown <= len(image.frames)

    def _p(self, keys: dict[str, str]) -> None:
        assert keys["C"] == "1", "the cursor would move"
        self.images[keys["i"]].placements[keys["p"]] = keys

    def _d(self, keys: dict[str, str]) -> None:
        if keys["d"] == "i":
            del self.images[keys["i"]].placements[keys["p"]]
        else:
            assert keys["d"] == "I"
            assert "p" not in keys
            del self.images[keys["i"]]
            self.images = {name: image for name, image in self.images.items() if image.placements}
