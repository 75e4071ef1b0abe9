"""How models look: a list by kind, and a page about one. Both are data, printed to stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from vtuber_cli import i18n
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vtuber_cli.weights import Catalog, Installed, Model


def record(one: Installed, catalog: Catalog) -> dict[str, object]:
    """What `--json` says about a model."""
    model = one.model
    return {
        "name": model.name,
        "title": model.title,
        "kind": model.kind,
        "engine": model.engine,
        "options": model.options,
        "languages": list(model.languages),
        "quality": model.quality,
        "cost": model.cost,
        "memory": model.memory,
        "tried": model.tried,
        "size": model.size,
        "download": model.download,
        "licence": model.licence,
        "note": getattr(model.note, i18n.language()),
        "sources": [source.type for source in model.sources],
        "default": model.name in catalog.default,
        "state": one.state,
        "verified": one.verified,
        "folder": str(one.folder) if one.folder else None,
    }


def full_record(one: Installed, catalog: Catalog) -> dict[str, object]:
    """The same, with everything that the catalogue says of sources and files."""
    model = one.model
    return record(one, catalog) | {
        "sources": [source.model_dump(mode="json") for source in model.sources],
        "files": [file.model_dump(mode="json") for file in model.files],
    }


def listed(found: Sequence[Installed], catalog: Catalog) -> Iterator[str]:
    """Two lines a model, grouped by kind in the order in which a talk uses them."""
    from vtuber_cli.weights import human
    from vtuber_cli.weights.catalog import Kind

    for kind in get_args(Kind):
        of_kind = [one for one in found if one.model.kind == kind]
        if of_kind:
            yield t(f"weights.kind.{kind}")
        for one in of_kind:
            model = one.model
            cells = ((model.name, 26), (human(model.size), 9), (t(f"weights.state.{one.state}"), 12))
            yield f"  {''.join(_cell(text, width) for text, width in cells)}{_languages(model, in_full=False)}"
            default = f" · {t('weights.default')}" if model.name in catalog.default else ""
            yield f"      {model.engine} · {model.licence}{default}"


def page(one: Installed) -> Iterator[str]:
    """Everything about a model, in lines of a label and what it means."""
    model = one.model
    yield f"{model.name} · {model.title}"
    yield getattr(model.note, i18n.language())
    if not model.tried:
        yield t("weights.show.untried")
    rows = [(label, text) for label, text in _rows(one) if text]
    width = max(_width(t(f"weights.show.{label}")) for label, _ in rows) + 2
    for label, text in rows:
        yield _cell(t(f"weights.show.{label}"), width) + text
    yield t("weights.show.files")
    for file in model.files:
        yield f"  {file.path}  {file.size}  {file.sha256}"


def _rows(one: Installed) -> Iterator[tuple[str, str]]:
    from vtuber_cli.weights import human

    model = one.model
    yield "kind", t(f"weights.kind.{model.kind}")
    yield "engine", model.engine
    yield "state", t(f"weights.state.{one.state}")
    yield "folder", str(one.folder) if one.folder else ""
    yield "languages", _languages(model, in_full=True)
    yield "speed", _speed(model)
    yield "memory", t("weights.show.about", size=human(model.memory)) if model.memory else ""
    download = {"size": human(model.size), "download": human(model.download)}
    yield "size", t("weights.show.download" if model.download else "weights.show.on_disk", **download)
    yield "licence", model.licence
    yield "sources", " > ".join(_source(source) for source in model.sources)


def _source(source: object) -> str:
    named = {name: getattr(source, name, "") for name in ("repo", "package")}
    return t(f"weights.source.{getattr(source, 'type', '')}", **named)


def _speed(model: Model) -> str:
    if model.cost is None:
        return ""
    if model.kind == "llm":
        rate = 1 / model.cost
        return t("weights.show.speed_llm", rate=f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}")
    return t("weights.show.speed_sound", cost=f"{model.cost:g}")


def _languages(model: Model, *, in_full: bool) -> str:
    """`en good · ko fair · others fair`: what was judged first, then, or in short their number, those only known."""
    rest = t("weights.quality.other" if len(model.quality) > 1 else "weights.any_language")
    judged = [
        f"{rest if language == '*' else language} {t(f'weights.quality.{quality}')}"
        for language, quality in model.quality.items()
    ]
    known = [language for language in model.languages if language not in model.quality]
    if in_full or len(known) == 1:
        judged += known
    elif known and "*" not in model.quality:
        judged.append(f"+{len(known)}")
    return " · ".join(judged) or t("weights.any_language")


def _cell(text: str, width: int) -> str:
    """The text, filled up to `width` terminal columns."""
    return text + " " * max(width - _width(text), 1)


def _width(text: str) -> int:
    """Terminal columns: Korean letters take two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
