"""The lane before Typer: a well-formed `vtuber fortune ...` runs without it, ten times sooner.

Everything else (help, other commands, a wrong option) is left to Typer, so that pages and complaints are the same.
"""

from __future__ import annotations

import os

from vtuber_cli import i18n
from vtuber_cli.cli import language
from vtuber_cli.cli.fortune_options import understood

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def run(args: Sequence[str]) -> int | None:
    """Runs a command line and returns its exit code; None, and nothing has been done, if it is not for here.

    Args:
        args: the words behind `vtuber`.
    """
    words = list(args)
    lang = os.environ.get(language.VARIABLE) or None
    if words[0] == "--lang":
        lang, words = words[1], words[2:]
    elif words[0].startswith("--lang="):
        lang = words.pop(0).removeprefix("--lang=")
    if words[:1] != ["fortune"] or (lang is not None and lang not in language.CHOICES):
        return None
    if (found := understood(words[1:])) is None:
        return None
    if lang is None:
        i18n.set_language(language.written())
    else:
        language.choose(lang)
    from vtuber_cli.cli.fortune_ask import ask

    return ask(*found)
