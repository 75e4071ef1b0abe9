"""Takes out of a text what is there for the eye: Markdown, HTML, formulae, addresses, faces; and tidies the rest."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

from vtuber_cli.conversation.spoken.addresses import Words, without_addresses
from vtuber_cli.conversation.spoken.faces import in_words, without_faces, without_stage_directions
from vtuber_cli.conversation.spoken.rules import apply, compiled
from vtuber_cli.conversation.spoken.tex import without_tex

FENCE: Final = "```"
_SHORT_CODE: Final = 40

_SPACES: Final = re.compile(r"[^\S\n]+")
_THIN_SPACES: Final = re.compile(r"(?<=[0-9])[\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))")
_FENCED: Final = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_LINK: Final = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+[\"'][^\"'\n]*[\"'])?\)")
_DEFINITION: Final = re.compile(r"^ {0,3}\[[^\[\]^\n]+\]:\s*<?(?:https?:|/|\.|#|mailto:|www\.)\S*[^\n]*$", re.MULTILINE)
_FOOTNOTE: Final = re.compile(r"^ {0,3}\[\^[^\[\]\n]+\]:\s*", re.MULTILINE)
_REFERENCE: Final = re.compile(r"\[([^\[\]]+)\]\[[^\[\]]*\]")
_CITATION: Final = re.compile(r"\[\^[^\[\]\n]{1,20}\]|(?<=\w)\s?\[[0-9]{1,3}\]")
_INLINE_CODE: Final = re.compile(r"(`{1,2})([^`\n]+)\1")
_HTML: Final = re.compile(r"<\|[^|<>\n]*\|>|<!--[^<>]*-->|</?[A-Za-z!][^<>]*>")
_ITEM: Final = re.compile(r"\s*(?:[-*+•·‣▪]|\(?[0-9]{1,2}[.)])\s+\S")

_LINE: Final = compiled((
    (r"^\s*(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|=+)$", ""),
    (r"^\s*\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?$", ""),
    (r"^(?:\s*>)+(?![=0-9_.<])\s?", ""),
    (r"^\s*#{1,6}\s+", ""),
    (r"^\s*[-*+•·‣▪]\s+(?:\[[ xX]\]\s+)?", ""),
    (r"^\s*\(?([0-9]{1,2})[.)]\s+(?=\S)", r"\1, "),
    (r"^\s*\|\s*", ""),
    (r"\s?\|\s*$", ","),
    (r"\s+\|\s+", ", "),
))  # fmt: skip
_IN_CODE: Final = compiled((
    (r"(?<=[a-z])(?=[A-Z][a-z])", " "),
    (r"\s*&&\s*", " & "),
    (r"\s*\|+\s*", ", "),
    (r"(?<=[+*/-])=", " = "),
    (r"[\[\](){}\"']+", " "),
))  # fmt: skip
_EMPHASIS: Final = compiled((
    (r"(?<=[0-9)])\s?\*\s?(?=[0-9(])", " × "),
    (r"\\([^\w\s])", r"\1"),
    (r"(?<!=)==(?=[^\s=])([^=\n]{1,80})(?<=[^\s=])==(?!=)", r"\1"),
    (r"\*+|~~", ""),
    (r"(?<=[0-9])_(?=[0-9]{3}(?![0-9]))", ""),
    (r"(?<![^\W_])_+|_+(?![^\W_])", ""),
    (r"(?<=\w)_+(?=\w)", " "),
    # Hesitation, not the dot of an address: "just...fine".
    (r"(?:\.{2,}|…)+(?=[^\W_])", "... "),
))  # fmt: skip


def strip(text: str, words: Words, *, begins_line: bool = True) -> str:
    """`text` on one line, without markup, formulae, addresses and faces.

    Args:
        text: Markdown.
        words: the language's.
        begins_line: it stands at the beginning of a line, where `- ` and `2. ` make a list.
    """
    text = _FENCED.sub(f" {words.code}. ", text)
    text = _SPACES.sub(" ", _THIN_SPACES.sub("", text))
    text = _INLINE_CODE.sub(lambda m: _code(m[2], words), text)
    text = _FOOTNOTE.sub("", _DEFINITION.sub("", text))
    text = _REFERENCE.sub(r"\1", _LINK.sub(r"\1", text))
    text = without_tex(_CITATION.sub("", text), words.over)
    text = html.unescape(_HTML.sub(" ", without_addresses(text, words)))
    text = in_words(without_stage_directions(text), words.rating, words.stars, words.love)
    text = _written_plainly(without_faces(text, words.shorthand))
    return apply(_EMPHASIS, _joined(text.splitlines(), begins_line=begins_line)).replace("`", "")


def _code(code: str, words: Words) -> str:
    """Inline code by its words, if there are few."""
    if len(code) > _SHORT_CODE:
        return words.code
    code = re.sub(r"(?<!\S)--(?=\w)", f"{words.dash} {words.dash} ", code)
    code = re.sub(r"(?<!\S)-(?=[A-Za-z])", f"{words.dash} ", code)
    return apply(_IN_CODE, code).strip()


def _written_plainly(text: str) -> str:
    """Full-width and other scripts' digits, ligatures, styled and circled letters, as plain ones."""
    if text.isascii():
        return text
    plain = map(_plain, _RAISED.sub(_raised, unicodedata.normalize("NFC", text)))
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in "".join(plain))


