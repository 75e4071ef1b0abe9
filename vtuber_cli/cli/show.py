"""How errors and notices are shown on the command line: on stderr, one plain line each, cleaned of control codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from vtuber_cli.clean import one_line
from vtuber_cli.errors import VtuberError
from vtuber_cli.i18n import find, t

_LONGEST = 600
"""Letters of a name, a path or a reason that are repeated; somebody may paste a whole book."""
_REFUSALS = {
    errno.ENOSPC: "cli.disk_full",
    errno.EDQUOT: "cli.disk_full",
    errno.EACCES: "cli.not_permitted",
    errno.EPERM: "cli.not_permitted",
    errno.EROFS: "cli.not_permitted",
    errno.EMFILE: "cli.too_many_files",
}
_NAMELESS = {
    errno.ENOSPC: "cli.disk_is_full",
    errno.EDQUOT: "cli.disk_is_full",
    errno.EMFILE: "cli.too_many_files",
    errno.EIO: "cli.io_failed",
}
"""The same of a file that was open already: the system does not tell its name."""

BUG = 70
INTERRUPTED = 130


def notice(text: str) -> None:
    """Says one line to the user, beside the data on stdout."""
    _say(one_line(text))


def error(err: VtuberError) -> None:
    """Shows `vtuber: message`, and `hint: advice` if there is any."""
    _say(f"vtuber: {message(err)}")
    if advice := hint(err):
        _say(f"{t('cli.hint')}: {advice}")


def message(err: VtuberError) -> str:
    """The translated, cleaned message of an error."""
    return one_line(t(err.key, **_short(err.params)))


def hint(err: VtuberError) -> str:
    """The translated, cleaned advice that goes with an error; empty if there is none."""
    key = f"{err.key}.hint"
    return one_line(err.hint if err.hint is not None else t(key, **_short(err.params)) if find(key) else "")


def _short(params: Mapping[str, object]) -> dict[str, object]:
    """Long ones without their middle: the end of a path tells most, and Korean particles go by the last letter."""
    return {name: _without_middle(value) if isinstance(value, (str, Path)) else value for name, value in params.items()}


def _without_middle(value: str | Path) -> str | Path:
    text = str(value)
    return value if len(text) <= _LONGEST else f"{text[: _LONGEST * 2 // 3]} … {text[-_LONGEST // 4 :]}"


def ending(raised: BaseException) -> int:
    """Shows what ended a command, in one line, and returns the exit code that goes with it.

    A `VtuberError` says what it has to say, and so do a wrong option and a failing disk. Anything else is a bug: its
    traceback goes to the log (and to the terminal with `VTUBER_DEBUG=1`), its name and the log's path to the user.
    """
    cause = _cause(raised)
    if isinstance(cause, VtuberError):
        error(cause)
        return cause.exit_code
    if isinstance(cause, BrokenPipeError):
        return 1
    import typer  # not at the top: what comes before Typer fails without waiting for it

    if isinstance(cause, (KeyboardInterrupt, typer.Abort)):
        return INTERRUPTED
    if isinstance(cause, typer.TyperException):
        from vtuber_cli.cli import misuse

        error(misuse.explained(cause))
        return cause.exit_code
    if isinstance(cause, OSError) and (known := _disk(cause)) is not None:
        _log(raised)
        error(known)
        return known.exit_code
    return _bug(raised)


def _cause(raised: BaseException) -> BaseException:
    """What a task group's bundle is about: its only error, or the first if all are expected; else the bundle itself."""
    if not isinstance(raised, BaseExceptionGroup):
        return raised
    bundle = cast("BaseExceptionGroup[BaseException]", raised)
    leaves = [_cause(each) for each in bundle.exceptions]
    expected = all(isinstance(leaf, (VtuberError, KeyboardInterrupt)) for leaf in leaves)
    return leaves[0] if len(leaves) == 1 or expected else bundle


def _disk(err: OSError) -> VtuberError | None:
    """An operating system's refusal as an error for people; None if it does not look like the user's disk."""
    number = err.errno or 0
    key = _REFUSALS.get(number) if err.filename is not None else _NAMELESS.get(number)
    if key is None and err.filename is None:
        return None
    return VtuberError(key or "cli.file_failed", file=os.fsdecode(err.filename or "-"), reason=err.strerror or str(err))


def _bug(raised: BaseException) -> int:
    from vtuber_cli import log

    key = "cli.bug" if _log(raised) else "cli.bug_unlogged"
    error(VtuberError(key, name=type(raised).__name__, file=log.file()))
    return BUG


def _log(raised: BaseException) -> bool:
    if os.environ.get("VTUBER_DEBUG"):
        import traceback

        traceback.print_exception(raised)
    from vtuber_cli import log

    return log.crash(raised)


def _say(line: str) -> None:
    if sys.stderr is not None:
        print(line, file=sys.stderr, flush=True)
