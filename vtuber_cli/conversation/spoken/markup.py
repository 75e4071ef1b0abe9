"""Takes out of a text what is there for the eye: Markdown, HTML, links, emoji, kaomoji; and tidies what is left."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

FENCE: Final = "```"
_SHORT_CODE: Final = 40


@dataclass(frozen=True, slots=True)
class Words:
    """What a language says for what cannot be read out."""

    code: str
    link: str | None
    """None: the link's domain is said."""
    at: str
    dot: str
    hashtag: str


_KAOMOJI_SIGNS: Final = r"\^_;・ω´`｀≧≦▽∀°□д‿♥♡｡。><~～T;ㅠㅜ╥ಠ益ツ╯ノヽ・ᴗ˘ᵕ✿*=\-.oO0◕●◠•εз๑"
_EMOTICONS = re.compile(
    r"¯\\?\\?_\(ツ\)_/¯"
    r"|[╯┻━┬─︵︶ノヽ╮╭]{2,}|[(（][╯ノ][^()（）\n]{1,12}[)）][╯ノ]?(?:\s*[︵︶]\s*[┻━┬─]+)?"
    # A bracketed face has a sign of a face and no two letters or digits in a row.
    rf"|[(（](?=[^()（）\n]*[\^_;ω´｀≧≦▽∀□д‿♥♡｡><ㅠㅜ╥ಠ益ツ・ᴗ˘◕•●])(?![^()（）\n]*[^\W_ωд]{{2}})[{_KAOMOJI_SIGNS}\s]{{2,14}}[)）]"
    r"|\^[_.\-]?\^;*|(?<!\w)(?:[TtQ][_.][TtQ]|[oO][_.][oO]|0_0|[>＞][_.][<＜]|-_-;*|=_=|;_;|uwu|UwU|owo|OwO)(?!\w)"
    r"|[ㅋㅎ]+|[ㅠㅜ]+|(?<![가-힣ㄱ-ㅣ])[ㄱ-ㅎ]{2,}(?![가-힣ㄱ-ㅣ])"
    r"|(?<!\S)(?:[:;=][-'^o]?[)(DPpOo3|/\\\]\[*]+|[xX]D+|<3+|</3|[:;]'\()(?=[\s.,!?]|$)"
)
_EMOJI = re.compile(
    r"[0-9#*]\ufe0f?\u20e3"
    "|[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\u25a0-\u25ff\u3030\u303d\u3297\u3299"
    "\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f\u00a9\u00ae\u2122]"
)

