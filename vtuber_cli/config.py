"""The settings, and where each of them comes from.

Order, the later winning: defaults, the character, the user's own file, `./vtuber.yaml`, `VTUBER_*` variables, flags.
A variable is named after its key: `VTUBER_TALK__HANGOVER_MS=500` sets `talk.hangover_ms`.

Two of these layers may have been written by a stranger: a character that was downloaded, and `./vtuber.yaml` in a
folder that was cloned. They may choose engines, models and voices *by name* and change how a talk feels; they may not
set commands, addresses, keys, who may reach a server, or folders and files to load (`models_dir`, a model given by its
path). In an engine's options they may set `FOREIGN_OPTIONS` only: a list of what is allowed, as nobody knows every
plug-in's dangerous word.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from vtuber_cli import paths, yaml_file
from vtuber_cli.errors import ConfigError, UsageError
from vtuber_cli.yaml_file import Document, Key, Value

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.fields import FieldInfo
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

CHARACTER_ID = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$"
FOREIGN_OPTIONS = frozenset({"model", "voice", "speaker", "language", "speed", "pitch", "volume", "style"})

_PREFIX = "VTUBER_"
_OTHER_VARIABLES = frozenset({"HOME", "DEBUG", "LOG", "LOG_FORMAT", "LANG", "MODELS_DIR", "AVATAR"})
"""The program's own variables that are no settings; so is everything that begins with VTUBER_TEST_."""
_OPTIONS = {
    "character": "--character",
    "audio.input": "--input",
    "audio.output": "--output",
    "screen.avatar": "--avatar",
}
"""Settings that have an option of their own on the command line, for messages."""
_DENIED = re.compile(
    r"(command|cmd|args|argv|env|environment|url|uri|endpoint|host|proxy|key|token|secret|password|headers)"
)
_PLAIN_NAME = re.compile(r"[\w][\w .+-]{0,79}")
_SECRET = re.compile(r"(.*_)?(key|keys|token|secret|password|passwd|authorization|headers|cookie)")
_WEIGHT_FILE = re.compile(r"\.(gguf|bin|onnx|ort|pt|pth|safetensors)$", re.IGNORECASE)


def _at_home(path: Path) -> Path:
    """`~` as the user's folder; an unknown `~somebody` stays as it is written."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises for those


class Section(BaseModel):
    """A mapping that knows its keys; one without content (`talk:` with every line under it commented out) is empty."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True, allow_inf_nan=False
    )

    @model_validator(mode="before")
    @classmethod
    def _empty(cls, data: Any) -> Any:
        return _empty_mapping(data)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler, /) -> JsonSchemaValue:
        found = handler(core)
        inner = handler.resolve_ref_schema(found)
        if not inner.get("required"):
            inner["type"] = ["object", "null"]
        return found


def _empty_mapping(data: Any) -> Any:
    return {} if data is None else data


class EngineChoice(Section):
    name: Annotated[str, Field(pattern=CHARACTER_ID)] = "auto"
    """The engine's name; "auto" takes the one that suits the language and what is installed."""
    options: Annotated[dict[str, Any], BeforeValidator(_empty_mapping)] = {}
    """The engine's own options. They belong to the engine named: naming another one elsewhere drops them."""


class Engines(Section):
    vad: EngineChoice = EngineChoice()
    """Tells speech from silence."""
    asr: EngineChoice = EngineChoice()
    """Turns speech into text."""
    llm: EngineChoice = EngineChoice()
    """Thinks of a reply."""
    tts: EngineChoice = EngineChoice()
    """Turns text into speech."""


class Talk(Section):
    hangover_ms: Annotated[int, Field(ge=200, le=3000, examples=[500])] = 600
    """How long you have to be silent before she answers, in milliseconds."""
    barge_in: Annotated[bool, Field(examples=[True])] = False
    """Whether speaking interrupts her. Wants headphones: otherwise she hears herself."""
    hands_free: Annotated[bool, Field(examples=[False])] = True
    """Whether she listens all the time; otherwise only after the talk key."""
    idle_seconds: Annotated[int, Field(ge=0, le=86_400, examples=[90])] = 0
    """After how many seconds of silence she says something by herself, once until you have answered; 0 is never."""


