"""`/metrics`: numbers that Prometheus can read, and nothing of what was said."""

from __future__ import annotations

import json
import re

import httpx
from websockets.asyncio.client import connect

from tests.server.served import PATIENCE, Script, Served, serving
from vtuber_cli.server.metrics import exposition
from vtuber_cli.server.metrics.exposition import OTHER, Counter, Histogram, Reading
from vtuber_cli.server.metrics.metrics import Metrics

_SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)+)\})? (-?[0-9.e+-]+|\+Inf)')


def read(text: str) -> dict[str, float]:
    """The samples by name and labels; fails where Prometheus would."""
    assert text.endswith("\n")
    found: dict[str, float] = {}
    kinds: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds
            kinds[name] = kind
        elif not line.startswith("# HELP "):
            matched = _SAMPLE.fullmatch(line)
            assert matched is not None, line
            name, labels, number = matched.groups()
            assert name in kinds or re.sub("_(bucket|sum|count)$", "", name) in kinds
            key = f"{name}{{{labels}}}" if labels else name
            assert key not in found
            found[key] = float(number)
    return found


def test_the_text() -> None:
    count, took = Counter("c_total", "Counts.", "why"), Histogram("h", "Takes.", (0.1, 1.0), "stage")
    count.add('a "b"\\\n')
    count.add("x", 2.5)
    for seconds in (0.1, 0.5, 7):
        took.observe(seconds, "think")
    plain = Reading("g", "Is\nso.", lambda: 3)
    assert exposition.text([count, took, plain, Reading("none", "Is not.", lambda: None)]).splitlines() == [
        "# HELP c_total Counts.",
        "# TYPE c_total counter",
        'c_total{why="a \\"b\\"\\\\\\n"} 1',
        'c_total{why="x"} 2.5',
        "# HELP h Takes.",
        "# TYPE h histogram",
        'h_bucket{stage="think",le="0.1"} 1',
        'h_bucket{stage="think",le="1"} 2',
        'h_bucket{stage="think",le="+Inf"} 3',
        'h_sum{stage="think"} 7.6',
        'h_count{stage="think"} 3',
        "# HELP g Is\\nso.",
        "# TYPE g gauge",
        "g 3",
        "# HELP none Is not.",
        "# TYPE none gauge",
    ]


def test_labels_have_an_end() -> None:
    metrics = Metrics()
    for number in range(1000):
        metrics.error(f"area.key{number}")
    for key in ("Not a key", 'x"y', "a.b\n", "", "said.hello world"):
        metrics.error(key)
    values = metrics.errors.values
    assert len(values) <= metrics.errors.most + 1
    assert values[OTHER] == 1000 - metrics.errors.most + 5


async def scraped(served: Served) -> dict[str, float]:
    async with httpx.AsyncClient(base_url=served.url(), trust_env=False, timeout=PATIENCE) as web:
        answer = await web.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "kumquat" not in answer.text
        return read(answer.text)


async def test_of_a_server() -> None:
    script = Script()
    script.says("Hello there.")
    script.says(None)
    async with serving(script) as served:
        before = await scraped(served)
        async with served.client() as client:
            await client.say("text-input", text="My secret is a kumquat.", images=[])
            await client.turn()
            await client.say("text-input", text="And a kumquat again.", images=[])
            await client.until("control", text="conversation-chain-end")
            await client.say("delete-history", history_uid="../kumquat")
            await client.get("error")
            async with httpx.AsyncClient(base_url=served.url(), trust_env=False) as web:
                await web.post("/asr", files={"file": ("kumquat.wav", b"kumquat")})
                await web.get("/kumquat/kumquat")
                await web.get("/", headers={"origin": "http://kumquat.example"})
            during = await scraped(served)
        async with connect(f"ws://127.0.0.1:{served.port}/tts-ws", proxy=None) as line:
            await line.send(json.dumps({"text": "A kumquat."}))
            await line.recv()
        after = await scraped(served)
    assert before["vtuber_uptime_seconds"] < during["vtuber_uptime_seconds"]
    assert during["process_resident_memory_bytes"] > 10**7
    assert during['vtuber_sockets{path="/client-ws"}'] == during["vtuber_sessions"] == 1
    assert after['vtuber_sockets{path="/client-ws"}'] == 0
    assert after['vtuber_connections_total{path="/tts-ws"}'] == 1
    assert during['vtuber_turns_total{outcome="complete"}'] == during['vtuber_turns_total{outcome="failed"}'] == 1
    for stage in ("think", "speak", "first_audio"):
        assert during[f'vtuber_stage_seconds_count{{stage="{stage}"}}'] == 1
    assert during["vtuber_seat_wait_seconds_count"] == 2
    assert during["vtuber_seats_taken"] == during["vtuber_queue_length"] == 0
    errors = {key: value for key, value in during.items() if key.startswith("vtuber_errors_total")}
    assert errors == {
        'vtuber_errors_total{key="thinking.failed"}': 1,
        'vtuber_errors_total{key="wire.wrong_form"}': 1,
        'vtuber_errors_total{key="server.upload_small"}': 1,
    }
    assert during['vtuber_requests_total{path="/asr"}'] == during[f'vtuber_requests_total{{path="{OTHER}"}}'] == 1
    assert during['vtuber_responses_total{status="400"}'] == 1
    assert during['vtuber_refusals_total{key="guard.foreign_origin"}'] == 1
    assert during['vtuber_received_bytes_total{via="socket"}'] > 100
    assert during['vtuber_sent_bytes_total{via="socket"}'] > 10_000
    assert after["vtuber_sounds"] >= 1


async def test_it_is_guarded() -> None:
    key = "s3cret-s3cret-s3cret-s3cret"
    async with serving(token=key, loads=False) as served, httpx.AsyncClient(trust_env=False) as web:
        without = await web.get(served.url("/metrics"))
        told = await web.get(served.url("/metrics"), headers={"authorization": f"Bearer {key}"})
    assert (without.status_code, told.status_code) == (401, 200)
