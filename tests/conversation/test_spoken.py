from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_cli.conversation.spoken import Reader, en, ko, language_of, spoken

ENGLISH = [
    # markup
    ("**Bold** and *it* and __u__ and ~~no~~", "Bold and it and u and no"),
    ("# A title", "A title"),
    ("- one thing", "one thing"),
    ("- [x] done", "done"),
    ("1. first thing", "one, first thing"),
    ("> quoted", "quoted"),
    ("---", ""),
    ("| a | b |\n|---|---|\n| c | d |", "a, b, c, d"),
    ("Run `x = 1` now", "Run x equals one now"),
    ("Run `" + "long code " * 8 + "` now", "Run code now"),
    ("```python\nx\n```", "code."),
    ("Look:\n```\nnever ended", "Look: code."),
    ("See [the docs](https://x.y/z_(a) \"t\") ![a cat](c.png)", "See the docs a cat"),
    ("As [said][1] before [2] it[^3] is", "As said before it is"),
    ("See https://www.example.com/a/b?c=1. Then", "See example dot com. Then"),
    ("See <https://a.org> and www.b.net/x!", "See a dot org and b dot net!"),
    ("Mail bob.lee@mail.example.com now", "Mail bob dot lee at mail dot example dot com now"),
    ("<b>Hi</b> &amp; <br/>bye <|im_end|>", "Hi and bye"),
    ("Two lines\nof text", "Two lines of text"),
    ("Heading\nNext line", "Heading, Next line"),
    ("Done.\n\nNext", "Done. Next"),
    ("\\*not\\* snake_case_name", "not snake case name"),
    # the eye's own
    ("Hi 😊 there 👩‍👩‍👧 🇰🇷 1️⃣ ❤️!", "Hi there!"),
    ("😊🎉", ""),
    ("Hi (^_^) T_T :) ^^ >_< (T_T) <3 xD -_- ok", "Hi ok"),
    ("(╯°□°)╯︵ ┻━┻ calm ¯\\_(ツ)_/¯", "calm"),
    ("ㅋㅋㅋ ok ㅠㅠ", "ok"),
    ("(really) he said \"well\" it's 'fine' – ok—right…", "really, he said well it's fine, ok, right..."),
    ("Well...maybe. Hmm…yes, or..no. Hmm...3", "Well... maybe. Hmm... yes, or... no. Hmm... three"),
    ("What?! No!!!", "What? No!"),
    ("\x1b[31mred\x1b[0m", "red"),
    ("", ""),
    ("...", ""),
    # numbers
    ("0 7 13 20 42 100 101 999",
     "zero seven thirteen twenty forty-two one hundred one hundred one nine hundred ninety-nine"),
    ("1,299,000 people", "one million two hundred ninety-nine thousand people"),
    ("1000000007", "one billion seven"),
    ("3.14 and 0.05 and .5", "three point one four and zero point zero five and zero point five"),
    ("It is -5 or −3.", "It is minus five or minus three."),
    ("007", "zero zero seven"),
    ("9" * 30, " ".join(["nine"] * 30)),
    ("1st 2nd 3rd 4th 11th 20th 21st 100th", "first second third fourth eleventh twentieth twenty-first one hundredth"),
    ("In 1999, 2026, 2007, 1905, 1900 and 2000.",
     "In nineteen ninety-nine, twenty twenty-six, two thousand seven, "
     "nineteen oh five, nineteen hundred and two thousand."),
    ("since 1850 there were 1850 of them", "since eighteen fifty there were one thousand eight hundred fifty of them"),
    ("the 1990s and '80s, 2010s", "the nineteen nineties and eighties, twenty tens"),
    ("1999-2003", "nineteen ninety-nine to two thousand three"),
    ("3-5 people, 3~5, 3 – 5", "three to five people, three to five, three to five"),
    ("5 - 3 = 2, 2 + 2 = 4, 3 × 4, 3 * 4, 8 ÷ 2",
     "five minus three equals two, two plus two equals four, three times four, three times four, eight divided by two"),
    ("1/2, 3/4, 2/3, 5/8, 1/100", "one half, three quarters, two thirds, five eighths, one one hundredth"),
    ("2½ cups and 1 1/2 more", "two and one half cups and one and one half more"),
    ("16:9", "sixteen to nine"),
    ("3x faster, 640x480", "three times faster, six hundred forty by four hundred eighty"),
    # money, units
    ("$5.99, $1, $0.50, $1.01, $3.00",
     "five dollars and ninety-nine cents, one dollar, fifty cents, one dollar and one cent, three dollars"),
    ("$1,299,000", "one million two hundred ninety-nine thousand dollars"),
    ("$3.5 million, $10k, $2B", "three point five million dollars, ten thousand dollars, two billion dollars"),
    ("-$5, US$5, $3-5", "minus five dollars, five dollars, three to five dollars"),
    ("€20.50, £1.10, ₩12,000, ¥500",
     "twenty euros and fifty cents, one pound and ten pence, twelve thousand won, five hundred yen"),
    ("12,000원, 5 USD", "twelve thousand won, five dollars"),
    ("$5/month", "five dollars per month"),
    ("50%, 3.5%, 3-5%", "fifty percent, three point five percent, three to five percent"),
    ("5 km, 1 kg, 16GB, 50 ms, 3 m/s, 60 km/h, 3-5 km, 20 m²",
     "five kilometers, one kilogram, sixteen gigabytes, fifty milliseconds, "
     "three meters per second, sixty kilometers per hour,"
     " three to five kilometers, twenty square meters"),
    ("20°C, -5°C, 1 °F, 45°",
     "twenty degrees Celsius, minus five degrees Celsius, one degree Fahrenheit, forty-five degrees"),
    # dates, times
    ("3:30 pm, 3:05 a.m., 15:05, 10:00, 15:00, 3:00 PM",
     "three thirty PM, three oh five AM, fifteen oh five, ten o'clock, fifteen hundred, three PM"),
    ("At 3 p.m. we go at 3pm.", "At three PM we go at three PM."),
    ("It was 3 p.m. We ate.", "It was three PM. We ate."),
    ("9-5pm, 3:00-4:30 PM", "nine to five PM, three o'clock to four thirty PM"),
    ("1:02:03", "one oh two and three seconds"),
    ("2026-11-23", "November twenty-third, twenty twenty-six"),
    ("2026-13-45", "two thousand twenty-six, thirteen, forty-five"),
    ("11/23, 11/23/2026, 23/11/2026",
     "November twenty-third, November twenty-third, twenty twenty-six, November twenty-third, twenty twenty-six"),
    ("Nov. 23, 2026 or May 5 or June 2020",
     "November twenty-third, twenty twenty-six or May fifth or June twenty twenty"),
    ("the 23rd of November 2026, 4 July", "the twenty-third of November, twenty twenty-six, the fourth of July"),
    ("9am-5pm on Mon., Jan. 5th", "nine AM to five PM on Monday, January fifth"),
    ("It's 0:00, then 12:00 am", "It's midnight, then twelve AM"),
    ("40 May, May 40", "forty May, May forty"),
    ("12/34/5678, 1/0, 3/1", "twelve thirty-four five thousand six hundred seventy-eight, one zero, three over one"),
    ("1/1, 5/5 stars, 50/50, 9/11", "one over one, five out of five stars, fifty-fifty, nine eleven"),
    ("1066, in 1066, 1990-91, $1.234, a 5-m rope, 7's",
     "one thousand sixty-six, in ten sixty-six, nineteen ninety to ninety-one, "
     "one point two three four dollars, a five-m rope, seven's"),
    ("1999-2003 or 1588-1234",
     "nineteen ninety-nine to two thousand three or one five eight eight, one two three four"),
    ("~20 min, <5 min, > 10, 6'2\" tall",
     "about twenty minutes, less than five minutes, more than ten, six foot two tall"),
    ("x^2 + y^3 = z^n; 5-3=2; 2x + 1",
     "x squared plus y cubed equals z to the power of n; five minus three equals two; two x plus one"),
    ("B2B, i7-12700K, 10.0.0.1:8080",
     "B two B, i seven twelve thousand seven hundred K, ten dot zero dot zero dot one:eight thousand eighty"),
    ("Elm Dr. near a.k.a. Bob", "Elm Drive near also known as Bob"),
    # names and signs
    ("v1.2.1 and v2, 1.2.1, 192.168.0.1",
     "version one point two point one and version two, one point two point one, "
     "one hundred ninety-two dot one hundred sixty-eight dot"
     " zero dot one"),
    ("555-123-4567, (555) 123-4567",
     "five five five, one two three, four five six seven, five five five, one two three, four five six seven"),
    ("+1 555 123 4567", "plus one, five five five, one two three, four five six seven"),
    ("call 911", "call nine one one"),
    ("GPT4, GPT-4, COVID-19, 3D, H2O, C++, C#",
     "GPT four, GPT four, COVID nineteen, three D, H two O, C plus plus, C sharp"),
    ("Open a.py and Node.js or .gitignore", "Open a dot py and Node dot js or dot gitignore"),
    ("A & B, A -> B, #1, #fun, @bob, ~5, 24/7, and/or, w/ me",
     "A and B, A to B, number one, hashtag fun, at bob, about five, twenty-four seven, and or, with me"),
    ("x < 3 > y ± 1 ≥ 2", "x is less than three is greater than y plus or minus one is at least two"),
    ("he/she, TCP/IP", "he or she, TCP IP"),
    ("Mr. Smith vs. Dr. Jones, e.g. on St. Mary St.",
     "Mister Smith versus Doctor Jones, for example, on Saint Mary Street."),
    ("Mrs. X, Ms. Y, Prof. Z, Jr., No. 5, p. 3, fig. 2",
     "Missus X, Miz Y, Professor Z, Junior, number five, page three, figure two"),
    ("tea, etc. Then i.e. this", "tea, et cetera. Then that is, this"),
    ("J. R. R. Tolkien of the U.S.", "J R R Tolkien of the U S."),
    ("a well-known rock-n-roll", "a well-known rock-n-roll"),
    ("안녕 3", "안녕 three"),
    ("５ ３．１４ Ⅳ", "five three point one four IV"),
]  # fmt: skip

