"""The face for programs: what stands in a line, what a line may command, and what a slow reader costs."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any, get_args

import pytest

from tests.tui.talk import ScriptedTalk, awake, exchange
from vtuber_cli.errors import AudioUnavailable, EngineFailed, StoreError, UsageError
from vtuber_cli.events import (
    Event,
    Failed,
    Greeted,
    Level,
    Notice,
    Phoneme,
    Sentence,
    SentenceStarted,
    SpeaksUp,
    UserSaid,
)
from vtuber_cli.tui import ndjson
from vtuber_cli.tui.ndjson import Become, Close, Interrupt, Line, Listen, Say, encoded, name_of, parsed
from vtuber_cli.tui.ndjson_schema import events_schema

NAMES = [
    "phase_changed", "level", "engine_changed", "greeted", "character_changed", "user_said", "speaks_up",
    "reply_started", "fortune_told", "sentence_started", "greeting_started", "first_audio", "reply_ended", "failed",
    "notice",
]  # fmt: skip


class Reader:
    """Keeps the lines it is given; may be slow, or leave."""

    def __init__(self) -> None:
        self.data = b""
        self.reads = threading.Event()
        self.reads.set()
        self.leaves_after = 10**9

    def __call__(self, data: bytes) -> None:
        self.reads.wait(20)
        if len(self.data) + len(data) > self.leaves_after:
            raise BrokenPipeError
        self.data += data

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.data.splitlines()]

    @property
    def types(self) -> list[str]:
        return [line["type"] for line in self.lines]


async def lines_of(texts: Iterable[str]) -> AsyncIterator[str]:
    for text in texts:
        yield text
        await asyncio.sleep(0)


async def endless() -> AsyncIterator[str]:
    await asyncio.Event().wait()
    yield ""


async def held(talk: ScriptedTalk, *typed: str, reader: Reader | None = None, stay: bool = False) -> tuple[Reader, int]:
    reader = reader or Reader()
    async with asyncio.timeout(15):
        code = await ndjson.run(talk, reader, lines_of(typed), character="mika", stay=stay)
    return reader, code


def scripted(*events: Event) -> ScriptedTalk:
    async def script(talk: ScriptedTalk) -> AsyncIterator[Event]:
        for event in events:
            yield event

    return ScriptedTalk(script=script)


def answering(talk: ScriptedTalk, text: str) -> None:
    talk.tell(*exchange(len(talk.said), text, f"You said {text}.", via="text", after="idle"))


# --- lines --------------------------------------------------------------------------------------------------------


def test_names_are_stable_and_no_field_hides_one_of_ours() -> None:
    """Programs depend on these names: add, never change."""
    assert [name_of(kind) for kind in get_args(Event)] == NAMES
    assert list(ndjson.COMMANDS) == ["say", "interrupt", "listen", "become", "close"]
    for kind in (*get_args(Event), *get_args(ndjson.Command)):
        assert not {"type", "at"} & {one.name for one in fields(kind)}


async def test_a_talk_as_lines() -> None:
    reader, code = await held(scripted(*awake(), Greeted("Hi!"), *exchange(1, "how", "Fine.", seconds=1.0)), stay=True)
    lines = reader.lines
    assert code == 0
    assert lines[0] == {
        "type": "opened", "at": 0.0, "protocol": 1, "program": ndjson.__version__, "character": "mika", "name": "Mika",
        "can_listen": True, "past": 0,
    }  # fmt: skip
    assert lines[-1] | {"at": 0} == {"type": "closed", "at": 0, "exit_code": 0}
    said = next(line for line in lines if line["type"] == "sentence_started")
    assert {key: value for key, value in said.items() if key != "at"} == {
        "type": "sentence_started", "turn": 1, "seconds": 1.0, "phonemes": [], "loudness": [],
        "sentence": {"index": 0, "shown": "Fine.", "spoken": "Fine.", "emotion": "joy"},
    }  # fmt: skip
    ended = next(line for line in lines if line["type"] == "reply_ended")
    assert ended["timings"]["hear_ms"] == 210.4
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)


def test_what_json_has_no_word_for() -> None:
    silent = json.loads(encoded(Level(float("-inf"), float("nan")), 1.23456))
    assert silent == {"type": "level", "at": 1.235, "dbfs": None, "speech": None}
    spoken = encoded(SentenceStarted(1, Sentence(0, "a", "a"), 0.1, (Phoneme("ɐ", 0.123456),)), 0)
    assert json.loads(spoken)["phonemes"] == [{"symbol": "ɐ", "seconds": 0.1235}]
    failed = json.loads(encoded(Failed(EngineFailed("it broke", hint="mend it"), 3), 0))
    assert failed["error"] == {"key": "it broke", "message": "it broke", "hint": "mend it", "exit_code": 1}
    notice = json.loads(encoded(Notice("chat.characters", (("names", "jun"),)), 0))
    assert notice["params"] == {"names": "jun"}
    assert "jun" in notice["message"] and notice["severity"] == "info"


async def test_nothing_foreign_drives_a_terminal_or_breaks_a_line() -> None:
    evil = "a\x1b[31mb\x1b]52;c;ZXZpbA==\x07\u202e\nc\u2028d\ud800"
    talk = scripted(
        Greeted(evil), Notice(evil), Failed(EngineFailed(evil, hint=evil)), *exchange(1, evil, evil, emotion=evil)
    )
    talk.name = evil
    reader, _ = await held(talk, stay=True)
    assert b"\x1b" not in reader.data and "\u202e" not in reader.data.decode()
    assert len(reader.data.split(b"\n")) == len(reader.lines) + 1
    assert next(line for line in reader.lines if line["type"] == "user_said")["text"].startswith("ab")


# --- commands -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ('{"type":"say","text":"hi"}', Say("hi")), ('{"type":"say","text":"hi","interrupt":true}', Say("hi", True)),
        ('  {"type":"interrupt"}  ', Interrupt()), ('{"type":"listen","on":false}', Listen(False)),
        ('{"type":"listen"}', Listen(True)), ('{"type":"become","character":"jun"}', Become("jun")),
        ('{"type":"close"}', Close()),
    ],
)  # fmt: skip
def test_commands(line: str, command: object) -> None:
    assert parsed(line) == command


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("{", "no_json"), ("{}", "unknown"), ("[1]", "no_json"), ('{"type":["say"]}', "unknown"),
        ("{" * 5000, "no_json"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "no_json"), ('{"type":"sya","text":"x"}', "unknown_nearest"),
        ('{"type":"say"}', "bad_field"), ('{"type":"say","text":5}', "bad_field"), ('{"type":null}', "unknown"),
        ('{"type":"say","text":"x","interrupt":"yes"}', "bad_field"), ('{"type":"close","now":true}', "bad_field"),
        ('{"type":"listen","on":1}', "bad_field"), ('{"type":"become","character":null}', "bad_field"),
        ('{"type":"' + "x" * 100_000 + '"}', "unknown"),
    ],
)  # fmt: skip
def test_what_is_no_command_is_one_line(line: str, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        parsed(line)
    assert caught.value.key == f"ndjson.{key}"
    assert len(encoded(Failed(caught.value), 0)) < 500


async def test_lines_and_commands_are_answered_in_their_order() -> None:
    talk = ScriptedTalk(answer=answering)
    typed = [
        "one",
        "",
        '{"type":"become","character":"jun"}',
        '{"type":"say","text":"two\\nlines"}',
        "  ",
        "{bad",
        "three",
    ]
    reader, code = await held(talk, *typed)
    assert (talk.said, talk.casts, code) == (["one", "two lines", "three"], [("jun", True)], 0)
    happened = [line["type"] for line in reader.lines if line["type"] in ("reply_ended", "character_changed")]
    assert happened == ["reply_ended", "character_changed", "reply_ended", "reply_ended"]
    assert [line["error"]["key"] for line in reader.lines if line["type"] == "failed"] == ["ndjson.no_json"]


async def test_the_talk_is_steered_at_once() -> None:
    talk = ScriptedTalk()
    reader, _ = await held(talk, '{"type":"interrupt"}', '{"type":"listen"}', '{"type":"close"}', "never")
    assert (talk.interrupts, talk.listening, talk.said) == (1, True, [])
    assert reader.types[-1] == "closed"


async def test_saying_something_at_once_goes_before_what_waits() -> None:
    released = asyncio.Event()

    class Slow(ScriptedTalk):
        async def ask(self, text: str, /) -> None:
            self.said.append(text)
            if text == "long":
                await released.wait()

        def interrupt(self) -> None:
            super().interrupt()
            released.set()

    talk = Slow()
    await held(talk, "long", "waits", '{"type":"say","text":"now","interrupt":true}')
    assert (talk.said, talk.interrupts) == (["long", "now", "waits"], 1)


# --- endings ------------------------------------------------------------------------------------------------------


async def test_exit_codes_are_those_of_the_line_mode() -> None:
    async def code(*events: Event) -> int:
        reader, code = await held(scripted(*events), stay=True)
        assert reader.lines[-1]["exit_code"] == code
        return code

    assert await code(Failed(EngineFailed("x"))) == 1
    assert await code(Failed(EngineFailed("x")), *exchange(1, "a", "b")) == 0
    assert await code(Failed(StoreError("x")), *exchange(1, "a", "b")) == 5
    reader, ended = await held(ScriptedTalk(failure=AudioUnavailable("Gone.")), stay=True)
    assert (ended, reader.types[-2:]) == (4, ["failed", "closed"])


async def test_a_reader_that_leaves_ends_the_talk_quietly() -> None:
    reader = Reader()
    reader.leaves_after = 400
    talk = ScriptedTalk(answer=answering)
    _, code = await held(talk, "one", "two", stay=True, reader=reader)
    assert code == 0
    assert reader.types[0] == "opened"


@pytest.mark.looptime
async def test_a_reader_that_sleeps_does_not_hold_up_the_talk() -> None:
    """It never reads a line: the talk goes on, ends, and is left."""
    reader = Reader()
    reader.reads.clear()
    talk = ScriptedTalk(answer=answering)
    try:
        async with asyncio.timeout(15):
            await ndjson.run(talk, reader, lines_of(["one", "two"]), character="mika")
    finally:
        reader.reads.set()
    assert talk.said == ["one", "two"]


async def test_what_nobody_reads_is_dropped_and_counted() -> None:
    reader = Reader()
    reader.reads.clear()
    many = [UserSaid(number, "x", "text") for number in range(6000)]

    async def script(talk: ScriptedTalk) -> AsyncIterator[Event]:
        await asyncio.sleep(0.05)
        for event in many:
            talk.events.send(event)
        reader.reads.set()
        yield Greeted("bye")

    await held(ScriptedTalk(script=script), stay=True, reader=reader)
    (lost,) = [line["count"] for line in reader.lines if line["type"] == "lost"]
    turns = [line["turn"] for line in reader.lines if line["type"] == "user_said"]
    assert turns[-1] == 5999
    assert lost + len(turns) == 6000
    assert lost > 1000


async def test_cancelling_frees_the_session_first() -> None:
    talk = ScriptedTalk()
    task = asyncio.get_running_loop().create_task(ndjson.run(talk, Reader(), endless(), character="mika"))
    await talk.running.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


# --- the schema ---------------------------------------------------------------------------------------------------


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value is what this part of our schema says: the keywords that it uses, and no others."""
    known = {"type", "const", "enum", "properties", "required", "items", "anyOf", "description", "additionalProperties"}
    assert set(schema) <= known, schema
    if "const" in schema:
        return value == schema["const"]
    if "enum" in schema:
        return value in schema["enum"]
    if "anyOf" in schema:
        return any(fits(value, one) for one in schema["anyOf"])
    kinds: dict[str, Callable[[Any], bool]] = {
        "string": lambda one: isinstance(one, str),
        "integer": lambda one: isinstance(one, int) and not isinstance(one, bool),
        "number": lambda one: isinstance(one, (int, float)) and not isinstance(one, bool),
        "boolean": lambda one: isinstance(one, bool),
        "null": lambda one: one is None,
        "array": lambda one: isinstance(one, list) and all(fits(each, schema["items"]) for each in one),
        "object": lambda one: isinstance(one, dict) and _fits_object(one, schema),
    }
    wanted = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return any(kinds[kind](value) for kind in wanted)


