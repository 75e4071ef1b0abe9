"""Before everything: whether a request or a socket may come in. Pure ASGI, and before a socket is accepted.

In this order: a target that is too long, `Host`, `Origin`, a page that posts from elsewhere, the token, room. What is
let in finds a `Pass` in its scope. GET changes nothing here, so a link from anywhere may lead to our pages.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeAlias, cast

from vtuber_cli.config import Server
from vtuber_cli.errors import UsageError
from vtuber_cli.server import wire
from vtuber_cli.server.guard import headers, token
from vtuber_cli.server.guard.admission import Limits, Place, Places, Tries
from vtuber_cli.server.guard.answers import POLICY, answer, completing, one_line, refuse, refuse_socket
from vtuber_cli.server.guard.asked import (
    Asked,
    check_cross_site,
    check_size,
    check_target,
    cookie_name,
    length,
    without_token,
)
from vtuber_cli.server.guard.body import Body, Event, Receive, Send, heard_out, too_large
from vtuber_cli.server.guard.origins import Authority, Names, all_of, is_loopback
from vtuber_cli.server.guard.refusal import Refusal
from vtuber_cli.server.messages import Auth

Scope: TypeAlias = dict[str, Any]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_FOUND = "vtuber.guard"
"""Where a scope holds its `Pass`."""
TOKEN_SECONDS = 5.0
"""How long a socket without a token may take to say it."""

_LOG = logging.getLogger(__name__)

_SAID_AGAIN_SECONDS = 60.0
_MOST_SAID = 20


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may come in.

    Args:
        port: where we listen, if the scope does not say.
        token: what a client has to know, or None.
        open_paths: what is answered without the token.
    """

    names: Names = field(default_factory=Names)
    limits: Limits = field(default_factory=Limits)
    port: int = 12393
    token: str | None = None
    open_paths: frozenset[str] = frozenset({"/health"})

    @classmethod
    def of(cls, server: Server, secret: str | None) -> Rules:
        """The rules that the settings make, with the token if there is to be one.

        Raises:
            UsageError: others can reach the address, and there is no token.
        """
        if secret is None and not is_loopback(server.host):
            raise UsageError("guard.exposed", host=server.host)
        limits = Limits(
            sessions=server.max_sessions,
            sessions_per_address=server.max_sessions_per_address,
            viewers=server.max_viewers,
            upload_bytes=server.max_upload_mb * 2**20,
        )
        return cls(Names.of(server.allow_host, server.allow_origin), limits, server.port, secret)


@dataclass(frozen=True, slots=True)
class Pass:
    """Who was let in."""

    client: str
    """The address."""
    host: Authority
    """What the request calls us: one of our names, and fit for an address that leads back here."""
    origin: str | None
    """The page that asks, if it is one."""
    place: Place | None = None
    """Of a socket; `become_viewer` frees its place among the talks."""


def pass_of(scope: Scope) -> Pass:
    """What the guard found out about a request that it let in."""
    return cast("Pass", scope[_FOUND])


