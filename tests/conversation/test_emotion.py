from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_cli.conversation.emotion import SYNONYMS, Emotion, Item, TagFilter, name_of, tags
from vtuber_cli.events import EMOTIONS

ALL = tags(EMOTIONS)
JOY, SMIRK, SAD = Emotion("joy"), Emotion("smirk"), Emotion("sadness")


def run(text: str, known: dict[str, str] = ALL, step: int = 10_000) -> list[Item]:
    tag_filter = TagFilter(known)
    items: list[Item] = []
    for at in range(0, len(text), step):
        items += tag_filter.feed(text[at : at + step])
    return merged(items + tag_filter.finish())


def merged(items: list[Item]) -> list[Item]:
    out: list[Item] = []
    for item in items:
        if isinstance(item, str) and out and isinstance(out[-1], str):
            out[-1] += item
        else:
            out.append(item)
    return out


def texts(items: list[Item]) -> str:
    return "".join(item for item in items if isinstance(item, str))


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("[joy] Hello", [JOY, "Hello"]),
        ("[JOY]Hello", [JOY, "Hello"]),
        ("[ joy ] Hello", [JOY, "Hello"]),
        ("[Happy] Hello", [JOY, "Hello"]),
        ("[기쁨] 안녕", [JOY, "안녕"]),
        ("[joy]\n\nHello", [JOY, "Hello"]),
        ("  [joy] Hello", ["  ", JOY, "Hello"]),
        ("Hello [joy] world", ["Hello ", JOY, "world"]),
        ("Hello[joy] world", ["Hello ", JOY, "world"]),
        ("Hello [joy]world", ["Hello ", JOY, "world"]),
        ("Hello[joy]world", ["Hello", JOY, "world"]),
        ("Hello [joy].", ["Hello", JOY, "."]),
        ("Hello [joy]", ["Hello", JOY]),
        ("Hello! [joy]\nBye", ["Hello! ", JOY, "\nBye"]),
        ("Good night. [sad]", ["Good night. ", SAD]),
        ("Hello. [joy] [unknown]", ["Hello. ", JOY, "[unknown]"]),
        ("She said (so) [joy].", ["She said (so)", JOY, "."]),
        ("One.\n[sad] Two", ["One.\n", SAD, "Two"]),
        ("One.\n[sad]\nTwo", ["One.\n", SAD, "Two"]),
        ("One. [joy] [smirk] Two", ["One. ", JOY, SMIRK, "Two"]),
        ("One.[joy] [smirk] Two", ["One. ", JOY, SMIRK, "Two"]),
        ("[joy][smirk]", [JOY, SMIRK]),
        ("[joy]", [JOY]),
        ("see [1] and [link](url) and arr[0] [unknown]", ["see [1] and [link](url) and arr[0] [unknown]"]),
        ("[happy](https://a.b) end", ["[happy](https://a.b) end"]),
        ("x [joy][happy](u)", ["x ", JOY, "[happy](u)"]),
        ("[joy] (softly) hi", [JOY, "(softly) hi"]),
        ("[[joy]]", ["[", JOY, "]"]),
        ("[joy [sad] x", ["[joy ", SAD, "x"]),
        ("[joy\n] x", ["[joy\n] x"]),
        ("end [jo", ["end [jo"]),
        ("end [", ["end ["]),
        ("[]", ["[]"]),
        ("[joy] [x", [JOY, "[x"]),
        ("a [joy] [jo", ["a ", JOY, "[jo"]),
        ("[joyful]! *smiles*", [JOY, "! *smiles*"]),
        ("[ " + " " * 60 + "joy]", ["[ " + " " * 60 + "joy]"]),
        ("tab\t[joy]\tx  y", ["tab\t", JOY, "x  y"]),
        ("trailing  ", ["trailing  "]),
        ("", []),
    ],
)
@pytest.mark.parametrize("step", [10_000, 1, 3])
def test_cases(text: str, items: list[Item], step: int) -> None:
    assert run(text, step=step) == items


