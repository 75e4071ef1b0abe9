"""Makes the checkout runnable: uv into `.boot`, the locked packages and the program into `.venv`.

`./vtuber` and `vtuber.cmd` run this with the user's own Python when something is missing or changed; by hand it is
`python3 -I scripts/set_up.py [test] [lint]`. Standard library only, apart from the program's own words.

Everything stays inside the checkout: `.boot` (uv), `.venv` (packages), `.uv-cache` (the same files again as hard links,
so that a rebuilt `.venv` needs no network). Packages are wheels with the hash the lock names; nothing is compiled, and
the one build, of the program's own entry points, uses the locked hatchling without a network.

A set-up that was interrupted leaves no `.venv/.ready`, and the next one starts `.venv` again from the cache.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from vtuber_cli.i18n import t  # noqa: E402 - `python -I` leaves the checkout off the path

BOOT = ROOT / ".boot"
VENV = ROOT / ".venv"
READY = VENV / ".ready"
LOCKS = {"run": "requirements.lock", "test": "requirements-test.lock", "lint": "requirements-lint.lock"}
BOOT_LOCK = "requirements-boot.lock"
PROJECT = "pyproject.toml"
BIN = "Scripts" if os.name == "nt" else "bin"
EXE = ".exe" if os.name == "nt" else ""
NEEDED_BYTES = 1_500_000_000

# Settings of the user's that would send packages elsewhere, or ask for source builds.
UNWANTED = (
    "PYTHONHOME PYTHONPATH VIRTUAL_ENV CONDA_PREFIX PIP_TARGET PIP_PREFIX PIP_ROOT PIP_USER PIP_NO_BINARY"
    " PIP_REQUIREMENT PIP_CONSTRAINT UV_SYSTEM_PYTHON UV_BREAK_SYSTEM_PACKAGES UV_PYTHON UV_NO_BINARY UV_NO_BUILD"
    " UV_CONSTRAINT UV_OVERRIDE UV_EXCLUDE_NEWER UV_PROJECT UV_WORKING_DIRECTORY"
).split()


class Failed(Exception):
    """A step that did not succeed; its text is for the user."""


def main(asked: Sequence[str]) -> int:
    try:
        with _alone() as lock:
            set_up({"run", *asked}, lock)
    except Failed as failed:
        say(f"vtuber: {failed}")
        return 1
    except KeyboardInterrupt:
        say(t("setup.interrupted"))
        return 130
    except OSError as error:
        say(f"vtuber: {t('setup.disk', file=error.filename or ROOT, reason=error.strerror or error)}")
        return 1
    return 0


def set_up(layers: set[str], lock: int) -> None:
    """Brings `.boot` and `.venv` up to date for these layers and the ones already there."""
    if ready(layers):
        return
    began = time.monotonic()
    layers = layers | {layer for layer, file in LOCKS.items() if (READY / file).is_file()}
    keep = _usable()
    if not keep:
        say(t("setup.begin", folder=ROOT))
        _check_space()
        say(t("setup.python", version=".".join(map(str, sys.version_info[:3])), file=_base_python()))
    environment = _environment()
    uv = _boot(environment, lock)
    same = keep and all(_same(LOCKS[layer]) for layer in layers)
    # From here on an interruption leaves an unmarked .venv.
    shutil.rmtree(READY, ignore_errors=True)
    python = str(VENV / BIN / f"python{EXE}")
    if not keep:
        command = [uv, "venv", "--quiet", "--clear", "--no-project", "--prompt", "vtuber"]
        run([*command, "--python", str(_base_python()), str(VENV)], environment, lock, "setup.failed_venv")
    if not same:
        say(t("setup.packages" if not keep else "setup.packages_changed", count=_count(layers)))
        files = [str(ROOT / LOCKS[layer]) for layer in LOCKS if layer in layers]
        # Wheels with the locked hashes or nothing; compiled now, or the first screen would come a second later.
        wheels = ["--require-hashes", "--no-build", "--compile-bytecode"]
        command = [uv, "pip", "sync", "--python", python, *wheels, *_quiet("--quiet"), *files]
        run(command, environment, lock, "setup.failed_packages")
    command = [uv, "pip", "install", "--quiet", "--python", python, "--no-deps", "--no-build-isolation", "--offline"]
    run(
        [*command, "--reinstall-package", "vtuber-cli", "--editable", str(ROOT)], environment, lock, "setup.failed_self"
    )
    _mark(layers)
    say(t("setup.ready", seconds=round(time.monotonic() - began), megabytes=_size(VENV) // 1_000_000))


def ready(layers: set[str]) -> bool:
    """Whether these layers are installed as the locks say, here, by a Python that still exists."""
    return _usable() and _same(PROJECT) and all(_same(LOCKS[layer]) for layer in layers)


def run(command: Sequence[str], environment: dict[str, str], lock: int, failure: str) -> None:
    """Runs one tool, its talk on stderr. It inherits the lock, which thus outlives a killed set-up."""
    inherited = () if os.name == "nt" else (lock,)
    try:
        done = subprocess.run(command, env=environment, stdout=sys.stderr, cwd=ROOT, check=False, pass_fds=inherited)
    except OSError as error:
        raise Failed(t(failure, reason=error)) from error
    if done.returncode:
        raise Failed(t(failure, reason=f"exit {done.returncode}"))


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _boot(environment: dict[str, str], lock: int) -> str:
    """The path of the pinned uv, fetched into `.boot` by that folder's own pip if it is not there."""
    uv, mark, wanted = BOOT / BIN / f"uv{EXE}", BOOT / ".ready", (ROOT / BOOT_LOCK).read_bytes()
    if uv.is_file() and mark.is_file() and mark.read_bytes() == wanted:
        return str(uv)
    say(t("setup.uv"))
    shutil.rmtree(BOOT, ignore_errors=True)
    base = str(_base_python())
    run([base, "-I", "-m", "venv", str(BOOT)], environment, lock, "setup.failed_venv")
    pip = [str(BOOT / BIN / f"python{EXE}"), "-I", "-m", "pip", "install", *_quiet("--quiet")]
    options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--requirement", str(ROOT / BOOT_LOCK)]
    run([*pip, *options], environment, lock, "setup.failed_uv")
    mark.write_bytes(wanted)
    return str(uv)


