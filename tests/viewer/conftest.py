"""One Chromium for all tests of the viewer, as OBS runs it: sound without a click."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.browser import chromium
from tests.viewer.server import StandIn, standing_in
from vtuber_cli.server import wire
from vtuber_cli.server.messages.base import Message


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if not asked & {"browser", "strict_browser"}:
            continue
        # A connection that the browser never used may be found unclosed by whoever collects rubbish next.
        item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))
        # What draws models is nobody's to install for us: those tests may be left out.
        if "display" not in asked:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from _started(tmp_path_factory.mktemp("chromium"), "--autoplay-policy=no-user-gesture-required")


@pytest.fixture(scope="session")
def strict_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """As a person's: no sound before a click."""
    yield from _started(tmp_path_factory.mktemp("strict"), "--autoplay-policy=document-user-activation-required")


def _started(folder: Path, *flags: str) -> Iterator[str]:
    program = chromium.installed()
    if program is None:
        pytest.skip(f"no Chromium is installed: none of {', '.join(chromium.NAMES)}")
    media = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with chromium.started(program, folder / "home", *media, *flags) as address:
        yield address


@pytest_asyncio.fixture
async def server() -> AsyncIterator[StandIn]:
    """A stand-in; what the page says to it has to be what `server/messages` knows."""
    async with standing_in() as found:
        yield found
    for frame in found.frames:
        assert isinstance(wire.read(frame), Message), frame
