"""Which model plays a character: a person's word, written into her file.

The file of a character that ships with the program is not the user's to change: they get a copy of her folder, which
wins over ours from then on.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from vtuber_cli import character, disk, yaml_edit
from vtuber_cli.errors import UsageError
from vtuber_cli.live2d import model_file

_KEY = ("avatar", "live2d")


class Registered(NamedTuple):
    """What `register` has done."""

    file: Path
    """Her `character.yaml`, which names the model now."""
    copied: bool
    """It is a copy made just now of the one that ships with the program."""
    model: Path
    """The `.model3.json`."""


def register(who: str, place: Path) -> Registered:
    """Lets the model at `place`, a `.model3.json` or its folder, play a character; nothing is copied of the model.

    Raises:
        UsageError: there is nobody of that name, no model there, or her file cannot be written.
        ConfigError: her file or the model is broken.
    """
    person = character.load(who)
    model = model_file.read(model_file.find(place.absolute())).file
    folder = character.list_characters()[person.id]
    own = character.own_folder() / person.id
    try:
        if folder == own:
            _name(own, model)
        else:
            _copy(folder, own, model)
    except OSError as error:
        raise UsageError("live2d.not_registered", file=own, reason=error.strerror or error) from error
    return Registered(own / character.FILE, folder != own, model)


def _copy(folder: Path, own: Path, model: Path) -> None:
    """A folder of the user's own, whole or not at all."""
    if os.path.lexists(own):
        raise UsageError("character.folder_exists", folder=own)
    own.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A name that is no character's, until it is whole; hers below it, because her file has to say the same.
    above = Path(tempfile.mkdtemp(prefix=".", dir=own.parent))
    try:
        staged = above / own.name
        shutil.copytree(folder, staged)
        _name(staged, model)
        staged.rename(own)
    finally:
        with suppress(OSError):
            disk.remove(above)


def _name(folder: Path, model: Path) -> None:
    """Writes the model into her file; the file before comes back if she would not be read any more."""
    file = (folder / character.FILE).resolve()
    before = file.read_bytes()
    _write(file, yaml_edit.put(before.decode("utf-8"), _KEY, str(model), file).encode("utf-8"))
    try:
        character.read(folder)
    except UsageError:
        _write(file, before)
        raise


def _write(file: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        shutil.copymode(file, name)
        Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)
