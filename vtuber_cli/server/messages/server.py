"""What the server says on `/client-ws` (and `/proxy-ws`): to all, and what only those get that announced it."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field

from vtuber_cli.server.messages.base import (
    Address,
    Base64,
    Count,
    EmotionName,
    Id,
    LongText,
    Message,
    Name,
    Part,
    Secret,
    Sentence,
    Share,
    example,
)
from vtuber_cli.server.messages.client import DisplayText

MOST_LISTED = 10_000
"""Rows of a list: talks, messages of a talk, pictures."""

Volumes: TypeAlias = Annotated[tuple[Share, ...], Field(strict=False, max_length=30_000)]
"""Of each `slice_length` milliseconds of speech the loudness, the loudest being 1."""
Expressions: TypeAlias = Annotated[tuple[int | Name, ...], Field(strict=False, max_length=16)]


# --- a turn -----------------------------------------------------------------------------------------------------


class FullText(Message):
    """A line below her: what goes on, or is said."""

    model_config = example({"type": "full-text", "text": "Thinking..."})
    type: Literal["full-text"] = "full-text"
    text: LongText


class Control(Message):
    """What the client should do. Every chain-start is followed by one chain-end, unless somebody interrupts."""

    model_config = example({"type": "control", "text": "conversation-chain-start"})
    type: Literal["control"] = "control"
    text: Literal[
        "start-mic",
        "stop-mic",
        "conversation-chain-start",
        "conversation-chain-end",
        "interrupt",
        "mic-audio-end",
    ]
    """`interrupt` and `mic-audio-end`: we heard somebody begin, and end, in `raw-audio-data`."""


class Actions(Part):
    """What she does while she says something."""

    expressions: Expressions | None = None
    """Names or numbers of the model's expressions; the first one is meant."""


class Viseme(Part):
    """How the mouth stands from a moment on."""

    at: Count
    """Milliseconds from the start of the sentence."""
    open: Share
    form: Annotated[float, Field(ge=-1, le=1)] | None = None
    """-1 round to 1 wide; without it, what the keys around it say."""
    vowel: Literal["A", "I", "U", "E", "O"] | None = None
    """Whose shape it is."""
    closed: bool | None = None
    """The lips touch; several such keys in a row are one touch, in their middle."""


Visemes: TypeAlias = Annotated[tuple[Viseme, ...], Field(strict=False, max_length=20_000)]
"""Keys of the curves of her mouth; the last one is where the speech ends."""


class Audio(Message):
    """One sentence: its text, its sound, her face. Sentences come in order, and may come long before they are heard."""

    model_config = example(
        {
            "type": "audio",
            "audio": "UklGRiQAAABXQVZFZm10IBAAAAABAAEAgD4AAAB9AAACABAAZGF0YQAAAAA=",
            "volumes": [0.0, 0.42, 1.0],
            "slice_length": 20,
            "display_text": {"text": "Hello there, ", "name": "Mika", "avatar": "mika.png"},
            "actions": {"expressions": ["joy"]},
            "forwarded": False,
        }
    )
    says_null: ClassVar[frozenset[str]] = frozenset({"audio"})
    type: Literal["audio"] = "audio"
    audio: Base64 | None = None
    """A whole WAV file: plain PCM, `fmt ` first, true sizes. null: shown only."""
    volumes: Volumes = ()
    slice_length: Annotated[int, Field(ge=1, le=1000)] = 20
    """Milliseconds."""
    display_text: DisplayText | None = None
    actions: Actions | None = Actions()
    forwarded: bool = False
    """From another one of the group: no `audio-play-start` is wanted."""
    visemes: Visemes | None = None
    """For clients that announced `visemes`; where the voice tells its sounds."""


class BackendSynthComplete(Message):
    """All sentences of the turn were sent. The client answers `frontend-playback-complete` when they were heard."""

    model_config = example({"type": "backend-synth-complete"})
    type: Literal["backend-synth-complete"] = "backend-synth-complete"


