"""Which feeling a text speaks of, by its words: a small list of obvious ones, in English and Korean.

It knows no grammar beyond a "not" in front. It is a nudge for a model that is unsure, and the whole judgement of the
echo engine, which has no model.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# A word ending in * also stands for its longer forms. Korean words are stems: what follows them is free.
_ENGLISH = {
    "joy": "happy, glad, yay, hooray, hurray, excited, won, birthday, congratulations, congrats, married, engaged,"
    " wedding, thank you, thanks, i love, love you, loved it, great news, good news, got the job, promoted, promotion,"
    " wonderful, amazing, best day, proud, made my day, passed my, passed the, delighted",
    "sadness": "sad, sadder, sadness, died, dying, passed away, funeral, cry, cried, crying, tears, lonely, alone,"
    " miss him, miss her, miss them, miss you, miss my, broke up, left me, dumped me, failed, fail, fired,"
    " heartbroken, depress*, grief, grieving, hopeless, nobody, lost my, hurts, divorce*",
    "anger": "angry, anger, furious, rage, hate, stupid, idiot, moron, shut up, useless, liar, stole, steal,"
    " pissed, annoy*, unfair, mad at, cheated, betray*, damn, scratched my, kicked me, how dare",
    "fear": "scared, scary, afraid, terrified, terrifying, ghost, ghosts, monster, nightmare, nightmares, worried,"
    " nervous, anxious, danger, dangerous, haunted, footsteps, earthquake, behind you, in the dark, following me",
    "surprise": "wow, guess what, can't believe, cannot believe, unbelievable, suddenly, no way, omg, oh my god,"
    " surpris*, shock*, never seen, out of nowhere, turns out, long lost",
    "disgust": "disgust*, gross, yuck, ew, eww, rotten, vomit*, puke, puked, maggot*, stinks, stinky, stank, smelly,"
    " mold, moldy, mould, mouldy, cockroach*, filthy, sewage",
    "smirk": "bet you, i bet, loser, tease, teasing, dare you, you can't even, catch me, prank, wink, beat you,"
    " outsmart*, sneaky, told you so",
    "neutral": "what time, how many, how much, where is, what is, what are, what does, which, capital of, explain,"
    " define, convert, calculate, translate, tell me what, when does, when is, how do i, how can i, how far",
}
_KOREAN = {
    "joy": "기뻐 기쁘 기쁜 행복 신나 신난 축하 합격 생일 고마 감사 사랑해 최고 당첨 좋아 결혼 취직 성공 즐거 설레",
    "sadness": "슬퍼 슬프 슬픈 슬픔 울었 울고 울어 눈물 외로 외롭 우울 헤어졌 헤어져 이별 돌아가셨 죽었 그리워 그립"
    " 실패 떨어졌 보고싶 힘들 속상",
    "anger": "화나 화났 화가 짜증 열받 싫어 미워 바보 멍청 닥쳐 분노 억울 거짓말쟁이 훔쳐 훔쳤 빡쳐 빡치",
    "fear": "무서 무섭 무서운 두려 두렵 겁나 겁이 귀신 공포 불안 걱정 떨려 괴물 악몽 위험 지진",
    "surprise": "깜짝 놀라 놀랐 놀랍 헐 대박 세상에 믿을수없 갑자기 설마 우와 와우 어머",
    "disgust": "역겨 역겹 더러 더럽 징그 토할 구역질 혐오 썩은 썩었 곰팡이 구더기 바퀴벌레 악취",
    "smirk": "내기 약올 메롱 놀리 못하지 장난 이겼지 꼬마",
    "neutral": "몇시 몇 얼마 어디 무엇 설명 언제 뭐야 알려줘 번역 계산",
}
_NOT = r"(?<!not )(?<!never )(?<!n't )(?<!not so )(?<!not very )"


def feelings(text: str) -> frozenset[str]:
    """The emotions (names of `events.EMOTIONS`) that the words of `text` speak of; often none."""
    lowered = " ".join(text.lower().replace("’", "'").split())
    return frozenset(emotion for emotion, pattern in _patterns() if pattern.search(lowered))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Emotions and what speaks of them; made when first asked for, as no screen should wait for it."""
    english = [(emotion, _english(words.split(", "))) for emotion, words in _ENGLISH.items()]
    return (*english, *((emotion, _korean(stems.split())) for emotion, stems in _KOREAN.items()))


def _english(words: Iterable[str]) -> re.Pattern[str]:
    spelled = "|".join(re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in words)
    return re.compile(rf"{_NOT}(?<![\w'])(?:{spelled})(?![\w])")


def _korean(stems: Iterable[str]) -> re.Pattern[str]:
    # Written with or without the spaces inside: 몇 시, 몇시. A stem begins a word, unless "안" (not) is before it.
    spelled = "|".join(" ?".join(stem) if len(stem) > 2 else stem for stem in stems)
    return re.compile(rf"(?<![가-힣])(?<!안 )(?:{spelled})(?!지 않|지는 않|지 마)")
