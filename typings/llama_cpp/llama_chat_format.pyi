from collections.abc import Mapping, Sequence

class ChatFormatterResponse:
    prompt: str

class Jinja2ChatFormatter:
    def __init__(self, template: str, eos_token: str, bos_token: str) -> None: ...
    def __call__(
        self, *, messages: Sequence[Mapping[str, str]], enable_thinking: bool
    ) -> ChatFormatterResponse: ...
