"""The line mode: what stands on stdout and stderr, in which order, and when it ends."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from tests.tui.talk import ScriptedTalk, awake, exchange
from vtuber_cli import i18n
from vtuber_cli.conversation.memory import Earlier
from vtuber_cli.errors import AudioUnavailable, EngineFailed
from vtuber_cli.events import (
    Event,
    Failed,
    Greeted,
    Notice,
    PhaseChanged,
    ReplyEnded,
    ReplyStarted,
    Sentence,
    SentenceStarted,
    UserSaid,
)
from vtuber_cli.tui import plain
from vtuber_cli.tui.plain import Manner, typed_lines


async def lines_of(texts: Iterable[str]) -> AsyncIterator[str]:
    for text in texts:
        yield text


async def endless() -> AsyncIterator[str]:
    await asyncio.Event().wait()
    yield ""


async def spoken(*events: Event, manner: Manner | None = None) -> tuple[str, str, int]:
    """stdout, stderr and exit code of a talk in which this happens."""

    async def script(talk: ScriptedTalk) -> AsyncIterator[Event]:
        for event in events:
            yield event

    out, err = io.StringIO(), io.StringIO()
    code = await plain.run(ScriptedTalk(script=script), out, err, endless(), manner or Manner(live=False))
    return out.getvalue(), err.getvalue(), code


async def typed(talk: ScriptedTalk, *texts: str, manner: Manner) -> tuple[str, str, int]:
    out, err = io.StringIO(), io.StringIO()
    async with asyncio.timeout(5):
        code = await plain.run(talk, out, err, lines_of(texts), manner)
    return out.getvalue(), err.getvalue(), code


def answering(talk: ScriptedTalk, text: str) -> None:
    talk.tell(*exchange(len(talk.said), text, f"You said {text}. ", "I heard.", via="text", after="idle"))


# --- the talk is stdout ---------------------------------------------------------------------------------------------


async def test_a_talk_is_one_line_for_each_thing_said_and_news_goes_to_stderr() -> None:
    out, err, code = await spoken(
        *awake(listening=True), Greeted("Hello\nyou!"), *exchange(1, "how are you", "Fine. ", "And\n\nyou?", seconds=1)
    )
    assert out == "mika: Hello you!\nyou: how are you\nmika: Fine. And you?\n"
    assert err.splitlines()[0] == "* noticing: silero, ready in 0.2 s"
    assert all(line.startswith("* ") for line in err.splitlines())
    assert code == 0


async def test_the_words_before_a_line_are_the_same_in_korean_and_the_news_is_not() -> None:
    i18n.set_language("ko")
    out, err, _ = await spoken(*awake(), *exchange(1, "안녕", "안녕하세요."), manner=Manner("luna", live=False))
    assert out == "you: 안녕\nluna: 안녕하세요.\n"
    assert "준비" in err


@pytest.mark.parametrize("live", [True, False])
async def test_an_interrupted_line_ends_with_a_dash(live: bool) -> None:
    out, _, _ = await spoken(
        *exchange(1, "go", "One two. ", "Three four.", seconds=2, interrupted="One two. Three"),
        manner=Manner(live=live),
    )
    expected = "mika: One two. Three four. —" if live else "mika: One two. Three —"
    assert out.splitlines() == ["you: go", expected]


async def test_a_reply_interrupted_before_a_word_was_heard_is_a_dash() -> None:
    out, _, _ = await spoken(*exchange(1, "go", "One two.", seconds=2, interrupted=""))
    assert out == "you: go\nmika: —\n"


async def test_pieces_join_as_she_wrote_them() -> None:
    out, _, _ = await spoken(*exchange(1, "x", "こんにちは。", "元気?", " v1", ".2  ", "\n- done"))
    assert out.splitlines()[1] == "mika: こんにちは。元気? v1.2 - done"


async def test_people_read_a_sentence_when_it_begins_and_programs_when_it_was_heard() -> None:
    for live, expected in ((True, "you: x\nmika: One. Two."), (False, "you: x\nmika: One.")):
        out = io.StringIO()
        seen: list[str] = []

        async def script(talk: ScriptedTalk) -> AsyncIterator[Event]:
            yield UserSaid(1, "x", "voice")
            yield ReplyStarted(1, "joy")
            yield SentenceStarted(1, Sentence(0, "One. ", ""), 3.0)
            yield SentenceStarted(1, Sentence(1, "Two.", ""), 3.0)
            for _ in range(5):
                await asyncio.sleep(0)
            seen.append(out.getvalue())  # noqa: B023 - read at once
            yield ReplyEnded(1, "One. Two.", interrupted=False)

        await plain.run(ScriptedTalk(script=script), out, io.StringIO(), endless(), Manner(live=live))
        assert seen == [expected]
        assert out.getvalue() == "you: x\nmika: One. Two.\n"


async def test_news_waits_for_the_end_of_the_line_she_is_in() -> None:
    both = io.StringIO()

    async def script(talk: ScriptedTalk) -> AsyncIterator[Event]:
        yield SentenceStarted(1, Sentence(0, "One.", ""), 0.0)
        yield Failed(AudioUnavailable("The speaker went away.", hint="Plug it in."))
        yield SentenceStarted(1, Sentence(1, " Two.", ""), 0.0)
        yield ReplyEnded(1, "One. Two.", interrupted=False)

    await plain.run(ScriptedTalk(script=script), both, both, endless(), Manner())
    assert both.getvalue() == "mika: One. Two.\n! The speaker went away.\n! hint: Plug it in.\n"


async def test_nothing_foreign_reaches_the_terminal() -> None:
    evil = "a\x1b[31mb\x1b]52;c;ZXZpbA==\x07c\x9b2Jd\u202ee [/] [@click=app.quit]x[/]\r\n" + "가" * 100_000
    out, err, _ = await spoken(
        Greeted(evil), Notice(evil), Failed(EngineFailed(evil, hint=evil)), *exchange(1, evil, evil, emotion=evil)
    )
    for text in (out, err):
        assert not set(text) & {*map(chr, range(32)), *map(chr, range(127, 160)), "\u202e"} - {"\n"}
    assert out.count("\n") == 3
    assert out.count("abcde [/] [@click=app.quit]x[/] 가가") == 3


async def test_a_file_that_cannot_hold_a_letter_gets_a_question_mark() -> None:
    raw = io.BytesIO()
    ascii_only = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    await plain.run(ScriptedTalk(script=lambda _: greeting("안녕!")), ascii_only, io.StringIO(), endless(), Manner())
    assert raw.getvalue() == b"mika: ??!\n"


async def greeting(text: str) -> AsyncIterator[Event]:
    yield Greeted(text)


# --- typing ---------------------------------------------------------------------------------------------------------


async def test_a_pipe_is_answered_line_by_line_and_then_left() -> None:
    talk = ScriptedTalk(answer=answering)
    out, _, code = await typed(talk, "one", "", "two", manner=Manner(live=False, echo=True))
    assert out == "you: one\nmika: You said one. I heard.\nyou: two\nmika: You said two. I heard.\n"
    assert (talk.said, talk.closes, code) == (["one", "two"], 1, 0)


async def test_where_the_terminal_shows_what_is_typed_it_is_not_written_again() -> None:
    out, err, _ = await typed(ScriptedTalk(answer=answering, past=[Earlier("user", "x")]), "one", manner=Manner())
    assert out == "mika: You said one. I heard.\n"
    assert "* 1 earlier" in err


async def test_commands_help_stop_and_quit() -> None:
    talk = ScriptedTalk(answer=answering)
    out, err, _ = await typed(talk, "/help", "/stop", "/quit", "never", manner=Manner())
    assert (out, talk.said, talk.interrupts, talk.closes) == ("", [], 1, 1)
    assert "/stop" in err


async def test_she_says_once_that_she_is_there() -> None:
    _, err, _ = await spoken(*awake(listening=True), PhaseChanged("idle"), PhaseChanged("listening"), manner=Manner())
    assert err.count("Mika is listening, but not while answering") == 1


async def test_who_may_be_interrupted_by_speaking_says_nothing_of_deafness() -> None:
    async def script(talk: ScriptedTalk) -> AsyncIterator[Event]:
        for event in awake(listening=True):
            yield event

    out, err = io.StringIO(), io.StringIO()
    await plain.run(ScriptedTalk(script=script, barge_in=True), out, err, endless(), Manner())
    assert "Mika is listening. Talk, or type" in err.getvalue()


async def test_a_microphone_file_is_heard_to_its_end_though_nothing_is_typed() -> None:
    heard = asyncio.Event()

    async def script(talk: ScriptedTalk) -> AsyncIterator[Event]:
        for _ in range(20):
            await asyncio.sleep(0)
        for event in exchange(1, "hello", "Hi."):
            yield event
        heard.set()

    out = io.StringIO()
    await plain.run(ScriptedTalk(script=script), out, io.StringIO(), lines_of([]), Manner(live=False, stay=True))
    assert heard.is_set()
    assert out.getvalue() == "you: hello\nmika: Hi.\n"


# --- endings --------------------------------------------------------------------------------------------------------


async def test_a_failure_is_the_exit_code_until_she_is_heard_again() -> None:
    assert (await spoken(Failed(EngineFailed("It broke."))))[2] == 1
    assert (await spoken(Failed(AudioUnavailable("No microphone.")), *exchange(1, "x", "Fine.")))[2] == 0
    out, err, code = await typed(ScriptedTalk(failure=AudioUnavailable("Gone.")), manner=Manner(live=False, stay=True))
    assert (out, err, code) == ("", "! Gone.\n", 4)


async def test_a_reader_that_leaves_ends_the_talk_quietly() -> None:
    class Closed(io.StringIO):
        def write(self, text: str, /) -> int:
            raise BrokenPipeError

    talk = ScriptedTalk(script=lambda _: greeting("Hello!"))
    assert await plain.run(talk, Closed(), io.StringIO(), endless(), Manner()) == 0


async def test_a_bug_is_not_swallowed() -> None:
    with pytest.RaisesGroup(ZeroDivisionError):
        await typed(ScriptedTalk(failure=ZeroDivisionError("ours")), manner=Manner(stay=True))


async def test_cancelling_frees_the_session_first() -> None:
    freed: list[str] = []

    class Held(ScriptedTalk):
        async def run(self) -> None:
            try:
                await super().run()
            finally:
                freed.append("yes")

    talk = Held()
    task = asyncio.get_running_loop().create_task(plain.run(talk, io.StringIO(), io.StringIO(), endless(), Manner()))
    await talk.running.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert freed == ["yes"]


@pytest.mark.looptime
async def test_a_session_that_hangs_is_left_after_five_seconds() -> None:
    talk = ScriptedTalk(freeing_takes=3600)
    began = asyncio.get_running_loop().time()
    await plain.run(talk, io.StringIO(), io.StringIO(), lines_of(["/quit"]), Manner())
    assert asyncio.get_running_loop().time() - began == pytest.approx(5.0, abs=0.1)


# --- reading --------------------------------------------------------------------------------------------------------


async def test_lines_come_from_a_pipe_however_it_is_cut_and_the_last_needs_no_end() -> None:
    reading, writing = os.pipe()
    said: list[str] = []

    async def read() -> None:
        async for line in typed_lines(reading):
            said.append(line)
            if line == "one":
                os.write(writing, "두".encode()[1:] + b"\nthr\xffee")
                os.close(writing)

    os.write(writing, b"one\n" + "두".encode()[:1])
    async with asyncio.timeout(5):
        await read()
    os.close(reading)
    assert said == ["one", "두", "thr\ufffdee"]


async def test_dev_null_a_file_and_a_long_line_are_read_like_a_pipe(tmp_path: Path) -> None:
    with Path(os.devnull).open() as nothing:
        assert [line async for line in typed_lines(nothing.fileno())] == []
    path = tmp_path / "lines"
    path.write_text("x" * 100_000 + "\nend\n")
    with path.open() as file:
        assert [len(line) async for line in typed_lines(file.fileno())] == [100_000, 3]
