"""`/fortune-ws`: fortunes for whoever asks, by nothing but what they say of themselves.

The owner's profile and what was told to the owner are not looked at, and nothing is kept: a draw follows from the day,
the question and the sign or animal, as that of `vtuber fortune` without a profile, so it is the same all day for every
client that asks the same, before and after a reconnect.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from vtuber_cli import i18n
from vtuber_cli.engines.base import Message as Prompt
from vtuber_cli.errors import UsageError, VtuberError
from vtuber_cli.fortune import clock, narrate, places, screening
from vtuber_cli.fortune.birth import FIRST_DAY, LAST_DAY, parse_birth
from vtuber_cli.fortune.request import Person, Request
from vtuber_cli.fortune.signs import find_animal, find_sign
from vtuber_cli.fortune.spreads import SPREADS, find_spread
from vtuber_cli.fortune.tell import noticed, tell
from vtuber_cli.server.messages import FortuneNarration, FortuneRequest, FortuneResponse
from vtuber_cli.server.services.speaking import address_of, services_of
from vtuber_cli.tools.base import Narration

if TYPE_CHECKING:
    from vtuber_cli.fortune.localise import Result
    from vtuber_cli.fortune.places import Place
    from vtuber_cli.server.messages import UserInfo
    from vtuber_cli.server.services.requests import Say
    from vtuber_cli.server.services.sounds import Sounds
    from vtuber_cli.server.talk.talks import Talks

_AT_ONCE = 1
"""Fortunes computed at a time: they hold the interpreter, and talks go on beside them."""
_ANSWERS = ("tarot",)
"""Fortunes that are drawn for a question."""

_LOG = logging.getLogger(__name__)


class Fortunes:
    """Answers the requests of every `/fortune-ws`.

    Args:
        talks: whose engines speak and narrate.
        sounds: keeps what is spoken.
        now: the time, with a time zone; else what the computer says.
    """

    def __init__(self, talks: Talks, sounds: Sounds, now: Callable[[], datetime] | None = None) -> None:
        self._talks = talks
        self._sounds = sounds
        self._now = now or _now
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def answer(self, asked: FortuneRequest, say: Say) -> None:
        """The fortune, and later perhaps the model's words for it.

        Raises:
            VtuberError: there is none; its key is the code.
        """
        async with self._room:
            result = await asyncio.to_thread(self._told, asked)
        url = await self._spoken(result) if asked.speak else None
        face = result["emotion"]["emotion"]
        say(FortuneResponse(request_id=asked.request_id, result=result, live2d_emotion=face, audio_url=url))
        if result["notice"] is None and (text := await self._narrated(result)):
            say(FortuneNarration(request_id=asked.request_id, text=text))

    def _told(self, asked: FortuneRequest) -> Result:
        request = request_of(asked, self._now)
        if request.type in _ANSWERS:
            return tell(request, keep=False)
        # Nothing is drawn by it, but it may be one that no fortune should answer.
        kind = screening.kind_of(request.question)
        return noticed(request, kind) if kind else tell(request._replace(question=""), keep=False)

    async def _spoken(self, result: Result) -> str | None:
        """Where it can be heard; None where there is no voice for it, which costs nobody the fortune."""
        text = result["notice"]["text"] if result["narration"] is None else result["narration"]["text"]
        try:
            speech = await services_of(self._talks).say_whole(text, result["locale"])
            return await address_of(self._sounds, speech) if speech is not None else None
        except VtuberError as error:
            _LOG.info("a fortune is not spoken: %s", i18n.t(error.key, **error.params))
            return None

    async def _narrated(self, result: Result) -> str:
        services = self._talks.services
        if services is None or not services.narrates:
            return ""
        prompt = Prompt("user", narrate.prompt(result))
        try:
            return await services.narrate(Narration((prompt,), partial(narrate.passes, result=result)))
        except VtuberError:  # the template was told
            return ""


def _now() -> datetime:
    return datetime.now(UTC)


def request_of(asked: FortuneRequest, now: Callable[[], datetime]) -> Request:
    """What the engines are asked.

    Raises:
        UsageError: there is no such place, day, sign, animal or spread.
    """
    info = asked.user_info
    place = places.find(info.tz) if info.tz else places.Place(clock.local_zone(), None)
    today = now().astimezone(ZoneInfo(place.zone)).date()
    return Request(
        type=asked.fortune_type,
        day=_day(asked.date, today),
        zone=place.zone,
        locale=asked.locale or i18n.language(),
        person=_person(info, place, today),
        question=asked.question.strip(),
        spread=find_spread(asked.spread).id if asked.spread else SPREADS[0].id,
        reversals=asked.reversals,
    )


def _day(given: str | None, today: date) -> date:
    if given is None:
        return today
    day = date.fromisoformat(given)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise UsageError("fortune.date_range", first=FIRST_DAY.year, last=LAST_DAY.year)
    return day


def _person(info: UserInfo, place: Place, today: date) -> Person:
    """Nobody of whom anything is known but what was said right now."""
    if info.birth and (info.sign or info.animal):
        raise UsageError("fortune.sign_or_birth")
    if info.birth:
        lunar = info.lunar or info.leap
        given: dict[str, Any] = {"lunar": lunar, "leap": info.leap, "longitude": place.longitude, "today": today}
        return Person(birth=parse_birth(info.birth, place.zone, **given))
    return Person(
        sign=find_sign(info.sign) if info.sign else None,
        animal=find_animal(info.animal) if info.animal else None,
    )
