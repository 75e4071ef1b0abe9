"""Files for browsers: each folder of ours with what may be had from it, no link followed, nothing listed."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from vtuber_cli.server.guard import headers
from vtuber_cli.server.guard.layer import pass_of

if TYPE_CHECKING:
    from starlette.types import Scope

_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".json": "application/json",
    ".webp": "image/webp",
    ".onnx": "application/octet-stream",
    ".moc3": "application/octet-stream",
}
"""What a system may know otherwise, and a browser then refuses to run."""
MODEL_FILES = (".json", ".moc3", ".png", ".jpg", ".jpeg", ".webp", ".wav", ".mp3", ".ogg")


def know_types() -> None:
    for ending, name in _TYPES.items():
        mimetypes.add_type(name, ending)


class Folder(StaticFiles):
    """One folder.

    Args:
        folder: need not be there.
        endings: of the names that are served, in small letters; None for all.
        pages: a folder is answered by the `index.html` in it.
        theirs: it is a front end of somebody else's, which may do more within itself than our pages.
    """

    def __init__(
        self, folder: Path, endings: Collection[str] | None = None, *, pages: bool = False, theirs: bool = False
    ) -> None:
        super().__init__(directory=folder, check_dir=False, html=pages)
        self._endings = endings
        self._theirs = theirs

    async def check_config(self) -> None:
        """Nothing: a folder that is not there has no files, and that is no failure of ours."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        found, status = super().lookup_path(path)
        if status is None or self.directory is None:
            return found, status
        asked = os.path.join(os.path.realpath(self.directory), path)  # noqa: PTH118 - without a look at the disk
        # What is really there has another name if a link was on the way, and so it has in folders that know no case.
        if os.path.normpath(asked) != os.path.normpath(found) or _is_hidden(path):
            return "", None
        return found, status

    async def get_response(self, path: str, scope: Scope) -> Response:
        if self._endings is not None and not path.lower().endswith(tuple(self._endings)):
            return PlainTextResponse("Forbidden file type", status_code=403)
        response = await super().get_response(path, scope)
        if self._theirs:
            policy = headers.frontend_policy(pass_of(cast("dict[str, Any]", scope)).host)
            response.headers["content-security-policy"] = policy.decode()
        return response


async def model_file(root: Path, path: str, scope: Scope) -> Response:
    """A file of a Live2D model; `root` is the folder with its `.model3.json`."""
    return await Folder(root, MODEL_FILES).get_response(path, scope)


def whole(file: Path | None) -> Response:
    """One file, whatever its name.

    Raises:
        HTTPException: 404.
    """
    if file is None or not file.is_file():
        raise HTTPException(404)
    return FileResponse(file)


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") and part != "." for part in Path(path).parts)
