"""What is said when a talk begins: hello, and what she cannot do in its language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from vtuber_cli.audio.base import FarSpeaker, Speaker
from vtuber_cli.audio.level import loudness
from vtuber_cli.errors import VtuberError
from vtuber_cli.events import GreetingStarted, Notice

if TYPE_CHECKING:
    from vtuber_cli.conversation.crew import Crew
    from vtuber_cli.conversation.manner import Manner
    from vtuber_cli.conversation.voices import Voices


def notices(crew: Crew, manner: Manner) -> Iterator[Notice]:
    """A language that the model or the voices cannot is said once, not left to be found out."""
    engines, language, judged = crew.engines, manner.language, manner.judged
    if manner.advice is not None:
        yield manner.advice
    if language is None:
        return
    if "llm" not in judged and "llm" not in crew.failures:
        speaks = engines.llm.engine.capabilities.languages
        if speaks and language not in speaks:
            yield Notice("chat.model_language", (("name", engines.llm.name), ("language", language)), "warning")
    voice = engines.voices.workers.get(language)
    if "tts" not in judged and (voice is None or (voice.ready and not engines.voices.speaks(language))):
        yield Notice("chat.voice_language", (("language", language),))


async def greet_aloud(
    greeting: tuple[str, str],
    voices: Voices,
    speaker: Speaker,
    wanted: Callable[[], bool],
    begins: Callable[[GreetingStarted], None],
) -> None:
    """Says it like a reply's first sentence; it is not a turn, and whatever stops the speaker cuts it short.

    Args:
        greeting: text and emotion.
        voices: one of them says it.
        speaker: where it is heard.
        wanted: whether nobody has said something meanwhile.
        begins: told when it begins to be heard.
    """
    with suppress(VtuberError):  # a greeting without sound is still on the screen
        sentence = voices.prepare(0, *greeting)
        speech = await voices.speak(sentence)
        if speech is None or not wanted():
            return
        playback = speaker.say(speech, sentence) if isinstance(speaker, FarSpeaker) else speaker.play(speech)
        await playback.started()
        begins(GreetingStarted(speech.seconds, speech.phonemes, loudness(speech.samples, speech.rate)))
        await playback.finished()