class ForceNewMessage(Message):
    """What follows belongs into a new bubble."""

    model_config = example({"type": "force-new-message"})
    type: Literal["force-new-message"] = "force-new-message"


class UserInputTranscription(Message):
    """What we understood of what was said aloud."""

    model_config = example({"type": "user-input-transcription", "text": "What will tomorrow bring?"})
    type: Literal["user-input-transcription"] = "user-input-transcription"
    text: LongText


class BrowserView(Part):
    """Addresses of a browser that a tool drives, as the tool told them."""

    debuggerFullscreenUrl: Address
    debuggerUrl: Address
    pages: Annotated[tuple[dict[str, Any], ...], Field(strict=False, max_length=64)] = ()
    wsUrl: Address | None = None
    sessionId: Name | None = None


class ToolCallStatus(Message):
    """A tool at work; the same `tool_id` again says how it went."""

    model_config = example(
        {
            "type": "tool_call_status",
            "tool_id": "call_1",
            "tool_name": "get_time",
            "status": "completed",
            "content": "12:00",
            "timestamp": "2026-11-22T08:00:00+00:00",
            "name": "Mika",
        }
    )
    type: Literal["tool_call_status"] = "tool_call_status"
    tool_id: Name
    tool_name: Name
    status: Literal["running", "completed", "error"]
    content: LongText = ""
    timestamp: Name
    name: Name | None = None
    browser_view: BrowserView | None = None


# --- who she is -------------------------------------------------------------------------------------------------


class ModelInfo(Part):
    """What is drawn. Without a `.model3.json` Open-LLM-VTuber's front ends draw nothing and play no sound."""

    name: Name
    description: Sentence = ""
    url: Address
    """`/<folders>/<name>.model3.json`; what it refers to lies beside it. Empty: this character has none."""
    k_scale: Annotated[float, Field(alias="kScale", ge=0, le=100)] = 0.5
    initial_x: Annotated[float, Field(alias="initialXshift")] = 0
    initial_y: Annotated[float, Field(alias="initialYshift")] = 0
    k_x_offset: Annotated[float, Field(alias="kXOffset")] = 0
    idle_motion_group: Annotated[Name, Field(alias="idleMotionGroupName")] = "Idle"
    emotion_map: Annotated[dict[Name, int | Name], Field(alias="emotionMap", max_length=64)] = Field(
        default_factory=dict[str, int | str]
    )
    """Her emotions as expressions of the model, by number or name."""
    tap_motions: Annotated[
        dict[Name, dict[Name, float]], Field(alias="tapMotions", max_length=64, default_factory=dict)
    ]
    default_emotion: Annotated[int | Name | None, Field(alias="defaultEmotion")] = None
    pointer_interactive: Annotated[bool | None, Field(alias="pointerInteractive")] = None
    scroll_to_resize: Annotated[bool | None, Field(alias="scrollToResize")] = None
    vrm_url: Address | None = None
    rig_url: Address | None = None
    """Our own drawing of her, for the page in `/viewer`."""


class SetModelAndConf(Message):
    """Who talks and what she looks like."""

    model_config = example(
        {
            "type": "set-model-and-conf",
            "model_info": {
                "name": "mika",
                "description": "",
                "url": "/live2d-models/mika/mika.model3.json",
                "kScale": 0.5,
                "initialXshift": 0,
                "initialYshift": 0,
                "kXOffset": 0,
                "idleMotionGroupName": "Idle",
                "emotionMap": {"neutral": 0, "joy": "smile"},
                "tapMotions": {},
            },
            "conf_name": "Mika",
            "conf_uid": "mika",
            "client_uid": "8adc5937-5c0e-4f57-9c5b-8a2f4f1fbd5e",
        }
    )
    type: Literal["set-model-and-conf"] = "set-model-and-conf"
    model_info: ModelInfo
    conf_name: Name
    conf_uid: Id
    client_uid: Id | None = None
    """Absent after `switch-config`."""


