"""The wheel, built by the locked hatchling without a network: what is in it, and that it finds what it ships."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytest.importorskip("hatchling", reason="the checkout was not set up by ./vtuber")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def committed(pattern: str) -> set[str]:
    done = subprocess.run(["git", "ls-files", pattern], cwd=ROOT, capture_output=True, text=True, check=False)
    return set(done.stdout.splitlines())


def test_everything_the_program_reads_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"vtuber_cli/py.typed", "vtuber_cli/locales/ko/cli.json"} <= names
    assert "vtuber_cli/shipped/models/catalog.yaml" in names
    assert {f"vtuber_cli/shipped/{name}" for name in committed("characters")} <= names
    assert committed("vtuber_cli") <= names


def test_nothing_else_is_in_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {"vtuber_cli", "vtuber_cli-0.1.0.dist-info"}
    assert not [name for name in names if name.endswith((".pyc", ".onnx", ".gguf", ".bin"))]
    assert wheel.stat().st_size < 20_000_000


def test_an_installed_package_finds_what_it_ships(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site-packages"
    zipfile.ZipFile(wheel).extractall(site)
    code = (
        "from vtuber_cli.paths import checkout, shipped\n"
        "assert checkout() is None, checkout()\n"
        "print(shipped('characters').is_dir(), shipped('models/catalog.yaml').is_file())\n"
    )
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(site)!r})\n{code}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True True\n", "")
