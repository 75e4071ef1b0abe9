"""What the files in deploy/ say of the program: its options, settings, paths, port and exit codes are those it has."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.test_readme import calls, understand
from vtuber_cli import config
from vtuber_cli.cli.serve import _END_SECONDS
from vtuber_cli.config import Server
from vtuber_cli.engines.llm_openai import OpenAi
from vtuber_cli.errors import UsageError
from vtuber_cli.server.guard.layer import Rules

CHECKOUT = Path(__file__).resolve().parent.parent.parent
DEPLOY = CHECKOUT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
PORT = Server().port


class Unit(ConfigParser):
    optionxform = str  # type: ignore[assignment] - systemd minds capitals

    def __init__(self, file: Path) -> None:
        super().__init__(interpolation=None, strict=False)
        self.read(file, encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """(instruction, the rest) of the Dockerfile, lines that go on joined."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    whole = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", text))
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in whole.splitlines() if line.strip())]


def said(name: str) -> list[str]:
    return [rest for each, rest in instructions() if each == name]


def services() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]


def environments() -> Iterator[tuple[str, dict[str, str]]]:
    """What each file sets, where a variable of the reader's has its default."""
    pairs = (pair for line in said("ENV") for pair in shlex.split(line))
    yield "Dockerfile", dict(pair.split("=", 1) for pair in pairs)
    for name, service in services().items():
        given = service.get("environment", {})
        yield name, {key: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for key, value in given.items()}
    for file in UNITS:
        pairs = shlex.split(Unit(file)["Service"]["Environment"].replace("%S", "/var/lib"))
        yield file.name, dict(pair.split("=", 1) for pair in pairs)


# --- what they call -----------------------------------------------------------------------------------------------


def test_the_image_starts_the_program() -> None:
    (entry,), (command,) = said("ENTRYPOINT"), said("CMD")
    assert json.loads(entry) == ["tini", "--", "vtuber"]
    understand(["vtuber", *json.loads(command)])


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_a_unit_starts_the_program(file: Path) -> None:
    program, *words = shlex.split(Unit(file)["Service"]["ExecStart"])
    assert Path(program).name == "vtuber"
    understand(["vtuber", *words])


@pytest.mark.parametrize("file", sorted(DEPLOY.iterdir()), ids=lambda file: file.name)
def test_commands_in_comments_are_commands(file: Path) -> None:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("#   "):
            for words in calls(line[1:]):
                understand(words)


@pytest.mark.parametrize("name", ["Dockerfile", *services(), *(file.name for file in UNITS)])
def test_variables_are_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = dict(environments())[name]
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    settings = config.load().settings
    known = {*config.fields(), "home", "models_dir"}
    ours = [key.removeprefix("VTUBER_").lower().replace("__", ".") for key in environment if key.startswith("VTUBER_")]
    assert all(key in known or ".options." in key for key in ours), ours
    if settings.engines.llm.name != "auto":
        assert settings.engines.llm.name == "openai"
        OpenAi.Options.model_validate(settings.engines.llm.options)


# --- the image ----------------------------------------------------------------------------------------------------


def test_whoever_runs_is_not_root() -> None:
    assert said("USER") == ["10001:10001"]
    made = next(line for line in said("RUN") if "useradd" in line)
    assert "--uid 10001" in made
    assert "-o vtuber -g vtuber" in made and "/data" in made


def test_packages_come_by_hash_and_models_not_at_all() -> None:
    fetched = next(line for line in said("RUN") if "requirements.lock" in line)
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(fetched.split())
    assert not [line for line in said("RUN") if "vtuber models" in line]


def test_everything_that_is_copied_is_there_and_may_be() -> None:
    """`.dockerignore` leaves out all that it does not name."""
    first, *others = [
        line for line in (CHECKOUT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"
    ]
    assert first == "*"
    let_in = {line[1:] for line in others if line.startswith("!")}
    copied = {source for line in said("COPY") if "--from" not in line for source in line.split()[:-1]}
    assert copied == let_in
    assert all((CHECKOUT / source).exists() for source in copied)
    assert not [name for name in ("models", "models/silero-vad", ".git", ".venv") if name in let_in]


def test_the_wheel_finds_in_the_image_what_it_is_built_of() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    built = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        *built["packages"],
        *built["force-include"],
        project["project"]["readme"],
        *project["project"]["license-files"],
    }
    copied = {source for line in said("COPY") for source in line.split()[:-1]}
    assert needed <= copied


