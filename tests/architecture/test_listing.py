"""What the commands that only tell something may import: nothing that costs a tenth of a second, ever.

Times are for quiet machines; modules are for all.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from vtuber_cli.cli.app import COMMANDS

HEAVY = set(
    """av ctranslate2 espeakng_loader faster_whisper fastapi hibari httpx huggingface_hub keyring llama_cpp markdown_it
    miniaudio numpy onnxruntime piper pygments requests rich sherpa_onnx sounddevice soundfile soxr textual tokenizers
    torch webrtcvad xllamacpp""".split()
)
LISTING = (
    "character list",
    "character list --json",
    "character show",
    "character check mika",
    "clean --json",
    "completion bash",
    "completion words bash -- chat --character",
    "completion words bash -- config set",
    "config explain",
    "config explain talk.hangover_ms",
    "config get character",
    "config show",
    "config show --json",
    "engines",
    "history list",
    "history list --json",
    "key list",
    "models list",
    "models list --json",
    "paths",
    "paths --json",
    "schema",
    "schema character",
    "stats",
)
CODE = """
import sys
from vtuber_cli.__main__ import main
sys.argv[1:] = {arguments!r}
main()
print("loaded", *sys.modules)
"""


def loaded(*arguments: str) -> set[str]:
    command = [sys.executable, "-c", CODE.format(arguments=list(arguments))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    said = next(line for line in reversed(done.stdout.splitlines()) if line.startswith("loaded "))
    return set(said.split()[1:])


@pytest.mark.parametrize("line", LISTING)
def test_listing_imports_nothing_heavy(line: str) -> None:
    modules = loaded(*line.split())
    assert f"vtuber_cli.cli.{line.split()[0]}" in modules
    assert not modules & HEAVY
    assert "vtuber_cli.tui.app" not in modules


@pytest.mark.parametrize("name", COMMANDS)
def test_a_commands_help_imports_nothing_heavy(name: str) -> None:
    assert not loaded(name, "--help") & HEAVY
