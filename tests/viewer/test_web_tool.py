"""The page to try ears and voice with, in a real browser against the real server."""

from __future__ import annotations

from typing import Any

from tests.browser import chromium
from tests.server.served import serving

TOKEN = "s3cret-s3cret-s3cret-s3cret"
SENT = """(async () => {
  const rate = 16000, view = new DataView(new ArrayBuffer(44 + 2 * rate));
  [..."RIFF"].forEach((each, at) => view.setUint8(at, each.charCodeAt(0)));
  view.setUint32(4, 36 + 2 * rate, true);
  [..."WAVEfmt "].forEach((each, at) => view.setUint8(8 + at, each.charCodeAt(0)));
  [[16, 16, 4], [20, 1, 2], [22, 1, 2], [24, rate, 4], [28, 2 * rate, 4], [32, 2, 2], [34, 16, 2], [40, 2 * rate, 4]]
    .forEach(([at, value, size]) => (size === 2 ? view.setUint16(at, value, true) : view.setUint32(at, value, true)));
  [..."data"].forEach((each, at) => view.setUint8(36 + at, each.charCodeAt(0)));
  for (let at = 0; at < rate; at++) view.setInt16(44 + 2 * at, 8000 * Math.sin(at / 20), true);
  const files = new DataTransfer();
  files.items.add(new File([BODY], "x.wav"));
  const input = document.getElementById("file");
  input.files = files.files;
  input.dispatchEvent(new Event("change"));
})()"""
HEARD = "document.getElementById('heard').textContent"
ROWS = "[...document.querySelectorAll('#sounds li span')].map((each) => each.textContent)"


async def test_ears_and_voice(browser: str) -> None:
    async with serving(token=TOKEN) as served, chromium.page(browser) as page:
        await page.open(served.url(f"/web_tool?lang=en&token={TOKEN}"))
        assert await page.run("location.pathname + location.search") == "/web-tool/?lang=en"
        await page.run(SENT.replace("BODY", "view"))
        await page.until(f"{HEARD} === '(1.0 seconds of sound)'")
        await page.run(SENT.replace("BODY", "'no sound'"))
        await page.until(f"{HEARD}.includes('too small') && document.querySelector('#heard.wrong') !== null")
        page.complaints.clear()  # the browser notes the 400

        await page.run("document.getElementById('record').click()", gesture=True)
        await page.until("document.getElementById('loud').value > 0 && !document.getElementById('level').hidden")
        await page.run("document.getElementById('record').click()")
        await page.until(f"{HEARD}.endsWith('seconds of sound)')")

        await page.run("document.getElementById('text').value = 'Hello one. Pi is 3.14!'")
        await page.run("document.querySelector('#say button').click()", gesture=True)
        await page.until("document.getElementById('news').textContent === '2 sounds'")
        assert await page.run(ROWS) == ["Hello one.", "Pi is 3.14!"]
        await page.until("[...document.querySelectorAll('audio')].every((each) => each.ended)")
        assert page.complaints == []


async def test_every_word_in_both_languages(browser: str) -> None:
    async with serving(loads=False) as served, chromium.page(browser) as page:
        await page.open(served.url("/web-tool/?lang=ko"))
        words: dict[str, dict[str, Any]] = await page.run(
            '(async () => { const { speak, t, KEYS } = await import("/web-tool/words.js");'
            "return Object.fromEntries(Object.keys(KEYS).map((each) => { speak(each);"
            "return [each, Object.fromEntries(KEYS[each].map((key) => [key, t(key)]))]; })); })()"
        )
        shown = await page.run("[...document.querySelectorAll('[data-words]')].map((each) => each.dataset.words)")
        assert page.complaints == []
    assert set(words) == {"en", "ko"}
    assert words["en"].keys() == words["ko"].keys() >= set(shown)
