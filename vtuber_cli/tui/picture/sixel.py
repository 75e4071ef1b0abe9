"""Sixel graphics: a picture as one escape, in at most 256 colours that stay the same from frame to frame.

Sixels cannot be taken back, so that pictures are opaque: each lies on the ground's colour and covers the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Bytes: TypeAlias = npt.NDArray[np.uint8]
Floats: TypeAlias = npt.NDArray[np.float32]
Colour: TypeAlias = tuple[int, int, int]

MOST_COLOURS = 256

_BAND = 6
_EMPTY = 63
"""The character of six pixels of which none is painted."""
_LEVELS = 32
"""Steps of a channel by which colours are looked up."""
_CUBE = 4
"""Steps of a channel of the colours kept for what was not foreseen."""


class Palette:
    """The colours of a session."""

    def __init__(self, pictures: Iterable[bytes], ground: Colour, size: int = MOST_COLOURS) -> None:
        """Chooses colours.

        Args:
            pictures: RGBA of some of what will be shown; other colours are shown by their neighbours.
            ground: what transparent pixels show.
            size: how many colours there may be, from 16 on.

        Raises:
            ValueError: too few or too many colours, or what is no picture.
        """
        if not 16 <= size <= MOST_COLOURS:
            raise ValueError(f"{size} colours, not 16 to {MOST_COLOURS}")
        self.ground = ground
        spare = _cube(_CUBE) if size == MOST_COLOURS else _cube(2)
        chosen = _cut(pictures, ground, size - 1 - len(spare))
        self.colours: Bytes = np.vstack([np.array([ground], np.uint8), chosen, spare])
        """Shape (n, 3); the first is the ground."""

        self._table = np.full(_LEVELS**3, -1, np.int16)
        self._table[_bins(self.colours[:1])] = 0

    def nearest(self, pixels: Bytes) -> Bytes:
        """The index of each pixel's colour, for pixels of shape (..., 3)."""
        bins = _bins(pixels)
        found = self._table[bins]
        if (new := np.unique(bins[found < 0])).size:
            known = self.colours.astype(np.float32)
            away = np.einsum("ij,ij->i", known, known) - 2 * _middles(new) @ known.T
            self._table[new] = away.argmin(axis=1)
            found = self._table[bins]
        return found.astype(np.uint8)


def sixel(rgba: bytes, width: int, height: int, palette: Palette) -> str:
    """The escape that paints a picture from the cursor on.

    The cursor is left somewhere below; a picture that reaches the last row of the screen scrolls it.

    Args:
        rgba: rows from the top, four bytes a pixel, not premultiplied.
        width: in pixels.
        height: in pixels.
        palette: its colours.

    Raises:
        ValueError: a size that is not the picture's.
    """
    if width < 1 or height < 1 or len(rgba) != width * height * 4:
        raise ValueError(f"{len(rgba)} bytes are no picture of {width}x{height}")
    flat = _over(np.frombuffer(rgba, np.uint8).reshape(height, width, 4), palette.ground)
    indices = palette.nearest(flat)
    used = np.flatnonzero(np.bincount(indices.ravel(), minlength=len(palette.colours)))
    registers = "".join(_register(index, palette.colours[index]) for index in used.tolist())
    bands = "-".join("$".join(_rows(indices[top : top + _BAND])) for top in range(0, height, _BAND))
    return f'\x1bP0;1q"1;1;{width};{height}{registers}{bands}\x1b\\'


