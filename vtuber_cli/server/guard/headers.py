"""What every answer carries besides: that browsers guess no types, say nowhere where they were, and run our scripts."""

from __future__ import annotations

from collections.abc import Iterable

from vtuber_cli.server.guard.origins import Authority, is_loopback

Fields = list[tuple[bytes, bytes]]

_ALWAYS: Fields = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
_PREFLIGHT: Fields = [
    (b"access-control-allow-methods", b"GET, HEAD, POST"),
    (b"access-control-allow-headers", b"authorization, content-type, range"),
    (b"access-control-max-age", b"600"),
]


def page_policy(host: Authority) -> bytes:
    """The policy for a page of ours: everything from here, nothing inline but styles, and in no frame of others."""
    here = _here(host)
    return (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        f"img-src {here} data: blob:; media-src {here} data: blob:; worker-src 'self' blob:; "
        f"connect-src {here} data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    ).encode("ascii")


def frontend_policy(host: Authority) -> bytes:
    """The policy for a front end of somebody else's that we serve: what it does, it does with this server only."""
    here = _here(host)
    return (
        f"default-src {here} data: blob: 'unsafe-inline' 'unsafe-eval'; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'self'"
    ).encode("ascii")


def _here(host: Authority) -> str:
    """This server under the name that it was called by, and under the other names of this machine: Open-LLM-VTuber's
    front end asks 127.0.0.1, wherever it comes from itself."""
    names = [str(host)]
    if is_loopback(host.host):
        names += [str(Authority(name, host.port)) for name in ("127.0.0.1", "localhost") if name != host.host]
    return " ".join(["'self'", *(f"{scheme}://{name}" for name in names for scheme in ("http", "https", "ws", "wss"))])


def completed(given: Iterable[tuple[bytes, bytes]], host: Authority | None, origin: str | None) -> Fields:
    """An answer's headers with ours; what it sets itself stays.

    Args:
        given: the answer's own.
        host: what the request called us; None where that is not known to be ours.
        origin: the page that asked, if it was let in.
    """
    fields = [(name.lower(), value) for name, value in given]
    there = dict(fields)
    fields += [field for field in _ALWAYS if field[0] not in there]
    is_page = there.get(b"content-type", b"").lower().startswith((b"text/html", b"application/xhtml", b"image/svg"))
    if is_page and host is not None and b"content-security-policy" not in there:
        fields.append((b"content-security-policy", page_policy(host)))
    if origin is not None and b"access-control-allow-origin" not in there:
        fields += [(b"access-control-allow-origin", origin.encode("ascii")), (b"vary", b"origin")]
    return fields


def preflight(origin: str, *, private: bool) -> Fields:
    """The answer to a browser that asks whether a page may ask."""
    fields = [*_PREFLIGHT, (b"access-control-allow-origin", origin.encode("ascii")), (b"vary", b"origin")]
    return [*fields, (b"access-control-allow-private-network", b"true")] if private else fields
