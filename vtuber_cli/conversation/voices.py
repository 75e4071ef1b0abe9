"""Which voice says a sentence, and its sound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from vtuber_cli.engines.base import Stop, Tts
from vtuber_cli.engines.worker import Worker
from vtuber_cli.events import Maker, Phoneme, Sentence, Speech

if TYPE_CHECKING:
    from vtuber_cli.conversation.spoken import Reader
    from vtuber_cli.events import Samples


class Voices:
    """A character's voices by language; a language without one is shown and not said.

    Args:
        language: what text without a script of its own (digits, Latin letters) is taken for.
        workers: started or not; only a started one speaks.
    """

    def __init__(self, language: str, workers: Mapping[str, Worker[Tts]]) -> None:
        self.language = language
        self.workers = workers

    def reader(self) -> Reader:
        """Reads one reply aloud, piece by piece: it remembers a code block that goes on from one to the next."""
        from vtuber_cli.conversation.spoken import Reader  # its tables cost 50 ms: not before the first paint

        return Reader()

    def prepare(self, index: int, shown: str, emotion: str, reader: Reader | None = None) -> Sentence:
        """The sentence to show, with what will be said of it (nothing, if no voice speaks its language).

        Args:
            reader: of the whole reply.
        """
        from vtuber_cli.conversation.spoken import language_of

        language = language_of(shown, self.language)
        said = (reader or self.reader()).say(shown, language)
        text = said if self.speaks(language) else ""
        return Sentence(index, shown, text, emotion)

    async def speak(self, sentence: Sentence) -> Speech | None:
        """The sound of a sentence, or None if there is nothing to hear of it.

        Raises:
            EngineFailed: the voice failed; the sentence can still be shown.
        """
        worker = self._worker(sentence)
        if worker is None or not sentence.spoken:
            return None

        def whole(tts: Tts, stop: Stop) -> Speech | None:
            return joined([piece for piece in tts.speak(sentence.spoken, stop) if not stop])

        return await worker.call(whole)

    def maker(self, sentence: Sentence) -> Maker | None:
        """Who says it aloud."""
        worker = self._worker(sentence)
        return worker.maker if worker is not None else None

    def give_up(self, sentence: Sentence) -> None:
        """Its voice takes too long: it is refused more work until it is done."""
        if (worker := self._worker(sentence)) is not None:
            worker.give_up()

    def speaks(self, language: str) -> bool:
        """Whether there is a loaded voice for this language."""
        worker = self.workers.get(language)
        if worker is None or not worker.ready:
            return False
        languages = worker.engine.capabilities.languages
        return not languages or language in languages

    def _worker(self, sentence: Sentence) -> Worker[Tts] | None:
        from vtuber_cli.conversation.spoken import language_of

        language = language_of(sentence.shown, self.language)
        return self.workers[language] if self.speaks(language) else None


def joined(pieces: list[Speech]) -> Speech | None:
    """The pieces of one utterance as one; they share a rate."""
    if not pieces:
        return None
    if len(pieces) == 1:
        return pieces[0]
    import numpy as np  # not at the top: the first paint does not wait for it

    samples: Samples = np.concatenate([piece.samples for piece in pieces])
    phonemes: tuple[Phoneme, ...] = tuple(sound for piece in pieces for sound in piece.phonemes)
    return Speech(samples, pieces[0].rate, phonemes)
