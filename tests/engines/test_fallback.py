"""A local model answers while an endpoint does not; and only then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engines.loopback import Loopback, Peer, event, good, status
from tests.engines.test_llm_openai import engine, reply
from vtuber_cli import i18n
from vtuber_cli.engines import fallback
from vtuber_cli.engines.base import Message, ReplyRequest, Stop
from vtuber_cli.engines.fallback import weights_of
from vtuber_cli.engines.llm_openai import OpenAi
from vtuber_cli.engines.llm_xllamacpp import Llama
from vtuber_cli.errors import ContextOverflow, EngineFailed
from vtuber_cli.events import Maker
from vtuber_cli.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vtuber_cli.engines.base import ReplyDelta

DOWN = status("503 Service Unavailable", '{"error": "no"}')


@pytest.fixture
def rest(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Sets for how long an endpoint that has failed is left alone; at first not at all."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(fallback, "_REST_SECONDS", seconds)

    set_to(0)
    return set_to


def deltas(made: OpenAi, text: str = "Hello.", **changes: Any) -> list[ReplyDelta]:
    return list(made.reply(ReplyRequest(**({"messages": [Message("user", text)]} | changes)), Stop()))


@pytest.mark.usefixtures("rest")
@pytest.mark.parametrize("language", ["en", "ko"])
def test_it_answers_and_says_why(language: Any) -> None:
    i18n.set_language(language)
    with Loopback([DOWN]) as server, engine(server.url, retries=1, fallback="echo") as made:
        first, *rest = deltas(made, "Are you there?")
        assert len(server.asked) == 2
        host = server.host
    assert "".join(delta.text for delta in rest) == "Are you there?"
    assert first.maker == Maker("echo")
    notice = first.notice
    assert notice is not None and notice.severity == "warning"
    words = i18n.t(notice.key, **dict(notice.params))
    assert host in words and "echo" in words and "503" in words


def test_the_endpoint_is_left_alone_for_a_while_and_then_asked_again(rest: Callable[[float], None]) -> None:
    rest(60)
    with Loopback([DOWN, good("It is me again.")]) as server, engine(server.url, retries=0, fallback="echo") as made:
        assert [reply(made) for _ in range(3)] == ["Hello."] * 3
        assert len(server.asked) == 1
        made._fallback._until = 0.0  # the while is over
        assert reply(made) == "It is me again."
        assert not any(delta.notice for delta in deltas(made))


@pytest.mark.usefixtures("rest")
def test_a_talk_that_does_not_fit_is_no_reason() -> None:
    too_long = status("400 Bad Request", '{"error": {"code": "context_length_exceeded"}}')
    with Loopback([too_long]) as server, engine(server.url, fallback="echo") as made, pytest.raises(ContextOverflow):
        reply(made)


@pytest.mark.usefixtures("rest")
def test_a_reply_that_has_begun_is_not_begun_again() -> None:
    def breaks_off(peer: Peer) -> None:
        peer.head()
        peer.send(event("Once "))

    with (
        Loopback([breaks_off]) as server,
        engine(server.url, fallback="echo") as made,
        pytest.raises(EngineFailed, match=r"endpoint\.cut_off"),
    ):
        reply(made)


@pytest.mark.usefixtures("rest")
def test_nobody_answers_who_was_stopped() -> None:
    stop = Stop()
    with Loopback([lambda _: stop.set()]) as server, engine(server.url, fallback="echo") as made:
        assert reply(made, stop) == ""


@pytest.mark.usefixtures("rest")
def test_a_fallback_that_cannot_be_had_leaves_the_first_failure(tmp_path: Path) -> None:
    class Nothing:
        def path(self, name: str) -> Path:
            return tmp_path / "absent.gguf"

    with Loopback([DOWN]) as server:
        options = OpenAi.Options(base_url=server.url, model="m", retries=0, fallback="some-model")
        made = OpenAi(options, Nothing())
        with pytest.raises(EngineFailed, match=r"endpoint\.failed"):
            reply(made)
        made.close()


def test_its_weights_are_what_has_to_be_here() -> None:
    assert OpenAi.Options(model="gpt-oss").weights == ()
    assert OpenAi.Options(model="gpt-oss", fallback="smollm2-135m").weights == ("smollm2-135m",)
    assert OpenAi.Options(fallback="/a/b.gguf").weights == ("/a/b.gguf",)
    assert weights_of("echo") == ()
    assert weights_of("llama") == (Llama.Options().model,)


@pytest.mark.model
@pytest.mark.usefixtures("rest")
def test_a_real_model_answers(real_weights: Path) -> None:
    talk = [Message("system", "You are Mika.")]
    for number in range(120):  # far beyond its window of 2048
        talk += [Message("user", f"Tell me of star number {number}, please."), Message("assistant", "It shines. " * 4)]
    talk.append(Message("user", "What is your name?"))
    with Loopback([DOWN]) as server:
        options = OpenAi.Options(base_url=server.url, model="m", retries=0, fallback="smollm2-135m")
        made = OpenAi(options, Weights(real_weights))
        try:
            said = deltas(made, messages=talk, max_tokens=12, emotions=("joy", "neutral"))
        finally:
            made.close()
    assert said[0].notice is not None
    assert said[1].emotion in ("joy", "neutral")
    assert "".join(delta.text for delta in said).strip()
    assert said[-1].usage is not None and said[-1].usage.prompt < 2048
