"""A fortune without a frame: in a few lines for pipes and screen readers, in one for a prompt, or as JSON."""

from __future__ import annotations

import json

from vtuber_cli.card import words
from vtuber_cli.i18n import t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtuber_cli.fortune.localise import Result

WIDEST_SHORT = 80
"""Cells of the one line."""


def json_text(document: object, *, ascii_only: bool = False) -> str:
    """A result, or another document, as JSON, always with the same bytes; what a terminal would act on is escaped."""
    text = json.dumps(document, ensure_ascii=ascii_only, indent=2)
    if not text.replace("\n", "").isprintable():
        text = "\n".join("".join(map(_escaped, line)) for line in text.split("\n"))
    return f"{text}\n"


def plain(result: Result, *, name: str = "", question: str = "", explain: bool = False) -> list[str]:
    """A line for each thing that is said, however wide."""
    return [safe(line) for line in _plain(result, name, question, explain=explain)]


def short(result: Result) -> str:
    """The fortune in one line of at most 80 cells."""
    from vtuber_cli.card.cells import cells, cut  # no other of these views counts any

    if result["notice"] is not None:
        numbers = ", ".join(one["number"] for one in result["notice"].get("contacts", ()))
        return cut(
            safe(f"{numbers} · {result['notice']['text']}" if numbers else result["notice"]["text"]), WIDEST_SHORT
        )
    head = f"{words.grade(result)} {result['score']} · "
    lucky = " · ".join((*(one["name"] for one in result["lucky"]["colors"]), words.lucky(result)[0][1]))
    title = result["title"]["text"]
    if cells(head) + cells(title) + 3 + cells(lucky) <= WIDEST_SHORT:
        title = f"{title} · {lucky}"
    return cut(safe(head + title), WIDEST_SHORT)


def effect(number: int) -> str:
    """With its sign; nothing for what did nothing."""
    return f"{number:+d}" if number else ""


def safe(text: str) -> str:
    """The text as a line that no terminal acts on: a pack may have come from anywhere."""
    if text.isprintable():
        return text
    from vtuber_cli.clean import one_line  # its patterns take longer to make than most fortunes

    return one_line(text)


def _plain(result: Result, name: str, question: str, *, explain: bool) -> Iterator[str]:
    yield f"{words.heading(result, name)}  {words.when(result)}"
    if question:
        yield t("fortune_view.asked", question=question)
    if result["notice"] is not None:
        yield result["notice"]["text"]
        yield from (f"{one['number']}  {one['name']}" for one in result["notice"].get("contacts", ()))
        return
    yield f"{words.grade(result)} {result['score']}  {result['title']['text']}"
    yield result["summary"]["text"]
    for number, card in enumerate(result.get("cards", ()), 1):
        turned = f" ({t('fortune_view.reversed')})" if card["reversed"] else ""
        yield f"{number}. {words.position(result, card)}: {card['name']}{turned}. {card['text']['text']}"
    for one in result["categories"]:
        yield f"{words.named(result, 'category.' + one['key'])} {one['score']}  {one['text']['text']}"
    if pillars := words.pillars(result):
        yield "  ".join(f"{label} {letters or '-'}" for label, letters in pillars)
    lucky = [f"{one['name']} ({one['hex']})" for one in result["lucky"]["colors"]]
    lucky += [said for _, said in words.lucky(result)]
    yield f"{t('fortune_view.lucky')}: {' · '.join(lucky)}"
    yield f"{t('fortune_view.advice')}: {result['advice']['text']}"
    if explain:
        yield from _explained(result)
    elif days := words.day_in_the_calendars(result):
        yield " · ".join(days)
    yield result["disclaimer"]


def _explained(result: Result) -> Iterator[str]:
    yield f"{t('fortune_view.basis')}:"
    yield f"   50  {t('fortune_view.base')}"
    yield from (f"  {effect(row['effect']):>3}  {row['text']}" for row in result["basis"])


def _escaped(letter: str) -> str:
    return letter if letter.isprintable() else json.dumps(letter)[1:-1]