_SPACES = re.compile(r"[^\S\n]+")
_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+[\"'][^\"'\n]*[\"'])?\)")
_REFERENCE = re.compile(r"\[([^\[\]]+)\]\[[^\[\]]*\]")
_CITATION = re.compile(r"\[\^?[0-9]+\]")
_INLINE_CODE = re.compile(r"(`{1,2})([^`\n]+)\1")
_URL = re.compile(
    r"<?\b(?:https?://|ftp://|www\.)(?:[^\s/@<>]*@)?([^\s/:?#<>)\]\"'가-힣、。]+)"
    r"(?:[^\s<>)\]\"'가-힣、。]*[^\s<>)\]\"'가-힣、。.,!?;:])?>?"
)
_EMAIL = re.compile(r"(?:mailto:)?\b([A-Za-z0-9._%+-]+)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_HTML = re.compile(r"<\|[^|<>\n]*\|>|</?[A-Za-z!][^<>]*>")
_LINE_RULES: Final = (
    (re.compile(r"^\s*(?:[-*_=]\s*){3,}$"), ""),
    (re.compile(r"^\s*\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?$"), ""),
    (re.compile(r"^(?:\s*>)+\s?"), ""),
    (re.compile(r"^\s*#{1,6}\s+"), ""),
    (re.compile(r"^\s*[-*+•·‣▪]\s+(?:\[[ xX]\]\s+)?"), ""),
    (re.compile(r"^\s*\(?([0-9]{1,3})[.)]\s+(?=\S)"), r"\1, "),
    (re.compile(r"^\s*\|\s*"), ""),
    (re.compile(r"\s?\|\s*$"), ","),
    (re.compile(r"\s+\|\s+"), ", "),
)
_EMPHASIS: Final = (
    (re.compile(r"(?<=[0-9)])\s*\*\s*(?=[0-9(])"), " × "),
    (re.compile(r"\\([^\w\s])"), r"\1"),
    (re.compile(r"\*+|~~"), ""),
    (re.compile(r"(?<![^\W_])_+|_+(?![^\W_])"), ""),
    (re.compile(r"(?<=\w)_+(?=\w)"), " "),
    # Hesitation, not the dot of an address: "just...fine".
    (re.compile(r"(?:\.{2,}|…)+(?=[^\W_])"), "... "),
)


def strip(text: str, words: Words) -> str:
    """`text` on one line, without markup, emoji and kaomoji."""
    text = _FENCED.sub(f" {words.code}. ", text)
    text = _SPACES.sub(" ", text)
    text = _REFERENCE.sub(r"\1", _LINK.sub(r"\1", text))
    text = _CITATION.sub("", text)
    text = _INLINE_CODE.sub(lambda m: m[2] if len(m[2]) <= _SHORT_CODE else words.code, text)
    text = _URL.sub(lambda m: words.link or _dotted(m[1].removeprefix("www."), words), text)
    text = _EMAIL.sub(lambda m: f"{_dotted(m[1], words)} {words.at} {_dotted(m[2], words)}", text)
    text = html.unescape(_HTML.sub(" ", text))
    text = _EMOJI.sub(" ", _EMOTICONS.sub(" ", _ascii_digits(text)))
    text = _joined([_line(line) for line in text.splitlines()])
    for pattern, replacement in _EMPHASIS:
        text = pattern.sub(replacement, text)
    return text.replace("`", "")


def _dotted(name: str, words: Words) -> str:
    return f" {words.dot} ".join(part for part in name.split(".") if part)


def _ascii_digits(text: str) -> str:
    """Full-width and other scripts' digits, ligatures and styled letters, as plain ones."""
    if text.isascii():
        return text
    plain = (unicodedata.normalize("NFKC", c) if _is_styled(c) else c for c in unicodedata.normalize("NFC", text))
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in "".join(plain))


def _is_styled(char: str) -> bool:
    return (
        "\uff01" <= char <= "\uff5e"
        or "\U0001d400" <= char <= "\U0001d7ff"
        or "\u3380" <= char <= "\u33df"
        or "\u2160" <= char <= "\u217f"
        or "\u2460" <= char <= "\u2473"
    )


def _line(line: str) -> str:
    for pattern, replacement in _LINE_RULES:
        line = pattern.sub(replacement, line)
    return line.strip()


def _joined(lines: list[str]) -> str:
    """The lines as one, with a pause where a line ends and no sentence goes on."""
    text = ""
    for line in filter(None, lines):
        if text:
            goes_on = "a" <= line[0] <= "z" or not (text[-1].isalnum() or text[-1] in ")]\"'”’%*_`")
            text += " " if goes_on else ", "
        text += line
    return text


_TIDY: Final = (
    (re.compile(r"[“”„«»\"]|(?<!\w)['’‘]+|['’‘]+(?!\w)"), ""),
    (re.compile(r"[’‘]"), "'"),
    (re.compile(r"…"), "..."),
    (re.compile(r"[()\[\]{}（）【】〔〕《》〈〉—–―]|(?<!\w)-+|-+(?!\w)"), ", "),
    (re.compile(r"[^\w\s.,!?;:'\-。、，！？；：「」『』・]"), " "),
    (re.compile(r"_"), " "),
    (re.compile(r"\s+"), " "),
    (re.compile(r"\s+(?=[.,!?;:。、，！？])"), ""),
    (re.compile(r"[,;:、，](?:\s*[,;:、，])*\s*(?=[,.!?;:。！？])"), ""),
    (re.compile(r"(?<=[.!?。！？])\s*,"), ""),
    (re.compile(r"^[\s.,;:、，!?-]+(?=\w)"), ""),
    (re.compile(r"([!?])[!?]+"), r"\1"),
    (re.compile(r"\.{4,}"), "..."),
)


def tidy(text: str) -> str:
    """Only letters, digits and the punctuation that a voice breathes at; "" if no letter or digit is left."""
    for pattern, replacement in _TIDY:
        text = pattern.sub(replacement, text)
    text = "".join(char for char in text if _is_sayable(char)).strip(" ,;:、，-")
    return text if any(map(str.isalnum, text)) else ""


def _is_sayable(char: str) -> bool:
    return char.isascii() or unicodedata.category(char)[0] in "LMNPZ"
