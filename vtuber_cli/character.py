"""A character: who she is, what she says first, how she sounds. A folder with a `character.yaml`, and no code.

A character may have been downloaded. Its text is cleaned of everything a terminal would act on, nothing in it is
expanded, its keys are checked as `config.check_foreign` says, and it is looked up from a scan of the folders, never by
joining what somebody typed to a path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, Field, model_validator

from vtuber_cli import paths, yaml_file
from vtuber_cli.clean import clean, one_line
from vtuber_cli.config import CHARACTER_ID, EngineChoice, Reply, Section, check_foreign, foreign
from vtuber_cli.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

T = TypeVar("T")

FILE = "character.yaml"


Text: TypeAlias = Annotated[str, Field(max_length=8000), AfterValidator(clean), AfterValidator(str.strip)]
Line: TypeAlias = Annotated[str, Field(max_length=400), AfterValidator(one_line)]
LanguageCode: TypeAlias = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
EmotionName: TypeAlias = Literal["neutral", "joy", "smirk", "anger", "sadness", "surprise", "fear", "disgust"]
Colour: TypeAlias = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Greeting(Section):
    text: Line
    """What she says; a greeting may also be written as this text alone."""
    emotion: EmotionName = "joy"
    """The face she makes."""

    @model_validator(mode="before")
    @classmethod
    def _text_alone(cls, data: Any) -> Any:
        return {"text": data} if isinstance(data, str) else data

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler, /) -> JsonSchemaValue:
        found = handler(core)
        inner = handler.resolve_ref_schema(found)
        whole = dict(inner)
        inner.clear()
        inner.update({"anyOf": [{"type": "string", "maxLength": 400}, whole]})
        return found


class Example(Section):
    user: Line
    """What somebody might say."""
    reply: Line
    """What she would answer."""


class Voice(Section):
    engine: Annotated[str, Field(pattern=CHARACTER_ID)]
    """The speech engine's name."""
    options: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Its options: voice, speaker, speed and the like, by name and number only."""


class Wishes(Section):
    """The engines she would like to be run with; the user's settings win."""

    vad: EngineChoice = EngineChoice()
    """Tells speech from silence."""
    asr: EngineChoice = EngineChoice()
    """Turns speech into text."""
    llm: EngineChoice = EngineChoice()
    """Thinks of a reply."""


class AllWishes(Wishes):
    by_language: dict[LanguageCode, Wishes] = Field(default_factory=dict[LanguageCode, Wishes])
    """Wishes for a talk in one language; they go before the others."""


class Theme(Section):
    """Colours as #rrggbb."""

    accent: Colour = "#b79cf2"
    """Of her name and her rule."""
    secondary: Colour | None = None
    """Beside the accent, where two are needed."""
    background: Colour | None = None
    """Its hue is that of everything behind her."""


class Avatar(Section):
    live2d: Annotated[str, Field(max_length=400)] | None = None
    """Her Live2D model: a `.model3.json` or its folder, from her folder, absolute, or with `~`. Without it the folder
    `live2d` beside this file, if there is one."""


class Character(Section):
    id: Annotated[str, Field(pattern=CHARACTER_ID)]
    """The same as the folder's name."""
    languages: Annotated[list[LanguageCode], Field(min_length=1, max_length=20)]
    """What she speaks, her own language first."""
    name: dict[LanguageCode, Line]
    """What she is called, by language."""
    persona: dict[LanguageCode, Text]
    """The model's instructions, by language; `{openers}` stands for the openers of that language."""
    examples: dict[LanguageCode, list[Example]] = Field(default_factory=dict[LanguageCode, list[Example]])
    """A few exchanges that show how she talks, by language. Small models follow these more than any instruction."""
    greetings: dict[LanguageCode, list[Greeting]] = Field(default_factory=dict[LanguageCode, list[Greeting]])
    """What she may say first, by language."""
    openers: dict[LanguageCode, list[Line]] = Field(default_factory=dict[LanguageCode, list[Line]])
    """Short words to begin a reply with: the sooner a first clause ends, the sooner she is heard."""
    proactive: dict[LanguageCode, Line] = Field(default_factory=dict[LanguageCode, Line])
    """What the model is given, as if somebody had said it, for her to say something by herself, by language;
    `{silence}` stands for how long it was quiet. Without it the program's own words."""
    voices: dict[LanguageCode, Voice | None] = Field(default_factory=dict[LanguageCode, Voice | None])
    """Her voice, by language; none means that what she says is only shown."""
    engines: AllWishes = AllWishes()
    reply: Reply = Reply()
    """How she would like to be made to reply; the user's settings win."""
    expressions: dict[EmotionName, list[Line]] = Field(default_factory=dict[EmotionName, list[Line]])
    """Further words that a model may put in a tag, by the emotion they mean."""
    theme: Theme = Theme()
    avatar: Avatar = Avatar()
    """What plays her, if it is not the drawing in her folder."""

    def language(self, wanted: str) -> str:
        """The language to talk in: the one wanted if she speaks it, else her own."""
        return wanted if wanted in self.languages else self.languages[0]

    def display_name(self, language: str) -> str:
        return self.name[self.language(language)]

    def system_prompt(self, language: str) -> str:
        """The model's instructions: the same bytes every time, so that the model's cache of them stays good."""
        openers = " ".join(f'"{opener}"' for opener in self._in(self.openers, language, []))
        return self.persona[self.language(language)].replace("{openers}", openers)

    def example_talk(self, language: str) -> list[tuple[str, str]]:
        """What the model is shown, between the instructions and the talk, as if it had been said: (user, reply)."""
        return [(example.user, example.reply) for example in self._in(self.examples, language, [])]

    def greeting(self, language: str, index: int) -> tuple[str, str] | None:
        """One of her greetings and its emotion; any number picks one. None if she has none."""
        greetings = self._in(self.greetings, language, [])
        if not greetings:
            return None
        greeting = greetings[index % len(greetings)]
        return greeting.text, greeting.emotion

    def what_moves_her(self, language: str) -> str | None:
        """What is said to the model for her to say something by herself; None for the usual words."""
        return self._in(self.proactive, language, None)

    def voice(self, language: str) -> Voice | None:
        """Her voice in this language; None if what she says in it is only shown."""
        return self.voices.get(language)

    def emotion_words(self) -> dict[str, str]:
        """Her own words for emotions, case-folded, and the emotion that each means."""
        return {word.casefold(): emotion for emotion, words in self.expressions.items() for word in words}

    def settings(self, language: str) -> dict[str, object]:
        """What she wishes, as a layer of the settings (`config.load`), when she talks in `language`."""
        engines: dict[str, object] = self.engines.model_dump(exclude_unset=True, exclude={"by_language"})
        if wishes := self.engines.by_language.get(self.language(language)):
            engines.update(wishes.model_dump(exclude_unset=True))
        if voice := self.voice(self.language(language)):
            engines["tts"] = {"name": voice.engine, "options": dict(voice.options)}
        return {"engines": engines, "reply": self.reply.model_dump(exclude_unset=True)}

    def _in(self, by_language: Mapping[str, T], language: str, otherwise: T) -> T:
        return by_language.get(self.language(language), otherwise)


