"""A Live2D model on one page, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vtuber_cli.cli import show
from vtuber_cli.cli.table import print_rows
from vtuber_cli.i18n import t
from vtuber_cli.live2d import guess
from vtuber_cli.live2d.folder import MOC_VERSIONS
from vtuber_cli.live2d.ids import standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vtuber_cli.live2d.guess import Guess
    from vtuber_cli.live2d.map_file import Cast
    from vtuber_cli.live2d.painter import Live2dPainter


def record(cast: Cast, painter: Live2dPainter | None) -> dict[str, Any]:
    """Everything that is known of a model, for programs; more, if it can be drawn here."""
    model, ranges = cast.model, _ranges(painter)
    ids = list(ranges) or model.parameters()
    return {
        "model": str(model.file),
        "moc": {"file": str(model.moc), "version": model.moc_version, "editor": MOC_VERSIONS[model.moc_version]},
        "textures": [{"file": str(file), "width": size.width, "height": size.height} for file, size in model.textures],
        "parameters": [
            {
                "id": identity,
                "name": model.parameter_names.get(identity, ""),
                "standard": standard(identity),
                **(dict(zip(("low", "high", "default"), ranges[identity], strict=True)) if identity in ranges else {}),
            }
            for identity in ids
        ],
        "lip_sync": list(model.lip_sync),
        "eye_blink": list(model.eye_blink),
        "expressions": [
            {
                "name": name,
                "file": str(one.file),
                "fade_in": one.expression.fade_in,
                "fade_out": one.expression.fade_out,
                "parameters": {
                    identity: {"blend": effect.blend, "value": effect.levels[-1]}
                    for identity, effect in one.expression.effects.items()
                },
            }
            for name, one in model.expressions.items()
        ],
        "motions": {
            group: [
                {"file": str(one.file), "seconds": one.motion.duration, "loops": one.motion.loops} for one in members
            ]
            for group, members in model.motions.items()
        },
        "hit_areas": [area._asdict() for area in model.hit_areas],
        "emotions": {
            emotion: {"expression": one.expression, "add": dict(one.values), "sure": one.sure, "why": one.why}
            for emotion, one in guess.emotions(model, ranges).items()
        },
        "drawn_by": None if painter is None else painter.drawn_by,
        "left_out": [show.message(fault) for fault in model.faults],
        "licence": t("live2d.licence"),
    }


def print_page(cast: Cast, painter: Live2dPainter | None) -> None:
    """Prints what a person wants to know of it; what was left out and the licence are said on stderr."""
    model, ranges = cast.model, _ranges(painter)
    megabytes = f"{model.moc.stat().st_size / 1_000_000:.1f} MB"
    moc = t("live2d.page.moc_says", editor=MOC_VERSIONS[model.moc_version], size=megabytes)
    sizes = ", ".join(f"{file.name} {size.width}x{size.height}" for file, size in model.textures)
    print_rows(
        [
            (model.name, ""),
            (t("live2d.page.moc"), moc),
            (t("live2d.page.textures"), sizes),
            (t("live2d.page.lips"), _joined(model.lip_sync)),
            (t("live2d.page.eyes"), _joined(model.eye_blink)),
            (t("live2d.page.hit_areas"), _joined(area.name or area.id for area in model.hit_areas)),
        ],
        ("bold", ""),
    )
    ids = list(ranges) or model.parameters()
    _part("parameters", [(one, model.parameter_names.get(one, ""), _range(ranges.get(one))) for one in ids])
    _part("expressions", [(name, one.file.name, _effects(one.expression)) for name, one in model.expressions.items()])
    _part("motions", [row for group, members in model.motions.items() for row in _motion_rows(group, members)])
    _part("emotions", [_guess_row(emotion, one) for emotion, one in guess.emotions(model, ranges).items()])
    for fault in model.faults:
        show.notice(t("live2d.left_out", message=show.message(fault)))
    show.notice(t("live2d.licence"))


def _part(name: str, rows: Sequence[Sequence[str]]) -> None:
    print(f"\n{t(f'live2d.page.{name}')} ({len(rows)})")
    print_rows([("", *row) for row in rows], ("", "bold", "", "dim"))


def _ranges(painter: Live2dPainter | None) -> Mapping[str, tuple[float, float, float]]:
    """The parameters that the moc has, if it could be asked."""
    return {} if painter is None else painter.parameters


def _range(found: tuple[float, float, float] | None) -> str:
    return "" if found is None else f"{found[0]:g} … {found[2]:g} … {found[1]:g}"


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words) or t("live2d.page.none")


def _effects(expression: Any) -> str:
    forms = {"add": "{:+g}", "multiply": "x{:g}", "overwrite": "={:g}"}
    shown = list(expression.effects.items())[:8]
    return " ".join(name + forms[effect.blend].format(effect.levels[-1]) for name, effect in shown)


def _motion_rows(group: str, members: Iterable[Any]) -> list[Sequence[str]]:
    return [
        (
            group or '""',
            one.file.name,
            t("live2d.page.seconds", seconds=f"{one.motion.duration:.1f}"),
            t("live2d.page.loops") if one.motion.loops else "",
        )
        for one in members
    ]


def _guess_row(emotion: str, one: Guess) -> Sequence[str]:
    shown = one.expression or " ".join(f"{name}{value:+g}" for name, value in one.values.items())
    return emotion, shown, t("live2d.page.sure" if one.sure else "live2d.page.unsure"), t(f"live2d.why.{one.why}")
