from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_cli.conversation.sentences import Splitter

FRAGMENTS = (
    "Hello", "world", " ", "  ", "\n", "\n\n", ". ", ", ", "! ", "? ", "... ", "…", "3.14", "$1,299,000", "v1.2.1",
    "https://a.b/c?d=e,f", "Mr. ", "Dr. ", "e.g. ", "U.S. ", "J. R. R. ", "10:30", "1. ", "- ", "안녕하세요", "네, ",
    "요.", "다. ", "~ ", "今日は", "。", "、", "「", "」", "！", "—", "[a link", "](http://x.y)", "`code. x`", "`",
    "```", "```py\nx = 1. \n```\n", "👩‍👩‍👧", "🇰🇷", "e\u0301", "\u1112\u1161\u11ab", "\"", "”", ") ", "**", "\r\n",
    "\t", "no. ", "p.m. ", "1", "A", "ㅋㅋ",
)  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=6)), max_size=60).map("".join)


def split(text: str, max_chars: int = 240) -> list[str]:
    splitter = Splitter(max_chars)
    return splitter.feed(text) + splitter.finish()


@settings(deadline=None)
@given(texts, st.integers(1, 300))
def test_joined_pieces_equal_the_text(text: str, most: int) -> None:
    pieces = split(text, most)
    assert "".join(pieces) == text
    assert all(1 <= len(piece) <= most for piece in pieces)


@settings(deadline=None)
@given(texts, st.integers(1, 60), st.data())
def test_pieces_do_not_depend_on_the_deltas(text: str, most: int, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=20)))
    splitter = Splitter(most)
    deltas = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    pieces = [piece for delta in deltas for piece in splitter.feed(delta)] + splitter.finish()
    assert pieces == split(text, most)


WHOLE = (
    "👩‍👩‍👧", "🇰🇷", "👍🏽", "❤️", "e\u0301\u0323", "\u1112\u1161\u11ab", "한\u11ab", "क्षि", "\r\n", "a", "가",
    "語", "1️⃣", "🏴\U000e0067\U000e0062\U000e007f",
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(WHOLE), max_size=80), st.integers(8, 30))
def test_a_forced_cut_never_goes_through_a_character(clusters: list[str], most: int) -> None:
    text = "".join(clusters)
    edges, at = {0}, 0
    for cluster in clusters:
        at += len(cluster)
        edges.add(at)
    at = 0
    for piece in split(text, most):
        at += len(piece)
        assert at in edges


@settings(deadline=None)
@given(texts)
def test_pieces_can_be_said_except_the_last(text: str) -> None:
    assert all(any(map(str.isalnum, piece)) for piece in split(text, 10_000)[:-1])


ATOMS = (
    "3.14", "$1,299,000", "v1.2.1", "https://example.com/a.b?c=d,e;f:g!h", "bob.smith@mail.example.com", "a.py",
    "Mr. Smith", "Dr. Who", "Prof. X", "e.g. this", "i.e. that", "cats vs. dogs", "the U.S. army", "a Ph.D. thesis",
    "J. R. R. Tolkien", "10:30", "16:9", "No. 5", "fig. 3", "Jan. 5", "3.5개", "1,000,000원", "St. Mary",
    "3 p.m. today", "`a. b`", "[a. b](http://c.d)", "etc. and", "192.168.0.1", "U.S.A.", "Node.js",
)  # fmt: skip