class Reply(Section):
    max_tokens: Annotated[int, Field(ge=1, le=4096, examples=[80])] = 160
    """The longest reply, in the model's tokens."""
    temperature: Annotated[float, Field(ge=0, le=2, examples=[0.4])] = 0.7
    """How freely she chooses her words; 0 always takes the likeliest."""
    seed: Annotated[int | None, Field(examples=[7])] = None
    """The same seed gives the same replies; without one they differ."""


_NUMBER_TOO: dict[str, Any] = {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}


class Audio(Section):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    input: Annotated[str | None, Field(examples=["USB"], json_schema_extra=_NUMBER_TOO)] = None
    """Number or part of the name of the microphone; without it the system's own choice."""
    output: Annotated[str | None, Field(examples=["USB"], json_schema_extra=_NUMBER_TOO)] = None
    """Number or part of the name of the speaker; without it the system's own choice."""
    library: Literal["auto", "portaudio", "miniaudio"] = "auto"
    """What brings us to the devices: "auto" takes PortAudio, and miniaudio where that is missing or finds none."""


class Fortune(Section):
    narration: Annotated[Literal["template", "model"], Field(examples=["model"])] = "template"
    """Who words a fortune that is told in a talk: our own texts, or the model, where what it says passes."""


class Screen(Section):
    avatar: Annotated[Literal["auto", "kitty", "sixel", "half", "ascii", "off"], Field(examples=["half"])] = "auto"
    """How she is drawn: "auto" takes the best that the terminal is known to do, "off" leaves her out."""


ORIGIN = r"^(null|file://|[a-z][a-z0-9+.-]{0,31}://[a-z0-9\[][a-z0-9._\[\]:-]{0,260})$"
"""What a browser says of where a page comes from: nothing in capitals, and nothing after host and port. Desktop
programs made with Electron, whose pages are files, say `file://`."""
HOST_NAME = r"^(\[[0-9a-f:.]{2,45}\]|[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?)(:[0-9]{1,5})?$"

_BRACKETED_ADDRESS = re.compile(r"\[[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*\]")


def _listed(value: Any) -> Any:
    """One text for a list, as variables and the command line have it: `[a, b]` as in a file, or `a,b`."""
    if not isinstance(value, str):
        return value
    if value.startswith("[") and not _BRACKETED_ADDRESS.match(value):
        return yaml_file.parse(f"value: {value}".encode("utf-8", "surrogateescape"), Path("value")).data["value"]
    return [part.strip() for part in value.split(",") if part.strip()]


_TEXT_TOO: dict[str, Any] = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}
_Origins: TypeAlias = Annotated[list[Annotated[str, Field(pattern=ORIGIN)]], BeforeValidator(_listed)]
_HostNames: TypeAlias = Annotated[list[Annotated[str, Field(pattern=HOST_NAME)]], BeforeValidator(_listed)]


class Server(Section):
    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9:._-]{1,255}$", examples=["192.168.1.5"])] = "127.0.0.1"
    """The address to listen at. One that others can reach wants `server.token`."""
    port: Annotated[int, Field(ge=0, le=65535, examples=[8080])] = 12393
    """The port to listen at; 12393 is where Open-LLM-VTuber's front ends look. 0 takes a free one."""
    allow_origin: Annotated[_Origins, Field(json_schema_extra=_TEXT_TOO, examples=[["http://localhost:5173"]])] = []
    """Where pages that are not ours may come from, to the letter; "null" or "file://" for programs that say that."""
    allow_host: Annotated[_HostNames, Field(json_schema_extra=_TEXT_TOO, examples=[["mybox.local"]])] = []
    """Further names of this server, with a port if it is another one from outside."""
    token: Annotated[bool, Field(examples=[True])] = False
    """Whether a client has to know the token that `vtuber serve` makes."""
    max_sessions: Annotated[int, Field(ge=1, le=1000, examples=[8])] = 32
    """How many talks there may be at once."""
    max_sessions_per_address: Annotated[int, Field(ge=1, le=1000, examples=[2])] = 8
    """How many of them from one address of another machine."""
    max_viewers: Annotated[int, Field(ge=0, le=10_000, examples=[20])] = 200
    """How many may look on besides."""
    max_active: Annotated[int, Field(ge=1, le=64, examples=[4])] = 2
    """How many answers are thought about and spoken at once; the others wait in line."""
    max_waiting: Annotated[int, Field(ge=0, le=1000, examples=[16])] = 64
    """How many may wait in that line; more are refused."""
    group_turns: Annotated[int, Field(ge=1, le=20, examples=[1])] = 2
    """How often each character of a group answers what somebody has said, if nobody says anything meanwhile."""
    proxy: Annotated[bool, Field(examples=[True])] = False
    """Whether there is `/proxy-ws`: one talk that all who connect there share."""
    max_upload_mb: Annotated[int, Field(ge=1, le=1000, examples=[20])] = 10
    """The largest sound file that may be sent to be written down, in megabytes."""


