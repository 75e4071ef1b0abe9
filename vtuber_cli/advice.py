"""What a talk lacks in its language, and the command that mends it: said once, and then not again for a week.

How well the mind and the voice do is the catalogue's word; of a model that is given by its path, of a server and of a
plug-in nothing is known here, and the talk itself says what they cannot.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from vtuber_cli import paths
from vtuber_cli.engines import choice
from vtuber_cli.events import EngineKind, Notice
from vtuber_cli.i18n import find, t

if TYPE_CHECKING:
    from vtuber_cli.weights import Weights
    from vtuber_cli.weights.catalog import Model

Fault: TypeAlias = Literal["foreign", "poor", "none"]
"""It does not know the language; it does it poorly; there is nothing at all."""

_QUIET = timedelta(days=7)
_REMEMBERED = 50
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that a talk could have better."""

    kind: EngineKind
    fault: Fault
    name: str
    """Of the model that serves; empty if there is none."""
    mend: str | None
    """The model to fetch; None if the catalogue has none that does well and runs here."""


def lacks(weights: Weights, language: str, models: Iterable[tuple[EngineKind, str | None]]) -> list[Lack]:
    """What is wrong with these models in a language.

    Args:
        weights: knows the catalogue.
        language: of the talk.
        models: kinds, and the names of the catalogue's models that will serve; None where nothing will.
    """
    found: list[Lack] = []
    for kind, name in models:
        model = weights.catalog.find(name) if name else None
        fault = _fault(kind, model, language)
        if fault is not None:
            found.append(Lack(kind, fault, name or "", _mend(kind, model, language, weights)))
    return found


def notice(lacking: Sequence[Lack], language: str) -> Notice | None:
    """What is to be said of it: the faults, and under them what mends them."""
    if not lacking:
        return None
    name = language_name(language)
    said = " ".join(t(f"choice.lack.{lack.kind}_{lack.fault}", name=lack.name, language=name) for lack in lacking)
    if mends := [lack.mend for lack in lacking if lack.mend]:
        params = (("said", said), ("command", f"vtuber models get {' '.join(mends)}"))
        return Notice("choice.advice", params)
    own = "choice.advice_mind" if any(lack.kind == "llm" for lack in lacking) else "choice.advice_voice"
    return Notice(own, (("said", said),))


def language_name(code: str) -> str:
    """What a language is called in the interface's language; its code if nobody wrote that down."""
    return t(f"choice.language.{code}") if find(f"choice.language.{code}") is not None else code


def worth_saying(lacking: Sequence[Lack], language: str, today: date) -> bool:
    """Whether it was not said lately; from now on it was. A change in what serves, or in what mends it, is news."""
    if not lacking:
        return False
    situation = " ".join([language, *(f"{lack.kind}:{lack.name}:{lack.mend or ''}" for lack in lacking)])
    said = _said()
    with suppress(KeyError, ValueError):
        if timedelta(0) <= today - date.fromisoformat(said[situation]) < _QUIET:
            return False
    said.pop(situation, None)
    said[situation] = today.isoformat()
    _remember(dict(list(said.items())[-_REMEMBERED:]))
    return True


def _fault(kind: EngineKind, model: Model | None, language: str) -> Fault | None:
    if model is None:
        return "none"
    if not choice.knows(model, language):
        return "foreign" if kind == "llm" else "none"
    return "poor" if choice.quality(model, language) == "poor" else None


def _mend(kind: EngineKind, model: Model | None, language: str, weights: Weights) -> str | None:
    better = choice.better(choice.candidates(kind, weights), language, model)
    return better.name if better else None


def _file() -> Path:
    return paths.data_dir() / "advice.json"


def _said() -> dict[str, str]:
    """When what was said, by situation."""
    try:
        said: object = json.loads(_file().read_bytes())
    except (OSError, ValueError):
        return {}
    pairs = cast("dict[str, object]", said).items() if isinstance(said, dict) else ()
    return {key: str(value) for key, value in pairs}


def _remember(said: dict[str, str]) -> None:
    part = _file().with_suffix(f".{os.getpid()}")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(said, ensure_ascii=False, indent=2), encoding="utf-8")
        part.replace(_file())
    except OSError as error:  # then it is said again next time
        _LOG.info("what was advised is not remembered: %s", error)
