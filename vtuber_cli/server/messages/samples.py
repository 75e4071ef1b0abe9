"""Sound as a client's JSON has it: a list of floats, made into one array without a look at every number in Python."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, cast

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from vtuber_cli.events import EAR_RATE

if TYPE_CHECKING:
    from vtuber_cli.events import Samples

LONGEST = 30 * EAR_RATE
"""Samples of one message."""


def samples_of(value: Any) -> Samples:
    """A list of numbers as float32, beyond [-1, 1] clipped.

    Raises:
        PydanticCustomError: it is something else, or too long.
    """
    import numpy as np

    from vtuber_cli.audio.pcm import sane

    if isinstance(value, np.ndarray):
        return cast("Samples", value)
    if not isinstance(value, list):
        raise PydanticCustomError("not_samples", "no list of numbers")
    if len(cast("list[Any]", value)) > LONGEST:
        raise PydanticCustomError("too_much_sound", "too long", {"limit": LONGEST // EAR_RATE})
    try:
        # Unlike numpy.array it takes numbers only: a text among them cannot make it allocate what no machine has.
        doubles = array("d", cast("list[float]", value))
    except (TypeError, OverflowError):
        raise PydanticCustomError("not_samples", "no list of numbers") from None
    return sane(np.frombuffer(doubles, dtype=np.float64))


def _listed(samples: Samples) -> list[float]:
    return cast("list[float]", samples.tolist())


if TYPE_CHECKING:
    Sound: TypeAlias = Samples
    """Float32 mono at `EAR_RATE`, shape (n,)."""
else:
    Sound = Annotated[
        Any,
        PlainValidator(samples_of),
        PlainSerializer(_listed, return_type=list),
        WithJsonSchema({"type": "array", "items": {"type": "number"}, "maxItems": LONGEST}),
    ]
