"""What the lock files promise: every package by hash, no address, no torch, and one version across all of them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted(ROOT.glob("requirements*.lock"))
# Packages that pull torch or must never come near the first run.
UNWANTED = {
    "torch",
    "torchaudio",
    "torchvision",
    "silero-vad",
    "transformers",
    "litellm",
    "nvidia-cuda-runtime",
    "docopt",
}


def packages(lock: Path) -> list[tuple[str, str, str, list[str]]]:
    """(name, version, marker, hashes) of each entry."""
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n", "", lock.read_text(encoding="utf-8")))
    found: list[tuple[str, str, str, list[str]]] = []
    for entry in entries:
        head, *rest = entry.strip().split(" \\\n")
        requirement, _, marker = head.partition(" ; ")
        name, _, version = requirement.partition("==")
        found.append((name, version, marker, [line.strip() for line in rest]))
    return found


def test_the_four_locks_are_there() -> None:
    assert [lock.name for lock in LOCKS] == [
        "requirements-boot.lock",
        "requirements-lint.lock",
        "requirements-test.lock",
        "requirements.lock",
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_and_hashed(lock: Path) -> None:
    assert packages(lock)
    for name, version, _, hashes in packages(lock):
        assert re.fullmatch(r"[a-z0-9-]+", name), name
        assert re.fullmatch(r"[0-9][0-9A-Za-z.+-]*", version), name
        assert hashes, name
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", each) for each in hashes), name


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_download_address_is_recorded(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted|@ (git|file|http)", text)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_torch(lock: Path) -> None:
    assert not {name for name, *_ in packages(lock)} & UNWANTED


def test_the_locks_agree_with_one_another() -> None:
    versions: dict[tuple[str, str], str] = {}
    for lock in LOCKS:
        for name, version, marker, _ in packages(lock):
            assert versions.setdefault((name, marker), version) == version, f"{name} in {lock.name}"


def test_every_dependency_of_the_project_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = {
        "requirements.lock": project["project"]["dependencies"] + project["dependency-groups"]["build"],
        "requirements-test.lock": project["dependency-groups"]["test"],
        "requirements-lint.lock": project["dependency-groups"]["lint"],
    }
    for lock, wanted in groups.items():
        locked = {name for name, *_ in packages(ROOT / lock)}
        names = {re.split(r"[\s\[<>=!~;]", requirement)[0].lower().replace("_", "-") for requirement in wanted}
        assert names <= locked, f"run `just lock`: {names - locked}"


def test_the_pinned_uv_is_alone_in_its_lock() -> None:
    assert [name for name, *_ in packages(ROOT / "requirements-boot.lock")] == ["uv"]
