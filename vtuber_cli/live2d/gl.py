"""A picture to draw on without a window: an OpenGL context of this thread, and a buffer whose pixels can be read.

By ctypes, so that nothing has to be installed besides the system's own libraries. Live2D's shaders are GLSL 1.20, so
the context has to be a compatible one, which is what asking for no version in particular gives.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from vtuber_cli.errors import EngineUnavailable

Address: TypeAlias = Callable[[str], "int | None"]
"""Where a function of OpenGL's is."""

_FRAMEBUFFER, _RENDERBUFFER, _COLOUR = 0x8D40, 0x8D41, 0x8CE0
_RGBA8, _RGBA, _BYTE = 0x8058, 0x1908, 0x1401
_COMPLETE = 0x8CD5
_PACK_ALIGNMENT = 0x0D05
_VENDOR, _RENDERER, _VERSION = 0x1F00, 0x1F01, 0x1F02
_UINT, _INT, _POINTER = ctypes.c_uint, ctypes.c_int, ctypes.c_void_p


class Context(NamedTuple):
    """What keeps a context alive, and finds its functions."""

    address: Address
    kept: tuple[object, ...]


def open_context() -> Context:
    """A context, current in this thread.

    Raises:
        EngineUnavailable: there is none to be had; the hint says what to install.
    """
    if sys.platform == "darwin":
        from vtuber_cli.live2d.gl_macos import open_context as found
    elif sys.platform == "win32":
        from vtuber_cli.live2d.gl_windows import open_context as found
    else:
        from vtuber_cli.live2d.gl_linux import open_context as found
    return found()


class Gl:
    """The few functions that are needed here, of the context that is current."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._text = self._function("glGetString", ctypes.c_char_p, _UINT)
        self._viewport = self._function("glViewport", None, _INT, _INT, _INT, _INT)
        self._pixel_store = self._function("glPixelStorei", None, _UINT, _INT)
        self._read = self._function("glReadPixels", None, _INT, _INT, _INT, _INT, _UINT, _UINT, _POINTER)
        self._new_framebuffers = self._function("glGenFramebuffers", None, _INT, _POINTER)
        self._bind_framebuffer = self._function("glBindFramebuffer", None, _UINT, _UINT)
        self._new_renderbuffers = self._function("glGenRenderbuffers", None, _INT, _POINTER)
        self._bind_renderbuffer = self._function("glBindRenderbuffer", None, _UINT, _UINT)
        self._storage = self._function("glRenderbufferStorage", None, _UINT, _UINT, _INT, _INT)
        self._attach = self._function("glFramebufferRenderbuffer", None, _UINT, _UINT, _UINT, _UINT)
        self._status = self._function("glCheckFramebufferStatus", _UINT, _UINT)

    def _function(self, name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
        address = self._context.address(name)
        if not address:
            raise EngineUnavailable("live2d.no_gl", reason=name)
        return ctypes.CFUNCTYPE(result, *arguments)(address)

    @property
    def name(self) -> str:
        """Who draws, in which version: "Mesa llvmpipe 4.5"."""
        found = (self._text(one) or b"" for one in (_VENDOR, _RENDERER, _VERSION))
        return " ".join(one.decode("utf-8", "replace") for one in found)

    def new_framebuffer(self) -> tuple[int, int]:
        """A framebuffer and the renderbuffer for its colours."""
        framebuffer, renderbuffer = _UINT(), _UINT()
        self._new_framebuffers(1, ctypes.byref(framebuffer))
        self._new_renderbuffers(1, ctypes.byref(renderbuffer))
        return framebuffer.value, renderbuffer.value

    def give_room(self, framebuffer: int, renderbuffer: int, side: int) -> None:
        self._bind_framebuffer(_FRAMEBUFFER, framebuffer)
        self._bind_renderbuffer(_RENDERBUFFER, renderbuffer)
        self._storage(_RENDERBUFFER, _RGBA8, side, side)
        self._attach(_FRAMEBUFFER, _COLOUR, _RENDERBUFFER, renderbuffer)
        if (status := self._status(_FRAMEBUFFER)) != _COMPLETE:
            raise EngineUnavailable("live2d.no_gl", reason=f"framebuffer {status:#x}")

    def draw_on(self, framebuffer: int, side: int) -> None:
        self._bind_framebuffer(_FRAMEBUFFER, framebuffer)
        self._viewport(0, 0, side, side)

    def read(self, left: int, bottom: int, width: int, height: int) -> bytes:
        """Pixels, four bytes each, rows from the bottom."""
        found = (ctypes.c_ubyte * (width * height * 4))()
        self._pixel_store(_PACK_ALIGNMENT, 1)
        self._read(left, bottom, width, height, _RGBA, _BYTE, found)
        return bytes(found)


class Target:
    """A square to draw on, which grows as it is needed."""

    def __init__(self, gl: Gl) -> None:
        self._gl = gl
        self._framebuffer, self._renderbuffer = gl.new_framebuffer()
        self._side = 0

    def use(self, side: int) -> None:
        """What is drawn next is drawn on the square of so many pixels in the lower left corner."""
        if side > self._side:
            self._gl.give_room(self._framebuffer, self._renderbuffer, side)
            self._side = side
        self._gl.draw_on(self._framebuffer, side)

    def read(self, left: int, bottom: int, width: int, height: int) -> bytes:
        """Pixels of the last square, four bytes each, rows from the bottom."""
        return self._gl.read(left, bottom, width, height)
