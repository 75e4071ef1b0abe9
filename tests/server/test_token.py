"""The token: made once, its owner's alone, and never in a log."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from vtuber_cli.errors import StoreError, UsageError
from vtuber_cli.redact import redacted
from vtuber_cli.server.guard import token


def test_it_is_made_once_for_its_owner_alone() -> None:
    secret = token.load()
    assert len(secret) == 32  # 192 bits in base64
    assert os.name == "nt" or stat.S_IMODE(token.file().stat().st_mode) == 0o600
    assert [each.name for each in token.file().parent.iterdir()] == [token.file().name]
    assert token.load() == secret


def test_it_is_taken_out_of_what_is_logged() -> None:
    assert token.load() not in redacted(f"GET /viewer {token.load()}")


def test_of_two_servers_that_start_at_once_one_makes_it() -> None:
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: token.load(), range(16)))
    assert len(found) == 1


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_one_that_others_can_read_is_refused(mode: int) -> None:
    token.load()
    token.file().chmod(mode)
    with pytest.raises(UsageError) as caught:
        token.load()
    assert caught.value.key == "guard.token_exposed"


@pytest.mark.parametrize("text", ["", "short", "x" * 200, "a token with spaces in it", "x" * 30 + "\x00"])
def test_a_file_that_holds_none_is_refused(text: str) -> None:
    token.load()
    token.file().write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        token.load()
    assert caught.value.key == "guard.token_damaged"
    assert not text or text not in str(caught.value)


def test_a_folder_that_cannot_be_written_to() -> None:
    token.file().parent.parent.mkdir(parents=True)
    token.file().parent.write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        token.load()
    assert caught.value.key == "guard.token_unwritable"


def test_what_a_browser_keeps_tells_nothing_of_it() -> None:
    secret = token.load()
    assert secret not in token.cookie(secret)
    assert token.cookie(secret) != token.cookie(secret + "x")
