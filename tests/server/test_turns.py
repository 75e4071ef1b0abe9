"""Turns over a real socket: what comes, in which order, and what is remembered."""

from __future__ import annotations

import asyncio
import threading
import time
from base64 import b64decode
from collections.abc import AsyncGenerator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed

from tests.server.served import Script, Served, serving, shapes
from vtuber_cli.audio.riff import Riff
from vtuber_cli.conversation.memory import Memory
from vtuber_cli.conversation.voices import Voices
from vtuber_cli.server import connection
from vtuber_cli.server.seats import Seats
from vtuber_cli.server.talk import speaker

START = ["chain-start", "full-text 'Thinking...'"]
END = ["backend-synth-complete", "force-new-message", "chain-end"]


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def served(script: Script) -> AsyncGenerator[Served]:
    async with serving(script) as found:
        yield found


def tone(seconds: float, volume: float = 0.5) -> list[float]:
    time_ = np.arange(round(seconds * 16_000)) / 16_000
    return [round(float(value), 4) for value in volume * np.sin(2 * np.pi * 220 * time_)]


async def said(served: Served) -> list[tuple[str, str, bool]]:
    """What the newest talk kept, once it is kept."""
    (talk, *_) = served.history.list_talks()
    return [(entry.role, entry.text, entry.interrupted) for entry in served.history.messages(talk.id)]


async def test_what_a_client_is_greeted_with(served: Served) -> None:
    async with served.client(greeted=False) as client:
        frames = await client.until("control", text="start-mic")
    assert shapes(frames) == [
        "group-update",
        "full-text 'Connection established'",
        "set-model-and-conf",
        "group-update",
        "start-mic",
    ]
    assert frames[0] == {"type": "group-update", "members": [], "is_owner": False}
    known = frames[2]
    assert (known["conf_name"], known["conf_uid"], len(known["client_uid"])) == ("Mika", "mika", 36)
    assert known["model_info"]["rig_url"] == "/rigs/mika.json"


async def test_what_a_page_asks_for_first(served: Served) -> None:
    async with served.client() as client:
        for kind in ("fetch-backgrounds", "fetch-configs", "fetch-history-list", "create-new-history"):
            await client.say(kind)
        frames = await client.until("new-history-created")
    assert shapes(frames) == ["background-files", "config-files", "history-list", "new-history-created"]
    assert {"filename": "mika.yaml", "name": "Mika"} in frames[1]["configs"]


async def test_a_text_turn(served: Served, script: Script) -> None:
    script.says("[joy] Hello there, my friend! ", "How are you?")
    async with served.client() as client:
        await client.say("text-input", text="hi", images=[])
        turn = await client.turn()
        spoken = [frame for frame in client.seen if frame["type"] == "audio"]
    assert turn == [*START, "audio 'Hello there, '", "audio 'my friend! '", "audio 'How are you?'", *END]
    first = spoken[0]
    assert first["actions"] == {"expressions": ["joy"]}
    assert first["display_text"]["name"] == "Mika"
    assert (first["slice_length"], first["forwarded"], max(first["volumes"])) == (20, False, 1.0)
    wav = b64decode(first["audio"])
    assert wav[:4] + wav[8:16] == b"RIFFWAVEfmt "
    assert int.from_bytes(wav[40:44], "little") == len(wav) - 44
    sound = Riff(BytesIO(wav))
    assert (sound.samplerate, sound.channels) == (24_000, 1)
    assert "visemes" not in first
    assert await said(served) == [("user", "hi", False), ("assistant", "Hello there, my friend! How are you?", False)]


async def test_a_voice_turn(served: Served, script: Script) -> None:
    script.says("I heard you.")
    async with served.client() as client:
        for _ in range(3):
            await client.say("mic-audio-data", audio=tone(0.25))
        await client.say("mic-audio-end", images=[])
        turn = await client.turn()
    assert turn == [*START, "user-input-transcription '(0.8 seconds of sound)'", "audio 'I heard you.'", *END]


async def test_an_utterance_in_binary_frames(served: Served, script: Script) -> None:
    script.says("Yes.")
    data = (np.array(tone(0.5)) * 32767).astype("<i2").tobytes()
    async with served.client() as client:
        await client.line.send(b"\x01\x00\x00\x00" + data)
        await client.say("mic-audio-end")
        turn = await client.turn()
    assert turn[2] == "user-input-transcription '(0.5 seconds of sound)'"


