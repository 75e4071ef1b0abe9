"""Packs of texts: taken whole, or refused whole with what is wrong."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from vtuber_cli import paths
from vtuber_cli.errors import ContentError, UsageError, VtuberError
from vtuber_cli.fortune import content, lint, packs

ABOUT = {"format": packs.FORMAT, "name": "sea", "version": "1.0"}
KO = {
    "daily.title.good": [f"바다 냄새가 나는 {number}번째 아침" for number in "일이삼사오육칠팔구십"[:10]]
    + ["파도가 낮은 날", "갈매기가 앉은 난간"]
}
EN = {
    "daily.title.good": [f"Salt air, morning number {number}" for number in range(10)]
    + ["Low waves today", "A gull on the rail"]
}


def pack_in(folder: Path, ko: Any = None, en: Any = None, about: Any = None, **more: bytes) -> Path:
    files = {
        "pack.json": json.dumps(about or ABOUT).encode(),
        "ko/daily.json": json.dumps(KO if ko is None else ko).encode(),
        "en/daily.json": json.dumps(EN if en is None else en).encode(),
        **more,
    }
    for name, raw in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
    return folder


def zipped(folder: Path, **names: bytes) -> Path:
    file = folder.with_suffix(".zip")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(folder.rglob("*.json")):
            archive.write(one, one.relative_to(folder).as_posix())
        for name, raw in names.items():
            archive.writestr(name, raw)
    return file


@pytest.mark.parametrize("as_zip", [False, True])
def test_a_sound_pack_is_taken_and_read(tmp_path: Path, as_zip: bool) -> None:
    pack = pack_in(tmp_path / "sea")
    path = zipped(pack) if as_zip else pack
    assert packs.check(path) == []
    folder = packs.install(path)
    assert packs.installed() == {"sea": "1.0"} and folder.parent == paths.data_dir() / "fortune" / "packs"
    assert content.Content("ko", content.installed()).entry("daily.title.good") == KO["daily.title.good"]
    assert (
        content.Content("ko", content.installed()).entry("daily.title.bad") == lint.shipped()["ko"]["daily.title.bad"]
    )
    packs.remove("sea")
    assert packs.installed() == {} and not list(folder.parent.iterdir())


def test_a_newer_version_takes_the_older_ones_place(tmp_path: Path) -> None:
    packs.install(pack_in(tmp_path / "one"))
    packs.install(pack_in(tmp_path / "two", about=ABOUT | {"version": "2.0"}))
    assert packs.installed() == {"sea": "2.0"}


@pytest.mark.parametrize(
    ("ko", "en", "rule"),
    [
        ({"daily.title.good": KO["daily.title.good"][:3]}, EN, "pool"),
        (KO, {}, "missing"),
        ({"daily.nothing": "바다예요."}, {"daily.nothing": "The sea."}, "unknown_key"),
        ({"daily.title.good": ["로또를 사요"] * 12}, EN, "banned"),
        (
            {"daily.relation.pa": ["{day.__class__}"] * 3},
            {"daily.relation.pa": ["x {day}", "y {day}", "z {day}"]},
            "braces",
        ),
        (
            {"daily.relation.pa": ["가 {who}", "나 {who}", "다 {who}"]},
            {"daily.relation.pa": ["a {who}", "b {who}", "c {who}"]},
            "placeholders",
        ),
    ],
)
def test_a_pack_with_a_fault_is_refused_whole(tmp_path: Path, ko: Any, en: Any, rule: str) -> None:
    pack = pack_in(tmp_path / "sea", ko, en)
    assert rule in {problem.rule for problem in packs.check(pack)}
    with pytest.raises(ContentError) as refused:
        packs.install(pack)
    assert refused.value.exit_code == 4 and packs.installed() == {}


@pytest.mark.parametrize(
    "about",
    [{}, ABOUT | {"format": "x"}, ABOUT | {"name": "../up"}, ABOUT | {"name": 3}, ABOUT | {"version": "a b"}, []],
)
def test_a_pack_says_what_it_is(tmp_path: Path, about: Any) -> None:
    pack = pack_in(tmp_path / "sea")
    (pack / "pack.json").write_text(json.dumps(about))
    with pytest.raises(ContentError):
        packs.check(pack)


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[]",
        b"\xff\xfe{}",
        b'{"daily.item": 1}',
        b'{"daily.item": []}',
        b'{"sign.leo": "x"}',
        b'{"a": "b", "a": "c"}',
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_no_texts_is_named(tmp_path: Path, raw: bytes) -> None:
    pack = pack_in(tmp_path / "sea", **{"ko/daily.json": raw})
    with pytest.raises(ContentError) as refused:
        packs.check(pack)
    assert refused.value.params["file"] == "ko/daily.json"


HOSTILE_NAMES = [
    "../evil.json",
    "/etc/evil.json",
    "ko/../../evil.json",
    "ko/evil.py",
    "fr/daily.json",
    "ko/sub/daily.json",
    "KO/daily.json",
    "ko\\daily.json",
    "inner.zip",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_nothing_gets_out_of_a_zip(tmp_path: Path, name: str) -> None:
    path = zipped(pack_in(tmp_path / "in" / "sea"), **{name: b"{}"})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ContentError):
        packs.install(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_bomb_does_not_go_off(tmp_path: Path) -> None:
    big = json.dumps({"daily.item": ["x" * 60_000_000]}).encode()
    with pytest.raises(ContentError) as refused:
        packs.check(zipped(pack_in(tmp_path / "sea"), **{"ko/tarot.json": big}))
    assert refused.value.key == "fortune.pack_large"


def test_links_are_not_followed(tmp_path: Path) -> None:
    pack = pack_in(tmp_path / "sea")
    (pack / "ko" / "tarot.json").symlink_to("/etc/hostname")
    with pytest.raises(ContentError):
        packs.check(pack)


@pytest.mark.parametrize("raw", [b"", b"hello", b"PK\x03\x04", os.urandom(200)])
def test_what_is_no_zip_is_no_pack(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "sea.zip").write_bytes(raw)
    with pytest.raises(VtuberError):
        packs.check(tmp_path / "sea.zip")


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(UsageError):
        packs.check(Path("/nowhere/at/all"))
    with pytest.raises(UsageError):
        packs.remove("nothing")


def test_a_pack_that_was_damaged_later_is_named(tmp_path: Path) -> None:
    folder = packs.install(pack_in(tmp_path / "sea"))
    (folder / "ko" / "daily.json").write_text("{")
    assert packs.installed() == {"sea": "?"}
    with pytest.raises(ContentError) as corrupt:
        content.Content("ko", content.installed()).entry("daily.item")
    assert str(folder) in str(corrupt.value.params["file"])
    packs.remove("sea")
