"""From settings to engines: who talks, in which language, with which models; nothing is loaded here."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from vtuber_cli import bootstrap, config
from vtuber_cli.audio.silent import CaptionSpeaker
from vtuber_cli.engines import registry
from vtuber_cli.errors import ConfigError, EngineUnavailable, UsageError
from vtuber_cli.i18n import t
from vtuber_cli.weights import Weights

ECHO: dict[str, object] = {f"engines.{kind}.name": "echo" for kind in ("vad", "asr", "llm", "tts")}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("VTUBER_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "home"


def born(home: Path, **wishes: object) -> None:
    """Makes a character, `rin`, who speaks Korean first."""
    folder = home / "data" / "characters" / "rin"
    folder.mkdir(parents=True)
    said = {
        "id": "rin",
        "languages": ["ko", "en"],
        "name": {"ko": "린", "en": "Rin"},
        "persona": {"ko": "당신은 린이에요.", "en": "You are Rin."},
        **wishes,
    }
    (folder / "character.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")


@pytest.fixture
def rin(home: Path) -> str:
    """A character with two voices of one engine."""
    korean = {"engine": "piper", "options": {"model": "korean-voice", "volume": 1.1}}
    born(home, voices={"ko": korean, "en": {"engine": "piper", "options": {"model": "piper-joe"}}})
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
    assert voices({})["en"] == ("hibari", "hibari")


def test_a_language_without_a_voice_of_hers_stays_without(home: Path) -> None:
    born(home, voices={"en": {"engine": "hibari"}, "ko": None})
    assert voices({"character": "rin", "language": "ko"}) == {"en": ("hibari", "hibari")}


def test_a_voice_left_to_auto_is_the_best_that_is_here(home: Path) -> None:
    born(home, voices={"en": {"engine": "auto"}, "ko": {"engine": "auto"}})
    assert voices({"character": "rin"}) == {"en": ("hibari", "hibari"), "ko": ("espeak", "espeak")}
    assert voices({"language": "ko"}) == {"en": ("hibari", "hibari"), "ko": ("espeak", "espeak")}  # Mika's


def test_a_voice_left_to_auto_may_have_options(home: Path) -> None:
    born(home, voices={"en": {"engine": "auto", "options": {"volume": 1.5}}})
    assert getattr(bootstrap.plan({"character": "rin"}).voices["en"].options, "volume", None) == 1.5


def test_auto_without_any_voice_is_silence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {name: ("no_such_module",) for name in ("hibari", "piper", "espeak", "sherpa-onnx")}
    monkeypatch.setattr("vtuber_cli.engines.registry.LIBRARIES", gone)
    born(home, voices={"en": {"engine": "auto"}, "ko": {"engine": "auto"}})
    assert voices({"character": "rin"}) == {}


def test_her_own_voice_does_not_change_with_what_else_is_installed(home: Path, tmp_path: Path) -> None:
    born(home, voices={"en": {"engine": "piper"}})
    assert voices({"character": "rin"}) == {"en": ("piper", "piper-joe")}
    assert bootstrap.plan({"character": "rin"}).voices["en"].pick is None


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


@pytest.mark.parametrize(
    ("language", "ears"), [("en", ("sherpa-onnx", "moonshine-tiny-en")), ("ko", ("faster-whisper", "whisper-base"))]
)
def test_auto_goes_by_the_language(language: str, ears: tuple[str, str]) -> None:
    plan = bootstrap.plan({"language": language})
    assert {kind: (one.name, one.model) for kind, one in plan.engines.items()} == {
        "vad": ("silero", "silero"),
        "asr": ears,
        "llm": ("llama", "smollm2-135m"),
    }
    assert plan.engines["asr"].pick is not None


def installed(name: str) -> None:
    """Files of the right sizes where a model would be; nothing reads them here."""
    model = Weights().catalog.find(name)
    assert model is not None
    for file in model.files:
        place = Weights().folder / name / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as stream:
            stream.truncate(file.size)


def test_what_is_here_is_not_fetched_anew() -> None:
    installed("whisper-base")
    assert bootstrap.plan({"language": "en"}).engines["asr"].model == "whisper-base"
    installed("moonshine-tiny-en")
    assert bootstrap.plan({"language": "en"}).engines["asr"].model == "moonshine-tiny-en"
    assert bootstrap.plan({"language": "ko"}).engines["asr"].model == "whisper-base"


def test_a_model_alone_brings_its_engine() -> None:
    ears = bootstrap.plan({"engines.asr.options.model": "whisper-base"}).engines["asr"]
    assert (ears.name, ears.model, ears.pick) == ("faster-whisper", "whisper-base", None)
    assert bootstrap.plan({"engines.llm.options.model": "./x.gguf"}).engines["llm"].name == "llama"
    voice = bootstrap.plan({"engines.tts.name": "auto", "engines.tts.options.model": "piper-joe"}).voices["en"]
    assert (voice.name, voice.model) == ("piper", "piper-joe")


def test_options_alone_mean_an_engine_that_knows_them() -> None:
    ears = bootstrap.plan({"language": "en", "engines.asr.options.threads": 3}).engines["asr"]
    assert (ears.name, getattr(ears.options, "threads", None)) == ("sherpa-onnx", 3)
    fields = set(registry.load("asr", "faster-whisper").Options.model_fields)
    only = sorted(fields - set(registry.load("asr", "sherpa-onnx").Options.model_fields))[0]
    default = registry.load("asr", "faster-whisper").Options().model_dump()[only]
    ears = bootstrap.plan({"language": "en", f"engines.asr.options.{only}": default}).engines["asr"]
    assert (ears.name, ears.model) == ("faster-whisper", "whisper-base")


def test_an_engine_alone_takes_the_best_of_its_models_that_is_here() -> None:
    assert bootstrap.plan({"language": "ko", "engines.asr.name": "sherpa-onnx"}).engines["asr"].pick is None
    installed("whisper-base")
    ears = bootstrap.plan({"language": "ko", "engines.asr.name": "faster-whisper"}).engines["asr"]
    assert ears.pick is not None and ears.pick.reason == "only"


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
    assert sorted(plan.models()) == ["espeak", "hibari", "moonshine-tiny-en", "silero", "smollm2-135m"]
    assert sorted(plan.models(hears=False)) == ["espeak", "hibari", "smollm2-135m"]
    assert all(plan.weights.catalog.find(name) for name in plan.models())


@pytest.mark.parametrize("language", ["en", "ko"])
def test_echoes_need_no_model_in_any_language(language: str) -> None:
    assert bootstrap.plan(ECHO | {"language": language}).models() == []


def test_a_korean_talk_is_korean_and_fetches_what_may_be_said_in_english() -> None:
    plan = bootstrap.plan({"language": "ko"})
    assert plan.language == "ko"
    assert sorted(plan.models()) == ["espeak", "hibari", "silero", "smollm2-135m", "whisper-base"]
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


async def test_a_talk_that_is_resumed_tells_who_said_what() -> None:
    kept = bootstrap.history()
    talk = await kept.open_talk("jun", "en")
    await kept.add_user(talk, 1, "Who are you?", "text")
    for speaker in ("jun", "mika", "gone"):
        await kept.end_reply(await kept.start_reply(talk, 1, speaker), f"I am {speaker}.", False)
    plan = bootstrap.plan({"engines.llm.name": "echo", "language": "en", "character": "mika"})
    session = bootstrap.session(plan, None, CaptionSpeaker(), kept, bootstrap.Occasion(resume=talk))
    assert [(one.text, one.name) for one in session.past] == [
        ("Who are you?", ""),
        ("I am jun.", "Jun"),
        ("I am mika.", ""),
        ("I am gone.", "gone"),
    ]
    kept.close()