KOREAN = [
    # markup
    ("**굵게** `코드` [링크](http://a.b) 안녕~ 😊 ㅋㅋㅋ ㅠㅠ", "굵게 코드 링크 안녕"),
    ("https://example.com/a 를 보세요", "링크 를 보세요"),
    ("http://a.b/c에서", "링크에서"),
    ("메일은 bob@example.com이에요", "메일은 bob 골뱅이 example 점 com이에요"),
    ("```py\nx\n```", "코드."),
    # counters
    ("3개를 먹었어요", "세 개를 먹었어요"),
    ("20살, 21살, 30살", "스무 살, 스물한 살, 서른 살"),
    ("5시, 12시, 15시, 0시", "다섯 시, 열두 시, 십오 시, 영 시"),
    ("12명, 25명, 99명, 100명, 103명, 150명, 1000명",
     "열두 명, 스물다섯 명, 아흔아홉 명, 백 명, 백세 명, 백오십 명, 천 명"),
    ("1마리 2권 3잔 4병 6송이 1.5개 0개", "한 마리 두 권 세 잔 네 병 여섯 송이 일 점 오 개 영 개"),
    ("3층 5분 7초 8회 9위 1등", "삼 층 오 분 칠 초 팔 회 구 위 일 등"),
    ("6월 10월 11월 6개월 3주", "유월 시월 십일월 육 개월 삼 주"),
    ("3시간 24시간 30분", "세 시간 이십사 시간 삼십 분"),
    ("3명이서 3~5명, 3-5분, 3~5월", "세 명이서 세 명에서 다섯 명, 삼 분에서 오 분, 삼월에서 오월"),
    ("1번째, 2번째, 20번째", "첫 번째, 두 번째, 스무 번째"),
    ("하루에 3번씩 3번 했어요, 2~3번", "하루에 세 번씩 세 번 했어요, 두 번에서 세 번"),
    ("3번 버스, 3번 출구, 1번, 2번, 정답은 3번, 3번이에요, 제3번, 101번",
     "삼 번 버스, 삼 번 출구, 일 번, 이 번, 정답은 삼 번, 삼 번이에요, 제삼 번, 백일 번"),
    ("제3회, 제3장, 3장", "제삼 회, 제삼 장, 세 장"),
    ("20대 3대 2배 90년대 3학년 2반 2호선", "이십 대 세 대 두 배 구십 년대 삼 학년 이 반 이 호선"),
    ("3개월 3개국 1시장 2대학 약3개", "삼 개월 삼 개국 일 시장 이 대학 약세 개"),
    ("이제 3개", "이제 세 개"),
    ("1인분 3인 5조각 3경기", "일 인분 삼 인 다섯 조각 세 경기"),
    # numbers
    ("12345, 10000, 110000, 100000000, 0", "만 이천삼백사십오, 만, 십일만, 일억, 영"),
    ("3.14, 0.05, -5, 007", "삼 점 일사, 영 점 영오, 마이너스 오, 공공칠"),
    ("5만 명 1만 원 2만5천 원 1억 2천만 원 3.5억 3천", "오만 명 만 원 이만오천 원 일억 이천만 원 삼 점 오억 삼천"),
    ("1" * 30, "일" * 30),
    ("3-5, 3 ~ 5", "삼에서 오, 삼에서 오"),
    ("1/2, 3/4, 1 1/2, 3분의 1", "이분의 일, 사분의 삼, 일과 이분의 일, 삼 분의 일"),
    ("1st 2nd 21st", "첫 번째 두 번째 스물한 번째"),
    ("16:9, 1대1, 3 대 2", "십육 대 구, 일 대 일, 삼 대 이"),
    # money, units
    ("12,000원, ₩12,000, 5000원", "만 이천 원, 만 이천 원, 오천 원"),
    ("$5.99, $0.50, $3, €3.5, $3M, $1.5 million, $5만",
     "오 달러 구십구 센트, 오십 센트, 삼 달러, 삼 점 오 유로, 삼백만 달러, 백오십만 달러, 오만 달러"),
    ("5 USD", "오 달러"),
    ("50%, 3.5%p, 3-5%", "오십 퍼센트, 삼 점 오 퍼센트포인트, 삼에서 오 퍼센트"),
    ("20°C, -5°C, -5도, 20도", "섭씨 이십 도, 영하 오 도, 영하 오 도, 이십 도"),
    ("5km 3kg을 16GB, 50ms, 3m/s, 60km/h",
     "오 킬로미터 삼 킬로그램을 십육 기가바이트, 오십 밀리초, 초속 삼 미터, 시속 육십 킬로미터"),
    # dates, times
    ("오후 3시 30분, 오후 3:30에, 15:05, 10:00, 3:30 pm, 3pm",
     "오후 세 시 삼십 분, 오후 세 시 삼십 분에, 십오 시 오 분, 열 시, 오후 세 시 삼십 분, 오후 세 시"),
    ("10:00~11:30, 1:02:03", "열 시에서 열한 시 삼십 분, 한 시 이 분 삼 초"),
    ("2026-11-23, 2026.11.23, 2026. 11. 23., 2026-13-45",
     "이천이십육 년 십일월 이십삼 일, 이천이십육 년 십일월 이십삼 일, "
     "이천이십육 년 십일월 이십삼 일, 이천이십육, 십삼, 사십오"),
    ("11월 23일~25일, 2026년, 11/23, 5월5일",
     "십일월 이십삼 일에서 이십오 일, 이천이십육 년, 십일월 이십삼 일, 오월 오 일"),
    ("오전 9시~오후 6시, 10~20대, 5-3=2", "오전 아홉 시에서 오후 여섯 시, 십 대에서 이십 대, 오 빼기 삼은 이"),
    ("2026/13/45, 12/34/5678, 1/0, 100/300", "이천이십육 십삼 사십오, 십이 삼십사 오천육백칠십팔, 일 영, 삼백분의 백"),
    ("번호는 02-123-4567로 ㄱㄱ", "번호는 공이, 일이삼, 사오육칠로"),
    # names and signs
    ("v1.2.1, 1.2.1", "버전 일 점 이 점 일, 일 점 이 점 일"),
    ("010-1234-5678, 119에", "공일공, 일이삼사, 오육칠팔, 일일구에"),
    ("GPT4, A4, COVID-19, 3D, MP3, a.py", "GPT 사, 에이포, COVID 십구, 쓰리디, 엠피쓰리, a 점 py"),
    ("1+1=2, 3+4=7, 1+1 행사", "일 더하기 일은 이, 삼 더하기 사는 칠, 원 플러스 원 행사"),
    ("A & B, 서울 → 부산, #1, #태그, @name, ~5, x = 3",
     "A 앤드 B, 서울에서 부산, 번호 일, 해시태그 태그, 골뱅이 name, 약 오, x는 삼"),
    ("Dr. Kim은 iPhone을 2개 샀어요.", "닥터 Kim은 iPhone을 두 개 샀어요."),
    ("한국 vs. 일본", "한국 대 일본"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), ENGLISH)
