"""Where models are, which are missing, and how to get them. Usable without any face."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from vtuber_cli import paths
from vtuber_cli.errors import WeightsError
from vtuber_cli.weights import catalog as catalogue_file
from vtuber_cli.weights.catalog import Catalog, LibrarySource, Model
from vtuber_cli.weights.checksums import Checksums, Fault
from vtuber_cli.weights.progress import Progress, Report, silent
from vtuber_cli.weights.room import free, peak_of, require

if TYPE_CHECKING:
    from vtuber_cli.weights.shelf import Shelf

State: TypeAlias = Literal["built_in", "installed", "damaged", "absent"]

_WEIGHT_SUFFIXES = (".gguf", ".onnx", ".ort", ".bin")


@dataclass(frozen=True, slots=True)
class Installed:
    """What is known of a model on this machine; `folder` is None if it is absent."""

    model: Model
    state: State
    folder: Path | None = None
    verified: bool = False
    """Its hashes were checked and nothing changed since; False for a state told from sizes alone."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What fetching some models means, to be shown before it begins. Sizes in bytes."""

    models: tuple[Model, ...]
    folder: Path
    download: int
    size: int
    needed: int
    """The most that the disk holds at once on the way."""
    free: int
    damage: tuple[WeightsError, ...] = ()
    """What is wrong with those of them that are here and cannot be used."""


