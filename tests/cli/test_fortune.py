"""`vtuber fortune` from outside: what is printed where, the exit codes, and that both lanes are one command line."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer import TyperException

from vtuber_cli.card.cells import cells
from vtuber_cli.cli import app, fortune_fast
from vtuber_cli.cli.fortune_options import OPTIONS, options_of, understood
from vtuber_cli.fortune.engines import ENGINES

CODES = re.compile(r"\x1b\[[0-9;]*m")
DAY = ("--date", "2026-11-22", "--tz", "Asia/Seoul")


def vtuber(*args: str, shell: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the program, by a shell that adds `shell` (`| head -1`) to the command."""
    command = ["sh", "-c", f'"$@" {shell}', "sh", sys.executable, "-m", "vtuber_cli", *args]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
    )


def on_a_terminal(*args: str, columns: int = 80, **environment: str) -> str:
    """What the program draws on a terminal of its own."""
    terminal, end = pty.openpty()
    given = {"COLUMNS": str(columns), "TERM": "xterm-256color", "COLORTERM": "truecolor"} | environment
    with subprocess.Popen(
        [sys.executable, "-m", "vtuber_cli", *args], stdout=end, stderr=end, stdin=end, env=os.environ | given
    ):
        os.close(end)
        drawn = b""
        until = time.monotonic() + 60
        while time.monotonic() < until and select.select([terminal], [], [], 60)[0]:
            try:
                drawn += os.read(terminal, 65536)
            except OSError:
                break
    os.close(terminal)
    return drawn.decode().replace("\r\n", "\n")


# --- two lanes, one command line ------------------------------------------------------------------------------------


def by_typer(args: list[str]) -> tuple[str, dict[str, Any]]:
    """What Typer makes of a line: the engine, and its options.

    Raises:
        TyperException: it complains; or, as of help, it ends.
    """
    group: Any = app.build("fortune")
    context = group.make_context("fortune", list(args))
    name, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])
    given = command.make_context(name, list(rest), parent=context).params
    return name, {key: int(one) if isinstance(one, bool) else one for key, one in given.items()}


WORDS = st.sampled_from(
    [flag for option in OPTIONS for flag in option.flags]
    + [*ENGINES, "--date=today", "--json=1", "-qwhy", "-q", "--", "-", "x", "", "--help", "--nope", "2026-11-22", "왜?"]
)


@given(st.lists(WORDS, max_size=6))
def test_what_the_fast_lane_understands_typer_understands_the_same(args: list[str]) -> None:
    found = understood(args)
    if found is not None:
        assert by_typer(args) == (found[0], dict(found[1]))


@pytest.mark.parametrize("engine", ENGINES)
def test_every_option_goes_through_the_fast_lane(engine: str) -> None:
    args = [engine]
    for option in options_of(engine):
        args += [option.flags[0], *(["value"] if option.metavar else [])]
    found = understood(args)
    assert found is not None and by_typer(args) == (engine, dict(found[1]))
    assert all(found[1].values())


@pytest.mark.parametrize(
    "line",
    ["fortune --help", "fortune daily --nope", "fortune daily extra", "fortune tarot -q", "fortune tarot --spread=a -x",
     "fortune about", "fortune daily --spread one", "say fortune", "--lang fr fortune", "--nope fortune",
     "completion words bash -- fortune"],
)  # fmt: skip
def test_what_is_not_for_the_fast_lane_is_left_alone(line: str) -> None:
    assert fortune_fast.run(line.split()) is None


def test_reshuffling_counts() -> None:
    assert by_typer(["tarot", "--reshuffle", "--reshuffle"])[1]["reshuffle"] == 2
    assert understood(["tarot", "--reshuffle", "--reshuffle"]) == by_typer(["tarot", "--reshuffle", "--reshuffle"])
    with pytest.raises(TyperException):
        by_typer(["daily", "--reshuffle"])


# --- what is printed ------------------------------------------------------------------------------------------------


def test_json_is_the_same_bytes_each_time_whatever_the_hash_seed() -> None:
    said = {vtuber("fortune", "daily", *DAY, "--json", "--no-cache", PYTHONHASHSEED=seed).stdout for seed in "012"}
    kept = [vtuber("fortune", *DAY, "--json").stdout for _ in range(2)]
    assert len({*said, *kept}) == 1
    assert json.loads(kept[0])["date"] == "2026-11-22"


