"""What the server says of a turn: where it is, what was understood, and tools at work."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from vtuber_cli.server.messages.base import (
    Address,
    Count,
    EmotionName,
    LongText,
    Message,
    Name,
    Part,
    Sentence,
    example,
)


class FullText(Message):
    """A line below her: what goes on, or is said."""

    model_config = example({"type": "full-text", "text": "Thinking..."})
    type: Literal["full-text"] = "full-text"
    text: LongText


class Control(Message):
    """What the client should do. Every chain-start is followed by one chain-end, unless somebody interrupts."""

    model_config = example({"type": "control", "text": "conversation-chain-start"})
    type: Literal["control"] = "control"
    text: Literal[
        "start-mic",
        "conversation-chain-start",
        "conversation-chain-end",
        "interrupt",
        "mic-audio-end",
    ]
    """`interrupt` and `mic-audio-end`: we heard somebody begin, and end, in `raw-audio-data`."""


class BackendSynthComplete(Message):
    """All sentences of the turn were sent. The client answers `frontend-playback-complete` when they were heard."""

    model_config = example({"type": "backend-synth-complete"})
    type: Literal["backend-synth-complete"] = "backend-synth-complete"


class ForceNewMessage(Message):
    """What follows belongs into a new bubble."""

    model_config = example({"type": "force-new-message"})
    type: Literal["force-new-message"] = "force-new-message"


class UserInputTranscription(Message):
    """What we understood of what was said aloud."""

    model_config = example({"type": "user-input-transcription", "text": "What will tomorrow bring?"})
    type: Literal["user-input-transcription"] = "user-input-transcription"
    text: LongText


class BrowserView(Part):
    """Addresses of a browser that a tool drives, as the tool told them."""

    debuggerFullscreenUrl: Address
    debuggerUrl: Address
    pages: Annotated[tuple[dict[str, Any], ...], Field(strict=False, max_length=64)] = ()
    wsUrl: Address | None = None
    sessionId: Name | None = None


class ToolCallStatus(Message):
    """What a tool did. Now that is a fortune only, once it is drawn and before she tells it: `fortune`, `completed`."""

    model_config = example(
        {
            "type": "tool_call_status",
            "tool_id": "fortune-3",
            "tool_name": "fortune",
            "status": "completed",
            "content": "Today's fortune (good)\nA calm day in which small things go well.",
            "timestamp": "2026-11-22T08:00:00+00:00",
            "name": "Mika",
        }
    )
    type: Literal["tool_call_status"] = "tool_call_status"
    tool_id: Name
    """The same one again says more of the same call."""
    tool_name: Name
    status: Literal["running", "completed", "error"]
    content: LongText = ""
    """Plain text to be shown."""
    timestamp: Name
    name: Name | None = None
    browser_view: BrowserView | None = None
    """Of a tool that drives a browser; there is none yet."""


class AgentState(Message):
    """What she is doing. `agent-state`."""

    model_config = example({"type": "agent-state", "state": "thinking", "emotion": "neutral"})
    type: Literal["agent-state"] = "agent-state"
    state: Literal["loading", "idle", "listening", "hearing", "thinking", "speaking"]
    emotion: EmotionName | None = None


class Busy(Message):
    """More talk at once than there are turns: this one waits, and is answered when it comes to it."""

    model_config = example({"type": "busy", "waiting": 3, "message": "3 others are before you."})
    type: Literal["busy"] = "busy"
    waiting: Count
    """How many are before it."""
    message: Sentence
