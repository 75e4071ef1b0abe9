"""The words around a fortune: headings, labels, and what its keys and numbers are called."""

from __future__ import annotations

from datetime import date

from vtuber_cli.errors import ContentError
from vtuber_cli.fortune.content import content
from vtuber_cli.fortune.grades import GRADES
from vtuber_cli.i18n import t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vtuber_cli.fortune.localise import Result

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"


def heading(result: Result, name: str) -> str:
    """What is told, and to whom."""
    head = t(f"fortune_view.head.{result['type']}")
    if name:
        head = t("fortune_view.head_of", head=head, name=name)
    if result["provenance"].get("options", {}).get("reshuffle"):
        head = f"{head} · {t('fortune_view.reshuffled')}"  # before the spread: a narrow frame cuts what is last
    laid = spread(result)
    return f"{head} · {named(result, f'tarot.spread.{laid}.name')}" if laid else head


def when(result: Result) -> str:
    """The date with its day of the week."""
    day = date.fromisoformat(result["date"])
    return t("fortune_view.date", date=result["date"], weekday=t(f"fortune_view.weekday.{day.weekday()}"))


def named(result: Result, key: str, otherwise: str | None = None) -> str:
    """What the content calls a grade, a category, a direction; where it does not say, the key's last part."""
    try:
        return content(result["locale"]).text(key)
    except ContentError:
        return key.rpartition(".")[2] if otherwise is None else otherwise


def grade(result: Result) -> str:
    return named(result, f"grade.{result['grade']}")


def stars(result: Result, star: str, no_star: str) -> tuple[str, str]:
    """Of five stars those that the grade has, and those that it lacks."""
    lit = len(GRADES) - GRADES.index(result["grade"])
    return star * lit, no_star * (len(GRADES) - lit)


def lucky(result: Result) -> list[tuple[str, str]]:
    """What is lucky besides the colours: a label and its words."""
    found = result["lucky"]
    rows = [("numbers", ", ".join(str(number) for number in found["numbers"]))]
    if "direction" in found:
        rows.append(("direction", named(result, f"direction.{found['direction']}")))
    if "time" in found:
        begin = int(found["time"][0][:2])
        rows.append(("time", named(result, f"hour.{(begin + 1) // 2 % 12}")))
    if "item" in found:
        rows.append(("item", found["item"]))
    return [(t(f"fortune_view.lucky.{key}"), words) for key, words in rows]


def day_in_the_calendars(result: Result) -> list[str]:
    """The lunar date and the day's pillar (일진), as far as the fortune rests on them; not the day of a birth."""
    found: list[str] = []
    for row in result["basis"]:
        pillar = row.get("data", {}).get("day")
        if row["key"] == "calendar.lunar":
            found.insert(0, row["text"])
        elif row["key"] != "saju.pillars" and isinstance(pillar, str) and (read := _read(result, pillar)):
            found.append(t("fortune_view.day_pillar", day=read))
    return list(dict.fromkeys(found))


def pillars(result: Result) -> list[tuple[str, str]]:
    """The four pillars, the hour's first, as they are written: each its label and its two letters."""
    found = [row for row in result["basis"] if row["key"] == "saju.pillars" and row.get("data")]
    parts = ("hour", "day", "month", "year")
    return [(t(f"fortune_view.pillar.{part}"), str(row["data"].get(part) or "")) for row in found[:1] for part in parts]


def element(letter: str) -> str:
    """The element of a stem or branch: wood, fire, earth, metal or water."""
    if letter in _STEMS:
        return ("wood", "fire", "earth", "metal", "water")[_STEMS.index(letter) // 2]
    return "water earth wood wood earth fire fire earth metal metal earth water".split()[_BRANCHES.index(letter)]


def spread(result: Result) -> str:
    """The id of the way the cards are laid; empty where there are none."""
    return str(result["provenance"].get("options", {}).get("spread", ""))


def position(result: Result, card: dict[str, str]) -> str:
    """What a card's place is called."""
    return named(result, f"tarot.spread.{spread(result)}.{card['position']}.name", card["position"])


def keywords(result: Result, card: dict[str, str]) -> str:
    """A few words for a card as it lies."""
    return named(result, f"tarot.card.{card['id']}.{'reversed' if card['reversed'] else 'upright'}.keywords", "")


def _read(result: Result, hanja: str) -> str:
    """庚子 as 경자(庚子), or Gyeongja (庚子); empty if it is no pillar."""
    if len(hanja) != 2 or hanja[0] not in _STEMS or hanja[1] not in _BRANCHES:
        return ""
    parts = (f"stem.{_STEMS.index(hanja[0])}", f"branch.{_BRANCHES.index(hanja[1])}")
    sounds = [named(result, part) for part in parts]
    if result["locale"] == "ko":
        return f"{''.join(sounds)}({hanja})"
    return f"{sounds[0]}{sounds[1].lower()} ({hanja})"
