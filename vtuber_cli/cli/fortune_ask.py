"""Tells a fortune: from the options of `vtuber fortune` to what is printed."""

from __future__ import annotations

import gc
import sys

from vtuber_cli import i18n
from vtuber_cli.cli.fortune_request import requested
from vtuber_cli.fortune.tell import is_kept, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from vtuber_cli.cli.fortune_options import Given


def ask(engine: str, given: Given) -> int:
    """Tells a fortune on standard output, as asked for; the exit code.

    Raises:
        UsageError: an option's value is wrong.
        ProfileNeeded: it takes a birth or a sign that nobody gave.
        ContentError: the fortunes' words are missing or corrupt.
    """
    request, profile = requested(engine, given)
    asked_before = bool(request.question) and not given["no_cache"] and is_kept(request)
    result = tell(request, keep=not given["no_cache"], aside=_note_damage)
    i18n.set_language("ko" if request.locale == "ko" else "en")
    from vtuber_cli.cli import fortune_view

    name = profile.name if profile is not None and request.person.seed == profile.seed else ""
    sys.stdout.write(fortune_view.drawn(result, given, name=name, question=request.question))
    if asked_before and result["notice"] is None and sys.stdout.isatty():
        _say("fortune.same_question")
    if given["speak"]:
        from vtuber_cli.cli.fortune_speak import speak

        gc.enable()  # a voice makes more of it than a fortune
        sys.stdout.flush()
        speak(result)
    return 0


def _note_damage(aside: Path) -> None:
    _say("fortune.damaged_cache", file=aside)


def _say(key: str, **params: object) -> None:
    from vtuber_cli.cli.show import notice

    sys.stdout.flush()
    notice(i18n.t(key, **params))
