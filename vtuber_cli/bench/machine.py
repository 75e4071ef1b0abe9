"""What the figures were measured on, without which they say nothing."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = (
    "vtuber-cli",
    "faster-whisper",
    "ctranslate2",
    "sherpa-onnx",
    "xllamacpp",
    "onnxruntime",
    "piper-tts",
    "hibari-tts",
    "numpy",
    "textual",
)
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Machine:
    cores: int
    """That this process may use."""
    load: float | None
    """Of the last minute, before anything was measured; None where the system does not tell."""
    cpu: str
    system: str
    python: str

    @property
    def busy(self) -> bool:
        """Others were at work: what is measured then is slower than it need be."""
        return self.load is not None and self.load > self.cores / 2

    @classmethod
    def here(cls) -> Machine:
        load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
        return cls(_cores(), load, _cpu(), f"{platform.system()} {platform.machine()}", platform.python_version())


def packages() -> dict[str, str]:
    """The versions of what does the work, where installed."""
    found: dict[str, str] = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def rss_mb(pid: int) -> float | None:
    """The memory that a process has now, in MiB; None where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        return round(pages * os.sysconf("SC_PAGE_SIZE") / _MIB, 1)
    except (OSError, IndexError, ValueError):
        pass
    if sys.platform == "win32":
        return None
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return round(int(said) * 1024 / _MIB, 1) if said.strip().isdigit() else None


def cpu_s(pid: int) -> float | None:
    """Seconds of the processor that a process has had, all its threads together; None where the system does not tell
    (all but Linux)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return None


def peak_rss_mb() -> float | None:
    """The most memory that this process has had at once, in MiB; None where the system does not tell."""
    try:
        # `getrusage` would count what the parent had when it started us.
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return round(int(status.partition("VmHWM:")[2].split()[0]) * 1024 / _MIB, 1)
    except (OSError, IndexError, ValueError):
        pass
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most * (1 if sys.platform == "darwin" else 1024) / _MIB, 1)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpu() -> str:
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor()
    name = info.partition("model name")[2].partition(":")[2].partition("\n")[0]
    return " ".join(name.split()) or platform.processor()
