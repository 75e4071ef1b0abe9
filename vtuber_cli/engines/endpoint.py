"""An address that speaks OpenAI's protocol: where it is, how it is spoken to, and what the key is good for.

The key goes to the address that the user wrote and nowhere else: redirects are not followed, and over plain HTTP it
goes to this machine only. Proxies of the environment are not asked for this machine, whose business is not theirs.
"""

from __future__ import annotations

import ipaddress
import json
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from vtuber_cli import __version__
from vtuber_cli.engines.exchange import Answer, Exchange
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx
    from pydantic import SecretStr

    from vtuber_cli.engines.base import Stop

_CONNECT_SECONDS = 10.0
_IDLE_SECONDS = 60.0
"""How long a connection waits for the next turn."""


def checked_url(text: str) -> str:
    """The address of an API, tidied.

    Raises:
        ValueError: no address, or one that holds more than an address; says what is wrong.
    """
    text = text.strip().rstrip("/").removesuffix("/chat/completions")
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise ValueError(t("endpoint.bad_url")) from None
    if not sound or not text.isprintable() or " " in text:
        raise ValueError(t("endpoint.bad_url"))
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(t("endpoint.url_with_more"))
    return text


def is_loopback(url: str) -> bool:
    """Whether a URL is of this machine, by what it says and not by what a name server says."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """`example.com:8080`, for messages."""
    return urlsplit(url).netloc


class Endpoint:
    """Requests to one base URL, one at a time: a new one gives up the one before.

    Args:
        url: as `checked_url` returns it.
        key: sent as a bearer token.
    """

    def __init__(self, url: str, key: SecretStr | None) -> None:
        import httpx

        self.host = host_of(url)
        self.local = is_loopback(url)
        self._url = url
        self._key = key
        self._running: Exchange | None = None
        self._connection: Any = None
        self._client = httpx.Client(
            verify=_trust(url),
            trust_env=not self.local,
            follow_redirects=False,
            limits=httpx.Limits(keepalive_expiry=_IDLE_SECONDS),
            timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
            headers={"User-Agent": f"vtuber/{__version__}", "Accept-Encoding": "identity"},
        )

    def post(self, path: str, body: Mapping[str, object]) -> Exchange:
        """Sends `body` as JSON; end the exchange when done."""
        data = json.dumps(body).encode()
        return self._begin(self._build("POST", f"{self._url}{path}", data))

    def get(self, path: str) -> Exchange:
        return self._begin(self._build("GET", f"{self._url}{path}", None))

    def post_beside(self, path: str, body: Mapping[str, object]) -> Exchange:
        """Like `post`, to a path beside the API's own `/v1`."""
        parts = urlsplit(self._url)
        url = urlunsplit((parts.scheme, parts.netloc, parts.path.removesuffix("/v1") + path, "", ""))
        return self._begin(self._build("POST", url, json.dumps(body).encode()))

    def ask(self, exchange: Exchange, stop: Stop, until: float, most: int) -> tuple[int, Any]:
        """The status of a short JSON answer and its content, None if it is none; raises like `Exchange.next`."""
        try:
            answer = exchange.next(stop, until)
            body = exchange.rest(stop, until, most)
        finally:
            exchange.end()
        return answer.status if isinstance(answer, Answer) else 0, parsed(body)

    def close(self) -> None:
        if self._running is not None:
            self._running.end()
        self._client.close()

    def _build(self, method: str, url: str, data: bytes | None) -> httpx.Request:
        headers = {"Content-Type": "application/json"} if data is not None else {}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        return self._client.build_request(method, url, content=data, headers=headers)

    def _begin(self, request: httpx.Request) -> Exchange:
        if (before := self._running) is not None:  # over, or left open and not collected yet
            before.end()
            self._connection = before.connection
        self._running = Exchange(self._client, request, self._connection)
        return self._running


def _trust(url: str) -> ssl.SSLContext:
    """Whom to believe. Without TLS nobody: reading the authorities' certificates would be a tenth of a second lost."""
    import httpx

    return httpx.create_ssl_context() if url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def parsed(body: bytes | str) -> Any:
    """JSON, or None: what a stranger sends may be too deep for the parser too."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