@pytest.mark.parametrize(
    ("deltas", "outs"),
    [
        (["a [1", "]"], [["a [1"], ["]"]]),
        (["[lz", "nk](u)"], [["[lz"], ["nk](u)"]]),
        (["[jo", "y]", " H"], [[], [], [JOY, "H"]]),
        (["Really", " ", "Yes"], [["Really"], [], [" Yes"]]),
        (["Really? ", "Yes"], [["Really? "], ["Yes"]]),
    ],
)
def test_text_is_held_no_longer_than_it_may_be_a_tag(deltas: list[str], outs: list[list[Item]]) -> None:
    tag_filter = TagFilter(ALL)
    assert [tag_filter.feed(delta) for delta in deltas] == outs


WORDS = (
    "joy",
    "Happy",
    "기쁨",
    "sad",
    "unknown",
    "1",
    "[",
    "]",
    "(",
    " ",
    "  ",
    "\n",
    "\t",
    "Hello",
    ".",
    "jo",
    "[joy]",
    "[smirk]",
    "안녕",
)
mixed = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=5)), max_size=40).map("".join)


@settings(deadline=None)
@given(st.text().map(lambda text: text.replace("[", "(")))
def test_text_without_brackets_is_untouched(text: str) -> None:
    assert texts(run(text)) == text


@settings(deadline=None)
@given(mixed, st.data())
def test_items_do_not_depend_on_the_deltas(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=20)))
    tag_filter = TagFilter(ALL)
    items = [i for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True) for i in tag_filter.feed(text[a:b])]
    assert merged(items + tag_filter.finish()) == run(text)


@settings(deadline=None)
@given(mixed)
def test_nothing_but_tags_and_white_space_is_lost(text: str) -> None:
    letters, rest = "".join(texts(run(text)).split()), "".join(text.split())
    came = iter(rest)
    assert all(char in came for char in letters)  # in order
    assert len(rest) - len(letters) == sum(len("".join(tag.split())) + 2 for tag in _tags_in(text))


def _tags_in(text: str) -> list[str]:
    """The words of the tags in `text`, found in the plain way."""
    found: list[str] = []
    at = text.find("[")
    while at >= 0:
        end = text.find("]", at)
        again = text.find("[", at + 1)
        inner = text[at + 1 : end] if end >= 0 else "\n"
        is_tag = "[" not in inner and "\n" not in inner and len(inner) < 40 and inner.strip().casefold() in SYNONYMS
        if is_tag and text[end + 1 : end + 2] != "(":
            found.append(inner)
        at = text.find("[", end + 1) if is_tag else again
    return found


@settings(deadline=None)
@given(st.lists(st.sampled_from(("one", "two.", "안녕")), min_size=1), st.data())
def test_tags_between_words_leave_one_space(words: list[str], data: st.DataObject) -> None:
    tagged = " ".join(f"{data.draw(st.sampled_from(('', '[joy] ', '[Sad][SMIRK] ')))}{word}" for word in words)
    assert texts(run(tagged)) == " ".join(words)


def test_a_known_emotion_that_is_not_available_vanishes() -> None:
    assert run("[anger] Hi [mad] there [happy]!", tags(["joy"])) == ["Hi there", JOY, "!"]


def test_the_characters_own_words_come_first() -> None:
    assert run("[Wink] Hi [sparkle] x", {"wink": "joy", "sparkle": "smirk"}) == [JOY, "Hi ", SMIRK, "x"]


def test_every_synonym_means_an_emotion_and_is_folded() -> None:
    assert set(SYNONYMS.values()) == set(EMOTIONS)
    assert all(word == word.casefold().strip() and "]" not in word for word in SYNONYMS)
    assert all(SYNONYMS[name] == name for name in EMOTIONS)


@pytest.mark.parametrize(
    ("word", "known", "name"),
    [
        ("HAPPY ", ALL, "joy"),
        ("슬픔", ALL, "sadness"),
        ("sad", tags(["joy"]), None),
        ("nonsense", ALL, None),
        ("happy", {"joy": "Beam"}, "Beam"),
        ("happy", {"beaming": "joy"}, "joy"),
    ],
)
def test_name_of(word: str, known: dict[str, str], name: str | None) -> None:
    assert name_of(word, known) == name