def list_characters() -> dict[str, Path]:
    """The id and the folder of every character, sorted; the user's own win over those that ship with the program."""
    found: dict[str, Path] = {}
    for root in (paths.shipped("characters"), own_folder()):
        try:
            folders = sorted(root.iterdir())
        except OSError:  # no such folder, most often; then there is nobody in it
            continue
        found.update({folder.name: folder for folder in folders if _is_character(folder)})
    return dict(sorted(found.items()))


def own_folder() -> Path:
    """Where the user's own characters are."""
    return paths.data_dir() / "characters"


def load(name: str) -> Character:
    """The character of this id.

    Raises:
        UsageError: there is nobody of that name; says who there is, and the nearest.
        ConfigError: her file is broken; names file, line and key.
    """
    found = list_characters()
    if name not in found:
        nearest = get_close_matches(name.lower(), found, n=1, cutoff=0.4)
        key = "character.unknown_nearest" if nearest else "character.unknown"
        raise UsageError(key, id=name, nearest="".join(nearest), names=", ".join(found) or "-")
    return read(found[name])


def read(folder: Path) -> Character:
    """The character in this folder. Raises ConfigError as `load` does."""
    document = yaml_file.load(folder / FILE)
    check_foreign(document)
    character = yaml_file.validate(document, Character)
    for refusal in _broken_rules(document, character, folder.name):
        raise refusal
    return character


def problems(file: Path) -> list[ConfigError]:
    """Everything that is wrong with a character's file, from top to bottom; empty if nothing is."""
    try:
        document = yaml_file.load(file)
    except ConfigError as error:
        return [error]
    found = [*foreign(document), *yaml_file.problems(document, Character)]
    if not found:
        folder = file.absolute().parent.name if file.name == FILE else None
        return list(_broken_rules(document, yaml_file.validate(document, Character), folder))
    # What is both foreign and unknown is said once.
    said = {one.params["name"]: one for one in reversed(found)}
    return sorted(said.values(), key=lambda one: int(str(one.params["line"])))


def _broken_rules(document: yaml_file.Document, character: Character, folder: str | None) -> Iterator[ConfigError]:
    """What the types cannot say; a file that is in no character's folder yet has no name to agree with."""
    if folder is not None and character.id != folder:
        yield document.refusal("character.other_id", ("id",), folder=folder)
    for key, by_language in (("name", character.name), ("persona", character.persona)):
        for language in character.languages:
            if not by_language.get(language):
                yield document.refusal("character.not_in_language", (key,), language=language)
    if model := character.avatar.live2d:
        # Windows greets every computer that a path names with the user's password, and a character may be a stranger's.
        if re.match(r"[\\/]{2}|[A-Za-z][A-Za-z0-9+.-]+:", model) or not model.isprintable():
            yield document.refusal("character.far_model", ("avatar", "live2d"))
        elif ".." in re.split(r"[\\/]", model) and not model.startswith(("/", "~")):
            yield document.refusal("character.model_outside", ("avatar", "live2d"))


def _is_character(folder: Path) -> bool:
    """A folder of a decent name with a file of its own in it: a link out of the folder is somebody's trick."""
    file = folder / FILE
    try:
        return (
            re.fullmatch(CHARACTER_ID, folder.name) is not None
            and file.is_file()
            and file.resolve().parent == folder.resolve()
        )
    except OSError:
        return False
