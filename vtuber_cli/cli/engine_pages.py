"""What `vtuber engines` prints: the list of a kind, the page of one engine, the table of what was measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from vtuber_cli import i18n
from vtuber_cli.clean import one_line
from vtuber_cli.i18n import find, t

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from vtuber_cli.bench.machine import Machine
    from vtuber_cli.config import EngineChoice, Settings
    from vtuber_cli.engines.choice import Candidate, Pick
    from vtuber_cli.engines.roster import Entry
    from vtuber_cli.engines.speeds import Speed
    from vtuber_cli.events import EngineKind
    from vtuber_cli.weights import Model, Weights

_WIDTH = 80
_NAME, _STATE = 16, 15
_SUBJECT, _FIGURE = 32, 9


# --- a kind -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind: its engines, and what auto takes."""

    kind: EngineKind
    language: str
    entries: Sequence[Entry]
    pick: Pick | None
    better: Model | None
    faster: Model | None
    wish: EngineChoice
    """What the settings say."""

    def lines(self) -> Iterator[str]:
        yield _heading(self.kind)
        for entry in self.entries:
            yield from _columns(entry)
        yield from wrapped(self._auto(), "  ")
        if self.wish.name != "auto" or "model" in self.wish.options:
            what = " ".join(str(part) for part in (self.wish.name, self.wish.options.get("model")) if part)
            yield from wrapped(t("engine.list.chosen", what=one_line(what)), "  ")
        for key, model in (("better", self.better), ("faster", self.faster)):
            if model is not None:
                yield from wrapped(t(f"engine.list.{key}", command=f"vtuber models get {model.name}"), "  ")

    def _auto(self) -> str:
        from vtuber_cli.advice import language_name

        name = language_name(self.language)
        if self.pick is None:
            return t("engine.list.auto_none", language=name, why=t("choice.none", language=name))
        what = called(self.pick.engine, self.pick.model.name)
        key = "auto" if self.pick.model.languages or self.kind != "vad" else "auto_any"
        return t(f"engine.list.{key}", language=name, what=what, why=why(self.pick, self.language))

    def record(self) -> dict[str, object]:
        pick = self.pick
        return {
            "kind": self.kind,
            "language": self.language,
            "auto": pick
            and {
                "engine": pick.engine,
                "model": pick.model.name,
                "options": dict(pick.options),
                "quality": pick.quality,
                "here": pick.here,
                "reason": pick.reason,
                "why": why(pick, self.language),
            },
            "better": self.better and self.better.name,
            "faster": self.faster and self.faster.name,
            "chosen": {"name": self.wish.name, "model": self.wish.options.get("model")},
            "engines": [_entry_record(entry, self.language) for entry in self.entries],
        }


def sheet(kind: EngineKind, weights: Weights, language: str, settings: Settings) -> Sheet:
    """A kind as it is on this machine."""
    from vtuber_cli.engines import choice
    from vtuber_cli.engines.roster import roster

    found = choice.candidates(kind, weights)
    pick = choice.best(found, language, weights.catalog.default)
    better = choice.better(found, language, pick.model if pick else None)
    faster = None if better else choice.faster(found, language, pick)
    wish: EngineChoice = getattr(settings.engines, kind)
    return Sheet(kind, language, roster(kind, weights), pick, better, faster, wish)


def why(pick: Pick, language: str) -> str:
    """Why auto takes it, in a few words."""
    from vtuber_cli.advice import language_name

    return t(f"choice.reason.{pick.reason}", language=language_name(language))


def called(engine: str, model: str | None) -> str:
    """An engine and its model; once only if both are called the same."""
    return engine if model in (None, engine) else one_line(f"{engine} · {model}")


