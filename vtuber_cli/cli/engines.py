"""`vtuber engines`: which engines there are, which one auto takes, what their options mean, how fast they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from vtuber_cli import i18n
from vtuber_cli.cli import options
from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.bench.engines import Subject
    from vtuber_cli.config import Settings
    from vtuber_cli.engines.speeds import Speed
    from vtuber_cli.events import EngineKind


def command(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="engine.argument.names")] = None,
    bench: Annotated[bool, typer.Option("--bench", help="engine.option.bench")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="engine.option.json")] = False,
    models_dir: options.ModelsDir = None,
) -> None:
    from vtuber_cli import config

    settings = config.load({"models_dir": models_dir}).settings
    if settings.language != "auto":
        i18n.set_language(settings.language)
    wanted = _wanted(names or [])
    if bench:
        named = {pair for pair in wanted if any(word in (pair[1], ".".join(pair)) for word in names or [])}
        _bench(wanted, settings, as_json=as_json, named=named)
    elif names and not all(name in _kinds() for name in names):
        _explain(wanted, settings, as_json=as_json)
    else:
        _list(list(dict.fromkeys(kind for kind, _ in wanted)), settings, as_json=as_json)


def _kinds() -> Sequence[EngineKind]:
    from vtuber_cli.engines.roster import KINDS

    return KINDS


def _wanted(names: Sequence[str]) -> list[tuple[EngineKind, str]]:
    """The engines that these words name, in the order of a talk; all of them if there are no words.

    Raises:
        UsageError: a word names none; says the nearest.
    """
    from vtuber_cli.engines import registry

    every: list[tuple[EngineKind, str]] = [(kind, name) for kind in _kinds() for name in registry.names(kind)]
    chosen: set[tuple[EngineKind, str]] = set()
    for word in names:
        meant = {pair for pair in every if word in (pair[0], pair[1], ".".join(pair))}
        if not meant:
            raise _unknown(word, every)
        chosen |= meant
    return [pair for pair in every if pair in chosen or not names]


def _unknown(word: str, every: Sequence[tuple[EngineKind, str]]) -> UsageError:
    from difflib import get_close_matches

    known = dict.fromkeys(text for kind, name in every for text in (f"{kind}.{name}", name, kind))
    if "." not in word:
        known = {text: None for text in known if "." not in text}
    nearest = get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    key = "engine.unknown_any_nearest" if nearest else "engine.unknown_any"
    return UsageError(key, name=word, nearest="".join(nearest))


def _list(kinds: Sequence[EngineKind], settings: Settings, *, as_json: bool) -> None:
    from vtuber_cli.cli import engine_pages as pages
    from vtuber_cli.weights import Weights

    weights = Weights(settings.models_dir)
    sheets = [pages.sheet(kind, weights, i18n.language(), settings) for kind in kinds]
    if as_json:
        _print_json([sheet.record() for sheet in sheets])
        return
    for sheet in sheets:
        for line in sheet.lines():
            print(line)
        print()
    for line in pages.wrapped(t("engine.list.more")):
        print(line)


def _explain(wanted: Sequence[tuple[EngineKind, str]], settings: Settings, *, as_json: bool) -> None:
    from vtuber_cli.cli import engine_pages as pages
    from vtuber_cli.engines.roster import roster
    from vtuber_cli.weights import Weights

    weights = Weights(settings.models_dir)
    entries = [entry for kind in _kinds() for entry in roster(kind, weights) if (kind, entry.name) in wanted]
    explained = [pages.Page.of(entry) for entry in entries]
    if as_json:
        _print_json([page.record() for page in explained])
        return
    for number, page in enumerate(explained):
        for line in page.lines():
            print(line)
        if number < len(explained) - 1:
            print()


def _bench(
    wanted: Sequence[tuple[EngineKind, str]], settings: Settings, *, as_json: bool, named: set[tuple[EngineKind, str]]
) -> None:
    """Measures, keeps and prints the figures; an engine that fails costs a line on stderr and the exit code."""
    from vtuber_cli.bench import engines as measuring
    from vtuber_cli.bench.machine import Machine
    from vtuber_cli.cli import engine_pages as pages
    from vtuber_cli.cli import show
    from vtuber_cli.errors import VtuberError

    machine = Machine.here()
    subjects = _subjects(wanted, settings, named=named)
    if not subjects:
        raise UsageError("engine.bench_nothing")
    show.notice(t("engine.bench.begin", count=len(subjects)))
    speeds: list[Speed] = []
    failures: list[dict[str, object]] = []
    code = 0
    for subject in subjects:
        show.notice(t("engine.bench.now", name=pages.called(subject.engine, subject.model)))
        try:
            speeds.append(measuring.measured_alone(subject, settings.models_dir, machine))
        except VtuberError as error:
            show.error(error)
            said = {"error": show.message(error), "hint": show.hint(error)}
            failures.append({"kind": subject.kind, "engine": subject.engine, "model": subject.model, **said})
            code = code or error.exit_code
    if speeds:
        _keep(speeds)
        if machine.busy:
            show.notice(t("engine.bench.busy", load=machine.load, cores=machine.cores))
    if as_json:
        _print_json(pages.bench_record(speeds, failures, machine))
    elif speeds:
        for line in pages.bench_lines(speeds, machine):
            print(line)
    raise typer.Exit(code)


def _subjects(
    wanted: Sequence[tuple[EngineKind, str]], settings: Settings, *, named: set[tuple[EngineKind, str]]
) -> list[Subject]:
    """What can run; of what was named by its name also what cannot, so that it is said why."""
    from dataclasses import replace

    from vtuber_cli.bench import engines as measuring
    from vtuber_cli.engines.roster import roster
    from vtuber_cli.weights import Weights

    weights = Weights(settings.models_dir)
    states = {(kind, entry.name): entry.state for kind in _kinds() for entry in roster(kind, weights)}
    wanted = [pair for pair in wanted if pair in named or (states[pair] == "ready" and pair[1] != "echo")]
    told = {kind: wish for kind in _kinds() if (wish := getattr(settings.engines, kind)).options}
    return [
        replace(one, options=told[one.kind].options) if one.kind in told and told[one.kind].name == one.engine else one
        for one in measuring.subjects(weights, i18n.language(), wanted)
    ]


def _keep(measured: Sequence[Speed]) -> None:
    from vtuber_cli.cli.show import notice
    from vtuber_cli.engines import speeds

    try:
        speeds.keep(measured)
    except OSError as error:
        notice(t("engine.bench.unkept", reason=error.strerror or error))


def _print_json(data: object) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))
