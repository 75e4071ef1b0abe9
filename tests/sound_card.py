"""A sound card made of software: a private PulseAudio with a loudspeaker to listen at and a microphone to speak into.

`from tests.sound_card import sound_card` gives the fixture; tests that use it are marked `audio`. In this process it
sets the environment and makes PortAudio look again; a child process is started with `env=os.environ | card.env`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import numpy as np
import numpy.typing as npt
import pytest

from vtuber_cli.audio import backend, pcm, portaudio
from vtuber_cli.errors import AudioUnavailable

RATE = 48_000
TOOLS = ("pulseaudio", "pactl", "parec", "pacat")

# Without rewinding, the sinks work in steps of 50 ms instead of 2 s: what is heard is heard soon.
_SINKS = "load-module module-null-sink sink_name={} rate=48000 channels=2 norewinds=1"
_SERVER = f"""\
.fail
load-module module-native-protocol-unix auth-anonymous=1 socket={{socket}}
{_SINKS.format("spk")}
{_SINKS.format("micbus")}
load-module module-remap-source master=micbus.monitor source_name=mic
set-default-sink spk
set-default-source mic
"""
_ALSA = """\
</usr/share/alsa/alsa.conf>
pcm.!default { type pulse }
ctl.!default { type pulse }
"""

Samples = npt.NDArray[np.float32]


class Recording:
    """What was heard at the loudspeaker, and when."""

    def __init__(self, samples: Samples, began: float) -> None:
        self.samples = samples
        self.began = began
        """`time.monotonic()` of the first sample."""

    def loud(self, threshold: float = 0.01) -> npt.NDArray[np.float64]:
        """The times of all samples above the threshold."""
        return np.flatnonzero(np.abs(self.samples) > threshold) / RATE + self.began

    def longest_gap(self, threshold: float = 0.01) -> float:
        """Seconds of the longest silence between the first and the last loud sample."""
        times = self.loud(threshold)
        return float(np.max(np.diff(times))) if len(times) > 1 else 0.0

    def pitch(self) -> float:
        """The strongest frequency, in Hz."""
        spectrum = np.abs(np.fft.rfft(self.samples * np.hanning(len(self.samples))))
        return float(np.argmax(spectrum) * RATE / len(self.samples))


class Listener:
    """Records the loudspeaker's monitor until stopped."""

    def __init__(self, env: dict[str, str], device: str = "spk.monitor") -> None:
        command = ["parec", "-d", device, "--raw", "--format=s16le", f"--rate={RATE}", "--channels=1"]
        self._process = subprocess.Popen([*command, "--latency-msec=10"], stdout=subprocess.PIPE, env=env)
        self._data = bytearray()
        self._marks: list[tuple[float, int]] = []
        self._hearing = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        if not self._hearing.wait(5):
            raise RuntimeError("the sound server's monitor is silent")

    def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        with stdout:
            while data := os.read(stdout.fileno(), 65536):
                self._data += data
                self._marks.append((time.monotonic(), len(self._data) // 2))
                self._hearing.set()

    def heard(self) -> Recording:
        """So far."""
        marks = list(self._marks)
        # A sample cannot be read before it was; so the earliest reading, relative to its place, is the truest clock.
        began = min(at - count / RATE for at, count in marks)
        size = marks[-1][1]
        return Recording(pcm.from_int16(bytes(self._data[: 2 * size])), began)

    def stop(self) -> Recording:
        self._process.terminate()
        self._thread.join(5)
        self._process.wait(5)
        return self.heard()


class SoundCard:
    """A running server. `env` is what a client needs of it."""

    def __init__(self, folder: Path) -> None:
        socket = folder / "native"
        alsa = folder / "alsa.conf"
        alsa.write_text(_ALSA)
        client = folder / "client.conf"
        client.write_text("autospawn = no\nenable-shm = no\n")
        self._config = folder / "server.pa"
        self._config.write_text(_SERVER.format(socket=socket))
        self._folder = folder
        self.env = {
            "PULSE_SERVER": f"unix:{socket}",
            "PULSE_COOKIE": str(folder / "cookie"),
            "PULSE_CLIENTCONFIG": str(client),
            "ALSA_CONFIG_PATH": str(alsa),
        }
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        own = {"HOME": str(self._folder), "XDG_RUNTIME_DIR": str(self._folder), "PULSE_RUNTIME_PATH": str(self._folder)}
        options = ("-n", "-F", str(self._config), "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no")
        with (self._folder / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                ["pulseaudio", *options, "--disallow-exit"], env=self._all(own), stdout=log, stderr=log
            )
        for _ in range(100):
            if self._server.poll() is not None:
                break
            if subprocess.run(["pactl", "info"], env=self._all(), capture_output=True, check=False).returncode == 0:
                return
            self._server.poll()
            threading.Event().wait(0.05)
        self.stop()
        raise RuntimeError("the sound server does not start: " + (self._folder / "server.log").read_text()[-2000:])

    def stop(self) -> None:
        """As if it had crashed."""
        if self._server is not None:
            self._server.kill()
            self._server.wait(5)
            self._server = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The server hangs meanwhile."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._server.send_signal(signal.SIGCONT)

    def pactl(self, *arguments: str) -> str:
        done = subprocess.run(["pactl", *arguments], env=self._all(), capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def module(self, words: str) -> str:
        """The number of the loaded module whose line has these words."""
        lines = self.pactl("list", "short", "modules").splitlines()
        return next(line.split("\t")[0] for line in lines if words in line)

    def plug(self, name: str, rate: int = 48_000, channels: int = 2, called: str = "Null Output") -> None:
        """One more loudspeaker, whose monitor is one more microphone."""
        form = f"sink_name={name} rate={rate} channels={channels} norewinds=1"
        self.pactl(
            "load-module", "module-null-sink", *form.split(), f"sink_properties=\"device.description='{called}'\""
        )

    def unplug(self, name: str) -> None:
        """Takes a loudspeaker away, and the microphone that hears it."""
        if name == "micbus":
            self.pactl("unload-module", self.module("module-remap-source"))
        self.pactl("unload-module", self.module(f"sink_name={name}"))

    def listen(self, sink: str = "spk") -> Listener:
        """Begins to record what a loudspeaker plays."""
        return Listener(self._all(), f"{sink}.monitor")

    def speak(self, samples: Samples, rate: int, sink: str = "micbus") -> subprocess.Popen[bytes]:
        """Speaks into the microphone; the process ends when all was said."""
        command = ["pacat", f"--device={sink}", "--raw", "--format=s16le", f"--rate={rate}", "--channels=1"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=self._all())
        assert process.stdin is not None
        data = pcm.to_int16(samples)
        stdin = process.stdin

        def feed() -> None:
            with suppress(BrokenPipeError), stdin:  # a speaker may be cut short
                stdin.write(data)

        threading.Thread(target=feed, daemon=True).start()
        return process

    def _all(self, more: dict[str, str] | None = None) -> dict[str, str]:
        return os.environ | self.env | (more or {})


class _Server:
    def __enter__(self) -> SoundCard:
        # A socket's path has to be short, which pytest's folders are not.
        self._folder = TemporaryDirectory(prefix="vtuber-sound-")
        self.card = SoundCard(Path(self._folder.name))
        self.card.start()
        return self.card

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.card.stop()
        self._folder.cleanup()


def missing() -> str:
    """What this machine lacks for a sound card of software, in words; empty if nothing."""
    if absent := [tool for tool in TOOLS if shutil.which(tool) is None]:
        return f"not installed: {', '.join(absent)}"
    try:
        portaudio.load().refresh()
    except AudioUnavailable as error:
        return f"{error.key}: {error.params}"
    return ""


@pytest.fixture
def sound_card(monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundCard]:
    """A fresh card, for this process and its children."""
    if lack := missing():
        pytest.skip(lack)
    with _Server() as card:
        for name, value in card.env.items():
            monkeypatch.setenv(name, value)
        with backend.alone():
            library = portaudio.load()
            library.refresh()
            devices = library.devices("output")
        if not devices:
            pytest.skip("ALSA has no plug-in for PulseAudio (libasound2-plugins)")
        yield card
