"""Bad input ends in one clear line and a failure; nothing is lost, and nobody sees a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.program import Ended, kept, run
from vtuber_cli import paths
from vtuber_cli.audio import wav
from vtuber_cli.config import user_file

pytestmark = pytest.mark.model

ECHO = ("--engines", "echo")
"""Most of what is wrong is wrong whatever engines there are."""


def check(ended: Ended, code: int, *words: str, more: int = 0) -> None:
    print(ended.err)
    assert ended.code == code
    complaint, *others = ended.complaints
    assert len(others) == more
    for word in words:
        assert word in complaint
    assert "Traceback" not in ended.err and "something broke" not in ended.err


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are not what they say, in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("words.wav").write_text("These are words.", encoding="utf-8")
    Path("words.gguf").write_text("These are words.", encoding="utf-8")
    Path("nothing.wav").touch()
    with wave.open("empty.wav", "wb") as empty:
        empty.setparams((1, 2, 16_000, 0, "NONE", ""))


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        (("--mic", "none.wav"), 2, ["there is no file none.wav"]),
        (("--mic", "folder"), 2, ["folder is a folder"]),
        (("--mic", "words.wav"), 2, ["words.wav is not a sound file"]),
        (("--mic", "nothing.wav"), 2, ["nothing.wav is not a sound file"]),
        (("--mic", "empty.wav"), 2, ["there is no sound in empty.wav"]),
        (("--wav", "folder"), 2, ["folder is a folder"]),
        (("--wav", "no/folder/out.wav"), 2, ["no/folder/out.wav cannot be written"]),
        (("--wav", "/proc/out.wav"), 2, ["/proc/out.wav cannot be written"]),
        (("--character", "mikaa"), 2, ["no character called mikaa", "did you mean mika?"]),
        (("--engines", "ecco"), 2, ["no vad engine called ecco"]),
        (("--set", "engines.llm.name=lama"), 2, ["no llm engine called lama", "llama"]),
        (("--set", "engines.asr.options.modle=base"), 2, ["engines.asr.options", "modle", "mean model?"]),
        (("--set", "talk.hangover=700"), 2, ["talk.hangover: unknown key", "hangover_ms"]),
        (("--set", "talk.hangover_ms=soon"), 2, ["talk.hangover_ms", "whole number"]),
        (("--set", "engines.llm.options.model=none.gguf"), 3, ["no model file or folder none.gguf"]),
        (("--models-dir", "words.wav"), 3, ["cannot write", "words.wav"]),
        (("--resume",), 2, ["no talk with Mika to go on with"]),
        (("--talk", "zzzz"), 2, ["there is no talk zzzz"]),
        (("--colour",), 2, ["no option --colour"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_asked_for_wrongly(wrong: tuple[str, ...], code: int, words: list[str]) -> None:
    echo = () if any("engines" in word or "models" in word for word in wrong) else ECHO
    ended = run("chat", "--plain", *echo, *wrong, typed="Hello\n")
    check(ended, code, *words)
    assert ended.out == ""
    assert not paths.database().exists() or kept() == []


def test_a_model_that_is_none() -> None:
    ended = run("chat", "--plain", "--no-audio", "--set", "engines.llm.options.model=words.gguf", typed="Hello\nYou?\n")
    check(ended, 3, "words.gguf is not a GGUF model")
    assert not ended.said("mika")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("talk:\n  hangover_ms: [1\n", ["config.yaml:3", "not valid YAML"]),
        ("talk:\n  hangoverms: 700\n", ["config.yaml:2", "did you mean hangover_ms?"]),
        ("talk:\n\thangover_ms: 700\n", ["config.yaml:2", "a tab"]),
        ("\0\1\2", ["config.yaml"]),
    ],
)
def test_a_broken_config(text: str, words: list[str]) -> None:
    user_file().parent.mkdir(parents=True)
    user_file().write_text(text, encoding="utf-8")
    check(run("chat", "--plain", *ECHO, typed="Hello\n"), 2, *words)
    assert user_file().read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id: luna\nlanguages: [en\n", ["character.yaml:3", "not valid YAML"]),
        (
            "id: luna\nlanguages: [en]\nname: {en: Luna}\npersona: {en: Kind.}\nvioces: {}\n",
            ["character.yaml:5", "did you mean voices?"],
        ),
        ("id: luna\nlanguages: [en]\nname: {en: Luna}\n", ["character.yaml", "persona", "is missing"]),
    ],
)
def test_a_broken_character(text: str, words: list[str]) -> None:
    folder = paths.data_dir() / "characters" / "luna"
    folder.mkdir(parents=True)
    (folder / "character.yaml").write_text(text, encoding="utf-8")
    check(run("chat", "--plain", *ECHO, "--character", "luna", typed="Hello\n"), 2, *words)


def test_a_stranger_s_folder_may_not_choose_files() -> None:
    Path("vtuber.yaml").write_text("models_dir: /tmp\n", encoding="utf-8")
    check(run("chat", "--plain", *ECHO, typed="Hello\n"), 2, "vtuber.yaml:1", "models_dir", "may not be set here")


# --- full disks ---------------------------------------------------------------------------------------------------


class Disk:
    """A small one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._fill = folder / "fill"

    def fill(self) -> None:
        with self._fill.open("wb", buffering=0) as file:
            for size in (4096, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue

    def empty(self) -> None:
        self._fill.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Of 256 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    mount = [*root, "mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if shutil.which(mount[0]) is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a small disk here")
    yield Disk(folder)
    subprocess.run([*root, "umount", "--lazy", str(folder)], check=True)


LINES = [f"This is line {number}, and it is long enough to take some time to say." for number in range(1, 9)]


def test_a_recording_on_a_full_disk(disk: Disk) -> None:
    out = disk.folder / "out.wav"
    ended = run("chat", "--plain", *ECHO, "--fast", "--wav", out, typed="\n".join(LINES))
    check(ended, 4, "out.wav could not be written to its end")
    assert ended.said("you") == ended.said("mika") == LINES
    assert [entry.text for entry in kept()] == [line for line in LINES for _ in "ab"]
    assert not out.exists()
    assert len(wav.read(out.with_name("out.wav.part"))) > 16_000


def test_a_history_on_a_full_disk(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The talk goes on without it, and what was kept before is safe."""
    monkeypatch.setenv("VTUBER_HOME", str(disk.folder / "home"))
    chat = ("chat", "--plain", *ECHO, "--fast", "--wav", Path("out.wav"))
    assert run(*chat, typed=f"{LINES[0]}\n").code == 0
    before = kept()
    disk.fill()

    ended = run(*chat, typed="\n".join(LINES[1:]))

    check(ended, 5, "the disk is full", "vtuber.db")
    assert ended.said("you") == ended.said("mika") == LINES[1:]
    disk.empty()
    assert kept()[:2] == before
    assert run(*chat, "--resume", typed="And now?\n").code == 0
    assert [entry.text for entry in kept()][-2:] == ["And now?"] * 2


def test_a_disk_that_gets_full_in_the_middle_of_a_talk(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_HOME", str(disk.folder / "home"))
    lines = [f"{number} {line}" for number in range(30) for line in LINES]

    ended = run("chat", "--plain", *ECHO, "--fast", "--wav", "out.wav", typed="\n".join(lines))

    check(ended, 5, "the disk is full", "vtuber.db", more=1)
    assert "could not be kept" in ended.complaints[1]
    assert ended.said("you") == ended.said("mika") == lines
    texts = [entry.text for entry in kept()]
    print(f"messages kept: {len(texts)} of {2 * len(lines)}")
    assert 2 <= len(texts) < 2 * len(lines)
    assert texts == [line for line in lines for _ in "ab"][: len(texts)]
