"""OpenGL without a window on Linux: EGL, with no surface at all.

Needs libEGL, libGL and a driver; Mesa's software renderer will do (Debian and Ubuntu: libegl1 libgl1 libgl1-mesa-dri).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from vtuber_cli.errors import EngineUnavailable
from vtuber_cli.live2d.gl import Context

_SURFACELESS_MESA, _DEVICE = 0x31DD, 0x313F
_OPENGL_API, _EXTENSIONS = 0x30A2, 0x3055
_SURFACE_TYPE, _PBUFFER, _RENDERABLE, _OPENGL, _END = 0x3033, 0x0001, 0x3040, 0x0008, 0x3038
_ALPHA, _BLUE, _GREEN, _RED = 0x3021, 0x3022, 0x3023, 0x3024
_POINTER, _UINT, _INT = ctypes.c_void_p, ctypes.c_uint, ctypes.c_int


def open_context() -> Context:
    """Tries Mesa's displays without a screen, the graphics cards, then whatever display there is."""
    try:
        egl = _Egl(ctypes.CDLL("libEGL.so.1"))
    except OSError as error:
        raise EngineUnavailable("live2d.no_egl", reason=str(error)) from None
    for display in egl.displays():
        if (context := egl.context(display)) is not None:
            return Context(egl.address, (egl, display, context))
    raise EngineUnavailable("live2d.no_gl", reason=f"EGL {egl.error():#x}")


class _Egl:
    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self._address = self._function("eglGetProcAddress", _POINTER, ctypes.c_char_p)
        self.error = self._function("eglGetError", _INT)

    def _function(self, name: str, result: Any, *arguments: Any) -> Any:
        found = getattr(self._library, name)
        found.restype, found.argtypes = result, arguments
        return found

    def address(self, name: str) -> int | None:
        return self._address(name.encode())

    def displays(self) -> Iterator[int]:
        """Displays that could be opened, the ones without a screen first."""
        query = self._function("eglQueryString", ctypes.c_char_p, _POINTER, _INT)
        told = (query(None, _EXTENSIONS) or b"").decode("ascii", "replace").split()
        platform = self.address("eglGetPlatformDisplayEXT")
        candidates: list[int | None] = []
        if platform:
            display_of = ctypes.CFUNCTYPE(_POINTER, _UINT, _POINTER, _POINTER)(platform)
            if "EGL_MESA_platform_surfaceless" in told:
                candidates.append(display_of(_SURFACELESS_MESA, None, None))
            if "EGL_EXT_platform_device" in told:
                candidates += [display_of(_DEVICE, device, None) for device in self._devices()]
        candidates.append(self._function("eglGetDisplay", _POINTER, _POINTER)(None))
        initialize = self._function("eglInitialize", _UINT, _POINTER, _POINTER, _POINTER)
        yield from (display for display in candidates if display and initialize(display, None, None))

    def _devices(self) -> list[int | None]:
        address = self.address("eglQueryDevicesEXT")
        if not address:
            return []
        found, count = (_POINTER * 8)(), _INT()
        query = ctypes.CFUNCTYPE(_UINT, _INT, _POINTER, _POINTER)(address)
        return list(found[: count.value]) if query(8, found, ctypes.byref(count)) else []

    def context(self, display: int) -> int | None:
        """A context that is current, or None."""
        if not self._function("eglBindAPI", _UINT, _UINT)(_OPENGL_API):
            return None
        wanted = (_SURFACE_TYPE, _PBUFFER, _RENDERABLE, _OPENGL, _RED, 8, _GREEN, 8, _BLUE, 8, _ALPHA, 8, _END)
        config, count = _POINTER(), _INT()
        choose = self._function("eglChooseConfig", _UINT, _POINTER, _POINTER, _POINTER, _INT, _POINTER)
        if not choose(display, (_INT * len(wanted))(*wanted), ctypes.byref(config), 1, ctypes.byref(count)):
            return None
        if not count.value:
            return None
        create = self._function("eglCreateContext", _POINTER, _POINTER, _POINTER, _POINTER, _POINTER)
        context: int | None = create(display, config, None, (_INT * 1)(_END))
        make_current = self._function("eglMakeCurrent", _UINT, _POINTER, _POINTER, _POINTER, _POINTER)
        return context if context and make_current(display, None, None, context) else None
