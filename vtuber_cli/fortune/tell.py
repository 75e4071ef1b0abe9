"""From a request to a result: screen, draw, compute, put into words, keep."""

from __future__ import annotations

from vtuber_cli.errors import UsageError
from vtuber_cli.fortune import cache, localise, narrate, screening
from vtuber_cli.fortune import content as words
from vtuber_cli.fortune.draw import Draw
from vtuber_cli.fortune.engines import engine as engine_named
from vtuber_cli.fortune.request import LONGEST_QUESTION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vtuber_cli.fortune.engines.base import FortuneEngine
    from vtuber_cli.fortune.localise import Result
    from vtuber_cli.fortune.request import Request


def tell(request: Request, *, keep: bool = True, aside: Callable[[Path], None] | None = None) -> Result:
    """The fortune, as the document of `schemas/fortune_result.json`; or the notice in place of one.

    Args:
        request: what is asked.
        keep: take it from what is kept, and keep it.
        aside: told of a damaged kept file that was put aside, by its new name.

    Raises:
        UsageError: there is no such fortune, or the question is too long.
        ProfileNeeded: it takes a birth, a sign or an animal that nobody gave.
        ContentError: the words are missing or corrupt.
    """
    if len(request.question) > LONGEST_QUESTION:
        raise UsageError("fortune.question_too_long", longest=LONGEST_QUESTION)
    engine = engine_named(request.type)
    if kind := screening.kind_of(request.question):
        # Nothing of what such a question says goes into a name, and nothing of the answer is kept.
        return localise.notice(request, kind, Draw(request.type, "guest", request.day, kind))
    draw = Draw(engine.name, engine.subject(request), request.day, request.topic)
    if not keep:
        return _told(request, engine, draw)
    file = cache.folder(draw.subject) / cache.name_of(
        request.day.isoformat(), request.type, _depends_on(request, engine)
    )
    if (kept := cache.read(file, aside)) is not None:
        return kept
    result = _told(request, engine, draw)
    cache.write(file, result)
    return result


def _told(request: Request, engine: FortuneEngine, draw: Draw) -> Result:
    result = localise.result(request, engine, draw, engine.compute(request, draw))
    result["narration"] = {"text": narrate.template(request, result, draw), "source": "template", "model": None}
    return result


def _depends_on(request: Request, engine: FortuneEngine) -> tuple[object, ...]:
    return (*request, engine.version, words.version())