class ConfigFile(Part):
    """A character."""

    filename: Name
    name: Name
    """Compared with `conf_name`."""


class ConfigFiles(Message):
    """The characters there are."""

    model_config = example({"type": "config-files", "configs": [{"filename": "mika.yaml", "name": "Mika"}]})
    type: Literal["config-files"] = "config-files"
    configs: Annotated[tuple[ConfigFile, ...], Field(strict=False, max_length=MOST_LISTED)]


class ConfigSwitched(Message):
    """Another character talks from now on. The client then asks for histories and begins a new one."""

    model_config = example({"type": "config-switched", "message": "Jun is here."})
    type: Literal["config-switched"] = "config-switched"
    message: Sentence


class BackgroundFiles(Message):
    """Pictures below `/bg`, by name."""

    model_config = example({"type": "background-files", "files": ["room.jpg", "stage.png"]})
    type: Literal["background-files"] = "background-files"
    files: Annotated[tuple[Name, ...], Field(strict=False, max_length=MOST_LISTED)]


# --- histories --------------------------------------------------------------------------------------------------


class HistoryMessage(Part):
    """Something that was said."""

    role: Literal["human", "ai"]
    timestamp: Name
    content: LongText
    name: Name | None = None
    avatar: Name | None = None


class History(Part):
    """A talk that was kept, and the last that was said in it."""

    says_null: ClassVar[frozenset[str]] = frozenset({"latest_message", "timestamp"})
    uid: Id
    latest_message: HistoryMessage | None
    timestamp: Name | None


class HistoryList(Message):
    """The talks that were kept, the newest first."""

    model_config = example(
        {
            "type": "history-list",
            "histories": [
                {
                    "uid": "2026-11-22_08-11-52_81cc1ba6fe08",
                    "latest_message": {
                        "role": "ai",
                        "timestamp": "2026-11-22T08:11:54",
                        "content": "Hi.",
                        "name": "Mika",
                        "avatar": "mika.png",
                    },
                    "timestamp": "2026-11-22T08:11:54",
                }
            ],
        }
    )
    type: Literal["history-list"] = "history-list"
    histories: Annotated[tuple[History, ...], Field(strict=False, max_length=MOST_LISTED)]


class HistoryData(Message):
    """All that was said in a talk."""

    model_config = example(
        {
            "type": "history-data",
            "messages": [{"role": "human", "timestamp": "2026-11-22T08:11:52", "content": "remember me"}],
        }
    )
    type: Literal["history-data"] = "history-data"
    messages: Annotated[tuple[HistoryMessage, ...], Field(strict=False, max_length=MOST_LISTED)]


class NewHistoryCreated(Message):
    """A new talk has begun."""

    model_config = example({"type": "new-history-created", "history_uid": "2026-11-22_08-11-08_203b0437049d"})
    type: Literal["new-history-created"] = "new-history-created"
    history_uid: Id


class HistoryDeleted(Message):
    """Whether a talk was deleted."""

    model_config = example(
        {"type": "history-deleted", "success": True, "history_uid": "2026-11-22_08-11-08_203b0437049d"}
    )
    type: Literal["history-deleted"] = "history-deleted"
    success: bool
    history_uid: Id


# --- groups -----------------------------------------------------------------------------------------------------


class GroupUpdate(Message):
    """Who is in the group; nobody, if one is alone."""

    model_config = example({"type": "group-update", "members": [], "is_owner": False})
    type: Literal["group-update"] = "group-update"
    members: Annotated[tuple[Id, ...], Field(strict=False, max_length=1000)]
    """Each by its `client_uid`."""
    is_owner: bool


class GroupOperationResult(Message):
    """How an invitation went, or that somebody came or left."""

    model_config = example({"type": "group-operation-result", "success": False, "message": "There is no such client."})
    type: Literal["group-operation-result"] = "group-operation-result"
    success: bool
    message: Sentence


