"""When and where somebody was born, as they write it. No message here repeats any of it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import TZPATH, ZoneInfo

from vtuber_cli.errors import UsageError
from vtuber_cli.fortune.calendar import LunarDate, solar_date

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2100, 12, 31)
"""Between them the sky is computed to the minute."""
NOON = time(12)
_HOURS = (time(), NOON, time(23, 59))


class Birth(NamedTuple):
    day: date
    """In the solar calendar, at the place of birth."""
    clock: time | None
    """What the clocks there showed; None if nobody knows."""
    zone: str
    """The place's IANA time zone."""
    longitude: float | None = None
    """The place's, in degrees east; None for that of the zone's city."""

    @property
    def instant(self) -> datetime:
        """The birth in universal time; noon where the hour is not known. Of an hour that came twice, the first one."""
        return datetime.combine(self.day, self.clock or NOON, ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def summer_time(self) -> timedelta:
        """How far ahead of the usual time the clocks there were: an hour in Seoul's summers of 1987 and 1988."""
        return self.instant.astimezone(ZoneInfo(self.zone)).dst() or timedelta()

    @property
    def solar_time(self) -> datetime:
        """What a sundial set to the mean Sun showed over the place of birth, without a time zone."""
        longitude = self.longitude
        if longitude is None:
            longitude = zone_longitude(self.zone)
        if longitude is None:  # a zone without a city, as Etc/GMT-9: its own meridian
            offset = self.instant.astimezone(ZoneInfo(self.zone)).utcoffset() or timedelta()
            longitude = (offset - self.summer_time) / timedelta(minutes=4)
        return (self.instant + longitude * timedelta(minutes=4)).replace(tzinfo=None)


def parse_birth(
    text: str,
    zone: str,
    *,
    lunar: bool = False,
    leap: bool = False,
    longitude: float | None = None,
    today: date | None = None,
) -> Birth:
    """A birth out of `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM` or the same with a space.

    Args:
        text: as written.
        zone: the IANA time zone of the place.
        lunar: whether the date is of the Korean lunar calendar.
        leap: whether its month is a leap one.
        longitude: the place's, in degrees east.
        today: the date at that place now, after which nobody was born yet.

    Raises:
        UsageError: it is not of this form, or there was no such day, month, hour or zone.
    """
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[Tt ]([0-9]{2}):([0-9]{2}))?", text.strip())
    if found is None:
        raise UsageError("fortune.birth_form")
    time_zone(zone)
    if longitude is not None and not -180 <= longitude <= 180:
        raise UsageError("fortune.birth_longitude")
    year, month, number = (int(part) for part in found.group(1, 2, 3))
    day = _from_lunar(LunarDate(year, month, number, leap)) if lunar or leap else _from_solar(year, month, number)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise UsageError("fortune.birth_range", first=FIRST_DAY.year, last=LAST_DAY.year)
    if today is not None and day > today:
        raise UsageError("fortune.birth_future")
    clock = None if found[4] is None else _clock(int(found[4]), int(found[5]))
    if clock is not None and skipped(day, clock, zone):
        raise UsageError("fortune.birth_skipped")
    if all(skipped(day, hour, zone) for hour in _HOURS):  # where a place moved to the other side of the date line
        raise UsageError("fortune.birth_no_such_day")
    return Birth(day, clock, zone, longitude)


def parse_clock(text: str) -> time:
    """A time of day out of `HH:MM`.

    Raises:
        UsageError: it is not of this form, or later than 23:59.
    """
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", text.strip())
    if found is None:
        raise UsageError("fortune.clock_form")
    return _clock(int(found[1]), int(found[2]))


def skipped(day: date, clock: time, zone: str) -> bool:
    """Whether the clocks of a place were set forward over this time."""
    local = datetime.combine(day, clock, ZoneInfo(zone))
    return local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None)


def time_zone(name: str) -> ZoneInfo:
    """The time zone of this IANA name.

    Raises:
        UsageError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # by a folder's name, an impossible one, or an unknown one
        nearest = _nearest_zones(name)
    key = "fortune.zone_unknown_nearest" if nearest else "fortune.zone_unknown"
    raise UsageError(key, name=name[:40], nearest=", ".join(nearest))


@cache
def zone_longitude(zone: str) -> float | None:
    """Degrees east of a zone's main city, as the time zone database has it; None if it does not."""
    for table in _zone_tables():
        for line in table.splitlines():
            fields = line.split("\t")
            if len(fields) > 2 and fields[2] == zone:
                return _east(fields[1])
    return None


def _from_solar(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise UsageError("fortune.birth_no_such_day") from None


def _from_lunar(lunar: LunarDate) -> date:
    if not 1899 <= lunar.year <= 2050:
        raise UsageError("fortune.birth_lunar_range", first=FIRST_DAY.year, last=2050)
    if (day := solar_date(lunar)) is not None:
        return day
    if lunar.leap and solar_date(lunar._replace(day=1)) is None:
        raise UsageError("fortune.birth_no_such_leap_month")
    raise UsageError("fortune.birth_no_such_lunar_day")


def _clock(hour: int, minute: int) -> time:
    try:
        return time(hour, minute)
    except ValueError:
        raise UsageError("fortune.birth_no_such_time") from None


def _nearest_zones(name: str) -> list[str]:
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    zones = {zone.casefold(): zone for zone in sorted(available_timezones())}
    cities = {folded.rpartition("/")[2]: zone for folded, zone in zones.items() if "/" in folded}
    asked = name[:40].strip().casefold().replace(" ", "_")
    found = [cities[city] for city in get_close_matches(asked.rpartition("/")[2], cities, n=2, cutoff=0.75)]
    found += [zones[zone] for zone in get_close_matches(asked, zones, n=2, cutoff=0.75)]
    return list(dict.fromkeys(found))[:3]


def _zone_tables() -> list[str]:
    """`zone.tab` of the system and of the tzdata package, those that are there."""
    from importlib.util import find_spec

    folders = [Path(folder) for folder in TZPATH]
    if (package := find_spec("tzdata")) is not None and package.origin is not None:
        folders.append(Path(package.origin).parent / "zoneinfo")
    tables = [folder / "zone.tab" for folder in folders]
    return [table.read_text(encoding="utf-8") for table in tables if table.is_file()]


def _east(coordinates: str) -> float | None:
    """The longitude out of ISO 6709: `+3733+12658`, `+404251-0740023`."""
    found = re.fullmatch(r"[+-][0-9]{4,6}([+-])([0-9]{3})([0-9]{2})([0-9]{2})?", coordinates)
    if found is None:
        return None
    degrees = int(found[2]) + int(found[3]) / 60 + int(found[4] or 0) / 3600
    return degrees if found[1] == "+" else -degrees