async def test_silence_is_a_turn_without_words(served: Served) -> None:
    async with served.client() as client:
        await client.say("mic-audio-data", audio=[0.0] * 8000)
        await client.say("mic-audio-end")
        frames = await client.until("control", text="conversation-chain-end")
        await client.say("mic-audio-end")  # of nothing comes nothing
        await client.silent(0.3)
    assert shapes(frames) == [*START, "force-new-message", "chain-end"]


async def test_an_open_microphone(served: Served, script: Script) -> None:
    script.says("I was listening.")
    async with served.client() as client:
        await client.say("raw-audio-data", audio=tone(0.6))
        await client.say("raw-audio-data", audio=[0.0] * 16_000)
        assert shapes([await client.next()]) == ["interrupt"]
        turn = await client.turn()
    assert turn[:3] == ["mic-audio-end", *START]
    assert turn[3].startswith("user-input-transcription")
    assert turn[4:] == ["audio 'I was listening.'", *END]


async def test_speaking_interrupts_her(served: Served, script: Script) -> None:
    script.says("This is a very long sentence that nobody lets her finish, whatever it may be about in the end.")
    script.says("Go on.")
    async with served.client() as client:
        await client.say("text-input", text="tell me")
        await client.until("backend-synth-complete")
        await asyncio.sleep(0.6)
        await client.say("raw-audio-data", audio=tone(0.6))
        await client.say("raw-audio-data", audio=[0.0] * 16_000)
        frames = shapes(await client.until("control", text="conversation-chain-start"))
        assert frames == ["interrupt", "mic-audio-end", "chain-start"]
        assert (await client.turn())[-3:] == END
    assert (await said(served))[1][2]


async def test_she_is_interrupted_in_mid_speech(served: Served, script: Script) -> None:
    script.says("One two three. Four five six. Seven eight nine.")
    script.says("All right.")
    async with served.client() as client:
        await client.say("text-input", text="count")
        frames = await client.until("backend-synth-complete")
        first = next(frame for frame in frames if frame["type"] == "audio")["display_text"]
        await client.say("audio-play-start", display_text=first, forwarded=True)
        await asyncio.sleep(0.6)
        await client.say("interrupt-signal", text=first["text"])
        await client.silent(0.5)
        await client.say("text-input", text="stop")
        assert await client.turn() == [*START, "audio 'All right.'", *END]
        kept = await said(served)
    assert kept[0] == ("user", "count", False)
    assert kept[1][2]
    assert "Four" not in kept[1][1]
    assert kept[1][1].startswith("One")


async def test_no_more_is_kept_than_the_client_has_shown(served: Served, script: Script) -> None:
    script.says("One two three four five six seven eight.")
    async with served.client() as client:
        await client.say("text-input", text="count")
        await client.until("backend-synth-complete")
        await asyncio.sleep(1.0)
        await client.say("interrupt-signal", text="One two")
        await client.say("heartbeat")
        await client.until("heartbeat-ack")
        await asyncio.sleep(0.2)
    assert (await said(served))[1] == ("assistant", "One two", True)


async def test_an_interrupt_right_behind_the_question(served: Served, script: Script) -> None:
    script.says("Here.")
    script.says("Here.")
    async with served.client() as client:
        await client.say("text-input", text="a")
        await client.say("interrupt-signal", text="")
        await client.say("text-input", text="b")
        frames = await client.turn()
        await client.silent(0.3)
    assert frames.count("chain-end") == 1
    assert frames[-4:] == ["audio 'Here.'", *END]
    assert script.asked[-1][-1].endswith("b")


async def test_the_end_of_an_interrupted_turn_is_not_taken_for_the_next_ones(served: Served, script: Script) -> None:
    async with served.client() as client:
        for delay in range(0, 40, 4):
            for _ in range(5):
                script.says("Yes.")
            await client.say("text-input", text="a")
            await asyncio.sleep(delay / 1000)
            await client.say("interrupt-signal", text="")
            await client.say("ping", t=delay)
            await client.until("pong", t=delay)
            for text in "bc":
                await client.say("text-input", text=text)
            frames = shapes(await client.until("backend-synth-complete"))
            assert frames == [*START, "audio 'Yes.'", END[0]]
            await client.say("interrupt-signal", text="")
            await client.say("ping", t=1)
            await client.until("pong", t=1)


