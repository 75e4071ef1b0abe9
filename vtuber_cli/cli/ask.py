"""Questions on the terminal, asked on stderr: stdout is data."""

from __future__ import annotations

import sys

from vtuber_cli.i18n import t


def is_possible() -> bool:
    """Whether there is somebody to answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def yes(question: str, *, otherwise: bool) -> bool:
    """Whether the answer is yes; `otherwise` if it is empty, and no if there is none."""
    choices = t("cli.ask.yes_or_no" if not otherwise else "cli.ask.yes_or_no_yes")
    while True:
        answer = line(f"{question} {choices}")
        if answer is None:
            return False
        if not answer:
            return otherwise
        for word, meaning in (("cli.ask.yes_words", True), ("cli.ask.no_words", False)):
            if answer.casefold() in t(word).split():
                return meaning


def line(question: str) -> str | None:
    """What is typed; None at the end of the input."""
    print(f"{question} ", end="", file=sys.stderr, flush=True)
    typed = sys.stdin.readline()
    if not typed:
        print(file=sys.stderr)
        return None
    return typed.strip()
