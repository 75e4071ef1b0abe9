"""What the character says of a fortune: always out of templates, and in a model's own words where they pass."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from vtuber_cli.fortune import content as words
from vtuber_cli.fortune.grades import GRADES
from vtuber_cli.fortune.localise import Localiser
from vtuber_cli.fortune.reading import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vtuber_cli.fortune.draw import Draw
    from vtuber_cli.fortune.localise import Result
    from vtuber_cli.fortune.request import Request

_CARDS_ALOUD = 3
"""A Celtic cross read out in full would take two minutes."""
_BREATH = "\n"
"""Between what is said in one breath and the next."""
_SHORTEST, _LONGEST = 20, 500
"""Letters of a model's narration."""
_OWN_SCRIPT = 0.7
"""The least share of its letters that are of the locale's script."""


def template(request: Request, result: Result, draw: Draw) -> str:
    """A few sentences to be spoken: an opening, what the fortune says, what to do, and a word to end with."""
    say = Localiser(words.content(request.locale), draw)
    grade = result["grade"]
    told = [say.words(Text(f"narration.open.{request.type}.{grade}"))]
    if request.reshuffle:
        told.append(say.words(Text("narration.reshuffled")))
    told += [_card(say, result, card) for card in result.get("cards", [])[:_CARDS_ALOUD]]
    told.append(result["summary"]["text"])
    told += [one["text"]["text"] for one in result["categories"] if one["key"] in request.person.interests[:1]]
    if request.type == "daily":
        told.append(say.words(Text("lucky.sentence", _lucky(result))))
    told += [result["advice"]["text"], say.words(Text(f"narration.close.{grade}"))]
    return _BREATH.join(told)


def _card(say: Localiser, result: Result, card: dict[str, Any]) -> str:
    """A card and its meaning; where it lies only if there are others."""
    key = "narration.card" if len(result["cards"]) > 1 else "narration.only_card"
    key += "_reversed" if card["reversed"] else ""
    position = Text(f"tarot.spread.{result['provenance']['options']['spread']}.{card['position']}.name")
    return f"{say.words(Text(key, {'position': position, 'card': card['name']}))} {card['text']['text']}"


def _lucky(result: Result) -> dict[str, str]:
    lucky = result["lucky"]
    return {"color": lucky["colors"][0]["name"], "numbers": ", ".join(map(str, lucky["numbers"]))}


def parts(result: Result) -> tuple[str, str]:
    """The narration of a result, for speaking: its opening, and the rest."""
    opening, *rest = result["narration"]["text"].split(_BREATH)
    return opening, " ".join(rest)


# --- in a model's words -----------------------------------------------------------------------------------------


def prompt(result: Result) -> str:
    """What a model is asked: to say what was computed, and nothing that was not. It sees no birth and no name."""
    content = words.content(result["locale"])
    facts = [result["title"]["text"], result["summary"]["text"]]
    facts += [f"{card['name']}: {card['text']['text']}" for card in result.get("cards", [])[:_CARDS_ALOUD]]
    facts += [one["text"]["text"] for one in result["categories"][:2]]
    facts += [", ".join(_lucky(result).values()), result["advice"]["text"]]
    return content.text("narration.prompt").replace("{facts}", "\n".join(f"- {fact}" for fact in facts))


def passes(text: str, result: Result) -> bool:
    """Whether a model's narration may be said: of the right length and script, no card, number or grade that was not
    drawn, no word that the fortunes' own texts may not have.
    """
    text = text.strip()
    given = prompt(result)
    if not _SHORTEST <= len(text) <= _LONGEST or not _own_script(text, result["locale"]):
        return False
    if set(re.findall(r"\d+", text)) - set(re.findall(r"\d+", given)):
        return False
    said, known = text.casefold(), given.casefold()
    content = words.content(result["locale"])
    grades = {content.text(f"grade.{grade}").casefold() for grade in GRADES}
    foreign = (_cards(result["locale"]) | grades) - {content.text(f"grade.{result['grade']}").casefold()}
    if any(_has(said, name) and not _has(known, name) for name in foreign):
        return False
    from vtuber_cli.fortune import lint

    for card in result.get("cards", []):  # one is called Death
        text = text.replace(card["name"], "")
    return not lint.banned(text, result["locale"])


def _own_script(text: str, locale: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    own = [letter for letter in letters if ("가" <= letter <= "힣" if locale == "ko" else letter.isascii())]
    return bool(letters) and len(own) >= _OWN_SCRIPT * len(letters)


@cache
def _cards(locale: str) -> frozenset[str]:
    """The names of all cards that are no everyday words ("Strength", "별")."""
    from vtuber_cli.fortune.deck import CARDS

    content = words.content(locale)
    names = (content.text(f"tarot.card.{card}.name").casefold() for card in CARDS)
    return frozenset(name for name in names if " " in name)


def _has(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}", text) is not None
