"""From outcomes to figures."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from vtuber_cli.bench.arms import NAIVE_HANGOVER
from vtuber_cli.bench.machine import packages, peak_rss_mb

if TYPE_CHECKING:
    from vtuber_cli.bench.arms import Arm, Outcome
    from vtuber_cli.bench.machine import Machine
    from vtuber_cli.bootstrap import Plan

STAGES = ("hangover", "hear", "think", "speak")


@dataclass(frozen=True, slots=True)
class Report:
    """All that a run found out."""

    plan: Plan
    machine: Machine
    outcomes: Sequence[Outcome]
    first_paint_s: float | None

    def record(self) -> dict[str, Any]:
        """The figures, ready for JSON: milliseconds of medians and ninetieth percentiles, shares, counts."""
        ours, naive = self._summary("ours"), self._summary("naive")
        ratio = ours.p50 / naive.p50 if ours.p50 is not None and naive.p50 else None
        return {
            "first_audio_p50_ms": _rounded(ours.p50),
            "first_audio_p90_ms": _rounded(ours.p90),
            "naive_p50_ms": _rounded(naive.p50),
            "naive_p90_ms": _rounded(naive.p90),
            "ratio": _rounded(ratio, 3),
            "stages": {"ours": ours.stages, "naive": naive.stages},
            "hangover_ms": self.plan.settings.talk.hangover_ms,
            "naive_hangover_ms": round(NAIVE_HANGOVER * 1000),
            "false_cutoff_rate": ours.cutoff_rate,
            "naive_false_cutoff_rate": naive.cutoff_rate,
            "pauses": self._pauses(),
            "turns": len(self._of("ours")),
            "reply_tokens": ours.tokens,
            "naive_reply_tokens": naive.tokens,
            "prompt_tokens": ours.prompt,
            "cached_tokens": ours.cached,
            "naive_cached_tokens": naive.cached,
            "peak_rss_mb": peak_rss_mb(),
            "first_paint_s": self.first_paint_s,
            "machine": asdict(self.machine),
            "engines": self._engines(),
            "packages": packages(),
            "details": [_detail(outcome) for outcome in self.outcomes],
        }

    def _of(self, arm: Arm) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.arm == arm]

    def _summary(self, arm: Arm) -> _Summary:
        return _Summary.of(self._of(arm))

    def _pauses(self) -> list[dict[str, int]]:
        """For each length of an inner pause, in how many turns of each arm it was taken for the end."""
        found: dict[int, dict[str, int]] = {}
        for outcome in self.outcomes:
            for pause in outcome.utterance.pauses:
                row = found.setdefault(round(pause * 1000), {"turns": 0, "cut": 0, "naive_cut": 0})
                row["turns"] += outcome.arm == "ours"
                row["cut" if outcome.arm == "ours" else "naive_cut"] += outcome.cut_off
        return [{"pause_ms": pause, **found[pause]} for pause in sorted(found)]

    def _engines(self) -> dict[str, dict[str, str | None]]:
        plan = self.plan
        chosen = [*plan.engines.values(), plan.voices[plan.language]]
        return {one.kind: {"name": one.name, "model": one.model} for one in chosen}


@dataclass(frozen=True, slots=True)
class _Summary:
    """One arm. Turns that were cut off count in the rate and in nothing else."""

    p50: float | None
    p90: float | None
    stages: dict[str, int | float | None]
    cutoff_rate: float | None
    tokens: dict[str, int | float] | None
    prompt: int | float | None
    cached: int | float | None

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> _Summary:
        whole = [outcome for outcome in outcomes if outcome.first_audio_ms is not None]
        latencies = [outcome.first_audio_ms for outcome in whole if outcome.first_audio_ms is not None]
        paused = [outcome.cut_off for outcome in outcomes if outcome.utterance.pauses]
        usages = [outcome.usage for outcome in whole if outcome.usage is not None]
        tokens = [usage.reply for usage in usages]
        return cls(
            p50=percentile(latencies, 50),
            p90=percentile(latencies, 90),
            stages={stage: _median(whole, lambda one, s=stage: getattr(one.timings, f"{s}_ms")) for stage in STAGES},
            cutoff_rate=round(sum(paused) / len(paused), 3) if paused else None,
            tokens={"least": min(tokens), "median": statistics.median(tokens), "most": max(tokens)} if tokens else None,
            prompt=statistics.median(usage.prompt for usage in usages) if usages else None,
            cached=statistics.median(usage.cached for usage in usages) if usages else None,
        )


def percentile(values: Sequence[float], percent: int) -> float | None:
    """By linear interpolation between the two nearest; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _median(outcomes: Sequence[Outcome], of: Callable[[Outcome], float | None]) -> int | float | None:
    known = [value for value in map(of, outcomes) if value is not None]
    return _rounded(statistics.median(known)) if known else None


def _rounded(value: float | None, digits: int = 0) -> int | float | None:
    if value is None:
        return None
    return round(value, digits) if digits else round(value)


def _detail(outcome: Outcome) -> dict[str, Any]:
    usage = outcome.usage
    return {
        "arm": outcome.arm,
        "utterance": outcome.utterance.name,
        "pauses_ms": [round(pause * 1000) for pause in outcome.utterance.pauses],
        "cut_off": outcome.cut_off,
        "first_audio_ms": _rounded(outcome.first_audio_ms),
        "told_ms": _rounded(outcome.timings.first_audio_ms),
        **{f"{stage}_ms": _rounded(getattr(outcome.timings, f"{stage}_ms")) for stage in STAGES},
        "heard": outcome.heard,
        "reply": outcome.reply,
        "reply_tokens": usage.reply if usage else None,
        "cached_tokens": usage.cached if usage else None,
    }
