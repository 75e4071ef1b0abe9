"""The cards' pictures: all there, each its own, the same in a terminal and in a file; and decks of strangers."""

from __future__ import annotations

import itertools
import re
import struct
import zlib
from pathlib import Path

import pytest

from vtuber_cli.errors import UsageError
from vtuber_cli.fortune import art
from vtuber_cli.fortune.art import canvas, folder
from vtuber_cli.fortune.deck import CARDS, suit

CELL = re.compile(r"\x1b\[38;[25];[\d;]+;48;[25];[\d;]+m▀")


def difference(one: canvas.Pixels, other: canvas.Pixels) -> float:
    """Of two pictures, the mean over all channels, 0 to 255."""
    pairs = zip(itertools.chain(*one), itertools.chain(*other), strict=True)
    return sum(abs(a - b) for left, right in pairs for a, b in zip(left, right, strict=True)) / (24 * 42 * 3)


def a_png(
    rows: list[bytes], width: int, *, kind: int = 2, bits: int = 8, interlaced: int = 0, filters: bytes = b"\0"
) -> bytes:
    raw = b"".join(bytes([filters[at % len(filters)]]) + row for at, row in enumerate(rows))
    head = struct.pack(">IIBBBBB", width, len(rows), bits, kind, 0, 0, interlaced)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


@pytest.mark.parametrize("card", [*CARDS, art.BACK])
def test_every_card_is_drawn(card: str) -> None:
    rows = art.drawn(card)
    assert [len(row) for row in rows] == [24] * 42
    colors = {color for row in rows for color in row}
    assert len(colors) > 20 and all(0 <= channel <= 255 for color in colors for channel in color)
    light = sorted(sum(color) / 3 for row in rows for color in row)
    assert light[-50] - light[50] > 80  # something stands out


def test_no_two_cards_look_alike() -> None:
    for one, other in itertools.combinations(CARDS, 2):
        least = 2 if suit(one) == suit(other) != "major" else 10
        assert difference(art.drawn(one), art.drawn(other)) > least, (one, other)


def test_upside_down_is_upside_down() -> None:
    assert art.pixels("major.16", reversed=True)[0][0] == art.pixels("major.16")[-1][-1]
    assert difference(art.pixels("major.16", reversed=True), art.pixels("major.16")) > 20


@pytest.mark.parametrize("depth", ["true", "256"])
@pytest.mark.parametrize(("columns", "lines"), [(24, 21), (12, 10), (8, 7)])
def test_lines_for_a_terminal(depth: art.Depth, columns: int, lines: int) -> None:
    drawn = art.half_blocks("major.18", depth=depth, columns=columns)
    assert len(drawn) == lines
    assert all(len(CELL.findall(line)) == columns and line.endswith("\x1b[0m") for line in drawn)
    assert "".join(CELL.sub("", line) for line in drawn) == "\x1b[0m" * lines


@pytest.mark.parametrize("depth", ["none", "16"])
def test_no_picture_where_there_are_no_colours(depth: art.Depth) -> None:
    assert art.half_blocks("major.18", depth=depth) == []


def test_a_file_holds_the_same_picture(tmp_path: Path) -> None:
    for scale in (1, 8):
        (tmp_path / str(scale)).mkdir()
        (tmp_path / str(scale) / "major.18.png").write_bytes(art.png("major.18", scale))
        assert art.pixels("major.18", deck=tmp_path / str(scale)) == art.drawn("major.18")


def test_a_card_that_a_deck_lacks_is_ours(tmp_path: Path) -> None:
    assert art.pixels("cups.03", deck=tmp_path) == art.drawn("cups.03")
    with pytest.raises(UsageError, match="deck_missing"):
        art.pixels("cups.03", deck=tmp_path / "none")


@pytest.mark.parametrize(("kind", "pixel", "color"), [
    (0, b"\x80", (128, 128, 128)), (2, b"\x10\x20\x30", (16, 32, 48)), (6, b"\x10\x20\x30\xff", (16, 32, 48)),
    (6, b"\x10\x20\x30\x00", (20, 17, 31)), (4, b"\x80\xff", (128, 128, 128)),
])  # fmt: skip
def test_the_usual_kinds_of_png(tmp_path: Path, kind: int, pixel: bytes, color: canvas.Color) -> None:
    (tmp_path / "cups.03.png").write_bytes(a_png([pixel * 48] * 84, 48, kind=kind))
    assert art.pixels("cups.03", deck=tmp_path) == [[color] * 24] * 42


def test_rows_told_by_their_neighbours(tmp_path: Path) -> None:
    """Every filter of the format, against what it does to a row of zeros after a first one."""
    first = bytes([7, 7, 7] * 24)
    for method in (1, 2, 3, 4):
        rows = [first, *[bytes(72)] * 41]
        deck = tmp_path / str(method)
        deck.mkdir()
        (deck / "cups.03.png").write_bytes(a_png(rows, 24, filters=bytes([0, *[method] * 41])))
        second = art.pixels("cups.03", deck=deck)[1]
        wanted = {1: (0, 0, 0), 2: (7, 7, 7), 3: (3, 3, 3), 4: (7, 7, 7)}[method]
        assert second[0] == wanted


HOSTILE = {
    "empty": b"", "text": b"hello", "cut": art.png("major.18")[:200], "header": art.png("major.18")[:20],
    "sum": art.png("major.18").replace(b"IDAT", b"IDAX"),
    "deep": a_png([b"\0" * 6 * 24] * 42, 24, bits=16), "interlaced": a_png([b"\0" * 72] * 42, 24, interlaced=1),
    "wide": a_png([b"\0" * 3], 50_000), "none": a_png([], 0), "bomb": a_png([b"\0" * 12_000] * 200, 24),
    "short": a_png([b"\0" * 72] * 42, 25), "palette": a_png([b"\5" * 24] * 42, 24, kind=3),
    "filter": a_png([b"\0" * 72] * 42, 24, filters=b"\x09"), "large": art.png("major.18") + b"x" * 2_100_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_strange_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / "major.18.png"
    file.write_bytes(HOSTILE[name])
    with pytest.raises(UsageError) as refused:
        folder.picture(tmp_path, "major.18")
    assert refused.value.params["file"] == file


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.png").write_bytes(art.png("major.18"))
    (tmp_path / "major.18.png").symlink_to(tmp_path / "elsewhere.png")
    with pytest.raises(UsageError, match="deck_link"):
        art.pixels("major.18", deck=tmp_path)
