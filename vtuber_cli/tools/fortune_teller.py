"""Fortunes in the middle of a talk: asked for in words, by `/fortune`, or by a model that calls tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from vtuber_cli.clean import one_line
from vtuber_cli.engines.base import Message
from vtuber_cli.errors import UsageError
from vtuber_cli.events import FortuneTold
from vtuber_cli.fortune import narrate, screening
from vtuber_cli.fortune.birth import parse_birth
from vtuber_cli.fortune.content import LOCALES, content
from vtuber_cli.fortune.engines import ENGINES
from vtuber_cli.fortune.request import LONGEST_QUESTION, Person, Request
from vtuber_cli.fortune.spreads import SPREADS
from vtuber_cli.fortune.tell import is_kept, noticed, tell
from vtuber_cli.fortune.wish import wish_in
from vtuber_cli.tools.base import Answer, Arguments, Narration

NAME = "tell_fortune"
_DAYS = 2
"""How far from today a talk looks, either way."""


class FortuneTeller:
    """A `tools.base.BuiltIn`.

    Args:
        user: the user's own person and time zone, looked up when they are needed; raises what a profile raises.
        today: the date in a time zone.
        narrates: whether the model may put a fortune in its own words.
    """

    def __init__(
        self, user: Callable[[], tuple[Person, str]], today: Callable[[str], date], *, narrates: bool = False
    ) -> None:
        self._user = user
        self._today = today
        self._narrates = narrates
        self.name = NAME
        self.schema: Mapping[str, object] = _SCHEMA

    def asked(self, text: str) -> Arguments | None:
        wish = wish_in(text)
        if wish is None:
            return None
        found: dict[str, object] = {"type": wish.type, "asked": text}
        given = {
            "spread": wish.spread,
            "question": wish.question,
            "days": wish.days.days,
            "sign": wish.sign,
            "animal": wish.animal,
            "birth": wish.birth,
            "again": wish.again,
            "upright": wish.upright,
        }
        return found | {name: value for name, value in given.items() if value or (name == "animal" and value == 0)}

    def answer(self, arguments: Arguments, language: str) -> Answer:
        request = self._request(dict(arguments), language if language in LOCALES else "en")
        # The whole of what was said is looked at, not only what was taken for the question.
        kind = screening.kind_of(str(arguments.get("asked", "")))
        result = noticed(request, kind) if kind else tell(request, keep=False)
        if result["notice"] is not None:
            return Answer("", result["notice"]["text"], result["emotion"]["emotion"], partial(_told, result), _nothing)
        opening, text = narrate.parts(result)
        if request.question and is_kept(request):
            opening = content(request.locale).text("narration.same_question")
        return Answer(
            opening,
            text,
            result["emotion"]["emotion"],
            partial(_told, result),
            partial(_keep, request),
            self._narration(result) if self._narrates else None,
        )

    def _request(self, given: dict[str, Any], locale: str) -> Request:
        kind = given.get("type", "daily")
        if kind not in ENGINES:
            raise UsageError("fortune.unknown_type", name=one_line(str(kind))[:40], names=", ".join(ENGINES))
        days = given.get("days", 0)
        user, zone = self._user()
        day = self._today(zone) + timedelta(days=max(-_DAYS, min(_DAYS, days if isinstance(days, int) else 0)))
        return Request(
            kind,
            day,
            zone,
            locale,
            _whose(given, user, zone),
            question=one_line(str(given.get("question", "")))[:LONGEST_QUESTION],
            spread=str(given.get("spread") or SPREADS[0].id),
            reversals=not given.get("upright"),
            reshuffle=1 if given.get("again") else 0,
        )

    def _narration(self, result: dict[str, Any]) -> Narration:
        asked = Message("user", narrate.prompt(result))
        return Narration((asked,), partial(narrate.passes, result=result))


def _whose(given: dict[str, Any], user: Person, zone: str) -> Person:
    """The user, unless another sign, animal or birth was named."""
    if birth := given.get("birth"):
        return Person(birth=parse_birth(str(birth), zone))
    if (sign := given.get("sign")) or given.get("animal") is not None:
        return Person(sign=str(sign) if sign else None, animal=given.get("animal"))
    return user


def _told(result: dict[str, Any], turn: int) -> FortuneTold:
    return FortuneTold(turn, result)


def _keep(request: Request) -> None:
    tell(request)


def _nothing() -> None:
    """What was not told is not kept."""


_SCHEMA: Mapping[str, object] = {
    "type": "function",
    "function": {
        "name": NAME,
        "description": "Tells the user's fortune and shows it as a card. Call it whenever they ask for their fortune, "
        "horoscope, tarot cards, saju or the fortune of their animal. It answers by itself.",
        "parameters": {
            "type": "object",
            "properties": {
                "type": {"type": "string", "enum": list(ENGINES)},
                "question": {"type": "string", "description": "For tarot: what the cards are asked, in their words."},
                "spread": {"type": "string", "enum": [spread.id for spread in SPREADS]},
                "days": {"type": "integer", "minimum": -_DAYS, "maximum": _DAYS, "description": "0 is today."},
            },
            "required": ["type"],
        },
    },
}