def test_english(text: str, said: str) -> None:
    assert spoken(text, "en") == said


@pytest.mark.parametrize(("text", "said"), KOREAN)
def test_korean(text: str, said: str) -> None:
    assert spoken(text, "ko") == said


def test_other_languages_keep_their_digits() -> None:
    assert spoken("**今日**は3時😊", "ja") == "今日は3時"
    assert spoken("「はい。」と、3.14", "ja") == "「はい。」と、3.14"


SCRAPS = (
    "Hello", "안녕", " ", "\n", "**", "*", "_", "`", "```", "#", "- ", "1. ", "> ", "[a](b)", "[", "](", "<b>", "<",
    "|", "&amp;", "&#0;", "https://a.b", "@", "a@b.c", "$", "₩", "%", "°C", "km", "m/s", "개", "명", "시", "번", "월",
    "만", "원", "대", "3", "12", "1,000", "0.5", "007", "-", "~", "/", ":", "3:30", "2026-11-23", "11/23", "99/99",
    "1/0", "v1.2.1", "st", "th", "s", "pm", "p.m.", "Mr.", "Jan.", "U.S.", "½", "²", "①", "٣", "😊", "👩‍👩‍👧",
    "1️⃣", "(^_^)", "ㅋㅋ", "\x1b[31m", "\u202e", "\ud800", "=", "+", "→", "제", ".", ",", "!", "?", "(", ")", "\"",
    "'", "9" * 50, "x",
)  # fmt: skip
anything = st.lists(st.one_of(st.sampled_from(SCRAPS), st.text(max_size=5)), max_size=25).map("".join)
FOR_THE_EYE = re.compile(
    r"[*`#~<>{}\[\]|\\^=@_\x00-\x1f\x7f-\x9f\u202a-\u202e\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]"
)


