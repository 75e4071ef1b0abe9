"""A tool that ran in a turn is told to clients that know no card of what it found."""

from __future__ import annotations

from datetime import datetime

from tests.server.served import serving, shapes
from vtuber_cli.server.cast import figure
from vtuber_cli.server.talk.tools import fortune_told


async def test_a_fortune_in_a_talk() -> None:
    async with serving() as served, served.client() as plain, served.client() as ours:
        await ours.say("hello", features=["fortune-card"])
        await ours.until("welcome")
        for client in (plain, ours):
            await client.say("text-input", text="Tell me my horoscope for Leo", images=[])
        frames = await plain.until("audio")
        card = (await ours.get("fortune-card"))["result"]
        for client in (plain, ours):
            await client.say("interrupt-signal")
    assert shapes(frames)[:3] == ["chain-start", "full-text 'Thinking...'", "tool_call_status"]
    (status,) = (frame for frame in frames if frame["type"] == "tool_call_status")
    assert datetime.fromisoformat(status.pop("timestamp")).tzinfo is not None
    content = status.pop("content")
    assert status == {
        "type": "tool_call_status",
        "tool_id": "fortune-1",
        "tool_name": "fortune",
        "status": "completed",
        "name": "Mika",
    }
    assert content.startswith(card["title"]["text"] + " (")
    assert content.endswith(")\n" + card["summary"]["text"])


def test_what_is_said_in_place_of_a_fortune() -> None:
    told = fortune_told(figure("mika", "en"), 3, {"notice": {"text": "Talk to somebody."}})
    assert (told.tool_id, told.content) == ("fortune-3", "Talk to somebody.")
