"""A folder that somebody brought: a USB stick, the models of another computer, a hub's cache, a few wheels.

Whatever its files are called, they are found by their size and known by their hash.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vtuber_cli.errors import UsageError, WeightsError
from vtuber_cli.weights import room, wheels
from vtuber_cli.weights.catalog import RegistrySource
from vtuber_cli.weights.checksums import BLOCK, sha256
from vtuber_cli.weights.delivery import Delivery

if TYPE_CHECKING:
    from vtuber_cli.weights.catalog import File, Model, Package

_QUICK = 1_000_000
"""Bytes up to which a file is hashed to find out whether it is one of ours; above, its exact size tells enough."""
_NAMED = 3
"""Missing pieces that an error names."""


class Shelf:
    """What lies in a folder and below it.

    Raises:
        UsageError: there is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise UsageError("weights.no_shelf", path=folder)
        self.folder = folder
        self._by_size: dict[int, list[Path]] = {}
        for path in _files(folder):
            try:
                self._by_size.setdefault(path.stat().st_size, []).append(path)
            except OSError:  # a dangling link, or a file that went meanwhile
                continue

    def holds(self, model: Model) -> bool:
        """Whether `deliver` is likely to find every file of `model`; large files are not read for that."""
        return not model.library and all(self._likely(file) or self._packed(model, file) for file in model.files)

    def deliver(self, delivery: Delivery) -> None:
        """Copies the wanted files, out of wheels where need be, and verifies them.

        Raises:
            WeightsError: pieces are missing or damaged, or there is no room.
        """
        if missing := [file for file in delivery.wanted if not self._offers(delivery.model, file)]:
            raise self._lacks(delivery.model, missing)
        room.require(delivery.size - delivery.staging.begun(delivery.wanted), delivery.staging.path)
        before = 0
        for file in delivery.wanted:
            if not self._copy(file, delivery, before) and not self._unpack(file, delivery):
                missing.append(file)
            before += file.size
        if missing:
            raise self._lacks(delivery.model, missing)

    def _offers(self, model: Model, file: File) -> bool:
        """Whether there is anything at all that could be the file."""
        return bool(self._candidates(file)) or self._packed(model, file)

    def _copy(self, file: File, delivery: Delivery, before: int) -> bool:
        tell = delivery.telling("copying", delivery.size, before)
        for path in self._candidates(file):
            try:
                delivery.staging.write(file, _blocks(path), tell)
            except WeightsError as error:
                if error.key == "weights.disk_full":
                    raise
                continue
            return True
        return False

    def _unpack(self, file: File, delivery: Delivery) -> bool:
        for source, found in self._sources(delivery.model, file):
            one = Delivery(delivery.model, [file], delivery.staging, delivery.report)
            try:
                wheels.take_out(source, found, one)
            except WeightsError as error:
                if error.key == "weights.disk_full":
                    raise
                continue
            return True
        return False

    def _candidates(self, file: File) -> Sequence[Path]:
        """Files of its size, those of its name first."""
        name = Path(file.path).name
        return sorted(self._by_size.get(file.size, ()), key=lambda path: (path.name != name, str(path)))

    def _likely(self, file: File) -> bool:
        found = self._candidates(file)
        if file.size > _QUICK:
            return bool(found)
        return any(_hash(path) == file.sha256 for path in found)

    def _packed(self, model: Model, file: File) -> bool:
        return any(True for _ in self._sources(model, file))

    def _sources(self, model: Model, file: File) -> Iterator[tuple[RegistrySource, dict[str, Path]]]:
        """The sources of a file of which every wheel is here."""
        for source in model.sources:
            if isinstance(source, RegistrySource):
                used = {part.package for part in source.members[file.path]}
                found = {one.name: self._wheel(one) for one in source.packages if one.name in used}
                here = {name: path for name, path in found.items() if path is not None}
                if len(here) == len(found):
                    yield source, here

    def _wheel(self, package: Package) -> Path | None:
        return next((path for path in self._by_size.get(package.size, ()) if path.suffix == ".whl"), None)

    def _lacks(self, model: Model, missing: Sequence[File]) -> WeightsError:
        """What is missing, the nearest thing that is there first."""
        for file in missing:
            name = Path(file.path).name
            same = [path for path in self._paths() if path.name == name]
            for path in same:
                size = path.stat().st_size
                if size != file.size:
                    return WeightsError(
                        "weights.shelf_size", name=model.name, file=path, expected=file.size, actual=size
                    )
                return WeightsError(
                    "weights.shelf_hash", name=model.name, file=path, expected=file.sha256, actual=_hash(path)
                )
        names = ", ".join(f"{file.path} ({room.human(file.size)})" for file in missing[:_NAMED])
        more = f" +{len(missing) - _NAMED}" if len(missing) > _NAMED else ""
        return WeightsError("weights.shelf_lacks", name=model.name, folder=self.folder, files=names + more)

    def _paths(self) -> Iterable[Path]:
        return (path for paths in self._by_size.values() for path in paths)


def _files(folder: Path) -> Iterator[Path]:
    for here, _, names in os.walk(folder):
        for name in names:
            yield Path(here) / name


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                yield block
    except OSError as error:
        reason = error.strerror or str(error)
        raise WeightsError("weights.shelf_unreadable", file=path, reason=reason) from error


def _hash(path: Path) -> str:
    try:
        return sha256(path)
    except OSError as error:
        return error.strerror or str(error)