@settings(deadline=None)
@given(anything, st.sampled_from(("en", "ko", "ja", "xx", "")))
def test_it_never_fails_and_says_only_what_can_be_said(text: str, language: str) -> None:
    said = spoken(text, language)
    assert FOR_THE_EYE.search(said) is None
    assert said == said.strip()
    assert not said or any(map(str.isalnum, said))
    assert "  " not in said
    assert all(unicodedata.category(char)[0] in "LMNPZ" for char in said)


@settings(deadline=None)
@given(anything, st.sampled_from(("en", "ko")))
def test_no_digit_is_left_in_a_language_that_spells_them(text: str, language: str) -> None:
    assert re.search(r"\d", spoken(text, language)) is None


@settings(deadline=None)
@given(st.integers(0, 10**24))
def test_english_cardinals_read_back(n: int) -> None:
    assert _english(en.cardinal(n)) == n or n >= 10**24


def _english(words: str) -> int:
    names = {word: at for at, word in enumerate(en.ONES)} | {word: at * 10 for at, word in enumerate(en.TENS) if at > 1}
    scales = {word: 1000**at for at, word in enumerate(en.SCALES) if at}
    total = part = 0
    for word in words.replace("-", " ").split():
        if word == "hundred":
            part *= 100
        elif word in scales:
            total, part = total + part * scales[word], 0
        else:
            part += names[word]
    return total + part


