"""The page moves lips as Python does."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from tests.browser.chromium import page
from tests.viewer.server import StandIn
from vtuber_cli.avatar.lipsync import Key, Lips, from_loudness, from_phonemes
from vtuber_cli.avatar.pose import Performer
from vtuber_cli.avatar.visemes import VOWELS
from vtuber_cli.events import Phoneme, Sentence, SentenceStarted

_PICTURE = 1 / 30
_SAID = [
    *[("h", 0.06), ("ə", 0.05), ("l", 0.07), ("ˈ", 0.0), ("oʊ", 0.21), (" ", 0.14), ("m", 0.08), ("aɪ", 0.17)],
    *[(" ", 0.04), ("b", 0.05), ("ɛ", 0.09), ("s", 0.11), ("t", 0.05), (" ", 0.03), ("f", 0.07), ("ɹ", 0.05)],
    *[("ɛ", 0.08), ("n", 0.06), ("d", 0.09), (".", 0.2)],
]


def written(keys: tuple[Key, ...]) -> list[dict[str, Any]]:
    """As `visemes` on the wire."""
    return [
        {"at": round(key.time * 1000), "open": key.open, "form": key.form, "vowel": key.vowel, "closed": key.closed}
        for key in keys
    ]


async def _in_page(browser: str, server: StandIn, script: str) -> Any:
    async with page(browser) as tab:
        await tab.open(f"{server.url}/viewer/")
        return await tab.run(
            f'(async () => {{ const {{ Lips, LoudLips, Mouth }} = await import("/viewer/lips.js"); {script} }})()'
        )


def _mouths(lips: Lips, times: list[float]) -> list[list[float]]:
    return [[mouth.open, mouth.form, *mouth.vowels] for mouth in (lips.at(t, _PICTURE) for t in times)]


_SHAPE = """[mouth.open, mouth.form, ..."AIUEO".split("").map((each) => mouth.vowels[each] ?? 0)]"""


async def test_by_timings(browser: str, server: StandIn) -> None:
    lips = from_phonemes(_SAID)
    times = [index / 50 for index in range(round((lips.seconds - 0.03) * 50))]
    script = f"""
      const lips = new Lips({json.dumps(written(lips.keys))});
      return {json.dumps(times)}.map((t) => lips.at(t)).map((mouth) => {_SHAPE});"""
    seen = np.array(await _in_page(browser, server, script))
    expected = np.array(_mouths(lips, times))
    assert expected[:, 0].max() > 0.8
    assert np.abs(seen - expected)[:, :2].max() < 0.05
    assert np.abs(seen - expected)[:, 2:].mean() < 0.02  # vowels are not slowed a second time
    assert np.any((expected[:, 0] == 0) & (seen[:, 0] == 0) & (np.array(times) > 0.5))  # the lips of "my" and "best"


async def test_by_loudness(browser: str, server: StandIn) -> None:
    rate, rng = 24_000, np.random.default_rng(1)
    loud = np.repeat(rng.random(40) * (rng.random(40) > 0.3), rate // 20)
    loud[len(loud) // 2 :][: rate // 2] = 0
    samples = (0.4 * loud * np.sin(np.arange(len(loud)) * 0.05)).astype(np.float32)
    blocks = samples.reshape(-1, rate // 50)
    lips = from_loudness([float(value) for value in np.sqrt((blocks**2).mean(axis=1))])
    times = [index / 50 for index in range(98)]
    script = f"""
      const lips = new LoudLips();
      const samples = Float32Array.from({json.dumps([round(float(one), 4) for one in samples])});
      for (let start = 0; start < samples.length; start += 5000) lips.add(samples.slice(start, start + 5000), {rate});
      return {json.dumps(times)}.map((t) => lips.at(t).open);"""
    seen = np.array(await _in_page(browser, server, script))
    expected = np.array([lips.at(t, _PICTURE).open for t in times])
    assert expected.max() > 0.9 and expected.min() < 0.01
    assert np.abs(seen - expected).mean() < 0.03
    assert np.abs(seen - expected).max() < 0.5  # of what begins at once, Python shows the way there


async def test_the_voice_takes_the_mouth_as_in_python(browser: str, server: StandIn) -> None:
    """A pose without the voice, and the page's mouth over it, is the pose with the voice."""
    phonemes = tuple(Phoneme(*one) for one in _SAID)
    lips = from_phonemes(_SAID)
    event = SentenceStarted(1, Sentence(0, "Hello", "Hello", "joy"), lips.seconds, phonemes)
    times = [index / 30 for index in range(round((lips.seconds + 2) * 30))]
    poses: dict[bool, list[dict[str, float]]] = {}
    for voiced in (False, True):
        performer = Performer({}, seed=3)
        performer.tell(event, 0.5)
        poses[voiced] = [performer.pose(t, _PICTURE if voiced else 0.0, voiced=voiced) for t in times]
    for pose in poses[False]:
        pose["ParamMouthForm"], pose["ParamMouthOpenY"], pose["ParamMouthTeeth"] = 0.8, 0.2, 1.0
    script = f"""
      const lips = new Lips({json.dumps(written(lips.keys))});
      const mouth = new Mouth();
      return {json.dumps(poses[False])}.map((values, index) => {{
        const t = index / 30;
        mouth.move(values, t >= 0.5 && t < 0.5 + lips.seconds ? lips.at(t - 0.5) : null, t);
        return [values.ParamMouthOpenY, values.ParamMouthForm, values.ParamMouthTeeth, mouth.share(t)];
      }});"""
    seen = np.array(await _in_page(browser, server, script))
    share = seen[:, 3]
    voice = np.array([[pose["ParamMouthOpenY"], pose["ParamMouthForm"]] for pose in poses[True]])
    assert np.abs(seen[:, 0] - (0.2 * (1 - share) + voice[:, 0])).max() < 0.06
    assert np.abs(seen[:, 2] - (1 - share)).max() < 1e-6
    assert share[0] == 0 and share[-1] == 0 and share.max() == 1
    assert len(VOWELS) == 5
