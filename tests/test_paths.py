"""Where things are: on Linux worked out by ourselves, and where platformdirs would put them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from platformdirs import PlatformDirs

from vtuber_cli import paths

VARIABLES = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
VALUES = st.sampled_from([None, "", "/", "/home/me", "/home/me/", "relative", "~", "~/x", "/a b/ü", "//x", "/x/../y"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries(dict.fromkeys(VARIABLES, VALUES)))
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere platformdirs itself says it")
def test_our_folders_are_those_of_platformdirs(environment: dict[str, str | None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("VTUBER_HOME", raising=False)
        for name, value in environment.items():
            patch.delenv(name, raising=False) if value is None else patch.setenv(name, value)
        for kind in ("config", "data", "log", "cache"):
            theirs = Path(getattr(PlatformDirs("vtuber", appauthor=False), f"user_{kind}_dir"))
            assert paths._user_folder(kind) == theirs


def test_one_variable_moves_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTUBER_HOME", "/somewhere")
    assert [paths.config_dir(), paths.data_dir(), paths.log_dir(), paths.cache_dir()] == [
        Path("/somewhere") / kind for kind in ("config", "data", "log", "cache")
    ]
