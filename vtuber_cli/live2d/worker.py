"""The process that draws a Live2D model: an order comes in on stdin, then poses; pictures go out on stdout.

It is a process because Live2D's library ends the one it is in over a file that it does not like, holds Python's lock
while it loads for seconds, and prints on stdout. A message is a JSON object and some bytes, each with its length ahead.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

from vtuber_cli.errors import EngineFailed, EngineUnavailable, VtuberError

if TYPE_CHECKING:
    from vtuber_cli.live2d.scene import Scene

HEAD = struct.Struct(">II")
MAX_MESSAGE = 256 * 1024 * 1024


def send(stream: BinaryIO, message: dict[str, Any], payload: bytes = b"") -> None:
    raw = json.dumps(message).encode()
    stream.write(HEAD.pack(len(raw), len(payload)) + raw + payload)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next message; None if there is none any more."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    lengths: tuple[int, int] = HEAD.unpack(head)
    if sum(lengths) > MAX_MESSAGE:
        return None
    raw, payload = stream.read(lengths[0]), stream.read(lengths[1])
    return (json.loads(raw), payload) if (len(raw), len(payload)) == lengths else None


def _own_stdout() -> BinaryIO:
    """The way to whoever started us; what libraries print on stdout goes to stderr from here on."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(kept, os.O_BINARY)
        msvcrt.setmode(0, os.O_BINARY)
    return os.fdopen(kept, "wb")


def _load(order: dict[str, Any]) -> tuple[Scene, dict[str, Any]]:
    started = time.monotonic()
    try:
        library: Any = import_module("live2d")
    except ModuleNotFoundError as error:
        if error.name == "live2d":
            raise EngineUnavailable("live2d.not_installed") from None
        raise EngineUnavailable("live2d.not_loaded", reason=str(error)) from None
    except (ImportError, OSError) as error:  # OSError: a library that it needs
        raise EngineUnavailable("live2d.not_loaded", reason=str(error)) from None
    if not hasattr(library, "Model"):  # before 1.0 it was elsewhere
        raise EngineUnavailable("live2d.not_loaded", reason=f"live2d-py {getattr(library, '__version__', '?')} < 1.0")
    from vtuber_cli.live2d import gl
    from vtuber_cli.live2d.scene import Scene

    drawing = gl.Gl(gl.open_context())
    library.init()
    library.glInit()
    model = library.Model()
    if document := order.get("document"):
        model.LoadFromJsonString(document, True, order["root"])
    else:
        model.LoadModelJson(order["file"])
    if not model.GetParamIds():
        raise EngineFailed("live2d.refused", file=order["file"], reason="0 parameters")
    scene = Scene(
        library,
        model,
        gl.Target(drawing),
        lips=order["lips"],
        motions=order["motions"],
        boxes=order["boxes"],
        physics=order["physics"],
    )
    library.enableLog(False)
    seconds = time.monotonic() - started
    return scene, {"parameters": scene.parameters, "gl": drawing.name, "seconds": seconds}


def _serve(orders: BinaryIO, answers: BinaryIO) -> int:
    first = receive(orders)
    if first is None:
        return 0
    try:
        scene, about = _load(first[0])
    except VtuberError as error:
        missing = isinstance(error, EngineUnavailable)
        params = {name: str(value) for name, value in error.params.items()}
        send(answers, {"error": error.key, "missing": missing, "params": params})
        return 0
    send(answers, about)
    last = time.monotonic()
    while (found := receive(orders)) is not None:
        order = found[0]
        for occasion in order["plays"]:
            scene.play(occasion)
        now = time.monotonic()
        width, height = order["size"]
        picture = scene.draw(order["pose"], width, height, order["view"], now - last)
        last = now
        send(answers, {}, picture)
    return 0


def main() -> int:
    answers = _own_stdout()
    with contextlib.suppress(BrokenPipeError):  # whoever asked is gone
        return _serve(sys.stdin.buffer, answers)
    return 0


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # the library's own end, with a context that is gone, may crash
