"""What a server does for clients without a talk, by address."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response, UploadFile  # noqa: TID253 - only a server imports this
from fastapi.exceptions import RequestValidationError  # noqa: TID253
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse  # noqa: TID253
from fastapi.routing import APIRoute  # noqa: TID253
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import WebSocketRoute

from vtuber_cli.errors import UsageError, VtuberError
from vtuber_cli.i18n import t
from vtuber_cli.server import described, folders, wire
from vtuber_cli.server.metrics import exposition
from vtuber_cli.server.services import hearing
from vtuber_cli.server.services.fortunes import Fortunes
from vtuber_cli.server.services.requests import Requests
from vtuber_cli.server.services.speaking import CACHE, Speaking

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from vtuber_cli.server.guard.body import Receive, Send
    from vtuber_cli.server.guard.layer import Scope
    from vtuber_cli.server.hall import Hall

_TOOL = Path(__file__).parent.with_name("web_tool")
_READ = ["GET", "HEAD"]
_GONE = 499
"""As others call a client that did not wait; nobody reads it."""
_AGAIN_SECONDS = 5


class Transcribed(BaseModel):
    text: str


class NotTranscribed(BaseModel):
    error: str
    code: str


def join(app: FastAPI, hall: Hall) -> None:
    """Adds them to the application."""
    _answer_sockets(app, hall)
    _answer_uploads(app, hall)
    _answer_fetches(app, hall)
    app.mount("/web-tool", folders.Folder(_TOOL, pages=True))


class _Line:
    """Pure ASGI: for a client that is gone, Starlette's own sockets raise what is no `OSError`."""

    def __init__(self, hall: Hall, kind: wire.Socket, answer: Any) -> None:
        self._hall = hall
        self.kind = kind
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        await Requests(self.kind, receive, send, self._answer, self._hall.metrics.error).run(self._hall.closing)


def _answer_sockets(app: FastAPI, hall: Hall) -> None:
    lines = (
        _Line(hall, wire.TTS, Speaking(hall.talks, hall.sounds).answer),
        _Line(hall, wire.FORTUNE, Fortunes(hall.talks, hall.sounds).answer),
    )
    app.router.routes += [WebSocketRoute(line.kind.path, line) for line in lines]


def _answer_uploads(app: FastAPI, hall: Hall) -> None:
    async def asr(request: Request, file: UploadFile) -> Response:
        async def gone() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass

        try:
            text = await hearing.transcribed(hall.talks, file.file, gone)
        except hearing.Gone:
            return Response(status_code=_GONE)
        except VtuberError as error:
            hall.metrics.error(error.key)
            status = hearing.status_of(error)
            again = {"retry-after": str(_AGAIN_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
            return JSONResponse(hearing.told(error), status, again)
        return JSONResponse({"text": text})

    refused: dict[int | str, dict[str, Any]] = {status: {"model": NotTranscribed} for status in (400, 500, 503)}
    app.router.add_api_route(
        "/asr",
        asr,
        methods=["POST"],
        response_model=None,
        responses={200: {"model": Transcribed}, **refused},
        route_class_override=_Upload,
    )


class _Upload(APIRoute):
    """Says in our words what is wrong with a body that cannot be taken apart."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except HTTPException as error:
                if error.status_code != HTTPStatus.BAD_REQUEST:
                    raise
                return JSONResponse(hearing.told(UsageError("server.upload_broken")), HTTPStatus.BAD_REQUEST)
            except RequestValidationError:  # it would repeat what was sent
                told = {"type": "missing", "loc": ["body", "file"], "msg": t("server.no_file")}
                return JSONResponse({"detail": [told]}, HTTPStatus.UNPROCESSABLE_ENTITY)

        return handled


def _answer_fetches(app: FastAPI, hall: Hall) -> None:
    async def sound(name: str) -> Response:
        found = hall.sounds.find(name)
        if found is None:
            raise HTTPException(404)
        return FileResponse(found, media_type="audio/wav")

    async def tool(request: Request) -> Response:
        query = request.url.query
        return RedirectResponse(f"/web-tool/?{query}" if query else "/web-tool/", 302)

    async def metrics() -> Response:
        return Response(hall.metrics.text(), media_type=exposition.CONTENT_TYPE)

    app.add_api_route("/metrics", metrics, methods=_READ, response_class=PlainTextResponse)
    wav = described.file("audio/wav")
    app.add_api_route(f"{CACHE}/{{name}}", sound, methods=_READ, response_class=FileResponse, responses=wav)
    app.add_api_route("/web_tool", tool, methods=_READ, response_class=RedirectResponse, status_code=302)
