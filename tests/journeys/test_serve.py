"""`vtuber serve` begins and ends well while its real engines are still being loaded."""

from __future__ import annotations

import signal

import pytest

from tests.journeys.program import Running, until

pytestmark = pytest.mark.model


def test_it_answers_before_the_engines_are_loaded_and_ends_while_they_are() -> None:
    with Running("serve", "--port", "0") as program:
        until(lambda: "http://" in program.out.text, "where it is")
        assert "is loaded" not in program.err.text
        program.send(signal.SIGTERM)
        print(f"ended_s: {program.wait():.1f}")
        assert program.end().code == 0