class Guard:
    """See the module.

    Args:
        app: what is guarded.
        rules: who may come in.
        tell: is told of each refusal that the owner could do something about, at most once a minute.
        clock: seconds, for what is counted by the minute.
    """

    def __init__(
        self,
        app: App,
        rules: Rules,
        tell: Callable[[Refusal], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.places = Places(rules.limits)
        self.refusals: Counter[str] = Counter()
        """How many were not let in, by the key of the reason."""
        self._app = app
        self._rules = rules
        self._tell = tell
        self._clock = clock
        self._tries = Tries(clock)
        self._said: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._socket(scope, receive, send)

    # --- requests -----------------------------------------------------------------------------------------------

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked.of(scope, self._rules.port)
        host: Authority | None = None
        origin: str | None = None
        try:
            check_target(asked)
            check_size(asked)
            host = self._rules.names.host(asked.headers, asked.server, asked.scheme)
            origin = self._rules.names.origin(asked.headers, host, asked.server[1], asked.scheme)
            check_cross_site(asked, origin)
            if asked.is_preflight and origin is not None:
                await answer(send, 204, headers.preflight(origin, private=asked.asks_for_private_network))
                return
            key = self._check_token(asked, origin)
            if length(asked.headers) > self._rules.limits.upload_bytes:
                raise too_large(self._rules.limits.upload_bytes)
        except Refusal as refusal:
            self._note(refusal, asked)
            if refusal.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                await heard_out(receive)
            await refuse(send, refusal, host, origin)
            return
        if key is not None and asked.wants_a_page:
            await answer(send, 303, [(b"location", without_token(asked)), self._cookie(asked)])
            return
        scope[_FOUND] = Pass(asked.client, host, origin)
        body = Body(receive, completing(send, host, origin), self._rules.limits.upload_bytes)
        try:
            await self._app(scope, body.receive, body.send)
        except Exception:
            if body.refusal is None:  # else it is what an application makes of a client that is gone
                raise
        if body.refusal is not None:
            self._note(body.refusal, asked)
            if body.wants_our_answer:
                if body.is_cut_off:
                    await heard_out(receive)
                await refuse(send, body.refusal, host, origin)

    def _check_token(self, asked: Asked, origin: str | None) -> str | None:
        """Whether a request may go on without the token or with the one it brings; the one of its address, if any.

        Raises:
            Refusal: it may not.
        """
        if self._rules.token is None or asked.path in self._rules.open_paths:
            return None
        if len(all_of(asked.headers, b"authorization")) > 1:
            raise Refusal("guard.doubled", 400, name="Authorization")
        given = None if origin is None and asked.is_embedded_elsewhere else asked.given_token
        if given is None and self._has_cookie(asked):
            return None
        if given is None:
            raise Refusal("guard.no_token", 401)
        self._judge_token(given, asked.client)
        return asked.token_in_query

    def _judge_token(self, given: str, client: str) -> None:
        if self._tries.are_spent(client):
            raise Refusal("guard.too_many_tries", 429)
        if not token.equals(given, cast("str", self._rules.token)):
            self._tries.was_wrong(client)
            raise Refusal("guard.wrong_token", 401)

    def _has_cookie(self, asked: Asked) -> bool:
        wanted = token.cookie(cast("str", self._rules.token))
        return any(token.equals(each, wanted) for each in asked.cookies(cookie_name(asked)))

    def _cookie(self, asked: Asked) -> tuple[bytes, bytes]:
        value = token.cookie(cast("str", self._rules.token))
        secure = "; Secure" if asked.scheme == "https" else ""
        said = f"{cookie_name(asked)}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000{secure}"
        return b"set-cookie", said.encode("ascii")

    # --- sockets ------------------------------------------------------------------------------------------------

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked.of(scope, self._rules.port)
        place: Place | None = None
        waits = False
        try:
            check_target(asked)
            check_size(asked)
            host = self._rules.names.host(asked.headers, asked.server, asked.scheme)
            origin = self._rules.names.origin(asked.headers, host, asked.server[1], asked.scheme)
            try:
                self._check_token(asked, origin)
            except Refusal as refusal:
                if refusal.key != "guard.no_token":
                    raise
                waits = True
            place = self.places.enter(asked.client, viewer=asked.looks_on)
        except Refusal as refusal:
            self._note(refusal, asked)
            await refuse_socket(scope, receive, send, refusal)
            return
        try:
            scope[_FOUND] = Pass(asked.client, host, origin, place)
            if waits:
                await self._after_token(asked, scope, receive, send)
            else:
                await self._app(scope, receive, send)
        finally:
            place.leave()

    async def _after_token(self, asked: Asked, scope: Scope, receive: Receive, send: Send) -> None:
        """Accepts, and lets the application begin when the first frame was the token."""
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        try:
            given = await _first_frame(receive)
            if given is None:
                return
            self._judge_token(given, asked.client)
        except Refusal as refusal:
            self._note(refusal, asked)
            with suppress(OSError):  # it may have gone meanwhile
                await send({"type": "websocket.close", "code": POLICY, "reason": one_line(refusal)})
            return
        accepted = _Accepted(receive, send)
        await self._app(scope, accepted.receive, accepted.send)

    # --- telling ------------------------------------------------------------------------------------------------

    def _note(self, refusal: Refusal, asked: Asked) -> None:
        """One line in the log, and to the owner: the same one once a minute, and not many."""
        self.refusals[refusal.key] += 1
        text = one_line(refusal)
        now = self._clock()
        if now - self._said.get(text, -_SAID_AGAIN_SECONDS) < _SAID_AGAIN_SECONDS:
            return
        self._said = {each: at for each, at in self._said.items() if now - at < _SAID_AGAIN_SECONDS}
        if len(self._said) >= _MOST_SAID:
            return
        self._said[text] = now
        _LOG.warning("refused (%d) %s from %s: %s", refusal.status, asked.path[:100], asked.client, text)
        if self._tell is not None:
            self._tell(refusal)


# --- the first frame -------------------------------------------------------------------------------------------------


async def _first_frame(receive: Receive) -> str | None:
    """The token that the first frame says; None if the client went away.

    Raises:
        Refusal: it says something else, or nothing in time.
    """
    event: Event | None = None
    with suppress(TimeoutError):
        async with asyncio.timeout(TOKEN_SECONDS):
            event = await receive()
    if event is None:
        raise Refusal("guard.no_token", 401)
    if event["type"] != "websocket.receive":
        return None
    try:
        said = wire.read(event.get("text") or "")
    except wire.Refused:
        said = None
    if not isinstance(said, Auth):
        raise Refusal("guard.no_token", 401)
    return said.token


class _Accepted:
    """A socket that was accepted already, for an application that begins with `websocket.connect`."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._begun = False

    async def receive(self) -> Event:
        if not self._begun:
            self._begun = True
            return {"type": "websocket.connect"}
        return await self._receive()

    async def send(self, event: Event) -> None:
        match event["type"]:
            case "websocket.accept" | "websocket.http.response.body":
                pass
            case "websocket.http.response.start":
                await self._send({"type": "websocket.close", "code": POLICY})
            case _:
                await self._send(event)
