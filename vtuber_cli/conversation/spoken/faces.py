"""What in a text is a face, a laugh or a gesture: emoji, kaomoji, `*waves*`. She shows it and says nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_EYES: Final = r"\^_;ω´｀≧≦▽∀□д‿♥♡｡><ㅠㅜ╥ಠ益ツ・ᴗ˘◕•●๑ʖ"
"""What only a face has in round brackets."""
_FEATURES: Final = rf"{_EYES}`°~～TヽノづヮʖㅅㅂεзoO0◠✿*=\-.\u0300-\u036f\s"
_ARMS: Final = r"╯ノヽづつو۶٩୧୨ᕕᕗᕦᕤ"
_SPARKLES: Final = r"✧*:・ﾟ°☆.+"

_EMOTICONS: Final = re.compile(
    r"¯\\?\\?_\(ツ\)_/¯|ʕ[^ʔ\n]{1,8}ʔ"
    # A bracketed face has a sign of a face and no two letters or digits in a row.
    rf"|[{_ARMS}]?[(（][{_ARMS}]?(?=[^()（）\n]*[{_EYES}])(?![^()（）\n]*[^\W_ωдㅂʖヮづノ๑]{{2}})[{_FEATURES}]{{2,16}}[)）]"
    rf"(?:[{_ARMS}][{_SPARKLES}]*)?"
    r"|[(（]╯[^()（）\n]{1,12}[)）]╯?(?:\s{0,3}[︵︶]\s{0,3}[┻━┬─]+)?|[╯┻━┬─︵︶ノヽ╮╭]{2,}"
    r"|\^[_.\-ㅅ]?\^[;*]*|(?<![\w;]);{2,}"
    r"|(?<!\w)(?:[TtQ][_.][TtQ]|[oO][_.][oO]|0_0|[>＞][_.][<＜]|-_-[;*]*|=_=|;_;|uwu|UwU|owo|OwO)(?!\w)"
    r"|(?<![가-힣])[ㅇㅎㅍ][ㅅㅂㅁㅠ_][ㅇㅎㅍ](?![가-힣])|ㅡ+[_.]?ㅡ+[;]*"
    r"|(?<!\S)(?:>?[:;=][-'^o]?[)(DPpOo3|/\\\]\[*]+|[xX]D+|<3+|</3|[:;]'\(|\\?[oO]/)(?=[\s.,!?]|$)"
)
_LAUGHTER: Final = "ㅋㅎㅠㅜ"
_LETTERS: Final = re.compile(rf"[ㄱ-ㅣ]{{2,}}|[{_LAUGHTER}]")
_SHORTCODE: Final = re.compile(r"(?<![\w:]):[a-z][a-z0-9]*(?:[_+-][a-z0-9]+)*:(?![\w:])")
_EMOJI: Final = re.compile(
    r"(?:[0-9#*]\ufe0f?\u20e3"
    "|[\U0001f000-\U0001faff\u2600-\u2775\u2794-\u27bf\u2b00-\u2bff\u2300-\u23ff\u25a0-\u25ff\u3030\u303d\u3297\u3299"
    "\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f\u00a9\u00ae\u2122])+"
)

_GESTURES: Final = (
    "beams blinks blushes bounces bows cheers chuckles claps coughs cries dances fidgets gasps giggles grins hugs "
    "hums jumps laughs leans looks nods pats pauses pokes points pouts shrugs sighs sings smiles smirks sniffles "
    "squeals stares stretches thinks tilts twirls waves whispers winks yawns"
).replace(" ", "|")
_SURE: Final = "blushes|chuckles|coughs|gasps|giggles|grins|laughs|nods|shrugs|sighs|smiles|winks|yawns"
"""Gestures also in round brackets, where `waves` might be the sea's."""
_LOOKS: Final = "웃음|미소|한숨|윙크|눈물|박수|폭소|정색"
_STAGE: Final = re.compile(
    rf"(?<![*\w])\*(?:(?:{_GESTURES})\b[^*\n]{{0,60}}|[가-힣 ]{{0,20}}(?:{_LOOKS}|며|면서))\*(?![*\w])"
    rf"|[(\[](?:(?:{_SURE})\b(?:\s[a-z]+){{0,3}}|{_LOOKS}"
    rf"|(?:웃|미소|한숨|고개|윙크|박수|손을)[가-힣 ]{{0,12}}며)[)\]](?!\()",
    re.IGNORECASE,
)


def without_stage_directions(text: str) -> str:
    """`text` without `*waves*`, `(laughs)` and `(웃음)`."""
    return _STAGE.sub(" ", text)


_MOST_STARS: Final = 5
_LOVE: Final = re.compile(r"\bI\s?(?:[♥❤]\ufe0f?|<3)\s?(?=\w)")
_RATING: Final = re.compile(r"(?<![★☆])(★{1,5})(☆{0,5})(?![★☆])")
_STARS: Final = re.compile(r"(?<=[0-9])\s?[★⭐]")


def in_words(text: str, rating: str, stars: str, love: str) -> str:
    """`text` with words for the pictures that stand for some: `★★★★☆`, `5★`, `I ♥ you`."""
    text = _LOVE.sub(love, text)
    if "★" not in text and "⭐" not in text:
        return text
    return _RATING.sub(lambda m: _rated(m, rating), _STARS.sub(stars, text))


def _rated(m: re.Match[str], rating: str) -> str:
    full, of = len(m[1]), len(m[1]) + len(m[2])
    return rating.format(n=full, of=of) if of == _MOST_STARS else " "


def without_faces(text: str, shorthand: Mapping[str, str]) -> str:
    """`text` without emoji, their `:names:`, kaomoji and emoticons, and without single Korean letters, which laugh and
    cry, or are `shorthand` for a word."""
    text = _EMOJI.sub(" ", _EMOTICONS.sub(" ", _SHORTCODE.sub(" ", text)))
    return _LETTERS.sub(lambda m: f" {shorthand.get(m[0].strip(_LAUGHTER)) or shorthand.get(m[0], '')} ", text)