def _environment() -> dict[str, str]:
    """The user's environment, with every cache inside the checkout and no setting that would install elsewhere."""
    kept = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    ours = {
        "UV_CACHE_DIR": str(ROOT / ".uv-cache"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_SYSTEM_CERTS": "1",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    # uv does not read pip's settings; who chose a mirror for pip means it for uv too.
    if "PIP_INDEX_URL" in kept:
        ours["UV_DEFAULT_INDEX"] = kept.get("UV_DEFAULT_INDEX", kept["PIP_INDEX_URL"])
    return kept | ours


def _usable() -> bool:
    """Whether `.venv` was finished, in this very folder, and its Python still runs."""
    path = READY / "path"
    here = path.is_file() and path.read_text(encoding="utf-8").rstrip("\n") == str(ROOT)
    return here and (VENV / BIN / f"python{EXE}").exists()


def _same(file: str) -> bool:
    mark = READY / file
    return mark.is_file() and mark.read_bytes() == (ROOT / file).read_bytes()


def _mark(layers: set[str]) -> None:
    """Notes what `.venv` holds now; renamed into place, so that a mark is whole or absent."""
    new = VENV / ".ready.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    for file in [PROJECT, *(LOCKS[layer] for layer in layers)]:
        shutil.copyfile(ROOT / file, new / file)
    (new / "path").write_text(f"{ROOT}\n", encoding="utf-8")
    new.rename(READY)


def _base_python() -> Path:
    """The Python outside any venv: `.boot` and `.venv` must not stand on each other."""
    return Path(getattr(sys, "_base_executable", sys.executable))


def _check_space() -> None:
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        raise Failed(t("setup.no_space", free=free // 1_000_000, needed=NEEDED_BYTES // 1_000_000, folder=ROOT))


def _count(layers: set[str]) -> int:
    """How many packages the locks of these layers name."""
    lines = [line for layer in layers for line in (ROOT / LOCKS[layer]).read_text(encoding="utf-8").splitlines()]
    return len({line.partition("==")[0] for line in lines if "==" in line and line[0] not in " #"})


def _quiet(option: str) -> list[str]:
    """Progress bars are for a terminal; a log gets our lines only."""
    return [] if sys.stderr.isatty() else [option]


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*"))


@contextlib.contextmanager
def _alone() -> Generator[int]:
    """Holds the checkout's set-up lock; the system drops it when the last process with it is gone."""
    with (ROOT / ".set-up.lock").open("a+b") as file:
        if not _try_lock(file.fileno()):
            say(t("setup.waiting"))
            while not _try_lock(file.fileno()):
                time.sleep(0.2)  # noqa: TID251 - nothing else runs here, and both systems' locks lack a deadline
        yield file.fileno()


def _try_lock(file: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except PermissionError:
        return False  # how Windows says that another has it
    except OSError:
        return True  # a file system without locks: better unguarded than unable
    return True


def _check_arguments(asked: Sequence[str]) -> Sequence[str]:
    if wrong := [name for name in asked if name not in LOCKS]:
        sys.exit(f"usage: set_up.py [{'] ['.join(LOCKS)}] (not {wrong[0]})")
    return asked


if __name__ == "__main__":
    sys.exit(main(_check_arguments(sys.argv[1:])))
