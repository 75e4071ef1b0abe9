"""The reader of escapes finds what is wrong."""

from __future__ import annotations

import pytest

from tests.tui.escapes import graphics, pieces


def test_what_is_whole_is_read() -> None:
    written = "a\x1b[?25hé\r\n\x1b]0;t\x07\x1b7\x1b_Ga=t,q=2,m=1;AA\x1b\\\x1b_Gm=0,q=2;AA\x1b\\\x1bP0q#1\x1b\\".encode()
    kinds = [piece.kind for piece in pieces(written)]
    assert kinds == ["text", "csi", "text", "control", "control", "osc", "short", "apc", "apc", "dcs"]
    assert b"".join(piece.data for piece in pieces(written)) == written
    assert [(command.keys["a"], command.payload) for command in graphics(pieces(written))] == [("t", b"\0\0\0")]


@pytest.mark.parametrize(
    "written",
    [b"\x1b", b"\x1b[12", b"\x1b[1\x1b[2m", b"\x1b]0;t", b"\x1b_Ga=t", b"\x1b_Ga\x1b[m\x1b\\", b"\x00", b"\x1bPq"],
)
def test_what_is_not_whole_is_found(written: bytes) -> None:
    with pytest.raises(ValueError, match="no whole escape"):
        pieces(written)


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        (b"\x1b_Ga=p,i=1\x1b\\", "may be answered"),
        (b"\x1b_Ga=p,i=1,q=1\x1b\\", "may be answered"),
        (b"\x1b_Ga=t,q=2,m=1;AA\x1b\\", "never ended"),
        (b"\x1b_Ga=t,q=2,m=1;AA\x1b\\text\x1b_Gm=0,q=2;AA\x1b\\", "amid the chunks"),
        (b"\x1b_X\x1b\\", "no graphics"),
        (b"\x1b_Ga=t,q=2;" + b"A" * 4100 + b"\x1b\\", "in one escape"),
    ],
)
def test_graphics_that_are_not_right_are_found(written: bytes, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        list(graphics(pieces(written)))
