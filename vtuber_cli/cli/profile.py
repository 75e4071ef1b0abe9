"""`vtuber profile`: for whom fortunes are told. What is in a profile is shown to its owner and stands in no message."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vtuber_cli.errors import ProfileNeeded, StoreError, UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtuber_cli.fortune.profiles import Profile

app = typer.Typer(epilog="profile.epilog")

Whose = Annotated[str, typer.Argument(metavar="[PROFILE]", show_default=False, help="profile.argument.profile")]
Also = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", show_default=False, help="profile.option.profile")
]
_ME = "me"
_LARGEST = 64 * 1024
"""Bytes of a file that is imported."""


def _text(*flags: str, metavar: str, words: str) -> Any:
    return typer.Option(*flags, metavar=metavar, show_default=False, help=f"profile.option.{words}")


@app.command("set", help="profile.command.set")
def set_profile(  # noqa: PLR0913 - an option each
    profile: Whose = _ME,
    also: Also = None,
    name: Annotated[str | None, _text("--name", metavar="NAME", words="name")] = None,
    birth: Annotated[str | None, _text("--birth", metavar="BIRTH", words="birth")] = None,
    lunar: Annotated[
        bool | None, typer.Option("--lunar/--solar", show_default=False, help="profile.option.lunar")
    ] = None,
    leap: Annotated[
        bool | None, typer.Option("--leap/--no-leap", show_default=False, help="profile.option.leap")
    ] = None,
    place: Annotated[str | None, _text("--place", "--tz", metavar="PLACE", words="place")] = None,
    interests: Annotated[str | None, _text("--interests", metavar="LIST", words="interests")] = None,
    locale: Annotated[str | None, _text("--locale", metavar="ko|en", words="locale")] = None,
    force: Annotated[bool, typer.Option("--force", help="profile.option.force")] = False,
) -> None:
    from vtuber_cli.cli import profile_answers
    from vtuber_cli.cli.show import notice
    from vtuber_cli.fortune import profiles

    who = also or profile
    told = profile_answers.Answers(name, birth, lunar, leap, place, interests, locale)
    before = _start(who, force=force)
    if told.nothing:
        told = profile_answers.asked(before)
    after = profile_answers.changed(before, told)
    path = profiles.write(who, after)
    notice(t("profile.kept", profile=who, file=path))


def _start(who: str, *, force: bool) -> Profile:
    """The profile as it is, or a new one; a damaged one is put aside if that was asked for."""
    from vtuber_cli.cli.show import notice
    from vtuber_cli.fortune import profiles

    try:
        return profiles.read(who) or profiles.Profile(profiles.new_seed())
    except UsageError as error:
        if error.key == "profile.bad_name" or not force:
            raise
    if (aside := profiles.put_aside(who)) is not None:
        notice(t("profile.put_aside", file=aside))
    return profiles.Profile(profiles.new_seed())


@app.command("show", help="profile.command.show")
def show_profile(
    profile: Whose = _ME,
    also: Also = None,
    as_json: Annotated[bool, typer.Option("--json", help="profile.option.json")] = False,
) -> None:
    from vtuber_cli.cli.table import print_rows
    from vtuber_cli.fortune import profiles

    found = _existing(also or profile)
    if as_json:
        print(profiles.encoded(found).decode(), end="")
        return
    print_rows(list(_rows(found)), styles=("dim", ""))


def _rows(profile: Profile) -> Iterator[tuple[str, str]]:
    calendar = "leap" if profile.leap else "lunar" if profile.lunar else "solar"
    born = t("profile.birth", birth=profile.birth.replace("T", " "), calendar=t(f"profile.calendar.{calendar}"))
    rows = {
        "name": profile.name,
        "birth": born if profile.birth else "",
        "place": profile.place,
        "zone": profile.zone,
        "interests": ", ".join(t(f"profile.interest.{one}") for one in profile.interests),
        "locale": profile.locale,
        "seed": profile.seed,
    }
    for field, words in rows.items():
        yield t(f"profile.field.{field}"), words or t("profile.untold")


@app.command("list", help="profile.command.list")
def list_profiles(as_json: Annotated[bool, typer.Option("--json", help="profile.option.json")] = False) -> None:
    from vtuber_cli.cli.show import notice
    from vtuber_cli.cli.table import print_json, print_rows
    from vtuber_cli.fortune import profiles

    rows: list[tuple[str, str]] = []
    for name in profiles.names():
        try:
            found = profiles.read(name)
        except UsageError:
            rows.append((name, t("profile.is_damaged")))
        else:
            rows.append((name, found.name if found is not None else ""))
    if as_json:
        print_json([{"profile": name, "name": called} for name, called in rows])
    elif rows:
        print_rows(rows, styles=("bold", ""))
    else:
        notice(t("profile.none"))


@app.command("export", help="profile.command.export")
def export_profile(
    profile: Whose = _ME,
    also: Also = None,
    output: Annotated[str | None, _text("--output", "-o", metavar="FILE", words="output")] = None,
) -> None:
    from vtuber_cli.cli.show import notice
    from vtuber_cli.fortune import profiles

    whole = profiles.encoded(_existing(also or profile))
    if output in (None, "-"):
        print(whole.decode(), end="")
        return
    path = Path(str(output))
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:  # noqa: PTH123
            stream.write(whole)
    except FileExistsError:
        raise UsageError("profile.file_exists", file=path) from None
    except OSError as error:
        raise StoreError("profile.unwritable", folder=path.parent, reason=error.strerror or "?") from None
    notice(t("profile.exported", file=path))


@app.command("import", help="profile.command.import")
def import_profile(
    file: Annotated[str, typer.Argument(metavar="FILE", help="profile.argument.file")],
    profile: Annotated[str, _text("--profile", metavar="NAME", words="as")] = _ME,
    force: Annotated[bool, typer.Option("--force", help="profile.option.force_import")] = False,
) -> None:
    from vtuber_cli.cli.show import notice
    from vtuber_cli.fortune import profiles

    found = profiles.parsed(_read(file), file)
    found.born("UTC")  # refused as a whole if it tells of no real day
    if os.path.lexists(profiles.file(profile)):
        if not force:
            raise UsageError("profile.exists", name=profile)
        notice(t("profile.put_aside", file=profiles.put_aside(profile)))
    notice(t("profile.kept", profile=profile, file=profiles.write(profile, found)))


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(_LARGEST + 1)
    try:
        with Path(file).open("rb") as stream:
            return stream.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError("profile.unreadable", file=file, reason=error.strerror or "?") from None


@app.command("rm", help="profile.command.rm")
def remove_profile(profile: Whose = _ME, also: Also = None) -> None:
    from vtuber_cli.cli.show import notice
    from vtuber_cli.fortune import cache, profiles

    who = also or profile
    try:
        found = profiles.read(who)
    except UsageError as error:
        if error.key == "profile.bad_name":
            raise
        found = None  # damaged: what was told to whoever it was cannot be found any more
    if not profiles.remove(who):
        raise _nobody(who)
    if found is not None:
        try:
            cache.forget(found.seed)
        except OSError as error:
            raise StoreError("profile.told_stays", reason=error.strerror or "?") from None
    notice(t("profile.removed", profile=who))


def _existing(who: str) -> Profile:
    from vtuber_cli.fortune import profiles

    if (found := profiles.read(who)) is None:
        raise _nobody(who)
    return found


def _nobody(who: str) -> ProfileNeeded:
    from vtuber_cli.fortune import profiles

    there = ", ".join(profiles.names())
    return ProfileNeeded("fortune.no_profile" if there else "fortune.no_profile_yet", name=who, names=there)
