"""HTTP and sockets: which address is answered by what. The guard stands before all of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response, WebSocket  # noqa: TID253 - only a server imports this module
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse  # noqa: TID253
from starlette.exceptions import HTTPException
from starlette.websockets import WebSocketDisconnect

from vtuber_cli import __version__, character
from vtuber_cli.errors import VtuberError
from vtuber_cli.live2d import core_file
from vtuber_cli.server import avatars, cast, described, folders
from vtuber_cli.server.client.peer import Peer
from vtuber_cli.server.guard.layer import Guard, Rules, pass_of
from vtuber_cli.server.hall import PICTURES
from vtuber_cli.server.metrics.traffic import Traffic
from vtuber_cli.server.onlookers import cards
from vtuber_cli.server.proxy import peer as proxy
from vtuber_cli.server.services import routes

if TYPE_CHECKING:
    from collections.abc import Callable

    from vtuber_cli.server.client.outlet import Send
    from vtuber_cli.server.guard.refusal import Refusal
    from vtuber_cli.server.hall import Hall

_VIEWER = Path(__file__).with_name("viewer")
_READ = ["GET", "HEAD"]


def guarded(hall: Hall, rules: Rules, frontend: Path | None, tell: Callable[[Refusal], None] | None = None) -> Guard:
    """The whole server as one ASGI application.

    Args:
        hall: what all clients share.
        rules: who may come in.
        frontend: another front end's folder, in place of our own page.
        tell: is told of refusals that the owner could do something about.
    """
    guard = Guard(Traffic(_app(hall, frontend), hall.metrics), rules, tell)
    hall.metrics.watch(hall, guard)
    return guard


def _app(hall: Hall, frontend: Path | None) -> Any:
    folders.know_types()
    app = FastAPI(title="vtuber", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    _answer_sockets(app, hall)
    _answer_requests(app, hall)
    routes.join(app, hall)
    proxy.join(app, hall)
    app.mount("/bg", folders.Folder(hall.folder / "backgrounds", PICTURES))
    app.mount("/avatars", avatars.Avatars())
    app.mount("/live2d-core", folders.Folder(core_file.place().parent, (".js",)))
    app.mount("/viewer", folders.Folder(_VIEWER, pages=True))
    if frontend is not None:
        app.mount("/", folders.Folder(frontend, pages=True, theirs=True))
    else:
        app.add_api_route("/", _to("/viewer/"), methods=_READ, response_class=RedirectResponse, status_code=307)
    return app


def _answer_sockets(app: FastAPI, hall: Hall) -> None:
    @app.websocket("/client-ws")
    async def client(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction] - FastAPI calls it
        await socket.accept()
        peer = Peer(hall, socket.receive, _sending(socket), pass_of(socket.scope).place)  # type: ignore[arg-type]
        hall.talkers += 1
        try:
            await peer.run()
        finally:
            hall.talkers -= 1


def _sending(socket: WebSocket) -> Send:
    async def send(event: dict[str, Any]) -> None:
        try:
            await socket.send(event)
        except WebSocketDisconnect as gone:  # Starlette's own, and no OSError
            raise ConnectionResetError from gone

    return send


def _answer_requests(app: FastAPI, hall: Hall) -> None:
    async def health() -> dict[str, object]:
        return {"status": "ok", "name": "vtuber", "version": __version__, "ready": hall.loaded, "clients": hall.talkers}

    async def models() -> JSONResponse:
        found = await asyncio.to_thread(_models)
        return JSONResponse({"type": "live2d-models/info", "count": len(found), "characters": found})

    async def model(who: str, path: str, request: Request) -> Response:
        try:
            file = await asyncio.to_thread(cast.model_of, who)
        except VtuberError:
            file = None
        if file is None:
            raise HTTPException(404)
        return await folders.model_file(file.parent, path, request.scope)

    async def rig(who: str) -> Response:
        return folders.whole(await asyncio.to_thread(cast.rig_of, who))

    async def card(name: str) -> Response:
        if (drawn := await asyncio.to_thread(cards.picture, name)) is None:
            raise HTTPException(404)
        return Response(drawn, media_type="image/png", headers={"cache-control": "private, max-age=86400"})

    async def setup() -> Response:
        return folders.whole(_VIEWER / "setup.html")

    app.add_api_route("/health", health, methods=_READ)
    app.add_api_route("/live2d-models/info", models, methods=_READ)
    parts = described.file("application/json", "application/octet-stream", "image/*", "audio/*") | described.FORBIDDEN
    file: dict[str, Any] = {"methods": _READ, "response_class": FileResponse}
    app.add_api_route("/live2d-models/{who}/{path:path}", model, **file, responses=parts)
    app.add_api_route("/rigs/{who}.json", rig, **file, responses=described.file("application/json"))
    drawing: dict[str, Any] = {"response_class": Response, "responses": described.file("image/png")}
    app.add_api_route(cards.PATH + "/{name}", card, methods=_READ, **drawing)
    app.add_api_route("/setup", setup, methods=_READ, response_class=HTMLResponse)


def _to(path: str) -> Any:
    async def there(request: Request) -> Response:
        query = request.url.query
        return RedirectResponse(f"{path}?{query}" if query else path)

    return there


def _models() -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = []
    pictures = avatars.every()
    for name in character.list_characters():
        try:
            file = cast.model_of(name)
        except VtuberError:
            continue
        if file is not None:
            found.append(
                {"name": name, "avatar": pictures.get(name), "model_path": f"/live2d-models/{name}/{file.name}"}
            )
    return found
