"""OpenGL without a window on macOS: CGL, which asks for no screen. Written to Apple's documentation, not tried."""

from __future__ import annotations

import ctypes

from vtuber_cli.errors import EngineUnavailable
from vtuber_cli.live2d.gl import Context

_FRAMEWORK = "/System/Library/Frameworks/OpenGL.framework/OpenGL"
_COLOUR_SIZE, _ALPHA_SIZE, _ALLOW_OFFLINE, _END = 8, 11, 96, 0
"""kCGLPFAColorSize and so on; no profile means the legacy one, which knows GLSL 1.20."""


def open_context() -> Context:
    try:
        library = ctypes.CDLL(_FRAMEWORK)
    except OSError as error:
        raise EngineUnavailable("live2d.no_gl", reason=str(error)) from None
    wanted = (_COLOUR_SIZE, 24, _ALPHA_SIZE, 8, _ALLOW_OFFLINE, _END)
    form, context, count = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_int()
    failed = library.CGLChoosePixelFormat(
        (ctypes.c_int * len(wanted))(*wanted), ctypes.byref(form), ctypes.byref(count)
    ) or library.CGLCreateContext(form, None, ctypes.byref(context))
    failed = failed or library.CGLSetCurrentContext(context)
    if failed or not context:
        raise EngineUnavailable("live2d.no_gl", reason=f"CGL {failed}")

    def address(name: str) -> int | None:
        # Old contexts have framebuffers by their extension's name at the least.
        for each in (name, f"{name}EXT"):
            try:
                return ctypes.cast(getattr(library, each), ctypes.c_void_p).value
            except AttributeError:
                continue
        return None

    return Context(address, (library, context))
