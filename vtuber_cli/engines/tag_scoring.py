"""Which feeling a reply will have, asked of the model before it speaks, for the price of one token.

The model is made to begin its reply with "I am feeling so", and the probabilities of the next word are read for one
word per emotion, and for no other: the answer is always valid. Three things make it apt (docs/decisions/0031):

- whole English words in a sentence instead of tags after a bracket, which the model has never seen;
- each word's own popularity, measured once on words that carry no feeling, is mostly taken off;
- where the user's words are plain ("my dog died"), `feelings` gives a push.

The prompt in front of those words is the reply's own, so the reply finds it in the KV cache.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from vtuber_cli.engines.base import Stop
from vtuber_cli.engines.feelings import feelings
from vtuber_cli.errors import ContextOverflow, EngineFailed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LOG = logging.getLogger(__name__)

LEAD = "I am feeling so"
WORDS = {
    "neutral": "calm",
    "joy": "happy",
    "smirk": "playful",
    "anger": "angry",
    "sadness": "sad",
    "surprise": "surprised",
    "fear": "scared",
    "disgust": "disgusted",
}
"""How each emotion of `events.EMOTIONS` ends that sentence; others stand for themselves."""

_CALIBRATION = 0.7
"""How much of a word's own popularity is taken off: 0.5 to 0.8 were alike on 36 prompts, 0 and 1 clearly worse."""
_PUSH = 2.5
"""What plain words add to a log probability."""
_UNLIKELY = 1e-9
_PLAIN = (
    {"role": "system", "content": "You are a friendly companion. You answer in one or two short sentences."},
    ("Okay.", "Hello.", "Tell me something."),
)
"""What carries no feeling: a system prompt and users' words."""


@dataclass(frozen=True, slots=True)
class Tag:
    emotion: str
    cached: int
    """Tokens of the prompt that were already in the KV cache."""


class Scored(Protocol):
    """A model that can be asked what comes next."""

    def tokens(self, text: str) -> Sequence[int]:
        """The tokens of a plain text; markers of the chat format in it are read as text."""
        ...

    def probabilities(
        self, messages: Sequence[Mapping[str, str]], lead: str, tokens: Sequence[int], stop: Stop
    ) -> tuple[Mapping[int, float], int] | None:
        """How likely each of `tokens`, and no other, goes on a reply that begins with `lead`; and how many tokens of
        the prompt were in the KV cache. None if stopped.

        Raises:
            ContextOverflow: the messages do not fit.
            EngineFailed: anything else.
        """
        ...


class TagScorer:
    def __init__(self, model: Scored) -> None:
        self._model = model
        self._lead = tuple(model.tokens(LEAD))
        self._popularity: dict[tuple[int, ...], dict[int, float]] = {}
        self._tokens: dict[str, int | None] = {}

    def warm_up(self) -> None:
        """Measures the popularity of the known words, while nobody waits and no conversation is in the KV cache."""
        try:
            self._base(self._candidates(tuple(WORDS)), Stop())
        except EngineFailed as error:
            _LOG.warning("no emotion can be scored: %s", error)

    def best(self, messages: Sequence[Mapping[str, str]], emotions: Sequence[str], stop: Stop) -> Tag | None:
        """The aptest of `emotions` for the reply to `messages`; None if stopped.

        Raises:
            ContextOverflow: the messages do not fit.
        """
        candidates = self._candidates(emotions)
        scores: dict[str, float] = dict.fromkeys(emotions, 0.0)
        cached = 0
        if candidates:
            try:
                base = self._base(candidates, stop)
                answer = self._ask(messages, candidates, stop)
            except ContextOverflow:
                raise
            except EngineFailed:
                # A template may refuse a begun reply. A tag is a nicety: what matters fails again, in the reply.
                answer = base = None
            if stop:
                return None
            if answer is not None and base is not None:
                scored, cached = answer
                lowest = min(scored[token] - _CALIBRATION * base[token] for token in candidates.values())
                scores = dict.fromkeys(emotions, lowest - 1)
                scores |= {name: scored[token] - _CALIBRATION * base[token] for name, token in candidates.items()}
        spoken = feelings(next((message["content"] for message in reversed(messages) if message["role"] == "user"), ""))
        for emotion in spoken & scores.keys():
            scores[emotion] += _PUSH
        return Tag(max(scores, key=scores.__getitem__), cached)

    def _candidates(self, emotions: Sequence[str]) -> dict[str, int]:
        """The first token of each emotion's word behind the lead; of two that share one, the first keeps it."""
        found: dict[int, str] = {}
        for emotion in emotions:
            if emotion not in self._tokens:
                self._tokens[emotion] = self._first(WORDS.get(emotion, emotion))
            token = self._tokens[emotion]
            if token is not None:
                found.setdefault(token, emotion)
        return {emotion: token for token, emotion in found.items()}

    def _first(self, word: str) -> int | None:
        tokens = tuple(self._model.tokens(f"{LEAD} {word}"))
        apart = len(self._lead)
        return tokens[apart] if tokens[:apart] == self._lead and len(tokens) > apart else None

    def _base(self, candidates: Mapping[str, int], stop: Stop) -> dict[int, float] | None:
        """The mean log probability of each word where no feeling is meant; None if stopped."""
        wanted = tuple(candidates.values())
        known = next((base for tokens, base in self._popularity.items() if set(wanted) <= set(tokens)), None)
        if known is not None:
            return known
        system, texts = _PLAIN
        answers = [self._ask([system, {"role": "user", "content": text}], candidates, stop) for text in texts]
        scored = [answer[0] for answer in answers if answer is not None]
        if stop or not scored:
            return None
        base = {token: sum(probabilities[token] for probabilities in scored) / len(scored) for token in wanted}
        self._popularity[wanted] = base
        return base

    def _ask(
        self, messages: Sequence[Mapping[str, str]], candidates: Mapping[str, int], stop: Stop
    ) -> tuple[dict[int, float], int] | None:
        """The log probability of each candidate's token, and how much of the prompt was cached; None if stopped."""
        tokens = list(candidates.values())
        answer = self._model.probabilities(messages, LEAD, tokens, stop)
        if answer is None:
            return None
        probabilities, cached = answer
        return {token: math.log(max(probabilities.get(token, 0.0), _UNLIKELY)) for token in tokens}, cached
