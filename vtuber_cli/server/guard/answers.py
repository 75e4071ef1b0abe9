"""What the guard says by itself, to a request and to a socket that is not accepted."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from vtuber_cli.server.guard import headers
from vtuber_cli.server.guard.body import Event, Receive, Send
from vtuber_cli.server.guard.origins import Authority
from vtuber_cli.server.guard.refusal import Refusal

POLICY = 1008
"""The code that a socket is closed with."""


def completing(send: Send, host: Authority, origin: str | None) -> Send:
    """`send`, with our headers on the answer."""

    async def completed(event: Event) -> None:
        if event["type"] == "http.response.start":
            event = {**event, "headers": headers.completed(event.get("headers", ()), host, origin)}
        await send(event)

    return completed


async def answer(send: Send, status: int, fields: headers.Fields, body: bytes = b"") -> None:
    complete = headers.completed([*fields, (b"content-length", str(len(body)).encode())], None, None)
    await send({"type": "http.response.start", "status": status, "headers": complete})
    await send({"type": "http.response.body", "body": body})


def _fields(refusal: Refusal) -> headers.Fields:
    fields = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    match refusal.status:
        case HTTPStatus.UNAUTHORIZED:
            fields.append((b"www-authenticate", b"Bearer"))
        case HTTPStatus.TOO_MANY_REQUESTS:
            fields.append((b"retry-after", b"60"))
        case HTTPStatus.SERVICE_UNAVAILABLE:
            fields.append((b"retry-after", b"5"))
        case _:
            pass
    return fields


async def refuse(send: Send, refusal: Refusal, host: Authority | None, origin: str | None) -> None:
    fields = headers.completed(_fields(refusal), host, origin)
    await answer(send, refusal.status, fields, refusal.lines.encode())


async def refuse_socket(scope: dict[str, Any], receive: Receive, send: Send, refusal: Refusal) -> None:
    """Refuses before anything is accepted: 503 where there is no room, 403 otherwise."""
    await receive()  # websocket.connect
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": POLICY, "reason": ""})
        return
    status = 503 if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE else 403
    fields = headers.completed(_fields(refusal), None, None)
    await send({"type": "websocket.http.response.start", "status": status, "headers": fields})
    await send({"type": "websocket.http.response.body", "body": refusal.lines.encode()})


def one_line(refusal: Refusal) -> str:
    return " · ".join(refusal.lines.splitlines())
