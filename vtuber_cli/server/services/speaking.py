"""`/tts-ws` and `/cache`: a text becomes a WAV file for each of its sentences, fetched by HTTP for a while."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from vtuber_cli.errors import EngineFailed, UsageError
from vtuber_cli.server.messages import SpeechComplete, SpeechPart, SpeechRequest

if TYPE_CHECKING:
    from vtuber_cli.conversation.services import Services
    from vtuber_cli.events import Speech
    from vtuber_cli.server.services.requests import Say
    from vtuber_cli.server.services.sounds import Sounds
    from vtuber_cli.server.talk.talks import Talks

CACHE = "/cache"
"""Below it are the files."""


def services_of(talks: Talks) -> Services:
    """What works without a talk.

    Raises:
        EngineFailed: nothing is loaded yet.
        UsageError: there is nothing here but a talk to look at.
    """
    if not talks.lends:
        raise UsageError("server.guests_look")
    if talks.services is None:
        raise EngineFailed("server.loading")
    return talks.services


async def address_of(sounds: Sounds, speech: Speech) -> str:
    """Where the speech can be fetched from now on: `/cache/<name>`.

    Raises:
        EngineFailed: it cannot be written.
    """
    return f"{CACHE}/{await asyncio.to_thread(sounds.put, speech)}"


class Speaking:
    """Answers the requests of one `/tts-ws`.

    Args:
        talks: whose engines speak.
        sounds: keeps what they say.
    """

    def __init__(self, talks: Talks, sounds: Sounds) -> None:
        self._talks = talks
        self._sounds = sounds

    async def answer(self, request: SpeechRequest, say: Say) -> None:
        """Each sentence as soon as it can be fetched, then the end.

        Raises:
            VtuberError: it cannot be spoken, or no further.
        """
        async with aclosing(services_of(self._talks).say(request.text)) as spoken:
            async for shown, speech in spoken:
                address = await address_of(self._sounds, speech)
                # Clients take the last part of it and ask for it below /cache.
                say(SpeechPart(audioPath=address.removeprefix("/"), text=shown))
        say(SpeechComplete())
