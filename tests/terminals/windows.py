"""Real terminals with a command in them."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.terminals.display import Display

ROOT = Path(__file__).resolve().parents[2]
STAGE = (sys.executable, "-m", "tests.terminals.stage")
TERMINALS = ("kitty", "xterm", "tmux")
OPTIONAL = ("foot",)
"""Looked at where it is installed."""
NEEDS: Mapping[str, tuple[str, ...]] = {
    "kitty": ("kitty",),
    "xterm": ("xterm",),
    "tmux": ("tmux", "xterm"),
    "foot": ("foot", "weston"),
}
RESIZABLE = TERMINALS
"""Those whose window is theirs: foot fills the screen of a compositor, which keeps its size."""
BASICS = ("Xvfb", "import", "convert", "xdotool")
_FONT, _POINTS = "DejaVu Sans Mono", 11
_FOOT_PIXELS, _FOOT_CELL = 15, (9, 18)
_PATIENCE = 20.0
_SOCKET = "wayland-test"

_TMUX = """set -g status off
set -g escape-time 0
set -ga terminal-overrides ",*:RGB"
"""
_INHERITED = ("COLORTERM", "TMUX", "STY", "TERM", "TERM_PROGRAM", "NO_COLOR", "SSH_TTY", "SSH_CONNECTION", "KITTY_PID")


@contextmanager
def window(
    display: Display, terminal: str, size: tuple[int, int], command: Sequence[str], env: Mapping[str, str] | None = None
) -> Generator[subprocess.Popen[bytes]]:
    """A terminal of so many columns and rows; closed at the end, with all that runs in it."""
    environ = {name: value for name, value in display.environ.items() if name not in _INHERITED}
    environ |= {"LIBGL_ALWAYS_SOFTWARE": "1", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **(env or {})}
    with tempfile.TemporaryDirectory(prefix="vtuber-window-") as folder:
        line = _lines(terminal, size, command, Path(folder))
        with ExitStack() as around:
            if terminal == "foot":
                environ |= {"XDG_RUNTIME_DIR": folder, "WAYLAND_DISPLAY": _SOCKET}
                around.enter_context(_compositor(environ, size, Path(folder)))
            process = subprocess.Popen(line, env=environ, cwd=ROOT, start_new_session=True)
            try:
                yield process
            finally:
                process.terminate()
                if terminal == "tmux":
                    subprocess.run(["tmux", "-S", f"{folder}/tmux", "kill-server"], check=False, capture_output=True)
                process.wait(timeout=20)


@contextmanager
def _compositor(environ: Mapping[str, str], size: tuple[int, int], folder: Path) -> Generator[None]:
    """What a terminal for Wayland needs: a compositor that is a window of the X server, filled by its only client."""
    width, height = (cells * pixels for cells, pixels in zip(size, _FOOT_CELL, strict=True))
    command = ["weston", "--backend=x11-backend.so", "--use-pixman", "--shell=kiosk-shell.so", "--no-config"]
    command += [f"--socket={_SOCKET}", f"--width={width}", f"--height={height}", "--idle-time=0"]
    command += [f"--log={folder / 'weston.log'}"]
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as server:
        try:
            limit = time.monotonic() + _PATIENCE
            while not (folder / _SOCKET).exists():
                with suppress(subprocess.TimeoutExpired):
                    server.wait(0.02)
                if server.returncode is not None or time.monotonic() > limit:
                    raise AssertionError(f"no compositor:\n{(folder / 'weston.log').read_text(encoding='utf-8')}")
            yield
        finally:
            server.terminate()


def _lines(terminal: str, size: tuple[int, int], command: Sequence[str], folder: Path) -> list[str]:
    columns, rows = size
    xterm = ["xterm", "-geometry", f"{columns}x{rows}+0+0", "-b", "0", "-bw", "0", "+sb"]
    xterm += ["-fa", _FONT, "-fs", str(_POINTS)]
    match terminal:
        case "kitty":
            options = {
                "initial_window_width": f"{columns}c",
                "initial_window_height": f"{rows}c",
                "remember_window_size": "no",
                "window_padding_width": "0",
                "placement_strategy": "top-left",
                "font_family": _FONT,
                "font_size": str(_POINTS),
                "update_check_interval": "0",
                "enable_audio_bell": "no",
                "cursor_blink_interval": "0",
                "confirm_os_window_close": "0",
                "shell_integration": "disabled",
            }
            return [
                "kitty",
                "--config",
                "NONE",
                *(f"--override={name}={value}" for name, value in options.items()),
                *command,
            ]
        case "xterm":
            return [*xterm, "-e", *command]
        case "tmux":
            (folder / "conf").write_text(_TMUX, encoding="utf-8")
            tmux = ["tmux", "-u", "-S", f"{folder}/tmux", "-f", f"{folder}/conf", "new-session", shlex.join(command)]
            return [*xterm, "-e", *tmux]
        case "foot":
            options = {
                "font": f"{_FONT}:pixelsize={_FOOT_PIXELS}",
                "dpi-aware": "no",
                "pad": "0x0",
                "csd.preferred": "none",
            }
            given = (f"--override={name}={value}" for name, value in options.items())
            return ["foot", "--config=/dev/null", "--log-level=none", *given, *command]
        case _:
            raise ValueError(f"no terminal called {terminal}")


def shell(folder: Path) -> list[str]:
    """A shell with a short prompt, that has its folder as home."""
    return ["env", f"HOME={folder}", "PS1=ready> ", "HISTFILE=", "sh"]