def test_a_pipe_gets_plain_lines_and_the_language_that_was_asked_for() -> None:
    done = vtuber("--lang", "ko", "fortune", *DAY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("하루 운세  2026-11-22 (일)\n")
    assert "\x1b" not in done.stdout and "│" not in done.stdout
    assert vtuber("fortune", *DAY, "--locale", "ko").stdout == done.stdout
    assert vtuber("fortune", *DAY, LANG="ko_KR.UTF-8").stdout == done.stdout


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("locale", ["ko", "en"])
def test_one_line_has_at_most_80_cells(engine: str, locale: str) -> None:
    whose = ["--birth", "1988-02-03T07:30"]
    (line,) = vtuber("fortune", engine, *DAY, *whose, "--locale", locale, "--short").stdout.splitlines()
    assert 0 < cells(line) <= 80


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("locale", ["ko", "en"])
@pytest.mark.parametrize("columns", [30, 59, 60, 80, 99, 100, 120, 200])
def test_a_card_fits_its_terminal(engine: str, locale: str, columns: int) -> None:
    whose = ["--birth", "1988-02-03T07:30"]
    drawn = on_a_terminal("fortune", engine, *DAY, *whose, "--locale", locale, "--explain", columns=columns)
    lines = CODES.sub("", drawn).splitlines()
    assert "\x1b" in drawn
    assert max(map(cells, lines)) <= columns
    if columns >= 60:
        assert len({cells(line) for line in lines}) == 1
        assert lines[0][0] + lines[0][-1] + lines[-1][0] + lines[-1][-1] == "╭╮╰╯"


@pytest.mark.parametrize(
    "environment",
    [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "dumb", "CLICOLOR_FORCE": "1"}],
    ids=lambda each: " ".join(each),
)
def test_no_code_where_none_is_wanted(environment: dict[str, str]) -> None:
    assert "\x1b" not in on_a_terminal("fortune", *DAY, **environment)


def test_sixteen_colours_get_no_ground() -> None:
    drawn = on_a_terminal("fortune", *DAY, TERM="xterm", COLORTERM="")
    assert "\x1b[" in drawn and not re.search(r"[34]8;[25];", drawn)
    assert "48;5;" in on_a_terminal("fortune", *DAY, COLORTERM="")


def test_colours_can_be_forced_into_a_pipe() -> None:
    assert "\x1b[" in vtuber("fortune", *DAY, CLICOLOR_FORCE="1").stdout
    assert "\x1b" not in vtuber("fortune", *DAY, CLICOLOR_FORCE="1", NO_COLOR="1").stdout


def test_an_output_without_the_letters_gets_question_marks_and_ascii_json() -> None:
    done = vtuber("fortune", *DAY, "--locale", "ko", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "") and "?" in done.stdout
    assert " - " in vtuber("fortune", *DAY, "--short", PYTHONIOENCODING="ascii").stdout
    told = json.loads(vtuber("fortune", *DAY, "--locale", "ko", "--json", PYTHONIOENCODING="ascii").stdout)
    assert told == json.loads(vtuber("fortune", *DAY, "--locale", "ko", "--json").stdout)
    drawn = on_a_terminal("fortune", *DAY, PYTHONIOENCODING="ascii", NO_COLOR="1")
    assert drawn.startswith("+- ") and drawn.isascii()


def test_a_reader_that_leaves_and_a_closed_output_are_no_bugs() -> None:
    assert vtuber("fortune", *DAY, shell="| true").stderr == ""
    assert vtuber("fortune", *DAY, shell=">&-").stderr == ""
    full = vtuber("fortune", *DAY, shell="> /dev/full")
    assert full.stderr.startswith("vtuber: ") and full.stderr.count("\n") <= 2


def test_a_home_that_cannot_be_written_to_costs_nothing(tmp_path: Path) -> None:
    here = tmp_path / "file"
    here.write_text("no folder")
    done = vtuber("fortune", *DAY, VTUBER_HOME=str(here))
    assert (done.returncode, done.stderr) == (0, "")


