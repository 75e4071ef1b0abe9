"""What the server says of who she is and how she stands there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vtuber_cli.server.messages.base import MOST_LISTED, Address, Id, Message, Name, Part, Sentence, example


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


class PoseTold(Message):
    """How she holds herself, but for what speech does to the mouth. About 20 a second; any may be missed. `pose`."""

    model_config = example({"type": "pose", "at": 12.35, "values": {"ParamAngleX": 3.2, "ParamBreath": 0.41}})
    type: Literal["pose"] = "pose"
    at: float
    """Seconds on a clock of which only differences count."""
    values: dict[Name, float]
    """Parameters as Live2D names them; those at their default are left out."""
