"""The engines without a model: what a demonstration and every other test rely on."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.engines.base import Message, ReplyRequest, Stop
from vtuber_cli.engines.echo import EchoAsr, EchoLlm, EchoTts, EchoVad
from vtuber_cli.engines.feelings import feelings
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import EAR_RATE, EMOTIONS
from vtuber_cli.i18n import set_language


class NoWeights:
    def path(self, name: str) -> Path:
        raise AssertionError(f"an echo needs no weights, {name} least of all")


def tone(seconds: float, peak: float = 0.3) -> np.ndarray:
    time = np.arange(int(seconds * EAR_RATE)) / EAR_RATE
    return (np.sin(2 * np.pi * 220 * time) * peak).astype(np.float32)


def say(text: str, **options: object) -> list:
    return list(EchoTts(EchoTts.Options(**options), NoWeights()).speak(text, Stop()))


def answer(text: str, **options: object) -> str:
    llm = EchoLlm(EchoLlm.Options(**options), NoWeights())
    return "".join(delta.text for delta in llm.reply(ReplyRequest([Message("user", text)]), Stop()))


# --- ears ---------------------------------------------------------------------------------------------------------


def test_loud_is_speech_and_quiet_is_not() -> None:
    vad = EchoVad(EchoVad.Options(), NoWeights())
    assert vad.probability(tone(0.032)) > 0.95
    assert vad.probability(np.zeros(512, np.float32)) < 0.05
    assert vad.probability(tone(0.032, 0.001)) < 0.05


def test_louder_is_never_less_likely() -> None:
    vad = EchoVad(EchoVad.Options(), NoWeights())
    heard = [vad.probability(tone(0.032, peak)) for peak in (0, 1e-4, 1e-3, 1e-2, 0.1, 1)]
    assert heard == sorted(heard)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_broken_samples_give_a_probability(bad: float) -> None:
    vad = EchoVad(EchoVad.Options(), NoWeights())
    assert 0 <= vad.probability(np.full(512, bad, np.float32)) <= 1


@pytest.mark.parametrize("length", [0, 1, 511, 513])
def test_a_frame_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(EngineFailed):
        EchoVad(EchoVad.Options(), NoWeights()).probability(np.zeros(length, np.float32))


def test_sound_is_heard_as_its_length() -> None:
    asr = EchoAsr(EchoAsr.Options(), NoWeights())
    set_language("en")
    try:
        assert asr.transcribe(tone(3.2), "en", Stop()).text == "(3.2 seconds of sound)"
        set_language("ko")
        assert asr.transcribe(tone(3.2), None, Stop()).text == "(3.2초 동안의 소리)"
    finally:
        set_language("auto")


def test_the_given_text_is_heard_in_sound_only() -> None:
    asr = EchoAsr(EchoAsr.Options(text="안녕"), NoWeights())
    assert asr.transcribe(tone(1), "ko", Stop()).text == "안녕"
    assert asr.transcribe(tone(1), "ko", Stop()).language == "ko"
    assert asr.transcribe(np.zeros(EAR_RATE, np.float32), "ko", Stop()).text == ""
    assert asr.transcribe(np.zeros(0, np.float32), None, Stop()).text == ""


# --- thought ------------------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["C"]), max_size=60))
def test_what_was_said_comes_back(text: str) -> None:
    assert answer(text) == text.strip()


def test_prefix_limit_and_the_last_user_s_words() -> None:
    assert answer("hello there", prefix="You said: ") == "You said: hello there"
    llm = EchoLlm(EchoLlm.Options(), NoWeights())
    messages = [Message("user", "one"), Message("assistant", "two"), Message("user", "three four five")]
    deltas = list(llm.reply(ReplyRequest(messages, max_tokens=2), Stop()))
    assert "".join(delta.text for delta in deltas) == "three four "
    assert deltas[-1].usage is not None
    assert deltas[-1].usage.reply == 2


@pytest.mark.parametrize(
    ("text", "emotions", "expected"),
    [
        ("I am so happy", EMOTIONS, "joy"),
        ("우리 강아지가 죽었어", EMOTIONS, "sadness"),
        ("a table", EMOTIONS, "neutral"),
        ("a table", ("joy", "anger"), "joy"),
        ("I am so happy", ("anger", "fear"), "anger"),
    ],
)
def test_the_emotion_follows_the_words(text: str, emotions: tuple[str, ...], expected: str) -> None:
    llm = EchoLlm(EchoLlm.Options(), NoWeights())
    first = next(iter(llm.reply(ReplyRequest([Message("user", text)], emotions), Stop())))
    assert first.emotion == expected


# --- feelings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My cat died.", {"sadness"}),
        ("I’m NOT happy", set()),
        ("I can't believe it!", {"surprise"}),
        ("the crystal ball and the Death card", set()),
        ("너무 무서워요", {"fear"}),
        ("하나도 안 무서워", set()),
        ("별로 기쁘지 않아", set()),
        ("지금 몇시야?", {"neutral"}),
        ("흥미로운 이야기네", set()),
        ("", set()),
    ],
)
def test_obvious_words(text: str, expected: set[str]) -> None:
    assert feelings(text) == expected


@given(st.text())
def test_feelings_are_emotions_whatever_the_text(text: str) -> None:
    assert feelings(text) <= set(EMOTIONS)


# --- voice --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "vowels"),
    [
        ("hello", "eo"),
        ("Mika", "ia"),
        ("안녕하세요", "aoaeo"),
        ("さくら", "aua"),
        ("3", "a"),
        ("hmm", "e"),
        ("A가b", "aae"),
    ],
)
def test_a_tone_for_every_syllable(text: str, vowels: str) -> None:
    (speech,) = say(text)
    assert "".join(sound.symbol for sound in speech.phonemes if sound.symbol != "_") == vowels


@given(st.text(max_size=40))
def test_speech_is_sound_whatever_the_text(text: str) -> None:
    for speech in say(text, syllable_seconds=0.03):
        assert speech.samples.dtype == np.float32
        assert np.isfinite(speech.samples).all()
        assert np.abs(speech.samples).max() <= 0.25 + 1e-6
        assert sum(sound.seconds for sound in speech.phonemes) == pytest.approx(speech.seconds, abs=1e-6)


@given(st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=20))
def test_anything_with_a_letter_can_be_heard(text: str) -> None:
    if any(unicodedata.category(letter)[0] == "L" for letter in text):
        assert max(float(np.abs(speech.samples).max()) for speech in say(text)) > 0.1


@pytest.mark.parametrize("text", ["", " ", "\n", "...", "😀", "—", "🎴 ✨", "\x00"])
def test_nothing_speakable_is_nothing(text: str) -> None:
    assert say(text) == []


def test_a_clause_is_a_piece_and_stop_ends_it() -> None:
    assert len(say("One, two. Three! 넷")) == 4
    stop = Stop()
    heard = []
    for speech in EchoTts(EchoTts.Options(), NoWeights()).speak("One, two, three.", stop):
        heard.append(speech)
        stop.set()
    assert len(heard) == 1


def test_tones_do_not_click() -> None:
    (speech,) = say("hello world")
    assert float(np.abs(np.diff(speech.samples)).max()) < 0.05


def test_the_same_text_sounds_the_same() -> None:
    assert np.array_equal(say("hello")[0].samples, say("hello")[0].samples)
