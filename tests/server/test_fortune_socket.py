"""`/fortune-ws`: the fortunes of `vtuber fortune`, for whoever asks, and nothing of the owner's."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.server.served import PATIENCE, Script, Served, serving
from vtuber_cli import paths
from vtuber_cli.cli import fortune_fast
from vtuber_cli.fortune import cache, narrate, profiles
from vtuber_cli.server.messages import FortuneRequest, UserInfo
from vtuber_cli.server.services import fortunes
from vtuber_cli.server.services.requests import MOST_WAITING

DAY = "2026-11-23"


@asynccontextmanager
async def asking(served: Served) -> AsyncGenerator[ClientConnection]:
    async with connect(f"ws://127.0.0.1:{served.port}/fortune-ws", proxy=None) as line:
        yield line


async def heard(line: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        return json.loads(await line.recv())


async def told(line: ClientConnection, kind: str = "daily", **more: Any) -> dict[str, Any]:
    asked = {"type": "fortune-request", "request_id": "7", "fortune_type": kind, "date": DAY, **more}
    await line.send(json.dumps(asked))
    return await heard(line)


SAME: list[tuple[str, dict[str, Any], list[str]]] = [
    ("daily", {}, []),
    ("daily", {"locale": "ko"}, ["--locale", "ko"]),
    ("daily", {"user_info": {"birth": "1999-01-02T03:04", "tz": "Asia/Seoul"}},
     ["--birth", "1999-01-02T03:04", "--tz", "Asia/Seoul"]),
    ("daily", {"user_info": {"tz": "America/New_York", "animal": "말띠"}},
     ["--sign", "말띠", "--tz", "America/New_York"]),
    ("zodiac", {"user_info": {"sign": "leo"}}, ["--sign", "leo"]),
    ("zodiac", {"user_info": {"sign": "물병자리"}, "locale": "ko"}, ["--sign", "물병자리", "--locale", "ko"]),
    ("zodiac", {"user_info": {"birth": "1987-06-21 05:30", "tz": "부산"}},
     ["--birth", "1987-06-21T05:30", "--tz", "부산"]),
    ("saju", {"user_info": {"birth": "1990-05-05T13:00", "tz": "Asia/Seoul"}},
     ["--birth", "1990-05-05T13:00", "--tz", "Asia/Seoul"]),
    ("saju", {"user_info": {"birth": "1987-06-15T12:00", "lunar": True, "leap": True, "tz": "Asia/Seoul"}},
     ["--birth", "1987-06-15T12:00", "--leap", "--tz", "Asia/Seoul"]),
    ("tti", {"user_info": {"animal": "dragon"}}, ["--sign", "dragon"]),
    ("tti", {"user_info": {"birth": "1988-01-01", "lunar": True}}, ["--birth", "1988-01-01", "--lunar"]),
    ("tarot", {"question": "Shall I call?", "spread": "three"}, ["--question", "Shall I call?", "--spread", "three"]),
    ("tarot", {"reversals": False, "locale": "ko"}, ["--no-reversed", "--locale", "ko"]),
    ("tarot", {"question": "죽고 싶어", "locale": "ko"}, ["--question", "죽고 싶어", "--locale", "ko"]),
]  # fmt: skip


async def test_the_same_as_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    async with serving() as served, asking(served) as line:
        answers = [await told(line, kind, **asked) for kind, asked, _ in SAME]
    for (kind, asked, options), answer in zip(SAME, answers, strict=True):
        capsys.readouterr()
        assert fortune_fast.run(["fortune", kind, "--date", DAY, "--json", "--no-cache", *options]) == 0
        expected = json.loads(capsys.readouterr().out)
        assert answer.get("result") == expected, asked
        assert answer == {
            "type": "fortune-response",
            "request_id": "7",
            "result": expected,
            "live2d_emotion": expected["emotion"]["emotion"],
            "audio_url": None,
        }


async def test_nothing_of_the_owner(capsys: pytest.CaptureFixture[str]) -> None:
    profiles.write(profiles.DEFAULT, profiles.Profile(profiles.new_seed(), "Mina", "1990-05-05", zone="Asia/Seoul"))
    fortune_fast.run(["fortune", "daily", "--date", DAY, "--json"])
    owners = json.loads(capsys.readouterr().out)
    kept = sorted(paths.data_dir().rglob("*.json"))
    opened: list[str] = []

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and watching and isinstance(args[0], str) and args[0].startswith(str(paths.data_dir())):
            opened.append(args[0])

    watching = False
    sys.addaudithook(watch)
    seed = cache.folder("x").name
    async with serving() as served, asking(served) as line:
        watching = True
        tries = [{}, {"seed": "x"}, {"seed_id": seed}, {"profile": "me"}, {"user_id": "../../told"}, {"name": "Mina"}]
        answers = [await told(line, user_info={**each, "tz": "Asia/Seoul"}, **each) for each in tries]
        watching = False
    assert all(answer["result"] == answers[0]["result"] for answer in answers)
    assert answers[0]["result"]["id"] != owners["id"]
    assert not [each for each in opened if "/fortune/told" in each or "/profiles" in each]
    assert sorted(paths.data_dir().rglob("*.json")) == kept


async def test_a_draw_stays_the_same_all_day() -> None:
    async with serving() as served:
        async with asking(served) as line:
            first = await told(line, "tarot", question="Shall I call?")
        async with asking(served) as line:
            again = await told(line, "tarot", question=" shall I CALL ")
            other = await told(line, "tarot", question="Shall I write?")
            plain = await told(line)
            asked = await told(line, question="Shall I write?")
    assert again["result"]["cards"] == first["result"]["cards"]
    assert other["result"]["id"] != first["result"]["id"]
    assert asked["result"] == plain["result"]


async def test_a_question_that_no_fortune_answers() -> None:
    async with serving() as served, asking(served) as line:
        for kind in ("daily", "tarot"):
            answer = await told(line, kind, question="I want to kill myself", speak=True)
            assert answer["result"]["notice"]["text"]
            assert "grade" not in answer["result"]
            assert answer["live2d_emotion"] == "neutral"
            assert answer["audio_url"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"fortune_type": "saju"}, "fortune.birth_needed"),
    ({"fortune_type": "zodiac"}, "fortune.sign_needed"),
    ({"fortune_type": "tti"}, "fortune.animal_needed"),
    ({"fortune_type": "dailyy"}, "fortune.unknown_type_nearest"),
    ({"fortune_type": "runes"}, "fortune.unknown_type"),
    ({"fortune_type": "../../tarot"}, "wire.wrong_form"),
    ({"date": "2026-02-30"}, "wire.wrong_form"),
    ({"date": "1700-01-01"}, "fortune.date_range"),
    ({"user_info": {"birth": "2026-02-30"}}, "fortune.birth_no_such_day"),
    ({"user_info": {"birth": "9999-01-01"}}, "fortune.birth_range"),
    ({"user_info": {"birth": "2090-01-01"}}, "fortune.birth_future"),
    ({"user_info": {"birth": "1990-05-05T25:00"}}, "fortune.birth_no_such_time"),
    ({"user_info": {"birth": "1990-13-40T10:00"}}, "fortune.birth_no_such_day"),
    ({"user_info": {"birth": "1991-05-29", "leap": True}}, "fortune.birth_no_such_leap_month"),
    ({"user_info": {"tz": "../../../etc/passwd"}}, "fortune.zone_unknown"),
    ({"user_info": {"tz": "Asia/Soul"}}, "fortune.zone_unknown_nearest"),
    ({"user_info": {"sign": "leoo"}}, "fortune.unknown_sign_nearest"),
    ({"user_info": {"animal": "유니콘"}}, "fortune.unknown_animal"),
    ({"user_info": {"sign": "leo", "birth": "1990-05-05"}}, "fortune.sign_or_birth"),
    ({"user_info": 5}, "wire.not_object"),
    ({"spread": "pyramid", "fortune_type": "tarot"}, "fortune.unknown_spread"),
    ({"locale": "fr"}, "wire.choice"),
    ({"question": "x" * 301}, "wire.too_long"),
]


async def test_what_is_wrong_has_a_code_and_costs_nobody_the_socket() -> None:
    async with serving() as served, asking(served) as line:
        for number, (asked, code) in enumerate(WRONG):
            answer = await told(line, **{**asked, "request_id": f"n{number}"})
            assert (answer["type"], answer.get("code")) == ("fortune-error", code), asked
            assert answer["request_id"] == f"n{number}"
            assert "--" not in answer["message"]
        await line.send("nonsense")
        assert await heard(line) == {
            "type": "fortune-error", "request_id": None, "code": "wire.not_json", "message": "this is no JSON",
        }  # fmt: skip
        assert (await told(line))["type"] == "fortune-response"


async def test_aloud() -> None:
    async with serving() as served, asking(served) as line:
        url = (await told(line, speak=True))["audio_url"]
        async with httpx.AsyncClient(base_url=served.url(), trust_env=False) as web:
            sound = await web.get(url)
    assert url.startswith("/cache/")
    assert (sound.status_code, sound.content[:4]) == (200, b"RIFF")


async def test_without_a_voice() -> None:
    async with serving(loads=False) as served, asking(served) as line:
        answer = await told(line, speak=True)
    assert answer["type"] == "fortune-response"
    assert answer["audio_url"] is None


async def test_in_the_models_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def passes(text: str, result: object) -> bool:
        return "wave" in text

    monkeypatch.setattr(narrate, "passes", passes)
    script = Script()
    script.says("Today a calm wave ", "pushes your boat.")
    script.says("You will win the lottery.")
    flags: dict[str, Any] = {"fortune.narration": "model"}
    async with serving(script, **flags) as served, asking(served) as line:
        await told(line)
        assert await heard(line) == {
            "type": "fortune-narration", "request_id": "7", "text": "Today a calm wave pushes your boat.",
        }  # fmt: skip
        await told(line)
        assert (await told(line, "saju"))["type"] == "fortune-error"  # and no narration before
    assert len(script.asked) == 2


async def test_a_line_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        await asyncio.sleep(PATIENCE)

    monkeypatch.setattr(fortunes.Fortunes, "answer", never)
    async with serving() as served, asking(served) as line:
        async with asking(served) as slow:
            for number in range(MOST_WAITING + 2):
                await slow.send(
                    json.dumps({"type": "fortune-request", "request_id": str(number), "fortune_type": "daily"})
                )
            answer = await heard(slow)
        assert (answer["code"], answer["request_id"]) == ("server.too_many_inputs", str(MOST_WAITING + 1))
        del line


def test_today_is_the_clients() -> None:
    def now() -> datetime:
        return datetime(2026, 11, 23, 20, 0, tzinfo=UTC)

    def day(zone: str) -> str:
        asked = FortuneRequest(request_id="1", fortune_type="daily", user_info=UserInfo(tz=zone))
        return fortunes.request_of(asked, now).day.isoformat()

    assert [day("Asia/Seoul"), day("UTC"), day("America/New_York")] == ["2026-11-24", "2026-11-23", "2026-11-23"]
