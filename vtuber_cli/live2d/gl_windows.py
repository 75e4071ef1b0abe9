"""OpenGL without a visible window on Windows: WGL wants a window, so there is a hidden one. Written to Microsoft's
documentation, not tried."""

from __future__ import annotations

import ctypes
from typing import Any

from vtuber_cli.errors import EngineUnavailable
from vtuber_cli.live2d.gl import Context

_DRAW_TO_WINDOW, _SUPPORT_OPENGL = 0x4, 0x20
_NOWHERE = (0, 1, 2, 3, (1 << 64) - 1)
"""What wglGetProcAddress says of what it does not know."""
_POINTER, _INT, _UINT = ctypes.c_void_p, ctypes.c_int, ctypes.c_uint


class _PixelFormat(ctypes.Structure):
    _fields_ = (
        ("nSize", ctypes.c_ushort), ("nVersion", ctypes.c_ushort), ("dwFlags", ctypes.c_ulong),
        ("iPixelType", ctypes.c_ubyte), ("cColorBits", ctypes.c_ubyte), ("colours", ctypes.c_ubyte * 6),
        ("cAlphaBits", ctypes.c_ubyte), ("cAlphaShift", ctypes.c_ubyte), ("accumulation", ctypes.c_ubyte * 5),
        ("cDepthBits", ctypes.c_ubyte), ("cStencilBits", ctypes.c_ubyte), ("cAuxBuffers", ctypes.c_ubyte),
        ("iLayerType", ctypes.c_ubyte), ("bReserved", ctypes.c_ubyte), ("dwLayerMask", ctypes.c_ulong),
        ("dwVisibleMask", ctypes.c_ulong), ("dwDamageMask", ctypes.c_ulong),
    )  # fmt: skip


def open_context() -> Context:
    loader: Any = getattr(ctypes, "WinDLL", ctypes.CDLL)
    user, gdi, gl = (loader(name) for name in ("user32", "gdi32", "opengl32"))
    create: Any = user.CreateWindowExW
    create.restype = _POINTER
    create.argtypes = (
        ctypes.c_ulong, ctypes.c_wchar_p, ctypes.c_wchar_p, ctypes.c_ulong, _INT, _INT, _INT, _INT,
        _POINTER, _POINTER, _POINTER, _POINTER,
    )  # fmt: skip
    window = create(0, "STATIC", "vtuber", 0, 0, 0, 1, 1, None, None, None, None)
    user.GetDC.restype, user.GetDC.argtypes = _POINTER, (_POINTER,)
    device = user.GetDC(window) if window else None
    form = _PixelFormat(
        nSize=ctypes.sizeof(_PixelFormat), nVersion=1, dwFlags=_DRAW_TO_WINDOW | _SUPPORT_OPENGL, cColorBits=32,
        cAlphaBits=8,
    )  # fmt: skip
    gdi.ChoosePixelFormat.argtypes = (_POINTER, _POINTER)
    gdi.SetPixelFormat.argtypes = (_POINTER, _INT, _POINTER)
    gl.wglCreateContext.restype, gl.wglCreateContext.argtypes = _POINTER, (_POINTER,)
    gl.wglMakeCurrent.argtypes = (_POINTER, _POINTER)
    gl.wglGetProcAddress.restype, gl.wglGetProcAddress.argtypes = _POINTER, (ctypes.c_char_p,)
    context = None
    if device:
        number = gdi.ChoosePixelFormat(device, ctypes.byref(form))
        if number and gdi.SetPixelFormat(device, number, ctypes.byref(form)):
            context = gl.wglCreateContext(device)
    if not context or not gl.wglMakeCurrent(device, context):
        raise EngineUnavailable("live2d.no_gl", reason="WGL")

    def address(name: str) -> int | None:
        found: int | None = gl.wglGetProcAddress(name.encode())
        if found is not None and found not in _NOWHERE:
            return found
        try:  # what OpenGL 1.1 had is in the library itself
            return ctypes.cast(getattr(gl, name), _POINTER).value
        except AttributeError:
            return None

    return Context(address, (user, gdi, gl, window, device, context))
