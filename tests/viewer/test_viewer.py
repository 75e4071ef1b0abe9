"""The page in OBS: what is seen, what is heard, what it answers; against a stand-in server."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import numpy as np
import pytest

from tests.browser.chromium import Page
from tests.viewer.said import MIKA, RATE, SENT, START, audio, tone
from tests.viewer.server import StandIn
from tests.viewer.show import at_rest, keep, viewer

_MOUTH = (430.0, 320.0, 120.0, 60.0)
"""Where her mouth is: left, top, width, height."""
_STARTS = """
  window.started = [];
  const start = AudioBufferSourceNode.prototype.start;
  window.edges = [];
  AudioBufferSourceNode.prototype.start = function (when, offset, seconds) {
    window.started.push([when, offset, offset + seconds, this.context.currentTime]);
    const samples = this.buffer.getChannelData(0);
    window.edges.push([samples[0], samples[samples.length - 1]]);
    return start.call(this, when, offset, seconds);
  };
  const stop = AudioBufferSourceNode.prototype.stop;
  window.stopped = 0;
  AudioBufferSourceNode.prototype.stop = function () { window.stopped++; return stop.call(this); };
"""
_TEXT = "document.getElementById('captions').textContent"
_CAPTIONED = "document.getElementById('captions').classList.contains('seen')"


async def test_she_stands_on_nothing(browser: str, server: StandIn) -> None:
    async with viewer(browser, server) as tab, at_rest(server):
        await asyncio.sleep(0.3)
        seen = await keep(tab, "transparent")
        assert tab.complaints == []
    corners = seen[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners[:, 3] == 0).all()
    assert (seen[..., 3] == 255).mean() > 0.15
    assert seen[270, 480, 3] == 255
    assert server.heard[0] == {
        "type": "hello",
        "role": "viewer",
        "features": ["visemes", "audio-stream", "binary-audio", "agent-state", "pose", "fortune-card"],
        "plays": True,
        "language": "en",
    }


async def _mouths(tab: Page, count: int) -> np.ndarray[Any, Any]:
    """Pictures of her mouth one after another: count x rows x columns x RGBA."""
    return np.stack([(await tab.image(_MOUTH)).astype(int) for _ in range(count)])


async def test_the_mouth_moves_while_she_is_heard(browser: str, server: StandIn) -> None:
    async with viewer(browser, server) as tab, at_rest(server):
        await asyncio.sleep(0.4)
        silent = await _mouths(tab, 6)
        visemes = [
            {"at": at, "open": 1.0 if index % 2 else 0.1, "form": 0.2, "vowel": "A" if index % 2 else ""}
            for index, at in enumerate(range(0, 12_001, 150))
        ]
        await server.send(START, audio("Hello there, friends!", 12.0, visemes=visemes))
        await server.until("audio-play-start")
        moved, before = 0, silent[-1]
        for _ in range(30):
            (now,) = await _mouths(tab, 1)
            moved += bool(np.abs(now - before).mean() > 1.5)
            before = now
            if moved >= 5:
                break
        await keep(tab, "speaking")
        assert server.count("frontend-playback-complete") == 0
        await server.send({"type": "interrupt-signal", "text": ""})
        await asyncio.sleep(1.4)
        after = await _mouths(tab, 4)
    assert np.abs(np.diff(silent, axis=0)).mean() < 0.2
    assert moved >= 5
    assert np.abs(np.diff(after, axis=0)).mean() < 0.2
    assert np.abs(after[-1] - silent[-1]).mean() < 0.2


async def test_sentences_follow_each_other_without_a_gap(browser: str, server: StandIn) -> None:
    async with viewer(browser, server, prepare=_STARTS) as tab:
        await server.send(START, audio("One. ", 0.4), audio("Two. ", 0.3), audio("Three.", 0.3), SENT)
        await server.until("frontend-playback-complete")
        started = np.array(await tab.run("window.started"))
        assert tab.complaints == []
    ends = started[:, 0] + started[:, 2]
    assert np.abs(started[1:, 0] - ends[:-1]).max() < 0.001
    assert (started[:, 0] >= started[:, 3]).all()  # nothing began too late
    said = [each["display_text"]["text"] for each in await server.until("audio-play-start", 3)]
    assert said == ["One. ", "Two. ", "Three."]
    assert server.count("audio-play-start") == 3
    assert server.count("frontend-playback-complete") == 1


async def test_a_turn_without_sound_is_acknowledged_too(browser: str, server: StandIn) -> None:
    async with viewer(browser, server) as tab:
        await server.send(START, audio("Read me.", audio=None), SENT)
        await server.until("frontend-playback-complete")
        assert await tab.run(_TEXT) == "Read me."
        await server.send(START, SENT, SENT)
        await server.until("frontend-playback-complete", 2)
        await server.send(
            START, {"type": "audio", "audio": "not a sound", "display_text": {"text": "Still here."}}, SENT
        )
        await server.until("frontend-playback-complete", 3)
        assert await tab.run(_TEXT) == "Still here."


@pytest.mark.parametrize("binary", [False, True])
async def test_speech_in_pieces(browser: str, server: StandIn, binary: bool) -> None:
    sound = tone(1.2)
    async with viewer(browser, server, prepare=_STARTS) as tab, at_rest(server):
        start = {"type": "audio-stream-start", "stream_id": "s1", "stream": 7, "sample_rate": RATE}
        await server.send(START, start | {"display_text": {"text": "In pieces."}})
        for piece in np.split(sound, 6):
            if binary:
                await server.send(b"\x11\x00\x07\x00" + piece.tobytes())
            else:
                chunk = base64.b64encode(piece.tobytes()).decode()
                await server.send({"type": "audio-stream-chunk", "stream_id": "s1", "chunk": chunk})
        await server.until("audio-play-start")
        await asyncio.sleep(0.3)
        speaking = await _mouths(tab, 1)
        await server.send({"type": "audio-stream-end", "stream_id": "s1"}, SENT)
        await server.until("frontend-playback-complete")
        await asyncio.sleep(1.2)
        silent = await _mouths(tab, 1)
        started = np.array(await tab.run("window.started"))
        edges = np.array(await tab.run("window.edges"))
    assert len(started) == 6
    assert np.abs(started[1:, 0] - started[:-1, 0] - started[:-1, 2]).max() < 1e-6
    assert (edges[1:, 0] == edges[:-1, 1]).all()  # no click where one follows another
    assert np.abs(speaking - silent).mean() > 1.5  # by its loudness


async def test_a_stream_that_runs_dry_goes_on(browser: str, server: StandIn) -> None:
    async with viewer(browser, server, prepare=_STARTS) as tab:
        start = {"type": "audio-stream-start", "stream_id": "s1", "stream": 1, "sample_rate": RATE}
        await server.send(START, start | {"display_text": {"text": "With a pause."}})
        await server.send(b"\x11\x00\x01\x00" + tone(0.3).tobytes())
        await server.until("audio-play-start")
        await asyncio.sleep(0.8)
        assert await tab.run("viewer.frames") >= 0 and server.count("frontend-playback-complete") == 0
        await server.send(
            b"\x11\x00\x01\x00" + tone(0.3).tobytes(), {"type": "audio-stream-end", "stream_id": "s1"}, SENT
        )
        await server.until("frontend-playback-complete")
        (first, _, seconds, _), (second, offset, _, now) = await tab.run("window.started")
    assert second > first + seconds + 0.3 and second >= now and offset == 0


async def test_interrupted_she_is_silent_at_once(browser: str, server: StandIn) -> None:
    async with viewer(browser, server, prepare=_STARTS) as tab:
        await server.send(START, audio("A long story. ", 30.0), audio("That goes on.", 3.0))
        await server.until("audio-play-start")
        await server.send({"type": "interrupt-signal", "text": "conversation-interrupted"})
        await tab.until("window.stopped > 0")
        await tab.until(f"!({_CAPTIONED})")
        await server.send(audio("Too late.", 0.2), SENT)
        await asyncio.sleep(0.2)
        assert server.count("audio-play-start") == 1
        assert server.count("frontend-playback-complete") == 0
        await server.send(START, audio("Anew.", 0.2), SENT)
        await server.until("frontend-playback-complete")
        assert await tab.run(_TEXT) == "Anew."


async def test_without_a_click_she_goes_on_in_silence(strict_browser: str, server: StandIn) -> None:
    hint = "document.getElementById('hint-sound').classList.contains('seen')"
    async with viewer(strict_browser, server, prepare=_STARTS) as tab:
        await tab.until(hint)
        await server.send(START, audio("Not heard. ", 0.4), audio("But seen.", 2.0), SENT)
        await server.until("audio-play-start", 2)
        assert await tab.run(_TEXT) == "Not heard. But seen."
        assert await tab.run("window.started") == []
        await tab.run("dispatchEvent(new PointerEvent('pointerdown'))", gesture=True)
        await tab.until("window.started.length === 1")
        when, offset, seconds, _ = (await tab.run("window.started"))[0]
        assert 0 <= offset < seconds == pytest.approx(2.0, abs=0.01) and when >= 0  # where she is by now
        await tab.until(f"!({hint})")
        await server.until("frontend-playback-complete")


async def test_it_comes_back_when_the_server_does(browser: str, server: StandIn) -> None:
    async with viewer(browser, server) as tab:
        for times in (2, 3):
            await server.stop()
            await asyncio.sleep(0.1)
            await server.start()
            await server.until("hello", times)
        await server.send(MIKA, START, audio("Back again.", 0.2), SENT)
        await server.until("frontend-playback-complete")
        assert await tab.run(_TEXT) == "Back again."
        assert await tab.run("document.querySelectorAll('canvas.figure').length") == 1


# --- text and cards ---------------------------------------------------------------------------------------------------

_HOSTILE = [
    "<img src=x onerror=window.pwned=1>",
    "</span><script>window.pwned = 1</script>",
    "[click](javascript:window.pwned=1) &lt;b&gt; \u202eevil",
    "{{constructor.constructor('window.pwned=1')()}}",
]


async def test_foreign_text_is_text(browser: str, server: StandIn) -> None:
    async with viewer(browser, server, "captions=all") as tab:
        for text in _HOSTILE:
            await server.send(START, {"type": "user-input-transcription", "text": text})
            await tab.until(f"{_TEXT} === {json.dumps(text)}")
            result = {"type": text, "grade": text, "title": {"text": text}, "summary": {"text": text}, "score": text}
            await server.send(
                {"type": "fortune-card", "result": result, "grade_text": text, "picture": f"//evil/{text}"}
            )
            await tab.until(f"document.querySelector('#card .title')?.textContent === {json.dumps(text)}")
        for picture in ("//evil.example/x.png", "/\\evil.example/x.png", "https://evil.example/x.png", "javascript:1"):
            await server.send({"type": "fortune-card", "result": {"title": {"text": picture}}, "picture": picture})
            await tab.until(f"document.querySelector('#card .title')?.textContent === {json.dumps(picture)}")
            assert await tab.run("document.querySelector('#card img')") is None
        assert await tab.run("window.pwned ?? null") is None
        assert await tab.run("document.querySelectorAll('#captions *, #card *').length") == 1 + 1
        assert tab.complaints == []


async def test_frames_that_mean_nothing_do_no_harm(browser: str, server: StandIn) -> None:
    async with viewer(browser, server) as tab:
        await server.send(
            "no json", "[1, 2]", "null", '"x"', '{"type": 3}', '{"type": "toString"}', b"", b"\x11\x00\x00\x00ab"
        )
        await server.send(
            {"type": "set-model-and-conf"},
            {"type": "pose", "at": "x", "values": {}},
            {"type": "pose", "at": 1, "values": {"ParamAngleX": "x", "__proto__": 3}},
            {"type": "audio", "audio": 3, "visemes": [None]},
            {"type": "audio-stream-chunk", "stream_id": "none", "chunk": "%%"},
            {"type": "speech", "at": None},
            {"type": "fortune-card", "result": []},
            START,
            audio("All is well.", 0.2),
            SENT,
        )
        await server.until("frontend-playback-complete")
        assert await tab.run(_TEXT) == "All is well."


_LONG = {
    "en": "Every wish is a small boat of paper, and I fold one of them for you while we wait for the tide to turn.",
    "ko": "소원은 하나하나가 작은 종이배예요. 물때가 바뀌기를 기다리는 동안 당신을 위해 하나 접어 둘게요, 천천히.",
}


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("ground", ["fff", "000"])
async def test_captions_are_read_on_any_ground(browser: str, server: StandIn, language: str, ground: str) -> None:
    async with viewer(browser, server, f"bg={ground}&lang={language}") as tab:
        await server.send(START, audio(_LONG[language], 0.3))
        await tab.until(_CAPTIONED)
        await asyncio.sleep(0.25)
        seen = await keep(tab, f"captions-{language}-{ground}")
        left, top, width, height = await tab.run(
            "(({x, y, width, height}) => [x, y, width, height])"
            "(document.querySelector('#captions span').getBoundingClientRect())"
        )
        if (language, ground) == ("en", "fff"):
            await tab.until(f"!({_CAPTIONED})")  # it fades by itself
        assert await tab.run("document.documentElement.lang") == language
    assert left >= 0 and top > 270 and left + width <= 960 and top + height <= 540
    assert height > 60  # it wraps
    part = seen[int(top) : int(top + height), int(left) : int(left + width), :3].mean(axis=2)
    assert (part > 240).mean() > 0.04  # white letters
    assert np.quantile(part, 0.2) < 140  # on a ground darker than what is behind


_CARD = {
    "en": ("The Star", "A quiet day with a bright hour in it: keep the evening free.", "Good"),
    "ko": ("별", "잔잔한 하루에 환한 한때가 있어요. 저녁 시간을 비워 두세요.", "좋음"),
}


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_a_card_beside_her(browser: str, server: StandIn, language: str) -> None:
    name, summary, grade = _CARD[language]
    result = {
        "type": "tarot",
        "locale": language,
        "grade": "good",
        "score": 74,
        "title": {"text": name},
        "summary": {"text": summary},
        "cards": [{"name": name, "reversed": True}],
    }
    card = "document.getElementById('card')"
    async with viewer(browser, server, f"lang={language}") as tab:
        await server.send({"type": "fortune-card", "result": result, "picture": "/viewer/icon.svg"})
        await tab.until(f"{card}.classList.contains('seen')")
        await asyncio.sleep(0.6)
        await keep(tab, f"card-{language}")
        assert await tab.run(f"{card}.querySelector('img').complete")
        words = await tab.run(f"{card}.innerText")
        left = await tab.run(f"{card}.getBoundingClientRect().left")
        await server.send({"type": "fortune-card", "result": None})
        await tab.until(f"!{card}.classList.contains('seen')")
    assert name in words and summary in words and grade in words and "74" in words
    assert left > 560  # beside her face


# --- drawing ----------------------------------------------------------------------------------------------------------


async def test_what_is_not_shown_is_not_drawn(browser: str, server: StandIn) -> None:
    async with viewer(browser, server, prepare="window.obsstudio = {}") as tab:
        await tab.until("viewer.frames > 5")
        show = "dispatchEvent(new CustomEvent('obsSourceVisibleChanged', {detail: {visible: %s}}))"
        await tab.run(show % "false")
        assert "pose" not in (await server.until("hello", 2))[-1]["features"]
        await asyncio.sleep(0.1)
        before = await tab.run("viewer.frames")
        await asyncio.sleep(0.4)
        assert await tab.run("viewer.frames") == before
        await tab.run(show % "true")
        assert "pose" in (await server.until("hello", 3))[-1]["features"]
        began = await tab.run("[viewer.frames, performance.now()]")
        await asyncio.sleep(1.0)
        ended = await tab.run("[viewer.frames, performance.now()]")
        assert await tab.run("[...document.querySelectorAll('#hints .seen')].length") == 0
    rate = (ended[0] - began[0]) / (ended[1] - began[1]) * 1000
    assert 0 < rate < 33


async def test_sound_that_is_elsewhere(browser: str, server: StandIn) -> None:
    """Without sound of its own, captions and mouth go by the server's clock."""
    async with (
        viewer(browser, server, "audio=0&watch=abc&character=jun", prepare=_STARTS) as tab,
        at_rest(server) as now,
    ):
        hello = (await server.until("hello"))[0]
        assert (hello["plays"], hello["watch"], hello["character"]) == (False, "abc", "jun")
        assert "/rigs/jun.json 200" in server.asked and "/rigs/mika.json 200" not in server.asked
        await asyncio.sleep(0.3)
        silent = await _mouths(tab, 1)
        visemes = [
            {"at": 0, "open": 0},
            {"at": 100, "open": 1, "form": 0.2},
            {"at": 1500, "open": 1},
            {"at": 1600, "open": 0},
        ]
        said = {"type": "speech", "at": now() + 0.2, "seconds": 1.6, "display_text": {"text": "Over there."}}
        await server.send(said | {"visemes": visemes})
        await tab.until(f"{_TEXT} === 'Over there.'")
        await asyncio.sleep(0.4)
        speaking = await _mouths(tab, 1)
        assert await tab.run("window.started") == []
        await server.send(START, audio("Not for us.", 0.2), SENT)
        await server.until("frontend-playback-complete")
    assert np.abs(speaking - silent).mean() > 1.5


async def test_who_cannot_be_drawn(browser: str, server: StandIn) -> None:
    async with viewer(browser, server) as tab:
        await server.send({"type": "set-model-and-conf", "model_info": {"rig_url": "/rigs/nobody.json"}})
        await tab.until("document.getElementById('hint-figure').textContent.includes('/rigs/nobody.json')")
        await server.send(START, audio("But heard.", 0.2), SENT)
        await server.until("frontend-playback-complete")


async def test_what_goes_on_in_a_corner(browser: str, server: StandIn) -> None:
    async with viewer(browser, server, "debug=1") as tab, at_rest(server):
        await server.send({"type": "agent-state", "state": "thinking", "emotion": "joy"})
        shown = "document.getElementById('debug').textContent"
        for words in ("socket    open", "figure    /rigs/mika.json", "poses     come", "sound     on", "thinking joy"):
            await tab.until(f"{shown}.includes({json.dumps(words)})")
        assert await tab.run("[document.body.dataset.state, document.body.dataset.emotion]") == ["thinking", "joy"]
