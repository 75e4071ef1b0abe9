"""What a question is about, by its words: love, money, work, health or relations."""

from __future__ import annotations

import re
from functools import cache

from vtuber_cli.fortune.request import CATEGORIES, topic_of

# Parts of patterns, with what must not stand before a word that is also the end of others (업데이트, 커피로, 무서운).
_KOREAN = {
    "love": "연애|사랑|썸[남녀을타]|남친|여친|남자친구|여자친구|애인|연인|결혼|고백|소개팅|재회|설레|좋아하는 사람"
    r"|이별|헤어[진질]|(?<!업)데이트|남편|(?<!\w)아내|배우자",
    "money": r"(?<!\w)[돈빚](?:[이을은도]|\b)|금전|지출|월급|저축|적금|용돈|절약|소비|통장|가계부|예산|재물|수입"
    "|대출",
    "work": r"(?<!\w)일(?:[이을은도]|\b)|일자리|직장|회사|업무|이직|취업|취직|면접|퇴사|승진|상사|프로젝트|사업|창업"
    "|출근|팀장|진로|커리어|시험|공부|발표|알바|연봉",
    "health": r"건강|운동|다이어트|체력|컨디션|(?<!커)피로|피곤|휴식|수면|(?<!\w)잠(?:[이을은도]|\b)|스트레스",
    "relations": "(?<![남여]자)친구|동료|가족|부모|엄마|아빠|어머니|아버지|언니|오빠|누나|형제|자매|동생|관계|이웃|사과"
    r"|다[퉜투]|싸[웠운]|(?<!무)서운|사이가|모임|선배|후배|(?<!\w)화해",
}
_ENGLISH = {
    "love": "love[sdr]?|dating|crush|(?:boy|girl)friend|husband|wife|partner|marry|marriage|wedding|romance|romantic"
    "|relationship|ex|propose|confess",
    "money": "money|budget|spend|spending|save|savings?|salary|wages?|rent|debts?|loan|pay|cash|afford|bills?|income"
    "|expenses",
    "work": "(?<!it )(?<!this )(?<!that )work|jobs?|career|boss|office|interview|promotion|project|business|company"
    "|resign|quit|manager|exam|study|studies|studying|school|presentation|deadline|internship",
    "health": "health|healthy|exercise|gym|diet|sleep|tired|stress|energy|fitness|workout|burnout",
    "relations": "friends?|friendship|family|mother|mom|mum|father|dad|brother|sister|parents?|colleagues?|coworkers?"
    "|neighbou?rs?|roommate|apologi[sz]e|argument",
}


def matter_of(question: str) -> str | None:
    """The category (of `request.CATEGORIES`) that most words of a question point to; None if no word does.

    Where two have as many, the one that is named first has it: "Will my boss like my friend?" is about work.
    """
    asked = topic_of(question)
    places = {key: [found.start() for found in _pattern(key).finditer(asked)] for key in CATEGORIES}
    named = [key for key in CATEGORIES if places[key]]
    return min(named, key=lambda key: (-len(places[key]), places[key][0]), default=None)


@cache
def _pattern(category: str) -> re.Pattern[str]:
    # Letters of two scripts stand side by side ("gym에"), so that \b would miss an English word before a particle.
    return re.compile(rf"{_KOREAN[category]}|(?<![a-z])(?:{_ENGLISH[category]})(?![a-z])")
