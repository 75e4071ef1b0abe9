from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from vtuber_cli import i18n, yaml_file
from vtuber_cli.character import Character
from vtuber_cli.config import Settings, fields, nested
from vtuber_cli.errors import ConfigError

FILE = Path("some.yaml")


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every promise holds above libyaml's parser and above PyYAML's own."""
    if request.param == "SafeLoader":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    elif not yaml.__with_libyaml__:
        pytest.skip("this PyYAML is built without libyaml")


def parse(text: str) -> Any:
    return yaml_file.parse(text.encode(), FILE).data


def refused(text: str | bytes) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        yaml_file.parse(text if isinstance(text, bytes) else text.encode(), FILE)
    assert caught.value.params["file"] == FILE
    return caught.value


def test_plain_words_mean_what_yaml_1_2_says() -> None:
    text = "a: no\nb: on\nc: yes\nd: true\ne: False\nf: ~\ng:\nh: 'true'\ni: 012\nj: 0o17\nk: 0x1F\nl: 1_000\n"
    assert parse(text) == {
        "a": "no", "b": "on", "c": "yes", "d": True, "e": False, "f": None, "g": None, "h": "true",
        "i": 12, "j": 15, "k": 31, "l": "1_000",
    }  # fmt: skip
    assert parse("a: 2026-01-01\nb: 1.5\nc: -2e3\nd: .inf\ne: 1e999\nf: 12:30\ng: nan\nh: =") == {
        "a": "2026-01-01", "b": 1.5, "c": -2000.0, "d": ".inf", "e": "1e999", "f": "12:30", "g": "nan", "h": "=",
    }  # fmt: skip


def test_a_number_longer_than_any_stays_text() -> None:
    assert parse("a: " + "9" * 5000) == {"a": "9" * 5000}


def test_keys_are_text() -> None:
    assert parse("no: 1\n2: two\ntrue: 3\n<<: 4") == {"no": 1, "2": "two", "true": 3, "<<": 4}


@pytest.mark.parametrize("text", ["", "# only a remark\n", "---\n", "\ufeff", "~"])
def test_an_empty_file_says_nothing(text: str) -> None:
    assert parse(text) == {}


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("a: 1\nb: &x [1]", "config.alias", 2),
        ("a: &x [*x]", "config.alias", 1),
        ("a: 1\nb: *x", "config.alias", 2),
        ("&k a: 1", "config.alias", 1),
        ("a: !!python/object/apply:os.system ['true']", "config.tag", 1),
        ("!!str a: 1", "config.tag", 1),
        ("a: ! x", "config.tag", 1),
        ("%TAG ! tag:x,2000:\n---\na: !y z", "config.tag", 3),
        ("a: 1\nb: 2\na: 3", "config.duplicate", 3),
        ("a:\n  'x': 1\n  x: 3", "config.duplicate", 3),
        ("a: 1\n---\nb: 2", "config.many_documents", 2),
        ("- 1\n- 2", "config.not_a_mapping", 1),
        ("just words", "config.not_a_mapping", 1),
        ("a: 1\n? [x]\n: 1", "config.key_not_text", 2),
        ("a:\n\tb: x", "config.tab", 2),
        ("a: 1\nb: [1", "config.not_yaml", None),
        ("a: 'x", "config.not_yaml", None),
        ("a: b: c", "config.not_yaml", 1),
        ("a: 1\nb: \x00", "config.control", 2),
        ("a: \x1b[31m", "config.control", 1),
        ("[" * 20_000 + "]" * 20_000, "config.too_deep", 1),
        ("a: " + "{b: " * 40 + "}" * 40, "config.too_deep", 1),
        ("a: 1\n" + "- " * 5, "config.not_yaml", 2),
    ],
)
def test_what_is_refused_names_its_line(text: str, key: str, line: int | None) -> None:
    error = refused(text)
    assert error.key == key
    if line is not None:
        assert error.params["line"] == line
    assert str(error.params["line"]) in i18n.t(error.key, **error.params)


def test_half_a_character_is_refused() -> None:
    assert refused('a: "\\ud800"').key in {"config.control", "config.not_yaml"}  # ours, or libyaml's own check


def test_other_encodings_are_refused() -> None:
    error = refused(b"a: 1\nb: \xff")
    assert (error.key, error.params["line"]) == ("config.not_utf8", 2)
    assert refused("a: 1".encode("utf-16")).key == "config.not_utf8"


def test_nesting_is_refused_quickly() -> None:
    start = time.process_time()
    refused("[" * 20_000 + "]" * 20_000)
    assert time.process_time() - start < 1.0


def test_32_levels_are_fine() -> None:
    assert str(parse("a: " + "[" * 31 + "]" * 31)["a"]) == "[" * 31 + "]" * 31
    assert refused("a: " + "[" * 32 + "]" * 32).key == "config.too_deep"


def test_too_big(tmp_path: Path) -> None:
    file = tmp_path / "big.yaml"
    file.write_text("a: " + "x" * yaml_file.MAX_BYTES)
    with pytest.raises(ConfigError) as caught:
        yaml_file.load(file)
    assert caught.value.key == "config.too_big"


def test_files_that_are_none(tmp_path: Path) -> None:
    for path, key in [
        (tmp_path / "none.yaml", "config.missing"),
        (tmp_path, "config.not_a_file"),
        (Path("/dev/zero"), "config.not_a_file"),
        (tmp_path / ("x" * 300), "config.unreadable"),
    ]:
        with pytest.raises(ConfigError) as caught:
            yaml_file.load(path)
        assert caught.value.key in {key, "config.missing"}, path
        assert str(path) in i18n.t(caught.value.key, **caught.value.params)


_WORD = st.text(st.characters(blacklist_categories=("Cs", "Cc"), max_codepoint=0xD7FF), max_size=12)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | _WORD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORD, inner, max_size=3),
    max_leaves=12,
)


class Quoting(yaml.SafeDumper):
    """Puts every text in quotes: YAML 1.1, which the dumper speaks, sees text where 1.2 sees a number (`0E0`)."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


