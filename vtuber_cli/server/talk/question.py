"""Something that a talk is asked, and what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vtuber_cli.events import Picture, Samples
    from vtuber_cli.server.messages import Audio


@dataclass(slots=True, eq=False)
class Question:
    """Typed, or said; the rest is the talk's to fill in."""

    text: str = ""
    samples: Samples | None = None
    images: tuple[Picture, ...] = ()
    follow: Callable[[Audio], None] | None = None
    """Told of each sentence of the answer when it begins to be heard, as it is shown to those who do not hear it."""
    begun: bool = False
    """Its chain was opened."""
    turn: int | None = None
    """Once it is kept in the talk."""
    reply: str = ""
    """What was heard of the answer, once it is over."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """It was answered, or never will be."""
