"""Her picture beside what she says: the user's own, or where there is none, one of her drawing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, cast

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse

from vtuber_cli import character, paths
from vtuber_cli.errors import VtuberError
from vtuber_cli.server.folders import Folder

if TYPE_CHECKING:
    from starlette.types import Scope

ENDINGS = (".png", ".jpg", ".jpeg", ".gif")
"""The first that is there is hers."""
RIG = "rig.json"
_SIDE = 256
"""Pixels; clients show it in a few dozen."""
_KEPT = 16
_LOG = logging.getLogger(__name__)
_drawing = Lock()

State = tuple[int, int]
"""Of a file: when it was changed, and its size."""


def folder() -> Path:
    """Of the user's own pictures; need not be there."""
    return paths.data_dir() / "avatars"


def named(who: str) -> str:
    """The name of her picture below `/avatars`, by id; empty if there is none. Blocking; nothing is drawn."""
    return every().get(who, "")


def every() -> dict[str, str]:
    """The name of each character's picture below `/avatars`, by id; blocking."""
    known = character.list_characters()
    own = _own(known)
    found: dict[str, str] = {}
    for who, home in known.items():
        name = next((own[wanted] for end in ENDINGS if (wanted := f"{who}{end}") in own), None)
        if name is not None:
            found[who] = name
        elif _state(home / RIG) is not None:
            found[who] = f"{who}.png"
    return found


def picture(name: str) -> bytes | None:
    """The PNG of that name as we draw it; None for any other name than `<id>.png` of someone drawn. Blocking."""
    home = next((home for who, home in character.list_characters().items() if name == f"{who}.png"), None)
    if home is None or (rig := _state(home / RIG)) is None:
        return None
    from vtuber_cli.avatar import expressions_file

    try:
        with _drawing:  # who asks for the same one meanwhile finds it
            return _drawn(home, rig, _state(home / expressions_file.FILE))
    except VtuberError as error:
        _LOG.warning("there is no picture of %s: %s", home.name, error.key)
        return None


class Avatars(Folder):
    """The user's own pictures, and those that we draw where there is none of that name."""

    def __init__(self) -> None:
        super().__init__(folder(), ENDINGS)

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            return await super().get_response(path, scope)
        except HTTPException as missing:
            if missing.status_code != HTTPStatus.NOT_FOUND:
                raise
            if (drawn := await asyncio.to_thread(picture, path)) is None:
                raise
        tag = f'"{sha256(drawn).hexdigest()[:32]}"'
        answer = Response(drawn, media_type="image/png", headers={"etag": tag, "cache-control": "no-cache"})
        asked = Headers(scope=cast("dict[str, object]", scope))
        return NotModifiedResponse(answer.headers) if self.is_not_modified(answer.headers, asked) else answer


@lru_cache(_KEPT)
def _drawn(home: Path, rig: State, faces: State | None) -> bytes | None:
    """Head and shoulders, neutral, on a transparent ground; None if her rig has gone this moment."""
    from vtuber_cli.avatar import figure
    from vtuber_cli.avatar.expressions import CALM

    if (shown := figure.drawn(home)) is None:
        return None
    return shown.painter.png(shown.expressions.get("neutral", CALM).pose(), _SIDE, _SIDE)


def _own(known: Collection[str]) -> dict[str, str]:
    """The user's pictures of these: as they are called, by the same with its ending in small letters."""
    try:
        found = [one for one in folder().iterdir() if one.stem in known and one.suffix.lower() in ENDINGS]
    except OSError:  # there is no such folder, most often
        return {}
    return {f"{one.stem}{one.suffix.lower()}": one.name for one in found if _state(one)}


def _state(file: Path) -> State | None:
    """None if it is no file, or a link, which nobody is served."""
    try:
        found = None if file.is_symlink() or not file.is_file() else file.stat()
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_size)