class GroupInterrupted(Message):
    """Somebody of the group interrupted her: stop playing, answer nothing."""

    model_config = example({"type": "interrupt-signal", "text": "conversation-interrupted"})
    type: Literal["interrupt-signal"] = "interrupt-signal"
    text: Sentence = "conversation-interrupted"


# --- the line itself --------------------------------------------------------------------------------------------


class HeartbeatAck(Message):
    """We are there."""

    model_config = example({"type": "heartbeat-ack"})
    type: Literal["heartbeat-ack"] = "heartbeat-ack"


class Pong(Message):
    """We are there."""

    model_config = example({"type": "pong", "t": 1732264000123.0})
    type: Literal["pong"] = "pong"
    t: float | None = None


class Error(Message):
    """Something did not work. It ends no turn by itself."""

    model_config = example(
        {
            "type": "error",
            "message": "text-input: text is missing",
            "code": "wire.missing",
            "hint": "docs/protocol.md shows every message with an example",
        }
    )
    type: Literal["error"] = "error"
    message: Sentence
    """In the server's language."""
    code: Name | None = None
    """For programs; it stays what it is when the words change."""
    hint: Sentence | None = None


class Busy(Message):
    """More talk at once than there are turns: this one waits, and is answered when it comes to it."""

    model_config = example({"type": "busy", "waiting": 3, "message": "3 others are before you."})
    type: Literal["busy"] = "busy"
    waiting: Count
    """How many are before it."""
    message: Sentence


# --- for those that announced it --------------------------------------------------------------------------------


class Welcome(Message):
    """Answers `hello`."""

    model_config = example(
        {
            "type": "welcome",
            "protocol": 1,
            "server": "vtuber 0.1.0",
            "features": ["binary-audio", "visemes"],
            "role": "talker",
            "client_uid": "8adc5937-5c0e-4f57-9c5b-8a2f4f1fbd5e",
            "resume": "kQ0v1s5m3J7Zk2pWn8dYxA",
            "resumed": False,
        }
    )
    type: Literal["welcome"] = "welcome"
    protocol: Annotated[int, Field(ge=1)] = 1
    """Grows when a message changes its meaning; new messages and fields come without."""
    server: Name
    features: Annotated[tuple[Name, ...], Field(strict=False, max_length=32)]
    """Those of the announced ones that we have."""
    role: Literal["talker", "viewer"]
    client_uid: Id
    resume: Secret | None = None
    """Say it in the `hello` of the next connection to go on with this talk. Viewers get none."""
    resumed: bool = False
    """Whether this is an earlier talk that goes on."""


class AgentState(Message):
    """What she is doing. `agent-state`."""

    model_config = example({"type": "agent-state", "state": "thinking", "emotion": "neutral"})
    type: Literal["agent-state"] = "agent-state"
    state: Literal["loading", "idle", "listening", "hearing", "thinking", "speaking"]
    emotion: EmotionName | None = None


class AudioStreamStart(Message):
    """A sentence whose sound comes in pieces. `audio-stream`; it stands in the place of `audio`."""

    model_config = example(
        {
            "type": "audio-stream-start",
            "stream_id": "5f9b2c1e-7d0a-4a4e-9a55-0d7f7f0f2b11",
            "stream": 7,
            "sample_rate": 24000,
            "display_text": {"text": "Hello there, ", "name": "Mika", "avatar": "mika.png"},
            "actions": {"expressions": ["joy"]},
            "forwarded": False,
        }
    )
    type: Literal["audio-stream-start"] = "audio-stream-start"
    stream_id: Id
    stream: Annotated[int, Field(ge=0, le=65535)] | None = None
    """The number of the stream in binary frames, where `binary-audio` was announced too."""
    sample_rate: Annotated[int, Field(ge=8000, le=192_000)]
    display_text: DisplayText | None = None
    actions: Actions | None = Actions()
    forwarded: bool = False
    visemes: Visemes | None = None