@settings(deadline=None)
@given(st.integers(0, 10**24 - 1))
def test_korean_cardinals_read_back(n: int) -> None:
    assert _korean(ko.sino(n)) == n


def _korean(words: str) -> int:
    total = part = digit = 0
    for char in words.replace(" ", ""):
        if char in "일이삼사오육칠팔구영":
            digit = "영일이삼사오육칠팔구".index(char)
        elif char in "십백천":
            part, digit = part + (digit or 1) * 10 ** ("십백천".index(char) + 1), 0
        else:
            total, part, digit = total + (part + digit or 1) * 10_000 ** ("만억조경해".index(char) + 1), 0, 0
    return total + part + digit


@pytest.mark.parametrize(
    ("n", "said"), [(-7, "minus seven"), (10**30, " ".join(["one"] + ["zero"] * 30)), (1_000_001, "one million one")]
)
def test_cardinal(n: int, said: str) -> None:
    assert en.cardinal(n) == said


@pytest.mark.parametrize(
    ("text", "default", "language"),
    [
        ("Hello", "en", "en"),
        ("Hello", "ko", "en"),
        ("Bonjour", "fr", "fr"),
        ("안녕 hello", "en", "ko"),
        ("こんにちは世界", "en", "ja"),
        ("世界", "en", "zh"),
        ("世界", "ja", "ja"),
        ("123 😊", "ko", "ko"),
        ("", "en", "en"),
    ],
)
def test_language_of(text: str, default: str, language: str) -> None:
    assert language_of(text, default) == language


def test_a_reader_announces_a_block_of_code_once() -> None:
    reader = Reader()
    pieces = ["Look: ", "```py\nx = 1\n", "y = 2\n", "z\n```\nDone. ", "More ```a``` here"]
    assert [reader.say(piece, "en") for piece in pieces] == ["Look", "code.", "", "Done.", "More code. here"]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000, "(" * 5000, "<" * 5000, "1" * 9000, "1," * 4000, "*" * 9000, "_" * 9000, "a." * 4000, "1-" * 4000,
        "1/" * 4000, "- " * 4000, "|-" * 4000, "`" * 8999, ":" * 9000, "1:" * 4000, "(^" * 4000, "(ㅠ " * 3000,
        "https://" * 1000, "a@" * 4000, "1.1" * 3000, "A." * 4000, " " * 9000, "=" * 9000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "ko"])
def test_hostile_text_ends(text: str, language: str) -> None:
    spoken(text, language)
