"""One client that does anything at any time, and what holds all the same."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from jsonschema import Draft202012Validator
from websockets.asyncio.client import connect

from tests.server.served import PATIENCE, Client, Script, Served, serving
from vtuber_cli.server.messages.schema import protocol_schema
from vtuber_cli.server.talk import speaker
from vtuber_cli.server.talk.talk import MOST_WAITING

LEAVING_SECONDS = 10.0
"""For all that is a client's to be gone: 2 on a machine with nothing else to do."""
SCHEMA = protocol_schema()
FROM_SERVER = Draft202012Validator({"$ref": "#/$defs/ServerMessage", "$defs": SCHEMA["$defs"]})
TEXTS = st.sampled_from(["hi", "tell me", "한국어로 말해 줘", "a" * 500, "[joy]", "  ", ""])
HEARD = st.sampled_from(["", "We", "Well.", "Something nobody said", "Well. Yes."])
NONSENSE: list[str | bytes] = [
    "{", "[]", '"x"', "null", "{}", '{"type":5}',
    '{"type":"no-such-type"}', '{"type":"text-input"}', '{"type":"text-input","text":5}',
    '{"type":"mic-audio-data","audio":"x"}', '{"type":"switch-config"}', '{"type":"interrupt-signal","text":[]}',
    '{"type":"fetch-and-set-history","history_uid":"../x"}',
    '{"type":"text-input","text":"x","images":[{"source":"bogus","data":"data:image/png;base64,AAAA"}]}',
    b"", b"\x01", b"\x09\x00\x00\x00ab", b"\x01\x00\x00\x00abc",
]  # fmt: skip
QUESTIONS: list[dict[str, Any]] = [
    {"type": "fetch-backgrounds"},
    {"type": "fetch-configs"},
    {"type": "fetch-history-list"},
    {"type": "request-init-config"},
    {"type": "request-group-info"},
    {"type": "heartbeat"},
    {"type": "mic-audio-end"},
    {"type": "hello", "features": ["visemes", "agent-state"]},
    {"type": "hello", "features": ["audio-stream"]},
    {"type": "hello", "features": [], "resume": "x" * 32},
    {"type": "add-client-to-group", "invitee_uid": "nobody"},
    {"type": "remove-client-from-group", "target_uid": "nobody"},
    {"type": "delete-history", "history_uid": "nobody"},
    {"type": "fetch-and-set-history", "history_uid": "nobody"},
    {"type": "switch-config", "file": "nobody.yaml"},
    {"type": "audio-play-start", "display_text": None, "forwarded": True},
]


class Endless(list[Any]):
    """A model that has something to say every time, and fails now and then."""

    said = 0
    SAYS: ClassVar = [["Well. ", "Yes."], ["[joy] ", "😀"], ["Well."], [None], ["Well. ", None], [""]]

    def pop(self, _: Any = -1) -> Any:
        self.said += 1
        return self.SAYS[self.said % len(self.SAYS)]


