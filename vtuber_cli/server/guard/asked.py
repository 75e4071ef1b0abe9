"""What the guard looks at of a request: nothing that it has to trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, quote, urlencode

from vtuber_cli.server.guard.origins import Headers, all_of
from vtuber_cli.server.guard.refusal import Refusal

_LONGEST_TARGET = 8192
_LONGEST_HEADERS = 32 * 1024
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, or a socket that asks to be accepted."""

    method: str
    scheme: str
    """http or https, of sockets too."""
    path: str
    raw_path: bytes
    query: bytes
    headers: Headers
    client: str
    server: tuple[str, int]

    @classmethod
    def of(cls, scope: dict[str, Any], port: int) -> Asked:
        server, client = scope.get("server") or ("127.0.0.1", port), scope.get("client") or ("unknown", 0)
        return cls(
            method=scope.get("method", "GET"),
            scheme="https" if scope.get("scheme") in ("https", "wss") else "http",
            path=scope["path"],
            raw_path=scope.get("raw_path") or quote(scope["path"]).encode("ascii"),
            query=scope.get("query_string", b""),
            headers=cast("Headers", scope["headers"]),
            client=str(client[0]),
            server=(str(server[0]), server[1] or port),
        )

    def first(self, name: bytes) -> str:
        found = all_of(self.headers, name)
        return found[0].decode("latin-1") if found else ""

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query.decode("latin-1"), keep_blank_values=True)

    @property
    def token_in_query(self) -> str | None:
        return next((value for name, value in self.parameters if name == "token"), None)

    @property
    def given_token(self) -> str | None:
        """As `Authorization: Bearer`, or in the address."""
        scheme, _, value = self.first(b"authorization").partition(" ")
        return value.strip() if scheme.lower() == "bearer" else self.token_in_query

    @property
    def looks_on(self) -> bool:
        return ("role", "viewer") in self.parameters

    @property
    def is_preflight(self) -> bool:
        return self.method == "OPTIONS" and bool(self.first(b"access-control-request-method"))

    @property
    def asks_for_private_network(self) -> bool:
        return self.first(b"access-control-request-private-network") == "true"

    @property
    def is_embedded_elsewhere(self) -> bool:
        """A page from elsewhere has it as a picture or a frame, and could use up the tries of whoever looks at it."""
        return self.first(b"sec-fetch-site") == "cross-site" and self.first(b"sec-fetch-dest") != "document"

    @property
    def wants_a_page(self) -> bool:
        return self.method == "GET" and "text/html" in self.first(b"accept")

    def cookies(self, name: str) -> list[str]:
        pairs = (part.partition("=") for each in all_of(self.headers, b"cookie") for part in _parts(each))
        return [value for key, _, value in pairs if key == name]


def _parts(cookies: bytes) -> Sequence[str]:
    return [part.strip() for part in cookies.decode("latin-1").split(";")]


def cookie_name(asked: Asked) -> str:
    """One for each port: browsers keep the cookies of an address together, whatever the port."""
    return f"vtuber-{asked.server[1]}"


def check_target(asked: Asked) -> None:
    """HTTP knows addresses of other forms (`*`, `host:port`, `http://host/`), which lead nowhere here."""
    if not asked.path.startswith("/"):
        raise Refusal("guard.no_path", 400)


def check_size(asked: Asked) -> None:
    if len(asked.raw_path) + len(asked.query) > _LONGEST_TARGET:
        raise Refusal("guard.target_too_long", 414)
    if sum(len(name) + len(value) for name, value in asked.headers) > _LONGEST_HEADERS:
        raise Refusal("guard.headers_too_large", 431)


def check_cross_site(asked: Asked, origin: str | None) -> None:
    """A browser that posts for a page from elsewhere says so, even where it says no origin."""
    if asked.method not in _SAFE and origin is None and asked.first(b"sec-fetch-site") in ("cross-site", "same-site"):
        raise Refusal("guard.cross_site")


def length(fields: Headers) -> int:
    found = all_of(fields, b"content-length")
    return int(found[0]) if found and found[0].isdigit() else 0


def without_token(asked: Asked) -> bytes:
    """The same address without the token. One slash at its beginning: two would lead to another host."""
    rest = urlencode([pair for pair in asked.parameters if pair[0] != "token"])
    path = b"/" + asked.raw_path.lstrip(b"/\\")
    return path + (b"?" + rest.encode("ascii") if rest else b"")
