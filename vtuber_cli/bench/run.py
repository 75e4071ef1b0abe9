"""The benchmark itself: each utterance goes to our arm, then to the naive one, so that both meet the same machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from vtuber_cli import bootstrap, character, i18n
from vtuber_cli.bench import arms
from vtuber_cli.bench.loan import lent
from vtuber_cli.errors import EngineUnavailable

if TYPE_CHECKING:
    from vtuber_cli.bench.arms import Outcome
    from vtuber_cli.bench.utterances import Utterance
    from vtuber_cli.bootstrap import Plan

LANGUAGE = "en"
"""Of the recordings and of the replies."""
_TELLER = Path(__file__).parent / "teller"
_MANNER: dict[str, object] = {
    "language": LANGUAGE,
    "reply.max_tokens": 48,
    "reply.temperature": 0.0,
    "reply.seed": 7,
    "talk.hands_free": True,
    "talk.barge_in": False,
}


def plan(flags: Mapping[str, object]) -> Plan:
    """Who talks: a talkative person with the character's voice and engines, the same every time.

    Args:
        flags: as `bootstrap.plan` takes them; they win.

    Raises:
        EngineUnavailable: the character has no English voice.
        UsageError, ConfigError: as `bootstrap.plan`.
    """
    shown = i18n.language()
    try:
        made = bootstrap.plan({**_MANNER, **{key: value for key, value in flags.items() if value is not None}})
    finally:
        i18n.set_language(shown)  # the replies are English, the words around them need not be
    if LANGUAGE not in made.voices:
        raise EngineUnavailable("bench.no_voice", name=made.character.id)
    return replace(made, character=character.read(_TELLER), language=LANGUAGE)


async def run(
    plan: Plan, utterances: Sequence[Utterance], turns: int, tell: Callable[[int, Outcome], None]
) -> list[Outcome]:
    """Plays `turns` utterances, in order and from the beginning again, to each arm.

    Args:
        plan: from `plan`.
        utterances: at least one.
        turns: of each arm.
        tell: told of every outcome, with its turn's number from 1.

    Raises:
        VtuberError: an engine cannot be loaded or failed; it may come in an exception group.
    """
    outcomes: list[Outcome] = []
    async with lent(plan) as loan:
        for number, utterance in enumerate(islice(cycle(utterances), turns), 1):
            for arm in (arms.ours, arms.naive):
                outcome = await arm(loan, utterance)
                outcomes.append(outcome)
                tell(number, outcome)
    return outcomes
