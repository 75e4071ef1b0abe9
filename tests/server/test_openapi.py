"""Every HTTP route under requests that a schema allows, and that it does not: no 5xx, nothing that is not described."""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.server.served import serving
from vtuber_cli.server import app

GUARDS = (400, 401, 403, 408, 413, 414, 421, 429, 431, 503)
"""What the guard answers by itself, in plain text."""
schemathesis: Any = import_module("schemathesis")  # its types are half unknown
_BUILT_IN: Any = import_module("schemathesis.checks")
_OPENAPI: Any = import_module("schemathesis.specs.openapi.checks")
CHECKS = [
    _BUILT_IN.not_a_server_error,
    _OPENAPI.status_code_conformance,
    _OPENAPI.content_type_conformance,
    _OPENAPI.response_headers_conformance,
    _OPENAPI.response_schema_conformance,
]
QUICK = settings(
    max_examples=10,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large),
)


@pytest.fixture
def server() -> Iterator[tuple[str, dict[str, Any]]]:
    """A server in a thread of its own: its address, and how its routes describe themselves."""
    loop = asyncio.new_event_loop()
    ends = asyncio.Event()
    found: list[tuple[str, dict[str, Any]]] = []
    ready = threading.Event()

    async def serve() -> None:
        async with serving() as served:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # GET and HEAD of a route share its name
                found.append((served.url(""), app._app(served.hall, None).openapi()))  # pyright: ignore[reportPrivateUsage]
            ready.set()
            await ends.wait()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(20)
    yield found[0]
    loop.call_soon_threadsafe(ends.set)
    thread.join()


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """With the guard in front, and a name for each operation."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            operation["operationId"] = f"{method} {path}"
            for status in GUARDS:
                content = operation["responses"].setdefault(str(status), {"description": "refused"})
                content.setdefault("content", {})["text/plain"] = {}
    return schema


@pytest.mark.parametrize("wrong", [False, True], ids=["right", "wrong"])
def test_requests(server: tuple[str, dict[str, Any]], wrong: bool) -> None:
    url, schema = server
    asked: set[str] = set()

    def judge(case: Any) -> None:
        asked.add(case.path)
        answer = case.call(base_url=url, allow_redirects=False)
        case.validate_response(answer, checks=CHECKS)

    mode = schemathesis.GenerationMode.NEGATIVE if wrong else schemathesis.GenerationMode.POSITIVE
    api = schemathesis.openapi.from_dict(described(schema))
    for found in api.get_all_operations():
        operation = found.ok()
        if operation.body or not wrong:  # of what is in a path, all is text, and none of it wrong
            QUICK(given(case=operation.as_strategy(generation_mode=mode))(judge))()
    assert asked == ({"/asr"} if wrong else set(schema["paths"]))
