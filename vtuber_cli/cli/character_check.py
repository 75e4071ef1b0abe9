"""What is right about a character and could be better: said by `vtuber character check`, and never an error."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from vtuber_cli.errors import ConfigError

if TYPE_CHECKING:
    from vtuber_cli.character import Character
    from vtuber_cli.yaml_file import Document

_LONG_PROMPT = 900
"""Tokens before the first question that small models lose the thread of, and slow machines read for seconds."""
_LETTERS_A_TOKEN = 4.0
_KOREAN_LETTERS_A_TOKEN = 1.2
_DARKEST = 3.0
"""The contrast below which a colour is hardly seen; WCAG asks it of large text."""


def remarks(file: Path) -> list[ConfigError]:
    """The remarks on a file that is right, from top to bottom."""
    from vtuber_cli import yaml_file
    from vtuber_cli.character import Character

    document = yaml_file.load(file)
    person = yaml_file.validate(document, Character)
    found = [*_what_is_missing(document, person), *_voices(document, person), *_look(document, person)]
    return sorted(found, key=lambda one: int(str(one.params["line"])))


def prompt_tokens(person: Character, language: str) -> int:
    """About how many tokens a model reads before the first question."""
    text = person.system_prompt(language) + "".join(f"{a}{b}" for a, b in person.example_talk(language))
    korean = sum("가" <= letter <= "힣" for letter in text)
    return round(korean / _KOREAN_LETTERS_A_TOKEN + (len(text) - korean) / _LETTERS_A_TOKEN)


def _what_is_missing(document: Document, person: Character) -> Iterator[ConfigError]:
    for language in person.languages:
        if not person.examples.get(language):
            yield document.refusal("character.no_examples", ("examples",), language=language)
        if not person.greetings.get(language):
            yield document.refusal("character.no_greeting", ("greetings",), language=language)
        has_place = "{openers}" in person.persona[language]
        if has_place and not person.openers.get(language):
            yield document.refusal("character.no_openers", ("persona", language), language=language)
        elif person.openers.get(language) and not has_place:
            yield document.refusal("character.unused_openers", ("openers", language), language=language)
        if (tokens := prompt_tokens(person, language)) > _LONG_PROMPT:
            yield document.refusal("character.long_prompt", ("persona", language), language=language, tokens=tokens)
    for name in ("persona", "examples", "greetings", "openers", "voices"):
        for language in getattr(person, name):
            if language not in person.languages:
                yield document.refusal("character.unspoken", (name, language), language=language)


def _voices(document: Document, person: Character) -> Iterator[ConfigError]:
    from vtuber_cli.engines import registry

    known = registry.names("tts")
    for language in person.languages:
        if language not in person.voices:
            yield document.refusal("character.no_voice", ("voices",), language=language)
    for language, voice in person.voices.items():
        if voice is not None and voice.engine not in ("auto", *known):
            nearest = "".join(get_close_matches(voice.engine, known, n=1, cutoff=0.4))
            words = "character.unknown_voice_nearest" if nearest else "character.unknown_voice"
            key = ("voices", language, "engine")
            yield document.refusal(words, key, engine=voice.engine, nearest=nearest, names=", ".join(known))


def _look(document: Document, person: Character) -> Iterator[ConfigError]:
    from vtuber_cli.tui.themes import DAY_GROUNDS, NIGHT_GROUNDS, contrast, readable

    accent, background = person.theme.accent, person.theme.background
    if background is not None and contrast(accent, background) < _DARKEST:
        ratio = f"{contrast(accent, background):.1f}"
        yield document.refusal("character.pale_accent", ("theme", "accent"), ratio=ratio, background=background)
    elif contrast(accent, NIGHT_GROUNDS.background) < _DARKEST:
        shown = readable(accent, NIGHT_GROUNDS)
        yield document.refusal("character.dark_accent", ("theme", "accent"), accent=accent, shown=shown)
    elif contrast(accent, DAY_GROUNDS.background) < 1.25:
        shown = readable(accent, DAY_GROUNDS)
        yield document.refusal("character.light_accent", ("theme", "accent"), accent=accent, shown=shown)