def test_the_python_is_one_that_we_run_on() -> None:
    (python,) = said("ARG")
    minor = re.search(r"=python:3\.(\d+)-slim-", python)
    assert minor is not None
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11,<3.15"
    assert 11 <= int(minor[1]) < 15


def test_health_is_asked_where_it_is_answered_without_a_token() -> None:
    (check,) = said("HEALTHCHECK")
    code = json.loads(check[check.index("[") :])[-1]
    (path,) = re.findall(rf"http://127\.0\.0\.1:{PORT}(/\w+)'", code)
    assert path in Rules().open_paths
    compile(code, "HEALTHCHECK", "exec")
    assert said("EXPOSE") == [str(PORT)]


def test_who_listens_to_everybody_wants_the_token() -> None:
    """The program refuses anything else; so an image that did it would never start."""
    (command,) = said("CMD")
    assert {"--host", "0.0.0.0", "--token"} <= set(json.loads(command))
    with pytest.raises(UsageError):
        Rules.of(Server(host="0.0.0.0"), None)


# --- the services -------------------------------------------------------------------------------------------------


def test_all_services_agree_about_the_model() -> None:
    each = services()
    options = {key.rpartition("__")[2].lower(): value for key, value in each["vtuber"]["environment"].items()}
    fetched, server = each["fetch"]["environment"], each["model"]
    assert options["base_url"] == f"{fetched['OLLAMA_HOST']}/v1" == "http://model:11434/v1"
    assert options["model"] == fetched["MODEL"]
    assert options["context"] == server["environment"]["OLLAMA_CONTEXT_LENGTH"]
    assert "ports" not in server  # only we can reach it


def test_she_waits_for_the_model_which_is_fetched_once() -> None:
    each = services()
    assert each["vtuber"]["depends_on"] == {"fetch": {"condition": "service_completed_successfully"}}
    assert each["fetch"]["depends_on"] == {"model": {"condition": "service_healthy"}}
    assert "healthcheck" in each["model"] and "restart" not in each["fetch"]
    shell, option, line = each["fetch"]["entrypoint"]
    assert (shell, option) == ("/bin/sh", "-c")
    seen, _, got = line.replace("$$", "$").partition(" || ")
    assert shlex.split(seen)[:3] == ["ollama", "show", "$MODEL"]
    assert shlex.split(got) == ["ollama", "pull", "$MODEL"]


def test_images_are_named_without_a_host() -> None:
    """Before the first slash of a name stands a host if it has a dot or a port."""
    (python,) = said("ARG")
    names = [python.partition("=")[2], *(service["image"] for service in services().values())]
    hosts = [name.partition("/")[0] for name in names if "/" in name]
    assert not [host for host in hosts if "." in host or ":" in host or host == "localhost"], names


def test_a_composed_server_is_this_machines_alone_unless_somebody_says_otherwise() -> None:
    ours = services()["vtuber"]
    assert ours["ports"] == [f"${{VTUBER_PUBLISH:-127.0.0.1}}:{PORT}:{PORT}"]
    assert (CHECKOUT / "deploy" / ours["build"]["context"] / ours["build"]["dockerfile"]).is_file()
    assert ours["read_only"] is True
    assert [volume.partition(":")[2] for volume in ours["volumes"]] == said("VOLUME")


# --- the units ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_a_unit_knows_how_the_program_ends(file: Path) -> None:
    service = Unit(file)["Service"]
    assert service["RestartPreventExitStatus"] == str(UsageError.exit_code)
    assert int(service["TimeoutStopSec"]) > _END_SECONDS
    assert "KillSignal" not in service  # SIGTERM, as the program expects


def test_a_service_writes_in_its_own_folder_only() -> None:
    service = Unit(DEPLOY / "vtuber.service")["Service"]
    assert service["ProtectSystem"] == "strict" and service["DynamicUser"] == "yes"
    homes = [pair for pair in shlex.split(service["Environment"]) if pair.startswith("VTUBER_HOME=")]
    assert homes == [f"VTUBER_HOME=%S/{service['StateDirectory']}"]
