"""The page's address, and the page that makes it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np
import pytest

from tests.browser.chromium import page
from tests.viewer.said import MIKA, START, audio
from tests.viewer.server import StandIn
from tests.viewer.show import at_rest, keep, viewer

_REST = {
    "scale": 1,
    "x": 0,
    "y": 0,
    "bg": "",
    "captions": "on",
    "mic": "off",
    "audio": 1,
    "card": "right",
    "view": "bust",
    "lang": "",
    "character": "",
    "watch": "",
    "token": "",
    "debug": False,
}
_READ: dict[str, dict[str, Any]] = {
    "": {},
    "?": {},
    "scale=2&x=-30.5&y=10": {"scale": 2, "x": -30.5, "y": 10},
    "scale=1e9&x=-1e9&y=1000": {"scale": 5, "x": -100, "y": 100},
    "scale=&x=NaN&y=Infinity&audio=loud": {},
    "scale=0&audio=-3": {"scale": 0.1, "audio": 0},
    "scale=2&scale=3": {"scale": 2},
    "bg=00f": {"bg": "#00f"},
    "bg=%23102030c0": {"bg": "#102030c0"},
    "bg=my%20room.jpg": {"bg": "my room.jpg"},
    "bg=방.png": {"bg": "방.png"},
    "bg=../../etc/passwd": {},
    "bg=..%2Fx.png": {},
    "bg=https://evil.example/x.png": {},
    'bg=x");background:url(x.png': {},
    "bg=12345": {},
    "captions=0": {"captions": "off"},
    "captions=OFF": {"captions": "off"},
    "captions=all": {"captions": "all"},
    "captions=perhaps": {},
    "mic=1": {"mic": "on"},
    "mic=ready": {"mic": "ready"},
    "mic=0": {},
    "audio=0": {"audio": 0},
    "audio=0.25": {"audio": 0.25},
    "audio=on": {},
    "card=left&view=face": {"card": "left", "view": "face"},
    "card=Left&view=feet": {},
    "lang=ko": {"lang": "ko"},
    "lang=xx": {},
    "character=jun&watch=8adc5937-5c0e": {"character": "jun", "watch": "8adc5937-5c0e"},
    "character=../mika&watch=%00": {},
    "token=p3mAJ8W2qLr0c1fJx9yQvA": {"token": "p3mAJ8W2qLr0c1fJx9yQvA"},
    "token=a%20b": {},
    "debug=1": {"debug": True},
    "debug=2": {},
    "constructor=1&__proto__=2&nonsense=3": {},
}


async def test_every_address_is_understood(browser: str, server: StandIn) -> None:
    async with page(browser) as tab:
        await tab.open(f"{server.url}/viewer/")
        found = await tab.run(
            '(async () => { const { read, write } = await import("/viewer/options.js");'
            f"return {json.dumps(list(_READ))}.map(read).map((each) => [each, read(write(each))]); }})()"
        )
    for query, (read, again) in zip(_READ, found, strict=True):
        assert read == _REST | _READ[query], query
        assert again == read, query


async def test_the_language_is_the_browsers(browser: str, server: StandIn) -> None:
    async with page(browser) as tab:
        await tab.open(f"{server.url}/viewer/")
        found = await tab.run(
            '(async () => { const { language } = await import("/viewer/options.js"); return ['
            'language("", ["ko-KR", "en"]), language("", ["en-US", "ko"]), language("", ["ja", "ko"]),'
            'language("", []),'
            'language("ko", ["en"]), language("en", ["ko"])]; })()'
        )
    assert found == ["ko", "en", "ko", "en", "ko", "en"]


async def test_words_of_both_languages(browser: str, server: StandIn) -> None:
    async with page(browser) as tab:
        await tab.open(f"{server.url}/viewer/")
        found = await tab.run(
            '(async () => { const { speak, t, KEYS } = await import("/viewer/words.js");'
            'return ["en", "ko"].map((each) => { speak(each);'
            "return Object.fromEntries(KEYS[each].map((key) => [key, t(key)])); }); })()"
        )
    english, korean = found
    assert english.keys() == korean.keys()
    same = {key for key in english if english[key] == korean[key]}
    assert same <= {"setup.lang.en", "setup.lang.ko"}


async def test_she_stands_where_she_is_put(browser: str, server: StandIn) -> None:
    places: dict[str, tuple[float, float, float]] = {}
    for query in ("", "scale=0.5", "x=25&y=50", "view=face"):
        async with viewer(browser, server, query) as tab, at_rest(server):
            await asyncio.sleep(0.3)
            seen = (await keep(tab, f"place-{query or 'plain'}"))[..., 3] > 0
        rows, columns = np.nonzero(seen)
        places[query] = (float(columns.mean()), float(rows.min()), float(seen.mean()))
    middle, top, share = places[""]
    assert abs(middle - 480) < 20 and top < 60
    assert places["scale=0.5"][2] == pytest.approx(share / 4, rel=0.1) and places["scale=0.5"][1] > 270
    assert places["x=25&y=50"][0] == pytest.approx(middle + 240, abs=12)
    assert places["x=25&y=50"][1] == 0
    assert places["view=face"][2] > share


async def test_setting_up(browser: str, server: StandIn) -> None:
    async with page(browser, size=(1100, 1100)) as tab:
        await tab.open(f"{server.url}/setup?lang=ko#token=p3mAJ8W2qLr0c1fJx9yQvA")
        hello = (await server.until("hello"))[0]
        assert hello["role"] == "talker" and server.heard[0] == {"type": "auth", "token": "p3mAJ8W2qLr0c1fJx9yQvA"}
        await server.send(MIKA)
        inside = "document.getElementById('preview').contentDocument"
        await tab.until(f"{inside}.querySelector('canvas.figure') !== null")
        await asyncio.sleep(0.3)
        await keep(tab, "setup-ko")
        await tab.run(
            "for (const [name, value] of [['captions', 'all'], ['bg', '00f'], ['scale', '1.5']]) {"
            "const input = document.querySelector(`[name=${name}]`); input.value = value;"
            "input.dispatchEvent(new Event('input')); }"
        )
        url = await tab.run("document.getElementById('url').value")
        assert url.startswith(f"{server.url}/viewer/?")
        query = sorted(url.partition("?")[2].split("&"))
        assert query == ["bg=%2300f", "captions=all", "lang=ko", "scale=1.5", "token=p3mAJ8W2qLr0c1fJx9yQvA"]
        await server.until("hello", 2)
        await tab.until(f"{inside}.body.style.backgroundColor === 'rgb(0, 0, 255)'")
        await tab.run("document.getElementById('copy').click()", gesture=True)
        await tab.until("document.getElementById('copy').textContent === '복사했어요'")
        assert tab.complaints == []


async def test_a_browser_alone_is_enough(browser: str, server: StandIn) -> None:
    async with page(browser, size=(1100, 1100)) as tab:
        await tab.open(f"{server.url}/setup?lang=en")
        await server.until("hello")
        resume = "kQ0v1s5m3J7Zk2pWn8dYxA"
        await server.send({"type": "welcome", "features": ["binary-audio"], "role": "talker", "resume": resume})
        await tab.run("document.getElementById('talk').click()", gesture=True)
        await tab.until("document.getElementById('talk').getAttribute('aria-pressed') === 'true'")
        async with asyncio.timeout(10):
            while len(server.binary) < 40:
                await asyncio.sleep(0.05)
        await keep(tab, "setup-en")
        await server.send({"type": "control", "text": "mic-audio-end"})
        await server.until("mic-audio-end")
        await tab.run("document.getElementById('talk').click()", gesture=True)
        await tab.until("document.getElementById('talk').getAttribute('aria-pressed') === 'false'")
        heard = list(server.binary)
        await server.send(START, audio("A long story.", 3.0))
        await server.until("audio-play-start")
        await tab.run(
            "document.getElementById('text').value = 'Wait!'; document.forms.say.requestSubmit()", gesture=True
        )
        assert (await server.until("text-input"))[0]["text"] == "Wait!"
        assert (await server.until("interrupt-signal"))[0]["text"] == "A long story."
        await server.stop()
        await server.start()
        assert (await server.until("hello", 2))[-1]["resume"] == resume
        assert tab.complaints == []
    assert all(len(frame) == 4 + 2 * 512 and frame[:4] == b"\x02\x00\x00\x00" for frame in heard)
    samples = np.concatenate([np.frombuffer(frame[4:], "<i2") for frame in heard])
    assert np.abs(samples.astype(int)).max() > 1000  # Chromium's false microphone beeps
