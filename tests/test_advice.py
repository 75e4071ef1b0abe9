"""What a talk lacks in its language, the command that mends it, and how often it is said."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from vtuber_cli import advice, bootstrap, i18n, paths
from vtuber_cli.advice import Lack
from vtuber_cli.tui.feed import notice_lines
from vtuber_cli.weights import Catalog, Model, Weights
from vtuber_cli.weights import catalog as catalogue_file

TODAY = date(2026, 11, 23)


def korean(name: str, kind: str, engine: str, quality: str = "good", cost: float = 0.05) -> Model:
    """A model that speaks Korean and is not here."""
    return Model.model_validate(
        {
            "name": name, "kind": kind, "title": name, "engine": engine, "languages": ("ko",),
            "quality": {"ko": quality}, "cost": cost, "licence": "MIT", "size": 1, "note": {"en": "-", "ko": "-"},
            "files": [{"path": "a", "size": 1, "sha256": "0" * 64}],
            "sources": [{"type": "library", "package": "none", "module": "no_such_module", "folder": "a"}],
        }
    )  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path):
    """The weights of a machine with nothing but what is built in, for whom the catalogue knows these Korean models."""

    def make(*more: Model) -> Weights:
        shipped = catalogue_file.load()
        spoken = [model for model in shipped.models if model.name in ("smollm2-135m", "hibari", "espeak", "silero")]
        return Weights(tmp_path / "models", catalog=Catalog(version=1, default=(), models=(*spoken, *more)))

    return make


def said(weights: Weights, language: str, mind: str | None = "smollm2-135m", voice: str | None = "espeak") -> str:
    """Both lines, or nothing."""
    lacking = advice.lacks(weights, language, [("llm", mind), ("tts", voice)])
    notice = advice.notice(lacking, language)
    return "" if notice is None else " / ".join(notice_lines(notice))


# --- what is said -----------------------------------------------------------------------------------------------


def test_a_mind_without_korean_and_a_robot_are_said_with_one_command(shelf) -> None:
    weights = shelf(korean("mind-ko", "llm", "llama"), korean("voice-ko", "tts", "piper"))
    line = said(weights, "ko")
    assert "smollm2-135m speaks no Korean" in line and "espeak speaks Korean like a robot" in line
    assert line.endswith("better: vtuber models get mind-ko voice-ko")


def test_in_korean_it_is_korean(shelf) -> None:
    i18n.set_language("ko")
    line = said(shelf(korean("voice-ko", "tts", "piper")), "ko")
    assert "smollm2-135m 모델은 한국어를 몰라서" in line and line.endswith("더 낫게: vtuber models get voice-ko")


def test_the_fastest_of_the_best_is_named(shelf) -> None:
    weights = shelf(
        korean("fair-ko", "tts", "piper", "fair", cost=0.01),
        korean("slow-ko", "tts", "piper", cost=0.5),
        korean("quick-ko", "tts", "piper", cost=0.1),
        korean("late-ko", "tts", "piper", cost=5.0),
    )
    assert said(weights, "ko").endswith("vtuber models get quick-ko")


def test_no_command_is_promised_that_would_not_mend_it(shelf) -> None:
    nothing = said(shelf(korean("poor-ko", "llm", "llama", "poor"), korean("odd-ko", "llm", "no-such")), "ko")
    assert "models get" not in nothing and nothing.endswith("--set engines.llm.options.model=FILE.gguf")
    only_voice = said(shelf(korean("mind-ko", "llm", "llama")), "ko", mind="mind-ko")
    assert only_voice.endswith("vtuber engines tts shows what a voice can be made of")


def test_without_a_voice_it_is_said_that_words_are_shown(shelf) -> None:
    for voice in (None, "hibari"):
        assert "There is no Korean voice here" in said(shelf(), "ko", voice=voice)


def test_what_does_well_is_not_spoken_of(shelf) -> None:
    weights = shelf(korean("mind-ko", "llm", "llama"), korean("voice-ko", "tts", "piper", "fair"))
    assert said(weights, "ko", mind="mind-ko", voice="voice-ko") == ""


def test_a_language_that_nobody_named_is_called_by_its_code(shelf) -> None:
    assert "speaks no de" in said(shelf(), "de")


# --- how often --------------------------------------------------------------------------------------------------


LACKING = [Lack("llm", "foreign", "smollm2-135m", "mind-ko")]


def test_it_is_said_once_and_again_after_a_week() -> None:
    assert advice.worth_saying(LACKING, "ko", TODAY)
    assert not advice.worth_saying(LACKING, "ko", TODAY)
    assert not advice.worth_saying(LACKING, "ko", TODAY + timedelta(days=6))
    assert advice.worth_saying(LACKING, "ko", TODAY + timedelta(days=7))
    assert not advice.worth_saying(LACKING, "ko", TODAY + timedelta(days=8))


def test_a_clock_that_was_wrong_silences_nothing_for_years() -> None:
    assert advice.worth_saying(LACKING, "ko", TODAY + timedelta(days=3650))
    assert advice.worth_saying(LACKING, "ko", TODAY)


def test_a_change_is_news() -> None:
    assert advice.worth_saying(LACKING, "ko", TODAY)
    assert advice.worth_saying([Lack("llm", "foreign", "smollm2-135m", "better-ko")], "ko", TODAY)
    assert advice.worth_saying([*LACKING, Lack("tts", "poor", "espeak", None)], "ko", TODAY)
    assert advice.worth_saying(LACKING, "ja", TODAY)
    assert not advice.worth_saying(LACKING, "ko", TODAY)


def test_nothing_is_never_worth_saying() -> None:
    assert not advice.worth_saying([], "ko", TODAY)
    assert not paths.data_dir().exists()


@pytest.mark.parametrize("kept", [b"", b"[1]", b"\xff", b'{"ko llm:smollm2-135m:mind-ko": 7}'])
def test_a_damaged_memory_is_a_fresh_one(kept: bytes) -> None:
    paths.data_dir().mkdir(parents=True)
    (paths.data_dir() / "advice.json").write_bytes(kept)
    assert advice.worth_saying(LACKING, "ko", TODAY)
    assert not advice.worth_saying(LACKING, "ko", TODAY)


def test_where_nothing_can_be_kept_it_is_said_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("VTUBER_HOME", str(tmp_path / "file"))
    assert advice.worth_saying(LACKING, "ko", TODAY)
    assert advice.worth_saying(LACKING, "ko", TODAY)


def test_the_memory_does_not_grow_for_ever() -> None:
    for number in range(120):
        advice.worth_saying([Lack("llm", "foreign", f"m{number}", None)], "ko", TODAY)
    assert len((paths.data_dir() / "advice.json").read_text(encoding="utf-8").splitlines()) < 60


# --- in a talk --------------------------------------------------------------------------------------------------


def advised(flags: dict[str, object], *, advises: bool = True) -> tuple[bool, set[str]]:
    """Whether a talk has advice, and the kinds of which nothing more need be said."""
    manner = bootstrap.manner_of(bootstrap.plan(flags), bootstrap.Occasion(advises=advises))
    return manner.advice is not None, set(manner.judged)


def test_a_talk_is_advised_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert advised({"language": "ko"}, advises=False) == (False, {"llm", "tts"})
    assert advised({"language": "ko"}) == (True, {"llm", "tts"})
    assert advised({"language": "ko"}) == (False, {"llm", "tts"})


def test_of_what_the_catalogue_does_not_know_the_talk_itself_speaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own = {"language": "ko", "engines.llm.options.model": "./own.gguf", "engines.tts.name": "echo"}
    assert advised(own) == (False, set())