class Weights:
    """The models on this machine. Implements `engines.base.WeightFiles`.

    Looks in `folder` (else VTUBER_MODELS_DIR) and nowhere else if one is given; otherwise in a checkout's `models/`,
    then in the user's data folder. Fetches into the folder given, or the user's data folder.
    """

    def __init__(self, folder: Path | None = None, *, catalog: Catalog | None = None) -> None:
        if folder is None and (chosen := os.environ.get("VTUBER_MODELS_DIR")):
            folder = Path(chosen)
        own = (folder.expanduser() if folder else paths.data_dir() / "models").absolute()
        checkout = None if folder else paths.checkout()
        self.folder = own
        self._folders = (checkout / "models", own) if checkout else (own,)
        self._catalog = catalog
        self._checksums = Checksums()

    @property
    def catalog(self) -> Catalog:
        if self._catalog is None:
            self._catalog = catalogue_file.load()
        return self._catalog

    def path(self, name: str) -> Path:
        """The verified folder of the catalogue's model `name`, or the file or folder that `name` is a path of.

        A model's file whose size or times changed since its hash was checked is hashed first (0.1-0.3 s for 150 MB).

        Raises:
            WeightsError: not installed, damaged, or unknown; the hint says which command mends it.
        """
        model = self.catalog.find(name)
        if model is None:
            return self._path_of(name)
        found = self._whole(model)
        if isinstance(found, Path):
            return found
        raise found or WeightsError("weights.library_missing" if model.library else "weights.missing", name=name)

    def missing(self, names: Iterable[str]) -> list[Model]:
        """Those of `names` that have to be fetched: catalogue models that are absent or damaged.

        Names that are paths are left out: whoever gave them looks after them.

        Raises:
            WeightsError: a name is neither a model nor a path.
        """
        found: list[Model] = []
        for name in dict.fromkeys(names):
            model = self.catalog.find(name)
            if model is None:
                self._path_of(name)
            elif not isinstance(self._whole(model), Path):
                found.append(model)
        return found

    def plan(self, names: Iterable[str]) -> Plan:
        """What `ensure` with these names would fetch. Raises WeightsError as `missing` does."""
        models = tuple(self.missing(names))
        download = sum(model.download for model in models)
        size = sum(model.size for model in models)
        damage = tuple(error for model in models if isinstance(error := self._whole(model), WeightsError))
        return Plan(models, self.folder, download, size, peak_of(models), free(self.folder), damage)

    def ensure(self, names: Iterable[str], report: Report = silent, shelf: Shelf | None = None) -> list[Model]:
        """Fetches what is missing of `names`, one model after the other, and returns what it fetched.

        Blocks; call it in a thread of its own. Stops at the first model that cannot be had.

        Raises:
            WeightsError: as `get`.
        """
        models = self.missing(names)
        if models and shelf is None:
            require(peak_of(models), self.folder)
        for model in models:
            self.get(model.name, report, shelf)
        return models

    def get(self, name: str, report: Report = silent, shelf: Shelf | None = None) -> Path:
        """Fetches one model, unless it is there and whole, and returns its folder.

        Args:
            name: the catalogue's.
            report: told how it goes.
            shelf: a folder to copy from, instead of the model's sources.

        Raises:
            WeightsError: unknown, unreachable, refused, no room.
        """
        from vtuber_cli.weights.install import install

        model = self._find(name)
        found = self._whole(model)
        if isinstance(found, Path):
            report(Progress(name, "done", model.size, model.size))
            return found
        if model.library:
            return self.path(name)  # says what is wrong with it; nothing can be fetched
        return install(model, self.folder, self._checksums, report, shelf.deliver if shelf else None)

    def survey(self) -> list[Installed]:
        """Every model of the catalogue and its state, told from sizes and remembered hashes: reads no weights."""
        return [self._look(model) for model in self.catalog.models]

    def installed(self) -> list[str]:
        """Names of the models that can be used now, as `survey` sees it."""
        return [one.model.name for one in self.survey() if one.state in ("installed", "built_in")]

    def verify(self, name: str) -> Path:
        """Hashes every file of an installed model again and returns its folder. Raises WeightsError as `path` does."""
        model = self._find(name)
        for place in self._places(model):
            self._checksums.faults(place, model, again=True)
        return self.path(name)

    def remove(self, name: str) -> list[Path]:
        """Deletes a model's files, and what an interrupted download left of it; returns the folders it was in."""
        from vtuber_cli.weights.install import remove

        model = self._find(name)
        if model.library:
            raise WeightsError("weights.built_in", name=name)
        return [folder / name for folder in self._folders if remove(model, folder)]

    def _find(self, name: str) -> Model:
        model = self.catalog.find(name)
        if model is None:
            raise self._unknown(name)
        return model

    def _unknown(self, name: str) -> WeightsError:
        nearest = self.catalog.nearest(name)
        return WeightsError("weights.unknown_nearest" if nearest else "weights.unknown", name=name, nearest=nearest)

    def _path_of(self, name: str) -> Path:
        # A bare word is never a path: a folder that happens to be called so, in whatever directory the program was
        # started, must not be loaded. `./word`, `word/` and `word.gguf` are paths.
        if "/" not in name and "\\" not in name and Path(name).suffix not in _WEIGHT_SUFFIXES:
            raise self._unknown(name)
        # A NUL in the name, or a name longer than a path may be, is no path.
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            place = Path(name).expanduser()
            if place.exists():
                return place.absolute()
        raise WeightsError("weights.no_file", path=name)

    def _places(self, model: Model) -> Sequence[Path]:
        if library := model.library:
            return _library_folder(library)
        return [folder / model.name for folder in self._folders]

    def _whole(self, model: Model) -> Path | WeightsError | None:
        """Where the model is, whole; else what is wrong with it; None if it is not here at all."""
        damage: WeightsError | None = None
        for folder in self._places(model):
            faults = self._checksums.faults(folder, model)
            if not faults:
                return folder
            if damage is None and not _absent(faults, model):
                damage = _refusal(model, faults[0])
        return damage

    def _look(self, model: Model) -> Installed:
        damaged: Path | None = None
        for place in self._places(model):
            faults = self._checksums.faults(place, model, hashing=False)
            if not faults:
                state: State = "built_in" if model.library else "installed"
                return Installed(model, state, place, self._checksums.known(place, model))
            if damaged is None and not _absent(faults, model):
                damaged = place
        return Installed(model, "damaged" if damaged else "absent", damaged)


def _library_folder(source: LibrarySource) -> list[Path]:
    """The folder inside an installed library, found without importing it."""
    spec = find_spec(source.module)
    if spec is None or not spec.submodule_search_locations:
        return []
    return [Path(location) / source.folder for location in spec.submodule_search_locations]


def _absent(faults: Sequence[Fault], model: Model) -> bool:
    return len(faults) == len(model.files) and all(fault.kind == "absent" for fault in faults)


def _refusal(model: Model, fault: Fault) -> WeightsError:
    """Why a model that is there cannot be used."""
    if model.library:
        return WeightsError("weights.library_differs", name=model.name, package=model.library.package)
    return WeightsError(
        f"weights.damaged_{fault.kind}",
        name=model.name,
        file=fault.path,
        expected=fault.expected,
        actual=fault.actual,
    )
