"""The cards' pictures: all there, each its own, the same in a terminal and in a file; and decks of strangers."""

from __future__ import annotations

import itertools
import re
import struct
import zlib
from pathlib import Path

import pytest

from scripts import deck_sheet
from vtuber_cli.errors import UsageError
from vtuber_cli.fortune import art
from vtuber_cli.fortune.art import canvas, folder
from vtuber_cli.fortune.deck import CARDS

DRAWINGS = Path(canvas.__file__).parent

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
        assert difference(art.drawn(one), art.drawn(other)) > 20, (one, other)


def test_small_ones_are_told_apart_as_well() -> None:
    small = {card: art.scaled(art.drawn(card), 12, 20) for card in CARDS}
    for one, other in itertools.combinations(CARDS, 2):
        pairs = zip(itertools.chain(*small[one]), itertools.chain(*small[other]), strict=True)
        apart = sum(abs(a - b) for left, right in pairs for a, b in zip(left, right, strict=True)) / (12 * 20 * 3)
        assert apart > 12, (one, other)


@pytest.mark.parametrize("file", sorted(DRAWINGS.rglob("*.txt")), ids=lambda file: file.stem)
def test_a_drawing_stays_inside_its_frame(file: Path) -> None:
    """What is painted beside the picture is a slip of the pen; sprites may hang over its edge."""
    blocks = re.findall(r"^map(?: (\d+) (\d+))?\n((?:[^\n]+\n?)+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    for left, top, rows in blocks:
        lines = rows.splitlines()
        assert int(left or 0) + max(map(len, lines)) <= 22 and int(top or 0) + len(lines) <= 40


def test_every_sprite_is_used() -> None:
    texts = [file.read_text(encoding="utf-8") for file in DRAWINGS.rglob("*.txt")]
    put = {line.split()[1] for text in texts for line in text.splitlines() if line.startswith("put ")}
    sprites = [text for text in texts if "\nput " not in text]
    assert put == {name for text in sprites for name in re.findall(r"^\[(.+)\]$", text, re.MULTILINE)}


def test_the_sheet_in_the_documentation_shows_these_cards() -> None:
    """Painted anew by scripts/deck_sheet.py after a change; compared unpacked, as another zlib packs otherwise."""
    committed, fresh = deck_sheet.SHEET.read_bytes(), art.encoded(deck_sheet.deck(), deck_sheet.SCALE)
    assert folder._chunks(committed)[b"IHDR"] == folder._chunks(fresh)[b"IHDR"]
    assert zlib.decompress(folder._chunks(committed)[b"IDAT"]) == zlib.decompress(folder._chunks(fresh)[b"IDAT"])
    assert len(committed) < 300_000


def test_a_turned_card_is_drawn_again_upright() -> None:
    """The lines for a terminal gild a frame; the picture they were made of stays as it is."""
    before = [row[:] for row in art.drawn("cups.13")]
    for depth in ("true", "256"):
        art.half_blocks("cups.13", depth=depth, columns=12, reversed=True)
        art.half_blocks("cups.13", depth=depth)
    assert art.drawn("cups.13") == before


@pytest.mark.parametrize(("color", "code"), [
    ((0, 0, 0), 16), ((255, 255, 255), 231), ((95, 135, 175), 67), ((0, 0, 95), 17), ((118, 118, 118), 243),
    ((13, 16, 90), 17), ((60, 0, 0), 52),
])  # fmt: skip
def test_the_nearest_of_256_colours(color: canvas.Color, code: int) -> None:
    """Exact ones are themselves; a dark blue is a blue and no grey."""
    assert art._nearest(color) == code


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
