"""Which files of a folder make a model for sherpa-onnx, and of which type, told from their names.

Models for sherpa-onnx come as folders; the file names are its makers' habits. Where names do not tell, the ONNX files'
own metadata may.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vtuber_cli.engines.onnx_session import OnnxError, read_metadata
from vtuber_cli.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from vtuber_cli.events import EngineKind


@dataclass(frozen=True, slots=True)
class ModelType:
    """A type of model and the names of its files."""

    files: Mapping[str, str]
    """For each of sherpa-onnx's arguments, a regular expression for the whole name."""
    optional: Mapping[str, str] = field(default_factory=dict[str, str])
    """The same, for what may be missing; several may match."""
    marks: tuple[str, ...] = ()
    """What the metadata call it, as `model_type`."""
    word: str = ""
    """What the folder's name has in it."""
    factory: str = ""
    """ASR: the name of the recogniser's class method."""
    languages: tuple[str, ...] = ()
    longest: float = 20.0
    """ASR: seconds heard at once; longer audio is cut at pauses."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model of a known type, whole as far as names tell."""

    type: str
    path: Path
    files: Mapping[str, Path]
    optional: Mapping[str, Sequence[Path]]

    @property
    def everything(self) -> list[Path]:
        return [*self.files.values(), *(file for files in self.optional.values() for file in files)]


def find(path: Path, types: Mapping[str, ModelType], wanted: str, kind: EngineKind) -> Found:
    """The model in the folder `path`, or the one that the file `path` belongs to.

    Args:
        wanted: one of `types`, or "auto".

    Raises:
        WeightsError: nothing is there, a file is missing, or it might be of several types.
    """
    names = _names(path)
    if wanted != "auto":
        files = {role: _pick(names, pattern, path.name) for role, pattern in types[wanted].files.items()}
        if missing := [role for role, file in files.items() if file is None]:
            raise WeightsError("sherpa.missing", path=path, type=wanted, files=", ".join(missing), kind=kind)
        return _found(wanted, types[wanted], path, names)
    whole = [name for name, type in types.items() if all(_pick(names, p, path.name) for p in type.files.values())]
    most = max((len(types[name].files) for name in whole), default=0)
    close = [name for name in whole if len(types[name].files) == most]
    if not close:
        raise WeightsError("sherpa.nothing", path=path, kind=kind)
    chosen = close[0] if len(close) == 1 else _told_apart(path, names, {name: types[name] for name in close})
    if chosen is None:
        raise WeightsError("sherpa.unclear", path=path, kind=kind, types=", ".join(close))
    return _found(chosen, types[chosen], path, names)


def metadata_of(files: Sequence[Path]) -> dict[str, str]:
    """What the first ONNX file says of itself; nothing if there is none.

    Raises:
        OnnxError, OSError: as `read_metadata`.
    """
    first = next((file for file in files if file.suffix == ".onnx"), None)
    return read_metadata(first) if first else {}


def _names(path: Path) -> dict[str, Path]:
    folder = path if path.is_dir() else path.parent
    try:
        return {file.name: file for file in sorted(folder.iterdir())}
    except OSError as error:
        raise WeightsError("sherpa.unreadable", path=path, reason=error.strerror or error) from error


def _found(name: str, type: ModelType, path: Path, names: Mapping[str, Path]) -> Found:
    files = {role: _pick(names, pattern, path.name) for role, pattern in type.files.items()}
    optional = {role: _matching(names, pattern, path.name) for role, pattern in type.optional.items()}
    return Found(
        name,
        path,
        {role: file for role, file in files.items() if file is not None},
        {role: found for role, found in optional.items() if found},
    )


def _pick(names: Mapping[str, Path], pattern: str, given: str) -> Path | None:
    return next(iter(_matching(names, pattern, given)), None)


def _matching(names: Mapping[str, Path], pattern: str, given: str) -> list[Path]:
    """Best first: the file that was named, then the small int8 ones."""
    found = [name for name in names if re.fullmatch(pattern, name)]
    return [names[name] for name in sorted(found, key=lambda name: (name != given, ".int8." not in name, name))]


def _told_apart(path: Path, names: Mapping[str, Path], types: Mapping[str, ModelType]) -> str | None:
    files = [_pick(names, pattern, path.name) for type in types.values() for pattern in type.files.values()]
    try:
        says = metadata_of([file for file in files if file is not None]).get("model_type", "")
    except (OnnxError, OSError) as error:
        raise WeightsError("sherpa.refused", path=path, reason=error, type="ONNX") from error
    by_mark = [name for name, type in types.items() if says and says in type.marks]
    place = f"{path.parent.name}/{path.name}".lower() if path.is_file() else path.name.lower()
    by_word = [name for name, type in types.items() if type.word and type.word in place]
    return next(iter([*by_mark, *by_word]), None)
