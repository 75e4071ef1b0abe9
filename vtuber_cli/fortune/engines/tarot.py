"""The tarot: cards dealt for a question, or the card of the day. The cards decide, and chance has a small say."""

from __future__ import annotations

from vtuber_cli.fortune.deck import CARDS, index, suit, weight
from vtuber_cli.fortune.engines.daily import lucky, subject_of
from vtuber_cli.fortune.grades import clamped, grade_of
from vtuber_cli.fortune.matters import matter_of
from vtuber_cli.fortune.reading import Basis, Card, Category, Lucky, Reading, Text
from vtuber_cli.fortune.request import topic_of
from vtuber_cli.fortune.spreads import find_spread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vtuber_cli.fortune.draw import Draw
    from vtuber_cli.fortune.request import Request
    from vtuber_cli.fortune.spreads import Spread

_REVERSED = 35
"""Of a hundred cards so many lie upside down."""
_ANSWERS = {2: "yes", 1: "leaning_yes", 0: "open", -1: "leaning_no", -2: "no"}

_COLORS = {
    "major": ("lavender", "wine", "butter", "rose", "mustard"),
    "wands": ("cherry", "coral", "persimmon", "apricot"),
    "cups": ("sky", "cobalt", "teal", "mint", "navy"),
    "swords": ("silver", "ash", "pearl", "ink", "ivory"),
    "pentacles": ("pine", "sage", "sprout", "chestnut", "sand"),
}
_DIRECTIONS = {"wands": "S", "cups": "W", "swords": "E", "pentacles": "N"}
"""Of fire, water, air and earth. The majors have none; there the draw decides."""
_NUMBERS = 45
_NUMBERED = 5
"""So many cards give their number at most."""


class Tarot:
    name = "tarot"
    version = 1

    def subject(self, request: Request) -> str:
        return subject_of(request.person)

    def compute(self, request: Request, draw: Draw) -> Reading:
        spread = find_spread(request.spread)
        cards = _laid(request, draw, spread)
        effects = [points * _weight(card) for points, card in zip(spread.points, cards, strict=True)]
        noise = draw.stream("noise")
        chance = noise.below(spread.chance + 1) - noise.below(spread.chance + 1)
        score = clamped(50 + sum(effects) + chance)
        matter = matter_of(request.question)
        grade = grade_of(score)
        return Reading(
            score=score,
            title=_title(spread, cards, grade),
            summary=_summary(request, cards, effects, grade),
            advice=_advice(spread, cards, grade),
            categories=(Category(matter, score, Text(f"tarot.{matter}.{grade}")),) if matter else (),
            lucky=_lucky(draw, cards),
            cards=cards,
            basis=(
                *_asked(request, spread, matter),
                *(_row(spread, card, effect) for card, effect in zip(cards, effects, strict=True)),
                Basis("chance", Text("basis.chance"), chance),
            ),
            options={"spread": spread.id, "reversals": request.reversals},
        )


def _laid(request: Request, draw: Draw, spread: Spread) -> tuple[Card, ...]:
    """The cards as they lie. They are dealt in one order whatever the spread, so that a second spread for the same
    question on the same day begins with the same cards.
    """
    if spread.id == "one" and not draw.topic:
        ids = [CARDS[draw.turn("cards", len(CARDS))]]
    else:
        ids = [CARDS[at] for at in draw.stream("cards").shuffled(len(CARDS))[: len(spread.positions)]]
    return tuple(_card(request, draw, *one) for one in zip(ids, spread.positions, strict=True))


def _card(request: Request, draw: Draw, card: str, position: str) -> Card:
    upside_down = request.reversals and draw.stream(f"reversed.{card}").below(100) < _REVERSED
    return Card(card, position, upside_down, Text(f"tarot.card.{card}.{'reversed' if upside_down else 'upright'}"))


def _weight(card: Card) -> int:
    return weight(card.id, card.reversed)


def _name(card: Card) -> Text:
    return Text(f"tarot.card.{card.id}.name")


