"""Cuts a streamed reply into the pieces that a voice speaks: a short first clause, then whole sentences.

The pieces, joined, are the text, and they do not depend on how the stream was cut into deltas: the splitter looks at
one character after the other and closes a piece the moment its end is certain.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

MAX_CHARS: Final = 240

_FIRST_WORDS: Final = 2
_FIRST_LETTERS: Final = 6
_FIRST_LETTERS_CJK: Final = 4
_FIRST_MOST_WORDS: Final = 8
_OPEN_MARKUP_CHARS: Final = 80
"""A link or inline code that has not closed after this many characters was none."""

_ENDS = frozenset(".!?…。！？｡")
_ENDS_ALONE = frozenset("。！？｡")
"""End a sentence with no space after them."""
_TILDES = frozenset("~～〜")
_CLAUSES_SPACED = frozenset(",;:–")
_CLAUSES_ALONE = frozenset("—、，；：")
_CLAUSES = _CLAUSES_SPACED | _CLAUSES_ALONE
_CLOSERS = frozenset("\"'”’)]}»›」』）】〕》〉*_`")
_OPENERS = "\"'“‘([{«‹「『（【〔《〈*_`#>-"

_TITLES = frozenset(
    "mr mrs ms mx dr prof st mt ft rev hon sen rep gov gen col sgt capt lt cpl maj pres messrs mmes vs v cf viz al "
    "approx ca e.g i.e ph.d m.d b.a m.a b.sc m.sc d.c u.s u.k u.n e.u".split()
)
"""Never end a sentence, as far as a splitter can know."""
_TAILS = frozenset(
    "etc inc ltd co corp bros jr sr esq dept est a.m p.m am pm a.d b.c ave blvd rd ln temp pop avg max min misc incl "
    "excl govt univ assoc apt tel ext".split()
)
"""End a sentence if a capital follows."""
_BEFORE_NUMBERS = frozenset(
    "no nos p pp vol fig figs sec ch art eq jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
"""End a sentence unless a digit follows."""

_DOTTED = re.compile(r"(?:[a-z]\.)+[a-z]\Z", re.IGNORECASE)
_LAST_WORD = re.compile(r"\S+\Z")
_OPEN_LINK = re.compile(rf"\[[^\[\]\n]{{0,{_OPEN_MARKUP_CHARS}}}\Z")
_MARKER = re.compile(r"(?:[>*_]|[-+] )*\(?\d{1,3}\Z")
_CLAUSE_CUT = re.compile(r"[,;:–.!?…][^\w\s]*\s+|[—、，；：。！？](?!\d)\s*")

_Ending = Literal["sentence", "clause", "tail", "before-number", "number", "abbreviation"]


class Splitter:
    """Splits one reply. `feed` it, then `finish` it; whitespace behind a sentence belongs to that sentence.

    A piece has a letter or a digit in it, except what `finish` returns and what the maximum length forces.

    Args:
        max_chars: no piece is longer.
        hurries: the first piece may be a clause, so that somebody who waits hears it soon.
    """

    def __init__(self, max_chars: int = MAX_CHARS, *, hurries: bool = True) -> None:
        if max_chars < 1:
            raise ValueError(f"max_chars must be positive, not {max_chars}")
        self._max = max_chars
        self._piece = ""
        self._speakable = False
        """Whether a letter or digit stands before the newest character."""
        self._first = hurries
        self._before = "\n"
        """The last character before the piece that is no space, or the newline that came after it."""
        self._line = ""
        """How the current line begins, its indentation left out."""
        self._fences = 0
        """How often ``` stands in the current line."""
        self._fenced = False

    def feed(self, text: str) -> list[str]:
        """The pieces that `text` completes, in order."""
        pieces: list[str] = []
        for char in text:
            self._take(char)
            end = self._boundary(char)
            if 0 < end <= self._max:
                pieces.append(self._cut(end))
            while len(self._piece) > self._max:
                pieces.append(self._cut(self._forced_cut()))
            self._speakable = self._speakable or char.isalnum()
        return pieces

    def finish(self) -> list[str]:
        """What is left, if anything: at most one piece, perhaps of white space. More may be fed afterwards."""
        return [self._cut(len(self._piece))] if self._piece else []

    def _take(self, char: str) -> None:
        self._piece += char
        if char == "\n":
            return
        if len(self._line) < 3 and (self._line or not char.isspace()):
            self._line += char
        if char == "`" and self._piece.endswith("```"):
            self._fences += 1

    def _cut(self, end: int) -> str:
        piece, self._piece = self._piece[:end], self._piece[end:]
        self._speakable = any(map(str.isalnum, self._piece[:-1]))
        self._first = False
        rest = piece.rstrip()
        if "\n" in piece[len(rest) :]:
            self._before = "\n"
        elif rest:
            self._before = rest[-1]
        return piece

    def _boundary(self, char: str) -> int:
        """Where the piece certainly ends now that `char` has come, or 0."""
        if char == "\n":
            return self._at_newline()
        if self._fenced or self._line == "```" or not self._speakable:
            return 0
        if char.isspace():
            return self._at_space()
        if self._piece[-2:-1].isspace():
            return self._behind_space(char)
        return self._unspaced(char)

    def _at_newline(self) -> int:
        toggles = self._line == "```" and (self._fenced or self._fences % 2 == 1)
        self._fenced ^= toggles
        self._line, self._fences = "", 0
        return 0 if self._fenced or not self._speakable else len(self._piece)

    def _at_space(self) -> int:
        """`Really? ` is complete with its first space."""
        text = self._piece[:-1]
        if text[-1].isspace() or self._inside_markup(text):
            return 0
        ending = self._ending(text)
        closed = ending == "sentence" or (ending == "clause" and self._first)
        if closed and self._long_enough(text):
            return len(self._piece)
        full = self._first and ending is None and len(text.split()) >= _FIRST_MOST_WORDS
        full = full and text.count("(") <= text.count(")")
        return len(self._piece) if full else 0

    def _behind_space(self, char: str) -> int:
        """`at 3 p.m. We` needs the capital, `No. 5` and `May 2, 2026` the digit."""
        text = self._piece[:-1].rstrip()
        if not text or self._inside_markup(text):
            return 0
        ending = self._ending(text)
        closed = (ending == "tail" and (char.isupper() or _is_cjk(char))) or (
            (ending == "before-number" or (ending == "number" and self._first)) and not char.isdecimal()
        )
        return len(self._piece) - 1 if closed and self._long_enough(text) else 0

    def _unspaced(self, char: str) -> int:
        """Japanese, Chinese and em dashes end a piece with no space; so does `요.그` between two Hangul letters."""
        if (
            char in _ENDS
            or char in _CLAUSES
            or char in _CLOSERS
            or char in _TILDES
            or _extends(char)
            or _is_emoji(char)
        ):
            return 0
        before = self._piece[:-1]
        text = _without_closers(before)
        if not text or self._inside_markup(before):
            return 0
        last, closed = text[-1], False
        if last in _ENDS_ALONE:
            closed = not (before[-1] in "」』" and char in "とっ")
        elif last in _ENDS or last in _TILDES:
            word = text.rstrip(".!?…~～〜")
            closed = text == before and bool(word) and _is_cjk(word[-1]) and _is_cjk(char)
        elif last in _CLAUSES_ALONE:
            number = text[-2:-1].isdecimal() and char.isdecimal()
            closed = self._first and not number
        return len(before) if closed and self._long_enough(before) else 0

    def _ending(self, text: str) -> _Ending | None:
        """How `text`, which white space follows, ends."""
        text = _without_closers(text)
        if not text:
            return None
        last = text[-1]
        if last == ".":
            return self._full_stop(text)
        if last in _ENDS:
            return "sentence"
        if last in _TILDES:
            return "sentence" if _is_cjk(text[-2:-1]) else None
        if last == ":" and text[-2:-1].isspace():
            return None
        if last == "," and text[-2:-1].isdecimal():
            return "number"
        return "clause" if last in _CLAUSES else None

    def _full_stop(self, text: str) -> _Ending:
        if text.endswith(("..", "?.", "!.", "….")):
            return "sentence"
        word = _LAST_WORD.search(text[:-1])
        if word is None:
            return "sentence"
        if self._is_marker(text[:-1], word.start()):
            return "abbreviation"
        bare = word[0].lstrip(_OPENERS)
        name = bare.rsplit("-", 1)[-1].lower()
        if name in _TAILS:
            return "tail"
        if name in _BEFORE_NUMBERS:
            return "before-number"
        if name in _TITLES or _DOTTED.match(bare):
            return "abbreviation"
        if len(bare) == 1 and bare.isascii() and bare.isupper():
            # `J. R. R. Tolkien`, but `you and I.`
            words = text[: word.start()].split()
            return "sentence" if bare == "I" and words and words[-1].islower() else "abbreviation"
        return "sentence"

    def _is_marker(self, text: str, start: int) -> bool:
        """Whether the word of `text` at `start` numbers an item: `1.` where a line begins, or after a colon."""
        if _MARKER.match(text, start) is None:
            return False
        line = text[:start].rstrip(" \t")
        return (line or self._before)[-1] in "\n:;.!?。"

    def _inside_markup(self, text: str) -> bool:
        """Whether a link's text or inline code is still open at the end of `text`."""
        if "[" in text and _OPEN_LINK.search(text):
            return True
        line = text[text.rfind("\n") + 1 :]
        return line.count("`") % 2 == 1 and len(line) - line.rfind("`") <= _OPEN_MARKUP_CHARS

    def _long_enough(self, text: str) -> bool:
        """Whether the first clause is worth a breath; later pieces always are."""
        if not self._first:
            return True
        letters = sum(map(str.isalnum, text))
        enough = _FIRST_LETTERS_CJK if any(map(_is_cjk, text)) else _FIRST_LETTERS
        return letters >= enough or sum(any(map(str.isalnum, word)) for word in text.split()) >= _FIRST_WORDS

    def _forced_cut(self) -> int:
        """Where to cut a piece that has one character more than it may: at a clause, a space, or anywhere whole."""
        text, most = self._piece, self._max
        if self._fenced:
            line = text.rfind("\n", 0, most)
            if line > 0:
                return line + 1
        cuts = [match.end() for match in _CLAUSE_CUT.finditer(text, 0, most) if match.end() > most // 3]
        spaces = [at + 1 for at in range(most) if text[at].isspace() and not text[at + 1].isspace()]
        between = [at for at in range(most, 0, -1) if _is_whole(text, at)]
        cjk = [at for at in between if _is_unspaced(text[at - 1]) or _is_unspaced(text[at])]
        for places in (reversed(cuts), reversed(spaces), cjk, between):
            for at in places:
                if _is_whole(text, at) and text[:at].strip():
                    return at
        return between[0] if between else most


def _without_closers(text: str) -> str:
    end = len(text)
    while end and (text[end - 1] in _CLOSERS or _is_emoji(text[end - 1])):
        end -= 1
    return text[:end]


def _is_cjk(char: str) -> bool:
    """Hangul, kana or Han."""
    return "\uac00" <= char <= "\ud7a3" or "\u1100" <= char <= "\u11ff" or _is_unspaced(char)


def _is_unspaced(char: str) -> bool:
    """Kana or Han: scripts that put no space between words."""
    return "\u3041" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff"


def _is_emoji(char: str) -> bool:
    return (
        "\U0001f000" <= char <= "\U0001faff"
        or "\u2600" <= char <= "\u27bf"
        or "\u2b00" <= char <= "\u2bff"
        or char in "\u200d\ufe0f\u20e3\u2122\u00a9\u00ae"
    )


def _extends(char: str) -> bool:
    """Whether `char` belongs to the character before it."""
    return (
        unicodedata.category(char) in ("Mn", "Me", "Mc")
        or char in "\u200c\u200d\u3099\u309a"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
        or "\u1160" <= char <= "\u11ff"
        or "\ud7b0" <= char <= "\ud7fb"
        or "\uff9e" <= char <= "\uff9f"
        or "\udc00" <= char <= "\udfff"
    )


def _is_whole(text: str, at: int) -> bool:
    """Whether a cut before `text[at]` leaves what a reader takes for one character in one piece."""
    before, after = text[at - 1], text[at]
    if _extends(after) or before == "\u200d" or (before == "\r" and after == "\n"):
        return False
    if unicodedata.combining(before) == 9 or ("\u1100" <= before <= "\u115f" and _is_cjk(after)):
        return False  # a virama, a leading jamo
    if not ("\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff"):
        return True
    flags = at
    while flags and "\U0001f1e6" <= text[flags - 1] <= "\U0001f1ff":
        flags -= 1
    return (at - flags) % 2 == 0
