"""Server-sent events, however they are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.engines.sse import LONGEST, Events, TooLong


def read(*chunks: bytes) -> list[str]:
    events = Events()
    found = [data for chunk in chunks for data in events.feed(chunk)]
    return [*found, *events.finish()]


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"data: a\n\ndata: b\n\n", ["a", "b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        (b"data: a\r\rdata: b\r\r", ["a", "b"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b": keep-alive\n\ndata: a\n\n: again\n\n", ["a"]),
        (b"event: message\nid: 7\nretry: 10\ndata: a\n\n", ["a"]),
        (b"data: {\ndata: }\n\n", ["{\n}"]),
        (b"data:a\n\ndata:  b\n\n", ["a", " b"]),
        (b"data\n\n", [""]),
        (b"data:\n\n", [""]),
        (b"database: a\n\n", []),
        (b"data: a", ["a"]),
        (b"data: a\n", ["a"]),
        (b"data: a\r", ["a"]),
        ("data: 별이 ✨\n\n".encode(), ["별이 ✨"]),
        (b"data: \xff\xc0\n\n", ["\ufffd\ufffd"]),
        (b"<html>\n\n</html>\n\n", []),
        (b"", []),
        (b"\xef", []),
        (b"\n\n\n\r\n\r\r", []),
        (b"data: a\0b\n\n", ["a\0b"]),
    ],
)
def test_reads(stream: bytes, data: list[str]) -> None:
    assert read(stream) == data


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=8)), st.data())
def test_where_it_is_cut_makes_no_difference(texts: list[str], data: st.DataObject) -> None:
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    stream = "".join(f"data: {text}{end}{end}" for text in texts).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    chunks = [stream[start:stop] for start, stop in pairwise([0, *cuts, len(stream)])]
    assert read(*chunks) == texts
    assert read(*(bytes([byte]) for byte in stream)) == texts


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_anything_may_come(chunks: list[bytes]) -> None:
    assert read(*chunks) == read(b"".join(chunks))


def test_an_event_is_given_as_soon_as_it_has_ended() -> None:
    events = Events()
    assert list(events.feed(b"data: a\n")) == []
    assert list(events.feed(b"\ndata: b")) == ["a"]
    assert list(events.feed(b"\n\n")) == ["b"]


@pytest.mark.parametrize("chunk", [b"a" * 65536, b"data: " + b"a" * 65536 + b"\n"], ids=["line", "event"])
def test_no_line_and_no_event_is_endless(chunk: bytes) -> None:
    events = Events()
    for _ in range(LONGEST // len(chunk) - 1):
        assert list(events.feed(chunk)) == []
    with pytest.raises(TooLong):
        list(events.feed(chunk * 3))
