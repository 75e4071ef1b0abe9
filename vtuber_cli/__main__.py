"""`vtuber`, and `python -m vtuber_cli`."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO


def main() -> int:
    """Runs the command line of this process; whatever happens ends in one line and an exit code."""
    _fill_in()
    for stream in (sys.stdout, sys.stderr):
        _tolerate(stream)
    try:
        try:
            code = _run(sys.argv[1:])
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException as raised:  # noqa: BLE001 - the last place where an error can become a line for people
        from vtuber_cli.cli import show

        code = show.ending(raised)
        _forget(sys.stdout)
    return code


def _run(args: Sequence[str]) -> int:
    if "fortune" in args[:3]:  # `vtuber --lang ko fortune`
        gc.disable()  # what is made in these milliseconds stays until the end
        from vtuber_cli.cli import fortune_fast

        if (code := fortune_fast.run(args)) is not None:
            gc.freeze()  # nor is it looked through then, which would take an eighth of the time
            return code
        gc.enable()
    from vtuber_cli.cli.app import run

    return run(args)


def _fill_in() -> None:
    """Puts nothing in the place of a stream that was closed (`<&-`), before a file of ours gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for the whole process


def _tolerate(stream: TextIO | None) -> None:
    """Lets a terminal that lacks a letter (LANG=C, an odd file name) show `?` instead of ending the program."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def _forget(stream: TextIO | None) -> None:
    """Points an output nobody reads any more, or that is full, at nothing: Python flushes it once more at exit."""
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
