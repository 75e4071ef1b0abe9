"""A model's folder, right and hostile: each refusal names the file that says so, and where."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.live2d import models
from vtuber_cli.cli import show
from vtuber_cli.errors import ConfigError, UsageError
from vtuber_cli.live2d import json_file, map_file, model_file


def refused(file: Path) -> ConfigError:
    with pytest.raises(ConfigError) as error:
        model_file.read(file)
    assert_told(error.value)
    return error.value


def assert_told(error: ConfigError) -> None:
    """The message begins with the file that it is about."""
    assert show.message(error).startswith(str(error.params["file"]))


def test_a_whole_model(tmp_path: Path) -> None:
    found = model_file.read(models.write(tmp_path, **{"Physics": "mia.physics3.json"}, files={"mia.physics3.json": {}}))
    assert found.name == "mia" and found.moc_version == 3 and not found.faults
    assert [(file.name, size) for file, size in found.textures] == [("texture_00.png", (4, 4))]
    assert list(found.expressions) == ["F01", "怒り", "exp_05"]
    assert found.expressions["exp_05"].expression.fade_in == 0.5
    assert {group: [one.number for one in members] for group, members in found.motions.items()} == {
        "Idle": [0],
        "": [0],
    }
    assert found.eye_blink == ("ParamEyeLOpen", "ParamEyeROpen") and found.lip_sync == ("ParamMouthOpenY",)
    assert found.hit_areas == (("HitArea", "Head"),)
    assert found.parameter_names["Param59"] == "涙"
    assert (
        found.parameters()[:3] == ["ParamAngleX", "ParamMouthOpenY", "Param59"] and "ParamAngleZ" in found.parameters()
    )
    assert found.document["FileReferences"]["Physics"] == "mia.physics3.json"


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../secret.png", "a/../../b.png", "a\\..\\b.png", "C:/b.png", "//host/b.png", "a/..", "file:x"],
)
@pytest.mark.parametrize("where", ["Textures", "Moc", "Physics", "Expressions", "Motions"])
def test_names_that_lead_out(name: str, where: str, tmp_path: Path) -> None:
    value: Any = {
        "Textures": [name],
        "Expressions": [{"Name": "F01", "File": name}],
        "Motions": {"Idle": [{"File": name}]},
    }.get(where, name)
    error = refused(models.write(tmp_path, **{where: value}))
    assert error.key == "live2d.outside"
    assert str(error.params["name"]).startswith(f"FileReferences.{where}")


@pytest.mark.parametrize("target", ["outside", "folder", "circle"])
def test_links_that_lead_out(target: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.png").write_bytes(models.png())
    file = models.write(tmp_path / "model", {"mia.4096/texture_00.png": None})
    link = tmp_path / "model" / "mia.4096"
    if target == "folder":
        link.symlink_to(outside)
        (outside / "texture_00.png").write_bytes(models.png())
    else:
        link.mkdir()
        (link / "texture_00.png").symlink_to(outside / "x.png" if target == "outside" else link / "texture_00.png")
    assert refused(file).key == ("live2d.unreadable" if target == "circle" else "live2d.link_outside")


def test_links_within_the_folder_are_fine(tmp_path: Path) -> None:
    file = models.write(tmp_path, {"mia.4096/texture_00.png": None, "real.png": models.png()})
    (tmp_path / "mia.4096").mkdir()
    (tmp_path / "mia.4096" / "texture_00.png").symlink_to(tmp_path / "real.png")
    assert model_file.read(file).textures[0][1] == (4, 4)


NO_MODEL: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("live2d.missing", {"mia.moc3": None}, {}),
    ("live2d.missing_nearest", {"mia.moc3": None, "Mia.moc3": models.moc()}, {}),
    ("live2d.missing", {"mia.4096/texture_00.png": None}, {}),
    ("live2d.missing", {}, {"Moc": "mia.4096"}),
    ("live2d.no_moc", {"mia.moc3": b"moc\x0b" + bytes(100)}, {}),
    ("live2d.no_moc", {"mia.moc3": b"MOC3"}, {}),
    ("live2d.no_moc", {"mia.moc3": b""}, {}),
    ("live2d.moc_version", {"mia.moc3": models.moc(7)}, {}),
    ("live2d.moc_version", {"mia.moc3": models.moc(0)}, {}),
    ("live2d.no_png", {"mia.4096/texture_00.png": b"GIF89a" + bytes(100)}, {}),
    ("live2d.no_png", {"mia.4096/texture_00.png": models.png()[:20]}, {}),
    ("live2d.large_texture", {"mia.4096/texture_00.png": models.png(20_000, 4)}, {}),
    ("live2d.large_texture", {"mia.4096/texture_00.png": models.png(0, 4)}, {}),
    ("live2d.many_pixels", {"mia.4096/texture_00.png": models.png(16_000, 16_000)}, {}),
    ("live2d.bad_name", {}, {"Moc": ""}),
    ("live2d.bad_name", {}, {"Moc": "mia\0.moc3"}),
    ("live2d.bad_name", {}, {"Textures": ["a\nb.png"]}),
    ("config.needed", {}, {"Moc": None}),
    ("config.too_few", {}, {"Textures": []}),
    ("config.list", {}, {"Textures": "mia.4096/texture_00.png"}),
    ("config.text", {}, {"Moc": 3}),
    ("config.too_long", {}, {"Moc": "x" * 500}),
    ("config.too_many", {}, {"Textures": ["mia.4096/texture_00.png"] * 65}),
    ("config.mapping", {}, {"Motions": [1]}),
]


@pytest.mark.parametrize(("key", "files", "references"), NO_MODEL, ids=[f"{n}-{x[0]}" for n, x in enumerate(NO_MODEL)])
def test_what_is_no_model(key: str, files: dict[str, Any], references: dict[str, Any], tmp_path: Path) -> None:
    assert refused(models.write(tmp_path, files, **references)).key == key


@pytest.mark.parametrize("size", [(json_file.MB, "config.too_big"), (0, "config.not_json")])
def test_large_and_empty_files(size: tuple[int, str], tmp_path: Path) -> None:
    file = models.write(tmp_path)
    file.write_bytes(b" " * size[0] + (b"{}" if size[0] else b""))
    assert refused(file).key == size[1]


def test_a_moc_beyond_the_limit_is_not_opened(tmp_path: Path) -> None:
    file = models.write(tmp_path)
    with (tmp_path / "mia.moc3").open("r+b") as stream:
        stream.truncate(129 * json_file.MB)  # sparse: takes no room
    assert refused(file).key == "live2d.too_big"


BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("live2d.missing", {"expressions/F01.exp3.json": None}),
    ("config.not_json", {"expressions/F01.exp3.json": b"{"}),
    ("config.choice", {"expressions/F01.exp3.json": {"Type": "Live2D Motion"}}),
    ("config.number", {"expressions/F01.exp3.json": b'{"Type": "Live2D Expression", "FadeInTime": NaN}'}),
]


@pytest.mark.parametrize(("key", "files"), BROKEN, ids=[f"{n}-{x[0]}" for n, x in enumerate(BROKEN)])
def test_a_broken_expression_is_left_out_and_told(key: str, files: dict[str, Any], tmp_path: Path) -> None:
    found = model_file.read(models.write(tmp_path, files))
    assert [fault.key for fault in found.faults] == [key]
    assert list(found.expressions) == ["怒り", "exp_05"]
    left = [one["Name"] for one in found.document["FileReferences"]["Expressions"]]
    assert left == ["怒り", "exp_05"]


def test_everything_optional_may_be_broken(tmp_path: Path) -> None:
    wrong = models.motion3({"ParamAngleX": [0, 0, 9, 1, 1]})
    files = {"motions/sway.motion3.json": wrong, "mia.cdi3.json": b"[]", "mia.pose3.json": b"\xff\xfe"}
    found = model_file.read(models.write(tmp_path, files, Pose="mia.pose3.json", Physics="none.json"))
    assert [fault.key for fault in found.faults] == [
        "live2d.missing", "config.not_utf8", "live2d.no_object", "live2d.segment_kind",
    ]  # fmt: skip
    assert found.motions == {"Idle": (), "": found.motions[""]} and found.parameter_names == {}
    assert set(found.document["FileReferences"]) == {"Moc", "Textures", "Expressions", "Motions"}
    assert found.document["FileReferences"]["Motions"]["Idle"] == []


def test_an_expression_s_name_counts_once(tmp_path: Path) -> None:
    told = [{"Name": " F01 ", "File": "expressions/F01.exp3.json"}] * 2
    found = model_file.read(models.write(tmp_path, Expressions=told))
    assert list(found.expressions) == ["F01"] and [one.key for one in found.faults] == ["live2d.name_twice"]


def test_names_are_cleaned(tmp_path: Path) -> None:
    names = models.cdi3(ParamAngleX="\x1b[31mred\u202e\x07")
    found = model_file.read(models.write(tmp_path, {"mia.cdi3.json": names}))
    assert found.parameter_names == {"ParamAngleX": "red"}


HOSTILE: list[tuple[str, bytes]] = [
    ("live2d.too_deep", b'{"a":' * 100_000),
    ("live2d.too_deep", b'{"a":' * 60 + b"1" + b"}" * 60),
    ("live2d.key_twice", b'{"Version": 3, "Version": 3}'),
    ("live2d.key_twice", b'{"FileReferences": {"Moc": "a", "Moc": "b"}}'),
    ("live2d.no_number", b'{"Version": NaN}'),
    ("live2d.no_number", b'{"Version": -Infinity}'),
    ("live2d.no_number", b'{"Version": 1e999}'),
    ("live2d.no_object", b"[]"),
    ("live2d.no_object", b'"text"'),
    ("config.not_json", b'{"Version": ' + b"9" * 5000 + b"}"),
    ("config.not_json", b'{"Version": 3'),
    ("config.not_json", b"{'Version': 3}"),
    ("config.not_utf8", b'{"Version": "\xff"}'),
    ("config.control", b'{"Version": "\\ud800"}'),
    ("config.choice", b'{"Version": 2}'),
]


@pytest.mark.parametrize(("key", "raw"), HOSTILE, ids=[f"{n}-{x[0]}" for n, x in enumerate(HOSTILE)])
def test_hostile_json(key: str, raw: bytes, tmp_path: Path) -> None:
    file = tmp_path / models.MODEL
    file.write_bytes(raw)
    assert refused(file).key == key


def test_tabs_and_a_byte_order_mark_are_what_the_editor_writes(tmp_path: Path) -> None:
    file = models.write(tmp_path)
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(json.loads(file.read_bytes()), indent="\t").encode())
    assert model_file.read(file).name == "mia"


@pytest.mark.skipif(os.name == "nt", reason="no FIFOs there")
def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / models.MODEL)
    assert refused(tmp_path / models.MODEL).key == "config.not_a_file"
    file = models.write(tmp_path / "model", {"mia.moc3": None})
    os.mkfifo(tmp_path / "model" / "mia.moc3")
    assert refused(file).key == "live2d.missing"


def test_the_model_of_a_folder(tmp_path: Path) -> None:
    file = models.write(tmp_path / "mia")
    assert model_file.find(tmp_path / "mia") == file == model_file.find(file)
    (tmp_path / "mia" / "other.model3.json").write_text("{}")
    for place, key in (
        (tmp_path / "mia", "live2d.which_model"),
        (tmp_path, "live2d.no_model"),
        (tmp_path / "mia" / "mia.moc3", "live2d.not_a_model"),
    ):
        with pytest.raises(UsageError) as error:
            model_file.find(place)
        assert error.value.key == key


def test_a_png_s_head_is_enough(tmp_path: Path) -> None:
    head = models.png(8, 2)[:16] + struct.pack(">II", 8, 2) + bytes(9)
    file = models.write(tmp_path, {"mia.4096/texture_00.png": head})
    assert model_file.read(file).textures[0][1] == (8, 2)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(each for key, one in inner for each in places(one, (*at, key)))]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models.write(
        tmp_path_factory.mktemp("fuzz"), Physics="p.json", Pose="q.json", files={"p.json": {}, "q.json": {}}
    )


@pytest.mark.parametrize(
    "name", [models.MODEL, "mia.cdi3.json", "motions/sway.motion3.json", "expressions/F01.exp3.json"]
)
@given(data=st.data())
def test_whatever_stands_where_it_should_not_is_a_model_or_one_error(
    name: str, whole: Path, data: st.DataObject
) -> None:
    file = whole.parent / name
    before = file.read_bytes()
    told = json.loads(before)
    *way, last = data.draw(st.sampled_from([each for each in places(told) if each]))
    inner = told
    for key in way:
        inner = inner[key]
    inner[last] = data.draw(anything)
    refused = ""
    try:
        file.write_text(json.dumps(told), "utf-8")
        found = model_file.read(whole)
        assert name == models.MODEL or len(found.faults) <= 1
        assert map_file.guessed(found).model is found
    except ConfigError as error:
        refused = error.key
        assert_told(error)
    finally:
        file.write_bytes(before)
    assert name == models.MODEL or refused in ("", "live2d.outside", "live2d.link_outside")
