"""Who is examined: this machine, as a talk with these settings would find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from vtuber_cli.errors import VtuberError

if TYPE_CHECKING:
    from vtuber_cli.bootstrap import Plan


@dataclass
class Patient:
    flags: Mapping[str, object] = field(default_factory=dict[str, object])
    """By dotted settings key, as on the command line."""
    sound: bool = True
    """Whether something may be played and recorded."""

    @cached_property
    def diagnosis(self) -> Plan | VtuberError:
        """What a talk would use, or why there would be none."""
        from vtuber_cli import bootstrap

        try:
            return bootstrap.plan(self.flags)
        except VtuberError as error:
            return error

    def settle_language(self) -> None:
        """Has the report be in the language of a talk, which is known with the plan."""
        _ = self.diagnosis

    @property
    def plan(self) -> Plan | None:
        return None if isinstance(self.diagnosis, VtuberError) else self.diagnosis
