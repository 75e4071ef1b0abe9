"""What an endpoint may do to us, on real sockets: refuse, be slow, send nonsense, and vanish."""

from __future__ import annotations

import json
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.engines.loopback import DONE, STOP, Loopback, Peer, event, good, status, whole
from vtuber_cli import i18n, keys
from vtuber_cli.engines.base import Message, ReplyDelta, ReplyRequest, Stop, ToolCall, Usage
from vtuber_cli.engines.llm_openai import OpenAi
from vtuber_cli.errors import ContextOverflow, EngineFailed, EngineUnavailable
from vtuber_cli.events import Picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

QUICK = {"first_token_seconds": 5.0, "token_seconds": 2.0, "reply_seconds": 10.0}


class NoWeights:
    def path(self, name: str) -> Path:
        raise AssertionError(name)


@contextmanager
def engine(url: str, **options: Any) -> Iterator[OpenAi]:
    made = OpenAi(OpenAi.Options(**({"base_url": url, "model": "m"} | QUICK | options)), NoWeights())
    try:
        yield made
    finally:
        made.close()


def asking(text: str = "Hello.", **changes: Any) -> ReplyRequest:
    return ReplyRequest(**({"messages": [Message("user", text)]} | changes))


def text_of(deltas: list[ReplyDelta]) -> str:
    return "".join(delta.text for delta in deltas)


def reply(made: OpenAi, stop: Stop | None = None, **changes: Any) -> str:
    return text_of(list(made.reply(asking(**changes), Stop() if stop is None else stop)))


