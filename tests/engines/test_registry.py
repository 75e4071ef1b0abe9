"""Which engines there are, and what happens when one cannot be had."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, get_args

import pytest

from vtuber_cli.engines import registry
from vtuber_cli.errors import EngineUnavailable, UsageError
from vtuber_cli.events import EngineKind
from vtuber_cli.i18n import find, set_language, t

if TYPE_CHECKING:
    from pathlib import Path

KINDS: tuple[EngineKind, ...] = get_args(EngineKind)


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Installs a package with one engine called `odd`, or of the name given."""

    def install(code: str, name: str = "odd", value: str = "odd_engine:Odd") -> None:
        (tmp_path / "odd_engine.py").write_text(code, encoding="utf-8")
        info = tmp_path / "odd_engine-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-engine\nVersion: 1\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[vtuber.llm]\n{name} = {value}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "odd_engine", raising=False)

    return install


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_an_echo_and_one_more(kind: EngineKind) -> None:
    names = registry.names(kind)
    assert "echo" in names
    assert len(names) >= 2
    assert list(names) == sorted(names)


@pytest.mark.parametrize("kind", KINDS)
def test_every_engine_loads_and_describes_its_options(kind: EngineKind) -> None:
    for name in registry.names(kind):
        engine = registry.load(kind, name)
        assert engine.Options().model_json_schema()["additionalProperties"] is False


def test_names_and_classes_import_nothing_heavy() -> None:
    heavy = ["xllamacpp", "onnxruntime", "faster_whisper", "ctranslate2", "piper", "hibari", "sherpa_onnx"]
    code = f"""
import sys
from vtuber_cli.engines import registry
for kind in {KINDS!r}:
    for name in registry.names(kind):
        registry.load(kind, name)
print([name for name in {heavy!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("asked", "nearest"), [("lama", "llama"), ("ech", "echo"), ("Echo", "echo")])
def test_an_unknown_name_gets_the_nearest(asked: str, nearest: str) -> None:
    with pytest.raises(UsageError) as raised:
        registry.load("llm", asked)
    assert raised.value.key == "engine.unknown_nearest"
    assert raised.value.params["nearest"] == nearest


@pytest.mark.parametrize("asked", ["", "zzzz", "\x1b[2J", "../../etc/passwd", "엔진"])
def test_an_unknown_name_without_a_near_one_gets_the_list(asked: str) -> None:
    with pytest.raises(UsageError) as raised:
        registry.load("llm", asked)
    assert raised.value.key == "engine.unknown"
    assert "echo" in str(raised.value.params["names"])


def test_a_plugin_is_found_and_loaded(plugin) -> None:
    plugin("class Odd:\n    class Options: pass\n")
    assert "odd" in registry.names("llm")
    assert registry.load("llm", "odd").__name__ == "Odd"


def test_a_plugin_does_not_replace_ours(plugin) -> None:
    plugin("class Odd:\n    class Options: pass\n", name="echo")
    assert registry.load("llm", "echo").__module__ == "vtuber_cli.engines.echo"


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("import no_such_package_anywhere.inner", "engine.not_installed"),
        ("raise ImportError('libgomp.so.1: cannot open shared object file', name='odd_engine.core')", "engine.library"),
        ("class Other: pass", "engine.broken"),
        ("Odd = 3", "engine.broken"),
        ("class Odd: pass", "engine.broken"),
        ("def (", "engine.broken"),
        ("raise RuntimeError('no')", "engine.broken"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_one_clear_error(plugin, code: str, key: str) -> None:
    plugin(code)
    with pytest.raises(EngineUnavailable) as raised:
        registry.load("llm", "odd")
    assert raised.value.key == key
    for language in ("en", "ko"):
        set_language(language)
        try:
            assert "odd" in t(key, **raised.value.params)
            assert "?" not in t(key, **raised.value.params)
            assert find(f"{key}.hint")
        finally:
            set_language("auto")
    if key == "engine.not_installed":
        assert raised.value.params["module"] == "no_such_package_anywhere"
