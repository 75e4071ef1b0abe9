"""What a client says on `/client-ws` (and `/proxy-ws`).

The first twenty are Open-LLM-VTuber's; `hello`, `auth` and `ping` are additions that no client has to know.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from vtuber_cli.server.messages.base import File, Id, IdOrNone, LongText, Message, Name, Part, Secret, Text, example
from vtuber_cli.server.messages.images import Images
from vtuber_cli.server.messages.samples import Sound

FEATURES = ("binary-audio", "audio-stream", "visemes", "agent-state", "pose", "fortune-card")
"""What a client can announce in `hello`: PCM in binary frames both ways, speech in pieces as it is made, the shapes of
the mouth, what she is doing, how she holds herself, and fortunes to draw."""


def _none_is_empty(value: Any) -> Any:
    return () if value is None else value


SomeImages: TypeAlias = Annotated[Images, BeforeValidator(_none_is_empty)]


class DisplayText(Part):
    """Text to show, and who says it."""

    text: LongText
    """Without emotion tags, with the space that follows it."""
    name: Name | None = None
    avatar: Name | None = None
    """A file below `/avatars`."""


# --- a turn -----------------------------------------------------------------------------------------------------


class TextInput(Message):
    """Something typed. It interrupts her, or waits behind what was said before."""

    model_config = example({"type": "text-input", "text": "hello", "images": []})
    type: Literal["text-input"] = "text-input"
    text: Text
    images: SomeImages = ()
    """What is shown with it, in this turn only; alone, without a word, they are a question too. A model that cannot see
    is said to be one by an `error`, and the text is answered all the same."""


class MicAudioData(Message):
    """Sound of an utterance whose end the client will tell; kept until `mic-audio-end`."""

    model_config = example({"type": "mic-audio-data", "audio": [0.001, -0.0004, 0.0]})
    type: Literal["mic-audio-data"] = "mic-audio-data"
    audio: Sound
    """Floats from -1 to 1, 16 kHz mono; at most 30 seconds."""


class MicAudioEnd(Message):
    """The utterance is over: what was kept is understood and answered. Without sound nothing happens."""

    model_config = example({"type": "mic-audio-end", "images": []})
    type: Literal["mic-audio-end"] = "mic-audio-end"
    images: SomeImages = ()
    """As those of `text-input`, but with words only."""


class RawAudioData(Message):
    """Sound of an open microphone: the server hears by itself where somebody speaks."""

    model_config = example({"type": "raw-audio-data", "audio": [0.001, -0.0004, 0.0]})
    type: Literal["raw-audio-data"] = "raw-audio-data"
    audio: Sound
    """Floats from -1 to 1, 16 kHz mono; any number of them, at most 30 seconds."""


class InterruptSignal(Message):
    """Stops what she says or thinks. Nothing is answered, and no chain-end follows."""

    model_config = example({"type": "interrupt-signal", "text": "Hello there, nice to"})
    type: Literal["interrupt-signal"] = "interrupt-signal"
    text: LongText = ""
    """What was heard of the reply; history keeps no more than that."""


class AiSpeakSignal(Message):
    """She may say something by herself: `full-text`, and then a turn of which only her words are kept.

    Nothing comes of it while somebody speaks or waits for an answer, and in a group.
    """

    model_config = example({"type": "ai-speak-signal", "idle_time": 5.02, "images": []})
    type: Literal["ai-speak-signal"] = "ai-speak-signal"
    idle_time: Annotated[float, Field(ge=-1, le=10**9)] = -1
    """Seconds of silence; -1 if somebody pressed a button."""
    images: SomeImages = ()
    """As those of `text-input`: what she sees meanwhile."""


class AudioPlayStart(Message):
    """A sentence is being heard now. In a group the others are shown it."""

    model_config = example(
        {
            "type": "audio-play-start",
            "display_text": {"text": "Hello there,", "name": "Mika", "avatar": "mika.png"},
            "forwarded": True,
        }
    )
    type: Literal["audio-play-start"] = "audio-play-start"
    display_text: DisplayText | None = None
    forwarded: bool = True


class FrontendPlaybackComplete(Message):
    """Everything was played. May come many times; the first one of a turn counts, and a turn ends without it too."""

    model_config = example({"type": "frontend-playback-complete"})
    type: Literal["frontend-playback-complete"] = "frontend-playback-complete"


# --- histories, characters, pictures ----------------------------------------------------------------------------


class FetchHistoryList(Message):
    """Asks for `history-list`."""

    model_config = example({"type": "fetch-history-list"})
    type: Literal["fetch-history-list"] = "fetch-history-list"


class FetchAndSetHistory(Message):
    """Goes on with an earlier talk; answered by `history-data`, which is empty if there is no such talk."""

    model_config = example({"type": "fetch-and-set-history", "history_uid": "2026-11-22_08-11-52_81cc1ba6fe08"})
    type: Literal["fetch-and-set-history"] = "fetch-and-set-history"
    history_uid: Id


class CreateNewHistory(Message):
    """Begins a new talk; answered by `new-history-created`."""

    model_config = example({"type": "create-new-history"})
    type: Literal["create-new-history"] = "create-new-history"


class DeleteHistory(Message):
    """Deletes a talk; answered by `history-deleted`."""

    model_config = example({"type": "delete-history", "history_uid": "2026-11-22_08-11-52_81cc1ba6fe08"})
    type: Literal["delete-history"] = "delete-history"
    history_uid: Id


class FetchConfigs(Message):
    """Asks for `config-files`: the characters."""

    model_config = example({"type": "fetch-configs"})
    type: Literal["fetch-configs"] = "fetch-configs"


class SwitchConfig(Message):
    """Another character; answered by `set-model-and-conf` and `config-switched`, or one `error`."""

    model_config = example({"type": "switch-config", "file": "jun.yaml"})
    type: Literal["switch-config"] = "switch-config"
    file: File
    """A `filename` of `config-files`."""


class FetchBackgrounds(Message):
    """Asks for `background-files`."""

    model_config = example({"type": "fetch-backgrounds"})
    type: Literal["fetch-backgrounds"] = "fetch-backgrounds"


class RequestInitConfig(Message):
    """Asks for `set-model-and-conf` once more."""

    model_config = example({"type": "request-init-config"})
    type: Literal["request-init-config"] = "request-init-config"


# --- groups -----------------------------------------------------------------------------------------------------


class RequestGroupInfo(Message):
    """Asks for `group-update`."""

    model_config = example({"type": "request-group-info"})
    type: Literal["request-group-info"] = "request-group-info"


class AddClientToGroup(Message):
    """Invites another client that is connected now."""

    model_config = example({"type": "add-client-to-group", "invitee_uid": "cd07b5fc-ea6b-4da1-a7c4-ec74bcd2c96b"})
    type: Literal["add-client-to-group"] = "add-client-to-group"
    invitee_uid: Id
    """Its `client_uid`."""


class RemoveClientFromGroup(Message):
    """Sends somebody out, or leaves, if it is oneself."""

    model_config = example({"type": "remove-client-from-group", "target_uid": "cd07b5fc-ea6b-4da1-a7c4-ec74bcd2c96b"})
    type: Literal["remove-client-from-group"] = "remove-client-from-group"
    target_uid: Id


# --- the line itself --------------------------------------------------------------------------------------------


class Heartbeat(Message):
    """Asks whether we are there; answered by `heartbeat-ack`."""

    model_config = example({"type": "heartbeat"})
    type: Literal["heartbeat"] = "heartbeat"


class Ping(Message):
    """Asks whether we are there; answered by `pong` with the same `t`."""

    model_config = example({"type": "ping", "t": 1732264000123.0})
    type: Literal["ping"] = "ping"
    t: Annotated[float, Field(ge=-1e15, le=1e15)] | None = None


class Hello(Message):
    """Says what the client can do besides; answered by `welcome`. Without it all goes as Open-LLM-VTuber does it.

    May be said again when something of it changes; the last one counts.
    """

    model_config = example(
        {"type": "hello", "features": ["binary-audio", "audio-stream", "visemes"], "role": "talker"},
        {"type": "hello", "features": ["pose", "visemes"], "role": "viewer", "plays": False, "language": "ko"},
    )
    type: Literal["hello"] = "hello"
    features: Annotated[tuple[Name, ...], Field(strict=False, max_length=32)] = ()
    """Of those that `welcome` answers; unknown ones are ignored."""
    role: Literal["talker", "viewer"] = "talker"
    """A viewer is shown a talk and has none of its own: no microphone, no history."""
    resume: Secret | None = None
    """The `resume` of an earlier `welcome`: goes on with that talk, if it is still there."""
    name: Name | None = None
    """What the client calls itself, and what the characters of its group call it."""
    plays: bool = True
    """false: the sound is elsewhere; the client gets `speech` in the place of `audio` and `audio-stream-*`."""
    language: Literal["en", "ko"] | None = None
    """Of cards."""
    watch: IdOrNone | None = None
    """Of a viewer: the `client_uid` whose talk it shows; without it, whoever talked last."""
    character: IdOrNone | None = None
    """Of a viewer: whose model and poses it gets, whoever talks; without it, who talks."""


class Auth(Message):
    """The token, as the first frame, by clients that can set no header and put nothing into the address.

    Within five seconds of connecting; before it nothing else is read. Where none is wanted any more, it is ignored.
    """

    model_config = example({"type": "auth", "token": "p3mAJ8W2qLr0c1fJx9yQvA"})
    type: Literal["auth"] = "auth"
    token: Secret


ClientMessage: TypeAlias = (
    TextInput
    | MicAudioData
    | MicAudioEnd
    | RawAudioData
    | InterruptSignal
    | AiSpeakSignal
    | AudioPlayStart
    | FrontendPlaybackComplete
    | FetchHistoryList
    | FetchAndSetHistory
    | CreateNewHistory
    | DeleteHistory
    | FetchConfigs
    | SwitchConfig
    | FetchBackgrounds
    | RequestInitConfig
    | RequestGroupInfo
    | AddClientToGroup
    | RemoveClientFromGroup
    | Heartbeat
    | Ping
    | Hello
    | Auth
)
