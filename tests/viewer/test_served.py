"""The pages before the real server: somebody talks on one, and the other shows it."""

from __future__ import annotations

from tests.browser.chromium import page
from tests.server.served import serving

_TEXT = "document.getElementById('captions').textContent"
_SEEN = "document.getElementById('captions').classList.contains('seen')"


async def test_what_is_said_in_a_browser_is_seen_in_obs(browser: str) -> None:
    async with serving() as server, page(browser) as obs, page(browser, size=(1100, 1000)) as tab:
        await obs.open(server.url("/viewer/?debug=1&lang=en"))
        await tab.open(server.url("/setup?lang=en"))
        for where, pages in (("document", obs), ("document.getElementById('preview').contentDocument", tab)):
            await pages.until(f"{where}.querySelector('canvas.figure') !== null")
        await tab.run("document.getElementById('text').value = 'Good morning, dear viewers.'")
        await tab.run("document.forms.say.requestSubmit()", gesture=True)
        await obs.until(f"{_SEEN} && {_TEXT}.includes('dear viewers.')")  # echo's model says it again
        await tab.until("document.getElementById('news').textContent.startsWith('Talk here')")
        assert obs.complaints == [] and tab.complaints == []