class Machine(RuleBasedStateMachine):
    runner: ClassVar[asyncio.Runner]
    served: ClassVar[Served]
    script: ClassVar[Script]

    def __init__(self) -> None:
        super().__init__()
        self.script.replies = Endless()
        self.script.asked.clear()
        self.chain = False
        self.excused = False
        """Something has happened that may end a turn without its end."""
        self.owed = 0
        """Inputs that are to be answered or refused."""
        self.unsure = False
        """How many are to be is not known: she may have been interrupted by a voice."""
        self.fences = 0
        self.histories: list[str] = []
        self.client = self.run(self._connect())

    def run(self, doing: Any) -> Any:
        return self.runner.run(asyncio.wait_for(doing, PATIENCE))

    async def _connect(self) -> Client:
        line = await connect(f"ws://127.0.0.1:{self.served.port}/client-ws", max_size=None, proxy=None)
        client = Client(line)
        await client.until("control", text="start-mic")
        return client

    # --- what comes ----------------------------------------------------------------------------------------------

    def take(self, frame: dict[str, Any]) -> None:
        FROM_SERVER.validate(frame)  # pyright: ignore[reportUnknownMemberType]
        match frame:
            case {"type": "control", "text": "conversation-chain-start"}:
                assert not self.chain or self.excused, "two turns at once"
                self.chain, self.excused = True, False
                self.owed = max(0, self.owed - 1)
            case {"type": "control", "text": "conversation-chain-end"}:
                assert self.chain, "an end of nothing"
                self.chain = False
            case {"type": "control", "text": "interrupt"}:
                self.chain, self.unsure = False, True
            case {"type": "audio" | "audio-stream-start" | "backend-synth-complete"}:
                assert self.chain, f"{frame['type']} outside of a turn"
            case {"type": "error", "code": "server.too_many_inputs"}:
                self.owed = max(0, self.owed - 1)
            case {"type": "new-history-created", "history_uid": uid}:
                self.histories.append(uid)
            case _:
                pass

    async def _until(self, kind: str, **fields: Any) -> None:
        while True:
            frame = await self.client.next()
            self.take(frame)
            if frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items()):
                return

    async def _fence(self) -> None:
        """All that was sent so far was dealt with, and what came of it at once is here."""
        self.fences += 1
        await self.client.say("ping", t=self.fences)
        await self._until("pong", t=self.fences)

    async def _rest(self) -> None:
        """All inputs are answered."""
        while self.owed or self.chain:
            await self.client.say("frontend-playback-complete")
            frame = await self.client.next()
            self.take(frame)

    # --- what is done --------------------------------------------------------------------------------------------

    @rule(texts=st.lists(TEXTS, min_size=1, max_size=3))
    def ask(self, texts: list[str]) -> None:
        for text in texts:
            self.owed += 1
            self.run(self.client.say("text-input", text=text, images=[]))

    @rule()
    def ask_too_much(self) -> None:
        for _ in range(MOST_WAITING + 4):
            self.ask_one()

    def ask_one(self) -> None:
        self.owed += 1
        self.run(self.client.say("text-input", text="more"))

    @rule(seconds=st.sampled_from([0.05, 0.3]), loud=st.booleans())
    def say_aloud(self, seconds: float, loud: bool) -> None:
        sound = np.full(round(seconds * 16_000), 0.4 if loud else 0.0) * np.resize([1, -1], round(seconds * 16_000))
        self.owed += 1
        self.run(self.client.say("mic-audio-data", audio=sound.tolist()))
        self.run(self.client.say("mic-audio-end", images=[]))

    @rule(data=st.sampled_from(NONSENSE))
    def talk_nonsense(self, data: str | bytes) -> None:
        self.run(self.client.line.send(data))

    @rule(question=st.sampled_from(QUESTIONS))
    def ask_about(self, question: dict[str, Any]) -> None:
        self.run(self.client.line.send(json.dumps(question)))

    @rule(times=st.integers(1, 10))
    def acknowledge(self, times: int) -> None:
        for _ in range(times):
            self.run(self.client.say("frontend-playback-complete"))

    @rule(heard=HEARD)
    def interrupt(self, heard: str) -> None:
        self.run(self.client.say("interrupt-signal", text=heard))
        self.run(self._fence())
        self.owed, self.chain, self.excused, self.unsure = 0, False, False, False

    @rule()
    def begin_anew(self) -> None:
        self.run(self.client.say("create-new-history"))
        self.run(self._until("new-history-created"))
        self._nothing_goes_on()

    @rule(who=st.sampled_from(["mika.yaml", "jun.yaml"]))
    def switch(self, who: str) -> None:
        self.run(self.client.say("switch-config", file=who))
        self.run(self._until("config-switched"))
        self._nothing_goes_on()

    @rule(which=st.integers(0, 3))
    def go_back(self, which: int) -> None:
        if not self.histories:
            return
        self.run(self.client.say("fetch-and-set-history", history_uid=self.histories[which % len(self.histories)]))
        self.run(self._until("history-data"))
        self.unsure = True  # if nothing was said in it, it was not gone back to

    @rule(which=st.integers(0, 3))
    def delete(self, which: int) -> None:
        if not self.histories:
            return
        self.run(self.client.say("delete-history", history_uid=self.histories[which % len(self.histories)]))
        self.run(self._until("history-deleted"))
        self.unsure = True

    def _nothing_goes_on(self) -> None:
        """A talk that is left ends its turn like any turn, and forgets what waits."""
        assert not self.chain, "a turn that never ended"
        self.owed, self.unsure = 0, False

    @rule()
    def speak_up(self) -> None:
        self.unsure = True
        self.run(self.client.say("ai-speak-signal", idle_time=-1))

    @rule(loud=st.booleans())
    def open_the_microphone(self, loud: bool) -> None:
        self.unsure = True
        sound = np.resize([0.4, -0.4] if loud else [0.0], 8192)
        self.run(self.client.say("raw-audio-data", audio=sound.tolist()))

    @rule()
    def wait(self) -> None:
        self.run(self._fence())

    @rule()
    def rest(self) -> None:
        if not self.unsure:
            self.run(self._rest())

    # --- what holds ----------------------------------------------------------------------------------------------

    @invariant()
    def not_much_goes_on(self) -> None:
        assert self.served.hall.seats.taken <= 2
        assert len(asyncio.all_tasks(self.runner.get_loop())) < 80

    def teardown(self) -> None:
        try:
            if self.unsure:
                self.interrupt("")
            self.run(self._rest())
            self.run(self._fence())  # it is still there
        finally:
            self.run(self._close())

    async def _close(self) -> None:
        await self.client.line.close()
        began = time.monotonic()
        hall = self.served.hall
        while any(left := (hall.talkers, hall.seats.taken, hall.writers.count)):
            assert time.monotonic() - began < LEAVING_SECONDS, f"something of it is left: {left}"
            await asyncio.sleep(0.005)


def test_one_client_does_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker, "MARGIN_SECONDS", 0.02)
    Machine.script = Script()
    with asyncio.Runner() as runner:
        Machine.runner = runner
        quick: dict[str, Any] = {"engines.tts.options.syllable_seconds": "0.021"}
        context = serving(Machine.script, **quick)
        Machine.served = runner.run(context.__aenter__())
        tasks = len(asyncio.all_tasks(runner.get_loop()))
        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=20,
                    stateful_step_count=15,
                    phases=[Phase.generate],  # a server that went wrong once does not go wrong the same way again
                    deadline=None,
                    derandomize=True,
                    suppress_health_check=[HealthCheck.too_slow],
                ),
            )
            assert len(asyncio.all_tasks(runner.get_loop())) == tasks
        finally:
            runner.run(context.__aexit__(None, None, None))
