"""What the character says of a fortune: always out of templates, and in a model's own words where they pass."""

from __future__ import annotations

from typing import Any

from vtuber_cli.fortune import content as words
from vtuber_cli.fortune.localise import Localiser
from vtuber_cli.fortune.reading import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vtuber_cli.fortune.draw import Draw
    from vtuber_cli.fortune.localise import Result
    from vtuber_cli.fortune.request import Request

_CARDS_ALOUD = 3
"""A Celtic cross read out in full would take two minutes."""


def template(request: Request, result: Result, draw: Draw) -> str:
    """A few sentences to be spoken: an opening, what the fortune says, what to do, and a word to end with."""
    say = Localiser(words.content(request.locale), draw)
    grade = result["grade"]
    parts = [say.words(Text(f"narration.open.{request.type}.{grade}"))]
    if request.reshuffle:
        parts.append(say.words(Text("narration.reshuffled")))
    parts += [_card(say, request, card) for card in result.get("cards", [])[:_CARDS_ALOUD]]
    parts.append(result["summary"]["text"])
    parts += [one["text"]["text"] for one in result["categories"] if one["key"] in request.person.interests[:1]]
    parts += [result["advice"]["text"], say.words(Text(f"narration.close.{grade}"))]
    return " ".join(parts)


def _card(say: Localiser, request: Request, card: dict[str, Any]) -> str:
    key = "narration.card_reversed" if card["reversed"] else "narration.card"
    position = Text(f"tarot.spread.{request.spread}.{card['position']}.name")
    return f"{say.words(Text(key, {'position': position, 'card': card['name']}))} {card['text']['text']}"
