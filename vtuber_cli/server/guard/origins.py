"""Whom a request is for, and which page it comes from: the rules for `Host` and `Origin`. Pure.

A page from anywhere can reach 127.0.0.1, and a name that somebody else owns can be made to point there. So `Host` has
to be one of our names (DNS rebinding), and `Origin`, where there is one, ours or one that was allowed, to the letter.
An address in `Host` that is the one the request came in at is ours too: rebinding takes a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from vtuber_cli.config import ORIGIN
from vtuber_cli.server.guard.refusal import Refusal

Headers = Sequence[tuple[bytes, bytes]]
"""As ASGI has them: names in small letters."""

_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::([0-9]{1,5}))?")
_ORIGIN = re.compile(ORIGIN)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def all_of(headers: Headers, name: bytes) -> list[bytes]:
    """Every value of a header."""
    return [value for each, value in headers if each == name]


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """An address as people write it, with or without brackets; of an IPv4 address inside IPv6, that."""
    try:
        found = ip_address(text.removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def is_loopback(text: str) -> bool:
    """Whether an address, or `localhost`, is this machine and nothing else."""
    found = address_of(text)
    return text.lower() == "localhost" or (found is not None and found.is_loopback)


@dataclass(frozen=True, slots=True)
class Authority:
    """A host and a port, as `Host` has them."""

    host: str
    """In small letters; an IPv6 address in brackets."""
    port: int | None

    def __str__(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Names:
    """Who we are, and who else may ask.

    Args:
        hosts: further names of ours, `name` or `name:port`.
        origins: of pages that are not ours.
    """

    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()

    @classmethod
    def of(cls, hosts: Iterable[str], origins: Iterable[str]) -> Names:
        return cls(frozenset(hosts), frozenset(plain_origin(each) for each in origins))

    def host(self, headers: Headers, server: tuple[str, int], scheme: str) -> Authority:
        """The `Host` of a request that came in at the address and port of `server`.

        Raises:
            Refusal: there is none, or two, or it is no host (400); or it is none of ours (421).
        """
        found = all_of(headers, b"host")
        if len(found) != 1:
            raise Refusal("guard.doubled" if found else "guard.no_host", 400, name="Host")
        match = _AUTHORITY.fullmatch(found[0].decode("latin-1"))
        if match is None:
            raise Refusal("guard.bad_host", 400)
        given = Authority(match[1].lower(), None if match[2] is None else int(match[2]))
        if not self._is_ours(given, server, scheme):
            raise Refusal("guard.foreign_host", 421, host=str(given), port=server[1])
        return given

    def origin(self, headers: Headers, host: Authority, port: int, scheme: str) -> str | None:
        """The `Origin` of a request, or None if it has none, as programs that are no browsers.

        Raises:
            Refusal: it is another one, or there are two.
        """
        found = all_of(headers, b"origin")
        if not found:
            return None
        if len(found) > 1:
            raise Refusal("guard.doubled", name="Origin")
        given = found[0].decode("latin-1")
        if given in self.origins or (given != "null" and given in own_origins(host, port, scheme)):
            return given
        if _ORIGIN.fullmatch(given) is None:
            raise Refusal("guard.bad_origin")
        raise Refusal("guard.foreign_origin", origin=given)

    def _is_ours(self, given: Authority, server: tuple[str, int], scheme: str) -> bool:
        if str(given) in self.hosts:
            return True
        port_fits = (given.port or _DEFAULT_PORTS[scheme]) == server[1]
        if given.host in self.hosts:  # a name without a port: at ours, or behind somebody who listens at the usual one
            return port_fits or given.port is None
        address = address_of(given.host)
        here = is_loopback(given.host) or (address is not None and address == address_of(server[0]))
        return port_fits and here


def own_origins(host: Authority, port: int, scheme: str) -> frozenset[str]:
    """The origins of our own pages: what the request itself calls us, and this machine under each of its names."""
    mine = {str(host), *(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))}
    return frozenset(plain_origin(f"{scheme}://{each}") for each in mine)


def plain_origin(origin: str) -> str:
    """An origin as browsers say it: without the port that its scheme has anyway."""
    scheme, _, rest = origin.partition("://")
    default = _DEFAULT_PORTS.get(scheme)
    return origin.removesuffix(f":{default}") if default and rest else origin
