"""The page against the real server: what a stream sees, and that it is still there after a restart."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np

from tests.browser.chromium import Page, beside, page
from tests.journeys.program import Running, until
from tests.server.served import Client, Script, Served, serving
from tests.server.test_relay import talking
from tests.viewer.show import SIZE, keep

_MOUTH = (430.0, 320.0, 120.0, 60.0)
_TEXT = "document.getElementById('captions').textContent"
_CARD = "document.getElementById('card')"
_STORY = "Once there was a lighthouse keeper who counted waves, and every evening he told the sea how many there were."


@asynccontextmanager
async def shown(browser: str, url: str, query: str = "", **more: Any) -> AsyncIterator[Page]:
    """The page with somebody on it, who is moved by the server."""
    async with page(browser, size=SIZE, **more) as tab:
        await tab.open(f"{url}viewer/?debug=1&{query}")
        await tab.until("document.querySelector('canvas.figure') !== null")
        await tab.until("document.getElementById('debug').textContent.includes('poses     come')")
        yield tab


async def _movement(tab: Page, seconds: float = 0.8) -> float:
    """How far the pixels of her mouth get apart meanwhile, on average."""
    loop = asyncio.get_running_loop()
    ends, seen = loop.time() + seconds, [(await tab.image(_MOUTH)).astype(int)]
    while loop.time() < ends:
        seen.append((await tab.image(_MOUTH)).astype(int))
    return float((np.max(seen, axis=0) - np.min(seen, axis=0)).mean())


async def test_what_a_stream_sees(browser: str) -> None:
    script = Script()
    script.says(f"[joy] {_STORY}")
    slow = {"engines.tts.options.syllable_seconds": "0.12"}
    async with (
        serving(script, **slow) as served,
        shown(browser, served.url(), "lang=ko") as tab,
        served.client() as talker,
        beside(_read(talker)),
    ):
        await asyncio.sleep(0.5)
        silent = await _movement(tab)
        seen = await keep(tab, "real-waiting")
        assert (seen[[0, 0, -1, -1], [0, -1, 0, -1], 3] == 0).all()
        assert seen[270, 480, 3] == 255
        await talker.say("text-input", text="Tell me a story.")
        await tab.until(f"{_TEXT}.includes('lighthouse')")
        await asyncio.sleep(0.3)
        speaking = await _movement(tab)
        await keep(tab, "real-speaking")
        assert await tab.run("[document.body.dataset.state, document.body.dataset.emotion]") == ["speaking", "joy"]
        await talker.say("interrupt-signal", text="Once there was")
        await tab.until("!document.getElementById('captions').classList.contains('seen')")
        await _draws_a_card(tab, served, talker)
        assert tab.complaints == []
    print(f"the mouth moves by {silent:.2f} in silence, {speaking:.2f} in speech")
    assert speaking > 2 * silent


async def _read(talker: Client) -> None:
    """A client that leaves all unread would say goodbye for ten seconds."""
    async for _ in talker.line:
        pass


async def _draws_a_card(tab: Page, served: Served, talker: Client) -> None:
    await talker.say("text-input", text="/fortune tarot three")
    await tab.until(f"{_CARD}.classList.contains('seen')")
    await tab.until(f"{_CARD}.querySelector('img')?.complete && {_CARD}.querySelector('img').naturalWidth > 100")
    await asyncio.sleep(0.6)
    await keep(tab, "real-card")
    grade = await tab.run(f"{_CARD}.querySelector('.grade').innerText")
    assert re.search("[가-힣]", grade), grade  # the viewer's language, whoever talks


async def test_a_terminals_talk_is_seen_and_its_sound_left_there(browser: str) -> None:
    starts = """
      window.started = 0;
      const start = AudioBufferSourceNode.prototype.start;
      AudioBufferSourceNode.prototype.start = function (...rest) { started++; return start.apply(this, rest); };
    """
    async with (
        talking(syllable_seconds="0.12") as terminal,
        shown(browser, terminal.url.removesuffix("viewer/"), prepare=starts) as tab,
    ):
        await asyncio.sleep(0.5)
        # Her head may just be turning: the quietest moment counts, and the liveliest.
        silent = min([await _movement(tab) for _ in range(3)])
        terminal.session.say(_STORY)
        await tab.until(f"{_TEXT}.includes('lighthouse')")
        await asyncio.sleep(0.3)
        speaking = max([await _movement(tab) for _ in range(2)])
        await keep(tab, "real-terminal")
        assert await tab.run("started") == 0
        assert await tab.run("document.body.dataset.state") == "speaking"
        terminal.session.interrupt()
        await tab.until("!document.getElementById('captions').classList.contains('seen')")
    print(f"the mouth moves by {silent:.2f} in silence, {speaking:.2f} in speech")
    assert speaking > 2 * silent


async def test_the_page_outlives_the_server(browser: str) -> None:
    def start(port: int) -> Running:
        return Running("serve", "--engines", "echo", "--port", str(port))

    with start(0) as program:
        until(lambda: "viewer/" in program.out.text, "where it is")
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", program.out.text)
        assert found is not None
        async with shown(browser, found[0]) as tab:
            await tab.run("window.before = 'the same page'")
            program.send(signal.SIGTERM)
            assert await asyncio.to_thread(program.wait) < 5
            await tab.until("document.getElementById('debug').textContent.includes('socket    closed')")
            with start(int(found[1])) as again:
                await tab.until("document.getElementById('debug').textContent.includes('socket    open')", 40)
                await tab.until("document.getElementById('debug').textContent.includes('poses     come')")
                await tab.until("viewer !== undefined && window.before === 'the same page'")
                again.send(signal.SIGTERM)
                assert again.end().code == 0
        assert program.end().code == 0
