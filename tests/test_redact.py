from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli import redact
from vtuber_cli.redact import redacted

SECRET = "q7Xw9Zr2Kp4Lm6Nt8Vb1"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}", f"authorization: Basic {SECRET}==",
        f"{{'Authorization': 'Bearer {SECRET}'}}",
        f"sk-{SECRET}", f"key sk-proj-{SECRET}!", f"hf_{SECRET}", f"ghp_{SECRET}", f"xoxb-{SECRET}", f"AIza{SECRET}x",
        f"eyJhbGciOiJI.{SECRET}.{SECRET}", f"http://user:{SECRET}@host/x",
        f"http://user:a@{SECRET}@host/x", f"http://user:a/{SECRET}@host/x", f"https://host/?a=1&api_key={SECRET}&b=2",
        f"ws://host/?token={SECRET}", f"api_key={SECRET}", f"api-key: {SECRET}", f'"apiKey": "{SECRET}"',
        f"OPENAI_API_KEY='{SECRET}'", f"password => {SECRET}", f"client_secret={SECRET},", f"Cookie: {SECRET}",
        f"the key is: {SECRET}", f"my token {SECRET}", f'"password": "{SECRET} with spaces"',
    ],
)  # fmt: skip
def test_secrets_are_known_by_their_look_and_by_the_word_before_them(text: str) -> None:
    assert SECRET not in redacted(text)
    assert "***" in redacted(text)
    assert redacted(redacted(text)) == redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens=160, prompt_tokens: 1200", "sha256 " + "a1" * 32, "the keyboard: qwerty", "keys are fine",
        "http://127.0.0.1:8080/v1/models", "she asks: what is a token?", "a basic idea, and a bearer of news",
        "engine faster-whisper (whisper-base) ready in 1.2 s", "/usr/lib/python3.11/site-packages/x.py", "",
    ],
)  # fmt: skip
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text


def test_values_of_variables_and_what_was_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SERVICE_API_KEY", "plainlooking words")
    monkeypatch.setenv("SHORT_TOKEN", "abc")
    monkeypatch.setattr(redact, "_hidden", set[str]())
    redact.hide("another one here")
    redact.hide("x")
    assert redacted("a plainlooking words b another one here c abc x") == "a *** b *** c abc x"


def test_a_key_that_was_found_is_hidden_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from vtuber_cli import keys

    monkeypatch.setattr(redact, "_hidden", set[str]())
    monkeypatch.setenv("SOME_ENDPOINT", "unremarkable-value")
    assert keys.find("SOME_ENDPOINT") is not None
    assert redacted("sent unremarkable-value") == "sent ***"


def test_the_home_is_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/jin")
    assert redacted("/home/jin/x.py, '/home/jin' and /home/jinny /home/jin.bak") == (
        "~/x.py, '~' and /home/jinny /home/jin.bak"
    )
    monkeypatch.setenv("HOME", "/")
    assert redacted("/usr/bin") == "/usr/bin"


def test_long_words_take_no_time() -> None:
    for text in ("x" * 300_000, "token" * 60_000, "a://" * 80_000, "key=" * 80_000, '"' * 300_000, "sk-" * 99_000):
        redacted(text)


@given(st.text(alphabet=":=>'\"& *sk-tokenB") | st.text())
def test_any_text_is_redacted_once(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)
