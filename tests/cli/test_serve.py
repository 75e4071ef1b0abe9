"""`vtuber serve` as a program: where it says that it is, what it refuses, how it ends."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from vtuber_cli import paths

ECHO = ("--engines", "echo", "--port", "0")


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "vtuber_cli", "serve", *args]


@contextmanager
def serving(*args: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program and its address, once it has said it."""
    program = subprocess.Popen(
        command(*ECHO, *args), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ.copy()
    )
    try:
        assert program.stdout is not None
        assert select.select([program.stdout], [], [], 60)[0]
        line = program.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line + (program.stderr.read() if program.poll() is not None and program.stderr else "")
        yield program, found[0]
    finally:
        program.kill()
        program.communicate()


def refused(*args: str) -> tuple[int, list[str]]:
    done = subprocess.run(command(*args), capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr.splitlines()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_and_ends_well(number: signal.Signals) -> None:
    with serving() as (program, url):
        with urllib.request.urlopen(f"{url}health", timeout=20) as answer:
            assert json.load(answer)["name"] == "vtuber"
        began = time.monotonic()
        program.send_signal(number)
        _, errors = program.communicate(timeout=30)
        assert program.returncode == 0, errors
        assert time.monotonic() - began < 10  # a busy machine; 1 s on an idle one
        assert "Traceback" not in errors


def test_a_second_one_is_told_of_the_first() -> None:
    with serving() as (_, url):
        port = url.rsplit(":", 1)[1].strip("/")
        code, lines = refused("--engines", "echo", "--port", port)
    assert code == 2
    assert lines[0] == f"vtuber: vtuber serve is running already, at http://127.0.0.1:{port}/"


def test_another_program_at_the_port_is_named_by_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, lines = refused("--engines", "echo", "--port", str(port))
    assert (code, lines[0]) == (2, f"vtuber: another program listens at port {port}")


def test_nobody_is_exposed_without_a_token() -> None:
    code, lines = refused("--engines", "echo", "--host", "0.0.0.0", "--port", "0")
    assert code == 2
    assert lines[0] == "vtuber: others can reach 0.0.0.0, and they would need no token"
    assert lines[1].startswith("hint: vtuber serve --token")
    assert not paths.data_dir().joinpath("serve.token").exists()


def test_with_a_token_the_address_has_it_and_the_rest_is_refused() -> None:
    with serving("--token") as (_, url):
        bare = url.partition("?")[0]
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{22,}", url)
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(f"{bare}viewer/", timeout=20)
        assert error.value.code == 401
        error.value.close()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        browser.addheaders = [("Accept", "text/html")]
        with browser.open(url, timeout=20) as answer:
            assert b"viewer.js" in answer.read()
            assert "token" not in answer.url


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.7"])
def test_an_address_that_is_not_ours(host: str) -> None:
    code, lines = refused("--engines", "echo", "--token", "--host", host, "--port", "0")
    assert code == 2
    assert "is no address to listen at" in lines[0]


def test_a_front_end_has_a_page() -> None:
    code, lines = refused("--engines", "echo", "--frontend", "/nonexistent")
    assert (code, lines[0]) == (2, "vtuber: there is no index.html in /nonexistent")


def test_its_help_imports_no_server() -> None:
    code = (
        "import sys; from vtuber_cli.__main__ import main; sys.argv[1:] = ['serve', '--help']\n"
        "try: main()\nexcept SystemExit: pass\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "vtuber_cli.cli.serve" in loaded
    assert not loaded & {"fastapi", "starlette", "uvicorn", "orjson", "numpy"}
