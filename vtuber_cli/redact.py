"""Takes secrets, and the name of the user's home, out of text that is kept or shown to others: logs, reports.

It knows secrets by their look (`sk-...`, `Bearer ...`, an address with a password), by the word before them
(`api_key=...`), and by themselves: the values of variables such as `OPENAI_API_KEY`, and whatever was given to `hide`.
"""

from __future__ import annotations

import os
import re

MASK = "***"

_LEAST = 8
"""Characters; a shorter secret would take parts of ordinary words with it."""
_NAMES = re.compile(r"(^|_)(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|COOKIE)$", re.IGNORECASE)
_WORD = r"(?:api[_-]?key|secret|token(?!s)|password|passwd|passphrase|authori[sz]ation|credentials?|cookie)"
_LOOKS = (
    re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE),
    re.compile(
        r"\b(?:(?:sk|pk|rk)[-_][\w-]{8,}|hf_\w{8,}|gh[a-z]_\w{8,}|github_pat_\w{8,}|glpat-[\w-]{8,}|xox[a-z]-[\w-]{8,}"
        r"|AIza[\w-]{20,}|AKIA[A-Z0-9]{12,}|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?)"
    ),
    re.compile(r"(\w://)[^\s/@:]*:\S{1,200}(?=@)"),
    re.compile(r"([?&](?:[\w-]{0,40}key|[\w-]{0,40}token|sig|signature|auth|password|code)=)[^&\s'\"]+", re.IGNORECASE),
    re.compile(
        rf"""({_WORD}[\w-]{{0,40}}["']?\s*(?:=>|[=:](?!>))\s*)(?!\*)(?:"[^"\n]*"|'[^'\n]*'|[^\s,;&)}}\]]+)""",
        re.IGNORECASE,
    ),
    re.compile(rf"\b((?:{_WORD}|key)(?: is)?\W{{1,5}})[A-Za-z0-9+/=_-]{{20,}}", re.IGNORECASE),
)
_hidden: set[str] = set()


def hide(secret: str) -> None:
    """Has this taken out from now on, wherever it stands."""
    if len(secret) >= _LEAST:
        _hidden.add(secret)


def redacted(text: str) -> str:
    """`text` with `***` in the place of secrets and `~` in that of the user's home."""
    for secret in sorted(_hidden | _of_the_environment(), key=len, reverse=True):
        text = text.replace(secret, MASK)
    for look in _LOOKS:
        text = look.sub(_masked, text)
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home raises where there is none
    if len(home) > 1 and home in text:
        text = re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text)
    return text


def _masked(found: re.Match[str]) -> str:
    kept = found[1] if found.re.groups else ""
    return f"{kept}{' ' if kept.isalpha() else ''}{MASK}"


def _of_the_environment() -> set[str]:
    return {value for name, value in os.environ.items() if len(value) >= _LEAST and _NAMES.search(name)}