def failure(script: Callable[[Peer], object], **options: Any) -> EngineFailed:
    """How a reply by this script fails; with no attempt but the first unless told otherwise."""
    with Loopback([script]) as server, engine(server.url, **({"retries": 0} | options)) as made:
        with pytest.raises(EngineFailed) as raised:
            reply(made)
        assert raised.value.params.get("host", server.host) == server.host
    return raised.value


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Backoff by a hundredth."""
    monkeypatch.setattr("vtuber_cli.engines.llm_openai_asker._FIRST_BACKOFF", 0.005)


# --- good replies ---------------------------------------------------------------------------------------------------


def test_a_reply_is_streamed_and_ends_with_its_tokens() -> None:
    with Loopback([good("The stars", " are kind.")]) as server, engine(server.url) as made:
        deltas = list(made.reply(asking(max_tokens=9, temperature=0.5, seed=2**40 + 1), Stop()))
    assert [delta.text for delta in deltas if delta.text] == ["The stars", " are kind."]
    assert deltas[-1].usage == Usage(7, 3)
    (asked,) = server.asked
    assert asked.body == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hello."}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 9,
        "temperature": 0.5,
        "seed": 1,
    }
    assert asked.key is None


def test_turns_share_a_connection() -> None:
    with Loopback([good()]) as server, engine(server.url) as made:
        assert [reply(made) for _ in range(3)] == ["Hello there."] * 3
        assert server.connections == 1


def test_text_comes_when_it_comes() -> None:
    heard = threading.Event()

    def script(peer: Peer) -> None:
        peer.head()
        peer.send(event("One"))
        assert heard.wait(5)
        peer.send(*whole(" two"))

    with Loopback([script]) as server, engine(server.url) as made:
        for delta in made.reply(asking(), Stop()):
            heard.set()
            last = delta
    assert last.usage is not None


BODIES = {
    "crlf": "".join(whole("별이 ", "예뻐요 ✨")).replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + "".join(whole("별이 ", "예뻐요 ✨")),
    "comments": ": queued\n\n" * 50 + "".join(whole("별이 ", "예뻐요 ✨")),
    "names of events": "event: message\nid: 1\nretry: 5\n" + "".join(whole("별이 ", "예뻐요 ✨")),
    "no done": "".join([event("별이 예뻐요 ✨"), STOP]),
    "no usage": "".join([event("별이 예뻐요 ✨"), STOP, DONE]),
    "done in the last line": event("별이 예뻐요 ✨") + "data: [DONE]",
    "some garbage": event("별이 ") + "data: {oops\n\ndata: 7\n\nwhat?\n\n" + "".join(whole("예뻐요 ✨")),
    "two lines of data": 'data: {"choices":\n'
    + 'data: [{"delta": {"content": "별이 예뻐요 ✨"}, "finish_reason": "stop"}]}\n\n',
    "odd types": 'data: {"choices": [{"delta": [], "finish_reason": 3}], "usage": {"prompt_tokens": "x"}}\n\n'
    + 'data: {"choices": [7]}\n\ndata: {"choices": {}}\n\n'
    + "".join(whole("별이 예뻐요 ✨")),
    "parts": event(delta={"content": [{"type": "text", "text": "별이 예뻐요 ✨"}, {"type": "x"}, 3]}) + STOP,
    "white space in front": "".join(whole("\n\n  ", "별이 예뻐요 ✨")),
    "control codes": "".join(whole("별이\x1b[2J ", "예뻐\x07요 ✨")),
    "broken characters": "".join(whole("별이 \ufffd예뻐요 ✨")),
    "thoughts beside it": event(delta={"reasoning_content": "Hm."}) + "".join(whole("별이 예뻐요 ✨")),
    "thoughts in it": "".join(whole("<th", "ink>Hm. <b", "></think", ">\n\n별이 예뻐요 ✨")),
    "after the end": "".join(whole("별이 예뻐요 ✨")) + event("more"),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("cut", [1, 7, 10_000])
def test_any_stream_that_makes_sense_is_read(body: str, cut: int) -> None:
    data = body.encode()

    def script(peer: Peer) -> None:
        peer.head()
        for start in range(0, len(data), cut):
            peer.send(data[start : start + cut])

    with Loopback([script]) as server, engine(server.url) as made:
        assert reply(made) == "별이 예뻐요 ✨"


def test_a_server_that_does_not_stream_will_do() -> None:
    answer = {
        "choices": [{"message": {"content": "All at once."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 3}},
    }
    with Loopback([status("200 OK", json.dumps(answer))]) as server, engine(server.url) as made:
        deltas = list(made.reply(asking(), Stop()))
    assert text_of(deltas) == "All at once."
    assert deltas[-1].usage == Usage(5, 4, 3)


def test_messages_are_cleaned_defused_and_joined() -> None:
    said = [Message("user", "a\x1b[2J"), Message("user", "<|im_end|> <start_of_turn> [INST] </s> 1 < 2 [joy]")]
    with Loopback([good()]) as server, engine(server.url) as made:
        reply(made, messages=said)
    (message,) = server.asked[0].body["messages"]
    assert message["content"] == "a\n< |im_end|> < start_of_turn> [ INST] < /s> 1 < 2 [joy]"


def test_the_model_is_asked_to_say_what_it_feels() -> None:
    talk = [Message("system", "You are Mika."), Message("user", "Hi."), Message("assistant", "Hello.")]
    with Loopback([good("[joy] Yay!")]) as server:
        with engine(server.url) as made:
            assert reply(made, messages=talk, emotions=("joy", "fear")) == "[joy] Yay!"
        with engine(server.url, tags=False) as made:
            reply(made, messages=talk, emotions=("joy", "fear"))
    first, second = (asked.body["messages"] for asked in server.asked)
    assert first[0]["content"].startswith("You are Mika.\n") and first[0]["content"].endswith("[joy] [fear]")
    assert second[0]["content"] == "You are Mika."
    assert first[1:] == second[1:]


def test_further_fields_are_sent_but_not_in_place_of_the_talk() -> None:
    body = {"top_k": 3, "temperature": 0.1, "messages": [], "stream": False}
    with Loopback([good()]) as server, engine(server.url, body=body) as made:
        assert reply(made) == "Hello there."
    sent = server.asked[0].body
    assert (sent["top_k"], sent["temperature"], sent["stream"]) == (3, 0.1, True)
    assert sent["messages"]


@pytest.mark.parametrize("name", ["stream_options", "seed", "temperature"])
def test_what_a_server_refuses_is_left_out_from_then_on(name: str) -> None:
    refusal = status("400 Bad Request", json.dumps({"error": {"message": f"Unrecognized argument: {name}"}}))
    with Loopback([refusal, good()]) as server, engine(server.url, seed=1, retries=0) as made:
        assert reply(made) == reply(made) == "Hello there."
    assert [name in asked.body for asked in server.asked] == [True, False, False]


def test_a_server_may_call_the_longest_reply_otherwise() -> None:
    said = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    refusal = status("400 Bad Request", json.dumps({"error": {"message": said}}))
    with Loopback([refusal, good()]) as server, engine(server.url) as made:
        assert reply(made, max_tokens=11) == "Hello there."
    assert server.asked[1].body["max_completion_tokens"] == 11
    assert "max_tokens" not in server.asked[1].body


def test_tools_are_offered_and_their_calls_put_together() -> None:
    tool = {"name": "draw", "parameters": {"type": "object"}}

    def calls(index: int, **function: str) -> str:
        call = {"index": index, "id": "c1" if "name" in function else None, "function": function}
        return event(delta={"tool_calls": [call]})

    def script(peer: Peer) -> None:
        peer.head()
        peer.send(calls(0, name="draw", arguments='{"car'), calls(0, arguments='ds": 3}'))
        peer.send(calls(1, name="format_disk", arguments="{}"), calls(2, name="draw", arguments="{oops"))
        peer.send(event(finish_reason="tool_calls"), DONE)

    with Loopback([script]) as server, engine(server.url) as made:
        deltas = list(made.reply(asking(tools=(tool,)), Stop()))
        assert [delta.tool for delta in deltas if delta.tool] == [ToolCall("c1", "draw", {"cards": 3})]
        assert server.asked[0].body["tools"] == [{"type": "function", "function": tool}]
        with pytest.raises(EngineFailed, match=r"endpoint\.empty"):  # nobody offered a tool, so nothing is left
            reply(made)


# --- the model ------------------------------------------------------------------------------------------------------


def test_the_only_model_is_found_once() -> None:
    with Loopback([good()], models=["only/one"]) as server, engine(server.url, model="") as made:
        assert reply(made) == reply(made) == "Hello there."
    assert [asked.body["model"] for asked in server.asked] == ["only/one"] * 2
    assert [asked.path for asked in server.others] == ["/v1/models"]


def test_a_server_without_a_list_of_models_is_asked_for_its_default() -> None:
    with Loopback([good()]) as server, engine(server.url, model="") as made:
        assert reply(made) == "Hello there."
    assert server.asked[0].body["model"] == "default"


def test_of_several_models_one_must_be_chosen() -> None:
    models = [f"model-{number}" for number in range(9)]
    with (
        Loopback([good()], models=models) as server,
        engine(server.url, model="") as made,
        pytest.raises(EngineFailed) as raised,
    ):
        reply(made)
    assert raised.value.key == "endpoint.choose"
    assert str(raised.value.params["names"]).startswith("model-0, model-1,")


@pytest.mark.parametrize(
    ("models", "key", "named"),
    [
        (["llama3.2", "qwen3"], "endpoint.no_model_nearest", "llama3.2"),
        (["qwen3"], "endpoint.no_model", "qwen3"),
        ([], "endpoint.not_found", ""),
        (["lama3"], "endpoint.not_found", ""),
    ],
)
def test_a_model_that_is_not_there_gets_the_nearest(models: list[str], key: str, named: str) -> None:
    with (
        Loopback([status("404 Not Found")], models=models) as server,
        engine(server.url, model="lama3") as made,
        pytest.raises(EngineFailed) as raised,
    ):
        reply(made)
    assert raised.value.key == key
    assert named in i18n.t(key, **raised.value.params)
    assert len(server.asked) == 1


# --- stopping -------------------------------------------------------------------------------------------------------


def silent(peer: Peer) -> None:
    peer.wait_until_gone()


def stalls_after_headers(peer: Peer) -> None:
    peer.head()
    peer.wait_until_gone()


def stalls_in_mid_reply(peer: Peer) -> None:
    peer.head()
    peer.send(event("Once"))
    peer.wait_until_gone()


def drips(peer: Peer) -> None:
    peer.head()
    for byte in event("x").encode() * 400:
        peer.send(bytes([byte]))
        if peer.gone.wait(0.02):
            return


def busy(peer: Peer) -> None:
    peer.answer("429 Too Many Requests", Retry_After="4")


@pytest.mark.parametrize("script", [silent, stalls_after_headers, stalls_in_mid_reply, drips, busy])
def test_stop_is_heard_at_once(script: Callable[[Peer], object]) -> None:
    stop = Stop()
    with Loopback([script]) as server, engine(server.url) as made:
        timer = threading.Timer(0.2, stop.set)
        timer.start()
        began = time.monotonic()
        reply(made, stop)
        assert time.monotonic() - began < 0.7
        timer.join()
        server.scripts.append(good())
        server.scripts = [good()]
        assert reply(made) == "Hello there."


@pytest.mark.parametrize("script", [silent, stalls_after_headers, stalls_in_mid_reply])
def test_the_server_sees_that_nobody_listens(script: Callable[[Peer], object]) -> None:
    stop = Stop()
    with Loopback([script]) as server, engine(server.url) as made:
        threading.Timer(0.1, stop.set).start()
        reply(made, stop)
        assert server.peers[0].gone.wait(2)


def test_a_stopped_request_asks_nobody() -> None:
    stop = Stop()
    stop.set()
    with Loopback([good()]) as server, engine(server.url) as made:
        assert reply(made, stop) == ""
        assert server.connections == 0


def test_a_stream_left_open_is_given_up_by_the_next() -> None:
    with Loopback([stalls_in_mid_reply, good()]) as server, engine(server.url) as made:
        left = iter(made.reply(asking(), Stop()))
        assert next(left).text == "Once"
        assert reply(made) == "Hello there."
        assert server.peers[0].gone.wait(2)


def test_a_closed_engine_refuses() -> None:
    with Loopback([stalls_in_mid_reply]) as server, engine(server.url) as made:
        left = iter(made.reply(asking(), Stop()))
        next(left)
        made.close()
        with pytest.raises(EngineFailed, match=r"thinking\.closed"):
            reply(made)
        with pytest.raises((EngineFailed, StopIteration)):
            next(left)


# --- patience -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [silent, stalls_after_headers, drips])
def test_without_a_first_token_it_has_failed_in_time(script: Callable[[Peer], object]) -> None:
    began = time.monotonic()
    error = failure(script, first_token_seconds=0.3)
    assert error.key == "endpoint.silent"
    assert time.monotonic() - began < 1.5


def test_without_a_next_token_it_has_failed_in_time() -> None:
    began = time.monotonic()
    assert failure(stalls_in_mid_reply, token_seconds=0.3).key == "endpoint.stalled"
    assert time.monotonic() - began < 1.5


def test_no_reply_is_endless() -> None:
    def script(peer: Peer) -> None:
        peer.head()
        while not peer.gone.wait(0.02):
            peer.send(event("la "))

    assert failure(script, reply_seconds=0.5).key == "endpoint.too_long"


def test_keeping_alive_is_not_answering() -> None:
    def script(peer: Peer) -> None:
        peer.head()
        while not peer.gone.wait(0.02):
            peer.send(": still queued\n\n")

    assert failure(script, first_token_seconds=0.3).key == "endpoint.silent"


def test_thinking_is_answering() -> None:
    """Nothing to show yet, but something to wait for."""

    def script(peer: Peer) -> None:
        peer.head()
        for _ in range(6):
            peer.send(event(delta={"reasoning_content": "Hm. "}))
            peer.gone.wait(0.1)
        peer.send(*whole("Yes."))

    with Loopback([script]) as server, engine(server.url, first_token_seconds=0.4, token_seconds=0.4) as made:
        deltas = list(made.reply(asking(), Stop()))
    assert text_of(deltas) == "Yes."
    assert len([delta for delta in deltas if delta == ReplyDelta()]) == 6


def test_what_follows_the_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vtuber_cli.engines.llm_openai_asker._TAIL_SECONDS", 0.2)

    def script(peer: Peer) -> None:
        peer.head()
        peer.send(event("Yes."), STOP)
        peer.wait_until_gone()

    with Loopback([script]) as server, engine(server.url) as made:
        assert reply(made) == "Yes."


# --- trying again ---------------------------------------------------------------------------------------------------


def resets(peer: Peer) -> None:
    peer.reset()


def vanishes(peer: Peer) -> None:
    peer.head()


def vanishes_in_the_headers(peer: Peer) -> None:
    peer.send("HTTP/1.1 200 OK\r\nContent-Ty")


def fails_inside(peer: Peer) -> None:
    peer.head()
    peer.send('data: {"error": {"message": "overloaded", "code": 503}}\n\n')


AGAIN = {
    "429": status("429 Too Many Requests", "{}"),
    "429 with seconds": status("429 Too Many Requests", "{}", Retry_After="0"),
    "429 with the past": status("429 Too Many Requests", "{}", Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),
    "429 with nonsense": status("429 Too Many Requests", "{}", Retry_After="soon"),
    "429 with milliseconds": status("429 Too Many Requests", "{}", Retry_After_Ms="10"),
    "500": status("500 Internal Server Error", "<h1>oops</h1>", kind="text/html"),
    "503": status("503 Service Unavailable", '{"error": "loading"}'),
    "reset": resets,
    "vanished": vanishes,
    "vanished in the headers": vanishes_in_the_headers,
    "an error inside": fails_inside,
}


@pytest.mark.parametrize("script", AGAIN.values(), ids=AGAIN)
def test_it_is_asked_again_before_the_first_token(script: Callable[[Peer], object]) -> None:
    with Loopback([script, script, good()]) as server, engine(server.url, retries=2) as made:
        assert reply(made) == "Hello there."
        assert len(server.asked) == 3
    with Loopback([script]) as server, engine(server.url, retries=1) as made:
        with pytest.raises(EngineFailed):
            reply(made)
        assert len(server.asked) == 2


def test_as_long_as_it_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(Stop, "wait", lambda _, seconds: waits.append(seconds))
    later = "Sat, 01 Jan 2050 00:00:{:02} GMT"
    scripts = [
        status("429 Too Many Requests", Retry_After="3"),
        status("503 Service Unavailable", Retry_After=later.format(7), Date=later.format(2)),
        status("429 Too Many Requests", Retry_After="999999999"),
        good(),
    ]
    with Loopback(scripts) as server, engine(server.url, retries=5, first_token_seconds=90, reply_seconds=90) as made:
        assert reply(made) == "Hello there."
    assert waits == [3.0, 5.0, 60.0]


def test_not_at_all_if_there_is_no_time_for_it() -> None:
    began = time.monotonic()
    error = failure(status("429 Too Many Requests", Retry_After="30"), retries=5)
    assert (error.key, error.params["seconds"]) == ("endpoint.busy_until", 30)
    assert time.monotonic() - began < 2


def cut_off(peer: Peer) -> None:
    peer.head()
    peer.send(event("Once upon "), event("a time"))


def cut_off_in_a_chunk(peer: Peer) -> None:
    peer.chunked(event("Once upon "), event("a time"), end=False)
    peer.send("ff\r\ndata: {")


def reset_in_mid_reply(peer: Peer) -> None:
    peer.head()
    peer.send(event("Once upon "), event("a time"))
    peer.gone.wait(0.2)
    peer.reset()


def fails_in_mid_reply(peer: Peer) -> None:
    peer.head()
    peer.send(event("Once upon "), event("a time"))
    peer.send('data: {"error": {"message": "CUDA out of memory", "code": 500}}\n\n')


@pytest.mark.parametrize("script", [cut_off, cut_off_in_a_chunk, reset_in_mid_reply, fails_in_mid_reply])
def test_never_after_the_first_token(script: Callable[[Peer], object]) -> None:
    with Loopback([script, good()]) as server, engine(server.url, retries=5) as made:
        said: list[str] = []
        with pytest.raises(EngineFailed) as raised:
            said.extend(delta.text for delta in made.reply(asking(), Stop()))
        assert len(server.asked) == 1
        assert raised.value.key in ("endpoint.cut_off", "endpoint.said")
        assert reply(made) == "Hello there."


def test_a_port_where_nobody_listens() -> None:
    with Loopback([]) as server:
        url = server.url
    with engine(url, retries=1) as made, pytest.raises(EngineFailed) as raised:
        reply(made)
    assert raised.value.key == "endpoint.unreachable"
    assert "refused" in str(raised.value.params["reason"])


def test_a_name_that_nobody_has() -> None:
    with engine("https://nowhere.invalid/v1", retries=0) as made, pytest.raises(EngineFailed) as raised:
        reply(made)
    assert raised.value.key == "endpoint.unreachable"


# --- nonsense -------------------------------------------------------------------------------------------------------


def garbage(peer: Peer) -> None:
    peer.head()
    peer.send("data: {oops}\n\n" * 100, DONE)


def empty(peer: Peer) -> None:
    peer.head()
    peer.send(DONE)


def plain_json(peer: Peer) -> None:
    peer.head(kind="text/plain")
    peer.send(json.dumps({"hello": "world"}, indent=2))


def another_json(peer: Peer) -> None:
    peer.answer("200 OK", '{"hello": "world"}')


def endless_line(peer: Peer) -> None:
    peer.head()
    for _ in range(64):
        peer.send(b"data: " + b"a" * 65536)


def deep(peer: Peer) -> None:
    peer.head()
    peer.send("data: " + "[" * 200_000 + "\n\n", DONE)


def compressed(peer: Peer) -> None:
    peer.head(Content_Encoding="gzip")
    peer.send(b"\x1f\x8b" + b"\0" * 100)


@pytest.mark.parametrize("script", [garbage, empty, plain_json, another_json, endless_line, deep, compressed])
def test_nonsense_is_called_so(script: Callable[[Peer], object]) -> None:
    assert failure(script).key == "endpoint.garbled"


def test_not_even_http() -> None:
    assert failure(lambda peer: peer.send("SSH-2.0-OpenSSH_9.2\r\n")).key == "endpoint.broken_off"


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (status("200 OK", "<html>Welcome</html>", kind="text/html; charset=utf-8"), "endpoint.web_page"),
        (status("400 Bad Request", '{"error": {"message": "bad"}}'), "endpoint.failed"),
        (status("402 Payment Required", '{"detail": "no money"}'), "endpoint.failed"),
        (status("418 I'm a teapot", ""), "endpoint.failed"),
        (status("599 What", ""), "endpoint.failed"),
        (status("204 No Content", ""), "endpoint.failed"),
        (status("401 Unauthorized", ""), "endpoint.key_wanted"),
        (status("403 Forbidden", ""), "endpoint.key_wanted"),
        (status("301 Moved", "", Location="https://other.example/v1"), "endpoint.redirect"),
    ],
)
def test_answers_that_will_not_change_are_not_asked_for_again(answer: Callable[[Peer], object], key: str) -> None:
    with Loopback([answer, good()]) as server, engine(server.url, retries=3) as made:
        with pytest.raises(EngineFailed) as raised:
            reply(made)
        assert raised.value.key == key
        assert len(server.asked) == 1


def test_what_a_server_says_of_itself_is_cut_and_cleaned() -> None:
    said = "\x1b]0;owned\x07bad\nthing " + "x" * 10_000
    error = failure(status("400 Bad Request", json.dumps({"error": {"message": said}})))
    words = i18n.t(error.key, **error.params)
    assert "bad thing xxx" in words
    assert len(words) < 300 and "\x1b" not in words and "\n" not in words


OVERFLOWS = {
    "llama.cpp": ("400 Bad Request", {"type": "exceed_context_size_error", "n_prompt_tokens": 900, "n_ctx": 512}),
    "a cloud": ("400 Bad Request", {"code": "context_length_exceeded", "message": "too long"}),
    "vLLM": ("400 Bad Request", {"message": "This model's maximum context length is 512 tokens. However, ..."}),
    "another": ("413 Content Too Large", {"message": "prompt is too long: 900 tokens"}),
}


@pytest.mark.parametrize(("line", "error"), OVERFLOWS.values(), ids=OVERFLOWS)
def test_a_talk_that_does_not_fit_is_an_overflow(line: str, error: dict[str, object]) -> None:
    raised = failure(status(line, json.dumps({"error": error})), context=512)
    assert isinstance(raised, ContextOverflow)
    assert int(str(raised.params["context"])) == 512


def test_a_reply_that_is_longer_than_asked_for_is_cut() -> None:
    def script(peer: Peer) -> None:
        peer.head()
        while not peer.gone.wait(0):
            peer.send(event("la " * 500))

    with Loopback([script]) as server, engine(server.url) as made:
        said = reply(made, max_tokens=10)
    assert 240 < len(said) < 2000


@pytest.mark.parametrize("text", ["", "<think>Hm, hm, hm"])
def test_nothing_but_thoughts_is_said_so(text: str) -> None:
    def script(peer: Peer) -> None:
        peer.head()
        peer.send(event(text, delta={"content": text, "reasoning_content": "Hm."}), event(finish_reason="length"), DONE)

    error = failure(script)
    assert error.key == "endpoint.only_thoughts"
    assert error.params["tokens"] == 160


@pytest.mark.parametrize("delta", [{}, {"reasoning_content": "Hm."}])
def test_where_one_token_is_wanted_none_will_do(delta: dict[str, str]) -> None:
    """As when the model is only to read what prompts begin with: no reason for a fallback to take over."""

    def script(peer: Peer) -> None:
        peer.chunked(event(delta=delta), event(finish_reason="length"), DONE)

    with Loopback([script]) as server, engine(server.url, fallback="echo") as made:
        assert reply(made, max_tokens=1) == ""


def test_an_empty_reply_is_said_so() -> None:
    assert failure(lambda peer: peer.chunked(STOP, DONE)).key == "endpoint.empty"


def test_a_filter_is_said_so() -> None:
    def script(peer: Peer) -> None:
        peer.chunked(event(finish_reason="content_filter"), DONE)

    assert failure(script).key == "endpoint.filtered"


# --- addresses and keys ---------------------------------------------------------------------------------------------

SECRET = "sk-not-to-be-seen-0123456789"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://localhost:8080/v1/", "http://localhost:8080/v1"),
        (" https://api.example.com/v1/chat/completions ", "https://api.example.com/v1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_address_is_tidied(given: str, url: str) -> None:
    assert OpenAi.Options(base_url=given).base_url == url


@pytest.mark.parametrize(
    "given",
    [
        "",
        "localhost:8080",
        "ftp://example.com",
        "file:///etc/passwd",
        "http://",
        "http:///v1",
        "http://a:99999/v1",
        "http://a b/v1",
        "http://a\n/v1",
        f"https://me:{SECRET}@example.com/v1",
        f"https://example.com/v1?key={SECRET}",
        "https://example.com/v1#x",
    ],
)
def test_what_is_no_address_or_more_than_one_is_refused(given: str) -> None:
    with pytest.raises(ValueError) as raised:
        OpenAi.Options(base_url=given)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("host", ["example.com", "192.168.0.7:8080", "localhost.example.com", "127.0.0.1.example.com"])
def test_a_key_is_not_sent_in_the_open(host: str) -> None:
    with pytest.raises(ValueError, match="http://"):
        OpenAi.Options(base_url=f"http://{host}/v1", key="MY_KEY")
    assert OpenAi.Options(base_url=f"https://{host}/v1", key="MY_KEY")
    assert OpenAi.Options(base_url=f"http://{host}/v1")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "127.3.4.5", "[::1]", "api.localhost"])
def test_to_this_machine_it_may_be(host: str) -> None:
    assert OpenAi.Options(base_url=f"http://{host}/v1", key="MY_KEY")


def test_a_key_in_place_of_its_name_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError) as raised:
        OpenAi.Options(key=SECRET)
    assert SECRET not in str(raised.value)


def test_without_its_key_it_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_KEY", raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(EngineUnavailable) as raised, engine("https://example.com/v1", key="MY_KEY"):
        pass
    assert (raised.value.key, raised.value.params) == ("keys.missing", {"name": "MY_KEY"})


def test_a_key_is_sent_and_a_refused_one_is_named() -> None:
    keys.put("MY_KEY", SECRET, in_file=True)
    answer = status("401 Unauthorized", json.dumps({"error": {"message": f"Incorrect API key: {SECRET}"}}))
    with Loopback([good(), answer]) as server, engine(server.url, key="MY_KEY") as made:
        assert reply(made) == "Hello there."
        assert server.asked[0].key == f"Bearer {SECRET}"
        with pytest.raises(EngineFailed) as raised:
            reply(made)
    assert raised.value.key == "endpoint.key_refused"
    assert raised.value.params["name"] == "MY_KEY"


def test_a_redirect_is_not_followed_with_the_key() -> None:
    keys.put("MY_KEY", SECRET, in_file=True)
    with Loopback([good()]) as other:
        moved = status("307 Temporary Redirect", Location=f"{other.url}/chat/completions?token={SECRET}")
        error = failure(moved, key="MY_KEY")
        assert error.key == "endpoint.redirect"
        assert SECRET not in str(error.params)
        assert other.connections == 0


def test_a_server_that_repeats_the_key_is_not_repeated() -> None:
    keys.put("MY_KEY", SECRET, in_file=True)
    for script in (
        status("500 Oops", json.dumps({"error": f"cannot use {SECRET}"})),
        lambda peer: peer.chunked('data: {"error": "bad %s"}\n\n' % SECRET),  # noqa: UP031 - braces
    ):
        error = failure(script, key="MY_KEY")
        assert "***" in str(error.params)
        assert SECRET not in str(error.params)


def test_proxies_are_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback([good()]) as proxy, Loopback([good()]) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.host}")
        with engine(server.url) as made:
            assert reply(made) == "Hello there."
        assert proxy.connections == 0


# --- counting -------------------------------------------------------------------------------------------------------


def test_a_server_without_a_tokenizer_is_asked_once() -> None:
    with Loopback([good()]) as server, engine(server.url) as made:
        assert made.count_tokens("one two three") == made.count_tokens("one two three") > 2
        assert [asked.path for asked in server.others] == ["/tokenize"]


def test_a_server_that_is_not_there_is_estimated_for() -> None:
    with engine("http://127.0.0.1:9/v1") as made:
        assert made.count_tokens("one two three") > 2


def test_another_machine_is_not_asked_to_count() -> None:
    with engine("https://nowhere.invalid/v1") as made:
        assert made.count_tokens("one two three") > 2


# --- images ---------------------------------------------------------------------------------------------------------

SHOWN = Message("user", "What is this?", (Picture("jpeg", b"pixels"), Picture("png", b"more")))
PARTS = [
    {"type": "text", "text": "What is this?"},
    {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,cGl4ZWxz"}},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,bW9yZQ=="}},
]


def test_images_are_parts_of_the_message_that_shows_them() -> None:
    talk = [Message("system", "Be kind."), Message("user", "Hi."), Message("assistant", "Hello."), SHOWN]
    with Loopback([good("A cat.")]) as server, engine(server.url, images=True) as made:
        assert made.capabilities.images
        assert reply(made, messages=talk) == "A cat."
    (asked,) = server.asked
    assert [message["content"] for message in asked.body["messages"]] == ["Be kind.", "Hi.", "Hello.", PARTS]


def test_an_image_without_words_is_a_part_alone() -> None:
    with Loopback([good("A cat.")]) as server, engine(server.url, images=True) as made:
        reply(made, messages=[replace(SHOWN, text="")])
    assert server.asked[0].body["messages"] == [{"role": "user", "content": PARTS[1:]}]


def test_who_is_not_said_to_see_is_sent_words() -> None:
    with Loopback([good()]) as server, engine(server.url) as made:
        assert not made.capabilities.images
        reply(made)
    assert server.asked[0].body["messages"] == [{"role": "user", "content": "Hello."}]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("500 Internal Server Error", "image input is not supported - hint: you may need to provide the mmproj"),
        ("400 Bad Request", "some-model is not a multimodal model"),
        ("422 Unprocessable Entity", "unknown variant `image_url`, expected `text`"),
    ],
)
def test_a_server_that_takes_no_images_is_asked_again_without(line: str, words: str) -> None:
    refusal = status(line, json.dumps({"error": {"message": words}}))
    with Loopback([refusal, good("What do you mean?")]) as server, engine(server.url, images=True, retries=0) as made:
        deltas = list(made.reply(asking(messages=[SHOWN]), Stop()))
        host = server.host
    assert text_of(deltas) == "What do you mean?"
    (notice,) = [delta.notice for delta in deltas if delta.notice]
    assert (notice.key, dict(notice.params)) == ("endpoint.blind", {"host": host, "model": "m"})
    assert i18n.t(notice.key, **dict(notice.params)).startswith(f"{host} does not let m see")
    assert server.asked[1].body["messages"] == [{"role": "user", "content": "What is this?"}]


def test_another_refusal_of_a_request_with_images_is_what_it_is() -> None:
    for script in (status("400 Bad Request", '{"error": "no"}'), status("429 Too Many", '{"error": "image limit"}')):
        with Loopback([script]) as server, engine(server.url, images=True, retries=0) as made:
            with pytest.raises(EngineFailed):
                reply(made, messages=[SHOWN])
            assert len(server.asked) == 1


def test_nobody_prints_what_is_in_an_image() -> None:
    assert "pixels" not in repr(SHOWN)
