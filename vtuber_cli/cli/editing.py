"""`vtuber config edit`: the user's settings in their own editor, taken only when they are right."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

_STEP = "  "
_WIDTH = 76
_EDITORS = ("nano", "vim", "vi", "notepad")


def edit() -> None:
    """Opens a copy; moves it into place when nothing is wrong with it.

    Raises:
        UsageError: there is no editor, or it failed; or something is wrong and nobody is there to be asked.
    """
    from vtuber_cli import config, settings_file
    from vtuber_cli.cli import ask, show

    command = _editor()
    file = config.user_file()
    before = settings_file.read() if os.path.lexists(file) else ""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name("config.draft.yaml")
    opened = before or template()
    _write(draft, opened)
    while True:
        _run([*command, str(draft)])
        text = draft.read_bytes().decode("utf-8", "replace")
        problems = settings_file.problems(text)
        if not problems:
            break
        for problem in problems:
            show.error(problem)
        if not (ask.is_possible() and ask.yes(t("settings.edit_again"), otherwise=True)):
            raise UsageError("settings.draft_is_wrong", file=draft)
    if text != opened:
        settings_file.install(text)
    draft.unlink()
    show.notice(t("settings.same_file" if text == opened else "settings.edited", file=file))


def template() -> str:
    """A file that says nothing yet: every setting with its words and its default, commented out."""
    from vtuber_cli import config
    from vtuber_cli.cli.schema import modeline

    lines = [modeline("config", config.user_file()), *(f"# {line}" for line in t("settings.template").splitlines())]
    above: list[str] = []
    for key, info in config.fields().items():
        *sections, name = key.split(".")
        same = next(
            (at for at, pair in enumerate(zip(sections, above, strict=False)) if pair[0] != pair[1]), len(above)
        )
        lines += [
            *([""] if name != "options" else []),
            *(f"{_STEP * at}{each}:" for at, each in enumerate(sections) if at >= same),
        ]
        above = sections
        lines += [f"{_STEP * len(sections)}# {line}" for line in _commented(key, name, info)]
    return "\n".join(lines) + "\n"


def _commented(key: str, name: str, info: FieldInfo) -> Iterator[str]:
    from vtuber_cli.card.cells import wrap
    from vtuber_cli.yaml_edit import written

    if name != "options":  # what they are depends on the engine; `config explain` tells
        yield from wrap(t(f"settings.of.{key}"), _WIDTH)
    yield f"{name}: {written(info.get_default(call_default_factory=True))}"


def _editor() -> list[str]:
    for variable in ("VISUAL", "EDITOR"):
        if wanted := os.environ.get(variable, "").strip():
            try:
                return shlex.split(wanted, posix=os.name != "nt")
            except ValueError:
                return [wanted]
    for name in _EDITORS:
        if found := shutil.which(name):
            return [found]
    raise UsageError("settings.no_editor")


def _run(command: list[str]) -> None:
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise UsageError("settings.editor_failed", name=command[0], reason=error.strerror or error) from error
    if code:
        raise UsageError("settings.editor_failed", name=command[0], reason=f"exit {code}")


def _write(draft: Path, text: str) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(text.encode())
