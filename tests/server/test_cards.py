"""Fortune cards: whose words they are in, and their pictures."""

from __future__ import annotations

import asyncio
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.browser.chromium import decoded
from tests.server.served import serving
from vtuber_cli.server.client.forms import Form, as_told
from vtuber_cli.server.messages import FortuneCard
from vtuber_cli.server.onlookers import cards

RESULT = {
    "schema": "vtuber.fortune/1",
    "type": "tarot",
    "locale": "en",
    "grade": "good",
    "cards": [{"id": "major.17", "reversed": False}, {"id": "cups.01", "reversed": True}],
}


def test_the_grade_is_in_the_language_of_who_looks() -> None:
    assert cards.shown(RESULT, None).grade_text == "Good"
    assert cards.shown(RESULT, "ko").grade_text not in (None, "", "Good")
    told, announced = as_told(FortuneCard(result=RESULT)), frozenset({"fortune-card"})
    english, korean = (told.frames(Form(announced, language=each)) for each in ("en", "ko"))
    assert english.frames != korean.frames
    assert told.frames(Form(announced, language="ko")) is korean  # made once
    assert not told.frames(Form(language="ko")).frames


def test_a_notice_has_no_grade_and_no_picture() -> None:
    shown = cards.shown({"type": "daily", "locale": "en", "notice": {"text": "Call somebody."}}, "ko")
    assert (shown.grade_text, shown.picture) == (None, None)


def test_a_picture_shows_the_cards_side_by_side_as_they_lie() -> None:
    address = cards.shown(RESULT, None).picture
    assert address == "/cards/major.17+cups.01.reversed.png"
    both, one = cards.picture("major.17+cups.01.reversed.png"), cards.picture("cups.01.png")
    assert both is not None
    assert one is not None
    sheet, upright = decoded(both), decoded(one)
    height, width, _ = upright.shape
    assert sheet.shape[0] == height
    assert (sheet[:, -width:] == upright[::-1, ::-1]).all()
    assert not sheet[:, width + 1, 3].any()  # one sees through between them


@pytest.mark.parametrize(
    "name",
    ["", ".png", "major.99.png", "major.17", "../major.17.png", "major.17.PNG", "+".join(["cups.01"] * 4) + ".png"],
)
def test_what_is_no_card_has_no_picture(name: str) -> None:
    assert cards.picture(name) is None


async def test_the_server_hands_it_out() -> None:
    async with serving(loads=False) as served:
        answer = await asyncio.to_thread(urlopen, served.url("/cards/major.17.png"))
        assert answer.headers["content-type"] == "image/png"
        assert "max-age" in answer.headers["cache-control"]
        assert answer.read().startswith(b"\x89PNG")
        for name in ("nobody.png", "..%2f..%2fetc%2fpasswd", "major.17%2b.png"):
            with pytest.raises(HTTPError, match="404"):
                await asyncio.to_thread(urlopen, served.url(f"/cards/{name}"))
