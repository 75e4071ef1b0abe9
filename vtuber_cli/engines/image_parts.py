"""Images in OpenAI's messages: parts beside the text; and what a server says that takes none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vtuber_cli.engines.base import Message
    from vtuber_cli.engines.endpoint_errors import Trouble

Part: TypeAlias = "dict[str, Any]"

_REFUSED = re.compile(r"image|multi-?modal|vision|mmproj", re.IGNORECASE)
"""In the errors of llama.cpp, vLLM, Ollama and the clouds, each in words of its own."""


def content(message: Message) -> str | list[Part]:
    """In parts, if there is something to see. Without, a text: some servers take nothing else."""
    if not message.images:
        return message.text
    words: list[Part] = [{"type": "text", "text": message.text}] if message.text else []
    return words + [{"type": "image_url", "image_url": {"url": picture.url}} for picture in message.images]


def refused(trouble: Trouble, body: Mapping[str, object]) -> bool:
    """Whether a server did not take a request for its images."""
    shown = any(isinstance(message["content"], list) for message in _messages(body))
    return shown and trouble.error.params.get("status") != 429 and _REFUSED.search(trouble.body) is not None


def without(body: Mapping[str, object]) -> dict[str, object]:
    """The request with its words alone."""
    messages = [{**message, "content": _words(message["content"])} for message in _messages(body)]
    return {**body, "messages": messages}


def _messages(body: Mapping[str, object]) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", body["messages"])


def _words(content: str | list[Part]) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
