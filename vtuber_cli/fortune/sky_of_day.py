"""What calendar and sky say of a day, as rows that a fortune of the day stands on."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from vtuber_cli.fortune import sky
from vtuber_cli.fortune.calendar import lunar_date
from vtuber_cli.fortune.reading import Basis, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date

_TERM = 15
"""Degrees of the Sun's way between two solar terms."""


def basis(day: date, zone: str) -> list[Basis]:
    """The lunar date, the Moon at local noon, and the solar term if one begins on this day."""
    rows: list[Basis] = []
    if (lunar := lunar_date(day)) is not None:
        key = "basis.lunar_leap" if lunar.leap else "basis.lunar"
        data = {"year": lunar.year, "month": lunar.month, "day": lunar.day, "leap": lunar.leap}
        rows.append(Basis("calendar.lunar", Text(key, {"month": lunar.month, "day": lunar.day}), 0, data))
    noon = datetime.combine(day, time(12), ZoneInfo(zone))
    moon = sky.positions(noon, ("moon",))["moon"]
    phase = sky.moon_phase(noon)
    data = {"angle": round(phase.angle, 1), "phase": phase.name}
    rows.append(Basis("moon.phase", Text(f"daily.moon.{phase.name}"), 0, data))
    data = {"longitude": round(moon.longitude, 1), "sign": moon.sign}
    rows.append(Basis("moon.sign", Text(f"daily.moon_sign.{moon.sign}"), 0, data))
    if (term := _term(day, zone)) is not None:
        rows.append(Basis("calendar.term", Text(f"daily.term.{term}"), 0, {"term": term}))
    return rows


def _term(day: date, zone: str) -> int | None:
    """The number of the solar term that begins on this local day, as in `sky.Term`."""
    tz = ZoneInfo(zone)
    begin, end = (datetime.combine(one, time(), tz) for one in (day, day + timedelta(days=1)))
    before, after = (int(sky.solar_longitude(one) // _TERM) for one in (begin, end))
    return None if before == after else (after * _TERM - sky.FIRST_TERM) % 360 // _TERM
