"""Packs of texts: taken whole or not at all, whatever is inside."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from vtuber_cli.errors import ContentError, UsageError
from vtuber_cli.fortune import content, packs
from vtuber_cli.fortune.request import Request
from vtuber_cli.fortune.tell import tell

ABOUT = {"format": packs.FORMAT, "name": "sea", "version": "1.2"}
SEA: dict[str, str | bytes] = {
    "pack.json": json.dumps(ABOUT),
    "ko/daily.json": json.dumps({"daily.title.good": ["잔잔한 물때", "돛에 드는 순풍"], "daily.item": ["조개껍데기"]}),
    "en/daily.json": json.dumps({"daily.title.good": ["An easy tide", "Wind in the sail"], "daily.item": ["a shell"]}),
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path / "home"))
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    """What a process has read of the packs, it has read for good."""
    content.content.cache_clear()
    content.version.cache_clear()


def folder_of(files: dict[str, str | bytes], at: Path) -> Path:
    for name, text in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return at


def zip_of(files: dict[str, str | bytes], at: Path, how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(at, "w", how) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return at


def with_texts(ko: object, en: object, file: str = "daily") -> dict[str, str | bytes]:
    return {"pack.json": SEA["pack.json"], f"ko/{file}.json": json.dumps(ko), f"en/{file}.json": json.dumps(en)}


def kept(home: Path) -> list[str]:
    """What is where the packs are."""
    folder = home / "home"
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("made", [folder_of, zip_of])
def test_a_sound_pack_speaks(made: Callable[[dict[str, str | bytes], Path], Path], home: Path) -> None:
    pack = made(SEA, home / "sea.zip")
    assert packs.check(pack) == []
    folder = packs.install(pack)
    assert packs.installed() == {"sea": "1.2"}
    assert sorted(one.name for one in folder.iterdir()) == ["en", "ko", "pack.json"]
    assert [one.name for one in folder.parent.iterdir()] == ["sea"]
    assert content.content("ko").entry("daily.item") == ["조개껍데기"]
    assert content.content("en").text("daily.title.bad") == content.Content("en").text("daily.title.bad")
    assert content.version() == f"{content.VERSION}+sea-1.2"
    result = tell(Request("daily", date(2026, 11, 23), "Asia/Seoul", "en"))
    assert result["lucky"]["item"] == "a shell"
    assert result["provenance"]["content_version"].endswith("+sea-1.2")


def test_a_zip_may_name_its_folders(home: Path) -> None:
    assert packs.check(zip_of({"ko/": "", "en/": "", **SEA}, home / "sea.zip")) == []


def test_a_newer_one_takes_the_place_of_the_older(home: Path) -> None:
    packs.install(folder_of(SEA, home / "old"))
    newer = with_texts({"daily.item": ["등대"]}, {"daily.item": ["a lighthouse"]})
    newer["pack.json"] = json.dumps(ABOUT | {"version": "2"})
    packs.install(folder_of(newer, home / "new"))
    assert packs.installed() == {"sea": "2"}
    assert content.content("ko").entry("daily.item") == ["등대"]
    assert len(content.content("ko").entry("daily.title.good")) == 12


def test_a_worse_one_leaves_the_older_where_it_is(home: Path) -> None:
    packs.install(folder_of(SEA, home / "old"))
    before = kept(home)
    for bad in (with_texts({"daily.item": ["로또"]}, {"daily.item": ["a lottery ticket"]}), SEA | {"ko/x.txt": "x"}):
        with pytest.raises(ContentError) as refused:
            packs.install(folder_of(bad, home / f"bad{len(bad)}"))
        assert refused.value.exit_code == 4
        assert kept(home) == before
        assert packs.installed() == {"sea": "1.2"}


def test_a_full_disk_leaves_the_older_where_it_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packs.install(folder_of(SEA, home / "old"))
    before = kept(home)
    write, rename = Path.write_bytes, Path.rename

    def full(file: Path, raw: bytes) -> int:
        if file.name == "daily.json":
            raise OSError(28, "No space left on device")
        return write(file, raw)

    def stuck(file: Path, target: Path) -> Path:
        if ".new." in file.name:
            raise OSError(13, "Permission denied")
        return rename(file, target)

    for name, failing in (("write_bytes", full), ("rename", stuck)):
        with monkeypatch.context() as patched:
            patched.setattr(Path, name, failing)
            with pytest.raises(OSError, match=r"No space|Permission"):
                packs.install(home / "old")
        assert kept(home) == before
        assert packs.installed() == {"sea": "1.2"}


def test_an_older_pack_keeps_no_files_of_its_own(home: Path) -> None:
    old = with_texts({"tti.love.good": ["먼저 웃어요."]}, {"tti.love.good": ["Smile first."]}, "tti")
    packs.install(folder_of(old, home / "old"))
    packs.install(folder_of(SEA, home / "new"))
    assert not (home / "home" / "data" / "fortune" / "packs" / "sea" / "ko" / "tti.json").exists()
    assert "sea/ko/daily.json" in "\n".join(kept(home))


@pytest.mark.parametrize(
    ("ko", "en", "found"),
    [
        ({"daily.new": "새 글이에요."}, {"daily.new": "A new one."}, {("ko", "unknown_key"), ("en", "unknown_key")}),
        ({"daily.item": ["돌"]}, {}, {("en", "missing")}),
        ({"daily.item": ["돌", "삽"]}, {"daily.item": ["a stone"]}, {("ko", "pool"), ("en", "pool")}),
        ({"daily.item": "돌"}, {"daily.item": "a stone"}, {("ko", "kind"), ("en", "kind")}),
        ({"daily.item": ["돌"]}, {"daily.item": "a stone"}, {("en", "kind"), ("ko", "kind")}),
        ({"daily.item": ["{day}"]}, {"daily.item": ["{day}"]}, {("ko", "placeholders"), ("en", "placeholders")}),
        ({"daily.item": ["{day.x}"]}, {"daily.item": ["a stone"]}, {("ko", "placeholders")}),
        ({"daily.item": ["돌 \x07"]}, {"daily.item": ["a stone"]}, {("ko", "control")}),
        ({"daily.item": ["\ud800 돌"]}, {"daily.item": ["a stone"]}, {("ko", "control")}),
        ({"daily.item": ["돌은(는) 돌"]}, {"daily.item": ["a stone"]}, {("ko", "particle")}),
        ({"daily.item": ["돌"]}, {"daily.item": ["a casino chip"]}, {("en", "banned")}),
        ({"daily.title.good": ["돌"]}, {"daily.title.good": ["Calm day ahead"] * 2}, {("ko", "pool"), ("en", "pool")}),
    ],
)
def test_a_text_that_breaks_a_rule_is_named(
    ko: dict[str, object], en: dict[str, object], found: set[tuple[str, str]], home: Path
) -> None:
    pack = folder_of(with_texts(ko, en), home / "pack")
    told = packs.check(pack)
    assert found <= {(one.locale, one.rule) for one in told}
    assert {one.key for one in told} <= {*ko, *en}
    assert {one.file for one in told} <= {"ko/daily.json", "en/daily.json"}
    with pytest.raises(ContentError) as refused:
        packs.install(pack)
    assert refused.value.exit_code == 4
    assert not kept(home)


def test_what_a_text_says_elsewhere_it_says_twice(home: Path) -> None:
    shipped = content.Content("ko").text("daily.advice.good")
    pack = with_texts({"daily.advice.bad": [shipped]}, {"daily.advice.bad": ["Sit by the sea for a minute."]})
    assert [(one.file, one.rule) for one in packs.check(folder_of(pack, home / "pack"))] == [("ko/daily.json", "twice")]


@pytest.mark.parametrize("key", ["notice.crisis", "contact.109", "about.privacy", "disclaimer", "narration.prompt"])
def test_what_protects_people_stays(key: str, home: Path) -> None:
    texts = [{key: content.Content(locale).text(key)} for locale in ("ko", "en")]
    found = packs.check(folder_of(with_texts(*texts, file="common"), home / "pack"))
    assert [(one.locale, one.rule) for one in found] == [("ko", "fixed"), ("en", "fixed")]


@pytest.mark.parametrize(
    ("about", "key"),
    [
        ({"format": "vtuber-fortune-pack-2"}, "fortune.pack_format"),
        ({"name": "../sea"}, "fortune.pack_format"),
        ({"name": ".sea"}, "fortune.pack_format"),
        ({"name": "Sea"}, "fortune.pack_format"),
        ({"name": 3}, "fortune.pack_format"),
        ({"name": "s" * 41}, "fortune.pack_format"),
        ({"version": 1}, "fortune.pack_format"),
        ({"version": "1\n2"}, "fortune.pack_format"),
        ({"version": ""}, "fortune.pack_format"),
    ],
)
def test_a_pack_says_what_it_is(about: dict[str, object], key: str, home: Path) -> None:
    with pytest.raises(ContentError) as refused:
        packs.install(folder_of(SEA | {"pack.json": json.dumps(ABOUT | about)}, home / "pack"))
    assert refused.value.key == key
    assert not kept(home)


@pytest.mark.parametrize(
    ("files", "key"),
    [
        ({"ko/daily.json": b"\xff\xfe{\x00}\x00"}, "fortune.pack_json"),
        ({"ko/daily.json": '{"daily.item": ["\xe9"]}'.encode("latin-1")}, "fortune.pack_json"),
        ({"ko/daily.json": "[]"}, "fortune.pack_json"),
        ({"ko/daily.json": "{"}, "fortune.pack_json"),
        ({"ko/daily.json": "[" * 5_000}, "fortune.pack_json"),
        ({"ko/daily.json": '{"daily.item": ["a"], "daily.item": ["b"]}'}, "fortune.pack_json"),
        ({"ko/daily.json": '{"daily.item": 3}'}, "fortune.pack_entry"),
        ({"ko/daily.json": '{"daily.item": []}'}, "fortune.pack_entry"),
        ({"ko/daily.json": '{"daily.item": ["a", null]}'}, "fortune.pack_entry"),
        ({"ko/daily.json": '{"tti.love.good": ["a"]}'}, "fortune.pack_entry"),
        ({"pack.json": "{"}, "fortune.pack_json"),
        ({"fr/daily.json": "{}"}, "fortune.pack_file"),
        ({"daily.json": "{}"}, "fortune.pack_file"),
        ({"ko/README.md": "hello"}, "fortune.pack_file"),
        ({"ko/deep/daily.json": "{}"}, "fortune.pack_file"),
        ({"more.zip": "PK"}, "fortune.pack_file"),
        ({"ko/daily.json": " " * (4 * 1024 * 1024)}, "fortune.pack_large"),
        ({f"ko/{'x' * n}.json": "{}" for n in range(1, 25)} | {f"en/{'x' * n}.json": "{}" for n in range(1, 25)}, ""),
    ],
)
@pytest.mark.parametrize("made", [folder_of, zip_of])
def test_what_a_pack_has_no_place_for(
    made: Callable[[dict[str, str | bytes], Path], Path], files: dict[str, str | bytes], key: str, home: Path
) -> None:
    with pytest.raises(ContentError) as refused:
        packs.install(made(SEA | files, home / "pack"))
    assert refused.value.key == (key or "fortune.pack_file")
    assert refused.value.exit_code == 4
    assert not kept(home)


@pytest.mark.parametrize(
    "name",
    ["../evil.json", "/evil.json", "ko/../../evil.json", "KO/daily.json", "ko\\daily.json", "C:/x.json", "ko//d"],
)
def test_a_zip_writes_nowhere_else(name: str, home: Path) -> None:
    before = {file for file in home.rglob("*")}
    pack = zip_of(SEA | {name: "{}"}, home / "sea.zip")
    with pytest.raises(ContentError):
        packs.install(pack)
    assert {file for file in home.rglob("*")} - before == {pack}


def test_a_zip_has_no_links_and_nothing_twice(home: Path) -> None:
    link = zipfile.ZipInfo("ko/tti.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    pack = zip_of(SEA, home / "link.zip")
    with zipfile.ZipFile(pack, "a") as archive:
        archive.writestr(link, "/etc/hostname")
    with pytest.raises(ContentError, match="pack_file"):
        packs.install(pack)
    pack = zip_of(SEA, home / "twice.zip")
    with zipfile.ZipFile(pack, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("ko/daily.json", "{}")
    with pytest.raises(ContentError, match="pack_file"):
        packs.install(pack)


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_is_packed_in_the_common_way(how: int, home: Path) -> None:
    with pytest.raises(ContentError, match="pack_file"):
        packs.install(zip_of(SEA, home / "sea.zip", how))


def test_a_bomb_is_put_down_early(home: Path) -> None:
    bomb = zip_of(SEA | {"ko/tti.json": b" " * 1_000_000}, home / "bomb.zip")
    assert bomb.stat().st_size * 100 < 1_000_000
    with pytest.raises(ContentError, match="pack_large"):
        packs.install(bomb)


def test_a_damaged_zip_is_no_pack(home: Path) -> None:
    whole = zip_of(SEA, home / "sea.zip").read_bytes()
    damaged = home / "damaged.zip"
    refused = 0
    for at in range(0, len(whole), 5):
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
        try:
            packs.read(damaged)
        except ContentError:
            refused += 1
    for at in range(0, len(whole), 50):
        damaged.write_bytes(whole[:at])
        with pytest.raises(ContentError):
            packs.install(damaged)
    assert refused > len(whole) // 10
    assert not kept(home)


@pytest.mark.parametrize("raw", [b"", b"hello", b"PK\x03\x04", bytes(range(256))])
def test_what_is_no_zip_is_no_pack(raw: bytes, home: Path) -> None:
    (home / "sea.zip").write_bytes(raw)
    with pytest.raises(ContentError, match="pack_none"):
        packs.install(home / "sea.zip")


@pytest.mark.skipif(os.name == "nt", reason="links take a privilege there")
def test_a_folder_has_no_links(home: Path) -> None:
    for name, target in (("ko/tti.json", home / "x.json"), ("more", home)):
        pack = folder_of(SEA, home / name.replace("/", "-") / "sea")
        (home / "x.json").write_text("{}")
        (pack / name).symlink_to(target)
        with pytest.raises(ContentError, match="pack_file"):
            packs.install(pack)


def test_nothing_there_is_the_user_s_mistake(home: Path) -> None:
    with pytest.raises(UsageError):
        packs.check(home / "nothing")
    with pytest.raises(UsageError):
        packs.remove("sea")
    with pytest.raises(ContentError, match="pack_none"):
        packs.check(folder_of({"ko/daily.json": "{}"}, home / "anonymous"))


def test_a_removed_pack_is_silent(home: Path) -> None:
    folder = packs.install(folder_of(SEA, home / "pack"))
    for name in ("../sea", "", ".", "..", "sea/ko"):
        with pytest.raises(UsageError):
            packs.remove(name)
    packs.remove("sea")
    assert not folder.exists()
    assert content.version() == content.VERSION


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("pack.json", None),
        ("pack.json", "{"),
        ("pack.json", "[]"),
        ("pack.json", '{"version": 3}'),
        ("ko/daily.json", "{"),
        ("ko/daily.json", "\x00"),
        ("ko/daily.json", '{"daily.item": 3}'),
    ],
)
def test_a_damaged_pack_says_its_name(file: str, damage: str | None, home: Path) -> None:
    folder = packs.install(folder_of(SEA, home / "pack"))
    if damage is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(damage)
    with pytest.raises(ContentError) as damaged:
        tell(Request("daily", date(2026, 11, 23), "Asia/Seoul", "ko"))
    assert damaged.value.key == "fortune.pack_damaged"
    assert damaged.value.params["name"] == "sea"
    assert packs.installed()["sea"] == "?"
    packs.remove("sea")
    _forget()
    assert tell(Request("daily", date(2026, 11, 23), "Asia/Seoul", "ko"))["grade"]


@pytest.mark.parametrize("text", ["{0}", "{item.x}", "{item[0]}", "{item", "{item!z}", "{item:q}"])
def test_a_pack_that_was_written_in_later_breaks_nothing_else(text: str, home: Path) -> None:
    folder = packs.install(folder_of(SEA, home / "pack"))
    (folder / "ko" / "daily.json").write_text(json.dumps({"daily.item": [text]}))
    with pytest.raises(ContentError) as damaged:
        tell(Request("daily", date(2026, 11, 23), "Asia/Seoul", "ko"))
    assert damaged.value.key == "fortune.text_corrupt"


def test_something_else_among_the_packs_is_named_too(home: Path) -> None:
    folder = packs.install(folder_of(SEA, home / "pack")).parent
    (folder / "My notes").write_text("x")
    assert packs.installed() == {"My notes": "?", "sea": "1.2"}
    with pytest.raises(ContentError, match="pack_damaged"):
        content.version()
    packs.remove("My notes")
    assert content.version() == f"{content.VERSION}+sea-1.2"


def test_what_systems_leave_in_folders_is_passed_over(home: Path) -> None:
    litter: dict[str, str | bytes] = {".DS_Store": b"\0", "__MACOSX/ko/._daily.json": b"\0", "ko/Thumbs.db": b"\0"}
    for made, name in ((folder_of, "folder"), (zip_of, "sea.zip")):
        assert packs.check(made(SEA | litter if made is zip_of else SEA | {".DS_Store": b"\0"}, home / name)) == []


def test_a_zipped_folder_is_a_pack_too(home: Path) -> None:
    packs.install(zip_of({f"my sea/{name}": text for name, text in SEA.items()}, home / "sea.zip"))
    assert packs.installed() == {"sea": "1.2"}
    beside = {f"my sea/{name}": text for name, text in SEA.items()} | {"else/evil.json": "{}"}
    with pytest.raises(ContentError):
        packs.check(zip_of(beside, home / "two.zip"))


def test_advice_of_a_card_comes_in_twos(home: Path) -> None:
    key = "tarot.card.major.18.advice"
    three = with_texts(
        {key: ["달을 봐요.", "창을 열어요.", "불을 꺼요."]}, {key: ["Look up.", "Open it.", "Lights off."]}, "tarot"
    )
    assert {problem.rule for problem in packs.check(folder_of(three, home / "three"))} == {"pair"}


def test_a_pack_has_no_endless_texts(home: Path) -> None:
    many = [f"조개 {number}" for number in range(10_001)]
    with pytest.raises(ContentError, match="pack_large"):
        packs.check(folder_of(with_texts({"daily.item": many}, {"daily.item": many}), home / "many"))