@given(st.dictionaries(_WORD, _VALUES, max_size=4))
def test_what_is_written_reads_back_equal(data: dict[str, Any]) -> None:
    text = yaml.dump(data, Dumper=Quoting, allow_unicode=True)
    assert yaml_file.parse(text.encode(), FILE).data == data


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with suppress(ConfigError):  # and nothing else comes out of it
        yaml_file.parse(raw, FILE)


# --- against a model --------------------------------------------------------------------------------------------


class Inner(BaseModel, extra="forbid"):
    size: int = Field(1, ge=1, le=5)
    colour: Literal["red", "blue"] = "red"


class Outer(BaseModel, extra="forbid"):
    name: str
    loud: bool = False
    inner: Inner = Inner()
    more: dict[str, Inner] = {}
    several: list[Inner | None] = []


def invalid(text: str) -> tuple[str, dict[str, Any], str]:
    with pytest.raises(ConfigError) as caught:
        yaml_file.validate(yaml_file.parse(text.encode(), FILE), Outer)
    return caught.value.key, caught.value.params, i18n.t(caught.value.key, **caught.value.params)


def test_a_good_document() -> None:
    document = yaml_file.parse(b"name: no\nloud: true\nmore:\n  x: {size: 2}\nseveral:\n  - size: 3\n  - ~", FILE)
    found = yaml_file.validate(document, Outer)
    assert (found.name, found.loud, found.more["x"].size, len(found.several)) == ("no", True, 2, 2)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("name: x\nlaud: 1", "some.yaml:2: laud: unknown key; did you mean loud?"),
        ("name: x\ninner:\n  sise: 1", "some.yaml:3: inner.sise: unknown key; did you mean size?"),
        ("name: x\nmore:\n  a:\n    color: red", "some.yaml:4: more.a.color: unknown key; did you mean colour?"),
        (
            "name: x\nseveral:\n- size: 1\n- {\n  syze: 1}",
            "some.yaml:5: several[1].syze: unknown key; did you mean size?",
        ),
        ("name: x\nzzz: 1", "some.yaml:2: zzz: unknown key"),
        ("inner: {size: 2}", "some.yaml:1: name: is missing"),
        ("name: 5", "some.yaml:1: name: has to be text"),
        ("name: x\ninner:\n\n  size: 9", "some.yaml:4: inner.size: may be at most 5"),
        ("name: x\ninner: {size: 0}", "some.yaml:2: inner.size: has to be at least 1"),
        ("name: x\ninner: {size: big}", "some.yaml:2: inner.size: has to be a whole number"),
        ("name: x\ninner: {colour: green}", "some.yaml:2: inner.colour: has to be one of red, blue"),
        ("name: x\nloud: maybe", "some.yaml:2: loud: has to be true or false"),
        ("name: x\ninner: 3", "some.yaml:2: inner: has to be `key: value` lines"),
        ("name: x\nseveral: 3", "some.yaml:2: several: has to be a list"),
        ("nam: x", "some.yaml:1: nam: unknown key; did you mean name?"),
    ],
)
def test_a_bad_one_names_file_line_and_key(text: str, shown: str) -> None:
    assert invalid(text)[2] == shown


ODD: tuple[Any, ...] = (
    *(None, True, 5, -1, 1.5, 10**30, "x", "\ud800", "", [], ["a"], ["en"] * 30, {}, {"a": 1}, {"ENG": "x"}, [[]]),
    *({"en": one} for one in (None, 5, "x", [], [None], [5], ["x"], {}, [{}], [{"text": 5}], {"engine": "../x"})),
    *({"joy": 5}, {"llm": 5}, {"llm": {"name": 5}}, {"by_language": {"en": 5}}, {"by_language": {"en": {"tts": 1}}}),
)


@pytest.mark.parametrize("model", [Settings, Character])
def test_whatever_is_wrong_is_said_in_words_of_ours(model: type[BaseModel]) -> None:
    """Pydantic's own are English only."""
    keys = (
        [tuple(key.split(".")) for key in fields()] if model is Settings else [(name,) for name in model.model_fields]
    )
    for key in keys:
        for value in ODD:
            document = yaml_file.Document("odd", nested(key, value))
            assert [one for one in yaml_file.problems(document, model) if one.key == "config.invalid"] == []
