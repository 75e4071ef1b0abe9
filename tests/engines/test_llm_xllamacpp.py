"""What is particular to llama.cpp in our process: its files, its threads, its socket, and how it dies."""

from __future__ import annotations

import json
import logging
import os
import socket
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vtuber_cli.engines.base import Message, ReplyRequest, Stop
from vtuber_cli.engines.llm_xllamacpp import Llama
from vtuber_cli.engines.llm_xllamacpp_server import connect
from vtuber_cli.errors import EngineFailed, WeightsError
from vtuber_cli.events import EMOTIONS
from vtuber_cli.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = Llama.Options().model


class At:
    """Weights that are where they are told."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def path(self, name: str) -> Path:
        return self._path


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
def llama(folder: Path) -> Iterator[Llama]:
    engine = Llama(Llama.Options(context=512), At(folder))
    yield engine
    engine.close()


def ask(engine: Llama, text: str = "Hello.", **changes: object) -> str:
    request = ReplyRequest(**({"messages": [Message("user", text)], "max_tokens": 8, "temperature": 0.0} | changes))
    return "".join(delta.text for delta in engine.reply(request, Stop()))


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [[], ["a.gguf", "b.gguf"], ["readme.txt"]])
def test_a_folder_must_hold_one_model(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(WeightsError) as raised:
        Llama(Llama.Options(), At(tmp_path))
    assert raised.value.key == "thinking.not_one"


def test_of_a_split_model_the_first_part_is_opened(tmp_path: Path) -> None:
    for part in (1, 2, 3):
        (tmp_path / f"big-0000{part}-of-00003.gguf").write_bytes(b"nothing")
    with pytest.raises(WeightsError) as raised:
        Llama(Llama.Options(), At(tmp_path))
    assert str(raised.value.params["path"]).endswith("big-00001-of-00003.gguf")


@pytest.mark.model
@pytest.mark.parametrize("kept", [0, 3, 37, 1_000_000, 5_000_000, 90_000_000])
def test_a_truncated_model_is_refused_and_the_process_lives(gguf: Path, tmp_path: Path, kept: int) -> None:
    short = tmp_path / "short.gguf"
    with gguf.open("rb") as whole:
        short.write_bytes(whole.read(kept))
    with pytest.raises(WeightsError) as raised:
        Llama(Llama.Options(), At(short))
    assert raised.value.params["path"] == short


@pytest.mark.model
def test_a_model_may_be_a_folder_or_a_file(gguf: Path, folder: Path) -> None:
    for path in (gguf, folder):
        engine = Llama(Llama.Options(context=256), At(path))
        assert ask(engine)
        engine.close()


@pytest.mark.model
def test_the_window_is_never_larger_than_the_model_s(folder: Path) -> None:
    engine = Llama(Llama.Options(context=1 << 20, cache_ram_mib=0), At(folder))
    assert engine.capabilities.context == 8192
    assert engine.capabilities.languages == {"en"}
    engine.close()


# --- one process --------------------------------------------------------------------------------------------------


@pytest.mark.model
def test_a_reply_reads_nothing_that_its_emotion_has_read(llama: Llama, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="vtuber_cli.engines.llm_xllamacpp"):
        ask(llama, "I have never been so happy in my whole life, and I want to tell you why.", emotions=EMOTIONS)
    (usage, _) = next(record.args for record in caplog.records if isinstance(record.args, tuple))
    assert usage.cached >= usage.prompt - 1
    assert "happy" not in caplog.text


@pytest.mark.model
def test_plain_feelings_are_recognised(llama: Llama) -> None:
    """Most of them: the model is small. Wholly other feelings would be a fault of ours."""
    apt = {
        "I just won the lottery!": {"joy", "surprise"},
        "My grandmother died last night.": {"sadness"},
        "Shut up, you stupid liar!": {"anger", "sadness", "disgust"},
        "There is a ghost behind you!": {"fear", "surprise"},
        "Ew, there are maggots in my soup.": {"disgust", "surprise", "fear"},
        "What time is it?": {"neutral"},
        "오늘 내 생일이야!": {"joy", "surprise"},
        "강아지가 죽었어.": {"sadness"},
    }
    hits = 0
    for text, emotions in apt.items():
        request = ReplyRequest([Message("user", text)], EMOTIONS, max_tokens=1, temperature=0.0)
        hits += next(iter(llama.reply(request, Stop()))).emotion in emotions
    assert hits >= 6


@pytest.mark.model
def test_a_model_that_would_speak_for_the_user_ends(llama: Llama) -> None:
    play = [
        Message("system", "Write dialogues. Write User: before what the user says and Assistant: before the answers."),
        Message("user", "User: Hello."),
        Message("assistant", "Hi.\nUser: How are you?\nAssistant: Fine.\nUser: Good.\nAssistant: Yes."),
        Message("user", "User: Hello again."),
    ]
    for seed in range(4):
        text = ask(llama, messages=play, max_tokens=60, temperature=0.8, seed=seed)
        assert "\nUser:" not in text
        assert "<|" not in text


@pytest.mark.model
def test_a_closed_engine_refuses(folder: Path) -> None:
    engine = Llama(Llama.Options(context=256), At(folder))
    left = iter(engine.reply(ReplyRequest([Message("user", "Tell me a story.")]), Stop()))
    next(left)
    engine.close()
    engine.close()
    with pytest.raises(EngineFailed):
        ask(engine)
    with pytest.raises(EngineFailed):
        engine.count_tokens("hello")
    left.close()


# --- the door ------------------------------------------------------------------------------------------------------


def status(address: str, path: str, key: str | None = None) -> int:
    with closing(connect(address)) as connection:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        connection.request("POST", path, json.dumps({"content": "a", "prompt": "a", "n_predict": 1}), headers)
        return connection.getresponse().status


PRIVATE = ["/tokenize", "/completion", "/v1/chat/completions", "/props", "/apply-template", "/slots/0?action=erase"]


@pytest.mark.model
@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no Unix sockets")
def test_it_listens_on_a_socket_that_only_its_user_reaches(llama: Llama) -> None:
    server = llama._server
    address = Path(server.address)
    assert stat.S_ISSOCK(address.stat().st_mode)
    assert stat.S_IMODE(address.parent.stat().st_mode) == 0o700
    assert address.parent.stat().st_uid == os.getuid()
    for path in PRIVATE:
        assert status(server.address, path) == 401
        assert status(server.address, path, "wrong") == 401
    assert status(server.address, "/tokenize", server.key) == 200


@pytest.mark.model
def test_without_sockets_it_listens_on_loopback_with_a_key(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_UNIX", raising=False)
    engine = Llama(Llama.Options(context=256), At(folder))
    try:
        server = engine._server
        assert server.address.startswith("http://127.0.0.1:")
        assert len(server.key) >= 32
        for path in PRIVATE:
            assert status(server.address, path) == 401
            assert status(server.address, path, "wrong") == 401
        assert engine.count_tokens("hello") == 1
        assert ask(engine)
    finally:
        engine.close()
    with pytest.raises(OSError, match="refused"):
        status(server.address, "/tokenize", server.key)


@pytest.mark.model
def test_nothing_is_left_behind(folder: Path) -> None:
    engine = Llama(Llama.Options(context=256), At(folder))
    address = Path(engine._server.address)
    engine.close()
    assert not address.parent.exists() or address.as_posix().startswith("http")


# --- how it dies ---------------------------------------------------------------------------------------------------

PRELUDE = """
import sys, threading
from pathlib import Path
from vtuber_cli.engines.base import Message, ReplyRequest, Stop
from vtuber_cli.engines.llm_xllamacpp import Llama
class At:
    def path(self, name): return Path(sys.argv[1])
