"""The guard: who is let in, by name, by page, by token and by number."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.server.asgi import PORT, Answer, Hall, ask, knock
from vtuber_cli import config, i18n
from vtuber_cli.errors import UsageError
from vtuber_cli.server import folders
from vtuber_cli.server.guard import headers, token
from vtuber_cli.server.guard.admission import Limits
from vtuber_cli.server.guard.layer import Guard, Rules, pass_of
from vtuber_cli.server.guard.origins import Authority, Names, own_origins, plain_origin
from vtuber_cli.server.guard.refusal import Refusal

OURS = f"127.0.0.1:{PORT}"
LISTED = Names.of(["mybox.local", "proxy.example:443"], ["https://trusted.example", "http://localhost:5173"])

HOSTS = [
    (OURS, 200),
    (f"localhost:{PORT}", 200),
    (f"LocalHost:{PORT}", 200),
    (f"[::1]:{PORT}", 200),
    (f"127.9.9.9:{PORT}", 200),
    (f"[::ffff:127.0.0.1]:{PORT}", 200),
    (f"mybox.local:{PORT}", 200),
    ("mybox.local", 200),
    ("proxy.example:443", 200),
    ("127.0.0.1", 421),
    ("127.0.0.1:80", 421),
    ("localhost:8080", 421),
    ("mybox.local:8080", 421),
    ("proxy.example", 421),
    (f"proxy.example:{PORT}", 421),
    (f"evil.example:{PORT}", 421),
    (f"127.0.0.1.evil.example:{PORT}", 421),
    (f"localhost.evil.example:{PORT}", 421),
    (f"notlocalhost:{PORT}", 421),
    (f"localhost.:{PORT}", 421),
    (f"2130706433:{PORT}", 421),
    (f"127.1:{PORT}", 421),
    (f"0x7f000001:{PORT}", 421),
    (f"0177.0.0.1:{PORT}", 421),
    (f"0.0.0.0:{PORT}", 421),
    (f"192.168.1.5:{PORT}", 421),
    (f"[::]:{PORT}", 421),
    (f"[fe80::1]:{PORT}", 421),
    ("", 400),
    (f"localhost:{PORT}@evil.example", 400),
    (f"evil.example#@localhost:{PORT}", 400),
    (f"localhost:{PORT}/", 400),
    (f"localhost:{PORT} evil.example", 400),
    (f"localhost:{PORT},evil.example", 400),
    ("localhost:", 400),
    ("localhost:abc", 400),
    ("localhost:123456", 400),
    (f"::1:{PORT}", 400),
    ("\x1b[2J", 400),
    ("로컬".encode().decode("latin-1"), 400),
]
ORIGINS = [
    (f"http://127.0.0.1:{PORT}", True),
    (f"http://localhost:{PORT}", True),
    (f"http://[::1]:{PORT}", True),
    ("https://trusted.example", True),
    ("http://localhost:5173", True),
    ("https://evil.example", False),
    (f"http://127.0.0.1.evil.example:{PORT}", False),
    (f"http://evil.example:{PORT}", False),
    (f"http://evil-127.0.0.1:{PORT}", False),
    ("https://trusted.example.evil.com", False),
    ("https://eviltrusted.example", False),
    ("https://trusted.example:444", False),
    ("http://trusted.example", False),
    ("https://trusted.example/", False),
    ("https://TRUSTED.example", False),
    ("HTTPS://trusted.example", False),
    (f"HTTP://127.0.0.1:{PORT}", False),
    (f"https://127.0.0.1:{PORT}", False),
    ("http://127.0.0.1", False),
    ("http://127.0.0.1:8080", False),
    (f"http://localhost.:{PORT}", False),
    (f"http://user@127.0.0.1:{PORT}", False),
    (f"http://127.0.0.1:{PORT}, https://evil.example", False),
    ("null", False),
    ("", False),
    ("file://", False),
    ("*", False),
    ("\x1b]52;c;x\x07", False),
]


@pytest.fixture
def hall() -> Hall:
    return Hall()


def guarded(hall: Any, **rules: Any) -> Guard:
    return Guard(hall, replace(Rules(names=LISTED), **rules))


@pytest.mark.parametrize(("host", "status"), HOSTS)
async def test_hosts(hall: Hall, host: str, status: int) -> None:
    answer = await ask(guarded(hall), [("Host", host)])
    assert answer.status == status
    assert len(hall.came) == (status == 200)
    socket = await knock(guarded(hall), [("Host", host)])
    assert socket.status == (101 if status == 200 else 403)
    assert len(hall.came) == 2 * (status == 200)


@pytest.mark.parametrize(("origin", "fine"), ORIGINS)
async def test_origins(hall: Hall, origin: str, fine: bool) -> None:
    headers = [("Host", OURS), ("Origin", origin)]
    for path in ("/client-ws", "/tts-ws", "/proxy-ws", "/fortune-ws"):
        guard = guarded(hall)
        answer = await knock(guard, headers, path=path)
        assert answer.status == (101 if fine else 403)
        assert not any(event["type"] == "websocket.accept" for event in answer.sent) or fine
        assert guard.places.sessions == 0
    assert (await ask(guarded(hall), headers, method="POST", path="/asr")).status == (200 if fine else 403)
    assert len(hall.came) == 5 * fine


PARTS = st.sampled_from(
    ["http", "https", "HTTP", "://", ":", "/", "127.0.0.1", "localhost", "[::1]", "evil.example", ".", "@", "#", "null",
     "trusted.example", str(PORT), "443", "5173", "80", " ", "\t", ",", "%00", "\x00", "é"]
)  # fmt: skip


@given(st.lists(PARTS, max_size=8).map("".join), st.sampled_from(["http", "https"]))
def test_no_other_origin_is_ours(origin: str, scheme: str) -> None:
    host = Authority("localhost", PORT)
    fine = {f"{scheme}://{name}:{PORT}" for name in ("127.0.0.1", "localhost", "[::1]")} | LISTED.origins
    found = judged(lambda: LISTED.origin([(b"origin", origin.encode("latin-1"))], host, PORT, scheme))
    if isinstance(found, Refusal):
        assert str(found.params.get("origin", "")).isprintable()
    assert (found == origin) == (origin in fine)


@given(st.lists(PARTS, max_size=6).map("".join))
def test_no_other_host_is_ours(host: str) -> None:
    found = judged(lambda: LISTED.host([(b"host", host.encode("latin-1"))], ("127.0.0.1", PORT), "http"))
    fine = {f"{name}:{PORT}" for name in ("127.0.0.1", "localhost", "[::1]")}
    assert (str(found) == host.lower()) == (host.lower() in fine)


def judged(ask_names: Callable[[], Any]) -> Any:
    try:
        return ask_names()
    except Refusal as refusal:
        return refusal


def test_the_usual_port_is_not_said() -> None:
    assert own_origins(Authority("localhost", None), 80, "http") == {
        "http://localhost", "http://127.0.0.1", "http://[::1]"
    }  # fmt: skip
    assert plain_origin("https://a.example:443") == "https://a.example"
    assert plain_origin("http://a.example:443") == "http://a.example:443"
    assert LISTED.host([(b"host", b"localhost")], ("127.0.0.1", 80), "http") == Authority("localhost", None)


@pytest.mark.parametrize("origin", ["null", "file://"])
async def test_pages_that_are_files_are_let_in_where_they_are_listed(hall: Hall, origin: str) -> None:
    """Browsers say `null` of them, desktop programs made with Electron `file://`."""
    named = config.Server(allow_origin=[origin]).allow_origin
    guard = guarded(hall, names=Names.of([], named))
    answer = await knock(guard, [("Host", OURS), ("Origin", origin)])
    assert answer.status == 101


async def test_a_refusal_names_what_would_let_a_desktop_program_in(hall: Hall) -> None:
    answer = await knock(guarded(hall), [("Host", OURS), ("Origin", "file://")])
    assert answer.status == 403 and b"--allow-origin file://" in answer.body


async def test_no_origin_is_no_browser(hall: Hall) -> None:
    assert (await knock(guarded(hall), [("Host", OURS)])).status == 101
    assert hall.came[0].origin is None
    assert str(hall.came[0].host) == OURS


@pytest.mark.parametrize("name", ["Host", "Origin"])
async def test_headers_that_stand_there_twice(hall: Hall, name: str) -> None:
    value = OURS if name == "Host" else f"http://{OURS}"
    headers = [("Host", OURS), (name, value), *([(name, value)] if name == "Origin" else [])]
    assert (await knock(guarded(hall), headers)).status == 403
    assert (await ask(guarded(hall), headers)).status == (400 if name == "Host" else 403)
    assert hall.came == []


async def test_a_request_without_a_host(hall: Hall) -> None:
    assert (await ask(guarded(hall), [])).status == 400
    assert (await knock(guarded(hall), [])).status == 403


async def test_the_address_that_was_called_is_ours(hall: Hall) -> None:
    for server, host in (("192.168.1.5", "192.168.1.5"), ("fd00::5", "[fd00::5]")):
        answer = await ask(
            guarded(hall), [("Host", f"{host}:{PORT}"), ("Origin", f"http://{host}:{PORT}")], server=server
        )
        assert answer.status == 200


async def test_a_refusal_names_what_to_allow_and_echoes_nothing_hostile(hall: Hall) -> None:
    told: list[Refusal] = []
    guard = Guard(hall, Rules(), told.append)
    answer = await knock(guard, [("Host", OURS), ("Origin", "https://friend.example:8443")])
    assert b"--allow-origin https://friend.example:8443" in answer.body
    assert told[0].params["origin"] == "https://friend.example:8443"
    answer = await ask(guard, [("Host", "mybox:80")])
    assert b"--allow-host mybox:80" in answer.body
    for bad in (
        "https://evil.example/\x1b[2J",
        "javascript:alert(1)",
        "https://<script>",
        "https://a b",
        "$(reboot)",
        "https://a\n",
    ):
        answer = await knock(guard, [("Host", OURS), ("Origin", bad)])
        assert bad.encode("latin-1") not in answer.body
        assert answer.body.isascii() and answer.body.decode().replace("\n", "").isprintable()


async def test_a_desktop_program_is_told_what_to_allow(hall: Hall) -> None:
    answer = await knock(guarded(hall), [("Host", OURS), ("Origin", "null")])
    assert b"--allow-origin null" in answer.body


async def test_a_page_that_invents_origins_fills_no_screen(hall: Hall) -> None:
    told: list[Refusal] = []
    now = [0.0]
    guard = Guard(hall, Rules(), told.append, lambda: now[0])
    for number in range(200):
        await knock(guard, [("Host", OURS), ("Origin", f"https://evil-{number}.example")])
    assert len(told) == 20
    now[0] = 61
    await knock(guard, [("Host", OURS), ("Origin", "https://evil.example")])
    assert len(told) == 21


async def test_the_same_refusal_is_told_once_a_minute(hall: Hall) -> None:
    told: list[Refusal] = []
    now = [0.0]
    guard = Guard(hall, Rules(), told.append, lambda: now[0])
    for second in (0, 1, 59, 61):
        now[0] = second
        await knock(guard, [("Host", OURS), ("Origin", "https://evil.example")])
    assert len(told) == 2


async def test_in_korean(hall: Hall) -> None:
    i18n.set_language("ko")
    answer = await ask(guarded(hall), [("Host", OURS), ("Origin", "https://evil.example")])
    assert "https://evil.example 페이지는" in answer.body.decode()


# --- pages ------------------------------------------------------------------------------------------------------


async def test_headers_of_our_pages(hall: Hall) -> None:
    answer = await ask(guarded(hall), [("Host", OURS)])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    policy = answer.headers["content-security-policy"]
    assert f"connect-src 'self' http://{OURS}" in policy and "script-src 'self' 'wasm" in policy
    assert "access-control-allow-origin" not in answer.headers


async def test_a_page_with_a_policy_of_its_own_keeps_it() -> None:
    async def app(asked: Any, receive: Any, send: Any) -> None:
        fields = [(b"Content-Security-Policy", b"default-src *"), (b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": b""})

    answer = await ask(Guard(app, Rules()), [("Host", OURS)])
    assert answer.headers["content-security-policy"] == "default-src *"


def test_a_front_end_of_somebody_else_talks_to_us_alone() -> None:
    local = headers.frontend_policy(Authority("localhost", PORT)).decode()
    assert f" ws://127.0.0.1:{PORT} " in local and "'unsafe-inline'" in local
    away = headers.frontend_policy(Authority("mybox.local", None)).decode()
    assert "127.0.0.1" not in away and " http://mybox.local " in away
    for policy in (local, away):
        assert "*" not in policy and "https: " not in policy


async def test_a_front_end_of_somebody_else_has_a_policy_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<script>alert(1)</script>", encoding="utf-8")
    for theirs in (True, False):
        guard = Guard(folders.Folder(tmp_path, pages=True, theirs=theirs), Rules())
        answer = await ask(guard, [("Host", OURS)], root_path="")
        assert answer.body == b"<script>alert(1)</script>"
        policy = answer.headers["content-security-policy"]
        assert ("default-src 'self' http://" in policy and "'unsafe-inline' 'unsafe-eval'" in policy) == theirs


async def test_a_page_that_was_let_in_may_read(hall: Hall) -> None:
    headers = [("Host", OURS), ("Origin", "http://localhost:5173")]
    answer = await ask(guarded(hall), headers)
    assert answer.headers["access-control-allow-origin"] == "http://localhost:5173"
    assert answer.headers["vary"] == "origin"
    asks = [*headers, ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Private-Network", "true")]
    answer = await ask(guarded(hall, token="t" * 32), asks, method="OPTIONS", path="/asr")
    assert answer.status == 204
    assert answer.headers["access-control-allow-private-network"] == "true"
    assert len(hall.came) == 1
    evil = [("Host", OURS), ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")]
    answer = await ask(guarded(hall), evil, method="OPTIONS")
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_nobody_posts_from_elsewhere(hall: Hall, site: str) -> None:
    answer = await ask(guarded(hall), [("Host", OURS), ("Sec-Fetch-Site", site)], method="POST")
    assert answer.status == 403
    assert hall.came == []
    answer = await ask(guarded(hall), [("Host", OURS), ("Sec-Fetch-Site", site)])  # a link from elsewhere
    assert answer.status == 200


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [("/" + "a" * 9000, [], 414), ("/?" + "a" * 9000, [], 414), ("/", [("x", "a" * 40_000)], 431)],
)
async def test_what_is_too_long(hall: Hall, target: str, headers: list[tuple[str, str]], status: int) -> None:
    assert (await ask(guarded(hall), [("Host", OURS), *headers], path=target)).status == status
    assert (await knock(guarded(hall), [("Host", OURS), *headers], path=target)).status == 403
    assert hall.came == []


@pytest.mark.parametrize("target", ["*", "health", "", "127.0.0.1:80", f"http://{OURS}/health"])
async def test_what_is_no_address_of_ours(hall: Hall, target: str) -> None:
    for method in ("GET", "OPTIONS", "CONNECT"):
        answer = await ask(guarded(hall), [("Host", OURS)], method=method, path=target)
        assert (answer.status, answer.body) == (400, b"the address has to begin with a slash\n")
    assert (await knock(guarded(hall), [("Host", OURS)], path=target)).status == 403
    assert hall.came == []


# --- uploads ----------------------------------------------------------------------------------------------------

SMALL = Limits(upload_bytes=2**20)


async def test_an_upload_that_is_announced_too_large_is_not_begun(hall: Hall) -> None:
    headers = [("Host", OURS), ("Content-Length", str(2**20 + 1))]
    assert (await ask(guarded(hall, limits=SMALL), headers, method="POST")).status == 413
    assert hall.came == []


async def test_an_upload_that_turns_out_too_large(hall: Hall) -> None:
    pieces = [b"x" * 300_000] * 4
    answer = await ask(guarded(hall, limits=SMALL), [("Host", OURS)], pieces, method="POST")
    assert answer.status == 413
    assert answer.headers["connection"] == "close"
    assert len(hall.read) <= 2**20


async def test_an_application_that_raises_when_the_client_is_gone() -> None:
    async def app(asked: Any, receive: Any, send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        raise ConnectionError

    pieces = [b"x" * 300_000] * 4
    answer = await ask(Guard(app, Rules(limits=SMALL)), [("Host", OURS)], pieces, method="POST")
    assert answer.status == 413
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(ask(Guard(_failing, Rules()), [("Host", OURS)]), 5)


async def _failing(asked: Any, receive: Any, send: Any) -> None:
    raise ConnectionError


@pytest.mark.looptime
async def test_an_upload_that_drips(hall: Hall) -> None:
    async def receive() -> dict[str, Any]:
        await asyncio.sleep(9)
        return {"type": "http.request", "body": b"x", "more_body": True}

    answer = await _post(guarded(hall), receive)
    assert answer.status == 408
    assert asyncio.get_running_loop().time() == pytest.approx(60)


@pytest.mark.looptime
async def test_an_upload_that_stops(hall: Hall) -> None:
    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    answer = await _post(guarded(hall), receive)
    assert answer.status == 408
    assert asyncio.get_running_loop().time() == pytest.approx(10)


async def _post(guard: Guard, receive: Any) -> Answer:
    from tests.server.asgi import scope

    answer = Answer()

    async def send(event: dict[str, Any]) -> None:
        answer.status = event.get("status", answer.status)

    await guard(scope("http", [("Host", OURS)], method="POST"), receive, send)
    return answer


# --- the token --------------------------------------------------------------------------------------------------

SECRET = "s3cret-s3cret-s3cret-s3cret"
BEARER = ("Authorization", f"Bearer {SECRET}")


async def test_a_token_in_a_header(hall: Hall) -> None:
    guard = guarded(hall, token=SECRET)
    assert (await ask(guard, [("Host", OURS), BEARER])).status == 200
    assert (await knock(guard, [("Host", OURS), BEARER])).status == 101
    assert (await ask(guard, [("Host", OURS)])).headers["www-authenticate"] == "Bearer"
    for wrong in ("Bearer x", "Bearer ", f"Basic {SECRET}", f"Bearer {SECRET}x", f"Bearer {SECRET[:-1]}"):
        assert (await ask(guard, [("Host", OURS), ("Authorization", wrong)])).status == 401
    assert len(hall.came) == 2


async def test_a_token_that_stands_there_twice(hall: Hall) -> None:
    guard = guarded(hall, token=SECRET)
    assert (await ask(guard, [("Host", OURS), BEARER, BEARER])).status == 400
    assert (await knock(guard, [("Host", OURS), ("Authorization", "Bearer x"), BEARER])).status == 403
    assert hall.came == []


async def test_health_takes_no_token(hall: Hall) -> None:
    assert (await ask(guarded(hall, token=SECRET), [("Host", OURS)], path="/health")).status == 200
    assert (await ask(guarded(hall, token=SECRET), [("Host", OURS)], path="/health/x")).status == 401


async def test_a_token_in_the_address_of_a_page_becomes_a_cookie(hall: Hall) -> None:
    guard = guarded(hall, token=SECRET)
    page = [("Host", OURS), ("Accept", "text/html,*/*")]
    answer = await ask(guard, page, path=f"/viewer?scale=2&token={SECRET}&bg=%23fff")
    assert (answer.status, answer.headers["location"]) == (303, "/viewer?scale=2&bg=%23fff")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and SECRET not in cookie
    assert hall.came == []
    given = ("Cookie", f"other=1; {cookie.partition(';')[0]}")
    assert (await ask(guard, [*page, given], path="/viewer")).status == 200
    assert (await knock(guard, [("Host", OURS), given])).status == 101
    wrong = ("Cookie", f"vtuber-{PORT}={'0' * 64}")
    assert (await ask(guard, [*page, wrong], path="/viewer")).status == 401


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example", "///evil.example", "/\\/evil.example"])
async def test_the_way_to_the_cookie_leads_nowhere_else(hall: Hall, path: str) -> None:
    guard = guarded(hall, token=SECRET)
    answer = await ask(guard, [("Host", OURS), ("Accept", "text/html")], path=f"{path}?token={SECRET}")
    location = answer.headers["location"]
    assert location.startswith("/") and location[1:2] not in ("/", "\\")


async def test_a_token_in_the_address_of_a_socket(hall: Hall) -> None:
    guard = guarded(hall, token=SECRET)
    assert (await knock(guard, [("Host", OURS)], path=f"/client-ws?token={SECRET}")).status == 101
    assert (await knock(guard, [("Host", OURS)], path="/client-ws?token=wrong")).status == 403


async def test_a_page_from_elsewhere_that_was_let_in_may_bring_the_token(hall: Hall) -> None:
    guard = guarded(hall, token=SECRET)
    site = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Dest", "websocket")]
    headers = [("Host", OURS), ("Origin", "http://localhost:5173"), *site]
    assert [event["type"] for event in (await knock(guard, headers, path=f"/client-ws?token={SECRET}")).sent] == [
        "websocket.accept"
    ]
    assert len(hall.came) == 1
    assert (await ask(guard, [*headers, BEARER])).status == 200


AUTH = f'{{"type":"auth","token":"{SECRET}"}}'


async def test_a_token_as_the_first_frame(hall: Hall) -> None:
    guard = guarded(hall, token=SECRET)
    answer = await knock(guard, [("Host", OURS)], [AUTH, "{}"])
    assert [event["type"] for event in answer.sent] == ["websocket.accept", "websocket.send"]
    assert hall.heard == ["{}"]
    assert guard.places.sessions == 0


@pytest.mark.parametrize(
    "first", [AUTH.replace(SECRET, "x" * 20), '{"type":"text-input","text":"hi"}', "", "[", b"\0", '{"type":"auth"}']
)
async def test_another_first_frame(hall: Hall, first: str | bytes) -> None:
    guard = guarded(hall, token=SECRET)
    answer = await knock(guard, [("Host", OURS)], [first, AUTH])
    assert answer.sent[-1]["type"] == "websocket.close"
    assert answer.sent[-1]["code"] == 1008
    assert hall.came == []
    assert guard.places.sessions == 0


@pytest.mark.looptime
async def test_no_first_frame(hall: Hall) -> None:
    from tests.server.asgi import scope

    sent: list[dict[str, Any]] = []
    connect = iter([{"type": "websocket.connect"}])

    async def receive() -> dict[str, Any]:
        for event in connect:
            return event
        await asyncio.Event().wait()
        raise AssertionError

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    await guarded(hall, token=SECRET)(scope("websocket", [("Host", OURS)]), receive, send)
    assert [event["type"] for event in sent] == ["websocket.accept", "websocket.close"]
    assert asyncio.get_running_loop().time() == pytest.approx(5)


async def test_ten_wrong_tokens_a_minute(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    guard = Guard(hall, Rules(token=SECRET), None, lambda: now[0])
    statuses = [(await _with(guard, f"wrong-{number}", "10.0.0.9")).status for number in range(50)]
    assert statuses == [401] * 10 + [429] * 40
    assert (await _with(guard, SECRET, "10.0.0.9")).status == 429
    assert (await _with(guard, SECRET, "10.0.0.8")).status == 200
    now[0] = 60.0
    assert (await _with(guard, SECRET, "10.0.0.9")).status == 200
    assert SECRET not in caplog.text and "wrong-" not in caplog.text


async def test_a_page_from_elsewhere_uses_up_no_tries(hall: Hall) -> None:
    guard = guarded(hall, token=SECRET)
    picture = [("Host", OURS), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Dest", "image")]
    for _ in range(20):
        assert (await ask(guard, picture, path="/?token=wrong")).status == 401
    assert (await _with(guard, SECRET, "127.0.0.1")).status == 200


async def _with(guard: Guard, secret: str, client: str) -> Answer:
    return await ask(guard, [("Host", OURS), ("Authorization", f"Bearer {secret}")], client=client)


# --- room -------------------------------------------------------------------------------------------------------


class Waiting:
    """Sockets that stay."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.came: list[Any] = []

    async def __call__(self, asked: Any, receive: Any, send: Any) -> None:
        self.came.append(pass_of(asked))
        await send({"type": "websocket.accept"})
        await self.over.wait()


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    return Waiting()


