"""From a request to a result: screen, draw, compute, put into words, keep."""

from __future__ import annotations

from vtuber_cli.errors import UsageError
from vtuber_cli.fortune import cache
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
    if kind := _kind(request.question):
        return noticed(request, kind)
    draw = Draw(engine.name, engine.subject(request), request.day, request.topic)
    if not keep:
        return _told(request, engine, draw)
    file = _file(request, engine, draw.subject)
    if (kept := cache.read(file, aside)) is not None:
        return kept
    result = _told(request, engine, draw)
    cache.write(file, result)
    return result


def noticed(request: Request, kind: str) -> Result:
    """The notice in place of a fortune. Nothing of such a question goes into a name, nothing of the answer is kept."""
    from vtuber_cli.fortune import localise

    return localise.notice(request, kind, Draw(request.type, "guest", request.day, kind))


def is_kept(request: Request) -> bool:
    """Whether the same was asked and told before on that day."""
    engine = engine_named(request.type)
    return _file(request, engine, engine.subject(request)).is_file()


def _file(request: Request, engine: FortuneEngine, subject: str) -> Path:
    depends_on = (*request, engine.version, words.version())
    return cache.folder(subject) / cache.name_of(request.day.isoformat(), request.type, depends_on)


def _kind(question: str) -> str | None:
    if not question:
        return None
    from vtuber_cli.fortune import screening  # most fortunes are told without a question

    return screening.kind_of(question)


def _told(request: Request, engine: FortuneEngine, draw: Draw) -> Result:
    from vtuber_cli.fortune import localise, narrate  # a kept fortune is in words already

    result = localise.result(request, engine, draw, engine.compute(request, draw))
    result["narration"] = {"text": narrate.template(request, result, draw), "source": "template", "model": None}
    return result
