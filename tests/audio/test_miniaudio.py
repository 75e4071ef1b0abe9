from __future__ import annotations

import enum
from typing import Any

import pytest

from vtuber_cli.audio import backend, miniaudio

Backend = enum.Enum("Backend", {name: number for number, name in enumerate(miniaudio._SYSTEMS)})


class MiniaudioError(Exception): ...


class Sound:
    """The library on a machine without a sound system: it takes its time to find that out."""

    Backend = Backend
    MiniaudioError = MiniaudioError

    def __init__(self) -> None:
        self.asked = 0

    def Devices(self, systems: list[Any]) -> object:
        self.asked += 1
        raise MiniaudioError("cannot init context", -203)


def test_both_directions_are_looked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = Sound()
    monkeypatch.setattr(miniaudio, "_loaded", [miniaudio.MiniAudio(sound)])
    assert backend.survey("miniaudio") == {"input": (), "output": ()}
    assert sound.asked == 1