async def enter(guard: Guard, tasks: asyncio.TaskGroup, count: int, **more: Any) -> list[int]:
    asked = [tasks.create_task(knock(guard, [("Host", OURS)], **more)) for _ in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return [task.result().status for task in asked if task.done()]


async def test_room(waiting: Waiting) -> None:
    guard = Guard(waiting, Rules())
    async with asyncio.TaskGroup() as tasks:
        assert await enter(guard, tasks, 10, client="10.0.0.1") == [503, 503]
        assert await enter(guard, tasks, 24) == []
        assert await enter(guard, tasks, 1, client="10.0.0.2") == [503]
        assert await enter(guard, tasks, 201, client="10.0.0.1", path="/client-ws?role=viewer") == [503]
        assert (guard.places.sessions, guard.places.viewers) == (32, 200)
        assert not waiting.came[0].place.become_viewer()
        waiting.over.set()
    assert (guard.places.sessions, guard.places.viewers) == (0, 0)


async def test_a_talk_that_turns_out_to_look_on(waiting: Waiting) -> None:
    guard = Guard(waiting, Rules(limits=Limits(sessions=1)))
    async with asyncio.TaskGroup() as tasks:
        assert await enter(guard, tasks, 2) == [503]
        assert waiting.came[0].place.become_viewer()
        assert (guard.places.sessions, guard.places.viewers) == (0, 1)
        assert await enter(guard, tasks, 1) == []
        waiting.over.set()
    assert (guard.places.sessions, guard.places.viewers) == (0, 0)


async def test_nobody_talks_on_a_viewers_place(waiting: Waiting) -> None:
    guard = Guard(waiting, Rules(limits=Limits(sessions=1, viewers=3)))
    async with asyncio.TaskGroup() as tasks:
        assert await enter(guard, tasks, 3, path="/client-ws?role=viewer") == []
        first, second, _ = (each.place for each in waiting.came)
        assert first.become_talker() and first.become_talker()
        assert not second.become_talker() and second.viewer
        assert (guard.places.sessions, guard.places.viewers) == (1, 2)
        assert first.become_viewer() and second.become_talker()
        waiting.over.set()
    assert (guard.places.sessions, guard.places.viewers, guard.places.addresses) == (0, 0, 0)
    assert not first.become_talker()


async def test_an_ipv6_network_is_one_address(waiting: Waiting) -> None:
    guard = Guard(waiting, Rules())
    async with asyncio.TaskGroup() as tasks:
        for number in range(8):
            assert await enter(guard, tasks, 1, client=f"2001:db8::{number}") == []
        assert await enter(guard, tasks, 1, client="2001:db8::ffff") == [503]
        assert await enter(guard, tasks, 1, client="2001:db8:0:1::1") == []
        assert guard.places.addresses == 2
        waiting.over.set()
    assert guard.places.addresses == 0


# --- from the settings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "mybox.local"])
def test_an_address_that_others_can_reach_wants_a_token(host: str) -> None:
    server = config.Server(host=host)
    with pytest.raises(UsageError) as caught:
        Rules.of(server, None)
    assert caught.value.exit_code == 2
    assert Rules.of(server, SECRET).token == SECRET


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_alone_does_not(host: str) -> None:
    rules = Rules.of(config.Server(host=host, max_sessions=3, allow_origin=["null"], max_upload_mb=2), None)
    assert rules.limits == Limits(sessions=3, upload_bytes=2 * 2**20)
    assert rules.names.origins == {"null"}


def test_comparing() -> None:
    assert token.equals(SECRET, SECRET)
    assert not token.equals("é" + SECRET, SECRET)
    assert not token.equals("\udc80", SECRET)
