"""What stands between the command and the first frame: no library of an engine, none of sound, no numpy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "numpy", "sounddevice", "soundfile", "soxr", "webrtcvad",
    "ctranslate2", "faster_whisper", "hibari", "onnxruntime", "piper", "sherpa_onnx", "xllamacpp",
    "httpx", "huggingface_hub", "markdown_it", "pygments",
)  # fmt: skip

CODE = """
import sys
from vtuber_cli.cli import app, chat, downloads
from vtuber_cli import bootstrap
from vtuber_cli.audio.microphone import DeviceMicrophone
from vtuber_cli.audio.silent import CaptionSpeaker
from vtuber_cli.audio.speaker import DeviceSpeaker
from vtuber_cli.audio.steady import SteadySpeaker

plan = bootstrap.plan({flags})
plan.weights.missing(plan.models())
DeviceMicrophone(None), SteadySpeaker(DeviceSpeaker(None))
session = bootstrap.session(plan, None, CaptionSpeaker(), None, bootstrap.Occasion())
import vtuber_cli.tui.app
print(*(name for name in {heavy} if name in sys.modules))
"""


@pytest.mark.parametrize("flags", [{}, {"language": "ko"}, {f"engines.{kind}.name": "echo" for kind in ("llm", "tts")}])
def test_nothing_heavy_is_imported_before_the_first_frame(flags: dict[str, str]) -> None:
    command = [sys.executable, "-c", CODE.format(flags=flags, heavy=HEAVY)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.split(), done.stderr) == ([], "")