async def test_the_model_fails(served: Served, script: Script) -> None:
    script.says("Well, ", None)
    script.says("Better.")
    async with served.client() as client:
        await client.say("text-input", text="hi")
        await client.until("backend-synth-complete")
        await client.say("frontend-playback-complete")
        frames = await client.until("control", text="conversation-chain-end")
        assert shapes(frames) == ["error", "force-new-message", "chain-end"]
        assert frames[0]["code"] == "thinking.failed"
        await client.say("text-input", text="again")
        assert (await client.turn())[-4:] == ["audio 'Better.'", *END]
    assert not any("test" in text for text in script.asked[1])


async def test_the_model_fails_at_once(served: Served, script: Script) -> None:
    script.says(None)
    async with served.client() as client:
        await client.say("text-input", text="hi")
        frames = await client.until("control", text="conversation-chain-end")
    assert shapes(frames) == [*START, "error", "force-new-message", "chain-end"]


async def test_two_inputs_never_interleave(served: Served, script: Script) -> None:
    script.says("First.")
    script.says("Second.")
    async with served.client() as client:
        await client.say("text-input", text="a")
        await client.say("text-input", text="b")
        assert await client.turn() == [*START, "audio 'First.'", *END]
        assert await client.turn() == [*START, "audio 'Second.'", *END]
    assert [asked[-1] for asked in script.asked] == ["a", "b"]


async def test_ten_acknowledgements_end_one_turn(served: Served, script: Script) -> None:
    for _ in range(2):
        script.says("One two three four five six seven.")
    async with served.client() as client:
        await client.say("text-input", text="a")
        await client.turn(acknowledges=10)
        await client.say("text-input", text="b")
        await client.until("backend-synth-complete")
        began = time.monotonic()
        await client.say("frontend-playback-complete")  # a late one of the first turn, or an early one of this
        frames = await client.until("control", text="conversation-chain-end")
    assert shapes(frames) == ["force-new-message", "chain-end"]
    assert time.monotonic() - began > 0.3


async def test_a_client_that_acknowledges_nothing(
    served: Served, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaker, "MARGIN_SECONDS", 0.3)
    script.says("One.")
    async with served.client() as client:
        await client.say("text-input", text="a")
        await client.until("backend-synth-complete")
        assert shapes(await client.until("control", text="conversation-chain-end")) == END[1:]


async def test_words_that_are_not_spoken_arrive_with_a_short_silence(served: Served, script: Script) -> None:
    script.says("[joy] ", "😀")
    async with served.client() as client:
        await client.say("text-input", text="smile")
        turn = await client.turn()
        (frame,) = [frame for frame in client.seen if frame["type"] == "audio"]
    assert turn[-4:] == ["audio '😀'", *END]
    assert frame["actions"] == {"expressions": ["joy"]}
    assert set(frame["volumes"]) == {0.0}
    assert len(b64decode(frame["audio"])) < 4000


async def test_a_client_that_goes_in_mid_turn_leaves_nothing(served: Served, script: Script) -> None:
    waits = threading.Event()
    script.says("Here is a first sentence. ", "Here is another one. ", waits, "Three. ", "Four.")
    before = {task for task in asyncio.all_tasks() if not task.done()}
    async with served.client() as client:
        await client.say("text-input", text="a")
        await client.until("audio")
        client.line.transport.abort()
        await client.line.wait_closed()
    began = time.monotonic()
    while {task for task in asyncio.all_tasks() if not task.done()} - before or served.hall.talkers:
        assert time.monotonic() - began < 2
        await asyncio.sleep(0.02)
    assert served.hall.seats.taken == 0
    assert script.stopped == 1 or not script.replies
    script.says("Still here.")
    async with served.client() as client:
        await client.say("text-input", text="b")
        assert "audio 'Still here.'" in await client.turn()