# --- what cannot be -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("--date 2026-02-30", 2, "“2026-02-30” is not a date"),
        ("--date=", 2, "is not a date"),
        ("--date 20261122", 2, "is not a date"),
        ("--date 1066-10-14", 2, "1900"),
        ("--date 9999-12-31", 2, "2100"),
        ("--locale fr", 2, "“fr”"),
        ("--tz Asia/Soul", 2, "Asia/Seoul"),
        ("--tz ../../etc/passwd", 2, "time zone"),
        ("--birth 1990-13-01", 2, "no such date"),
        ("--birth 1990-02-03T25:00", 2, "00:00 to 23:59"),
        ("--birth=", 2, "could not be read"),
        ("--birth 2990-01-01", 2, ""),
        ("--birth 1990-01-01 --sign leo", 2, "not both"),
        ("--lunar", 2, "--lunar"),
        ("--sign=", 2, "zodiac"),
        ("--profile nobody", 3, "“nobody”"),
        ("--profile ../../x", 2, "letters and digits"),
        ("zodiac", 3, "sign"),
        ("zodiac --sign unicorn", 2, "unicorn"),
        ("tti --sign unicorn", 2, "unicorn"),
        ("saju", 3, ""),
        ("saju --birth 1990-01-01 --longitude east", 2, "longitude"),
        ("saju --birth 1990-01-01 --longitude nan", 2, "longitude"),
        ("saju --birth 1990-01-01 --zi-rule noon", 2, "“noon”"),
        ("tarot --spread 99", 2, "99"),
        ("daily --spread one", 2, "--spread"),
        ("dayly", 2, "dayly"),
    ],
)
def test_one_clear_message_and_the_right_code(line: str, code: int, said: str) -> None:
    done = vtuber("fortune", *line.split())
    complaints = [one for one in done.stderr.splitlines() if one.startswith("vtuber: ")]
    assert (done.returncode, done.stdout, len(complaints)) == (code, "", 1), done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr and "fortune." not in done.stderr
    if "1990" in line:
        assert "1990" not in done.stderr


def test_a_long_question_is_refused_and_an_odd_one_is_harmless() -> None:
    done = vtuber("fortune", "tarot", "-q", "왜 " * 20_000)
    assert done.returncode == 2 and len(done.stderr) < 400
    odd = vtuber("fortune", "tarot", *DAY, "-q", "will\x1b]0;evil\x07 it\x9b31m rain\n\ntoday?\u202e")
    assert odd.returncode == 0
    assert "will it rain today?" in odd.stdout and odd.stdout.replace("\n", "").isprintable()


def test_a_question_that_cannot_be_text_is_asked_all_the_same() -> None:
    command = [sys.executable, "-m", "vtuber_cli", "fortune", "tarot", "-q", b"caf\xe9?"]
    done = subprocess.run(command, capture_output=True, check=False, env=os.environ | {"LANG": "C.UTF-8"})
    assert (done.returncode, done.stderr) == (0, b"")


def test_whoever_asks_in_need_gets_no_cards_but_a_number_to_call() -> None:
    done = vtuber("fortune", "tarot", "-q", "죽고 싶어", "--locale", "ko")
    assert done.returncode == 0 and "109" in done.stdout and "점수" not in done.stdout
    told = json.loads(vtuber("fortune", "tarot", "-q", "죽고 싶어", "--json").stdout)
    assert told["notice"]["kind"] == "crisis" and "cards" not in told
    assert "109" in vtuber("fortune", "tarot", "-q", "죽고 싶어", "--locale", "ko", "--short").stdout
    drawn = on_a_terminal("fortune", "tarot", "-q", "죽고 싶어", "--locale", "ko", columns=60)
    assert "109" in CODES.sub("", drawn)


# --- whose ----------------------------------------------------------------------------------------------------------


def told(*args: str) -> dict[str, Any]:
    done = vtuber("fortune", *args, *DAY, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_profile_is_told_unless_somebody_else_is_meant() -> None:
    guest = told("daily")
    vtuber("profile", "set", "--birth", "1988-02-03", "--place", "부산", "--locale", "ko")
    mine = told("daily")
    assert mine["locale"] == "ko" and mine["provenance"]["seed"] != guest["provenance"]["seed"]
    dragon = told("daily", "--sign", "용띠")
    assert dragon["provenance"]["seed"] not in (mine["provenance"]["seed"], guest["provenance"]["seed"])
    named = told("daily", "--sign", "용띠", "--profile", "me")
    assert named["provenance"]["seed"] == mine["provenance"]["seed"]
    assert "1988" not in json.dumps([mine, named])


def test_days_can_be_named() -> None:
    days = {word: told_day(word) for word in ("yesterday", "today", "tomorrow", "어제", "오늘", "내일")}
    assert days["yesterday"] == days["어제"] < days["today"] == days["오늘"] < days["tomorrow"] == days["내일"]


def told_day(word: str) -> str:
    done = vtuber("fortune", "--date", word, "--tz", "Pacific/Kiritimati", "--json")
    return json.loads(done.stdout)["date"]


def test_a_damaged_profile_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "home" / "data" / "profiles" / "me.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"format": "vtuber-profile-1", "seed_id": "x", "birth": "1988-02-03"}')
    done = vtuber("fortune")
    assert done.returncode == 2 and "seed_id" in done.stderr and "1988" not in done.stderr
    assert file.read_text().endswith('"1988-02-03"}')
