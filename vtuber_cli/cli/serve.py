"""`vtuber serve`: talks over the network, for Open-LLM-VTuber's front ends, browsers and OBS."""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vtuber_cli.cli import options
from vtuber_cli.errors import StoreError, UsageError, VtuberError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    import socket

    from vtuber_cli.bootstrap import Plan
    from vtuber_cli.events import Event
    from vtuber_cli.server.guard.layer import Rules
    from vtuber_cli.server.running import Running
    from vtuber_cli.store.history import History

_CLOSING_SECONDS = 2.0
"""For clients to go, and again for engines to close."""
_END_SECONDS = 4.5


def command(  # noqa: PLR0913 - its options
    character: options.Character = None,
    host: Annotated[str | None, typer.Option("--host", metavar="ADDRESS", help="serve.option.host")] = None,
    port: Annotated[int | None, typer.Option("--port", "-p", metavar="PORT", help="serve.option.port")] = None,
    frontend: Annotated[Path | None, typer.Option("--frontend", metavar="DIR", help="serve.option.frontend")] = None,
    allow_origin: Annotated[
        list[str] | None, typer.Option("--allow-origin", metavar="ORIGIN", help="serve.option.allow_origin")
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option("--allow-host", metavar="NAME", help="serve.option.allow_host")
    ] = None,
    token: Annotated[bool | None, typer.Option("--token/--no-token", help="serve.option.token")] = None,
    engines: options.Engines = None,
    models_dir: options.ModelsDir = None,
    settings: options.Set = None,
) -> None:
    from vtuber_cli import bootstrap
    from vtuber_cli.cli import address
    from vtuber_cli.cli.chat import open_history
    from vtuber_cli.cli.downloads import fetch

    flags: dict[str, object] = {
        "character": character,
        "models_dir": models_dir,
        "server.host": host,
        "server.port": port,
        "server.allow_origin": allow_origin or None,
        "server.allow_host": allow_host or None,
        "server.token": token,
        **options.engine_flags(engines),
        **options.assignments(settings),
    }
    plan = bootstrap.plan(flags)
    rules = _rules(plan)
    if frontend is not None and not (frontend / "index.html").is_file():
        raise UsageError("serve.no_frontend", folder=frontend)
    listening = address.listening(plan.settings.server.host, plan.settings.server.port)
    kept: History | None = None
    try:
        kept, _ = open_history(plan, resume=False, talk=None)
        fetch(plan, plan.models())
        asyncio.run(_serve(plan, kept, listening, rules, frontend))
        # What was said and could not be kept is no success.
        raise typer.Exit(StoreError.exit_code if kept is None else 0)
    finally:
        listening.close()
        if kept is not None:
            kept.close()


def _rules(plan: Plan) -> Rules:
    """Who may come in.

    Raises:
        UsageError: others can reach the address, and there is no token.
    """
    from vtuber_cli.server.guard import token
    from vtuber_cli.server.guard.layer import Rules

    server = plan.settings.server
    return Rules.of(server, token.load() if server.token else None)


async def _serve(
    plan: Plan, kept: History | None, listening: socket.socket, rules: Rules, frontend: Path | None
) -> None:
    from vtuber_cli import log, paths
    from vtuber_cli.audio.quiet import native_stderr_to
    from vtuber_cli.bootstrap.hosting import Hosting
    from vtuber_cli.cli.show import notice
    from vtuber_cli.server import app, running
    from vtuber_cli.server.guard.refusal import Refusal
    from vtuber_cli.server.hall import Hall
    from vtuber_cli.server.seats import Seats
    from vtuber_cli.tui.signals import asked_to_end

    def tell(refusal: Refusal) -> None:
        for line in refusal.lines.splitlines():
            notice(line)

    seats = Seats(plan.settings.server.max_active, plan.settings.server.max_waiting)
    hosting = Hosting(plan, kept, seats)
    settings = plan.settings.server
    hall = Hall(hosting, seats, paths.data_dir(), settings.group_turns, proxy=settings.proxy)
    server = running.Running(app.guarded(hall, rules, frontend, tell), listening, rules.limits)
    with native_stderr_to(log.native_file()):
        asked = asyncio.ensure_future(asked_to_end())
        serving = asyncio.ensure_future(server.run())
        ready = asyncio.ensure_future(server.ready.wait())
        await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
        loading = asyncio.ensure_future(_load(hosting, hall))
        sweeping = asyncio.ensure_future(asyncio.to_thread(hall.sounds.sweep))
        try:
            _say_where(plan, server, rules)
            await asyncio.wait([serving, asked], return_when=asyncio.FIRST_COMPLETED)
        finally:
            _end_in_time()
            ready.cancel()
            asked.cancel()
            loading.cancel()
            hall.closing.set()
            server.end()
            await asyncio.wait([loading, serving], timeout=_CLOSING_SECONDS)
            await asyncio.gather(sweeping, return_exceptions=True)
            await asyncio.to_thread(hall.sounds.close)
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSING_SECONDS):
                    await hosting.close()
    if serving.done():
        await serving  # what ended it, if nobody asked for it


def _end_in_time() -> None:
    """Whoever ends a service waits for it, and a model that is being loaded cannot be stopped."""
    import os
    import threading

    last = threading.Timer(_END_SECONDS, os._exit, (0,))
    last.daemon = True
    last.start()


async def _load(hosting: Any, hall: Any) -> None:
    """The engines, in the background; nobody is kept from connecting meanwhile."""
    from vtuber_cli.cli import show
    from vtuber_cli.events import EngineChanged, Failed
    from vtuber_cli.server import cast
    from vtuber_cli.tui.feed import engine_line

    def announce(event: Event) -> None:
        match event:
            case EngineChanged(state="ready"):
                show.notice(engine_line(event))
            case Failed(error=error):
                show.error(error)
            case _:
                pass

    began = asyncio.get_running_loop().time()
    # What draws her takes a moment to import, too, which the first client need not wait for.
    with suppress(VtuberError):
        await asyncio.to_thread(cast.figure, hosting.first, hosting.language)
    await hosting.load(announce)
    gc.freeze()  # all of it stays: to look through it for garbage would hold everybody up for 60 ms
    hall.loaded = True
    show.notice(t("serve.loaded", seconds=f"{asyncio.get_running_loop().time() - began:.1f}"))


def _say_where(plan: Plan, server: Running, rules: Rules) -> None:
    """The addresses, on stdout; what is worth knowing, beside it."""
    from vtuber_cli.cli import address
    from vtuber_cli.cli.show import notice
    from vtuber_cli.server import cast

    url = address.url(plan.settings.server.host, server.port)
    key = f"?token={rules.token}" if rules.token else ""
    print(t("serve.ready", url=f"{url}{key}"), flush=True)
    print(t("serve.viewer", url=f"{url}viewer/{key}"), flush=True)
    # The guard takes a token out of the address; behind the # it is left for the page, which shows OBS's.
    fragment = f"#token={rules.token}" if rules.token else ""
    print(t("serve.setup", url=f"{url}setup{key}{fragment}"), flush=True)
    print(t("serve.socket", url=f"{url.replace('http', 'ws', 1)}client-ws"), flush=True)
    name = plan.character.display_name(plan.language)
    with suppress(VtuberError):
        if cast.model_of(plan.character.id) is None:
            notice(t("serve.no_model", name=name))
            notice(t("serve.no_model.hint", id=plan.character.id))
