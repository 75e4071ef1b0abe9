"""Somebody talks with her in a browser alone: `/setup`, its talk button, and a microphone that plays a recording."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import numpy as np
import pytest

from tests.browser import chromium
from tests.journeys import speech
from tests.journeys.program import Running, until
from tests.viewer.show import keep
from vtuber_cli.events import EAR_RATE

pytestmark = [pytest.mark.model, pytest.mark.browser]

_PLAYED = """
  window.played = 0;
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...rest) {
    window.played += this.buffer.duration;
    return start.apply(this, rest);
  };
"""
_INSIDE = "document.getElementById('preview').contentWindow"
_CAPTIONS = f"{_INSIDE}.document.getElementById('captions').innerText"
_LONG = 120.0
"""Seconds for an answer on a busy machine."""


async def test_a_voice_turn_in_a_browser_alone(tmp_path: Path) -> None:
    program = chromium.installed()
    if program is None:
        pytest.skip(f"no Chromium is installed: none of {', '.join(chromium.NAMES)}")
    person = speech.clip("0870")
    silence = np.zeros(2 * EAR_RATE, np.float32)
    said = speech.write(tmp_path / "said.wav", np.concatenate([silence, person.samples, *[silence] * 60]))
    flags = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={said}%noloop",
        "--autoplay-policy=no-user-gesture-required",
    )
    with Running("serve", "--port", "0", "--token", "--set", "reply.max_tokens=30") as served:
        until(lambda: "is loaded" in served.err.text, "that everything is loaded")
        address = re.search(r"http://\S+/setup\S*", served.out.text)
        assert address is not None
        with chromium.started(program, tmp_path / "home", *flags) as browser:
            async with chromium.page(browser, size=(1280, 900), prepare=_PLAYED) as tab:
                await _talk(tab, address[0], person.words)


async def _talk(tab: chromium.Page, address: str, words: str) -> None:
    await tab.open(address.replace("/setup?", "/setup?captions=all&"))
    assert "token" not in await tab.run("location.search")
    shown = await tab.run("document.getElementById('url').value")
    assert f"token={address.rpartition('token=')[2]}" in shown
    await tab.until(f"{_INSIDE}.viewer && {_INSIDE}.document.querySelector('canvas.figure') !== null")
    await tab.run("document.getElementById('talk').click()", gesture=True)
    await tab.until("document.getElementById('talk').getAttribute('aria-pressed') === 'true'")
    seen: list[str] = []

    async def follow(script: str) -> None:
        async with asyncio.timeout(_LONG):
            while not await tab.run(script):
                if (text := await tab.run(_CAPTIONS)) and text not in seen[-1:]:
                    seen.append(text)
                await asyncio.sleep(0.05)

    await follow(f"{_INSIDE}.document.body.dataset.state === 'speaking'")
    await asyncio.sleep(0.4)
    await keep(tab, "setup-speaking")
    await follow(f"{_INSIDE}.played > 0.5")
    await follow(f"{_INSIDE}.document.body.dataset.state === 'listening'")
    assert await tab.run(f"{_INSIDE}.played") > 0.5  # she is heard
    assert speech.wer("user", words, seen[0]) <= speech.HEARD
    assert len(seen) > 1  # and her answer is read
    assert not [each for each in tab.complaints if "policy" in each.lower()], tab.complaints