@pytest.mark.parametrize("atom", ATOMS)
@pytest.mark.parametrize(
    "frame", ["We know that it is {} indeed. Yes it is.", "Well then, it is {} now! And on", "{} is it, then. Oh."]
)
def test_never_split(atom: str, frame: str) -> None:
    assert any(atom in piece for piece in split(frame.format(atom)))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Of course, I will. Now then", ["Of course, ", "I will. ", "Now then"]),
        ("Sure, I will. Now", ["Sure, I will. ", "Now"]),
        ("Absolutely, yes.", ["Absolutely, ", "yes."]),
        ("Hi! How are you? Fine.", ["Hi! How are you? ", "Fine."]),
        ("I see; go on: now.", ["I see; ", "go on: now."]),
        ("Well now — what", ["Well now — ", "what"]),
        ("Wait now—what", ["Wait now—", "what"]),
        ("one two three four five six seven eight nine ten", ["one two three four five six seven eight ", "nine ten"]),
        ("one two three four five six seven Mr. Nine ten", ["one two three four five six seven Mr. Nine ", "ten"]),
        ("네, 오늘은 맑아요. 좋죠?", ["네, 오늘은 맑아요. ", "좋죠?"]),
        ("안녕하세요, 저는 미카예요. 네.", ["안녕하세요, ", "저는 미카예요. ", "네."]),
        ("안녕하세요~ 반가워요~ 네", ["안녕하세요~ ", "반가워요~ ", "네"]),
        ("그랬어요.그럼 가요!네", ["그랬어요.", "그럼 가요!", "네"]),
        ("今日は、いい天気。「はい。」と言った。散歩", ["今日は、いい天気。", "「はい。」と言った。", "散歩"]),
        ("こんにちは、元気？はい", ["こんにちは、", "元気？", "はい"]),
        ("我有３，０００个，二", ["我有３，０００个，", "二"]),
        ("It is so. \"Yes.\" She left.", ["It is so. ", "\"Yes.\" ", "She left."]),
        ("It is so.) Then (b.) c", ["It is so.) ", "Then (b.) ", "c"]),
        ("So it is... then? Ok", ["So it is... ", "then? ", "Ok"]),
        ("Great news!😊 Next", ["Great news!😊 ", "Next"]),
        ("It is **so.** Then", ["It is **so.** ", "Then"]),
        ("Just you and I. Then", ["Just you and I. ", "Then"]),
        ("We met at 3 p.m. We ate.", ["We met at 3 p.m. ", "We ate."]),
        ("On May 2, 2026, it was. On May 2, the", ["On May 2, 2026, ", "it was. ", "On May 2, the"]),
        ("On May 2, the cat", ["On May 2, ", "the cat"]),
        ("The temp. is 5. Ok", ["The temp. is 5. ", "Ok"]),
        ("I said no. Go on.", ["I said no. ", "Go on."]),
        ("See no. 5 there. Go", ["See no. 5 there. ", "Go"]),
        ("Tea, milk, etc. Then go.", ["Tea, milk, ", "etc. ", "Then go."]),
        ("Two lines\nhere\n\nand here", ["Two lines\n", "here\n", "\nand here"]),
        ("List:\n1. One a. b\n2. Two\n", ["List:\n", "1. One a. ", "b\n", "2. Two\n"]),
        ("Pick: 1. One 2. Two", ["Pick: 1. One 2. ", "Two"]),
        ("I am glad that he has got exactly 42. Then", ["I am glad that he has got exactly ", "42. ", "Then"]),
        ("- \n---\nWords here. Ok", ["- \n---\nWords here. ", "Ok"]),
        ("Look here:\n```py\nx = 1. \ny\n\nz\n```\nDone. Ok",
         ["Look here:\n", "```py\nx = 1. \ny\n\nz\n```\n", "Done. ", "Ok"]),
        ("It is ```inline. x``` ok. Then", ["It is ```inline. x``` ok. ", "Then"]),
        ("```one line. a```\nThen. Go", ["```one line. a```\n", "Then. ", "Go"]),
        ("It is [not a link. " + "x" * 90 + ". Then", ["It is [not a link. " + "x" * 90 + ". ", "Then"]),
        ("Bonjour toi : bien. Oui", ["Bonjour toi : bien. ", "Oui"]),
        ("range a ~ b and on. ok", ["range a ~ b and on. ", "ok"]),
        ("What is it ?! No", ["What is it ?! ", "No"]),
        (". . . then. go on", [". . . then. go on"]),
        ("   \n ", ["   \n "]),
        ("...", ["..."]),
        ("", []),
    ],
)  # fmt: skip
def test_pieces(text: str, pieces: list[str]) -> None:
    assert split(text) == pieces


@pytest.mark.parametrize("text", ["I see, ", "It is so. ", "Really so? ", "So it goes\n", "안녕하세요, ", "좋았어요! "])
def test_a_piece_comes_out_with_the_space_that_ends_it(text: str) -> None:
    assert Splitter().feed(text) == [text]


@pytest.mark.parametrize(
    "text", ["It is so.", "Pi is 3.", "元気ですか？", "I go with Mr. ", "now at 3 p.m. ", "I say no. "]
)
def test_what_is_not_certain_waits(text: str) -> None:
    splitter = Splitter()
    assert splitter.feed(text) == []
    assert splitter.finish() == [text]


def test_a_long_piece_is_cut_at_a_clause_else_a_space_else_anywhere() -> None:
    assert split("aaaa bbbb, cccc dddd eeee", 20)[0] == "aaaa bbbb, "
    splitter = Splitter(20)
    splitter.feed("Now then, ")
    assert splitter.feed("aaaa bbbb cccc dddd eeee") == ["aaaa bbbb cccc dddd "]
    assert split("a" * 45, 20) == ["a" * 20, "a" * 20, "a" * 5]
    assert split("今日はいい天気3.14159265", 12)[0] == "今日はいい天気"
    assert split("e" + "\u0301" * 30, 10) == ["e" + "\u0301" * 9, "\u0301" * 10, "\u0301" * 10, "\u0301"]
    assert split(" " * 25, 10) == [" " * 10, " " * 10, " " * 5]


def test_long_code_is_cut_at_its_lines() -> None:
    pieces = split("```\n" + "some code, here\n" * 8 + "```\nWords.", 60)
    assert all(piece.endswith("\n") for piece in pieces[:-1])
    assert pieces[-1] == "Words."


def test_finish_leaves_a_splitter_that_can_go_on() -> None:
    splitter = Splitter()
    assert splitter.feed("Half a") == []
    assert splitter.finish() == ["Half a"]
    assert splitter.feed(" sentence, then. More") == [" sentence, then. "]
    assert splitter.finish() == ["More"]
    assert splitter.finish() == []


def test_the_maximum_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        Splitter(0)