def _columns(entry: Entry) -> Iterator[str]:
    """`name  state  what there is, or what to do`, the last column wrapped."""
    from vtuber_cli.card.cells import wrap

    here = [one.model.name for one in entry.models if one.here]
    nothing = t("engine.list.elsewhere" if entry.state == "elsewhere" else "engine.list.no_model", name=entry.name)
    last = entry.command or ", ".join(here) or nothing
    start = "  " + _padded(entry.name, _NAME) + _padded(t(f"engine.state.{entry.state}"), _STATE)
    indent = " " * (2 + _NAME + _STATE)
    first, *rest = wrap(last, _WIDTH, indent)
    yield start + first.removeprefix(indent)
    yield from rest


def _entry_record(entry: Entry, language: str) -> dict[str, object]:
    from vtuber_cli.engines import choice

    return {
        "name": entry.name,
        "state": entry.state,
        "package": entry.package,
        "command": entry.command,
        "models": [
            {
                "name": one.model.name,
                "here": one.here,
                "knows": choice.knows(one.model, language),
                "quality": choice.quality(one.model, language),
                "cost": one.cost if math.isfinite(one.cost) else None,
            }
            for one in entry.models
        ],
    }


# --- an engine --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """One engine and its options."""

    entry: Entry
    about: str
    """What it is for; of a plug-in its docstring."""
    schema: Mapping[str, Any]
    """The JSON schema of its options; empty if the engine cannot be imported."""

    @classmethod
    def of(cls, entry: Entry) -> Page:
        from vtuber_cli.engines import registry
        from vtuber_cli.errors import EngineUnavailable

        try:
            engine = registry.load(entry.kind, entry.name)
        except EngineUnavailable:  # its state says so
            return cls(entry, "", {})
        about = find(f"engine.about.{entry.kind}.{entry.name}") or (engine.__doc__ or "").strip().partition("\n\n")[0]
        return cls(entry, one_line(about), engine.Options.model_json_schema())

    def lines(self) -> Iterator[str]:
        from vtuber_cli.card.cells import wrap

        entry = self.entry
        yield f"{_heading(entry.kind)} · {entry.name} · {t(f'engine.state.{entry.state}')}"
        yield from wrap(self.about, _WIDTH, "  ")
        if entry.command:
            yield from wrapped(t("engine.page.get", command=entry.command), "  ")
        if entry.models:
            yield from ("", f"{t('engine.page.models')}:")
            yield from (_model_line(one) for one in entry.models)
        properties = cast("dict[str, dict[str, Any]]", self.schema.get("properties", {}))
        if not properties:
            yield from ("", t("engine.page.no_options"))
            return
        yield from ("", f"{t('engine.page.options')}:")
        for name, value in properties.items():
            indent = " " * (2 + _NAME)
            first, *rest = wrap(", ".join(self._facts(value)), _WIDTH, indent)
            yield f"  {_padded(name, _NAME)}{first.removeprefix(indent)}"
            yield from rest
            words = i18n.words_of_option(entry.kind, entry.name, name) or one_line(value.get("description", ""))
            yield from wrap(words, _WIDTH, "      ")
        first = next(iter(properties))
        yield ""
        yield from wrap(t("engine.page.how", kind=entry.kind, name=entry.name, option=first), _WIDTH)

    def record(self) -> dict[str, object]:
        record = _entry_record(self.entry, i18n.language())
        return {"kind": self.entry.kind, **record, "about": self.about, "options": self.schema}

    def _facts(self, value: Mapping[str, Any]) -> Iterator[str]:
        """Its type, range and default, in words."""
        kinds = [kind for kind in self._variants(value) if kind.get("type") != "null"]
        for kind in kinds:
            yield _type_words(kind)
        default = value.get("default")
        words = json_words(default) if default not in (None, "") else ""
        yield t("engine.page.default", value=words) if words else t("engine.page.unset")

    def _variants(self, value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        if reference := value.get("$ref"):
            return [self.schema.get("$defs", {}).get(str(reference).rpartition("/")[2], {})]
        return value.get("anyOf") or [value]


def json_words(value: object) -> str:
    import json

    return one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _type_words(kind: Mapping[str, Any]) -> str:
    if choices := kind.get("enum"):
        return " | ".join(map(str, choices))
    words = {"string": "text", "array": "list"}.get(kind.get("type", ""), kind.get("type", ""))
    name = t(f"engine.type.{words}") if find(f"engine.type.{words}") is not None else "?"
    bounds = {
        "least": kind.get("minimum", kind.get("exclusiveMinimum")),
        "most": kind.get("maximum", kind.get("exclusiveMaximum")),
    }
    least, most = ("" if bound is None else f"{bound:.12g}" for bound in bounds.values())
    if least and most:
        return f"{name} {t('engine.range.between', least=least, most=most)}"
    if least:
        key = "at_least" if "minimum" in kind else "above"
        return f"{name} {t(f'engine.range.{key}', least=least)}"
    if most:
        key = "at_most" if "maximum" in kind else "below"
        return f"{name} {t(f'engine.range.{key}', most=most)}"
    return name


def _model_line(one: Candidate) -> str:
    from vtuber_cli.weights import human

    state = t("weights.state.installed" if one.here else "weights.state.absent")
    languages = " ".join(one.model.languages) or t("weights.any_language")
    return f"  {_padded(one.model.name, 24)}{_padded(human(one.model.size), 9)}{_padded(state, 13)}{languages}"


# --- what was measured ------------------------------------------------------------------------------------------


def bench_record(speeds: Sequence[Speed], failures: Sequence[object], machine: Machine) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "machine": {**asdict(machine), "busy": machine.busy},
        "engines": [speed.model_dump(mode="json") for speed in speeds],
        "failures": list(failures),
    }