class Settings(Section):
    language: Annotated[Literal["auto", "en", "ko"], Field(examples=["ko"])] = "auto"
    """Of the interface and of the talk; "auto" follows the system."""
    character: Annotated[str, Field(pattern=CHARACTER_ID, examples=["jun"])] = "mika"
    """Who talks to you."""
    models_dir: Annotated[Annotated[Path, AfterValidator(_at_home)] | None, Field(examples=["~/models"])] = None
    """Where models are kept; without it the user's data folder."""
    engines: Engines = Engines()
    talk: Talk = Talk()
    reply: Reply = Reply()
    audio: Audio = Audio()
    fortune: Fortune = Fortune()
    screen: Screen = Screen()
    server: Server = Server()


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force, and where each came from."""

    settings: Settings
    sources: Mapping[str, str]

    def source_of(self, key: str) -> str:
        """Where `talk.hangover_ms` comes from: "default", "character", "flag", `file:line` or a variable's name."""
        return self.sources.get(key, "default")


def fields() -> dict[str, FieldInfo]:
    """Every setting by its dotted key, in order. An engine's options are one setting here: `engines.llm.options`."""
    return dict(_fields(Settings, ""))


def field(key: str) -> FieldInfo:
    """The setting of this key; for an engine's option, `engines.llm.options.model`, that of all its options.

    Raises:
        UsageError: there is none; names the nearest. A section (`talk`) is none, its keys are.
    """
    known = fields()
    if key in known:
        return known[key]
    beginning, _, name = key.partition(".options.")
    if name and f"{beginning}.options" in known:
        return known[f"{beginning}.options"]
    if inside := [each for each in known if each.startswith(f"{key}.")]:
        raise UsageError("settings.section", name=key, names=", ".join(inside))
    nearest = get_close_matches(key, known, n=1, cutoff=0.5) or [
        each for each in known if each.rpartition(".")[2] == key.rpartition(".")[2]
    ]
    words = "settings.unknown_nearest" if nearest else "settings.unknown"
    raise UsageError(words, name=key, nearest="".join(nearest[:1]))


def is_secret(key: str) -> bool:
    """Whether a setting's name says that its value is nobody's business. Keys are kept elsewhere, but plug-ins vary."""
    return ".options." in key and _SECRET.fullmatch(key.rpartition(".")[2].lower().replace("-", "_")) is not None


def user_file() -> Path:
    return paths.config_dir() / "config.yaml"


def project_file() -> Path:
    return Path("vtuber.yaml")


def load(flags: Mapping[str, object] | None = None, character: Mapping[str, object] | None = None) -> Loaded:
    """Puts the layers together.

    Args:
        flags: by dotted key, as `{"talk.hangover_ms": 500}`; None as a value means that the flag was not given.
        character: what the character wishes (`Character.settings`); not known yet when asking who the character is.

    Raises:
        ConfigError: names file, line and key, or the variable.
    """
    layers: list[Document] = []
    if character:
        layers.append(Document("character", cast("dict[str, Value]", dict(character))))
    layers.extend(_files())
    layers.extend(_variables(os.environ))
    # In order, so that an engine's name, which takes the options before it away, comes before its own.
    given = {key: value for key, value in sorted((flags or {}).items()) if value is not None}
    for key, value in given.items():
        option = _OPTIONS.get(key, "--set")
        layers.append(Document(option, nested(tuple(key.split(".")), cast("Value", value))))

    data: dict[str, Value] = {}
    sources: dict[str, str] = {}
    for layer in layers:
        said = yaml_file.validate(layer, Settings).model_dump(exclude_unset=True)
        for key, value in _leaves(said):
            _set(data, sources, key, value)
            sources[".".join(key)] = "flag" if str(layer.path).startswith("--") else layer.place(key)
    return Loaded(yaml_file.validate(Document("settings", data), Settings), sources)


