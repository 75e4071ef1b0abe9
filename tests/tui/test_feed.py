"""What both faces share: safe events, words for errors, and the reveal in step with the voice."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_cli import i18n
from vtuber_cli.errors import EngineFailed, VtuberError
from vtuber_cli.events import (
    EngineChanged,
    Greeted,
    Notice,
    ReplyEnded,
    ReplyStarted,
    Sentence,
    SentenceStarted,
    Timings,
    UserSaid,
)
from vtuber_cli.tui.feed import Reveal, emotion_word, error_lines, notice_lines, safe, safe_event, safe_line, stages

HOSTILE = "a\x1b[31mb\x1b]52;c;ZXZpbA==\x07c\x9b2Jd\u202ee\x00f\rg"


@pytest.mark.parametrize(
    "event",
    [
        Greeted(HOSTILE, HOSTILE),
        ReplyStarted(1, HOSTILE),
        UserSaid(1, HOSTILE, "voice"),
        ReplyEnded(1, HOSTILE, interrupted=False),
        SentenceStarted(1, Sentence(0, HOSTILE, "", HOSTILE), 1.0),
        EngineChanged("llm", HOSTILE, "ready"),
    ],
)
def test_no_event_brings_a_control_character_into_a_face(event: Greeted) -> None:
    said = safe_event(event)
    texts = [said.sentence.shown, said.sentence.emotion] if isinstance(said, SentenceStarted) else []
    texts += [getattr(said, name) for name in ("text", "name", "emotion") if hasattr(said, name)]
    assert texts
    assert set(texts) == {"abcdefg"}


@settings(max_examples=40)
@given(st.text())
def test_safe_text_can_be_written_to_any_utf8_file_and_is_stable(text: str) -> None:
    once = safe(text)
    once.encode("utf-8")
    assert safe(once) == once
    assert "\n" not in safe_line(text)


def test_an_error_is_its_words_and_its_advice_with_foreign_parameters_cleaned() -> None:
    words, hint = error_lines(EngineFailed("no.such.key", hint="try\nthis\x1b[2J"))
    assert (words, hint) == ("no.such.key", "try this")
    assert error_lines(VtuberError("A plug-in's own sentence."))[1] == ""


def test_a_notice_is_looked_up_and_an_unknown_one_is_shown_as_it_is() -> None:
    assert notice_lines(Notice("chat.microphone_back")) == ("The microphone is back.", "")
    assert notice_lines(Notice("from a plug-in\x1b[H")) == ("from a plug-in", "")
    params = (("said", "It lacks\x1b[H."), ("command", "vtuber models get x"))
    assert notice_lines(Notice("choice.advice", params)) == ("It lacks.", "better: vtuber models get x")


def test_an_emotion_has_a_word_in_both_languages_and_neutral_none() -> None:
    assert (emotion_word("joy"), emotion_word("neutral"), emotion_word("wistful")) == ("joy", "", "wistful")
    i18n.set_language("ko")
    assert emotion_word("joy") == "기쁨"


def test_the_strip_names_the_stages_that_ran_and_ends_with_the_total() -> None:
    timings = Timings(hangover_ms=600, hear_ms=210.4, think_ms=339.6, speak_ms=180, first_audio_ms=1330)
    assert stages(timings) == ["wait 600", "hear 210", "think 340", "speak 180", "1330 ms"]
    assert stages(Timings(think_ms=12)) == ["think 12"]
    assert stages(Timings()) == []


def test_words_appear_as_they_are_said_and_all_of_them_in_the_end() -> None:
    reveal = Reveal()
    reveal.begin("one two three four", 4.0, now=10.0)
    assert reveal.visible(10.0) in {"", "one"}
    assert reveal.visible(12.0) == "one two three"
    assert reveal.moving(13.9)
    assert reveal.visible(14.0) == "one two three four"
    assert not reveal.moving(14.0)


def test_a_sentence_that_begins_shows_the_one_before_whole() -> None:
    reveal = Reveal()
    reveal.begin("Hello there. ", 10.0, now=0.0)
    reveal.begin("And more.", 0.0, now=1.0)
    assert reveal.visible(1.0) == "Hello there. And more."


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.text(max_size=40), st.floats(0, 5)), min_size=1, max_size=6),
    st.lists(st.floats(0, 5), max_size=6),
)
def test_what_is_visible_only_grows_and_is_always_a_beginning_of_the_whole(
    pieces: list[tuple[str, float]], looks: list[float]
) -> None:
    reveal, now, seen = Reveal(), 0.0, ""
    for text, seconds in pieces:
        reveal.begin(text, seconds, now)
        for wait in looks:
            now += wait
            visible = reveal.visible(now)
            assert visible.startswith(seen)
            assert reveal.whole.startswith(visible)
            seen = visible
    assert reveal.visible(now + 6) == "".join(text for text, _ in pieces)


def test_the_line_mode_and_what_it_stands_on_import_no_textual_and_no_engine() -> None:
    code = "import sys, vtuber_cli.tui.plain; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"textual", "rich", "numpy", "pydantic", "sounddevice"} & set(done.stdout.split())
