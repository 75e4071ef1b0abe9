"""What is said: the recordings that ship, and those of a user."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from vtuber_cli.audio import wav
from vtuber_cli.audio.level import dbfs
from vtuber_cli.bench.utterances import ANNOTATION, LEAD_SECONDS, SHIPPED, Utterance, load, room_tone, speech_in
from vtuber_cli.errors import UsageError
from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from collections.abc import Callable

    from vtuber_cli.events import Samples

ANNOTATED = json.loads((SHIPPED / ANNOTATION).read_text(encoding="utf-8"))["clips"]


def tone(seconds: float, level: float = 0.3) -> Samples:
    time = np.arange(round(seconds * EAR_RATE)) / EAR_RATE
    return (level * np.sin(2 * np.pi * 400 * time)).astype(np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * EAR_RATE), np.float32)


def hum(seconds: float) -> Samples:
    return np.random.default_rng(1).normal(0, 0.002, round(seconds * EAR_RATE)).astype(np.float32)


def part(utterance: Utterance, begin: float, end: float) -> Samples:
    return utterance.samples[round(begin * EAR_RATE) : round(end * EAR_RATE)]


def record(folder: Path, name: str, samples: Samples) -> Path:
    soundfile.write(str(folder / name), samples, EAR_RATE)
    return folder / name


# --- what ships -------------------------------------------------------------------------------------------------


def test_the_recordings_are_small_and_all_are_used() -> None:
    files = {file.name: file.stat().st_size for file in SHIPPED.glob("*.flac")}
    assert files.keys() == ANNOTATED.keys()
    assert sum(files.values()) < 700_000
    assert {name for utterance in load() for name in utterance.name.split(" + ")} == {Path(file).stem for file in files}


def test_their_rights_are_told() -> None:
    told = (SHIPPED / "README.md").read_text(encoding="utf-8")
    assert "LibriVox" in told and "public domain" in told


@pytest.mark.parametrize("name", ANNOTATED)
def test_the_annotation_is_what_the_samples_say(name: str) -> None:
    samples = wav.read(SHIPPED / name)
    room = room_tone(samples)
    found = speech_in(np.concatenate([room, samples, room]))
    assert found is not None
    begins, ends = (seconds - 1.0 for seconds in found)
    assert ends == pytest.approx(ANNOTATED[name]["ends"], abs=0.045)
    assert begins == pytest.approx(ANNOTATED[name]["begins"], abs=0.12)  # a soft beginning is a matter of taste


def test_utterances_end_where_their_last_clip_does() -> None:
    for utterance in load():
        last = ANNOTATED[utterance.name.split(" + ")[-1] + ".flac"]
        clip = wav.read(SHIPPED / (utterance.name.split(" + ")[-1] + ".flac"))
        behind = len(utterance.samples) / EAR_RATE - utterance.ends
        assert behind == pytest.approx(len(clip) / EAR_RATE - last["ends"], abs=1e-3)


def test_inner_pauses_are_as_long_as_they_say_and_sound_like_the_room() -> None:
    paused = [utterance for utterance in load() if utterance.pauses]
    assert sorted(utterance.pauses[0] for utterance in paused) == [0.35, 0.45, 0.55, 0.75]
    for utterance in paused:
        first = ANNOTATED[utterance.name.split(" + ")[0] + ".flac"]
        second = ANNOTATED[utterance.name.split(" + ")[1] + ".flac"]
        begin = LEAD_SECONDS + first["ends"]
        end = begin + utterance.pauses[0]
        assert utterance.ends == pytest.approx(end + second["ends"] - second["begins"], abs=1e-3)
        inner = part(utterance, begin + 0.03, end - 0.03)
        assert np.abs(inner).max() > 0, "digital silence is no room"
        assert dbfs(inner) < -40
        assert dbfs(part(utterance, end, end + 0.3)) > dbfs(inner) + 8
        assert dbfs(part(utterance, begin - 0.5, begin - 0.2)) > dbfs(inner) + 8


# --- loudness ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("around", [silence, hum])
def test_speech_is_found_in_silence_and_in_a_room(around: Callable[[float], Samples]) -> None:
    found = speech_in(np.concatenate([around(0.4), tone(1.0), around(0.8)]))
    assert found == pytest.approx((0.4, 1.4), abs=0.03)


def test_what_is_loud_throughout_is_speech_throughout() -> None:
    assert speech_in(tone(1.0)) == pytest.approx((0.0, 1.0), abs=0.03)


@pytest.mark.parametrize("seconds", [0.0, 0.005, 1.0])
def test_there_is_no_speech_in_silence(seconds: float) -> None:
    assert speech_in(silence(seconds)) is None


def test_a_room_is_as_loud_as_the_quietest_moment_and_has_no_seam() -> None:
    noise = hum(0.5)
    room = room_tone(np.concatenate([tone(1.0), noise, tone(1.0)]))
    assert dbfs(room) == pytest.approx(dbfs(noise), abs=1.5)
    steps = np.abs(np.diff(np.concatenate([room[-50:], room[:50]])))
    assert steps[49] <= np.abs(np.diff(room)).max()


@pytest.mark.parametrize("samples", [silence(0.3), silence(0.01), tone(0.3), tone(0.05), hum(0.3)])
def test_without_a_room_in_the_recording_there_is_silence(samples: Samples) -> None:
    room = room_tone(samples)
    assert len(room) == EAR_RATE
    assert not room.any()


# --- a user's own -----------------------------------------------------------------------------------------------


def test_a_folder_without_annotation_is_measured_by_loudness(tmp_path: Path) -> None:
    record(tmp_path, "b.wav", np.concatenate([hum(0.3), tone(0.7), hum(0.5)]))
    record(tmp_path, "a.flac", tone(0.5))
    (tmp_path / "notes.txt").write_text("no sound")
    first, second = load(tmp_path)
    assert (first.name, second.name) == ("a", "b")
    assert second.ends == pytest.approx(LEAD_SECONDS + 1.0, abs=0.03)
    assert second.pauses == ()


def test_other_rates_and_channels_are_brought_to_the_ears(tmp_path: Path) -> None:
    stereo = np.stack([tone(1.0), tone(1.0)], axis=1)
    soundfile.write(str(tmp_path / "a.wav"), stereo, 8_000)
    (utterance,) = load(tmp_path)
    assert len(utterance.samples) / EAR_RATE == pytest.approx(LEAD_SECONDS + 2.0, abs=0.01)


def annotate(folder: Path, clips: object, utterances: object) -> None:
    (folder / ANNOTATION).write_text(json.dumps({"clips": clips, "utterances": utterances}), encoding="utf-8")


A = {"begins": 0.1, "ends": 0.4}


@pytest.mark.parametrize(
    ("clips", "utterances", "where"),
    [
        ({"a.wav": A}, [], "utterances"),
        ({"a.wav": A}, [["b.wav"]], "utterances.0"),
        ({"a.wav": A}, [["a.wav"], ["a.wav", 0.3]], "utterances.1"),
        ({"a.wav": A}, [["a.wav", "a.wav", "a.wav"]], "utterances.0"),
        ({"a.wav": A}, [["a.wav", -1, "a.wav"]], "utterances.0"),
        ({"a.wav": A}, [[]], "utterances.0"),
        ({"../a.wav": A}, [["../a.wav"]], "utterances.0"),
        ({"a.wav": {"begins": 0.4, "ends": 0.1}}, [["a.wav"]], "clips.a.wav"),
        ({"a.wav": {"begins": 0.1, "ends": 9}}, [["a.wav"]], "clips.a.wav"),
        ({"a.wav": {"begins": 0.1}}, [["a.wav"]], "clips.a.wav.ends"),
        ({"a.wav": {**A, "end": 1}}, [["a.wav"]], "clips.a.wav.end"),
    ],
)
def test_a_wrong_annotation_is_refused_where_it_is_wrong(
    clips: object, utterances: object, where: str, tmp_path: Path
) -> None:
    record(tmp_path, "a.wav", tone(0.5))
    annotate(tmp_path, clips, utterances)
    with pytest.raises(UsageError) as refused:
        load(tmp_path)
    assert (refused.value.key, refused.value.params["where"]) == ("bench.annotation", where)


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00"])
def test_an_annotation_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / ANNOTATION).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"bench\.annotation"):
        load(tmp_path)


def test_folders_without_speech_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"bench\.no_folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"bench\.no_sound"):
        load(tmp_path)
    record(tmp_path, "a.wav", silence(1.0))
    with pytest.raises(UsageError, match=r"bench\.no_speech"):
        load(tmp_path)
    (tmp_path / "a.wav").write_bytes(b"no sound at all")
    with pytest.raises(UsageError, match=r"audio\.file_not_audio"):
        load(tmp_path)
    record(tmp_path, "a.wav", tone(26.0))
    with pytest.raises(UsageError, match=r"audio\.file_too_long"):
        load(tmp_path)
