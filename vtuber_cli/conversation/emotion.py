"""Takes emotion tags like `[joy]` out of a streamed reply and says where they stood.

A small model does not keep to the eight names, so a table of synonyms recovers what it meant. Brackets that hold
anything else (`[1]`, `[link](url)`, `arr[0]`) are text and come out as they went in, as soon as they are certain.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WORDS: Final = {
    "neutral": "calm normal plain serious thinking thoughtful pensive curious relaxed bored tired sleepy listening "
    "nod 무표정 보통 중립 평온 차분 차분함 진지 진지함 생각 고민 담담 담담함 호기심 피곤 졸림",
    "joy": "joyful happy happiness happily glad smile smiling smiles grin delight delighted excited cheerful "
    "excitement laugh laughing laughs love loving warm fun amused playful proud hopeful gentle kind grateful "
    "기쁨 행복 웃음 미소 즐거움 신남 설렘 환희 기뻐 행복해 사랑 따뜻함 다정 다정함 감사 뿌듯 뿌듯함 기대",
    "smirk": "smug sly mischievous teasing tease wink winking winks confident sarcastic cheeky "
    "능글 능글맞음 장난 장난기 윙크 의기양양 자신만만 자신감 비웃음 씨익 짓궂음",
    "anger": "angry mad furious annoyed irritated frustrated rage pout pouting "
    "분노 화 화남 화나 짜증 짜증남 삐짐 격분 노여움 성남",
    "sadness": "sad unhappy crying cry cries tears tearful sorrow lonely disappointed melancholy sorry regret hurt "
    "슬픔 슬퍼 슬픈 우울 눈물 울음 서운 서운함 외로움 실망 아쉬움 미안 미안함 후회",
    "surprise": "surprised shock shocked amazed astonished astonishment wow gasp confused confusion puzzled startled "
    "놀람 놀라움 깜짝 경악 충격 당황 당황함 어리둥절 감탄 놀라",
    "fear": "afraid scared fearful worried worry nervous anxious anxiety terrified shy embarrassed "
    "두려움 무서움 공포 걱정 불안 긴장 겁 겁남 무서워 부끄러움 수줍음 쑥스러움",
    "disgust": "disgusted gross yuck eww contempt disdain 혐오 역겨움 질색 경멸 싫음 불쾌",
}
SYNONYMS: Final[Mapping[str, str]] = MappingProxyType(
    {word: name for name, words in _WORDS.items() for word in (name, *words.split())}
)
"""English and Korean words, case-folded, and the name in `events.EMOTIONS` that each means."""

_NO_SPACE_BEFORE: Final = frozenset(("", "\n", *".,!?;:…)]}%。、，！？；：”’"))
"""Where these follow a tag, the space before the tag goes too."""
_WHITE: Final = frozenset(("", "\n", " ", "\t"))
_LONGEST: Final = 40
"""Characters after which a bracket is given up, even if only spaces follow it."""
_ENDS: Final = frozenset(".!?…,;:")
"""Behind these a space stays, tag or no tag: it tells that the sentence is over, so that it can be spoken at once."""


@dataclass(frozen=True, slots=True)
class Emotion:
    """From here on the face shows `name`."""

    name: str


Item: TypeAlias = str | Emotion


def name_of(word: str, known: Mapping[str, str] = SYNONYMS) -> str | None:
    """The emotion that a word means, from `known` or else by its synonym, or None."""
    word = word.strip().casefold()
    name = SYNONYMS.get(word)
    if word in known:
        return known[word]
    if name is None or name in known:
        return known.get(name or "")
    return name if name in known.values() else None


def tags(names: Iterable[str]) -> dict[str, str]:
    """A `known` for `TagFilter`: these emotions, each by its own name."""
    return {name.casefold(): name for name in names}


class TagFilter:
    """Filters one reply. Text comes out in order and unchanged but for the white space beside a tag.

    Args:
        known: case-folded tag word -> emotion. Synonyms of these emotions count too; tags of `SYNONYMS` whose
            emotion is not here vanish without a mark.
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = dict(known)
        self._prefixes = {word[:end] for word in {*known, *SYNONYMS} for end in range(len(word) + 1)}
        self._items: list[Item] = []
        self._last = ""
        """The last character that came out; empty at the very beginning."""
        self._gap = ""
        """Spaces that wait for what follows them."""
        self._candidate = ""
        """What may be a tag, from its bracket on."""
        self._tags: list[str] = []
        """Tags as they were written, held until it is known what follows them."""
        self._behind = ""
        """Spaces behind these tags."""
        self._tight = False
        """Whether nothing stands behind the last of them yet."""

    def feed(self, delta: str) -> list[Item]:
        """What is certain now: texts and emotions in their order."""
        for char in delta:
            self._take(char)
        return self._drain()

    def finish(self) -> list[Item]:
        """What was held back, a bracket that nobody closed included."""
        self._release_candidate()
        self._settle("")
        self._out("")
        return self._drain()

    def _take(self, char: str) -> None:
        if self._candidate:
            self._take_candidate(char)
        elif char == "[":
            self._candidate = char
        elif char in " \t":
            self._take_space(char)
        elif char == "(" and self._tags and self._tight:
            # A link after all: `[happy](https://...)`.
            link = self._tags.pop()
            self._settle("[")
            self._out(link + char)
        elif char == "\n" and self._tags and not self._last and not self._gap:
            self._tight = False  # a reply never begins with the line break behind its tag
        elif char == "\n" and self._tags and self._last == "\n" and not self._gap:
            self._settle(char)  # a line that held only tags goes with them
        else:
            self._settle(char)
            self._out(char)

    def _take_space(self, char: str) -> None:
        self._tight = False
        if self._tags:
            self._behind = char
            return
        self._gap += char
        if self._last in _ENDS:
            self._out("")

    def _take_candidate(self, char: str) -> None:
        word = self._candidate[1:].strip().casefold()
        longer = (self._candidate[1:] + char).strip().casefold()
        if char == "]" and (word in self._known or word in SYNONYMS):
            self._tags.append(self._candidate + char)
            self._candidate, self._tight = "", True
        elif char not in "[]\n" and longer in self._prefixes and len(self._candidate) < _LONGEST:
            self._candidate += char
        else:
            self._release_candidate()
            self._take(char)

    def _release_candidate(self) -> None:
        if self._candidate:
            candidate, self._candidate = self._candidate, ""
            self._settle(candidate)
            text = candidate.rstrip(" \t")
            self._out(text)
            self._gap = candidate[len(text) :]

    def _settle(self, following: str) -> None:
        """Puts the tags' marks before what follows ("" at the end), with the white space that belongs between."""
        if not self._tags:
            return
        if following[:1] in _NO_SPACE_BEFORE:
            self._gap = ""
        elif not self._gap and self._last not in _WHITE:
            self._gap = self._behind
        self._behind = ""
        tags, self._tags = self._tags, []
        self._out("")
        names = (name_of(tag[1:-1], self._known) for tag in tags)
        self._items += [Emotion(name) for name in names if name is not None]

    def _out(self, text: str) -> None:
        text, self._gap = self._gap + text, ""
        if not text:
            return
        self._last = text[-1]
        if self._items and isinstance(self._items[-1], str):
            self._items[-1] += text
        else:
            self._items.append(text)

    def _drain(self) -> list[Item]:
        items, self._items = self._items, []
        return items
