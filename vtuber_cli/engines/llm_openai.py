"""Any language model behind an address that speaks OpenAI's protocol: on this machine, in the house, or in a cloud."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from vtuber_cli import keys
from vtuber_cli.engines import image_parts
from vtuber_cli.engines.base import Capabilities, Message, Stop
from vtuber_cli.engines.endpoint import Endpoint, checked_url, host_of, is_loopback
from vtuber_cli.engines.endpoint_errors import Blame
from vtuber_cli.engines.exchange import Broken
from vtuber_cli.engines.fallback import Fallback, weights_of
from vtuber_cli.engines.library import library
from vtuber_cli.engines.llm_openai_asker import Asker, Patience
from vtuber_cli.engines.prompt import Defuser
from vtuber_cli.engines.token_estimate import estimate
from vtuber_cli.errors import ContextOverflow, EngineFailed, EngineUnavailable
from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import SecretStr

    from vtuber_cli.engines.base import ReplyDelta, ReplyRequest, WeightFiles

_COUNT_SECONDS = 2.0
_LONGEST_COUNT = 8 << 20
_FEEL = "Begin every reply with the one of these tags that fits what you feel, and write no other: {tags}"


class OpenAi:
    """A model on a server that speaks OpenAI's protocol: Ollama, llama-server, LM Studio, vLLM, a cloud.

    It is a stranger: its text is cleaned, its errors are cut, and it may take only the time that it was given.
    """

    class Options(BaseModel, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True):
        base_url: str = "http://127.0.0.1:11434/v1"
        """Where the API is, usually with /v1 at the end; without it Ollama on this machine."""
        model: str = Field(default="", max_length=200)
        """The model's name there; without it the only one there is."""
        key: str | None = None
        """The name of a key (see vtuber key), never the key itself."""
        context: int = Field(default=4096, ge=256, le=1 << 22)
        """Tokens that messages and reply share, as the endpoint is set up."""
        first_token_seconds: float = Field(default=60, gt=0, le=600)
        """How long to wait for the first token, all attempts together."""
        token_seconds: float = Field(default=25, gt=0, le=600)
        """How long to wait for each further token."""
        reply_seconds: float = Field(default=300, gt=0, le=3600)
        """How long a whole reply may take."""
        retries: int = Field(default=2, ge=0, le=10)
        """How often to ask again if it is busy, fails or cannot be reached; never once a reply has begun."""
        tags: bool = True
        """Whether the model is asked to begin a reply with what it feels, for the face."""
        seed: int | None = Field(default=None, ge=0, lt=1 << 32)
        """Of replies whose request has none; none means another reply each time."""
        images: bool = False
        """Whether the model sees: images that are shown with what is said are sent along."""
        body: dict[str, Any] = {}
        """Further fields of the request, as the endpoint knows them."""
        fallback: str = ""
        """A model on this computer that answers while the endpoint does not: a catalogue name, a .gguf file, or the
        name of another thinking engine."""

        @field_validator("base_url")
        @classmethod
        def _an_address(cls, url: str) -> str:
            return checked_url(url)

        @field_validator("key")
        @classmethod
        def _a_name(cls, name: str | None, others: ValidationInfo) -> str | None:
            if name and not keys.is_name(name):
                raise ValueError(t("keys.bad_name"))
            url = others.data.get("base_url", "")
            if name and url.startswith("http:") and not is_loopback(url):
                raise ValueError(t("endpoint.insecure", host=host_of(url)))
            return name or None

        @property
        def weights(self) -> tuple[str, ...]:
            """What has to be on this computer: not `model`, which is elsewhere."""
            return weights_of(self.fallback)

    def __init__(self, options: Options, weights: WeightFiles) -> None:
        secret = _secret(options.key)
        with library("llm", "openai"):
            self._endpoint = Endpoint(options.base_url, secret)
        blame = Blame(self._endpoint.host, options.model, options.context, options.key, secret)
        patience = Patience(options.first_token_seconds, options.token_seconds, options.reply_seconds, options.retries)
        self._options = options
        self._prompt = Defuser()
        self._asker = Asker(self._endpoint, blame, options.model, patience)
        self._fallback = Fallback(options.fallback, weights) if options.fallback else None
        self._counts: bool = self._endpoint.local
        """It may be able to count tokens, as llama.cpp's server is."""
        self._closed = False
        self.capabilities = Capabilities(context=options.context, images=options.images, tools=True)

    def reply(self, request: ReplyRequest, stop: Stop) -> Iterator[ReplyDelta]:
        """Without an answer of the endpoint the fallback answers, if there is one; `usage` comes if it tells it."""
        if self._closed:
            raise EngineFailed("thinking.closed")
        if not request.messages:
            raise EngineFailed("thinking.nothing")
        if request.max_tokens <= 0:
            return
        if self._fallback is None or not self._fallback.in_place:
            begun = False
            try:
                for delta in self._asker.reply(request, self._body(request), stop):
                    begun = True
                    yield delta
                return
            except ContextOverflow:
                raise
            except EngineFailed as error:
                if begun or stop or self._fallback is None or not self._fallback.step_in(error):
                    raise
        yield from self._fallback.reply(request, stop)

    def count_tokens(self, text: str) -> int:
        """As the endpoint counts, if it is on this machine and can; else an estimate that is rather too high."""
        text = self._prompt.defuse(text)
        if self._counts and text:
            counted = self._counted(text)
            if counted is not None:
                return counted
        return estimate(text)

    def close(self) -> None:
        self._closed = True
        self._endpoint.close()
        if self._fallback is not None:
            self._fallback.close()

    def _body(self, request: ReplyRequest) -> dict[str, object]:
        seed = self._options.seed if request.seed is None else request.seed
        body: dict[str, object] = {
            "max_tokens": request.max_tokens,
            "temperature": max(0.0, request.temperature),
            "stream_options": {"include_usage": True},
        }
        if seed is not None:
            body["seed"] = seed % (1 << 32)
        if request.tools:
            body["tools"] = [
                tool if "function" in tool else {"type": "function", "function": tool} for tool in request.tools
            ]
        return {**body, **self._options.body, "messages": self._messages(request), "stream": True}

    def _messages(self, request: ReplyRequest) -> list[dict[str, object]]:
        messages: Sequence[Message] = request.messages
        if request.emotions and self._options.tags:
            feel = Message("system", _FEEL.format(tags=" ".join(f"[{name}]" for name in request.emotions)))
            head = next((at for at, message in enumerate(messages) if message.role != "system"), len(messages))
            messages = [*messages[:head], feel, *messages[head:]]
        joined = self._prompt.joined(messages)
        return [{"role": each.role, "content": image_parts.content(each)} for each in joined]

    def _counted(self, text: str) -> int | None:
        asked = {"content": text, "add_special": False, "parse_special": False}
        until = time.monotonic() + _COUNT_SECONDS
        try:
            exchange = self._endpoint.post_beside("/tokenize", asked)
            _, answer = self._endpoint.ask(exchange, Stop(), until, _LONGEST_COUNT)
        except Broken:  # not there now, and perhaps later
            return None
        except TimeoutError:
            self._counts = False
            return None
        tokens: Any = cast("dict[str, Any]", answer).get("tokens") if isinstance(answer, dict) else None
        self._counts = isinstance(tokens, list)
        return len(cast("list[Any]", tokens)) if self._counts else None


def _secret(name: str | None) -> SecretStr | None:
    if name is None:
        return None
    key = keys.find(name)
    if key is None:
        raise EngineUnavailable("keys.missing", name=name)
    return key.value
