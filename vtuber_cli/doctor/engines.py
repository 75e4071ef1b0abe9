"""The engines that a talk would use: loaded for real, and how fast they are on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vtuber_cli.advice import language_name
from vtuber_cli.bench.engines import Subject, measured_alone
from vtuber_cli.bench.machine import Machine
from vtuber_cli.doctor.finding import Finding, finding, of_error
from vtuber_cli.doctor.patient import Patient
from vtuber_cli.errors import VtuberError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from vtuber_cli.bootstrap import Chosen, Plan
    from vtuber_cli.engines.speeds import Speed
    from vtuber_cli.events import EngineKind

LONGEST: dict[EngineKind, float] = {"vad": 0.2, "asr": 0.5, "llm": 1.0, "tts": 0.7}
"""Real-time factors from which on people wait: of a model, seconds of thinking for a second of reading its words."""


def examine(patient: Patient) -> Iterator[Finding]:
    plan = patient.plan
    if plan is None:
        yield finding("engines.plan", "skipped")
        return
    machine = Machine.here()
    for kind, chosen in plan.engines.items():
        yield _measured(plan, kind, chosen, plan.language, machine)
    for voice in {id(voice): voice for voice in plan.voices.values()}.values():
        language = next(language for language, one in plan.voices.items() if one is voice)
        yield _measured(plan, "tts", voice, language, machine)
    if plan.language not in plan.voices:
        yield finding("engines.tts", "limit", "none", **_language(plan.language))


def _measured(plan: Plan, kind: EngineKind, chosen: Chosen, language: str, machine: Machine) -> Finding:
    check = f"engines.{kind}"
    options = chosen.options.model_dump(mode="json", exclude_unset=True)
    try:
        if absent := plan.weights.missing(chosen.weights):
            return finding(check, "skipped", "absent", name=absent[0].name, **_language(language))
        speed = measured_alone(Subject(kind, chosen.name, options, language), plan.settings.models_dir, machine)
    except VtuberError as error:
        if error.key == "endpoint.fallback":
            return of_error(check, error, "limit", t("doctor.engines.llm.fallback.fix"))
        return of_error(check, error)
    return _judged(check, kind, speed, language)


def _judged(check: str, kind: EngineKind, speed: Speed, language: str) -> Finding:
    slow = speed.real_time_factor > LONGEST[kind]
    words = {(False, False): "", (True, False): "slow", (True, True): "busy", (False, True): ""}[slow, speed.busy]
    return finding(
        check,
        "limit" if slow else "ok",
        words,
        name=speed.model or speed.engine,
        **_language(language),
        load_s=round(speed.load_s, 1),
        first_ms=round(1000 * speed.warm_result_s, 1 if speed.warm_result_s < 0.01 else None),
        factor=round(speed.real_time_factor, 3),
        tokens_per_s=speed.tokens_per_s,
    )


def _language(code: str) -> dict[str, str]:
    return {"language": code, "language_name": language_name(code)}
