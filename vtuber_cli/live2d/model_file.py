"""A Live2D model's folder: `.model3.json` and everything it names, read and judged before any library sees it.

What is needed to draw (moc, textures) has to be there and right. An expression or a motion that is missing or broken,
as happens with models that were passed on, is left out and told as a fault. A name that leads out of the folder is
refused wherever it stands: such a model was made by somebody who means harm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeAlias, TypeVar, cast

from pydantic import BaseModel, Field

from vtuber_cli.avatar.expressions_file import read_exp3
from vtuber_cli.clean import one_line
from vtuber_cli.errors import ConfigError, UsageError
from vtuber_cli.live2d import json_file, motion_file
from vtuber_cli.live2d.folder import MAX_PIXELS, Folder, Size
from vtuber_cli.live2d.json_file import MB

if TYPE_CHECKING:
    from vtuber_cli.avatar.expressions import Expression
    from vtuber_cli.live2d.motion_file import Motion
    from vtuber_cli.yaml_file import Document, Key

    T = TypeVar("T")

ENDING = ".model3.json"
MAX_BYTES = 1 * MB
_MAX_JSON = 8 * MB
"""Of physics, pose, display names and user data."""
_MAX_MOTIONS = 1000
_HARMFUL = frozenset({"live2d.outside", "live2d.link_outside"})

Word: TypeAlias = Annotated[str, Field(max_length=400)]


class _Expression(BaseModel):
    Name: Word
    File: Word


class _Motion(BaseModel):
    File: Word


class _Files(BaseModel):
    Moc: Word
    Textures: Annotated[list[Word], Field(min_length=1, max_length=64)]
    Physics: Word = ""
    Pose: Word = ""
    DisplayInfo: Word = ""
    UserData: Word = ""
    Expressions: Annotated[list[_Expression], Field(max_length=500)] = Field(default_factory=list[_Expression])
    Motions: Annotated[dict[Word, Annotated[list[_Motion], Field(max_length=_MAX_MOTIONS)]], Field(max_length=200)] = (
        Field(default_factory=dict[str, list[_Motion]])
    )


class _Group(BaseModel):
    Target: str = "Parameter"
    Name: Word
    Ids: Annotated[list[Word], Field(max_length=200)] = Field(default_factory=list[str])


class _HitArea(BaseModel):
    Id: Word
    Name: Word = ""


class _ModelFile(BaseModel):
    Version: Literal[3]
    FileReferences: _Files
    Groups: Annotated[list[_Group], Field(max_length=100)] = Field(default_factory=list[_Group])
    HitAreas: Annotated[list[_HitArea], Field(max_length=200)] = Field(default_factory=list[_HitArea])


class _Named(BaseModel):
    Id: Word
    Name: Word = ""
    GroupId: Word = ""


class _DisplayFile(BaseModel):
    Version: Literal[3]
    Parameters: Annotated[list[_Named], Field(max_length=5000)] = Field(default_factory=list[_Named])
    ParameterGroups: Annotated[list[_Named], Field(max_length=1000)] = Field(default_factory=list[_Named])
    Parts: Annotated[list[_Named], Field(max_length=5000)] = Field(default_factory=list[_Named])


class HitArea(NamedTuple):
    id: str
    name: str


class ModelExpression(NamedTuple):
    file: Path
    expression: Expression
    """Its values as they stand in the file."""


class ModelMotion(NamedTuple):
    group: str
    number: int
    """Its place in the group, by which it is started; what was left out does not count."""
    file: Path
    motion: Motion


class Model(NamedTuple):
    """A model that is whole as far as can be seen without Live2D's library."""

    file: Path
    moc: Path
    moc_version: int
    textures: tuple[tuple[Path, Size], ...]
    expressions: Mapping[str, ModelExpression]
    motions: Mapping[str, tuple[ModelMotion, ...]]
    """By group, in the order of the file."""
    eye_blink: tuple[str, ...]
    lip_sync: tuple[str, ...]
    hit_areas: tuple[HitArea, ...]
    parameter_names: Mapping[str, str]
    """What the artist calls each parameter, by id, as far as the model says."""
    part_names: Mapping[str, str]
    faults: tuple[ConfigError, ...]
    """What was left out, and why."""
    document: Mapping[str, Any]
    """The `.model3.json` without what was left out: all that a library should be given."""

    @property
    def name(self) -> str:
        return one_line(self.file.name.removesuffix(ENDING))

    def parameters(self) -> list[str]:
        """Every id that its files speak of, in order. The moc may have more."""
        found = [*self.parameter_names, *self.eye_blink, *self.lip_sync]
        for one in self.expressions.values():
            found += one.expression.effects
        for group in self.motions.values():
            for each in group:
                found += each.motion.parameters()
        return list(dict.fromkeys(found))


def find(place: Path) -> Path:
    """The `.model3.json` that is meant: the file itself, or the only one in a folder.

    Raises:
        UsageError: there is none, or more than one.
    """
    try:
        if not place.is_dir():
            if place.name.endswith(ENDING):
                return place
            raise UsageError("live2d.not_a_model", file=place)
        found = sorted(one for one in place.iterdir() if one.name.endswith(ENDING))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError("live2d.no_folder", folder=place, reason=reason) from None
    if len(found) != 1:
        names = ", ".join(one_line(one.name) for one in found[:5])
        raise UsageError("live2d.which_model" if found else "live2d.no_model", folder=place, names=names)
    return found[0]


