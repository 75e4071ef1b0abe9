"""What is wrong with a rig's file is said with the file, the line and the part."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.avatar.rigs import CHARACTERS, SQUARE, small, write
from vtuber_cli.avatar import rig_rules
from vtuber_cli.avatar.rig import load
from vtuber_cli.avatar.rig_file import RigFile
from vtuber_cli.errors import ConfigError


def part(document: dict[str, Any], identity: str) -> dict[str, Any]:
    return next(one for one in document["parts"] if one["id"] == identity)


def refused(document: Any, folder: Path) -> ConfigError:
    file = write(document, folder)
    with pytest.raises(ConfigError) as error:
        load(folder)
    assert error.value.params["file"] == file
    assert error.value.key in {one.key for one in rig_rules.problems(file)}
    return error.value


def test_a_right_one_is_read(tmp_path: Path) -> None:
    file = write(small(), tmp_path)
    assert rig_rules.problems(file) == []
    assert load(tmp_path).canvas == (100, 100)


Change = Callable[[dict[str, Any]], object]
WRONG: list[tuple[str, str, Change]] = [
    ("rig.unknown_id", "groups[0] (head).parent", lambda d: d["groups"][0].update(parent="eyeL")),
    ("rig.unknown_id", "groups[0] (head).parent", lambda d: d["groups"][0].update(parent="head")),
    ("rig.unknown_id", "groups[0] (head).mirror", lambda d: d["groups"][0].update(mirror="eyeR")),
    ("rig.id_twice", "groups[1] (head).id", lambda d: d["groups"][1].update(id="head")),
    ("rig.unknown_id", "parts[0] (face).group", lambda d: part(d, "face").update(group="neck")),
    ("rig.unknown_id", "parts[4] (irisL).clip", lambda d: part(d, "irisL").update(clip="irisL")),
    ("rig.unknown_id", "parts[3] (whiteR).mirror", lambda d: part(d, "whiteR").update(mirror="whiteR")),
    ("rig.shape_of_mirror", "parts[3] (whiteR).path", lambda d: part(d, "whiteR").update(path=SQUARE)),
    ("rig.no_shape", "parts[0] (face)", lambda d: part(d, "face").pop("path")),
    ("rig.forms", "parts[1] (mouth).forms", lambda d: part(d, "mouth")["forms"].pop()),
    ("rig.forms", "parts[1] (mouth).forms", lambda d: part(d, "mouth").update(path=SQUARE)),
    ("rig.forms", "parts[1] (mouth).forms", lambda d: part(d, "mouth")["blends"][0]["forms"].pop()),
    ("rig.unlike_forms", "parts[1] (mouth)", lambda d: part(d, "mouth")["forms"][1].__setitem__(0, "M0 0 L1 1 Z")),
    ("rig.path_token", "parts[0] (face).path", lambda d: part(d, "face").update(path="M0 0 nonsense")),
    ("rig.unknown_colour", "parts[0] (face).fill", lambda d: part(d, "face").update(fill="skinn")),
    ("rig.unknown_colour", "parts[4] (irisL).fill.stops[0]",
     lambda d: part(d, "irisL")["fill"]["stops"].__setitem__(0, [0, "night"])),
    ("rig.rising", "parts[1] (mouth).axes[0].at", lambda d: part(d, "mouth")["axes"][0].update(at=[1, -1])),
    ("rig.rising", "parts[4] (irisL).opacity.keys",
     lambda d: part(d, "irisL")["opacity"].update(keys=[[1, 0], [0, 1]])),
    ("rig.unknown_parameter", "groups[0] (head).drives[0].by",
     lambda d: d["groups"][0]["drives"][0].update(by="ParamAngelZ")),
    ("rig.bend_of_nothing", "groups[0] (head).bends[0]", lambda d: d["groups"][0].update(
        bends=[{"by": "ParamBreath", "root": [1, 1], "tip": [1, 1], "keys": [[0, 0], [1, 5]]}])),
    ("rig.radius", "groups[0] (head).ball.radius",
     lambda d: d["groups"][0].update(ball={"center": [0, 0], "radius": [10, 0]})),
    ("config.unknown_key_nearest", "parts[0] (face).fil", lambda d: part(d, "face").update(fil="skin")),
    ("config.choice", "format", lambda d: d.update(format="mika-rig")),
    ("config.invalid", "version", lambda d: d.update(version=2)),
    ("config.too_large", "parts[0] (face).width", lambda d: part(d, "face").update(width=1000)),
    ("config.too_few", "parts", lambda d: d.update(parts=[])),
]  # fmt: skip


@pytest.mark.parametrize(("words", "name", "change"), WRONG, ids=[f"{words} {name}" for words, name, _ in WRONG])
def test_what_is_wrong_is_named(words: str, name: str, change: Change, tmp_path: Path) -> None:
    document = small()
    change(document)
    error = refused(document, tmp_path)
    assert (error.key, error.params["name"]) in {(words, name), ("config.choice", name)}
    assert int(str(error.params["line"])) >= 1


def test_the_nearest_parameter_is_named(tmp_path: Path) -> None:
    document = small()
    document["groups"][0]["drives"][0]["by"] = "ParamAngelZ"
    assert refused(document, tmp_path).params["nearest"] == "ParamAngleZ"


def test_the_line_is_that_of_the_part(tmp_path: Path) -> None:
    document = small()
    part(document, "face")["fill"] = "nothing"
    text = json.dumps(document, indent=1)
    error = refused(text, tmp_path)
    assert text.splitlines()[int(str(error.params["line"])) - 1].strip().startswith('"fill": "nothing"')


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "null", "{", '{"format": "vtuber-rig"', "\x00", '{"a": ' * 5000, "[" * 100_000,
        '{"canvas": [1e999, 100]}', '{"canvas": [NaN, 100]}', '{"canvas": [' + "9" * 5000 + ", 1]}",
        '{"parts": &a [*a]}', '{"format": !!python/object/apply:os.system ["true"]}', "x" * 300_000,
        '{"format": "vtuber-rig", "format": "vtuber-rig"}', "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused(text: str, tmp_path: Path) -> None:
    refused(text, tmp_path)


def test_numbers_have_to_be_finite(tmp_path: Path) -> None:
    for number in ("NaN", "Infinity", "-1e400", ".inf", "1e300"):
        text = json.dumps(small()).replace('"pivot": [50, 60]', f'"pivot": [{number}, 60]')
        assert number in text
        assert refused(text, tmp_path).params["name"] == "groups[0] (head).pivot[0]"


def test_too_many_points_are_refused(tmp_path: Path) -> None:
    document = small()
    path = "M0 0" + " 1 1" * 1900
    document["parts"] = [{"id": f"p{number}", "path": path} for number in range(32)]
    text = json.dumps(document)
    assert len(text) < 256 * 1024
    assert refused(text, tmp_path).key == "rig.too_many_points"


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path)
    assert error.value.key == "config.missing"
    assert [one.key for one in rig_rules.problems(tmp_path / "rig.json")] == ["config.missing"]


@pytest.mark.parametrize("who", ["mika", "jun"])
def test_the_schema_agrees_with_our_characters(who: str) -> None:
    document = json.loads((CHARACTERS / who / "rig.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(RigFile.model_json_schema()).validate(document)
    document["parts"][0]["filll"] = "x"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(RigFile.model_json_schema()).validate(document)
