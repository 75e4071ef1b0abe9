"""What is particular to llama-cpp-python: it has to be built, it is noisy, and it is driven at its lowest level."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.contracts.building import Elsewhere
from vtuber_cli.engines import registry
from vtuber_cli.engines.base import Message, ReplyRequest, Stop
from vtuber_cli.engines.llm_llamacpp import LlamaCpp
from vtuber_cli.errors import EngineFailed, EngineUnavailable, WeightsError
from vtuber_cli.events import EMOTIONS
from vtuber_cli.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = LlamaCpp.Options().model
ABSENT = registry.missing("llm", "llama-cpp")
real = pytest.mark.skip(reason=f"{ABSENT} is not installed") if ABSENT else pytest.mark.model


@pytest.fixture(scope="module")
def folder() -> Path:
    weights = Weights()
    if weights.missing([MODEL]):
        pytest.skip(f"the weights {MODEL} are not installed; vtuber models get {MODEL}")
    return weights.path(MODEL)


@pytest.fixture(scope="module")
def gguf(folder: Path) -> Path:
    return next(folder.glob("*.gguf"))


@pytest.fixture(scope="module")
def llama(folder: Path) -> Iterator[LlamaCpp]:
    engine = LlamaCpp(LlamaCpp.Options(context=512), Elsewhere(folder))
    yield engine
    engine.close()


def ask(engine: LlamaCpp, text: str = "Hello.", **changes: object) -> str:
    request = ReplyRequest(**({"messages": [Message("user", text)], "max_tokens": 8, "temperature": 0.0} | changes))
    return "".join(delta.text for delta in engine.reply(request, Stop()))


def test_without_the_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF\x03\x00\x00\x00" + b"\x00" * 16)
    with pytest.raises(EngineUnavailable) as raised:
        LlamaCpp(LlamaCpp.Options(), Elsewhere(file))
    assert raised.value.params["module"] == "llama-cpp-python"
    assert raised.value.hint == "pip install 'vtuber-cli[llama-cpp]'"


@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF\x03\x00\x00\x00" + b"\xff" * 29, b"<html>"])
def test_what_is_no_model_is_refused_before_llama_cpp_sees_it(tmp_path: Path, content: bytes) -> None:
    """It aborts the process on some such files."""
    file = tmp_path / "model.gguf"
    file.write_bytes(content)
    with pytest.raises(WeightsError):
        LlamaCpp(LlamaCpp.Options(), Elsewhere(file))


@real
@pytest.mark.parametrize("kept", [37, 1_000_000, 5_000_000, 90_000_000])
def test_a_truncated_model_is_refused_and_the_process_lives(gguf: Path, tmp_path: Path, kept: int) -> None:
    short = tmp_path / "short.gguf"
    with gguf.open("rb") as whole:
        short.write_bytes(whole.read(kept))
    with pytest.raises(WeightsError) as raised:
        LlamaCpp(LlamaCpp.Options(), Elsewhere(short))
    assert raised.value.params["path"] == short


@real
def test_the_window_is_never_larger_than_the_model_s(folder: Path) -> None:
    engine = LlamaCpp(LlamaCpp.Options(context=1 << 20), Elsewhere(folder))
    assert engine.capabilities.context == 8192
    engine.close()


@real
def test_a_reply_reads_nothing_that_its_emotion_has_read(llama: LlamaCpp) -> None:
    text = "I have never been so happy in my whole life, and I want to tell you why."
    list(llama.reply(ReplyRequest([Message("user", text)], EMOTIONS, max_tokens=0), Stop()))
    tokens = llama._loaded().tokens(llama._written([{"role": "user", "content": text}]), markers=True)
    assert llama._loaded().read(tokens, Stop()) == len(tokens) - 1


@real
def test_plain_feelings_are_recognised(llama: LlamaCpp) -> None:
    apt = {"My grandmother died last night.": {"sadness"}, "There is a ghost behind you!": {"fear", "surprise"}}
    for text, emotions in apt.items():
        request = ReplyRequest([Message("user", text)], EMOTIONS, max_tokens=1, temperature=0.0)
        assert next(iter(llama.reply(request, Stop()))).emotion in emotions


@real
def test_a_reply_that_was_left_open_ends_when_another_begins(llama: LlamaCpp) -> None:
    left = iter(llama.reply(ReplyRequest([Message("user", "Tell me a story.")], max_tokens=200), Stop()))
    next(left)
    assert ask(llama)
    assert len(list(left)) <= 2
    assert ask(llama, "Hello.") == ask(llama, "Hello.")


@real
def test_a_closed_engine_refuses(folder: Path) -> None:
    engine = LlamaCpp(LlamaCpp.Options(context=256), Elsewhere(folder))
    left = iter(engine.reply(ReplyRequest([Message("user", "Tell me a story.")]), Stop()))
    next(left)
    engine.close()
    engine.close()
    with pytest.raises(EngineFailed):
        ask(engine)
    with pytest.raises(EngineFailed):
        engine.count_tokens("hello")
    assert len(list(left)) <= 2


PRELUDE = """
import sys, threading
from pathlib import Path
from vtuber_cli.engines.base import Message, ReplyRequest, Stop
from vtuber_cli.engines.llm_llamacpp import LlamaCpp

class At:
    def path(self, name):
        return Path(sys.argv[1])

engine = LlamaCpp(LlamaCpp.Options(context=512), At())
story = ReplyRequest([Message("user", "Tell me a long story.")], max_tokens=400)
"""
ENDINGS = {
    "closed": "list(engine.reply(ReplyRequest([Message('user', 'Hi.')], max_tokens=4), Stop())); engine.close()",
    "not closed": "list(engine.reply(ReplyRequest([Message('user', 'Hi.')], max_tokens=4), Stop()))",
    "left open": "left = iter(engine.reply(story, Stop())); next(left)",
    "still running": """
begun = threading.Event()
def run():
    for _ in engine.reply(story, Stop()):
        begun.set()
threading.Thread(target=run, daemon=True).start()
begun.wait(60)
""",
    "a file that is none": """
try:
    (Path(sys.argv[2]) / "x.gguf").write_bytes(Path(sys.argv[1]).read_bytes()[:2_000_000])
    At.path = lambda self, name: Path(sys.argv[2]) / "x.gguf"
    LlamaCpp(LlamaCpp.Options(), At())
except Exception as error:
    assert type(error).__name__ == "WeightsError", error
""",
}


@real
@pytest.mark.parametrize("ending", ENDINGS)
def test_programs_end_quietly(gguf: Path, tmp_path: Path, ending: str) -> None:
    """Exit code 0 (a crash is negative), and not a byte on either stream: the screen belongs to the program."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", PRELUDE + ENDINGS[ending], str(gguf), str(tmp_path)],
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
