"""Loads a model in a process of its own first: sherpa-onnx ends the process over files that it does not like.

What loaded and ran once is remembered by its files' sizes and times, so that only the first start pays.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from vtuber_cli import paths
from vtuber_cli.clean import one_line
from vtuber_cli.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PATIENCE = 300.0
"""Seconds to load and run once; a gigabyte on a slow disk may take minutes."""
_REMEMBERED = 100
_COMPLAINT = re.compile(r"exception:?\s*(?P<reason>\S.*)", re.IGNORECASE | re.DOTALL)
"""sherpa-onnx catches what the runtime throws, prints it, and returns nothing."""
_SOURCE = re.compile(r"^\S*/csrc/(?P<place>\S+:\d+)\s*")


@dataclass(frozen=True, slots=True)
class Order:
    """What to load, in words that another process understands."""

    kind: Literal["asr", "tts"]
    type: str
    files: Mapping[str, str]
    """sherpa-onnx's arguments that are files; several are joined by commas."""
    settings: Mapping[str, str | int | float | bool]


def try_first(order: Order, path: Path, files: Sequence[Path]) -> None:
    """Returns if the model loads and runs.

    Args:
        path: what the user calls the model.
        files: everything it is made of.

    Raises:
        WeightsError: it does not; with what sherpa-onnx said.
    """
    mark = _mark(order, files)
    record = paths.data_dir() / "models" / ".tried"
    known = _read(record)
    if mark in known:
        return
    # -P: a module in the current folder must not be imported.
    command = [sys.executable, "-P", "-m", __name__]
    settings: dict[str, Any] = {"creationflags": subprocess.CREATE_NO_WINDOW} if sys.platform == "win32" else {}
    told = json.dumps(asdict(order)).encode()
    try:
        done = subprocess.run(command, input=told, capture_output=True, timeout=_PATIENCE, check=False, **settings)
    except subprocess.TimeoutExpired as error:
        raise WeightsError("sherpa.slow", path=path, seconds=int(_PATIENCE)) from error
    except OSError as error:
        raise WeightsError("sherpa.refused", path=path, type=order.type, reason=error) from error
    said = done.stderr.decode("utf-8", "replace")
    complaint = _COMPLAINT.search(said)
    if done.returncode != 0 or complaint:
        reason = _reason(complaint["reason"] if complaint else said) or f"exit {done.returncode}"
        raise WeightsError("sherpa.refused", path=path, type=order.type, reason=reason)
    _write(record, [*known, mark][-_REMEMBERED:])


def _reason(said: str) -> str:
    """The first line that says something; sherpa-onnx goes on with addresses of web pages."""
    lines = [_SOURCE.sub("", one_line(line)) for line in said.splitlines()]
    return next((line[:200] for line in lines if line), "")


def _mark(order: Order, files: Sequence[Path]) -> str:
    whole = [file for each in files for file in (sorted(each.rglob("*")) if each.is_dir() else [each])]
    stamps: list[list[object]] = []
    for file in whole:
        with contextlib.suppress(OSError):
            found = file.stat()
            stamps.append([os.path.realpath(file), found.st_size, found.st_mtime_ns, found.st_ctime_ns])
    told = [version("sherpa-onnx"), order.kind, order.type, sorted(order.settings.items()), sorted(order.files), stamps]
    return hashlib.sha256(json.dumps(told).encode("utf-8", "surrogatepass")).hexdigest()


def _read(record: Path) -> list[str]:
    # What cannot be read costs another trial, nothing else.
    with contextlib.suppress(OSError, ValueError):
        return record.read_text(encoding="ascii").split()
    return []


def _write(record: Path, marks: Sequence[str]) -> None:
    with contextlib.suppress(OSError):
        record.parent.mkdir(parents=True, exist_ok=True)
        fresh = record.with_name(f"{record.name}-{os.getpid()}")
        fresh.write_text("\n".join(marks), encoding="ascii")
        fresh.replace(record)


def _main() -> int:
    order = Order(**json.load(sys.stdin))
    try:
        if order.kind == "asr":
            from vtuber_cli.engines.asr_sherpa import load_and_hear

            load_and_hear(order)
        else:
            from vtuber_cli.engines.tts_sherpa import load_and_speak

            load_and_speak(order)
    except Exception as error:  # noqa: BLE001 - pybind turns C++ exceptions into all kinds of ours
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
