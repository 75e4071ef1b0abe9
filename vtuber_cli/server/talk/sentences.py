"""A sentence of hers as clients are told it: under her name, and with the face that her model has for the feeling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtuber_cli.server.client.forms import HeardElsewhere, Spoken
from vtuber_cli.server.messages import Actions, Audio, DisplayText, Viseme
from vtuber_cli.server.talk import voice

if TYPE_CHECKING:
    from vtuber_cli.events import Sentence, SentenceStarted, Speech
    from vtuber_cli.server.cast import Figure


def spoken(figure: Figure, sentence: Sentence, speech: Speech | None) -> Spoken:
    """With its sound, if it has one."""
    return Spoken(speech, _text(figure, sentence), figure.expression(sentence.emotion))


def begun(figure: Figure, event: SentenceStarted, at: float) -> HeardElsewhere:
    """It begins to be heard, at this time of the loop."""

    def visemes() -> tuple[Viseme, ...]:
        return voice.shapes(event.phonemes, event.seconds, event.loudness)

    return HeardElsewhere(at, event.seconds, _text(figure, event.sentence), visemes)


def unheard(figure: Figure, sentence: Sentence) -> Audio:
    """For those of a group who do not hear it."""
    face = figure.expression(sentence.emotion)
    return Audio(
        audio=None,
        volumes=(),
        slice_length=voice.SLICE_MS,
        display_text=_text(figure, sentence),
        actions=Actions(expressions=None if face is None else (face,)),
        forwarded=True,
    )


def _text(figure: Figure, sentence: Sentence) -> DisplayText:
    return DisplayText(text=sentence.shown, name=figure.name, avatar=figure.avatar)
