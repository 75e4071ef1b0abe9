"""A small rig for tests: a head that turns, a mouth that opens, one eye and its mirror image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SQUARE = "M0 0 L10 0 L10 10 L0 10 Z"
CHARACTERS = Path(__file__).resolve().parent.parent.parent / "characters"


def small() -> dict[str, Any]:
    return {
        "format": "vtuber-rig",
        "version": 1,
        "canvas": [100, 100],
        "palette": {"skin": "#ffe0d0"},
        "groups": [
            {"id": "head", "pivot": [50, 60], "drives": [
                {"by": "ParamAngleZ", "moves": "rotate", "keys": [[-30, -10], [30, 10]]},
            ]},
            {"id": "eyeL", "parent": "head", "pivot": [65, 40], "drives": [
                {"by": "ParamEyeBallX", "moves": "x", "keys": [[-1, -5], [1, 5]]},
                {"by": "ParamBrowLAngle", "moves": "rotate", "keys": [[-1, -20], [1, 20]]},
            ]},
            {"id": "eyeR", "mirror": "eyeL"},
        ],
        "parts": [
            {"id": "face", "group": "head", "path": "M20 20 L80 20 L80 80 L20 80 Z", "fill": "skin"},
            {"id": "mouth", "group": "head", "fill": "#803040",
             "axes": [{"by": "ParamMouthForm", "at": [-1, 1]}, {"by": "ParamMouthOpenY", "at": [0, 1]}],
             "forms": [
                 ["M45 65 L55 65 L55 65 L45 65 Z", "M45 60 L55 60 L55 75 L45 75 Z"],
                 ["M40 65 L60 65 L60 65 L40 65 Z", "M40 60 L60 60 L60 75 L40 75 Z"],
             ],
             "blends": [{"by": "ParamMouthX", "at": [-1, 0, 1],
                         "forms": ["M35 65 L45 65 L45 65 L35 65 Z", None, "M55 65 L65 65 L65 65 L55 65 Z"]}]},
            {"id": "whiteL", "group": "head", "path": "M58 34 L72 34 L72 46 L58 46 Z", "fill": "#ffffff"},
            {"id": "whiteR", "mirror": "whiteL"},
            {"id": "irisL", "group": "eyeL", "path": "M62 36 L68 36 L68 44 L62 44 Z", "clip": "whiteL",
             "fill": {"start": [65, 36], "end": [65, 44], "stops": [[0, "#000000"], [1, "skin", 0.5]]},
             "opacity": {"by": "ParamEyeLOpen", "keys": [[0, 0], [1, 1]]}},
            {"id": "irisR", "mirror": "irisL"},
        ],
    }  # fmt: skip


def write(document: Any, folder: Path) -> Path:
    file = folder / "rig.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return file
