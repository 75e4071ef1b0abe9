"""The token that a client has to know: made once, kept in the data folder for its owner only."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from vtuber_cli import paths, redact
from vtuber_cli.errors import StoreError, UsageError

BYTES = 24
"""Of chance: 192 bits."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,128}")


def file() -> Path:
    return paths.data_dir() / "serve.token"


def load() -> str:
    """The token; the first time it is made.

    Raises:
        UsageError: the file can be read by others, or holds no token.
        StoreError: it cannot be written or read.
    """
    path = file()
    try:
        if not os.path.lexists(path):
            _make(path)
        text = _read(path)
    except OSError as error:
        raise StoreError("guard.token_unwritable", path=path, reason=error.strerror or str(error)) from error
    if not _TOKEN.fullmatch(text):
        raise UsageError("guard.token_damaged", path=path)
    redact.hide(text)
    return text


def equals(given: str, token: str) -> bool:
    """Whether it is the token, in a time that tells nothing about it."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), token.encode("ascii"))


def cookie(token: str) -> str:
    """What a browser keeps in the token's place: other programs at this address are sent our cookies as well."""
    return hmac.new(token.encode("ascii"), b"vtuber cookie 1", hashlib.sha256).hexdigest()


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(prefix=".token-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(BYTES) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(name, path)  # of two servers that start at once, one makes it
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            Path(name).replace(path)
    finally:
        with suppress(OSError):
            Path(name).unlink()


def _read(path: Path) -> str:
    with path.open("rb") as stream:
        status = os.fstat(stream.fileno())
        if os.name != "nt" and (status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077):
            raise UsageError("guard.token_exposed", path=path)
        return stream.read(1000).decode("ascii", "replace").strip()
