"""The characters as clients see them: who there is, what she looks like, and which of her model's faces is which."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vtuber_cli import character, yaml_file
from vtuber_cli.errors import UsageError, VtuberError
from vtuber_cli.server import avatars
from vtuber_cli.server.avatars import RIG
from vtuber_cli.server.messages import ConfigFile, ModelInfo

if TYPE_CHECKING:
    from vtuber_cli.avatar.expressions import Expressions

_YAML = (".yaml", ".yml")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Figure:
    """One character, for one client."""

    id: str
    name: str
    avatar: str
    """A file below `/avatars`, or nothing."""
    model: ModelInfo
    faces: Mapping[str, str] = field(default_factory=dict[str, str])
    """By emotion, the model's expression."""

    def expression(self, emotion: str) -> str | None:
        """What a client is told to show for an emotion: the model's own face, or where she is drawn, the emotion."""
        return self.faces.get(emotion) if self.model.url else emotion


def configs(language: str) -> tuple[ConfigFile, ...]:
    """Everybody whose file can be read."""
    found: list[ConfigFile] = []
    for name, folder in character.list_characters().items():
        try:
            shown = character.read(folder).display_name(language)
        except UsageError:
            _LOG.warning("the file of %s is broken, so nobody is offered her", name)
            continue
        found.append(ConfigFile(filename=f"{name}.yaml", name=shown))
    return tuple(found)


def named(file: str) -> str:
    """The id of the character that `config-files` calls so.

    Raises:
        UsageError: there is nobody of that name.
    """
    name = next((file.removesuffix(ending) for ending in _YAML if file.endswith(ending)), file)
    return character.load(name).id


def figure(name: str, language: str) -> Figure:
    """A character by id.

    Raises:
        UsageError: there is nobody of that name.
        ConfigError: her file is broken.
    """
    person = character.load(name)
    folder = character.list_characters()[name]
    shown = person.display_name(language)
    rig = f"/rigs/{name}.json" if (folder / RIG).is_file() else None
    url, faces = "", dict[str, str]()
    try:
        if (model := model_of(name)) is not None:
            url, faces = f"/live2d-models/{name}/{model.name}", _faces(folder, model)
    except VtuberError as error:
        _LOG.warning("the Live2D model of %s cannot be shown: %s", name, error.key)
    info = ModelInfo(
        name=name,
        url=url,
        emotion_map={emotion: face for emotion, face in faces.items()} if url else {},
        tap_motions={},
        default_emotion=faces.get("neutral"),
        rig_url=rig,
    )
    return Figure(name, shown, avatars.named(name), info, faces)


def model_of(name: str) -> Path | None:
    """The `.model3.json` of a character, by id; None if she is drawn, or nobody.

    Raises:
        UsageError: her file names one that is not there.
    """
    from vtuber_cli.live2d import figure as live2d

    folder = character.list_characters().get(name)
    return None if folder is None else live2d.find(folder, character.read(folder).avatar.live2d)


def expressions_of(name: str) -> Expressions:
    """Her feelings as poses show them, by id; none where the page can draw a Live2D model, which shows its own.

    Raises:
        VtuberError: her files are broken.
    """
    from vtuber_cli.avatar import expressions_file
    from vtuber_cli.live2d import core_file, display_file

    folder = character.list_characters().get(name)
    drawable = core_file.installed() is not None and display_file.installed() is not None
    if folder is None or (drawable and model_of(name) is not None):
        return {}
    faces = folder / expressions_file.FILE
    return expressions_file.read(faces) if faces.is_file() else {}


def rig_of(name: str) -> Path | None:
    """The drawing of a character, by id."""
    folder = character.list_characters().get(name)
    rig = None if folder is None else folder / RIG
    return rig if rig is not None and rig.is_file() and not rig.is_symlink() else None


def _faces(folder: Path, model: Path) -> dict[str, str]:
    """The model's expressions by emotion: by her own map, or as they are guessed."""
    from vtuber_cli.live2d import guess, map_file, model_file

    written = folder / map_file.FILE
    if written.is_file():
        told = yaml_file.validate(yaml_file.load(written), map_file.MapFile).emotions
        return {emotion: face.expression for emotion, face in told.items() if face.expression is not None}
    guessed = guess.emotions(model_file.read(model))
    return {emotion: one.expression for emotion, one in guessed.items() if one.expression is not None}
