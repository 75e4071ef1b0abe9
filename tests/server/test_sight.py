"""What viewers see: whose poses, and whose model."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.server.served import Script, Served, serving

VIEWER = {"role": "viewer", "features": ["pose", "agent-state"]}


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    script = Script()
    script.says("[joy] Hello there, nice to see you.")
    async with serving(script) as found:
        yield found


async def test_a_viewer_who_announced_it_is_sent_poses_and_nobody_else(served: Served) -> None:
    async with served.client() as viewer, served.client() as other:
        await viewer.say("hello", **VIEWER)
        assert "pose" in (await viewer.get("welcome"))["features"]
        first, second = await viewer.get("pose"), await viewer.get("pose")
        assert 0.02 < second["at"] - first["at"] < 1
        assert "ParamMouthOpenY" not in first["values"]
        await viewer.say("hello", **{**VIEWER, "features": []})  # OBS does not show the source
        await viewer.until("welcome")
        assert served.hall.stage.performers == 0
        await other.silent(0.2)


async def test_she_is_seen_to_feel_what_she_says(served: Served) -> None:
    async with served.client() as viewer, served.client() as talker:
        await viewer.say("hello", **VIEWER)
        await viewer.get("pose")
        await talker.say("text-input", text="hello")
        await viewer.get("agent-state", emotion="joy")
        while (await viewer.get("pose"))["values"].get("ParamMouthForm", 0) < 0.5:
            pass


async def test_a_viewer_is_told_of_the_talk_that_it_finds(served: Served) -> None:
    async with served.client() as talker:
        await talker.say("switch-config", file="jun.yaml")
        await talker.until("config-switched")
        await talker.say("text-input", text="hello")
        await talker.until("audio")
        async with served.client() as viewer:
            await viewer.say("hello", **VIEWER)
            assert (await viewer.get("set-model-and-conf"))["conf_uid"] == "jun"
            assert (await viewer.get("agent-state"))["state"] in ("thinking", "speaking")


async def test_viewers_are_told_when_somebody_else_talks(served: Served) -> None:
    async with served.client() as viewer, served.client() as talker:
        await viewer.say("hello", **VIEWER)
        await viewer.until("welcome")
        await talker.say("switch-config", file="jun.yaml")
        await talker.until("config-switched")
        await talker.say("text-input", text="hello")
        frames = await viewer.until("control", text="conversation-chain-start")
        assert [frame["conf_uid"] for frame in frames if frame["type"] == "set-model-and-conf"] == ["jun"]


async def test_a_viewer_may_name_whom_it_sees_whoever_talks(served: Served) -> None:
    async with served.client() as viewer, served.client() as talker:
        await viewer.say("hello", **VIEWER, character="jun")
        assert (await viewer.get("set-model-and-conf"))["conf_uid"] == "jun"
        await viewer.get("pose")
        await talker.say("text-input", text="hello")
        frames = await viewer.until("control", text="conversation-chain-end")
        assert "set-model-and-conf" not in {frame["type"] for frame in frames}
        await viewer.say("hello", **VIEWER, character="nobody")
        assert "nobody" in (await viewer.get("error"))["message"]
        await viewer.get("pose")  # of who talks
