"""The pages before the real server: somebody talks on one, and the other shows it."""

from __future__ import annotations

from itertools import pairwise

from tests.browser.chromium import page
from tests.server.served import serving

_RECORDS = """
  window.came = [];
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        window.came.push(typeof data === "string" ? JSON.parse(data).type : "sound");
      });
    }
  };
  window.started = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (when, offset, seconds) {
    window.started.push([when, seconds]);
    return start.call(this, when, offset, seconds);
  };
"""
"""Keeps what comes and when each sound begins."""
_TEXT = "document.getElementById('captions').textContent"
_SEEN = "document.getElementById('captions').classList.contains('seen')"


async def test_what_is_said_in_a_browser_is_seen_in_obs(browser: str) -> None:
    async with serving() as server, page(browser, prepare=_RECORDS) as obs, page(browser, size=(1100, 1000)) as tab:
        await obs.open(server.url("/viewer/?debug=1&lang=en"))
        await tab.open(server.url("/setup?lang=en"))
        for where, pages in (("document", obs), ("document.getElementById('preview').contentDocument", tab)):
            await pages.until(f"{where}.querySelector('canvas.figure') !== null")
        await tab.run("document.getElementById('text').value = 'Good morning, dear viewers.'")
        await tab.run("document.forms.say.requestSubmit()", gesture=True)
        await obs.until(f"{_SEEN} && {_TEXT}.includes('dear viewers.')")  # echo's model says it again
        await tab.until("document.getElementById('news').textContent.startsWith('Talk here')")
        came, started = await obs.run("window.came"), await obs.run("window.started")
        assert obs.complaints == [] and tab.complaints == []
    assert "audio" not in came  # it announced what it plays
    speech = [kind for kind in came if kind in ("sound", "audio-stream-start", "audio-stream-end")]
    assert speech[:2] == ["audio-stream-start", "sound"] and speech[-1] == "audio-stream-end"
    assert len(started) == speech.count("sound") > 2
    assert all(abs(one[0] + one[1] - other[0]) < 0.001 for one, other in pairwise(started))