def _as_it_lies(card: Card) -> Text:
    """Its name, and that it lies upside down: nobody shall be told to lean on the Devil himself."""
    return Text("tarot.turned", {"card": _name(card)}) if card.reversed else _name(card)


def _title(spread: Spread, cards: tuple[Card, ...], grade: str) -> Text:
    if spread.id == "yesno":
        return Text(f"tarot.answer.{_ANSWERS[_weight(cards[0])]}")
    if len(cards) == 1:
        return Text(f"tarot.title.one.{grade}", {"card": _name(cards[0])})
    return Text(f"tarot.title.several.{grade}")


def _summary(request: Request, cards: tuple[Card, ...], effects: list[int], grade: str) -> Text:
    """Of one card by its name; of several by the brightest and the heaviest. Where two have as much, the later one is
    the bright one, and the earlier one the heavy one.
    """
    if len(cards) == 1:
        kind = "day" if request.spread == "one" and not topic_of(request.question) else "asked"
        return Text(f"tarot.summary.{kind}.{grade}", {"card": _as_it_lies(cards[0])})
    places = range(len(cards))
    bright = max(places, key=lambda at: (effects[at], at))
    heavy = min(places, key=lambda at: (effects[at], at))
    return Text(
        f"tarot.summary.several.{grade}", {"bright": _as_it_lies(cards[bright]), "heavy": _as_it_lies(cards[heavy])}
    )


def _advice(spread: Spread, cards: tuple[Card, ...], grade: str) -> Text:
    for card in cards:
        if card.position == spread.advises:
            return Text(f"tarot.card.{card.id}.advice", at=int(card.reversed))
    return Text(f"tarot.advice.{grade}")


def _asked(request: Request, spread: Spread, matter: str | None) -> list[Basis]:
    """How the cards came to lie there. Of a question only what it is about is told, never its words."""
    rows: list[Basis] = []
    if topic_of(request.question):
        about = Text("tarot.basis.matter", {"matter": Text(f"category.{matter}")}) if matter else None
        rows.append(Basis("tarot.question", about or Text("tarot.basis.question"), 0, {"about": matter}))
        rows.append(Basis("tarot.same", Text("tarot.basis.same")))
    elif spread.id == "one" and not request.reshuffle:
        rows.append(Basis("tarot.day", Text("tarot.basis.day")))
    else:
        rows.append(Basis("tarot.day", Text("tarot.basis.no_question")))
    if request.reshuffle:
        times = {"times": request.reshuffle}
        rows.append(Basis("tarot.reshuffle", Text("tarot.basis.reshuffle", times), 0, times))
    if not request.reversals:
        rows.append(Basis("tarot.upright", Text("tarot.basis.upright_only")))
    return rows


def _row(spread: Spread, card: Card, effect: int) -> Basis:
    position = Text(f"tarot.spread.{spread.id}.{card.position}.name")
    text = Text(f"tarot.basis.{'reversed' if card.reversed else 'card'}", {"position": position, "card": _name(card)})
    return Basis("tarot.card", text, effect, {"card": card.id, "reversed": card.reversed, "weight": _weight(card)})


def _lucky(draw: Draw, cards: tuple[Card, ...]) -> Lucky:
    """The cards' own numbers and two of the draw's for a single card's company; colour and direction of the suit that
    most of the cards have, of the first such where two have as many.
    """
    suits = [suit(card.id) for card in cards]
    most = max(suits, key=suits.count)
    numbers = {_number(card.id): None for card in cards[:_NUMBERED]}
    drawn = lucky(draw)
    if len(numbers) == 1:
        numbers |= dict.fromkeys(drawn.numbers)
    colors = _COLORS[most]
    return drawn._replace(
        numbers=tuple(sorted(numbers)),
        colors=(colors[draw.stream("color.1").below(len(colors))],),
        direction=_DIRECTIONS.get(most, drawn.direction),
    )


def _number(card: str) -> int:
    """The card's place in the deck, counted round to 45: the Magician is 1, the World 21, the Fool closes with 45."""
    return (index(card) - 1) % _NUMBERS + 1


ENGINE = Tarot()
