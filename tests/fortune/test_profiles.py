"""Profiles on the disk: private, whole or not at all, and never written over when they are broken."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli import paths
from vtuber_cli.errors import StoreError, UsageError
from vtuber_cli.fortune import places, profiles
from vtuber_cli.fortune.profiles import Profile
from vtuber_cli.fortune.request import CATEGORIES

SEED = "98392aa9-fde1-419b-9e12-c1883965d915"
MINJI = Profile(
    SEED, "민지", "1988-02-03T07:30", place="서울", zone="Asia/Seoul", longitude=126.98, interests=("work", "love")
)


def test_what_is_written_is_read() -> None:
    path = profiles.write("me", MINJI)
    assert profiles.read("me") == MINJI
    assert profiles.read("nobody") is None
    assert profiles.names() == ["me"]
    assert json.loads(path.read_bytes())["seed_id"] == SEED


TEXTS = st.text(st.characters(categories=["L", "N"], max_codepoint=0xD7A3), max_size=40)


@given(
    st.builds(
        Profile,
        st.uuids(version=4).map(str),
        name=TEXTS,
        birth=TEXTS,
        lunar=st.booleans(),
        leap=st.booleans(),
        place=TEXTS,
        zone=TEXTS,
        longitude=st.none() | st.floats(-180, 180),
        interests=st.lists(st.sampled_from(CATEGORIES), unique=True).map(tuple),
        locale=st.sampled_from(["", *profiles.LOCALES]),
    )
)
def test_a_file_says_all_of_a_profile(profile: Profile) -> None:
    assert profiles.parsed(profiles.encoded(profile), "x.json") == profile


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_only_the_owner_can_read_it() -> None:
    before = os.umask(0)
    try:
        path = profiles.write("me", MINJI)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    profiles.write("me", MINJI)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_left_beside_it() -> None:
    path = profiles.write("me", MINJI)
    profiles.write("me", MINJI._replace(name="Minji"))
    assert [one.name for one in path.parent.iterdir()] == ["me.json"]


def test_names_are_one_however_they_are_written() -> None:
    profiles.write("Mum", MINJI)
    profiles.write("\u110b\u1165\u11b7\u1106\u1161", MINJI)
    assert profiles.read("mum") == profiles.read("엄마") == MINJI
    profiles.write("me", MINJI)
    assert profiles.names() == ["me", "mum", "엄마"]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", "a b", "x" * 41, "con", "NUL", "a\0b", "-", "😀"]
)
def test_some_names_are_none(name: str) -> None:
    with pytest.raises(UsageError):
        profiles.read(name)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", ""),
        ("[]", ""),
        ("{", ""),
        ("[" * 5000, ""),
        ("{}", ""),
        ('{"format": "vtuber-profile-2"}', ""),
        ('{"format": "vtuber-profile-1"}', "seed_id"),
        (f'{{"format": "vtuber-profile-1", "seed_id": "{SEED.upper()}"}}', "seed_id"),
        (f'{{"format": "vtuber-profile-1", "seed_id": "{SEED}", "birth": 1988}}', "birth"),
        (f'{{"format": "vtuber-profile-1", "seed_id": "{SEED}", "lunar": 1}}', "lunar"),
        (f'{{"format": "vtuber-profile-1", "seed_id": "{SEED}", "longitude": 1e9}}', "longitude"),
        (f'{{"format": "vtuber-profile-1", "seed_id": "{SEED}", "longitude": NaN}}', "longitude"),
        (f'{{"format": "vtuber-profile-1", "seed_id": "{SEED}", "interests": ["lottery"]}}', "interests"),
        (f'{{"format": "vtuber-profile-1", "seed_id": "{SEED}", "interests": [["love"]]}}', "interests"),
        (f'{{"format": "vtuber-profile-1", "seed_id": "{SEED}", "name": "\\u001b[31m"}}', "name"),
        (f'{{"format": "vtuber-profile-1", "seed_id": "{SEED}", "locale": ["ko"]}}', "locale"),
        (f'{{"format": "vtuber-profile-1", "seed_id": "{SEED}", "shoe_size": 39}}', "shoe_size"),
        (" " * 70_000, ""),
    ],
)
def test_a_broken_file_is_refused_and_stays(text: str, part: str) -> None:
    path = profiles.write("me", MINJI)
    path.write_text(text)
    with pytest.raises(UsageError) as refused:
        profiles.read("me")
    assert refused.value.params.get("name", "") == part
    assert path.read_text() == text


def test_a_broken_file_can_be_put_aside_again_and_again() -> None:
    for number, name in enumerate(("me.json.bak", "me.json.bak2", "me.json.bak3")):
        path = profiles.write("me", MINJI)
        path.write_text(str(number))
        aside = profiles.put_aside("me")
        assert aside is not None and (aside.name, aside.read_text()) == (name, str(number))
    assert profiles.put_aside("me") is None
    assert profiles.names() == []


def test_a_folder_a_pipe_or_a_foreign_file_is_no_profile() -> None:
    path = profiles.file("me")
    path.mkdir(parents=True)
    with pytest.raises(UsageError):
        profiles.read("me")
    os.mkfifo(profiles.file("pipe"))
    with pytest.raises(UsageError):
        profiles.read("pipe")


def test_where_nothing_can_be_written_it_says_so() -> None:
    paths.data_dir().parent.mkdir(parents=True)
    paths.data_dir().write_text("a file, and no folder")
    with pytest.raises(StoreError) as refused:
        profiles.write("me", MINJI)
    assert "1988" not in str(refused.value.params)
    assert profiles.read("me") is None


def test_the_person_of_a_profile() -> None:
    person = MINJI.person("UTC")
    assert (person.seed, person.interests) == (SEED, ("work", "love"))
    assert person.birth is not None and (person.birth.zone, person.birth.longitude) == ("Asia/Seoul", 126.98)
    assert Profile(SEED).person("UTC").birth is None
    lunar = MINJI._replace(birth="1988-01-01", lunar=True).born("UTC")
    assert lunar is not None and lunar.day.isoformat() == "1988-02-18"


def test_seeds_are_new_each_time() -> None:
    assert profiles.new_seed() != profiles.new_seed()
    assert profiles.is_seed(profiles.new_seed())


# --- places ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["서울", "서울시", "서울특별시", "Seoul", " SEOUL "])
def test_a_city_by_any_name(name: str) -> None:
    assert places.find(name) == places.Place("Asia/Seoul", 126.98)


def test_a_zone_is_a_place() -> None:
    assert places.find("Europe/Paris") == places.Place("Europe/Paris", None)
    assert places.find("new york").zone == "America/New_York"


@pytest.mark.parametrize("name", ["", "Atlantis", "../../etc/passwd", "Asia", "\0", "x" * 10_000, "\udcff"])
def test_no_place(name: str) -> None:
    with pytest.raises(UsageError):
        places.find(name)


def test_every_city_is_where_its_zone_is() -> None:
    """A degree of longitude is four minutes; clocks are within two and a half hours of the Sun everywhere here."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    rows = json.loads((Path(places.__file__).parent / "places.json").read_bytes())
    assert len(rows) >= 60
    for row in rows:
        offset = datetime(2026, 1, 1, tzinfo=ZoneInfo(row["zone"])).utcoffset()
        assert offset is not None
        assert abs(offset.total_seconds() / 240 - row["longitude"]) < 37.5, row
        assert places.find(row["en"]) == places.find(row["ko"]) == places.Place(row["zone"], row["longitude"])
