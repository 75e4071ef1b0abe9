"""Pictures of a model's expressions, one by one: for its owner to see what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtuber_cli.avatar.expressions import STRONGEST, Expression, Fades
from vtuber_cli.avatar.parameters import rest
from vtuber_cli.live2d.ids import standard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtuber_cli.avatar.parameters import Pose
    from vtuber_cli.live2d.model_file import Model
    from vtuber_cli.live2d.painter import Live2dPainter

_MOST = 60
"""Expressions that are drawn; some models have hundreds of switches."""
_COLUMNS = 5


def poses(model: Model, extra: Pose) -> list[tuple[str, dict[str, float]]]:
    """The model at rest, and each of its expressions as its artist made it.

    Args:
        extra: the values at rest of parameters that are not standard ones.
    """
    found = [("-", pose(Expression({}), extra))]
    found += [(name, pose(one.expression, extra)) for name, one in list(model.expressions.items())[:_MOST]]
    return found


def pose(expression: Expression, extra: Pose) -> dict[str, float]:
    """The face at rest that makes nothing but this expression, at its strongest."""
    values = {**rest(), **extra}
    own = Expression({standard(name): effect for name, effect in expression.effects.items()})
    fades = Fades()
    fades.show("", own.at(STRONGEST), 0.0, 0.0, 0.0)
    fades.colour(values, 1.0)
    return values


def sheet(painter: Live2dPainter, shown: Sequence[tuple[str, Pose]], side: int = 240) -> bytes:
    """All of them on one PNG, each with its name."""
    import numpy as np

    from vtuber_cli.avatar import png
    from vtuber_cli.avatar.sheet import framed, picture

    pictures = [framed(picture(painter, one, side), _printable(name)) for name, one in shown]
    columns = min(_COLUMNS, len(pictures))
    blank = np.zeros_like(pictures[0])
    pictures += [blank] * (-len(pictures) % columns)
    rows = [np.hstack(pictures[start : start + columns]) for start in range(0, len(pictures), columns)]
    return png.encode(np.vstack(rows))


def _printable(name: str) -> str:
    """What may stand in a drawing's text."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:40]
