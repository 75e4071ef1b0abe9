"""Korean plumbing: that Hangul gets from ear to mouth, whole. Not how well she understands or speaks Korean.

The speaker is espeak-ng, a machine whose Korean Whisper's base model hears badly; she echoes what was heard, and hums.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.journeys.program import kept, run
from vtuber_cli.audio import wav

pytestmark = pytest.mark.model

HANGUL = re.compile(r"[가-힣]")


def test_korean_plumbing_from_ear_to_mouth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    spoken, asked, out = "안녕하세요. 오늘은 날씨가 좋습니다.", tmp_path / "in.wav", tmp_path / "out.wav"
    subprocess.run(["espeak-ng", "-v", "ko", "-s", "120", "-w", asked, spoken], check=True)

    echo = ("--set", "engines.llm.name=echo", "--set", "engines.tts.name=echo")
    talk = run("chat", "--plain", "--fast", "--mic", asked, "--wav", out, *echo)

    assert talk.code == 0 and not talk.complaints
    heard = " ".join(talk.said("you"))
    print(f"said:  {spoken}\nheard: {heard}")
    assert len(HANGUL.findall(heard)) >= 8
    assert "안녕하세요" in heard
    assert talk.said("mika") == talk.said("you")
    sound = wav.read(out)
    assert len(sound) > 16_000 and np.abs(sound).max() > 0.05
    assert "준비" in talk.err
    assert [entry.text for entry in kept() if entry.role == "user"] == talk.said("you")
    found = run("history", "search", "안녕하세요")
    assert "안녕하세요" in found.out
