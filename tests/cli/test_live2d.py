"""`vtuber live2d` and what `vtuber character check` says of a model, on models written here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.test_readme import calls, understand
from tests.live2d import models
from tests.live2d.test_core_file import FIVE, SIX
from vtuber_cli import character, i18n
from vtuber_cli.cli import show
from vtuber_cli.cli.app import run
from vtuber_cli.i18n import t
from vtuber_cli.live2d import map_file, painter
from vtuber_cli.server import cast

PERSON = """id: rin
languages: [en]
name: {en: Rin}
persona: {en: Be Rin.}
examples: {en: [{user: Hi, reply: "Oh, hi."}]}
greetings: {en: [Hello]}
voices: {en: {engine: piper}}
"""


@pytest.fixture(autouse=True)
def _without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painter, "available", lambda: False)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    def ended(*args: str) -> tuple[int, str, str]:
        try:
            code = run(list(args))
        except BaseException as raised:  # noqa: BLE001 - as __main__ does
            code = show.ending(raised)
        return code, *capsys.readouterr()

    return ended


def person(avatar: str = "") -> Path:
    """Rin's folder, with a file that names her model."""
    folder = character.own_folder() / "rin"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / character.FILE).write_text(PERSON + (f"avatar: {{live2d: {avatar}}}\n" if avatar else ""), "utf-8")
    return folder


def test_inspect(said: Any, tmp_path: Path) -> None:
    models.write(tmp_path, {"motions/sway.motion3.json": b"{"})
    code, out, err = said("live2d", "inspect", str(tmp_path))
    rows = [line.split("\t") for line in out.splitlines()]
    assert code == 0 and rows[0][0] == "mia"
    assert ["", "Param59", "涙", ""] in rows and ["", "exp_05", "exp_05.exp3.json", "Param59=1"] in rows
    assert ["", '""', "tap.motion3.json", "2.0 s", ""] in rows
    assert ["", "anger", "怒り", "sure", "by its name"] in rows
    assert "not installed" in err and "vtuber-cli[live2d]" in err
    assert "left out:" in err and "sway.motion3.json" in err and "nothing of Live2D's" in err
    assert f"vtuber live2d map {tmp_path} > live2d.json" in err


def test_inspect_as_json(said: Any, tmp_path: Path) -> None:
    models.write(tmp_path)
    code, out, _ = said("live2d", "inspect", "--json", str(tmp_path / models.MODEL))
    found = json.loads(out)
    assert code == 0 and found["moc"]["editor"] == "4.0" and found["drawn_by"] is None
    assert found["expressions"][0]["parameters"]["ParamMouthForm"] == {"blend": "add", "value": 1.0}
    assert found["emotions"]["sadness"] == {"expression": "exp_05", "add": {}, "sure": True, "why": "part"}
    assert found["lip_sync"] == ["ParamMouthOpenY"] and found["hit_areas"] == [{"id": "HitArea", "name": "Head"}]


def test_what_cannot_be_inspected(said: Any, tmp_path: Path) -> None:
    assert said("live2d", "inspect", str(tmp_path))[0] == 2
    models.write(tmp_path, Moc="../x.moc3")
    code, out, err = said("live2d", "inspect", str(tmp_path))
    assert (code, out) == (2, "") and "FileReferences.Moc: ../x.moc3 leads out" in err
    assert said("live2d", "inspect", "mika")[0] == 2


def test_a_picture_needs_the_extra(said: Any, tmp_path: Path) -> None:
    models.write(tmp_path)
    code, out, err = said("live2d", "inspect", str(tmp_path), "--png", str(tmp_path / "x.png"))
    assert (code, out) == (3, "") and "hint: pip install" in err and not (tmp_path / "x.png").exists()


def test_names_cannot_draw_on_the_terminal(said: Any, tmp_path: Path) -> None:
    told = [{"Name": "\x1b]0;evil\x07 red", "File": "expressions/F01.exp3.json"}]
    models.write(tmp_path, {"mia.cdi3.json": models.cdi3(**{"P\x1b[2J": "x\x9b31m"})}, Expressions=told)
    for line in (("inspect",), ("inspect", "--json"), ("map",)):
        _, out, err = said("live2d", *line, str(tmp_path))
        assert not any(letter in out + err for letter in "\x1b\x07\x9b"), line


