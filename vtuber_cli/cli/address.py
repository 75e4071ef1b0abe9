"""The address that we listen at: had before anything slow is loaded, and by its name for people."""

from __future__ import annotations

import socket
from typing import cast

from vtuber_cli.errors import UsageError

_BACKLOG = 2048
_HERE_SECONDS = 1.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what is shown in their place


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        UsageError: it cannot be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UsageError("serve.no_address", host=host, reason=error.strerror or str(error)) from error
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows, where the other option lets two share a port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(_BACKLOG)
    except OSError as error:
        found.close()
        raise _taken(host, port, error) from error
    return found


def url(host: str, port: int) -> str:
    """With a slash at its end."""
    return f"http://{_ANYWHERE.get(host, f'[{host}]' if ':' in host else host)}:{port}/"


def _taken(host: str, port: int, error: OSError) -> UsageError:
    import errno

    if error.errno != errno.EADDRINUSE:
        return UsageError("serve.no_address", host=f"{host}:{port}", reason=error.strerror or str(error))
    if _is_ours(host, port):
        return UsageError("serve.already", url=url(host, port), port=port)
    return UsageError("serve.port_taken", port=port)


def _is_ours(host: str, port: int) -> bool:
    """Whether what answers there is a `vtuber serve`."""
    import json
    from http.client import HTTPConnection, HTTPException

    there = HTTPConnection(_ANYWHERE.get(host, host).strip("[]"), port, timeout=_HERE_SECONDS)
    try:
        there.request("GET", "/health")
        found: object = json.loads(there.getresponse().read(10_000))
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        there.close()
    return isinstance(found, dict) and ("name", "vtuber") in cast("dict[str, object]", found).items()