def story(words=400): return ReplyRequest([Message("user", "Tell me a long story. " * 20)], max_tokens=words)
engine = Llama(Llama.Options(context=1024), At())
"""
ENDINGS = {
    "closed while idle": "engine.close()",
    "closed after a cancelled stream": """
stop = Stop()
for delta in engine.reply(story(), stop): stop.set()
engine.close()
""",
    "closed while a stream is left open": "it = engine.reply(story(), Stop()); next(it); engine.close()",
    "never closed": "list(engine.reply(story(3), Stop()))",
    "exits with a stream left open": "it = engine.reply(story(), Stop()); next(it)",
    "exits while another thread reads the prompt": """
threading.Thread(target=lambda: list(engine.reply(story(), Stop())), daemon=True).start()
threading.Event().wait(0.05)
""",
    "exits while another thread streams": """
begun = threading.Event()
def run():
    for _ in engine.reply(story(), Stop()): begun.set()
threading.Thread(target=run, daemon=True).start()
begun.wait(20)
sys.exit(0)
""",
    "overflows": """
from vtuber_cli.errors import ContextOverflow
try: list(engine.reply(ReplyRequest([Message("user", "word " * 3000)]), Stop()))
except ContextOverflow: pass
else: sys.exit(9)
engine.close()
""",
    "a damaged file": """
from vtuber_cli.errors import WeightsError
bad = Path(sys.argv[2]) / "bad.gguf"
bad.write_bytes(Path(sys.argv[1]).read_bytes()[:50_000_000])
sys.argv[1] = str(bad)
try: Llama(Llama.Options(), At())
except WeightsError: pass
else: sys.exit(9)
engine.close()
""",
}


@pytest.mark.model
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_process_ends_cleanly_and_silently(gguf: Path, tmp_path: Path, ending: str) -> None:
    """Exit code 0 (a crash is negative), and not a byte on either stream: the screen belongs to the program."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", PRELUDE + ENDINGS[ending], str(gguf), str(tmp_path)],
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
