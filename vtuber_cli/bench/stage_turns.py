"""The program in which `bench.avatar_turns` has its turns: real talks on the screen, with a face and without.

`python -m vtuber_cli.bench.stage_turns COMMANDS ANSWERS FLAGS CHARACTER RECORDINGS`. What goes wrong is an answer too.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from vtuber_cli.bench import arms, run
from vtuber_cli.bench.avatar_turns import plain
from vtuber_cli.bench.loan import lent
from vtuber_cli.bench.terminal import end_with_it
from vtuber_cli.bench.utterances import load
from vtuber_cli.bootstrap.figures import figure
from vtuber_cli.errors import VtuberError
from vtuber_cli.tui.app import ChatApp
from vtuber_cli.tui.picture.choice import Choice
from vtuber_cli.tui.widgets.face import Portraits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.bench.loan import Loan
    from vtuber_cli.bench.utterances import Utterance
    from vtuber_cli.conversation.session import Session
    from vtuber_cli.tui.picture.ways import Way


async def turn(loan: Loan, utterance: Utterance, way: Way, character: str) -> arms.Outcome:
    """One turn of a talk that is on the screen."""
    portraits = None if way == "off" else Portraits(character, figure, Choice(way, truecolor=True), seed=1)

    async def shown(session: Session) -> None:
        app = ChatApp(session, portraits=portraits)
        await app.run_async()
        if app.failure is not None:
            raise app.failure

    return await arms.ours(loan, utterance, shown)


async def main(commands: int, answers: int, flags: dict[str, object], character: str, recordings: Path) -> None:
    utterances: Sequence[Utterance] = plain(load(recordings))
    with os.fdopen(commands, encoding="ascii") as lines:
        async with lent(run.plan(flags)) as loan:
            while line := await asyncio.to_thread(lines.readline):
                given = json.loads(line)
                number: int = given["number"]
                utterance = utterances[number % len(utterances)]
                outcome = await turn(loan, utterance, given["way"], character)
                _answer(answers, {"first_audio_ms": outcome.first_audio_ms, "utterance": utterance.name})


def _answer(answers: int, answer: dict[str, Any]) -> None:
    os.write(answers, json.dumps(answer).encode() + b"\n")


def _first(raised: BaseException) -> BaseException:
    """The one that the others came with."""
    while isinstance(raised, BaseExceptionGroup):
        raised = cast("BaseExceptionGroup[BaseException]", raised).exceptions[0]
    return raised


def _start(commands: int, answers: int, flags: str, character: str, recordings: str) -> None:
    try:
        asyncio.run(main(commands, answers, json.loads(flags), character, Path(recordings)))
    except (VtuberError, BaseExceptionGroup) as raised:
        error = _first(raised)
        if not isinstance(error, VtuberError):
            raise
        params = {name: str(value) for name, value in error.params.items()}
        _answer(answers, {"error": error.key, "params": params})


if __name__ == "__main__":
    end_with_it()
    _start(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
