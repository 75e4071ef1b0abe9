"""`/tts-ws`: text comes in, and an address of a WAV file goes out for every sentence of it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from vtuber_cli.server.messages.base import Address, LongText, Message, Name, Sentence, Text, example


class SpeechRequest(Message):
    """What is to be spoken. Text with nothing to speak is answered by `complete` alone."""

    model_config = example({"text": "Hello one. Pi is 3.14 today! Really?"})
    text: Text


class SpeechPart(Message):
    """A sentence, and where its sound lies for a while."""

    model_config = example({"status": "partial", "audioPath": "cache/0c9d6f0f8f4e4d7b.wav", "text": "Hello one."})
    status: Literal["partial"] = "partial"
    audioPath: Address
    """On this server, by HTTP."""
    text: LongText


class SpeechComplete(Message):
    """That was all of it."""

    model_config = example({"status": "complete"})
    status: Literal["complete"] = "complete"


class SpeechError(Message):
    """It could not be spoken; the socket stays open."""

    model_config = example({"status": "error", "message": "text is missing", "code": "wire.missing"})
    status: Literal["error"] = "error"
    message: Sentence
    code: Name | None = None


SpeechAnswer: TypeAlias = SpeechPart | SpeechComplete | SpeechError