def check_foreign(document: Document) -> None:
    """Refuses what a stranger's file may not say.

    Raises:
        ConfigError: names the first such key.
    """
    for refusal in foreign(document):
        raise refusal


def foreign(document: Document) -> Iterator[ConfigError]:
    """A refusal of everything that a stranger's file says and may not."""
    for key, value in _everything(document.data, ()):
        name = str(key[-1]).lower().replace("-", "_")
        in_options = "options" in key[:-1]
        denied = (
            name == "models_dir"
            or key[0] == "server"
            or _DENIED.fullmatch(name.rpartition("_")[2])
            or _DENIED.fullmatch(name)
        )
        if denied or (in_options and name not in FOREIGN_OPTIONS):
            yield document.refusal("config.foreign", key, user_file=user_file())
        elif in_options and not _is_plain(value):
            yield document.refusal("config.foreign_value", key, user_file=user_file())


def _is_plain(value: Value) -> bool:
    """A number, or a name that can be no path and no file of weights."""
    if isinstance(value, str):
        return _PLAIN_NAME.fullmatch(value) is not None and _WEIGHT_FILE.search(value) is None
    return value is None or isinstance(value, (int, float))


def _files() -> Iterator[Document]:
    mine, foreign = user_file(), project_file()
    if os.path.lexists(mine):
        yield _anchored(yaml_file.load(mine))
    if os.path.lexists(foreign):
        document = yaml_file.load(foreign)
        check_foreign(document)
        yield document


def _anchored(document: Document) -> Document:
    """A relative `models_dir` in the user's file is meant from that file, not from wherever the program is started."""
    folder = document.data.get("models_dir")
    if isinstance(folder, str) and isinstance(document.path, Path):
        return Document(
            document.path,
            {**document.data, "models_dir": str(document.path.parent / _at_home(Path(folder)))},
            document.lines,
        )
    return document


def _variables(environment: Mapping[str, str]) -> Iterator[Document]:
    """One document for each variable that is a setting; an empty variable counts as not there."""
    known = set(Settings.model_fields)
    for variable, value in sorted(environment.items()):
        if not value or not variable.startswith(_PREFIX):
            continue
        name = variable.removeprefix(_PREFIX)
        if name == "MODELS_DIR":
            yield Document(variable, {"models_dir": value})
        if name in _OTHER_VARIABLES or name.startswith("TEST_"):
            continue
        key = name.lower().split("__")
        # Other programs' variables may begin like ours; a slip of the pen in one of our own should not go unseen.
        if len(key) > 1 or key[0] in known or get_close_matches(key[0], known, n=1, cutoff=0.8):
            yield Document(variable, nested(tuple(key), value))
    if language := environment.get(f"{_PREFIX}LANG"):  # `--lang` sets it, too, and wins
        yield Document(f"{_PREFIX}LANG", {"language": language})
    if avatar := environment.get(f"{_PREFIX}AVATAR"):
        yield Document(f"{_PREFIX}AVATAR", {"screen": {"avatar": avatar}})


def _fields(model: type[BaseModel], above: str) -> Iterator[tuple[str, FieldInfo]]:
    for name, info in model.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, f"{above}{name}.")
        else:
            yield above + name, info


def nested(key: Key, value: Value) -> dict[str, Value]:
    for part in reversed(key):
        value = {str(part): value}
    return cast("dict[str, Value]", value)


def _leaves(data: Mapping[str, Value], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Value]]:
    """Every value that is not a mapping; an engine's name before its options."""
    for name, value in sorted(data.items()):
        key = (*above, name)
        if isinstance(value, dict):
            yield from _leaves(value, key)
        else:
            yield key, value


def _everything(value: Value, above: Key) -> Iterator[tuple[Key, Value]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield (*above, name), inner
        yield from _everything(inner, (*above, name))


def _set(data: dict[str, Value], sources: dict[str, str], key: tuple[str, ...], value: Value) -> None:
    """Sets a value; an engine's new name takes the options of the old one away."""
    inner = data
    for part in key[:-1]:
        inner = cast("dict[str, Value]", inner.setdefault(part, {}))
    match key:
        case ("engines", kind, "name") if inner.get("name", "auto") != value:
            inner.pop("options", None)
            for gone in [name for name in sources if name.startswith(f"engines.{kind}.options.")]:
                del sources[gone]
        case _:
            pass
    inner[key[-1]] = value
