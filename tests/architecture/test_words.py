"""Words for people: both languages have the same, and every key the source names exists."""

from __future__ import annotations

import ast
import json
import re
import string
from pathlib import Path

import pytest

import vtuber_cli
from vtuber_cli import config

PACKAGE = Path(vtuber_cli.__file__).parent
LOCALES = PACKAGE / "locales"
AREAS = sorted({file.name for file in LOCALES.glob("*/*.json")})
SOURCES = sorted([*PACKAGE.rglob("*.py"), *(PACKAGE.parent / "scripts").glob("*.py")])

# A pair of particles left to the reader, as in 이(가) or 을/를: `{name:이/가}` picks the right one.
BARE_PARTICLE = re.compile(
    r"[은는이가을를과와]\([은는이가을를과와]\)|\((으)\)로|(?<![:은이을과])(은/는|이/가|을/를|과/와)"
)


def words(language: str, area: str) -> dict[str, str]:
    def unique(pairs: list[tuple[str, str]]) -> dict[str, str]:
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), f"a key twice in {language}/{area}"
        return dict(pairs)

    return json.loads((LOCALES / language / area).read_text(encoding="utf-8"), object_pairs_hook=unique)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("area", AREAS)
def test_both_languages_have_the_same_keys_and_placeholders(area: str) -> None:
    english, korean = words("en", area), words("ko", area)
    assert english.keys() == korean.keys()
    assert {key: placeholders(english[key]) for key in english} == {key: placeholders(korean[key]) for key in korean}


@pytest.mark.parametrize("area", AREAS)
def test_korean_leaves_no_particle_to_the_reader(area: str) -> None:
    for key, text in words("ko", area).items():
        bare = re.sub(r"\{[^}]*\}", "", text)
        assert not BARE_PARTICLE.search(bare), f"{key}: {text}"


@pytest.mark.parametrize("area", AREAS)
def test_only_korean_picks_particles_and_only_in_pairs_we_know(area: str) -> None:
    pairs = {
        "",
        "이/가",
        "은/는",
        "을/를",
        "과/와",
        "으로/로",
        "이에요/예요",
        "아/야",
        "이나/나",
        "이라/라",
        "이라는/라는",
    }
    for language in ("en", "ko"):
        for key, text in words(language, area).items():
            specs = {spec for _, name, spec, _ in string.Formatter().parse(text) if name is not None and "/" in spec}
            assert specs <= (pairs if language == "ko" else set()), f"{language} {key}: {text}"


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_words_carry_no_control_codes(language: str, area: str) -> None:
    for key, text in words(language, area).items():
        assert isinstance(text, str), key
        assert all(c.isprintable() or c == "\n" for c in text), key


def named_keys() -> dict[str, str]:
    """Every string in the source that looks like a key of an existing area, or the fixed start of one, and where."""
    areas = "|".join(re.escape(area.removesuffix(".json")) for area in AREAS)
    key = re.compile(rf"({areas})\.[a-z0-9_]+(\.[a-z0-9_]*)*")
    found: dict[str, str] = {}
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and key.fullmatch(node.value):
                found.setdefault(node.value, f"{file.relative_to(PACKAGE.parent)}:{node.lineno}")
    return found


def test_every_key_named_in_the_source_exists() -> None:
    known = {f"{area.removesuffix('.json')}.{key}" for area in AREAS for key in words("en", area)}
    # Settings have names of the same form, and the doctor says its checks' names without its area.
    known |= set(config.fields()) | {key.removeprefix("doctor.") for key in known}
    files = (".py", ".json", ".yaml", ".db", ".log", ".toml", ".token", ".html")
    missing = {
        key: where
        for key, where in named_keys().items()
        if key not in known and not key.endswith(files)
        # f"audio.no_{kind}" names every key that begins so.
        if not (key.endswith(("_", ".")) and any(each.startswith(key) for each in known))
    }
    assert not missing


def test_the_scan_sees_keys() -> None:
    assert "cli.unknown_language" in named_keys()


def error_calls(tree: ast.Module) -> list[ast.Call]:
    """Calls that make one of our errors, by class name."""
    from vtuber_cli import errors

    ours = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ours]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_every_error_is_made_of_a_key_never_of_a_sentence(file: Path) -> None:
    for call in error_calls(ast.parse(file.read_text(encoding="utf-8"))):
        if not call.args or not isinstance(call.args[0], ast.Constant):
            continue
        key = call.args[0].value
        assert isinstance(key, str), f"{file.name}:{call.lineno}"
        area, _, rest = key.partition(".")
        assert f"{area}.json" in AREAS, f"{file.name}:{call.lineno}: no area file for {key}"
        assert rest in words("en", f"{area}.json"), f"{file.name}:{call.lineno}: {key}"