def _register(index: int, colour: Bytes) -> str:
    red, green, blue = ((value * 200 + 255) // 510 for value in colour.tolist())
    return f"#{index};2;{red};{green};{blue}"


def _rows(band: Bytes) -> Iterator[str]:
    """A row of sixels for each colour of a band, runs shortened and what is empty at its end left out."""
    width = band.shape[1]
    colours, places = np.unique(band, return_inverse=True)
    bits = np.zeros((len(colours), width), np.uint8)
    every = np.arange(width, dtype=np.intp)
    for row, which in enumerate(places.reshape(band.shape)):
        bits[which, every] |= 1 << row
    bits += _EMPTY
    new = np.ones(bits.shape, bool)
    new[:, 1:] = bits[:, 1:] != bits[:, :-1]
    starts = np.flatnonzero(new)
    lengths = np.diff(starts, append=bits.size)
    signs = bits.ravel()[starts]
    owners = starts // width
    kept = (signs != _EMPTY) | (np.append(owners[1:], -1) == owners)
    runs = [_run(sign, length) for sign, length in zip(signs[kept].tolist(), lengths[kept].tolist(), strict=True)]
    ends = np.searchsorted(owners[kept], np.arange(len(colours)), side="right").tolist()
    for colour, start, end in zip(colours.tolist(), chain([0], ends), ends, strict=False):
        yield f"#{colour}{''.join(runs[start:end])}"


def _run(sign: int, length: int) -> str:
    return f"!{length}{chr(sign)}" if length > 3 else chr(sign) * length


def _over(picture: Bytes, ground: Colour) -> Bytes:
    """The picture over the ground, without its fourth channel."""
    share = picture[..., 3:].astype(np.uint16)
    below = np.array(ground, np.uint16)
    return ((picture[..., :3] * share + below * (255 - share) + 127) // 255).astype(np.uint8)


def _bins(pixels: Bytes) -> npt.NDArray[np.intp]:
    steps = (pixels >> 3).astype(np.intp)
    return (steps[..., 0] * _LEVELS + steps[..., 1]) * _LEVELS + steps[..., 2]


def _middles(bins: npt.NDArray[np.intp]) -> Floats:
    steps = np.stack([bins // _LEVELS**2, bins // _LEVELS % _LEVELS, bins % _LEVELS], axis=1)
    return steps.astype(np.float32) * 8 + np.float32(3.5)


def _cube(steps: int) -> Bytes:
    levels = np.linspace(0, 255, steps).astype(np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)


def _cut(pictures: Iterable[bytes], ground: Colour, size: int) -> Bytes:
    """At most so many colours, by parting again and again the group whose colours differ most."""
    colours, counts = _histogram(pictures, ground)
    groups = [np.arange(len(colours))] if len(colours) else []
    spreads = [_spread(colours, counts, group) for group in groups]
    while groups and len(groups) < size:
        widest = int(np.argmax([spread for spread, _ in spreads]))
        spread, channel = spreads[widest]
        if spread <= 0:
            break
        group = groups[widest]
        values = colours[group, channel]
        low = values < np.average(values, weights=counts[group])
        groups[widest : widest + 1] = [group[low], group[~low]]
        spreads[widest : widest + 1] = [_spread(colours, counts, part) for part in (group[low], group[~low])]
    means = [np.average(colours[group], axis=0, weights=counts[group]) for group in groups]
    return np.rint(np.array(means, np.float32).reshape(-1, 3)).astype(np.uint8)


def _spread(colours: Floats, counts: Floats, group: npt.NDArray[np.intp]) -> tuple[float, int]:
    """How much a group's colours differ, weighed by how many there are, and in which channel the most."""
    mean = np.average(colours[group], axis=0, weights=counts[group])
    spreads = (counts[group, None] * (colours[group] - mean) ** 2).sum(axis=0)
    channel = int(spreads.argmax())
    return (float(spreads[channel]) if len(group) > 1 else 0.0), channel


def _histogram(pictures: Iterable[bytes], ground: Colour) -> tuple[Floats, Floats]:
    """The mean colours that occur, shape (n, 3), and how often, shape (n,); small pictures count as much as large."""
    counts = np.zeros(_LEVELS**3)
    sums = np.zeros((_LEVELS**3, 3))
    for picture in pictures:
        if not picture or len(picture) % 4:
            raise ValueError(f"{len(picture)} bytes are no picture")
        flat = _over(np.frombuffer(picture, np.uint8).reshape(1, -1, 4), ground).reshape(-1, 3)
        bins = _bins(flat)
        counts += np.bincount(bins, minlength=len(counts)) / len(bins)
        for channel in range(3):
            sums[:, channel] += np.bincount(bins, flat[:, channel], minlength=len(counts)) / len(bins)
    seen = np.flatnonzero(counts)
    return (sums[seen] / counts[seen, None]).astype(np.float32), counts[seen].astype(np.float32)
