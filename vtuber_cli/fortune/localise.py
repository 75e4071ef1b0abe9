"""A reading becomes a result: `schemas/fortune_result.json`, in the language of the request."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from vtuber_cli import i18n
from vtuber_cli.errors import ContentError
from vtuber_cli.fortune import content as words
from vtuber_cli.fortune.digest import sha256
from vtuber_cli.fortune.grades import EMOTIONS, UNKNOWN
from vtuber_cli.fortune.reading import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date

    from vtuber_cli.fortune.content import Content
    from vtuber_cli.fortune.draw import Draw
    from vtuber_cli.fortune.engines.base import FortuneEngine
    from vtuber_cli.fortune.reading import Category, Lucky, Reading
    from vtuber_cli.fortune.request import Request

SCHEMA = "vtuber.fortune/1"
Result: TypeAlias = dict[str, Any]


class Localiser:
    """Looks texts up for one draw, whose turn it is in each pool included."""

    def __init__(self, content: Content, draw: Draw) -> None:
        self._content = content
        self._draw = draw

    def text(self, text: Text) -> dict[str, str]:
        """Its full key, and its words."""
        entry = self._content.entry(text.key)
        key = text.key
        if isinstance(entry, list):
            at = self._draw.turn(text.key, len(entry)) if text.at is None else text.at % len(entry)
            key, entry = f"{key}.{at + 1:02d}", entry[at]
        if "{" not in entry:
            return {"key": key, "text": entry}
        params = {name: self.words(one) if isinstance(one, Text) else one for name, one in text.params.items()}
        try:
            return {"key": key, "text": i18n.filled(entry, params)}
        except (ValueError, AttributeError, TypeError) as error:  # an installed pack that somebody wrote in
            raise ContentError("fortune.text_corrupt", name=key, locale=self._content.locale) from error

    def words(self, text: Text) -> str:
        return self.text(text)["text"]


def result(request: Request, engine: FortuneEngine, draw: Draw, reading: Reading) -> Result:
    """The whole result but its narration, keys in the schema's order.

    Raises:
        ContentError: a text is missing or corrupt.
    """
    say = Localiser(words.content(request.locale), draw)
    emotion, intensity = EMOTIONS[reading.grade]
    found: Result = {
        **_head(request, draw, str([(row.key, row.effect) for row in reading.basis])),
        "grade": reading.grade,
        "score": reading.score,
        "emotion": {"emotion": emotion, "intensity": intensity},
        "title": say.text(reading.title),
        "summary": say.text(reading.summary),
        "advice": say.text(reading.advice),
        "categories": [_category(one, say) for one in _in_order(reading.categories, request.person.interests)],
        "lucky": _lucky(reading.lucky, say),
    }
    if reading.cards:
        found["cards"] = [
            {
                "id": card.id,
                "position": card.position,
                "reversed": card.reversed,
                "name": say.words(Text(f"tarot.card.{card.id}.name")),
                "text": say.text(card.text),
            }
            for card in reading.cards
        ]
    found["basis"] = [
        {
            "key": row.key,
            "text": say.words(row.text),
            "effect": row.effect,
            **({"data": dict(row.data)} if row.data else {}),
        }
        for row in reading.basis
    ]
    found["narration"] = None
    found["notice"] = None
    return found | _foot(request, engine.name, engine.version, draw, dict(reading.options))


def notice(request: Request, kind: str, draw: Draw) -> Result:
    """What is said in place of a fortune that must not be told; nothing was drawn."""
    say = Localiser(words.content(request.locale), draw)
    emotion, intensity = UNKNOWN
    return {
        **_head(request, draw),
        "emotion": {"emotion": emotion, "intensity": intensity},
        "narration": None,
        "notice": {
            "kind": kind,
            "text": say.words(Text(f"notice.{kind}")),
            "contacts": [
                {"name": say.words(Text(f"contact.{one['id']}")), "number": one["number"]}
                for one in _contacts(request, kind)
            ],
        },
    } | _foot(request, request.type, 1, draw, {})


def _contacts(request: Request, kind: str) -> list[dict[str, str]]:
    """Of where the person is, as far as the time zone tells, and then of where the language is spoken."""
    here = "KR" if request.zone == "Asia/Seoul" else "US" if request.zone.startswith(("America/", "US/")) else ""
    regions = dict.fromkeys((here, "KR" if request.locale == "ko" else "US"))
    known = words.read_json(words.FOLDER / "contacts.json")
    return [one for region in regions if region for one in known[region].get(kind, [])]


def expiry(day: date, zone: str) -> datetime:
    """When a fortune for `day` is over: at the next local midnight, and at most 24 hours after the day began."""
    tz = ZoneInfo(zone)
    begin, end = (datetime.combine(one, time(), tz).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    return min(end, begin + timedelta(days=1)).astimezone(tz)


def _head(request: Request, draw: Draw, found: str = "") -> Result:
    """What every result begins with.

    Args:
        request: what was asked.
        draw: whose id the result's stands on, so that it tells nothing of a birth.
        found: what tells results of one draw apart: a birth and its bare sign may share one.
    """
    told = f"{draw.key}|{request.spread}|{request.reversals}|{request.zi_rule}|{request.solar_time}|{found}"
    return {
        "schema": SCHEMA,
        "id": sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        "type": request.type,
        "date": request.day.isoformat(),
        "tz": request.zone,
        "locale": request.locale,
    }


def _foot(request: Request, engine: str, version: int, draw: Draw, options: dict[str, object]) -> Result:
    return {
        "disclaimer": words.content(request.locale).text("disclaimer"),
        "provenance": {
            "engine": engine,
            "engine_version": version,
            "content_version": words.version(),
            "seed": sha256(draw.key.encode("utf-8", "surrogatepass")).hexdigest()[:16],
            "options": options | ({"reshuffle": request.reshuffle} if request.reshuffle else {}),
        },
        "valid_until": expiry(request.day, request.zone).isoformat(),
    }


def _in_order(categories: tuple[Category, ...], interests: tuple[str, ...]) -> list[Category]:
    """What interests the person first."""
    return sorted(categories, key=lambda one: interests.index(one.key) if one.key in interests else len(interests))


def _category(category: Category, say: Localiser) -> Result:
    return {"key": category.key, "score": category.score, "grade": category.grade, "text": say.text(category.text)}


def _lucky(lucky: Lucky, say: Localiser) -> Result:
    begin = (lucky.hour * 2 - 1) % 24
    return {
        "numbers": list(lucky.numbers),
        "colors": [
            {"key": one, "name": say.words(Text(f"color.{one}")), "hex": words.colors()[one]} for one in lucky.colors
        ],
        "direction": lucky.direction,
        "time": [f"{begin:02d}:00", f"{(begin + 2) % 24:02d}:00"],
        "item": say.words(lucky.item),
    }
