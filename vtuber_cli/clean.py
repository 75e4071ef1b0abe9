r"""Makes foreign text safe for a terminal, once, where it enters: from a model, a tool, a peer or a file.

Taken out: C0 controls except newline and tab (so `\r\n` becomes `\n`), DEL, C1, whole terminal sequences in their 7-bit
and 8-bit forms, bidi controls, and surrogates. Nothing that survives can begin a sequence, so cleaning is idempotent.

A string sequence (OSC, DCS, APC, PM, SOS) that nobody terminates swallows the rest of its line and no more: a reply
must not vanish because of one stray byte. Text after a line break inside such a sequence stays, as harmless text.
"""

from __future__ import annotations

import re

_REMOVED = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
"""Characters that never survive, as the inside of a regex class."""

_SUSPECT = re.compile(f"[{_REMOVED}]")
_SEQUENCE = re.compile(
    # CSI: terminals ignore most C0 controls inside, so they belong to it. ESC, CAN and SUB abort it.
    r"(?:\x1b\[|\x9b)[\x00-\x08\x0b-\x17\x19\x1c-\x3f\x7f]*(?:[\x40-\x7e\x18\x1a]|(?P<csi>\Z)|)"
    # OSC ends at BEL or ST; DCS, SOS, PM and APC at ST. An ESC ends any of them: `ESC \` is then a sequence of its own.
    r"|(?:\x1b\]|\x9d)[^\n\x07\x18\x1a\x1b\x9c]*(?:[\x07\x18\x1a\x9c]|(?P<osc>\Z)|)"
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\n\x18\x1a\x1b\x9c]*(?:[\x18\x1a\x9c]|(?P<string>\Z)|)"
    r"|\x1b[\x20-\x2f]+(?:[\x30-\x7e]|(?P<charset>\Z)|)"
    r"|\x1b(?:[\x30-\x7e]|(?P<escape>\Z)|)"
    rf"|[{_REMOVED}]"
)
_RESUME = {"csi": "\x1b[", "osc": "\x1b]", "string": "\x1bP", "charset": "\x1b(", "escape": "\x1b"}
"""For a sequence that is still open where the text ends: what to put before the text that follows."""


def clean(text: str) -> str:
    """`text` without anything that a terminal would act on, except newline and tab."""
    if _SUSPECT.search(text) is None:
        return text
    return _SEQUENCE.sub("", text)


def one_line(text: str) -> str:
    """`text`, clean, on one line: every run of white space is one space, none at the ends."""
    return " ".join(clean(text).split())


class Cleaner:
    """`clean` for text that arrives in pieces: joined, the results equal the cleaned whole, however it was cut."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open = ""

    def feed(self, delta: str) -> str:
        """The clean part of `delta`; a sequence that it leaves open is remembered, its content is not kept."""
        if not self._open and _SUSPECT.search(delta) is None:
            return delta
        text, self._open = self._open + delta, ""
        return _SEQUENCE.sub(self._drop, text)

    def finish(self) -> str:
        """Ends the text. Always empty, as whatever was open is no text; the next `feed` starts afresh."""
        self._open = ""
        return ""

    def _drop(self, sequence: re.Match[str]) -> str:
        if sequence.lastgroup is not None:
            self._open = _RESUME[sequence.lastgroup]
        return ""
