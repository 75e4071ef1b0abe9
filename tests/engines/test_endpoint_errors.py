"""How long a server asks us to wait, and what it says went wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.engines.endpoint_errors import LONGEST_WAIT, Blame, retry_after
from vtuber_cli.errors import ContextOverflow

BLAME = Blame("example.com", "m", 4096, None, None)
NOON = datetime(2031, 5, 6, 12, tzinfo=UTC)


def http(date: datetime) -> str:
    return format_datetime(date, usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "61"}, LONGEST_WAIT),
        ({"retry-after": "99999999999999999999"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9.0),
        ({"retry-after": http(NOON + timedelta(seconds=20)), "date": http(NOON)}, 20.0),
        ({"retry-after": http(NOON - timedelta(days=1)), "date": http(NOON)}, 0.0),
        ({"retry-after": http(NOON + timedelta(days=9)), "date": http(NOON)}, LONGEST_WAIT),
        ({"retry-after": "Tue, 06 May 2031 12:00:09 -0000", "date": http(NOON)}, 9.0),
        ({"retry-after": "Wed, 99 Xyz 2031 99:99:99 GMT"}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_header_means_something(said: str, date: str) -> None:
    seconds = retry_after({"retry-after": said, "date": date})
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"error": {"message": "No credit.", "type": "x"}}', "No credit."),
        ('{"error": "No credit."}', "No credit."),
        ('{"message": "No credit."}', "No credit."),
        ('{"detail": [{"loc": ["body"], "msg": "No credit."}]}', "No credit."),
        ('{"detail": "No credit."}', "No credit."),
        ('{"error": {"message": 7}}', "Payment Required"),
        ("{}", "Payment Required"),
        ("<h1>No credit.</h1>", "Payment Required"),
        ("", "Payment Required"),
        ("[" * 100_000, "Payment Required"),
    ],
)
def test_what_went_wrong(body: str, reason: str) -> None:
    assert BLAME.refused(402, {}, body).error.params["reason"] == reason


@given(st.recursive(st.none() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)))
def test_any_answer_is_an_error(answer: Any) -> None:
    for status in (302, 400, 404, 429, 500, 777):
        assert BLAME.refused(status, {"location": str(answer)}, json.dumps(answer)).error.key.startswith("endpoint.")
    assert BLAME.said(answer).error.key == "endpoint.said"


@pytest.mark.parametrize(
    "error",
    [
        {"type": "exceed_context_size_error", "message": "x", "n_prompt_tokens": 5000, "n_ctx": 4096},
        {"code": "context_length_exceeded", "message": "x"},
        {"message": "The context window is full"},
        "prompt is too long",
    ],
)
def test_too_much_may_also_be_said_inside_of_a_reply(error: object) -> None:
    assert isinstance(BLAME.said(error).error, ContextOverflow)
