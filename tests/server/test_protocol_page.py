"""`docs/protocol.md` is what the classes of the wire say, and every example on it is a message."""

from __future__ import annotations

import json
import re

import pytest

from scripts import protocol_page
from vtuber_cli.server import wire
from vtuber_cli.server.messages.schema import SIDES

PAGE = protocol_page.PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r'^\{".*\}$', PAGE, re.MULTILINE)


def test_the_page_is_fresh() -> None:
    assert protocol_page.page(PAGE) == PAGE, "run: .venv/bin/python scripts/protocol_page.py"


def test_every_message_has_an_example() -> None:
    shown = {json.loads(each).get("type") for each in EXAMPLES}
    known = {kind.model_fields["type"].default for side in SIDES for kind in side.says if "type" in kind.model_fields}
    assert known <= shown
    assert len(EXAMPLES) >= sum(len(side.says) for side in SIDES)


@pytest.mark.parametrize("socket", [wire.CLIENT, wire.TTS, wire.FORTUNE], ids=lambda socket: socket.path)
def test_the_wire_reads_what_is_shown(socket: wire.Socket) -> None:
    begin = PAGE.index(f"## `{socket.path}`: to the server")
    shown = re.findall(r'^\{".*\}$', PAGE[begin : PAGE.index("\n## ", begin + 1)], re.MULTILINE)
    assert len(shown) >= len(socket.kinds)
    for each in shown:
        assert not isinstance(wire.read(each, socket), wire.Ignored)


def test_every_link_leads_somewhere() -> None:
    headings = {heading.lower() for heading in re.findall(r"^### (.*)$", PAGE, re.MULTILINE)}
    assert set(re.findall(r"\(#([a-z-]+)\)", PAGE)) <= headings


def test_what_the_page_says_of_limits_is_so() -> None:
    assert f"at most {wire.LARGEST // 2**20} MiB, at most {wire.DEEPEST} levels deep" in " ".join(PAGE.split())
