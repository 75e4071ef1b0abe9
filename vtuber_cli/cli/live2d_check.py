"""What `vtuber character check` says of a character's Live2D model: what is wrong, and what its expressions mean."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any

from vtuber_cli.errors import ConfigError, UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vtuber_cli.live2d.map_file import Cast
    from vtuber_cli.live2d.model_file import Model

_KEY = ("avatar", "live2d")


def problems(file: Path) -> list[ConfigError]:
    """What keeps the model of the character with this file from being shown; empty if she has none."""
    try:
        _cast(file)
    except ConfigError as error:
        return [error]
    return []


def remarks(file: Path) -> list[ConfigError]:
    """What could be better about a model that is right; what its expressions were taken for, if nobody said."""
    found = _cast(file)
    return [] if found is None else [*found.model.faults, *_remarks(file, found)]


def _cast(file: Path) -> Cast | None:
    from vtuber_cli import yaml_file
    from vtuber_cli.character import Character
    from vtuber_cli.cli import show
    from vtuber_cli.live2d import figure

    document = yaml_file.load(file)
    person = yaml_file.validate(document, Character)
    try:
        model = figure.find(file.parent, person.avatar.live2d)
    except ConfigError:
        raise
    except UsageError as error:
        raise document.refusal("live2d.check.broken", _KEY, reason=show.message(error)) from None
    return None if model is None else figure.cast(file.parent, model)


def _remarks(file: Path, cast: Cast) -> Iterator[ConfigError]:
    from vtuber_cli.events import EMOTIONS
    from vtuber_cli.live2d import map_file

    written = file.parent / map_file.FILE
    if written.is_file():
        missing = [name for name in EMOTIONS if name != "neutral" and name not in cast.expressions]
        if missing:
            yield _remark(written, "live2d.check.faceless", names=", ".join(missing))
    else:
        yield from _proposal(file, written, cast.model)
    if not cast.lips and not _has_mouth(cast.model):
        yield _remark(cast.model.file, "live2d.check.lips")


def _proposal(file: Path, written: Path, model: Model) -> Iterator[ConfigError]:
    from vtuber_cli.events import EMOTIONS
    from vtuber_cli.live2d import guess, map_file

    guesses = guess.emotions(model)
    sure = [f"{name} = {one.expression}" for name, one in guesses.items() if one.sure]
    unsure = [f"{name} = {one.expression or t('live2d.made')}" for name, one in guesses.items() if not one.sure]
    missing = [name for name in EMOTIONS if name != "neutral" and name not in guesses]
    told = {"id": file.parent.name, "map": map_file.FILE, "path": shlex.quote(os.fspath(written))}
    yield _remark(model.file, "live2d.check.proposed", sure=", ".join(sure) or "-", **told)
    if unsure:
        yield _remark(model.file, "live2d.check.unsure", names=", ".join(unsure))
    if missing:
        yield _remark(model.file, "live2d.check.faceless", names=", ".join(missing))


def _has_mouth(model: Model) -> bool:
    from vtuber_cli.live2d.ids import VOWELS, standard

    return bool({standard(identity) for identity in model.parameters()} & {"ParamMouthOpenY", *VOWELS})


def _remark(file: Path, words: str, **params: Any) -> ConfigError:
    return ConfigError(words, file=file, line=1, place=str(file), **params)
