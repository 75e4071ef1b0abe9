"""What is kept of a turn beside its words: when each part was said or heard, by whom it was done, how many tokens."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from tests.conversation.talk import Talk
from vtuber_cli.conversation.memory import Memory
from vtuber_cli.engines.base import Message, ReplyDelta, Usage
from vtuber_cli.events import Cue, FirstAudio, Maker, ReplyEnded, SentenceStarted, Work

pytestmark = pytest.mark.looptime(start=0, end=400)


class Notebook:
    """A history that remembers with which cues and work it was told things, and when it made room for the reply."""

    def __init__(self) -> None:
        self.user: list[Cue] = []
        self.heard: list[tuple[str, list[Cue]]] = []
        self.ended: tuple[str, bool, list[Cue], Work] | None = None
        self.origin = 0.0

    async def open_talk(self, character: str, language: str, talk: str | None = None) -> str:
        return "talk"

    async def add_user(self, talk: str, turn: int, text: str, via: str, cues: list[Cue]) -> int:
        self.user = [*cues]
        self.origin = asyncio.get_running_loop().time()
        return 0

    async def start_reply(self, talk: str, turn: int, speaker: str | None = None) -> int:
        return 1

    async def hear(self, row: int, text: str, emotion: str, cues: list[Cue]) -> None:
        self.heard.append((text, [*cues]))

    async def end_reply(
        self, row: int, text: str, interrupted: bool, timings: Any, cues: list[Cue], work: Work
    ) -> None:
        self.ended = (text, interrupted, [*cues], work)

    async def drop_reply(self, row: int) -> None: ...


@pytest.fixture
def notebook(talk: Talk) -> Notebook:
    notebook = Notebook()
    talk.history = Memory([Message("system", "You are Mika.")], notebook)  # type: ignore[arg-type]
    return notebook


@pytest.fixture
def talk() -> Talk:
    return Talk()


async def test_the_user_s_words_were_spoken_before_they_were_kept(talk: Talk, notebook: Notebook) -> None:
    talk.user(at=1.0, lasts=1.0, says="hello there")
    talk.reply("Yes.")
    await talk.run(until=6)
    (cue,) = notebook.user
    assert cue.upto == len("hello there")
    assert notebook.origin + cue.end == pytest.approx(2.0, abs=0.05)
    assert notebook.origin + cue.start == pytest.approx(1.0, abs=0.4)  # a little before, so that no sound is cut


async def test_every_sentence_knows_when_it_was_heard(talk: Talk, notebook: Notebook) -> None:
    talk.user(at=1.0, lasts=1.0, says="hello there")
    talk.reply("One two three. Four five six. Seven.", each=1.5)
    await talk.run(until=12)
    assert notebook.ended is not None
    text, interrupted, cues, _ = notebook.ended
    assert (text, interrupted) == ("One two three. Four five six. Seven.", False)
    starts = [at.at for at in talk.happened if isinstance(at.event, SentenceStarted)]
    assert [notebook.origin + cue.start for cue in cues] == pytest.approx(starts, abs=0.01)
    assert [cue.end - cue.start for cue in cues] == pytest.approx([1.5] * len(starts))
    begins = [0, *(cue.upto for cue in cues)]
    parts = [text[begin:end].strip() for begin, end in pairwise(begins)]
    assert parts == [event.sentence.shown.strip() for event in talk.of(SentenceStarted)]
    # After each sentence that was heard it is kept at once, with its times.
    assert [len(cues) for _, cues in notebook.heard] == [1, 2, 3]


async def test_what_was_cut_short_ends_where_it_was_cut(talk: Talk, notebook: Notebook) -> None:
    talk.reply("One two three. Four five six seven eight nine ten.", each=2.0)
    talk.microphone = False
    talk.at(1.0, lambda session: session.say("go"))
    talk.at(5.0, lambda session: session.interrupt())
    await talk.run(until=10)
    assert notebook.user == []  # it was typed
    assert notebook.ended is not None
    text, interrupted, cues, _ = notebook.ended
    assert interrupted
    assert notebook.origin + cues[-1].end == pytest.approx(5.0, abs=0.02)
    assert cues[-1].upto == len(text)


async def test_who_did_it_and_how_many_tokens(talk: Talk, notebook: Notebook) -> None:
    talk.user(at=1.0, lasts=1.0, says="hello there")
    talk.reply("Yes.")
    reply = talk.llm.reply

    def with_usage(request: Any, stop: Any) -> Any:
        yield from reply(request, stop)
        yield ReplyDelta(usage=Usage(120, 5, 100))

    talk.llm.reply = with_usage  # type: ignore[method-assign]
    await talk.run(until=6)
    assert notebook.ended is not None
    assert notebook.ended[3] == Work(Maker("asr"), Maker("llm"), Maker("tts"), 120, 5, 100)
    assert len(talk.of(FirstAudio)) == len(talk.of(ReplyEnded)) == 1


async def test_what_did_not_run_did_nothing(talk: Talk, notebook: Notebook) -> None:
    talk.broken = {"tts"}
    talk.microphone = False
    talk.reply("Yes.")
    talk.at(1.0, lambda session: session.say("go"))
    await talk.run(until=6)
    assert notebook.ended is not None
    _, _, cues, work = notebook.ended
    assert work == Work(None, Maker("llm"), None)
    assert [(cue.end - cue.start, cue.upto) for cue in cues] == [(0.0, 4)]
