"""Models fetched from a hub, on a hub of our own on loopback: what comes, what goes on, and what is refused."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.weights.hub import Hub, serving
from tests.weights.registry import model, write_catalog
from vtuber_cli.errors import WeightsError
from vtuber_cli.weights import Progress, Weights, catalog, hub, transfer

BIG, SMALL = os.urandom(3_000_000), b'{"a": 1}'
FILES = {"model.gguf": BIG, "sub/config.json": SMALL}
N = 1_000_000


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with the toy in it, the only one there is; nobody waits long for it."""
    for name in list(os.environ):
        if name.startswith(("HF_", "HUGGING_FACE_", "TRANSFORMERS_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(hub, "PAUSES", (0.0, 0.0, 0.0))
    with serving("maker/toy-GGUF", {"model.gguf": BIG, "elsewhere/config.json": SMALL}) as place:
        monkeypatch.setenv("HF_ENDPOINT", place.url)
        yield place


@pytest.fixture
def weights(tmp_path: Path, place: Hub) -> Weights:
    return weights_of(tmp_path, entry(place))


def entry(place: Hub) -> dict[str, Any]:
    return model("toy", FILES, place.source(paths={"sub/config.json": "elsewhere/config.json"}))


def weights_of(tmp_path: Path, *entries: dict[str, Any]) -> Weights:
    return Weights(tmp_path / "models", catalog=catalog.load(write_catalog(tmp_path / "catalog.yaml", *entries)))


def refusal(weights: Weights) -> WeightsError:
    with pytest.raises(WeightsError) as raised:
        weights.get("toy")
    return raised.value


def parts(tmp_path: Path) -> list[int]:
    """The sizes of what waits unfinished."""
    return sorted(file.stat().st_size for file in (tmp_path / "models").rglob("*.part"))


def assert_whole(folder: Path) -> None:
    found = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert found == FILES


# --- what comes --------------------------------------------------------------------------------------------------


def test_a_model_comes_from_the_hub_and_its_store(tmp_path: Path, weights: Weights, place: Hub) -> None:
    seen: list[Progress] = []
    assert_whole(weights.get("toy", seen.append))
    assert weights.path("toy") == tmp_path / "models" / "toy"
    assert parts(tmp_path) == []
    assert [one.path.rpartition("/")[2].partition("?")[0][:10] for one in place.asked if one.server == "_Resolve"] == [
        "model.gguf",
        "config.jso",
    ]
    stages = [progress.stage for progress in seen]
    assert stages[0] == "fetching"
    assert stages[-1] == "done"
    assert "checking" in stages
    fetched = [progress.done for progress in seen if progress.stage == "fetching"]
    assert fetched == sorted(fetched)
    assert fetched[-1] == seen[0].total == len(BIG) + len(SMALL)


def test_the_plan_counts_the_bytes_of_the_files(weights: Weights) -> None:
    plan = weights.plan(["toy"])
    assert plan.download == plan.size == plan.needed == len(BIG) + len(SMALL)


def test_no_token_is_sent_unless_it_is_asked_for(
    weights: Weights, place: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_very_secret")
    weights.get("toy")
    assert {one.token for one in place.asked} == {""}
    weights.remove("toy")
    place.asked.clear()
    place.token = "hf_very_secret"
    caplog.set_level("DEBUG")
    assert_whole(weights.get("toy"))
    assert [one.token for one in place.asked] == [
        *("", "Bearer hf_very_secret", ""),  # refused, granted; the store is another server
        *("", "Bearer hf_very_secret"),
    ]
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("vtuber_cli")]
    assert not any("secret" in line for line in ours)


def test_a_mirror_below_a_path_is_a_hub_too(weights: Weights, place: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", f"{place.url}/mirror/")
    assert refusal(weights).key == "weights.hub_lacks"
    assert place.asked[0].path.startswith("/mirror/maker/toy-GGUF/resolve/0123456789abcdef")


# --- what goes on ------------------------------------------------------------------------------------------------


def test_the_next_try_asks_for_the_rest(tmp_path: Path, weights: Weights, place: Hub) -> None:
    def stop(progress: Progress) -> None:
        if progress.done >= N:
            raise KeyboardInterrupt

    place.faults.stalls = [N]
    with pytest.raises(KeyboardInterrupt):
        weights.get("toy", stop)
    assert parts(tmp_path) == [N]
    assert [one.state for one in weights.survey()] == ["absent"]
    seen: list[Progress] = []
    assert_whole(weights.get("toy", seen.append))
    assert place.ranges() == ["", f"bytes={N}-"]
    assert seen[0].done == N


@pytest.mark.parametrize("kind", ["cuts", "resets"])
def test_a_connection_that_breaks_goes_on_by_itself(tmp_path: Path, weights: Weights, place: Hub, kind: str) -> None:
    setattr(place.faults, kind, [N, 0, N])
    assert_whole(weights.get("toy"))
    asked = [int(each.removeprefix("bytes=").removesuffix("-") or 0) for each in place.ranges()]
    assert asked == sorted(asked)
    assert len(asked) == 4
    if kind == "cuts":  # what a reset connection had underway is lost
        assert asked == [0, N, N, 2 * N]


def test_a_connection_that_only_breaks_is_given_up_and_kept(tmp_path: Path, weights: Weights, place: Hub) -> None:
    place.faults.cuts = [N, 0, 0, 0, 0]
    error = refusal(weights)
    assert (error.key, error.params["percent"]) == ("weights.hub_broken", 33)
    assert parts(tmp_path) == [N]
    assert len(place.ranges()) == 4
    place.faults.cuts = []
    assert_whole(weights.get("toy"))


def test_a_server_that_says_nothing_more_is_left(
    tmp_path: Path, weights: Weights, place: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "STALL", 0.1)
    place.faults.stalls = [N]
    assert_whole(weights.get("toy"))
    assert place.ranges() == ["", f"bytes={N}-"]


@pytest.mark.parametrize("fault", ["no_ranges", "other_range"])
def test_a_server_that_knows_no_ranges_gives_it_anew(weights: Weights, place: Hub, fault: str) -> None:
    place.faults.cuts = [N]
    setattr(place.faults, fault, True)
    assert_whole(weights.get("toy"))


def test_a_part_that_rotted_is_fetched_anew(tmp_path: Path, weights: Weights, place: Hub) -> None:
    place.faults.cuts = [N, 0, 0, 0, 0]
    refusal(weights)
    place.faults.cuts = []
    (part,) = (tmp_path / "models").rglob("*.part")
    part.write_bytes(bytes(N))
    assert_whole(weights.get("toy"))
    assert place.ranges()[-2:] == [f"bytes={N}-", ""]


def test_a_part_that_is_too_long_is_fetched_anew(tmp_path: Path, weights: Weights, place: Hub) -> None:
    part = tmp_path / "models" / ".partial" / "toy" / f"{weights.catalog.models[0].files[0].sha256}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(BIG + b"more")
    assert_whole(weights.get("toy"))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_hub_is_asked_again(weights: Weights, place: Hub, status: int) -> None:
    place.faults.statuses = [status]
    place.faults.store_statuses = [status]
    assert_whole(weights.get("toy"))


def test_a_hub_may_say_how_long_to_wait(weights: Weights, place: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(hub._Download, "_wait", lambda self, seconds: waited.append(seconds))
    place.faults.statuses, place.faults.retry_after = [429, 429], "7"
    weights.get("toy")
    assert waited[:2] == [7.0, 7.0]
    weights.remove("toy")
    place.faults.statuses, place.faults.retry_after = [429, 429], "999999"
    weights.get("toy")
    assert max(waited) == 60.0


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (401, "weights.hub_login"),
        (403, "weights.hub_login"),
        (404, "weights.hub_lacks"),
        (410, "weights.hub_lacks"),
        (418, "weights.hub_odd"),
        (429, "weights.hub_busy"),
        (500, "weights.hub_busy"),
    ],
)
def test_a_hub_that_gives_nothing(tmp_path: Path, weights: Weights, place: Hub, status: int, key: str) -> None:
    place.faults.statuses = [status] * 9
    assert refusal(weights).key == key
    assert parts(tmp_path) == []
    assert not (tmp_path / "models" / "toy").exists()


@pytest.mark.parametrize(
    ("fault", "value", "key", "read"),
    [
        ("etag", "b" * 64, "weights.wrong_hash", False),
        ("short", 1, "weights.wrong_size", False),
        ("changed", True, "weights.wrong_hash", True),
    ],
)
def test_other_content_is_refused_with_both(
    tmp_path: Path, weights: Weights, place: Hub, fault: str, value: object, key: str, read: bool
) -> None:
    setattr(place.faults, fault, value)
    seen: list[Progress] = []
    with pytest.raises(WeightsError) as raised:
        weights.get("toy", seen.append)
    error = raised.value
    assert error.key == key
    assert error.params["expected"] != error.params["actual"]
    assert len(place.ranges()) == 1
    assert any(progress.done for progress in seen) == read
    assert parts(tmp_path) in ([], [len(SMALL)])  # what was right of another file may stay


def test_a_file_without_end_is_stopped_at_its_size(tmp_path: Path, place: Hub) -> None:
    small = model("toy", {"model.gguf": BIG[:N]}, place.source())
    place.faults.chunked, place.faults.etag = True, "not a hash"
    place.files["model.gguf"] = BIG
    weights = weights_of(tmp_path, small)
    assert refusal(weights).key == "weights.wrong_size"
    assert parts(tmp_path) == []


def test_a_store_that_ends_early_and_names_no_length_is_given_up(tmp_path: Path, weights: Weights, place: Hub) -> None:
    place.faults.chunked, place.faults.short = True, 1
    assert refusal(weights).key == "weights.hub_odd"
    assert not (tmp_path / "models" / "toy").exists()


def test_a_packed_answer_is_refused_before_it_is_unpacked(tmp_path: Path, weights: Weights, place: Hub) -> None:
    place.faults.packed = True
    error = refusal(weights)
    assert (error.key, error.params["reason"]) == ("weights.hub_odd", "Content-Encoding: gzip")
    assert parts(tmp_path) == []


def test_who_speaks_no_http_is_not_called_offline(weights: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            with suppress(OSError):
                while True:
                    with server.accept()[0] as caller:
                        caller.recv(65_536)
                        caller.sendall(b"SSH-2.0-nobody\r\n")

        threading.Thread(target=greet, daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.getsockname()[1]}")
        error = refusal(weights)
        assert (error.key, error.params["reason"]) == ("weights.hub_odd", "RemoteProtocolError")
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:,x", "http:", "//", "javascript:1"]
)
def test_a_redirect_to_a_foreign_place_is_refused(weights: Weights, place: Hub, target: str) -> None:
    place.faults.location = target
    assert refusal(weights).key in ("weights.hub_misled", "weights.hub_odd", "weights.hub_unreachable")
    assert place.ranges() == []


def test_redirects_without_end_are_refused(weights: Weights, place: Hub) -> None:
    place.faults.location = f"{place.url}/maker/toy-GGUF/resolve/0123456789abcdef0123456789abcdef01234567/model.gguf"
    assert refusal(weights).key == "weights.hub_misled"
    assert len(place.asked) == 6


def test_nobody_there_is_told_at_once(weights: Weights, place: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "PAUSES", (99.0,))
    place.hub.server_close()
    error = refusal(weights)
    assert error.key == "weights.hub_unreachable"
    assert error.params["host"] == place.url.removeprefix("http://")


@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_the_wish_to_stay_offline_holds(
    weights: Weights, place: Hub, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "1")
    assert refusal(weights).key == "weights.hub_offline"
    assert place.asked == []


@pytest.mark.parametrize(
    "address",
    [
        *("hub.example", "ftp://hub.example", "http://", "https://a b/", "http://[::1", "http://h:99999"),
        *("ftp://me:secret@hub.example", "me:secret@hub.example", "https://me:se@cret@hub example"),
        *("https://me:se/cret@hub.example", "https://me:se?cret@hub.example", "https://hub.example/?token=secret"),
    ],
)
def test_an_address_that_is_none_is_refused(weights: Weights, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HF_ENDPOINT", address)
    error = refusal(weights)
    assert error.key == "weights.hub_address"
    assert "cret" not in str(error.params)


def test_a_password_in_the_address_is_not_told(
    weights: Weights, place: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", place.url.replace("//", "//me:secret@"))
    place.faults.statuses = [404]
    error = refusal(weights)
    assert error.params["host"] == place.url.removeprefix("http://")
    assert "secret" not in caplog.text + str(error.params)


def test_the_usual_address_is_the_hubs_librarys(place: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.delenv("HF_ENDPOINT")
    monkeypatch.setattr(constants, "ENDPOINT", "https://usual.example")
    assert hub.endpoint() == "https://usual.example"


def test_a_report_that_raises_ends_it_at_once(tmp_path: Path, weights: Weights, place: Hub) -> None:
    class Cancelled(Exception):
        pass

    def cancel(progress: Progress) -> None:
        if progress.done == N:
            raise Cancelled

    place.faults.stalls = [N]
    with pytest.raises(Cancelled):
        weights.get("toy", cancel)
    assert parts(tmp_path) == [N]
