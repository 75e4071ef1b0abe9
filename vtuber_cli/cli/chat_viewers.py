"""`vtuber chat --serve`: the terminal's talk, for those who look on in a browser or in OBS.

Nothing of it is loaded before the talk begins, which is when the screen has been painted; and whatever is wrong with it
is a notice in the talk, which goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from vtuber_cli.errors import VtuberError
from vtuber_cli.events import Notice
from vtuber_cli.i18n import find, t

if TYPE_CHECKING:
    import socket

    from vtuber_cli.bootstrap import Plan
    from vtuber_cli.conversation.broadcast import Subscription
    from vtuber_cli.conversation.session import Session

_CLOSING_SECONDS = 1.5
"""For viewers to go, while the talk ends or behind it."""

_LOG = logging.getLogger(__name__)


@asynccontextmanager
async def looked_at(session: Session, plan: Plan) -> AsyncGenerator[None]:
    """Viewers are served from the talk's beginning to its end."""
    events, begun = session.events.subscribe(), asyncio.Event()
    session.events.listen(lambda _: begun.set())
    serving = asyncio.ensure_future(_serve(session, plan, events, begun))
    try:
        yield
    finally:
        session.events.unsubscribe(events)
        begun.set()
        _, left = await asyncio.wait([serving], timeout=_CLOSING_SECONDS)
        for task in left:
            task.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def _serve(session: Session, plan: Plan, events: Subscription, begun: asyncio.Event) -> None:
    await begun.wait()
    try:
        await asyncio.to_thread(_load)
        await _show(session, plan, events)
    except VtuberError as error:
        session.events.send(_not_shown(t(error.key, **error.params), _advice(error)))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it is no reason to end the talk
        _LOG.exception("nobody can look on")
        session.events.send(_not_shown(type(error).__name__, t("serve.not_shown_bug")))


def _not_shown(reason: str, advice: str) -> Notice:
    return Notice("serve.not_shown", (("reason", reason), ("advice", advice)), "warning")


def _advice(error: VtuberError) -> str:
    """What helps here: an address that is taken has advice of its own, which names this command."""
    if error.key in ("serve.port_taken", "serve.already"):
        return t("serve.not_shown_port")
    return error.hint or (t(f"{error.key}.hint", **error.params) if find(f"{error.key}.hint") else "")


def _load() -> None:
    """What takes its time to import, away from the loop that paints the screen."""
    from vtuber_cli.server import app, running
    from vtuber_cli.server.onlookers import relay

    del app, relay, running


async def _show(session: Session, plan: Plan, events: Subscription) -> None:
    from vtuber_cli import paths
    from vtuber_cli.cli import address
    from vtuber_cli.server import app, running
    from vtuber_cli.server.guard import token
    from vtuber_cli.server.guard.layer import Rules
    from vtuber_cli.server.guard.refusal import Refusal
    from vtuber_cli.server.hall import Hall
    from vtuber_cli.server.onlookers.relay import Guests, Relay
    from vtuber_cli.server.seats import Seats

    def tell(refusal: Refusal) -> None:
        params = tuple((name, str(value)) for name, value in refusal.params.items())
        session.events.send(Notice(refusal.key, params, "warning"))

    settings = plan.settings.server
    rules = Rules.of(settings, await asyncio.to_thread(token.load) if settings.token else None)
    listening: socket.socket = await asyncio.to_thread(address.listening, settings.host, settings.port)
    guests = Guests(plan.character.id, plan.language)
    hall = Hall(guests, Seats(), paths.data_dir())
    server = running.Running(app.guarded(hall, rules, None, tell), listening, rules.limits)
    serving = asyncio.ensure_future(server.run())
    try:
        await server.ready.wait()
        hall.loaded = True
        key = f"?token={rules.token}" if rules.token else ""
        shown = f"{address.url(settings.host, server.port)}viewer/{key}"
        session.events.send(Notice("serve.shown", (("url", shown),)))
        await Relay(hall, guests).run(events)
    finally:
        hall.closing.set()
        server.end()
        await asyncio.wait([serving], timeout=_CLOSING_SECONDS)
        listening.close()
