"""Endpoints behind TLS: whom we believe, and that one can stop there too."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.engines.loopback import Loopback, Peer, event, good
from tests.engines.test_llm_openai import engine, reply
from vtuber_cli import keys
from vtuber_cli.engines.base import Stop
from vtuber_cli.errors import EngineFailed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, to make a certificate, is not here")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that its owner has signed, and its key beside it."""
    file = tmp_path_factory.mktemp("tls") / "cert.pem"
    wanted = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=somebody"
        " -addext subjectAltName=IP:127.0.0.1"
    )
    files = ("-keyout", str(file.with_suffix(".key")), "-out", str(file))
    subprocess.run(["openssl", *wanted.split(), *files], check=True, capture_output=True)
    return file


def over_tls(server: Loopback, certificate: Path) -> str:
    """Has the server speak TLS; returns its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    server.tls = context
    return server.url.replace("http:", "https:")


def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_key_is_sent(certificate: Path) -> None:
    keys.put("MY_KEY", "sk-not-to-be-seen", in_file=True)
    with Loopback([good()]) as server:
        url = over_tls(server, certificate)
        with engine(url, key="MY_KEY", retries=3) as made, pytest.raises(EngineFailed) as raised:
            reply(made)
        assert raised.value.key == "endpoint.certificate"
        assert "self-signed" in str(raised.value.params["reason"])
        assert not server.asked
        assert server.connections == 1


def test_the_user_may_vouch_for_it(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Loopback([good()]) as server, engine(over_tls(server, certificate)) as made:
        assert [reply(made) for _ in range(3)] == ["Hello there."] * 3
        assert server.connections == 1


def test_not_under_another_name(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Loopback([good()]) as server:
        url = over_tls(server, certificate).replace("127.0.0.1", "localhost")
        with engine(url) as made, pytest.raises(EngineFailed, match=r"endpoint\.certificate"):
            reply(made)


@pytest.mark.parametrize("headers", [False, True])
def test_stop_is_heard_at_once(certificate: Path, monkeypatch: pytest.MonkeyPatch, headers: bool) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def stalls(peer: Peer) -> None:
        if headers:
            peer.head()
            peer.send(event("Once"))
        peer.wait_until_gone()

    stop = Stop()
    with Loopback([stalls, good()]) as server, engine(over_tls(server, certificate)) as made:
        timer = threading.Timer(0.3, stop.set)
        timer.start()
        began = time.monotonic()
        reply(made, stop)
        assert time.monotonic() - began < 1.0
        timer.join()
        assert server.peers[0].gone.wait(2)
        assert reply(made) == "Hello there."


def test_stop_is_heard_in_a_handshake_that_never_ends() -> None:
    stop = Stop()
    with Loopback([good()]) as server:  # speaks no TLS: it waits for a request for ever
        url = server.url.replace("http:", "https:")
        with engine(url, retries=0) as made:
            threading.Timer(0.2, stop.set).start()
            began = time.monotonic()
            assert reply(made, stop) == ""
            assert time.monotonic() - began < 1.0


def test_http_where_tls_was_expected_is_said_so() -> None:
    with Loopback([good()]) as server:
        url = server.url.replace("http:", "https:")
        with engine(url, retries=0, first_token_seconds=0.5) as made, pytest.raises(EngineFailed) as raised:
            reply(made)
    assert raised.value.key in ("endpoint.silent", "endpoint.unreachable")
