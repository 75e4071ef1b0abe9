from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.events import Cue, Timings
from vtuber_cli.store.entry import Entry, utc
from vtuber_cli.store.subtitles import saying, srt, subtitles

START = datetime(2026, 11, 23, 2, 50, tzinfo=UTC)


def entry(role: str, text: str, after: float, *cues: Cue, via: str | None = None) -> Entry:
    at = utc(START + timedelta(seconds=after))
    return Entry(1, "x", 1, role, text, None, via, False, None, at, cues)  # type: ignore[arg-type]


def test_what_was_spoken_stands_where_it_was_heard() -> None:
    entries = [
        entry("user", "Hello there.", 2.0, Cue(-1.9, -0.5, 12), via="voice"),
        entry("assistant", "Sure, look up. It is clear.", 2.1, Cue(0.5, 1.75, 14), Cue(1.75, 3.5, 27)),
    ]
    text, guesses = srt(entries, lambda one: one.role)
    assert guesses == 0
    assert text == (
        "1\n00:00:00,000 --> 00:00:01,400\nuser: Hello there.\n\n"
        "2\n00:00:02,500 --> 00:00:03,750\nassistant: Sure, look up.\n\n"
        "3\n00:00:03,750 --> 00:00:05,500\nassistant: It is clear.\n\n"
    )


def test_what_was_typed_stands_before_it_was_sent() -> None:
    entries = [entry("user", "x" * 45, 10, via="text"), entry("assistant", "Yes.", 10.1, Cue(0.4, 1.0, 4))]
    made, guesses = subtitles(entries)
    assert guesses == 0
    assert [(round(one.start, 3), round(one.end, 3)) for one, _ in made] == [(0, 3), (3.5, 4.1)]


def test_older_talks_are_guessed_and_counted() -> None:
    entries = [
        entry("user", "Hello?", 0, via="voice"),
        replace(entry("assistant", "y" * 60, 1), timings=Timings(think_ms=300, speak_ms=200)),
        entry("user", "z" * 150, 3, via="voice"),
    ]
    made, guesses = subtitles(entries)
    assert guesses == 3
    assert [(one.start, one.end) for one, _ in made] == [(0, 1), (1.5, 3), (3, 13)]


def test_a_text_cannot_end_its_subtitle() -> None:
    text, _ = srt(
        [entry("user", "a\n\n9\n00:00:00,000 --> 00:00:09,000\nforged\x1b[2J", 0, via="text")], lambda _: "you"
    )
    assert text.splitlines()[2] == "you: a 9 00:00:00,000 → 00:00:09,000 forged"
    assert len(text.splitlines()) == 4


def test_korean_is_slower_to_say() -> None:
    assert saying("가" * 30) == 5.0
    assert saying("a" * 30) == 2.0


times = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1e308, -1e308])
cues = st.builds(Cue, times, times, st.integers(-5, 50))


@given(
    entries=st.lists(
        st.builds(
            lambda role, text, after, found, via: replace(entry(role, text, after, via=via), cues=tuple(found)),
            st.sampled_from(["user", "assistant"]), st.text(max_size=20), st.floats(-1e5, 1e5),
            st.lists(cues, max_size=3), st.sampled_from(["voice", "text", None]),
        ),
        max_size=6,
    )
)  # fmt: skip
def test_whatever_is_kept_they_follow_each_other(entries: list[Entry]) -> None:
    made, _ = subtitles(entries)
    end = 0.0
    for one, _ in made:
        assert end <= one.start <= one.end
        end = one.end
    text, _ = srt(entries, lambda _: "x")
    assert text.count(" --> ") == len(made)