def _fits_object(value: dict[str, Any], schema: dict[str, Any]) -> bool:
    properties, more = schema.get("properties", {}), schema.get("additionalProperties", True)
    extra = set(value) - set(properties)
    if (extra and more is False) or not set(schema.get("required", [])) <= set(value):
        return False
    values = [fits(value[key], properties[key]) for key in set(value) & set(properties)]
    return all(values) and (isinstance(more, bool) or all(fits(value[key], more) for key in extra))


async def test_every_line_is_what_the_schema_says() -> None:
    schema = events_schema()
    events = [
        *awake(), Level(-20.0, 0.5), Level(float("-inf"), 0), Greeted("a"), Failed(StoreError("x"), 1),
        Failed(EngineFailed("x")),
        Notice("chat.characters", (("names", "jun"),)), *exchange(1, "a", "b"), SpeaksUp(2),
        SentenceStarted(1, Sentence(0, "a", "a"), 0.1, (Phoneme("a", 0.1),)),
    ]  # fmt: skip
    reader, _ = await held(scripted(*events), stay=True)
    for line in (*reader.lines, json.loads(encoded(ndjson.Lost(3), 1))):
        assert fits(line, schema["$defs"][line["type"]]), line
        assert set(line) == set(schema["$defs"][line["type"]]["properties"])
    assert set(schema["$defs"]) == {*NAMES, "opened", "lost", "closed", "command"}
    assert json.loads(json.dumps(schema)) == schema


def test_every_command_is_what_the_schema_says() -> None:
    command = {"anyOf": events_schema()["$defs"]["command"]["oneOf"]}
    for good in ({"type": "say", "text": "x"}, {"type": "listen", "on": False}, {"type": "become"}, {"type": "close"}):
        assert fits(good, command)
        parsed(json.dumps(good))
    for bad in ({"type": "say"}, {"type": "say", "text": 1}, {"type": "close", "x": 1}, {}, {"type": "nothing"}):
        assert not fits(bad, command)
        with pytest.raises(UsageError):
            parsed(json.dumps(bad))


def test_every_line_says_what_it_is() -> None:
    for name, described in events_schema()["$defs"].items():
        assert described["description"], name
    for kind in (*get_args(ndjson.Command), *get_args(Line)):
        assert is_dataclass(kind) or get_args(kind)
