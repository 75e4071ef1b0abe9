"""Every message that the protocol promises from the server is sent somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import vtuber_cli.server
from vtuber_cli.server.messages.base import Message
from vtuber_cli.server.messages.schema import SIDES

ROOM = Path(vtuber_cli.server.__file__).parent
SOURCE = "\n".join(
    file.read_text(encoding="utf-8") for file in sorted(ROOM.rglob("*.py")) if file.parent.name != "messages"
)
SAYS = sorted({kind for side in SIDES if not side.is_client for kind in side.says}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", SAYS, ids=lambda kind: kind.__name__)
def test_it_has_a_sender(kind: type[Message]) -> None:
    assert re.search(rf"\b{kind.__name__}(\.model_construct)?\(", SOURCE)


def test_controls_are_sent() -> None:
    (control,) = (kind for kind in SAYS if kind.__name__ == "Control")
    told = set(control.model_json_schema()["properties"]["text"]["enum"])
    assert told == set(re.findall(r'Control\(text="([a-z-]+)"\)', SOURCE))
