"""The page and `server/messages` mean the same."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from tests.viewer.said import MIKA, SENT, START, audio
from tests.viewer.server import StandIn
from tests.viewer.show import viewer
from tests.viewer.test_lips import written
from vtuber_cli.avatar.lipsync import from_phonemes
from vtuber_cli.avatar.pose import Performer
from vtuber_cli.server.messages import Audio, PoseTold, ServerMessage
from vtuber_cli.server.messages.base import Message

KINDS: dict[str, type[Message]] = {kind.model_fields["type"].default: kind for kind in get_args(ServerMessage)}


@pytest.mark.parametrize(
    "said", [MIKA, START, SENT, audio("Hello."), audio("Hello.", audio=None)], ids=lambda said: said["type"]
)
def test_our_stand_in_says_what_a_server_says(said: dict[str, Any]) -> None:
    KINDS[said["type"]].model_validate(said)


def test_a_performer_s_poses_and_lips_fit_the_wire() -> None:
    PoseTold(at=1.0, values=Performer({}).pose(1.0, voiced=False))
    lips = from_phonemes([("h", 0.1), ("m", 0.1), ("a", 0.3)])
    Audio.model_validate(audio("Ham", visemes=[_known(key) for key in written(lips.keys)]))


def _known(key: dict[str, Any]) -> dict[str, Any]:
    """Without what a key has nothing to say of, as on the wire."""
    return {name: value for name, value in key.items() if value or name in ("at", "open")}


async def test_every_message_of_the_protocol_is_borne(browser: str, server: StandIn) -> None:
    async with viewer(browser, server, "captions=all") as tab:
        for kind in KINDS.values():
            extra = kind.model_config.get("json_schema_extra")
            assert isinstance(extra, dict)
            await server.send(*extra["examples"])
        await server.send(MIKA, START, audio("After all that.", 0.2), SENT)
        await server.until("frontend-playback-complete")
        await tab.until("document.getElementById('captions').textContent === 'After all that.'")
        unlike = [each for each in tab.complaints if "404" not in each]  # models and pictures of the examples
    assert unlike == []