def read(file: Path) -> Model:
    """Reads and checks a model. Raises ConfigError, which names file and place."""
    document, found = json_file.load_as(file, MAX_BYTES, _ModelFile)
    return _Reader(file, document, found).model()


class _Reader:
    def __init__(self, file: Path, document: Document, found: _ModelFile) -> None:
        self._file = file
        self._document = document
        self._found = found
        self._folder = Folder(document)
        self._faults: list[ConfigError] = []
        self._refused: set[Key] = set()

    def model(self) -> Model:
        files = self._found.FileReferences
        moc, version = self._folder.moc(files.Moc, ("FileReferences", "Moc"))
        textures = self._textures(files.Textures)
        for name in ("Physics", "Pose", "UserData"):
            self._named(name, getattr(files, name), lambda path: json_file.load(path, _MAX_JSON))
        names = self._named("DisplayInfo", files.DisplayInfo, _read_names)
        return Model(
            self._file, moc, version, textures, self._expressions(files.Expressions), self._motions(files.Motions),
            self._group("EyeBlink"), self._group("LipSync"), self._hit_areas(),
            _by_id(names.Parameters if names else []), _by_id(names.Parts if names else []),
            tuple(self._faults), self._whole(),
        )  # fmt: skip

    def _textures(self, names: list[str]) -> tuple[tuple[Path, Size], ...]:
        found: list[tuple[Path, Size]] = []
        for index, name in enumerate(names):
            key: Key = ("FileReferences", "Textures", index)
            found.append(self._folder.texture(name, key))
            if sum(size.width * size.height for _, size in found) > MAX_PIXELS:
                raise self._document.refusal("live2d.many_pixels", key, limit=MAX_PIXELS // 1_000_000)
        return tuple(found)

    def _expressions(self, told: list[_Expression]) -> Mapping[str, ModelExpression]:
        found: dict[str, ModelExpression] = {}
        for index, one in enumerate(told):
            key: Key = ("FileReferences", "Expressions", index)
            name = one_line(one.Name)
            if not name or name in found:
                words = "live2d.name_twice" if name else "live2d.bad_name"
                self._leave_out(self._document.refusal(words, (*key, "Name"), id=name), key)
                continue
            read = self._optional(one.File, (*key, "File"), lambda path: (path, read_exp3(path)), key)
            if read is not None:
                found[name] = ModelExpression(*read)
        return found

    def _motions(self, told: Mapping[str, list[_Motion]]) -> Mapping[str, tuple[ModelMotion, ...]]:
        found: dict[str, tuple[ModelMotion, ...]] = {}
        for group, motions in told.items():
            here: list[ModelMotion] = []
            for index, one in enumerate(motions):
                key: Key = ("FileReferences", "Motions", group, index)
                read = self._optional(one.File, (*key, "File"), lambda path: (path, motion_file.read(path)), key)
                if read is not None:
                    here.append(ModelMotion(group, len(here), *read))
            found[group] = tuple(here)
        return found

    def _named(self, name: str, told: str, read: Callable[[Path], T]) -> T | None:
        key: Key = ("FileReferences", name)
        return self._optional(told, key, read, key) if told else None

    def _optional(self, name: str, key: Key, read: Callable[[Path], T], whole: Key) -> T | None:
        """What `read` makes of the file; None if it is left out, and with it what is at `whole`."""
        try:
            return read(self._folder.file(name, key, motion_file.MAX_BYTES))
        except ConfigError as error:
            if error.key in _HARMFUL:
                raise
            self._leave_out(error, whole)
            return None

    def _leave_out(self, error: ConfigError, whole: Key) -> None:
        self._faults.append(error)
        self._refused.add(whole)

    def _group(self, name: str) -> tuple[str, ...]:
        ids = [one for group in self._found.Groups if group.Name == name for one in group.Ids]
        return tuple(dict.fromkeys(ids))

    def _hit_areas(self) -> tuple[HitArea, ...]:
        return tuple(HitArea(one.Id, one_line(one.Name)) for one in self._found.HitAreas)

    def _whole(self) -> Mapping[str, Any]:
        if not self._refused:
            return self._document.data
        return _without(self._document.data, self._refused, ())


def _without(value: Any, refused: set[Key], key: Key) -> Any:
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value).items()
        return {name: _without(one, refused, (*key, name)) for name, one in named if (*key, name) not in refused}
    if isinstance(value, list):
        listed = enumerate(cast("list[Any]", value))
        return [_without(one, refused, (*key, index)) for index, one in listed if (*key, index) not in refused]
    return value


def _read_names(file: Path) -> _DisplayFile:
    return json_file.load_as(file, _MAX_JSON, _DisplayFile)[1]


def _by_id(told: list[_Named]) -> Mapping[str, str]:
    return {one.Id: one_line(one.Name) for one in told}