def test_a_map_for_the_taking(said: Any, tmp_path: Path) -> None:
    file = models.write(tmp_path / "mia")
    folder = person(str(file))
    (folder / map_file.FILE).write_text("", "utf-8")  # as the shell does before the program runs
    code, out, err = said("live2d", "map", "rin")
    assert code == 0 and "smirk" in err
    (folder / map_file.FILE).write_text(out, "utf-8")
    assert said("character", "check", "rin") == (0, f"{folder / character.FILE}: fine\n", "")
    code, _, err = said("live2d", "inspect", "rin")
    assert code == 0 and f"what counts for this character is {folder / map_file.FILE}" in err


def test_check_proposes_a_map(said: Any, tmp_path: Path) -> None:
    folder = person(str(models.write(tmp_path)))
    code, out, _ = said("character", "check", "rin")
    assert code == 0 and "joy = F01, anger = 怒り, sadness = exp_05" in out
    assert f"vtuber live2d map rin > {folder / map_file.FILE}" in out and "not sure about: smirk" in out
    assert f"vtuber live2d map rin > {folder / map_file.FILE}" in said("live2d", "inspect", "rin")[2]


def test_what_is_to_be_typed_is_quoted(said: Any, tmp_path: Path) -> None:
    models.write(tmp_path / "my model")
    assert (
        f"vtuber live2d map '{tmp_path / 'my model'}' > live2d.json"
        in said("live2d", "inspect", str(tmp_path / "my model"))[2]
    )


def test_check_tells_what_was_left_out_and_what_is_missing(said: Any, tmp_path: Path) -> None:
    folder = person("mia")
    models.write(folder / "mia", {"expressions/F01.exp3.json": None})
    (folder / map_file.FILE).write_text('{"format": "vtuber-live2d", "version": 1}', "utf-8")
    code, out, _ = said("character", "check", "rin")
    assert code == 0 and "there is no file expressions/F01.exp3.json" in out
    assert "shows nothing for: joy, smirk, anger" in out
    model = folder / "mia" / models.MODEL
    told = json.loads(model.read_text("utf-8"))
    model.write_text(json.dumps({**told, "Groups": []}), "utf-8")
    (folder / "mia" / "mia.cdi3.json").write_text(json.dumps(models.cdi3()), "utf-8")
    assert "her lips will not move" in said("character", "check", "rin")[1]


@pytest.mark.parametrize(
    ("avatar", "words"),
    [
        ("nowhere", "nowhere is no Live2D model"),
        ("../../x", "leads out of the character's folder"),
        ("//host/share/x.model3.json", "has to be on this computer"),
        ("'\\\\host\\share\\x.model3.json'", "has to be on this computer"),
        ("https://x.test/x.model3.json", "has to be on this computer"),
        ("mia", "Textures[0]"),
    ],
)
def test_check_finds_what_is_wrong(avatar: str, words: str, said: Any) -> None:
    models.write(person(avatar) / "mia", Textures=["/etc/passwd"])
    code, out, _ = said("character", "check", "rin")
    assert code == 1 and words in out


def test_a_folder_beside_the_character_is_her_model(said: Any) -> None:
    models.write(person() / "live2d")
    assert "joy = F01" in said("character", "check", "rin")[1]