def bench_lines(speeds: Sequence[Speed], machine: Machine) -> Iterator[str]:
    from vtuber_cli.engines import speeds as kept

    heads = ("load", "first", "again", "pace", "memory")
    kind = None
    for speed in speeds:
        if speed.kind != kind:
            kind = speed.kind
            titles = [t(f"engine.bench.head.{head}") for head in heads] if kind == speeds[0].kind else []
            yield _row(_heading(kind), titles)
        pace = f"{speed.real_time_factor:.3f}"
        if speed.tokens_per_s is not None:
            pace = t("engine.bench.tokens", count=f"{speed.tokens_per_s:.0f}")
        memory = "-" if speed.memory_mb is None else f"{speed.memory_mb:.0f} MB"
        seconds = [speed.load_s, speed.first_result_s, speed.warm_result_s]
        yield _row(f"  {called(speed.engine, speed.model)}", [*map(_duration, seconds), pace, memory])
    yield ""
    from vtuber_cli.card.cells import wrap

    yield from wrap(t("engine.bench.legend"), _WIDTH)
    facts = {"cores": machine.cores, "cpu": machine.cpu, "load": "-" if machine.load is None else machine.load}
    yield from wrap(t("engine.bench.machine", file=kept.file(), **facts), _WIDTH)


def _duration(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.0095 else f"{seconds * 1000:.2g} ms"


def _row(label: str, figures: Sequence[str]) -> str:
    from vtuber_cli.card.cells import cells

    line = _padded(label, _SUBJECT)
    over = cells(line) - _SUBJECT
    for figure in figures:
        space = _FIGURE - cells(figure) - over
        over = max(0, 1 - space)
        line += " " * max(1, space) + figure
    return line.rstrip()


# --- shared -----------------------------------------------------------------------------------------------------


def _heading(kind: EngineKind) -> str:
    return f"{t(f'weights.kind.{kind}')} ({kind})"


def wrapped(text: str, indent: str = "") -> Iterator[str]:
    """The text in lines that fit."""
    from vtuber_cli.card.cells import wrap

    return wrap(text, _WIDTH, indent)


def _padded(text: str, width: int) -> str:
    from vtuber_cli.card.cells import cells

    return text + " " * max(1, width - cells(text))