_RAISED: Final = re.compile(r"(?<![A-Za-z가-힣])([A-Za-z가-힣]?)([\u00b9\u00b2\u00b3\u2070\u2074-\u207b\u207f]+)")
_KEPT: Final = frozenset("²³½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞")


def _raised(m: re.Match[str]) -> str:
    """A power as `^6`; squares and cubes stay, for units have them too."""
    power = m[2]
    return m[0] if power in "²³" else f"{m[1]}^{unicodedata.normalize('NFKC', power).replace('−', '-')}"


def _plain(char: str) -> str:
    if unicodedata.category(char) in ("No", "Nl"):
        return char if char in _KEPT else _numeral(char)
    styled = (
        "\uff01" <= char <= "\uff5e"
        or "\U0001d400" <= char <= "\U0001d7ff"
        or "\u3380" <= char <= "\u33df"
        or char == "\u00b5"
    )
    return unicodedata.normalize("NFKC", char) if styled else char


def _numeral(char: str) -> str:
    """A numeral that is no digit: Ⅳ, ₂, and, with the pause of a list, ②."""
    value = unicodedata.numeric(char)
    if not value.is_integer():
        return " "
    enclosed = "\u2460" <= char <= "\u249b" or "\u2776" <= char <= "\u2793"
    return f", {value:.0f}, " if enclosed else f"{value:.0f}"


def _joined(lines: list[str], *, begins_line: bool) -> str:
    """The lines as one, with a pause where a line ends and no sentence goes on."""
    text = ""
    for at, line in enumerate(lines):
        bare = (apply(_LINE, line) if at or begins_line else line).strip()
        if not bare:
            continue
        if text:
            goes_on = "a" <= bare[0] <= "z" and not _ITEM.match(line)
            ended = not (text[-1].isalnum() or text[-1] in ")]\"'”’%*_`")
            text += " " if goes_on or ended else ", "
        text += bare
    return text


_TIDY: Final = compiled((
    (r"[“”„«»\"]|(?<!\w)['’‘]+|['’‘]+(?!\w)", ""),
    (r"[’‘]", "'"),
    (r"'(?=[가-힣])", ""),
    (r"…", "..."),
    (r"[()\[\]{}（）【】〔〕《》〈〉—–―]|(?<!\w)-+|-+(?!\w)", ", "),
    (r"[^\w\s.,!?;:'\-。、，！？；：「」『』・]", " "),
    (r"_", " "),
    (r"\s+", " "),
    (r"\s(?=[.,!?;:。、，！？])", ""),
    (r"[,;:、，](?:\s?[,;:、，])*\s?(?=[,.!?;:。！？])", ""),
    (r"(?<=[.!?。！？])\s?,", ""),
    (r"^[\s.,;:、，!?-]+(?=\w)", ""),
    (r"([!?])[!?]+", r"\1"),
    (r"\.{4,}", "..."),
    (r"(?<=\w)([,;])(?=[^\W\d])", r"\1 "),
))  # fmt: skip


def tidy(text: str) -> str:
    """Only letters, digits and the punctuation that a voice breathes at; "" if no letter or digit is left."""
    text = "".join(char for char in apply(_TIDY, text) if _is_sayable(char)).strip(" ,;:、，-")
    return text if any(map(str.isalnum, text)) else ""


def _is_sayable(char: str) -> bool:
    return char.isascii() or unicodedata.category(char)[0] in "LMNPZ"