def test_a_model_of_the_user_s_home(said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    models.write(tmp_path / "models" / "mia")
    person("~/models/mia")
    assert said("live2d", "inspect", "rin")[0] == 0 == said("live2d", "inspect", "~/models/mia")[0]


def test_install_core(said: Any, tmp_path: Path) -> None:
    (tmp_path / "five.js").write_bytes(FIVE)
    (tmp_path / "six.js").write_bytes(SIX)
    code, out, err = said("live2d", "install-core", str(tmp_path / "five.js"))
    assert code == 0 and Path(out.strip()).read_bytes() == FIVE and "Cubism Core 5 is installed" in err
    code, out, err = said("live2d", "install-core", str(tmp_path / "six.js"))
    assert (code, out) == (2, "") and "renderOrders" in err and "hint:" in err
    (tmp_path / "display.js").write_bytes(b"t.PIXI.live2d={};class Cubism4ModelSettings{}")
    code, out, err = said("live2d", "install-core", str(tmp_path / "display.js"), str(tmp_path / "five.js"))
    assert code == 0 and len(out.split()) == 2 and "not the version that was tried" in err
    assert "still needs" not in err


@pytest.mark.parametrize("language", ["en", "ko"])
def test_both_languages(language: str, said: Any, tmp_path: Path) -> None:
    models.write(tmp_path, {"motions/sway.motion3.json": None})
    code, out, err = said("--lang", language, "live2d", "inspect", str(tmp_path))
    assert code == 0 and "live2d." not in out and "{" not in out + err


def test_register_for_a_character_of_ones_own(said: Any, tmp_path: Path) -> None:
    folder = person()
    model = models.write(tmp_path / "model")
    code, out, err = said("live2d", "register", str(model), "-c", "rin")
    assert (code, out) == (0, f"{folder / character.FILE}\n") and "copy" not in err
    text = (folder / character.FILE).read_text("utf-8")
    assert text.startswith(PERSON) and character.read(folder).avatar.live2d == str(model)
    assert said("live2d", "inspect", "rin")[0] == 0
    assert [file.name for file in folder.iterdir()] == [character.FILE]


def test_register_for_one_that_ships_with_the_program(said: Any, tmp_path: Path) -> None:
    shipped = character.list_characters()["mika"]
    before = (shipped / character.FILE).read_bytes()
    model = models.write(tmp_path / "model")
    code, out, err = said("live2d", "register", str(tmp_path / "model"), "--character", "mika")
    own = character.own_folder() / "mika"
    assert (code, out) == (0, f"{own / character.FILE}\n") and str(own) in err
    assert character.list_characters()["mika"] == own and cast.model_of("mika") == model
    assert character.load("mika").persona == character.read(shipped).persona
    assert {file.name for file in own.iterdir()} == {file.name for file in shipped.iterdir()}
    assert (shipped / character.FILE).read_bytes() == before
    assert [each.name for each in character.own_folder().iterdir()] == ["mika"]
    code, _, err = said("live2d", "register", str(model), "-c", "mika")  # it is the user's own now
    assert code == 0 and "copy" not in err


def test_register_refuses_what_is_no_model_and_changes_nothing(said: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for where, who in ((tmp_path / "empty", "mika"), (tmp_path / "nowhere", "mika"), (tmp_path, "nobody")):
        code, out, err = said("live2d", "register", str(where), "-c", who)
        assert (code, out) == (2, "") and err
    assert not character.own_folder().exists()


def test_register_tells_of_a_folder_in_the_way(said: Any, tmp_path: Path) -> None:
    (character.own_folder() / "mika").mkdir(parents=True)
    code, _, err = said("live2d", "register", str(models.write(tmp_path / "model")), "-c", "mika")
    assert code == 2 and str(character.own_folder() / "mika") in err
    assert list((character.own_folder() / "mika").iterdir()) == []


def test_register_tells_of_a_folder_that_cannot_be_written(
    said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    model = models.write(tmp_path / "model")
    monkeypatch.setattr("shutil.copytree", full)
    code, _, err = said("live2d", "register", str(model), "-c", "mika")
    assert code == 2 and "No space left on device" in err
    assert list(character.own_folder().iterdir()) == []


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_serve_advises_is_that_command(language: str) -> None:
    i18n.set_language(language)
    (advised,) = calls(t("serve.no_model.hint", id="mika").replace(";", " ;").replace(". ", " ; ").partition(": ")[2])
    assert advised == ["vtuber", "live2d", "register", "FILE", "--character", "mika"]
    understand(advised)
