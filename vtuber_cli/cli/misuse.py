"""What Typer has to say against a command line, in our words. Its classes are private, so they are told by name."""

from __future__ import annotations

import re
from typing import Any

from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t

_EXTRA = re.compile(r"Got unexpected extra argument\(s\) \((.*)\)", re.DOTALL)


def explained(err: Exception) -> UsageError:
    """Typer's complaint as an error of ours."""
    context = getattr(err, "ctx", None)
    command = str(context.command_path) if context is not None else "vtuber"
    said = {"name": _name(err), "help": f"{command} --help"}
    reason = str(getattr(err, "message", err))
    match type(err).__name__:
        case "NoSuchOption":
            nearest = sorted(getattr(err, "possibilities", None) or ())
            key = "cli.no_such_option_nearest" if nearest else "cli.no_such_option"
            return UsageError(key, nearest=", ".join(nearest), **said)
        case "MissingParameter":
            return UsageError("cli.missing_argument", **said)
        case "BadParameter" if said["name"]:
            return _bad_value(err, command, reason, said)
        case "BadOptionUsage":
            return UsageError("cli.takes_no_value" if "does not take" in reason else "cli.needs_value", **said)
        case _:
            if extra := _EXTRA.fullmatch(reason):
                return UsageError("cli.extra_argument", **{**said, "name": extra[1]})
            return UsageError("cli.bad_usage", reason=reason, **said)


def _name(err: Exception) -> str:
    """Of the option, the long one if it has two; or of the argument, as the help page has it."""
    param: Any = getattr(err, "param", None)
    if param is None:
        return str(getattr(err, "option_name", None) or "")
    if param.param_type_name == "option":
        return str(max(param.opts, key=len))
    return str(param.get_error_hint()).strip("'")


def _bad_value(err: Exception, command: str, reason: str, said: dict[str, str]) -> UsageError:
    """A value of the wrong type, or out of its range: as the settings say it."""
    errors: Any = getattr(err.__cause__, "errors", None)
    if errors is None:
        return UsageError("cli.bad_value", reason=reason, **said)
    from vtuber_cli import yaml_file

    words, params = yaml_file.reason(errors(include_url=False, include_input=False)[0])
    place = command.removeprefix("vtuber ")
    return UsageError(words, hint=t("cli.bad_value.hint", **said), place=place, name=said["name"], **params)
