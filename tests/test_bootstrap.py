"""From settings to engines: who talks, in which language, with which models; nothing is loaded here."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from vtuber_cli import bootstrap, config
from vtuber_cli.audio.silent import CaptionSpeaker
from vtuber_cli.errors import ConfigError, EngineUnavailable, UsageError
from vtuber_cli.i18n import t

ECHO: dict[str, object] = {f"engines.{kind}.name": "echo" for kind in ("vad", "asr", "llm", "tts")}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "home"


@pytest.fixture
def rin(home: Path) -> str:
    """A character with two voices of one engine, who speaks Korean first."""
    folder = home / "data" / "characters" / "rin"
    folder.mkdir(parents=True)
    said = {
        "id": "rin",
        "languages": ["ko", "en"],
        "name": {"ko": "린", "en": "Rin"},
        "persona": {"ko": "당신은 린이에요.", "en": "You are Rin."},
        "voices": {
            "ko": {"engine": "piper", "options": {"model": "korean-voice", "volume": 1.1}},
            "en": {"engine": "piper", "options": {"model": "piper-joe"}},
        },
    }
    (folder / "character.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    return "rin"


def refused(flags: dict[str, object]) -> str:
    """The words of the user's mistake."""
    with pytest.raises(UsageError) as raised:
        bootstrap.plan(flags)
    return t(raised.value.key, **raised.value.params)


def voices(flags: dict[str, object]) -> dict[str, tuple[str, str | None]]:
    """The engine and the model of each language's voice."""
    return {language: (one.name, one.model) for language, one in bootstrap.plan(flags).voices.items()}


# --- voices -----------------------------------------------------------------------------------------------------


def test_without_a_wish_her_voices_are_her_own(rin: str) -> None:
    hers = {"ko": ("piper", "korean-voice"), "en": ("piper", "piper-joe")}
    assert voices({"character": rin, "language": "ko"}) == hers
    assert voices({"character": rin, "language": "en"}) == hers
    assert voices({}) == {"en": ("hibari", "hibari")}


def test_a_language_without_a_voice_of_hers_stays_without() -> None:
    assert voices({"language": "ko"}) == {"en": ("hibari", "hibari")}


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("character", ["mika", "rin"])
def test_a_voice_that_was_asked_for_speaks_every_language(language: str, character: str, rin: str) -> None:
    flags = {"character": character, "language": language, "engines.tts.name": "echo"}
    assert voices(flags) == {"ko": ("echo", None), "en": ("echo", None)}
    plan = bootstrap.plan(flags)
    assert plan.voices["ko"] is plan.voices["en"]  # and so has one worker, and is loaded once


def test_it_may_be_asked_for_in_a_file_or_a_variable(rin: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.user_file().parent.mkdir(parents=True)
    config.user_file().write_text("engines: {tts: {name: hibari}}\n", encoding="utf-8")
    assert voices({"character": rin}) == {"ko": ("hibari", "hibari"), "en": ("hibari", "hibari")}
    monkeypatch.setenv("VTUBER_ENGINES__TTS__NAME", "echo")
    assert voices({"character": rin}) == {"ko": ("echo", None), "en": ("echo", None)}


def test_asking_for_auto_is_asking_for_her_own(rin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_ENGINES__TTS__NAME", "echo")
    hers = {"ko": ("piper", "korean-voice"), "en": ("piper", "piper-joe")}
    assert voices({"character": rin, "engines.tts.name": "auto"}) == hers


def test_an_option_of_hers_may_be_changed_and_the_voice_stays(rin: str) -> None:
    plan = bootstrap.plan({"character": rin, "language": "ko", "engines.tts.options.volume": "0.9"})
    korean, english = plan.voices["ko"], plan.voices["en"]
    assert (korean.model, getattr(korean.options, "volume", None)) == ("korean-voice", 0.9)
    assert (english.model, getattr(english.options, "volume", None)) == ("piper-joe", 1.4)


# --- engines ----------------------------------------------------------------------------------------------------


def test_auto_means_an_engine_of_each_kind() -> None:
    plan = bootstrap.plan()
    assert {kind: one.name for kind, one in plan.engines.items()} == {
        "vad": "silero",
        "asr": "faster-whisper",
        "llm": "llama",
    }


@pytest.mark.parametrize("kind", ["vad", "asr", "llm", "tts"])
def test_an_unknown_engine_is_refused_with_the_nearest(kind: str) -> None:
    said = refused({f"engines.{kind}.name": "ecko"})
    assert "ecko" in said
    assert "echo" in said


@pytest.mark.parametrize(
    ("option", "value"), [("threshold_dbfs", "loud"), ("threshold_dbfs", "1000"), ("no_such_option", "1")]
)
def test_a_wrong_option_is_refused_by_its_whole_name(option: str, value: str) -> None:
    said = refused(ECHO | {f"engines.vad.options.{option}": value})
    assert "engines.vad.options" in said and option in said
    assert "echo" in said


def test_options_of_another_engine_do_not_reach_this_one(home: Path) -> None:
    config.user_file().parent.mkdir(parents=True)
    config.user_file().write_text("engines: {llm: {name: llama, options: {model: x.gguf}}}\n", encoding="utf-8")
    assert bootstrap.plan().engines["llm"].model == "x.gguf"
    assert bootstrap.plan({"engines.llm.name": "echo"}).engines["llm"].model is None


def test_a_library_that_is_not_there_is_said_before_the_talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "site" / "odd_engine-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-engine\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[vtuber.llm]\nodd = no_such_library:Odd\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")
    with pytest.raises(EngineUnavailable):
        bootstrap.plan({"engines.llm.name": "odd"})


def test_an_unknown_character_and_an_unknown_setting_are_refused() -> None:
    assert "mika" in refused({"character": "mikka"})
    with pytest.raises(ConfigError) as raised:
        bootstrap.plan({"talk.hangover": 500})
    assert "hangover_ms" in t(raised.value.key, **raised.value.params)


# --- what has to be fetched -------------------------------------------------------------------------------------


def test_the_models_of_a_talk_are_what_its_engines_load() -> None:
    plan = bootstrap.plan()
    assert sorted(plan.models()) == ["hibari", "silero", "smollm2-135m", "whisper-base"]
    assert sorted(plan.models(hears=False)) == ["hibari", "smollm2-135m"]
    assert all(plan.weights.catalog.find(name) for name in plan.models())


@pytest.mark.parametrize("language", ["en", "ko"])
def test_echoes_need_no_model_in_any_language(language: str) -> None:
    assert bootstrap.plan(ECHO | {"language": language}).models() == []


def test_a_korean_talk_is_korean_and_fetches_what_may_be_said_in_english() -> None:
    plan = bootstrap.plan({"language": "ko"})
    assert plan.language == "ko"
    assert sorted(plan.models()) == ["hibari", "silero", "smollm2-135m", "whisper-base"]
    assert plan.character.system_prompt("ko") == bootstrap.instructions(plan.character, "ko")[0].text


def test_models_are_looked_for_where_the_settings_say(tmp_path: Path) -> None:
    assert bootstrap.plan({"models_dir": str(tmp_path)}).weights.folder == tmp_path


# --- the session ------------------------------------------------------------------------------------------------


async def test_a_session_is_put_together_without_loading_anything() -> None:
    plan = bootstrap.plan(ECHO | {"language": "ko"})
    session = bootstrap.session(plan, None, CaptionSpeaker(), None, bootstrap.Occasion())
    assert session.name == plan.character.display_name("ko")
    assert session.phase == "loading"
    assert not session.can_listen
    await session.close()
