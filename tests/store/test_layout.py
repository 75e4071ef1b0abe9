"""The layout `chat_history/{conf_uid}/{history_uid}.json`: in and out again, with nothing lost."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_cli.errors import UsageError
from vtuber_cli.store import foreign, layout
from vtuber_cli.store.database import Database
from vtuber_cli.store.history import History

NOW = datetime(2026, 11, 23, 2, 50, tzinfo=UTC)
FILE = Path("/somewhere/chat_history/mao_001/2026-11-22_08-11-52_81cc.json")

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
)
known = {
    "role": st.sampled_from(["human", "ai", "system", "metadata", "tool", ""]),
    "timestamp": st.sampled_from(["2026-11-22T08:11:52", "2026-11-22T08:11:52.5+09:00", "0001-01-01", "soon", ""]),
    "content": st.text(max_size=30) | st.sampled_from(["\ud800", "a\x1b[31mb", "  ", layout.INTERRUPTED]),
}
elements = st.builds(lambda extra, ours: {**extra, **ours}, st.dictionaries(st.text(), values, max_size=3),
                     st.fixed_dictionaries(known, optional={"name": st.text(), "avatar": values}))  # fmt: skip


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(Database(tmp_path / "vtuber.db"), lambda: NOW)
    yield history
    history.close()


def take_in(history: History, found: list[dict[str, Any]], file: Path = FILE) -> str | None:
    ((_, talk),) = history.keep([layout.read(found, file, NOW)])
    return talk


def give_out(history: History, talk: str) -> list[dict[str, Any]]:
    kept = history.talk(talk)
    return layout.elements(kept.started, kept.character, history.messages(talk), history.source(talk)[1])


@given(found=st.lists(elements, max_size=6))
@settings(max_examples=settings().max_examples * 2)
def test_what_comes_in_goes_out_the_same(tmp_path_factory: pytest.TempPathFactory, found: list[dict[str, Any]]) -> None:
    """Equal values, keys in their order: through the bytes of a file, the database, and the bytes of a file again."""
    history = History(Database(tmp_path_factory.mktemp("store") / "vtuber.db"), lambda: NOW)
    value = foreign.parse(foreign.written(found), FILE)
    talk = take_in(history, value)
    if talk is not None:
        out = foreign.parse(foreign.written(give_out(history, talk), indent=2), FILE)
        assert json.dumps(out) == json.dumps(found)
    else:
        assert not any(one["role"] == "human" and layout._words(one["content"]) for one in found)
    history.close()


def talk_of(*said: tuple[str, str]) -> list[dict[str, Any]]:
    first: dict[str, Any] = {"role": "metadata", "timestamp": "2026-11-22T08:00:00Z", "resume_id": 7}
    return [
        first,
        *({"role": role, "timestamp": "2026-11-22T08:11:54+00:00", "content": text, "x": [1]} for role, text in said),
    ]


def test_what_it_says_becomes_a_talk(history: History) -> None:
    found = talk_of(
        ("human", "Hi"), ("ai", "Hello\x1b[2J there"), ("system", layout.INTERRUPTED), ("human", "Stop"), ("ai", "Ok.")
    )
    talk = take_in(history, found)
    assert talk is not None
    (listed,) = history.list_talks()
    assert (listed.character, listed.language, listed.turns) == ("mao_001", "", 2)
    assert (listed.started, listed.ended) == ("2026-11-22T08:00:00.000Z", "2026-11-22T08:11:54.000Z")
    assert [(one.turn, one.role, one.text, one.interrupted) for one in history.messages(talk)] == [
        (1, "user", "Hi", False),
        (1, "assistant", "Hello there", True),
        (2, "user", "Stop", False),
        (2, "assistant", "Ok.", False),
    ]
    assert [match.entry.text for match in history.search("there")] == ["Hello there"]


async def test_unknown_keys_survive_our_own_edits(history: History) -> None:
    found = talk_of(("human", "Hi"), ("ai", "Hello."))
    talk = take_in(history, found)
    assert talk is not None
    reply = history.messages(talk)[1].id
    await history.hear(reply, "Hello, changed.")
    await history.add_user(talk, 2, "More", "text")
    row = await history.start_reply(talk, 2)
    await history.end_reply(row, "Of course", interrupted=True)
    out = give_out(history, talk)
    assert out[:3] == [*found[:2], found[2] | {"content": "Hello, changed."}]
    assert [(one["role"], one["content"]) for one in out[3:]] == [
        ("human", "More"),
        ("ai", "Of course"),
        ("system", layout.INTERRUPTED),
    ]
    await history.drop_reply(reply)  # whoever removes a message removes its element
    assert give_out(history, talk)[:3] == [*found[:2], out[3]]


async def test_a_talk_of_ours_goes_out_and_comes_back(history: History) -> None:
    talk = await history.open_talk("mika", "en")
    await history.add_user(talk, 1, "Hi", "voice")
    row = await history.start_reply(talk, 1)
    await history.end_reply(row, "Hello, my", interrupted=True)
    out = give_out(history, talk)
    assert [one["role"] for one in out] == ["metadata", "human", "ai", "system"]
    assert out[2] == {
        "role": "ai", "timestamp": "2026-11-23T02:50:00.000Z", "content": "Hello, my", "name": "mika",
    }  # fmt: skip
    file = Path("chat_history") / layout.file_of(talk, "2026-11-23T02:50:00.000Z", "mika", None)
    assert file == Path(f"chat_history/mika/2026-11-23_02-50-00_{talk}.json")
    assert history.keep([layout.read(out, file, NOW)]) == [("known", talk)]
    before = history.messages(talk)
    history.remove([talk])
    assert history.list_talks() == []
    assert take_in(history, out, file) == talk
    assert [(one.text, one.interrupted, one.at) for one in history.messages(talk)] == [
        (one.text, one.interrupted, one.at) for one in before
    ]
    assert give_out(history, talk) == out


# --- once, and where --------------------------------------------------------------------------------------------


def signed(*names: str | None) -> list[dict[str, Any]]:
    found = talk_of(("human", "Hi"), *(("ai", f"I am {name}.") for name in names))
    for element, name in zip(found[2:], names, strict=True):
        element |= {} if name is None else {"name": name}
    return found


@pytest.mark.parametrize(
    ("names", "speakers"),
    [
        (["Mao", "Mao"], [None, None]),
        (["mao_001", "Rin"], [None, "Rin"]),
        (["Mao", "Rin", None], ["Mao", "Rin", None]),
        (["Mao\x1b[2J\n", "Rin"], ["Mao", "Rin"]),
    ],
)
def test_names_tell_who_says_what_where_there_are_several(
    history: History, names: list[str | None], speakers: list[str | None]
) -> None:
    talk = take_in(history, signed(*names))
    assert talk is not None
    assert [entry.speaker for entry in history.messages(talk)[1:]] == speakers


async def test_whoever_took_over_signs_what_they_said(history: History) -> None:
    talk = await history.open_talk("mika", "en")
    await history.add_user(talk, 1, "Who is there?", "text")
    for name in ("mika", "jun"):
        await history.end_reply(await history.start_reply(talk, 1, name), f"I am {name}.", False)
    found = give_out(history, talk)
    assert [element.get("name") for element in found[2:]] == ["mika", "jun"]
    origin = Path("/elsewhere/mika/talk.json")
    again = take_in(history, found, origin)
    assert again is not None and [entry.speaker for entry in history.messages(again)[1:]] == [None, "jun"]


def test_twice_is_once(history: History) -> None:
    found = talk_of(("human", "Hi"), ("ai", "Hello."))
    arrival = layout.read(found, FILE, NOW)
    talk = take_in(history, found)
    assert history.keep([arrival, arrival]) == [("known", talk), ("known", talk)]
    moved = layout.read(found, Path("/elsewhere/copy.json"), NOW)
    assert history.keep([moved]) == [("known", talk)]
    grown = layout.read([*found, found[1]], FILE, NOW)
    assert history.keep([grown]) == [("changed", talk)]
    assert len(history.list_talks()) == 1
    other = talk_of(("human", "Other"))
    fates = history.keep([layout.read(other, Path("/a/b.json"), NOW), layout.read(other, Path("/c/d.json"), NOW)])
    assert [fate for fate, _ in fates] == ["kept", "known"]


def test_nothing_said_is_not_kept(history: History) -> None:
    for found in ([], talk_of(), talk_of(("ai", "Hello?")), talk_of(("human", " \x1b[0m "))):
        assert history.keep([layout.read(found, FILE, NOW)]) == [("empty", None)]
    assert history.sizes() == {}


async def test_what_is_imported_stands_before_what_was_said_here(history: History) -> None:
    here = await history.open_talk("mao_001", "en")
    await history.add_user(here, 1, "Here", "text")

    def dated(day: str, text: str) -> list[dict[str, Any]]:
        return [{"role": "human", "timestamp": f"2027-01-{day}T00:00:00Z", "content": text}]

    arrivals = [
        layout.read(dated(day, text), Path(f"/x/mao_001/{text}.json"), NOW) for day, text in (("02", "b"), ("01", "a"))
    ]
    history.keep(arrivals)
    history.keep([layout.read(dated("03", "c"), Path("/x/mao_001/c.json"), NOW)])
    assert [talk.first for talk in history.list_talks()] == ["Here", "b", "a", "c"]
    latest = history.latest_talk("mao_001")
    assert latest is not None and latest.id == here
    await history.add_user(history.list_talks()[3].id, 2, "going on", "text")
    assert [talk.first for talk in history.list_talks()] == ["c", "Here", "b", "a"]


# --- strangers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "name"),
    [
        ([{"role": 1}], "role"),
        ([{"role": ["human"], "content": "x"}], "role"),
        ([{"role": "human"}], "content"),
        ([{"role": "ai", "content": None}], "content"),
        ([{"role": "human", "content": ["x"]}], "content"),
    ],
)
def test_an_element_of_another_shape_is_named(found: list[dict[str, Any]], name: str) -> None:
    with pytest.raises(UsageError) as caught:
        layout.read([{"role": "metadata"}, *found], FILE, NOW)
    assert caught.value.key == "history.file.bad_element"
    assert (caught.value.params["number"], caught.value.params["name"]) == (2, name)


@pytest.mark.parametrize("value", [{}, {"role": "human"}, [1], [[]], [{"content": "x"}], "x", None, 3])
def test_what_is_no_such_file_does_not_fit(value: object) -> None:
    assert not layout.fits(value)


HOSTILE_NAMES = [
    "..", ".", "", "../../etc/passwd", "..\\..\\x", "/etc/passwd", "C:\\x", "nul", "NUL.json", "com1", "x:stream",
    "a\nb", "a\0b", " x", "x ", "x.", "-rf", "~root", "\u202egnp.exe", "x" * 300, "가" * 90, "\ud800", "a/b", "$(x)",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    from vtuber_cli.store.arrival import Origin

    for file in (
        layout.file_of("0123456789ab", "2026-11-23T02:50:00.000Z", name, None),
        layout.file_of("0123456789ab", "../../../../..", "x", Origin(name, name or "y", "")),
    ):
        assert len(file.parts) == 2
        assert not {"..", "."} & set(file.parts)
        assert all(layout.plain(part, "no") == part for part in (file.parts[0], file.stem))


@given(name=st.text(max_size=40), folder=st.text(max_size=40))
def test_a_file_s_place_is_inside_whatever_the_names(name: str, folder: str) -> None:
    from vtuber_cli.store.arrival import Origin

    root = Path("/export")
    place = root / layout.file_of("0123456789ab", "2026-11-23T02:50:00.000Z", folder, Origin(folder, name, ""))
    assert root in place.resolve().parents
    assert place.resolve().parent.parent == root.resolve()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[", b"[1,]", b"[NaN]", b"[Infinity]", b"[-Infinity]", b"[1e999]", b'{"a":1,"a":2}', b"[" * 100_000,
        b'{"a":' * 5000, b"[" * 70 + b"]" * 70, b"\xff\xfe[\0]\0", b"1" * 5000, b'["\x01"]', b"\x80", b"[] []",
    ],
)  # fmt: skip
def test_what_cannot_be_given_back_as_it_came_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        foreign.parse(data, FILE)
    assert caught.value.key == "history.file.no_json"
    assert len(str(caught.value.params["reason"])) < 200


def test_half_characters_and_depth_are_given_back() -> None:
    for data in (b'["\\ud83d"]', "\ufeff[1]".encode(), b"[" * 60 + b"]" * 60, b'["\\u0000 \\ud83c\\udf19"]'):
        value = foreign.parse(data, FILE)
        assert foreign.parse(foreign.written(value), FILE) == value


def test_only_plain_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    for file, key in (("pipe.json", "not_plain"), ("folder.json", "not_plain"), ("none.json", "unreadable"),
                      ("a\0b", "unreadable")):  # fmt: skip
        with pytest.raises(UsageError) as caught:
            foreign.read(tmp_path / file)
        assert caught.value.key == f"history.file.{key}", file


@pytest.mark.skipif(not os.access("/proc/kmsg", os.R_OK), reason="only root on Linux may read the system's own log")
def test_a_file_that_has_nothing_to_say_yet_says_nothing() -> None:
    assert isinstance(foreign.read(Path("/proc/kmsg")), bytes)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(foreign.LARGEST + 1)
    with pytest.raises(UsageError) as caught:
        foreign.read(tmp_path / "huge.json")
    assert caught.value.key == "history.file.too_large"
