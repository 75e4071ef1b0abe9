"""`/fortune-ws`: fortunes for programs, without a talk around them; and the card that a talk shows of one."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from vtuber_cli.server.messages.base import (
    Address,
    EmotionName,
    LongText,
    Message,
    Name,
    Part,
    Sentence,
    example,
)


def _real_day(text: str) -> str:
    try:
        date.fromisoformat(text[:10])
        if len(text) > 10:
            time.fromisoformat(text[11:])
    except ValueError:
        raise PydanticCustomError("no_such_day", "no such day") from None
    return text


_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
Day: TypeAlias = Annotated[str, Field(pattern=_DAY), AfterValidator(_real_day)]
# A day of the lunar calendar, as 30 February is, is judged where the calendar is known.
BirthText: TypeAlias = Annotated[str, Field(pattern=_DAY.removesuffix("$") + r"([T ][0-9]{2}:[0-9]{2})?$")]
Word: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
"""A name out of a list that the program has."""


class UserInfo(Part):
    """Whom it is for. What is not known is left out; ids that a client sends are ignored, and open nobody's drawer."""

    birth: BirthText | None = None
    """`YYYY-MM-DD`, with `THH:MM` if the hour is known."""
    lunar: bool = False
    """The birth is of the Korean lunar calendar."""
    leap: bool = False
    """Its month is a leap one."""
    tz: Annotated[Name, Field(max_length=64)] | None = None
    """Where it is told and where they were born: an IANA time zone, or a city."""
    sign: Annotated[Name, Field(max_length=40)] | None = None
    """A zodiac sign, in English or Korean; not beside a birth, which tells it."""
    animal: Annotated[Name, Field(max_length=40)] | None = None
    """A 띠, in English or Korean; not beside a birth."""


class FortuneRequest(Message):
    """Asks for a fortune; answered by one `fortune-response` or one `fortune-error`."""

    model_config = example(
        {
            "type": "fortune-request",
            "request_id": "1",
            "fortune_type": "daily",
            "user_info": {"birth": "1999-01-02T03:04", "tz": "Asia/Seoul"},
        },
        {"type": "fortune-request", "request_id": "2", "fortune_type": "tarot", "question": "Shall I call?"},
    )
    type: Literal["fortune-request"] = "fortune-request"
    request_id: Name
    """Comes back with every answer."""
    fortune_type: Word
    """daily, tarot, zodiac, saju, tti."""
    user_info: UserInfo = UserInfo()
    date: Day | None = None
    """Without it today, where `tz` is."""
    question: Annotated[Name, Field(max_length=300)] = ""
    """What the cards are asked; no other fortune is drawn by it."""
    spread: Word | None = None
    """Of the tarot: one, three and so on."""
    reversals: bool = True
    """Whether cards may lie upside down."""
    locale: Literal["en", "ko"] | None = None
    """Without it the server's language."""
    speak: bool = False
    """Whether it is wanted aloud: `audio_url`."""


class FortuneResponse(Message):
    """The fortune."""

    model_config = example(
        {
            "type": "fortune-response",
            "request_id": "1",
            "result": {"schema": "vtuber.fortune/1", "type": "daily", "grade": "good"},
            "live2d_emotion": "joy",
            "audio_url": None,
        }
    )
    says_null: ClassVar[frozenset[str]] = frozenset({"audio_url"})
    type: Literal["fortune-response"] = "fortune-response"
    request_id: Name
    result: dict[str, Any]
    """The document that `vtuber schema fortune` describes; `emotion` in it has the intensity."""
    live2d_emotion: EmotionName
    """Her face for it."""
    audio_url: Address | None = None
    """A WAV file on this server, or null."""


class FortuneNarration(Message):
    """The same fortune in the model's words, later, where it is to narrate and what it said passed."""

    model_config = example(
        {"type": "fortune-narration", "request_id": "1", "text": "Today a calm wave pushes your boat."}
    )
    type: Literal["fortune-narration"] = "fortune-narration"
    request_id: Name
    text: LongText


class FortuneError(Message):
    """There is no fortune for this request; the socket stays open."""

    model_config = example(
        {
            "type": "fortune-error",
            "request_id": "1",
            "code": "wire.wrong_form",
            "message": "fortune-request: fortune_type is not of its form",
        }
    )
    says_null: ClassVar[frozenset[str]] = frozenset({"request_id"})
    type: Literal["fortune-error"] = "fortune-error"
    request_id: Name | None = None
    """null, if the request had none that could be read."""
    code: Name
    message: Sentence


FortuneAnswer: TypeAlias = FortuneResponse | FortuneNarration | FortuneError


class FortuneCard(Message):
    """A fortune that she is about to tell, to be drawn as a card. `fortune-card`."""

    model_config = example(
        {
            "type": "fortune-card",
            "result": {"schema": "vtuber.fortune/1", "type": "daily", "grade": "good"},
            "grade_text": "Good",
        }
    )
    says_null: ClassVar[frozenset[str]] = frozenset({"result"})
    type: Literal["fortune-card"] = "fortune-card"
    result: dict[str, Any] | None
    """The document that `vtuber schema fortune` describes; null takes the card away."""
    grade_text: Name | None = None
    """The grade in the card's language."""
    picture: Address | None = None
    """A path on this server."""
    stays: Annotated[float, Field(ge=0, le=3600)] | None = None
    """Seconds until it goes by itself; 0 or nothing: when it is taken away."""
