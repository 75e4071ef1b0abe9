"""What names and values are taken to mean, in the languages that models are made in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.live2d import models
from tests.live2d.models import exp3
from vtuber_cli.avatar.expressions import Effect, Expression
from vtuber_cli.events import EMOTIONS
from vtuber_cli.live2d import guess, model_file
from vtuber_cli.live2d.guess_words import EMOTION_WORDS

SURE = {
    "joy": "smile Smile_01 exp_happy HappyFace laugh 笑顔 笑い にっこり 기쁨 웃음 행복한 开心 高兴 微笑 ニコニコ",
    "smirk": "smirk wink ウインク ニヤリ ドヤ顔 윙크 능글 坏笑 得意 眨眼 huaixiao doyagao",
    "anger": "angry ANGRY2 face_angry 怒り 怒 ぷんぷん 화남 분노 生气 愤怒 shengqi okori",
    "sadness": "sad crying 悲しい 泣き 涙 슬픔 눈물 悲伤 哭 流泪 nanguo kanashimi しょんぼり",
    "surprise": "surprised shock 驚き びっくり 놀람 깜짝 惊讶 吃惊 jingya bikkuri",
    "fear": "scared fear 恐怖 怯え 焦り 공포 당황 害怕 紧张 haipa",
    "disgust": "disgust 嫌悪 ジト目 呆れ 혐오 경멸 厌恶 嫌弃 taoyan jitome",
    "neutral": "normal default 通常 無表情 기본 默认 neutral",
}


@pytest.mark.parametrize(("emotion", "name"), [(one, name) for one, names in SURE.items() for name in names.split()])
def test_names(emotion: str, name: str) -> None:
    assert guess.feeling(name) == (emotion, True)


@pytest.mark.parametrize(
    "name", ["F01", "exp_03", "expression5", "", "___", "Param59", "hat", "coat on", "表情", "표정", "💢"]
)
def test_names_that_say_nothing(name: str) -> None:
    assert guess.feeling(name) is None


@pytest.mark.parametrize(
    ("name", "meaning"), [("smile_cry", None), ("unhappyface", "joy"), ("困り笑い", "joy"), ("sadangry", None)]
)
def test_names_that_say_too_much_are_not_sure(name: str, meaning: str | None) -> None:
    found = guess.feeling(name)
    assert found is not None and not found.sure
    assert meaning is None or found.meaning == meaning


def test_a_longer_word_tells_more() -> None:
    """坏笑 is a smirk though there is a laugh in it, and 惊喜 a surprise though there is joy in it."""
    assert guess.feeling("坏笑") == ("smirk", True)
    assert guess.feeling("冷や汗") == ("fear", True)
    assert guess.feeling("嫌そうな顔") == ("disgust", True)


def test_no_word_means_two_things() -> None:
    words = [word for text in EMOTION_WORDS.values() for word in text.split()]
    assert sorted(words) == sorted(set(words))
    assert set(EMOTION_WORDS) == set(EMOTIONS)


@given(st.text(max_size=40))
def test_any_name_is_survived(name: str) -> None:
    found = guess.feeling(name)
    assert found is None or found.meaning in EMOTIONS


@pytest.mark.parametrize(
    ("name", "meaning"),
    [("Idle", "idle"), ("TapBody", "tap"), ("tap_head", "tap"), ("待機", "idle"), ("触摸", "tap"), ("Talk01", "talk"),
     ("말하기", "talk"), ("대기", "idle"), ("喋り", "talk"), ("FlickUp", "tap")],
)  # fmt: skip
def test_occasions(name: str, meaning: str) -> None:
    found = guess.occasion(name)
    assert found is not None and found.meaning == meaning


VALUES: list[tuple[str | None, dict[str, float]]] = [
    ("joy", {"ParamMouthForm": 1, "ParamEyeLSmile": 1, "ParamEyeRSmile": 1}),
    ("joy", {"PARAM_MOUTH_FORM": 1, "PARAM_EYE_L_OPEN": -1, "PARAM_EYE_R_OPEN": -1, "PARAM_EYE_L_SMILE": 1,
             "PARAM_EYE_R_SMILE": 1}),
    ("anger", {"ParamBrowLAngle": -1, "ParamBrowRAngle": -1, "ParamMouthForm": -1}),
    ("anger", {"ParamBrowLAngle": -0.9, "ParamBrowRAngle": -0.9}),
    ("sadness", {"ParamBrowLAngle": 1, "ParamBrowRAngle": 1, "ParamMouthForm": -1, "ParamEyeLOpen": -0.2,
                 "ParamEyeROpen": -0.2}),
    ("surprise", {"ParamEyeLOpen": 0.5, "ParamEyeROpen": 0.5, "ParamBrowLY": 1, "ParamBrowRY": 1,
                  "ParamMouthOpenY": 0.6}),
    ("disgust", {"ParamEyeLOpen": -0.6, "ParamEyeROpen": -0.6, "ParamMouthForm": -1, "ParamBrowLY": -0.5,
                 "ParamBrowRY": -0.5}),
    ("smirk", {"ParamEyeLOpen": -1, "ParamMouthForm": 1}),
    (None, {"ParamAngleX": 10}),
    (None, {}),
    (None, {"Param7": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("emotion", "added"), VALUES, ids=[f"{n}-{x[0]}" for n, x in enumerate(VALUES)])
def test_values(emotion: str | None, added: dict[str, float]) -> None:
    moved = guess.changes(Expression({name: Effect("add", (value,)) for name, value in added.items()}))
    found = guess.by_values(moved)
    assert (found.meaning if found else None) == emotion


@given(
    st.dictionaries(st.sampled_from(["ParamMouthForm", "ParamBrowLAngle", "ParamEyeLOpen", "X"]), st.floats(-30, 30))
)
def test_any_values_are_survived(moved: dict[str, float]) -> None:
    found = guess.by_values(moved)
    assert found is None or found.meaning in EMOTIONS


def test_changes_by_how_they_are_blended() -> None:
    found = guess.changes(
        Expression({
            "PARAM_EYE_L_OPEN": Effect("multiply", (0.5,)),
            "ParamEyeROpen": Effect("overwrite", (0.0,)),
            "ParamMouthForm": Effect("add", (1.0,)),
            "Param9": Effect("multiply", (0.5,)),
        })
    )  # fmt: skip
    assert found == {"ParamEyeLOpen": -0.5, "ParamEyeROpen": -1.0, "ParamMouthForm": 1.0, "Param9": 0.0}


def guesses(folder: Path, expressions: dict[str, Any], names: dict[str, str] | None = None) -> dict[str, guess.Guess]:
    files: dict[str, Any] = {f"e/{number}.json": data for number, data in enumerate(expressions.values())}
    told = [{"Name": name, "File": f"e/{number}.json"} for number, name in enumerate(expressions)]
    files["mia.cdi3.json"] = models.cdi3(**(names or {}))
    return guess.emotions(model_file.read(models.write(folder, files, Expressions=told, Motions={})))


def test_a_name_goes_before_values_and_sure_before_unsure(tmp_path: Path) -> None:
    smile = exp3(("ParamMouthForm", 1), ("ParamEyeLSmile", 1), ("ParamEyeRSmile", 1))
    found = guesses(tmp_path, {"F01": smile, "unhappyface": exp3(("X", 1)), "にっこり": exp3(("Y", 1))})
    assert (found["joy"].expression, found["joy"].sure, found["joy"].why) == ("にっこり", True, "name")


def test_a_name_that_the_values_contradict_is_not_sure(tmp_path: Path) -> None:
    found = guesses(tmp_path, {"smile": exp3(("ParamBrowLAngle", -1), ("ParamBrowRAngle", -1), ("ParamMouthForm", -1))})
    assert (found["joy"].expression, found["joy"].sure) == ("smile", False)


def test_what_an_expression_switches_on(tmp_path: Path) -> None:
    found = guesses(tmp_path, {"F07": exp3(("Param12", 1), ("Param13", 0))}, {"Param12": "涙", "Param13": "怒りマーク"})
    assert (found["sadness"].expression, found["sadness"].sure, found["sadness"].why) == ("F07", True, "part")


def test_a_model_without_expressions_has_faces_of_standard_parameters(tmp_path: Path) -> None:
    found = guesses(tmp_path, {}, {name: "" for name in ("ParamMouthForm", "PARAM_BROW_L_ANGLE", "ParamEyeLSmile")})
    assert set(found) == {"joy", "smirk", "anger", "sadness", "surprise", "fear", "disgust"}
    assert all(one.expression is None and not one.sure and one.why == "made" for one in found.values())
    assert found["sadness"].values == {
        "ParamBrowLAngle": 0.9, "ParamMouthForm": -0.9, "ParamEyeLOpen": -0.3, "ParamEyeROpen": -0.3,
    }  # fmt: skip
    assert list(guesses(tmp_path, {}, {"ParamAngleX": ""})) == []


def test_the_moc_knows_more_ids(tmp_path: Path) -> None:
    model = model_file.read(models.write(tmp_path, Expressions=[], Motions={}, DisplayInfo=None))
    assert "surprise" in guess.emotions(model, ["ParamBrowLY", "ParamMouthOpenY"])


def test_motions(tmp_path: Path) -> None:
    found = guess.motions(model_file.read(models.write(tmp_path)))
    assert {name: [(one.group, one.number) for one in members] for name, members in found.items()} == {
        "idle": [("Idle", 0)], "tap": [("", 0)], "talk": [],
    }  # fmt: skip