async def test_a_quiet_client_is_not_let_go(served: Served, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    script.says("Still here.")
    async with served.client() as client:
        await client.silent(0.6)
        await client.say("text-input", text="are you there?")
        assert "audio 'Still here.'" in await client.turn()


async def test_each_client_has_its_own_talk(served: Served, script: Script) -> None:
    for reply in ("To one.", "To the other.", "Again."):
        script.says(reply)
    async with served.client() as one, served.client() as other:
        await one.say("text-input", text="my name is Ann")
        await one.turn()
        await other.say("text-input", text="my name is Bob")
        await other.turn()
        await one.say("text-input", text="who am I?")
        await one.turn()
    assert not any("Ann" in text for text in script.asked[1])
    assert any("Ann" in text for text in script.asked[2])
    assert not any("Bob" in text for text in script.asked[2])


async def test_an_earlier_talk_goes_on(served: Served, script: Script) -> None:
    script.says("Hello Ann.")
    async with served.client() as client:
        await client.say("create-new-history")
        uid = (await client.get("new-history-created"))["history_uid"]
        await client.say("text-input", text="my name is Ann")
        await client.turn()
    script.says("You are Ann.")
    async with served.client() as client:
        await client.say("fetch-history-list")
        (listed,) = (await client.get("history-list"))["histories"]
        assert (listed["uid"], listed["latest_message"]["content"]) == (uid, "Hello Ann.")
        await client.say("fetch-and-set-history", history_uid=uid)
        data = (await client.get("history-data"))["messages"]
        assert [(one["role"], one["content"]) for one in data] == [("human", "my name is Ann"), ("ai", "Hello Ann.")]
        await client.say("text-input", text="who am I?")
        await client.turn()
        assert any("Ann" in text for text in script.asked[-1])
        await client.say("fetch-and-set-history", history_uid="nobody")
        assert (await client.get("history-data"))["messages"] == []
    assert len(await said(served)) == 4


async def test_a_new_history_knows_nothing_and_an_old_one_can_be_deleted(served: Served, script: Script) -> None:
    script.says("Hello.")
    script.says("Who?")
    async with served.client() as client:
        await client.say("text-input", text="my name is Ann")
        await client.turn()
        await client.say("create-new-history")
        await client.get("new-history-created")
        await client.say("text-input", text="who am I?")
        await client.turn()
        assert not any("Ann" in text for text in script.asked[-1])
        await client.say("fetch-history-list")
        found = [one["uid"] for one in (await client.get("history-list"))["histories"]]
        assert len(found) == 2
        await client.say("delete-history", history_uid=found[1])
        assert await client.next() == {"type": "history-deleted", "success": True, "history_uid": found[1]}
        await client.say("delete-history", history_uid=found[1])
        assert not (await client.next())["success"]


async def test_another_character(served: Served, script: Script) -> None:
    script.says("I am Jun.")
    async with served.client() as client:
        await client.say("switch-config", file="nope.yaml")
        assert (await client.next())["type"] == "error"
        await client.say("switch-config", file="jun.yaml")
        frames = await client.until("config-switched")
        assert shapes(frames) == ["set-model-and-conf", "config-switched"]
        assert frames[0]["conf_uid"] == "jun"
        assert "client_uid" not in frames[0]
        await client.say("request-init-config")
        assert (await client.next())["conf_uid"] == "jun"


async def test_what_is_asked_before_the_engines_are_loaded_is_answered_then(script: Script) -> None:
    script.says("Here I am.")
    async with serving(script, loads=False) as served, served.client() as client:
        await client.say("text-input", text="hello?")
        assert await client.turn() == [*START, "audio 'Here I am.'", *END]


async def test_more_than_there_is_room_for_waits_and_is_told(script: Script) -> None:
    going = threading.Event()
    script.says(going, "First.")
    script.says("Second.")
    async with serving(script, seats=Seats(1, 1)) as served:
        async with served.client() as one, served.client() as two, served.client() as three:
            await one.say("text-input", text="a")
            while not script.asked:
                await asyncio.sleep(0.01)
            await two.say("text-input", text="b")
            busy = await two.get("busy")
            assert busy["waiting"] == 1
            await three.say("text-input", text="c")
            refused = shapes(await three.until("control", text="conversation-chain-end"))
            assert refused == [*START, "error", "force-new-message", "chain-end"]
            going.set()
            assert "audio 'First.'" in await one.turn()
            assert "audio 'Second.'" in await two.turn()
        assert (served.hall.seats.taken, served.hall.seats.waiting) == (0, 0)


async def test_an_extended_client_gets_more(served: Served, script: Script) -> None:
    script.says("Mamma mia.")
    async with served.client() as client:
        await client.say("hello", features=["visemes", "agent-state", "time-travel"])
        welcome = await client.next()
        assert (welcome["features"], welcome["role"]) == (["visemes", "agent-state"], "talker")
        await client.say("text-input", text="hi")
        await client.turn()
        await client.until("agent-state", state="listening")
        states = [frame["state"] for frame in client.seen if frame["type"] == "agent-state"]
        (audio,) = [frame for frame in client.seen if frame["type"] == "audio"]
    assert [state for state in states if state != "loading"][-3:] == ["thinking", "speaking", "listening"]
    assert audio["visemes"][0]["at"] == 0
    assert max(key["open"] for key in audio["visemes"]) > 0.5


async def test_who_looks_on_is_shown_the_talk(served: Served, script: Script) -> None:
    script.says("Everybody hears this.")
    async with served.client() as viewer, served.client() as client:
        await viewer.say("hello", role="viewer", features=[])
        assert (await viewer.next())["role"] == "viewer"
        assert (served.guard.places.sessions, served.guard.places.viewers) == (1, 1)
        await client.say("text-input", text="hi")
        turn = await client.turn()
        shown = shapes(await viewer.until("control", text="conversation-chain-end"))
        assert shown == turn
        await viewer.say("text-input", text="I want to talk too")
        assert (await viewer.next())["code"] == "server.viewers_look"


async def test_who_looks_on_is_shown_whom_they_watch_or_who_talked_last(served: Served, script: Script) -> None:
    for words in ("One.", "Two."):
        script.says(words)
    async with (
        served.client() as first,
        served.client() as second,
        served.client() as watching,
        served.client() as roving,
    ):
        await watching.say("hello", role="viewer", watch=first.seen[2]["client_uid"])
        await roving.say("hello", role="viewer", watch="")
        await watching.get("welcome")
        await roving.get("welcome")
        for client in (second, first):
            await client.say("text-input", text="hi")
            await client.turn()
        assert "audio 'Two.'" in shapes(await watching.until("control", text="conversation-chain-end"))
        assert not any(shape.startswith("audio 'One") for shape in shapes(watching.seen))
        for words in ("One.", "Two."):
            assert f"audio {words!r}" in shapes(await roving.until("control", text="conversation-chain-end"))


async def test_who_looks_on_sees_the_end_of_a_talk_that_breaks_off(served: Served, script: Script) -> None:
    script.says("Here is a first sentence. ", "Here is another one. ", threading.Event(), "Three.")
    async with served.client() as viewer:
        await viewer.say("hello", role="viewer")
        async with served.client() as client:
            await client.say("text-input", text="hi")
            await client.until("audio")
        assert "interrupt" in shapes(await viewer.until("control", text="interrupt"))


async def test_what_cannot_be_understood_ends_nothing(served: Served, script: Script) -> None:
    script.says("Fine.")
    frames: list[Any] = ["[1]", '"text"', "{", '{"type": 5}', '{"type":"nothing-of-ours"}', '{"type":"text-input"}']
    async with served.client() as client:
        for frame in frames:
            await client.line.send(frame)
        await client.say("text-input", text="hi")
        turn = await client.turn()
    assert turn == ["error", "error", "error", *START, "audio 'Fine.'", *END]


async def test_a_server_that_ends_in_mid_turn_keeps_what_was_heard(script: Script) -> None:
    script.says("Here is a first sentence. ", "Here is another one. ", threading.Event(), "Three.")
    async with serving(script) as served, served.client() as client:
        await client.say("text-input", text="a")
        piece = await client.get("audio")
        await client.say("audio-play-start", display_text=piece["display_text"])
        await asyncio.sleep(1.0)
        began = time.monotonic()
        served.hall.closing.set()
        with pytest.raises(ConnectionClosed) as closed:
            await client.until("control", text="conversation-chain-end")
        assert time.monotonic() - began < 3
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        while served.hall.talkers:
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.02)
        kept = await said(served)
    assert kept[0] == ("user", "a", False)
    assert kept[1][1].startswith("Here")
    assert kept[1][2]


@pytest.mark.parametrize(
    ("place", "heard"), [((Memory, "messages"), []), ((Voices, "speak"), []), ((Memory, "hear"), ["audio 'Once.'"])]
)
async def test_a_talk_that_breaks_is_told_before_its_turn_ends_and_another_one_begins(
    served: Served, script: Script, monkeypatch: pytest.MonkeyPatch, place: tuple[Any, str], heard: list[str]
) -> None:
    script.says("Once.")
    script.says("Here again.")
    async with served.client() as client:
        with monkeypatch.context() as patch:
            patch.setattr(*place, lambda *_: 1 / 0)
            await client.say("text-input", text="a")
            if heard:
                await client.say("frontend-playback-complete")
            frames = await client.until("control", text="conversation-chain-end")
        told = [shape for shape in shapes(frames) if shape != "backend-synth-complete"]
        assert told == [*START, *heard, "error", "force-new-message", "chain-end"]
        assert [frame["code"] for frame in frames if frame["type"] == "error"] == ["server.talk_failed"]
        await client.say("text-input", text="b")
        assert (await client.turn())[-3:] == END
