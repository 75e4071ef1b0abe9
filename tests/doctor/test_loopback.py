"""The whole way round on a sound card made of software, with real engines."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from tests.journeys.program import run
from tests.sound_card import SoundCard, sound_card

__all__ = ["sound_card"]

pytestmark = [pytest.mark.model, pytest.mark.audio]


def report(
    card: SoundCard, *parts: str, env: Mapping[str, str] | None = None
) -> tuple[int, dict[str, dict[str, object]]]:
    """The exit code and the findings by check."""
    done = run("doctor", "--json", *parts, env={**card.env, **(env or {})})
    said = json.loads(done.out)
    return done.code, {one["check"]: one for part in said["parts"].values() for one in part}


def test_a_cable_from_the_loudspeaker_to_the_microphone(sound_card: SoundCard) -> None:
    code, found = report(sound_card, "loopback", env={"PULSE_SINK": "micbus"})
    assert code == 0
    tone, words, speaks = (found[f"loopback.{name}"] for name in ("tone", "words", "speaks"))
    assert tone["facts"]["delay_ms"] < 600 and -25 < tone["facts"]["dbfs"] < -5
    assert words["facts"]["percent"] >= 80
    assert speaks["facts"]["seconds"] > 1
    assert "moon" not in json.dumps(found).lower(), "what was heard is nobody's business"


def test_headphones_are_a_limit_and_no_fault(sound_card: SoundCard) -> None:
    code, found = report(sound_card, "audio")
    assert code == 1
    assert found["output.opens"]["state"] == "ok"
    assert found["input.hears"]["state"] == "limit", "the card's microphone is digitally silent"
    assert found["loopback.tone"]["state"] == "limit" and found["loopback.tone"]["fix"]
