"""Import rules that import-linter cannot say: what conversation may see, and what costs too much at module level."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import vtuber_cli

PACKAGE = Path(vtuber_cli.__file__).parent
SEEN_BY_CONVERSATION = {
    "vtuber_cli.engines.base",
    "vtuber_cli.engines.worker",
    "vtuber_cli.audio.base",
    "vtuber_cli.audio.level",
    "vtuber_cli.audio.pcm",
    "vtuber_cli.tools.base",
}
FACES = {"cli", "tui", "server", "bench", "__main__.py"}


def imported(file: Path, *, inside: bool = True) -> set[str]:
    """The modules a file imports, at module level or (with `inside`) anywhere; type-checking blocks left out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree)) if inside else [node for node in tree.body if not isinstance(node, ast.If)]
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names} | {node.module}
    return found


@pytest.mark.parametrize("file", sorted((PACKAGE / "conversation").rglob("*.py")), ids=lambda file: file.name)
def test_conversation_sees_only_the_protocols_of_engines_and_audio(file: Path) -> None:
    packages = ("vtuber_cli.engines", "vtuber_cli.audio", "vtuber_cli.tools")
    for name in imported(file):
        if name.startswith(packages) and name not in packages:
            assert any(name == seen or name.startswith(f"{seen}.") for seen in SEEN_BY_CONVERSATION), name


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_only_faces_import_a_terminal_or_web_library(file: Path) -> None:
    if file.relative_to(PACKAGE).parts[0] not in FACES:
        roots = {name.partition(".")[0] for name in imported(file)}
        assert not roots & {"textual", "rich", "fastapi", "typer", "click"}


@pytest.mark.parametrize("file", sorted((PACKAGE / "cli").glob("*.py")), ids=lambda file: file.name)
def test_command_modules_import_nothing_heavy_at_module_level(file: Path) -> None:
    light = ("typer", "vtuber_cli")
    for name in imported(file, inside=False):
        root = name.partition(".")[0]
        assert root in light or root in sys_modules(), f"{file.name} imports {name}"
        assert not name.startswith(("vtuber_cli.tui", "vtuber_cli.engines", "vtuber_cli.audio", "vtuber_cli.bootstrap"))


def sys_modules() -> frozenset[str]:
    import sys

    return sys.stdlib_module_names


@pytest.mark.parametrize("file", sorted((PACKAGE / "engines").glob("*.py")), ids=lambda file: file.name)
def test_engines_have_no_event_loop(file: Path) -> None:
    if file.name != "worker.py":
        assert "asyncio" not in {name.partition(".")[0] for name in imported(file)}
