"""Reads what a program wrote to a terminal, strictly: every byte belongs to text or to one whole escape."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["text", "control", "csi", "osc", "dcs", "apc", "short"]

PIECE = re.compile(
    rb"""
    (?P<csi>   \x1b\[ [0-?]* [\x20-/]* [@-~] )
  | (?P<osc>   \x1b\] [^\x00-\x1f\x7f]* (?: \x07 | \x1b\\ ) )
  | (?P<dcs>   \x1bP [^\x00-\x1f\x7f]* \x1b\\ )
  | (?P<apc>   \x1b_ [^\x00-\x1f\x7f]* \x1b\\ )
  | (?P<short> \x1b [\x20-/]* [0-OQ-WYZ`-~] )
  | (?P<control> [\x07\x08\t\r\n] )
  | (?P<text>  [^\x00-\x1f\x7f]+ )
    """,
    re.VERBOSE,
)


class Piece(NamedTuple):
    kind: Kind
    data: bytes


class Graphics(NamedTuple):
    """One command of kitty's protocol, its chunks joined."""

    keys: dict[str, str]
    payload: bytes


def pieces(written: bytes) -> list[Piece]:
    """All of it.

    Raises:
        ValueError: something is no escape that ends, or no text.
    """
    written.decode("utf-8")
    found: list[Piece] = []
    at = 0
    while at < len(written):
        match = PIECE.match(written, at)
        if match is None:
            raise ValueError(f"no whole escape: {written[at : at + 80]!r} after {written[max(0, at - 80) : at]!r}")
        found.append(Piece(match.lastgroup, match.group()))  # type: ignore[arg-type]
        at = match.end()
    return found


def graphics(written: Sequence[Piece]) -> Iterator[Graphics]:
    """The commands of kitty's protocol.

    Raises:
        ValueError: one that may be answered, or is interrupted, or is not of the protocol.
    """
    open_: Graphics | None = None
    for kind, data in written:
        if kind != "apc":
            if open_ is not None:
                raise ValueError(f"{data!r} amid the chunks of {open_.keys}")
            continue
        head, _, body = data[3:-2].partition(b";")
        if data[2:3] != b"G":
            raise ValueError(f"no graphics: {data!r}")
        keys = dict(pair.split("=", 1) for pair in head.decode("ascii").split(","))
        if keys.get("a") == "q":  # the survey's question is to be answered
            continue
        if keys.get("q") != "2":
            raise ValueError(f"may be answered: {data[:80]!r}")
        if len(body) > 4096:
            raise ValueError(f"{len(body)} bytes in one escape")
        command = Graphics(keys, body) if open_ is None else Graphics(open_.keys, open_.payload + body)
        open_ = command if keys.get("m") == "1" else None
        if open_ is None:
            yield command._replace(payload=b64decode(command.payload, validate=True))
    if open_ is not None:
        raise ValueError(f"never ended: {open_.keys}")