class AudioStreamChunk(Message):
    """A piece of it. With `binary-audio` a binary frame comes instead."""

    model_config = example(
        {"type": "audio-stream-chunk", "stream_id": "5f9b2c1e-7d0a-4a4e-9a55-0d7f7f0f2b11", "chunk": "AAABAAIA"}
    )
    type: Literal["audio-stream-chunk"] = "audio-stream-chunk"
    stream_id: Id
    chunk: Base64
    """int16 PCM, little-endian, mono."""


class AudioStreamEnd(Message):
    """The sentence is whole, or was cut short."""

    model_config = example({"type": "audio-stream-end", "stream_id": "5f9b2c1e-7d0a-4a4e-9a55-0d7f7f0f2b11"})
    type: Literal["audio-stream-end"] = "audio-stream-end"
    stream_id: Id
    interrupted: bool | None = None


class VisemesTold(Message):
    """The shapes of the mouth for a stream that runs; a later one replaces an earlier one. `visemes`."""

    model_config = example(
        {
            "type": "visemes",
            "stream_id": "5f9b2c1e-7d0a-4a4e-9a55-0d7f7f0f2b11",
            "visemes": [{"at": 0, "open": 0.0}, {"at": 50, "open": 1.0, "form": 0.2, "vowel": "A"}],
        }
    )
    type: Literal["visemes"] = "visemes"
    stream_id: Id
    visemes: Visemes


class SpeechElsewhere(Message):
    """A sentence is heard elsewhere, as on a terminal's loudspeaker. For those whose `hello` says `plays` false."""

    model_config = example(
        {
            "type": "speech",
            "at": 12.4,
            "seconds": 2.1,
            "display_text": {"text": "Hello there, ", "name": "Mika", "avatar": "mika.png"},
            "visemes": [{"at": 0, "open": 0.0}, {"at": 2100, "open": 0.0}],
        }
    )
    type: Literal["speech"] = "speech"
    at: float
    """When it begins, on the clock of `pose`."""
    seconds: Annotated[float, Field(ge=0)]
    display_text: DisplayText | None = None
    visemes: Visemes | None = None


class PoseTold(Message):
    """How she holds herself, but for what speech does to the mouth. About 20 a second; any may be missed. `pose`."""

    model_config = example({"type": "pose", "at": 12.35, "values": {"ParamAngleX": 3.2, "ParamBreath": 0.41}})
    type: Literal["pose"] = "pose"
    at: float
    """Seconds on a clock of which only differences count."""
    values: dict[Name, float]
    """Parameters as Live2D names them; those at their default are left out."""


class FortuneCard(Message):
    """A fortune that she is about to tell, to be drawn as a card. `fortune-card`."""

    model_config = example(
        {
            "type": "fortune-card",
            "result": {"schema": "vtuber.fortune/1", "type": "daily", "grade": "good"},
            "grade_text": "Good",
        }
    )
    says_null: ClassVar[frozenset[str]] = frozenset({"result"})
    type: Literal["fortune-card"] = "fortune-card"
    result: dict[str, Any] | None
    """The document that `vtuber schema fortune` describes; null takes the card away."""
    grade_text: Name | None = None
    """The grade in the card's language."""
    picture: Address | None = None
    """A path on this server."""
    stays: Annotated[float, Field(ge=0, le=3600)] | None = None
    """Seconds until it goes by itself; 0 or nothing: when it is taken away."""


ServerMessage: TypeAlias = (
    FullText
    | Control
    | Audio
    | BackendSynthComplete
    | ForceNewMessage
    | UserInputTranscription
    | ToolCallStatus
    | SetModelAndConf
    | ConfigFiles
    | ConfigSwitched
    | BackgroundFiles
    | HistoryList
    | HistoryData
    | NewHistoryCreated
    | HistoryDeleted
    | GroupUpdate
    | GroupOperationResult
    | GroupInterrupted
    | HeartbeatAck
    | Pong
    | Error
    | Busy
    | Welcome
    | AgentState
    | AudioStreamStart
    | AudioStreamChunk
    | AudioStreamEnd
    | VisemesTold
    | SpeechElsewhere
    | PoseTold
    | FortuneCard
)
