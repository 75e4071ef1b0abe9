"""The settings and the character."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vtuber_cli import config
from vtuber_cli.advice import language_name
from vtuber_cli.doctor.finding import Finding, finding, of_error
from vtuber_cli.doctor.patient import Patient
from vtuber_cli.errors import VtuberError
from vtuber_cli.i18n import t


def examine(patient: Patient) -> Iterator[Finding]:
    if isinstance(patient.diagnosis, VtuberError):
        yield of_error("config.settings", patient.diagnosis, fix=_fix(patient.diagnosis))
        return
    changed = len(config.load(patient.flags).sources)
    file = config.user_file()
    yield finding("config.settings", "ok", "" if file.exists() else "none", file=str(file), changed=changed)
    if config.project_file().exists():
        yield finding("config.project", "ok", file=str(config.project_file()))
    plan = patient.diagnosis
    name = plan.character.display_name(plan.language)
    spoken = language_name(plan.language)
    yield finding(
        "config.character", "ok", id=plan.character.id, name=name, language=plan.language, language_name=spoken
    )


def _fix(error: VtuberError) -> str:
    """What mends settings, by where they were said: an error in them names its place and seldom the cure."""
    area, _, _ = error.key.partition(".")
    where = error.params.get("file")
    match where:
        case Path() if where in (config.user_file(), config.project_file()):
            words = "mine" if where == config.user_file() else "project"
        case Path():
            words = "character"
        case str() if where.startswith("VTUBER_"):
            words = "variable"
        case str() if where.startswith("engines."):
            words = "options"
        case _:
            words = {"character": "who", "engine": "engine"}.get(area, "flag")
    return t(f"doctor.config.fix.{words}", **error.params)
