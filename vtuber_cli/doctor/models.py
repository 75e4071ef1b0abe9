"""The weights that a talk needs, hashed; and whatever else is installed and damaged."""

from __future__ import annotations

from collections.abc import Iterator

from vtuber_cli.doctor.finding import Finding, finding, of_error
from vtuber_cli.doctor.patient import Patient
from vtuber_cli.errors import VtuberError, WeightsError
from vtuber_cli.weights import Weights, human


def examine(patient: Patient) -> Iterator[Finding]:
    plan = patient.plan
    try:
        weights = plan.weights if plan else Weights()
        needed = plan.models() if plan else []
        yield from (_needed(weights, name) for name in needed)
        states = {one.model.name: one.state for one in weights.survey()}
    except VtuberError as error:  # the catalogue itself
        yield of_error("models.catalogue", error)
        return
    for name, state in states.items():
        if name not in needed and state != "absent":
            yield _verified(weights, name, "models.other")


def _needed(weights: Weights, name: str) -> Finding:
    model = weights.catalog.find(name)
    if model is None:  # a path: nobody knows its hash
        try:
            return finding("models.needed", "ok", "path", name=weights.path(name).name)
        except WeightsError as error:
            return of_error("models.needed", error)
    if all(one.state == "absent" for one in weights.survey() if one.model.name == name):
        return finding("models.needed", "limit", "absent", name=name, size=human(model.download))
    return _verified(weights, name, "models.needed")


def _verified(weights: Weights, name: str, check: str) -> Finding:
    try:
        weights.verify(name)
    except WeightsError as error:
        return of_error(check, error)
    model = weights.catalog.find(name)
    return finding(check, "ok", name=name, size=human(model.size if model else 0))
