"""Counters, gauges and histograms as the text that Prometheus reads (exposition format 0.0.4)."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OTHER = "other"
"""The label of what is beyond those that there may be."""

Values: TypeAlias = "Mapping[str, float] | float"


class Metric(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def help(self) -> str:
        """What it is, in a sentence."""
        ...

    def lines(self) -> Iterator[str]:
        """All of it, behind `# HELP`."""
        ...


@dataclass(slots=True)
class Counter:
    """Only ever grows; `label` is the name of what tells its values apart, empty if nothing does."""

    name: str
    help: str
    label: str = ""
    most: int = 256
    """Values of the label: a series for each is kept for ever, here and in what reads this."""
    values: dict[str, float] = field(default_factory=dict[str, float])

    def add(self, value: str = "", by: float = 1) -> None:
        if value not in self.values and len(self.values) >= self.most:
            value = OTHER
        self.values[value] = self.values.get(value, 0) + by

    def lines(self) -> Iterator[str]:
        yield f"# TYPE {self.name} counter"
        if not self.label and not self.values:
            yield f"{self.name} 0"
        for value, count in self.values.items():
            yield f"{self.name}{_labels({self.label: value})} {_number(count)}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that somebody else has, asked for when it is read; None of it is written where there is none."""

    name: str
    help: str
    read: Callable[[], Values | None]
    label: str = ""
    kind: str = "gauge"

    def lines(self) -> Iterator[str]:
        yield f"# TYPE {self.name} {self.kind}"
        found = self.read()
        if isinstance(found, Mapping):
            for value, number in found.items():
                yield f"{self.name}{_labels({self.label: value})} {_number(number)}"
        elif found is not None:
            yield f"{self.name} {_number(found)}"


@dataclass(slots=True)
class Histogram:
    """How often something took how long.

    Args:
        bounds: the upper ends of its buckets, rising; another one without an end follows.
    """

    name: str
    help: str
    bounds: tuple[float, ...]
    label: str = ""
    _counts: dict[str, list[int]] = field(init=False)
    _sums: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self._counts = defaultdict(lambda: [0] * (len(self.bounds) + 1))
        self._sums = defaultdict(float)

    def observe(self, seconds: float, value: str = "") -> None:
        self._counts[value][bisect_left(self.bounds, seconds)] += 1
        self._sums[value] += seconds

    def lines(self) -> Iterator[str]:
        yield f"# TYPE {self.name} histogram"
        for value, counts in self._counts.items():
            own = {self.label: value} if self.label else {}
            total = 0
            for bound, count in zip((*map(_number, self.bounds), "+Inf"), counts, strict=True):
                total += count
                yield f"{self.name}_bucket{_labels({**own, 'le': bound})} {total}"
            yield f"{self.name}_sum{_labels(own)} {_number(self._sums[value])}"
            yield f"{self.name}_count{_labels(own)} {total}"


def text(metrics: Iterable[Metric]) -> str:
    """The page."""
    rows: list[str] = []
    for metric in metrics:
        words = metric.help.replace("\\", r"\\").replace("\n", r"\n")
        rows += [f"# HELP {metric.name} {words}", *metric.lines()]
    return "\n".join([*rows, ""])


def _labels(given: Mapping[str, str]) -> str:
    told = ",".join(f'{name}="{_escaped(value)}"' for name, value in given.items() if name)
    return f"{{{told}}}" if told else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return repr(int(value)) if value == int(value) else repr(float(value))
