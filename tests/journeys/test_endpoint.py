"""A talk through an endpoint that fails in every way goes on, and its key is nowhere to be seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.loopback import Loopback, Peer, event, good, status
from tests.journeys.program import kept, run
from vtuber_cli import paths
from vtuber_cli.events import Maker

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "sk-not-to-be-seen-0123456789"


def talk(server: Loopback, *typed: str, **options: object) -> tuple[str, str]:
    """What is written to stdout and stderr."""
    settings = {"base_url": server.url, "key": "MY_KEY", "retries": 0, **options}
    flags = [f"--set=engines.llm.options.{name}={value}" for name, value in settings.items()]
    ended = run(
        *("chat", "--plain", "--no-audio", "--engines=echo", "--set=engines.llm.name=openai", *flags),
        typed="".join(f"{line}\n" for line in typed),
        env={"MY_KEY": SECRET, "VTUBER_LOG": "debug"},
    )
    assert "Traceback" not in ended.err
    return ended.out, ended.err


def resets(peer: Peer) -> None:
    peer.reset()


def breaks_off(peer: Peer) -> None:
    peer.head()
    peer.send(event("Once upon a time, "), event("there was "))


def repeats(peer: Peer) -> None:
    peer.answer("500 Oops", f'{{"error": "cannot use {SECRET}"}}', Set_Cookie=SECRET)


FAILURES: list[Callable[[Peer], object]] = [
    good(),  # reads what every prompt begins with
    status("401 Unauthorized", f'{{"error": "Incorrect API key: {SECRET}"}}'),
    repeats,
    resets,
    breaks_off,
    status("200 OK", f"<html>{SECRET}</html>", kind="text/html"),
    status("302 Found", Location=f"https://example.com/{SECRET}?{SECRET}"),
    lambda peer: peer.send(f"HTTP/1.1 200 OK\r\n{SECRET}\r\n\r\n"),
    good("I am back."),
]


def test_a_talk_outlives_whatever_its_endpoint_does() -> None:
    said = [f"number {count}" for count in range(len(FAILURES) - 1)]
    with Loopback(FAILURES, models=["m"]) as server:
        out, err = talk(server, *said)
        assert all(asked.key == f"Bearer {SECRET}" for asked in server.asked)
        assert len(server.asked) == len(FAILURES)
    assert [line for line in out.splitlines() if line.startswith("you: ")] == [f"you: {line}" for line in said]
    assert out.splitlines()[-1] == "mika: I am back."
    assert "does not accept the key MY_KEY" in err
    assert "hint: vtuber key set MY_KEY" in err
    assert len([line for line in err.splitlines() if line.startswith("! ") and "hint" not in line]) >= 5
    assert [entry.text for entry in kept() if entry.role == "user"] == said


def test_its_key_is_nowhere_to_be_seen() -> None:
    with Loopback(FAILURES, models=["m"]) as server:
        out, err = talk(server, *(f"number {count}" for count in range(len(FAILURES) - 1)))
    assert SECRET not in out + err
    files = [file for file in Path(paths.log_dir()).parent.rglob("*") if file.is_file()]
    assert any(file.name == "vtuber.log" for file in files)
    for file in files:
        assert SECRET.encode() not in file.read_bytes(), file


@pytest.mark.parametrize("fallback", ["echo"])
def test_another_model_answers_and_says_so_once(fallback: str) -> None:
    with Loopback([status("503 Service Unavailable")], models=["m"]) as server:
        out, err = talk(server, "one", "two", "three", fallback=fallback)
    assert [line for line in out.splitlines() if line.startswith("mika: ")][-1:] == ["mika: three"]
    assert err.count("on this computer, answers instead") == 1
    assert "! " not in err
    makers = {entry.work.think for entry in kept() if entry.role == "assistant" and entry.work}
    assert makers == {Maker("echo")}
