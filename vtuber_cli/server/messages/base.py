"""What every message is made of: text that is clean, lists and strings with an end, and no coercion between types."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)

from vtuber_cli.clean import clean, one_line

T = TypeVar("T")

LONGEST_TEXT = 20_000
"""Characters that can be said to her at once, as in `Session.say`."""
LONGEST_HEARD = 100_000
"""Characters of a reply, or of one message of a history."""
MOST_LISTED = 10_000
"""Rows of a list: talks, messages of a talk, pictures."""

Text: TypeAlias = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(clean)]
LongText: TypeAlias = Annotated[str, StringConstraints(max_length=LONGEST_HEARD), AfterValidator(clean)]
Name: TypeAlias = Annotated[str, StringConstraints(max_length=200), AfterValidator(one_line)]
"""One line: who it is, what a thing is called."""
Sentence: TypeAlias = Annotated[str, StringConstraints(max_length=2000), AfterValidator(clean)]
"""What we say about something: an error, an advice."""
Address: TypeAlias = Annotated[str, StringConstraints(max_length=2000), AfterValidator(one_line)]
"""A path or an address on this server."""
Id: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$")]
"""Looked up, never joined into a path."""
IdOrNone: TypeAlias = Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,79})?$")]
"""Empty for none."""
File: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}(\.ya?ml)?$")]
"""A character as `config-files` names it; looked up in that list, never joined into a path."""
Secret: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,128}$")]
"""A token, as `vtuber serve` makes them."""
Base64: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$", max_length=24 * 1024 * 1024)]
Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Count: TypeAlias = Annotated[int, Field(ge=0, le=2**53)]
EmotionName: TypeAlias = Literal["neutral", "joy", "smirk", "anger", "sadness", "surprise", "fear", "disgust"]


class Part(BaseModel):
    """An object inside a message.

    Fields that are not known are ignored, from clients by us and from us by clients: that is how the protocol grows.
    A field that is None is left out on the wire, but for those in `says_null`.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="ignore",
        populate_by_name=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
    )
    says_null: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _without_nothing(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        said: dict[str, Any] = handler(self)
        return {name: value for name, value in said.items() if value is not None or name in self.says_null}


class Message(Part):
    """One frame. `examples` of its schema are what `docs/protocol.md` shows."""


def example(*frames: dict[str, Any]) -> ConfigDict:
    """What a message looks like on the wire."""
    return ConfigDict(json_schema_extra={"examples": list(frames)})
