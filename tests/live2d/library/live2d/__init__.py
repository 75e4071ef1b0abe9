"""A stand-in for Live2D's library that draws a doll of rectangles by real OpenGL, for tests of everything around it.

The doll's head and body are grey; its eyes are white and as high as they are open, its mouth is red and as high as it
is open. Its canvas is twice as high as wide. What a test wants to go wrong stands in the moc after its head.
"""

from __future__ import annotations

import ctypes
import json
import os
import threading
from pathlib import Path
from typing import Any

print("a banner on stdout")

_gl = ctypes.CDLL("libOpenGL.so.0") if Path("/usr/lib").exists() else ctypes.CDLL(None)
_SCISSOR, _COLOUR = 0x0C11, 0x4000
_float, _int = ctypes.c_float, ctypes.c_int
_gl.glClearColor.argtypes = (_float,) * 4
_gl.glScissor.argtypes = (_int,) * 4

PARAMETERS = {
    "ParamAngleX": (-30.0, 30.0, 0.0),
    "PARAM_EYE_L_OPEN": (0.0, 1.5, 1.0),
    "PARAM_EYE_R_OPEN": (0.0, 1.5, 1.0),
    "ParamMouthOpenY": (0.0, 1.0, 0.0),
    "Param59": (0.0, 1.0, 0.25),
}


def init() -> None: ...
def glInit() -> None: ...
def enableLog(enable: bool) -> None: ...


def clearBuffer(r: float = 0, g: float = 0, b: float = 0, a: float = 0) -> None:
    _gl.glClearColor(r, g, b, a)
    _gl.glClear(_COLOUR)


class Model:
    def __init__(self) -> None:
        self._values = {name: found[2] for name, found in PARAMETERS.items()}
        self._saved = dict(self._values)
        self._side, self._scale, self._offset = 1, 1.0, (0.0, 0.0)
        self._busy = False

    def LoadModelJson(self, path: str, create_renderer: bool = True) -> None:
        self._load(json.loads(Path(path).read_text("utf-8")), str(Path(path).parent))

    def LoadFromJsonString(self, json_data: str, create_renderer: bool = True, root_path: str = "") -> None:
        self._load(json.loads(json_data), root_path)

    def _load(self, told: dict[str, Any], root: str) -> None:
        wish = (Path(root) / told["FileReferences"]["Moc"]).read_bytes()[8:].strip(b"\0")
        for one in told["FileReferences"].get("Expressions", ()):
            (Path(root) / one["File"]).read_bytes()
        if wish == b"abort":
            os.write(2, b"[v3][I] [CSM] [E]what a moc\n")
            os.abort()
        if wish == b"hang":
            threading.Event().wait(60)
        self._lives = 3 if wish == b"die later" else 1_000_000

    def GetParamIds(self) -> list[str]:
        return list(PARAMETERS)

    def GetParamMinByIndex(self, index: int) -> float:
        return list(PARAMETERS.values())[index][0]

    def GetParamMaxByIndex(self, index: int) -> float:
        return list(PARAMETERS.values())[index][1]

    def GetParamDefaultByIndex(self, index: int) -> float:
        return list(PARAMETERS.values())[index][2]

    def GetParamValueByIndex(self, index: int) -> float:
        return self._values[list(PARAMETERS)[index]]

    def SetParamByIndex(self, index: int, value: float, weight: float = 1.0) -> None:
        name = list(PARAMETERS)[index]
        low, high, _ = PARAMETERS[name]
        self._values[name] = min(max(value, low), high)

    def LoadParameters(self) -> None:
        self._values = dict(self._saved)

    def SaveParameters(self) -> None:
        self._saved = dict(self._values)

    def ResetAllParameters(self) -> None:
        self._values = {name: found[2] for name, found in PARAMETERS.items()}

    def UpdateMotion(self, seconds: float) -> bool:
        return self._busy

    def UpdatePhysics(self, seconds: float) -> None: ...
    def UpdatePose(self, seconds: float) -> None: ...

    def StartMotion(self, group: str, number: int, priority: int = 3) -> None:
        self._busy = True

    def IsMotionFinished(self) -> bool:
        return not self._busy

    def GetCanvasSize(self) -> tuple[float, float]:
        return 1.0, 2.0

    def Resize(self, width: int, height: int) -> None:
        assert width == height
        self._side = width

    def SetScale(self, scale: float) -> None:
        self._scale = scale

    def SetOffset(self, x: float, y: float) -> None:
        self._offset = x, y

    def Draw(self) -> None:
        self._lives -= 1
        if self._lives < 0:
            os.abort()
        _gl.glEnable(_SCISSOR)
        self._fill(-0.4, 0.4, -1.0, 0.3, (0.25, 0.25, 0.25, 0.5))
        self._fill(-0.3, 0.3, 0.3, 0.9, (0.5, 0.5, 0.5, 1.0))
        shift = self._values["ParamAngleX"] / 300
        for name, x in (("PARAM_EYE_R_OPEN", -0.15), ("PARAM_EYE_L_OPEN", 0.15)):
            high = 0.05 * self._values[name]
            self._fill(x + shift - 0.05, x + shift + 0.05, 0.6 - high, 0.6 + high, (1, 1, 1, 1))
        high = 0.06 * self._values["ParamMouthOpenY"]
        self._fill(shift - 0.08, shift + 0.08, 0.42 - high, 0.42 + high, (1, 0, 0, 1))
        if self._values["Param59"] > 0.5:
            self._fill(-0.3, 0.3, 0.8, 0.9, (0, 0, 1, 1))
        _gl.glDisable(_SCISSOR)

    def _fill(self, left: float, right: float, bottom: float, top: float, colour: tuple[float, ...]) -> None:
        """A rectangle in places of the canvas, in a premultiplied colour."""
        x, y = (
            (round((one * self._scale + self._offset[0] + 1) * self._side / 2) for one in (left, right)),
            (round((one * self._scale + self._offset[1] + 1) * self._side / 2) for one in (bottom, top)),
        )
        (x0, x1), (y0, y1) = x, y
        if x1 > x0 and y1 > y0:
            _gl.glScissor(x0, y0, x1 - x0, y1 - y0)
            clearBuffer(*colour)
