"""Model folders that tests write themselves: no line of them is Live2D's."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

MODEL = "mia.model3.json"


def png(width: int = 4, height: int = 4) -> bytes:
    """A white PNG; only its head is true where it is large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + b"\xff" * 4 * min(width, 64)) * min(height, 64)
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def moc(version: int = 3) -> bytes:
    """What a moc begins with; nothing follows that a library would take."""
    return b"MOC3" + bytes([version, 0, 0, 0]) + bytes(1000)


def exp3(*parameters: tuple[str, float] | tuple[str, float, str], **fades: float) -> dict[str, Any]:
    told = [{"Id": one[0], "Value": one[1], "Blend": one[2] if len(one) > 2 else "Add"} for one in parameters]
    return {"Type": "Live2D Expression", **fades, "Parameters": told}


def motion3(curves: dict[str, list[float]], *, duration: float = 2.0, **meta: Any) -> dict[str, Any]:
    told = [{"Target": "Parameter", "Id": name, "Segments": numbers} for name, numbers in curves.items()]
    return {"Version": 3, "Meta": {"Duration": duration, "Fps": 30.0, "Loop": False, **meta}, "Curves": told}


def cdi3(**names: str) -> dict[str, Any]:
    return {"Version": 3, "Parameters": [{"Id": one, "GroupId": "", "Name": name} for one, name in names.items()]}


EXPRESSIONS = {
    "F01": exp3(("ParamMouthForm", 1.0), ("ParamEyeLSmile", 1.0), ("ParamEyeRSmile", 1.0)),
    "怒り": exp3(("ParamBrowLAngle", -1.0), ("ParamBrowRAngle", -1.0)),
    "exp_05": exp3(("Param59", 1.0, "Overwrite"), FadeInTime=0.5, FadeOutTime=0.25),
}
SWAY = motion3({"ParamAngleX": [0, 0, 0, 1, 10, 0, 2, 0], "Param59": [0, 0]}, Loop=True)
NAMES = cdi3(ParamAngleX="角度 X", ParamMouthOpenY="口 開閉", Param59="涙")
GROUPS = [
    {"Target": "Parameter", "Name": "EyeBlink", "Ids": ["ParamEyeLOpen", "ParamEyeROpen"]},
    {"Target": "Parameter", "Name": "LipSync", "Ids": ["ParamMouthOpenY"]},
]


def write(folder: Path, files: dict[str, Any] | None = None, **references: Any) -> Path:
    """A whole model, and what `files` and `references` say in place of that; None takes a file or a reference away.

    Returns:
        Its `.model3.json`.
    """
    told: dict[str, Any] = {
        "Moc": "mia.moc3",
        "Textures": ["mia.4096/texture_00.png"],
        "DisplayInfo": "mia.cdi3.json",
        "Expressions": [{"Name": name, "File": f"expressions/{name}.exp3.json"} for name in EXPRESSIONS],
        "Motions": {"Idle": [{"File": "motions/sway.motion3.json"}], "": [{"File": "motions/tap.motion3.json"}]},
        **references,
    }
    model = {
        "Version": 3,
        "FileReferences": {name: value for name, value in told.items() if value is not None},
        "Groups": GROUPS,
        "HitAreas": [{"Id": "HitArea", "Name": "Head"}],
    }
    everything: dict[str, Any] = {
        "mia.moc3": moc(),
        "mia.4096/texture_00.png": png(),
        "mia.cdi3.json": NAMES,
        **{f"expressions/{name}.exp3.json": data for name, data in EXPRESSIONS.items()},
        "motions/sway.motion3.json": SWAY,
        "motions/tap.motion3.json": motion3({"ParamAngleZ": [0, 0, 1, 0.2, 0, 0.4, 5, 0.6, 5]}),
        MODEL: model,
        **(files or {}),
    }
    for name, data in everything.items():
        if data is None:
            continue
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode())
    return folder / MODEL
