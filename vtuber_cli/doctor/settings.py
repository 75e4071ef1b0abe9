"""The settings and the character."""

from __future__ import annotations

from collections.abc import Iterator

from vtuber_cli import config
from vtuber_cli.doctor.finding import Finding, finding, of_error
from vtuber_cli.doctor.patient import Patient
from vtuber_cli.errors import VtuberError
from vtuber_cli.i18n import t


def examine(patient: Patient) -> Iterator[Finding]:
    if isinstance(patient.diagnosis, VtuberError):
        yield of_error("config.settings", patient.diagnosis)
        return
    changed = len(config.load(patient.flags).sources)
    file = config.user_file()
    yield finding("config.settings", "ok", "" if file.exists() else "none", file=str(file), changed=changed)
    if config.project_file().exists():
        yield finding("config.project", "ok", file=str(config.project_file()))
    plan = patient.diagnosis
    name = plan.character.display_name(plan.language)
    spoken = t(f"choice.language.{plan.language}")
    yield finding(
        "config.character", "ok", id=plan.character.id, name=name, language=plan.language, language_name=spoken
    )
