"""Whole talks on virtual time: what happens, in which order, and when."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from tests.conversation.talk import Talk
from vtuber_cli.conversation.memory import Earlier
from vtuber_cli.engines.base import Capabilities, Message
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import (
    EngineChanged,
    Failed,
    FirstAudio,
    Greeted,
    GreetingStarted,
    Notice,
    PhaseChanged,
    ReplyEnded,
    ReplyStarted,
    SentenceStarted,
    UserSaid,
)

pytestmark = pytest.mark.looptime(start=0, end=400)


@pytest.fixture
def talk() -> Talk:
    return Talk()


async def test_a_spoken_turn_from_ear_to_mouth(talk: Talk) -> None:
    talk.user(at=1.0, lasts=1.0, says="hello there")
    talk.reply("Hello there. I saw your star tonight.")
    await talk.run(until=6)
    assert [type(e).__name__ for e in talk.events if not isinstance(e, PhaseChanged | EngineChanged)] == [
        "UserSaid",
        "ReplyStarted",
        "FirstAudio",
        "SentenceStarted",
        "SentenceStarted",
        "ReplyEnded",
    ]
    assert talk.of(UserSaid)[0].text == "hello there"
    assert talk.said == ["Hello there. I saw your star tonight."]
    assert [e.phase for e in talk.of(PhaseChanged)] == ["listening", "hearing", "thinking", "speaking", "listening"]


async def test_the_first_audio_waits_for_the_hangover_and_for_nothing_else(talk: Talk) -> None:
    """Understanding, thinking and synthesis all happen while we make sure that the user has finished."""
    talk.user(at=1.0, lasts=1.0, says="hello there")
    talk.reply("Hello there. I saw your star tonight.")
    await talk.run(until=6)
    (timings,) = [e.timings for e in talk.of(FirstAudio)]
    assert timings.hangover_ms == pytest.approx(600, abs=40)
    assert timings.hear_ms == pytest.approx(300, abs=1)
    assert timings.first_audio_ms == pytest.approx(timings.hangover_ms, abs=5)


async def test_a_slow_ear_costs_only_what_the_hangover_does_not_cover(talk: Talk) -> None:
    talk.asr_seconds = 0.8
    talk.user(at=1.0, lasts=1.0, says="hello there")
    talk.reply("Hello there. I saw your star tonight.")
    await talk.run(until=6)
    (timings,) = [e.timings for e in talk.of(FirstAudio)]
    assert timings.first_audio_ms is not None
    assert 860 < timings.first_audio_ms < 1000


async def test_an_inner_pause_shorter_than_the_hangover_is_one_turn(talk: Talk) -> None:
    talk.user(at=1.0, lasts=0.6, says="first half")
    talk.user(at=2.05, lasts=0.6, says="second half")
    talk.reply("Yes. Both halves.")
    await talk.run(until=8)
    assert [said.text for said in talk.of(UserSaid)] == ["first half second half"]
    assert len(talk.asr.calls) == 3  # the warming, a guess at the pause (void), and the whole
    assert len(talk.of(ReplyStarted)) == 1


async def test_a_void_guess_leaves_no_trace(talk: Talk) -> None:
    talk.token_seconds = 0.01
    talk.asr_seconds = 0.05
    talk.user(at=1.0, lasts=0.6, says="first half")
    talk.user(at=2.1, lasts=0.6, says="second half")
    talk.reply("Yes. Both halves.")
    await talk.run(until=8)
    assert len(talk.llm.requests) == 2, "the model was asked on the guess too"
    assert all(stop for stop in talk.llm.streams), "and told to stop"
    assert talk.llm.requests[1].messages[-1].text == "first half second half"
    assert len(talk.speaker.played) == 1
    assert [message.role for message in talk.memory.prefix()] == ["system", "user", "assistant"]


async def test_barge_in_keeps_only_what_was_heard(talk: Talk) -> None:
    talk.manner["barge_in"] = True
    talk.user(at=1.0, lasts=0.5, says="hello")
    talk.reply("One two.", "Three four.", "Five six.", "Seven.", each=1.0)
    talk.reply("All right.")
    talk.user(at=4.2, lasts=0.5, says="wait")
    await talk.run(until=12)
    first = talk.of(ReplyEnded)[0]
    assert first.interrupted
    assert first.text.startswith("One two. Three") and "Seven" not in first.text
    assert talk.llm.requests[-1].messages[-2] == Message("assistant", first.text)
    assert [said.text for said in talk.of(UserSaid)] == ["hello", "wait"]


async def test_barge_in_silences_her_within_a_fifth_of_a_second(talk: Talk) -> None:
    talk.manner["barge_in"] = True
    talk.user(at=1.0, lasts=0.5, says="hello")
    talk.reply("One two.", "Three four.", "Five six.", "Seven.", each=1.0)
    talk.user(at=4.2, lasts=0.5, says="wait")
    await talk.run(until=10)
    ended = max(p.ended for p in talk.speaker.played if p.ended is not None and p.began is not None and p.began < 4.2)
    assert 4.2 < ended < 4.45


async def test_without_barge_in_she_is_deaf_while_she_speaks(talk: Talk) -> None:
    talk.user(at=1.0, lasts=0.5, says="hello")
    talk.reply("One two.", "Three four.", each=1.0)
    talk.user(at=3.0, lasts=0.5, says="my own echo")
    await talk.run(until=10)
    assert [said.text for said in talk.of(UserSaid)] == ["hello"]
    assert not talk.of(ReplyEnded)[0].interrupted


async def test_her_last_words_in_the_room_are_not_heard(talk: Talk) -> None:
    talk.user(at=1.0, lasts=0.5, says="hello")
    talk.reply("One two.", each=1.0)
    talk.user(at=2.3, lasts=0.95, says="echo")  # until 0.1 s after she has finished
    await talk.run(until=10)
    assert [said.text for said in talk.of(UserSaid)] == ["hello"]


async def test_the_interrupt_key_stops_her_and_the_talk_goes_on(talk: Talk) -> None:
    talk.user(at=1.0, lasts=0.5, says="hello")
    talk.reply("One two.", "Three four.", "Five six.", each=1.0)
    talk.at(4.0, lambda session: session.interrupt())
    talk.at(4.05, lambda session: session.interrupt())
    talk.user(at=6.0, lasts=0.5, says="again")
    await talk.run(until=14)
    first, second = talk.of(ReplyEnded)
    assert first.interrupted and first.text.startswith("One two.") and "six" not in first.text
    assert not second.interrupted and talk.failures == []


async def test_interrupting_before_a_word_was_heard_leaves_only_the_question(talk: Talk) -> None:
    talk.token_seconds = 5.0
    talk.user(at=1.0, lasts=0.5, says="hello")
    talk.reply("Slow.")
    talk.at(3.0, lambda session: session.interrupt())
    await talk.run(until=6)
    (ended,) = talk.of(ReplyEnded)
    assert ended.interrupted and ended.text == ""
    assert talk.memory.prefix()[-1] == Message("user", "hello")


async def test_an_unanswered_question_and_the_next_are_one(talk: Talk) -> None:
    talk.microphone = False
    talk.reply(EngineFailed("thinking.failed", reason="x"))
    talk.reply("Fine.")
    talk.at(1.0, lambda session: session.say("are you there"))
    talk.at(2.0, lambda session: session.say("hello?"))
    await talk.run(until=6)
    assert talk.llm.requests[-1].messages[-1] == Message("user", "are you there\nhello?")


async def test_typing_needs_no_microphone(talk: Talk) -> None:
    talk.microphone = False
    talk.reply("Good. You typed.")
    talk.at(1.0, lambda session: session.say("  hi\x1b[31m there "))
    await talk.run(until=6)
    assert talk.of(UserSaid) == [UserSaid(1, "hi there", "text")]
    assert talk.said == ["Good. You typed."]
    assert "listening" not in [e.phase for e in talk.of(PhaseChanged)]


async def test_typing_interrupts_her(talk: Talk) -> None:
    talk.microphone = False
    talk.reply("One two.", "Three four.", "Five six.", each=2.0)
    talk.reply("Sure.")
    talk.at(1.0, lambda session: session.say("tell me"))
    talk.at(4.0, lambda session: session.say("stop that"))
    await talk.run(until=12)
    first, second = talk.of(ReplyEnded)
    assert first.interrupted and not second.interrupted
    assert second.text == "Sure."


async def test_questions_that_wait_are_answered_in_order(talk: Talk) -> None:
    talk.microphone = False
    talk.reply("First.")
    talk.reply("Second.")
    answered: list[float] = []

    async def ask(session: object) -> None:
        for text in ("one", "two"):
            await session.ask(text)  # type: ignore[attr-defined]
            answered.append(asyncio.get_running_loop().time())

    talk.at(1.0, ask)
    await talk.run(until=12)
    assert talk.said == ["First.", "Second."] and len(answered) == 2
    assert not any(ended.interrupted for ended in talk.of(ReplyEnded))


async def test_what_is_typed_at_once_is_answered_when_she_is_loaded(talk: Talk) -> None:
    talk.microphone = False
    talk.reply("Hello.")
    talk.at(0.0, lambda session: session.say("hi"))
    await talk.run(until=6)
    assert talk.said == ["Hello."]


async def test_empty_input_is_nothing(talk: Talk) -> None:
    talk.microphone = False
    talk.at(1.0, lambda session: session.say("  \n "))
    await talk.run(until=4)
    assert talk.of(UserSaid) == [] and talk.of(ReplyEnded) == [] and talk.llm.requests == []


async def test_noise_that_is_no_words_leads_to_nothing(talk: Talk) -> None:
    talk.user(at=1.0, lasts=1.0, says="")
    await talk.run(until=5)
    assert talk.of(UserSaid) == [] and talk.llm.requests == []
    assert [notice.key for notice in talk.of(Notice)] == ["chat.nothing_heard"]
    assert [e.phase for e in talk.of(PhaseChanged)][-1] == "listening"


async def test_the_talk_key_opens_and_closes_her_ears(talk: Talk) -> None:
    talk.manner["hands_free"] = False
    talk.user(at=1.0, lasts=0.5, says="unheard")
    talk.at(3.0, lambda session: session.listen(True))
    talk.user(at=4.0, lasts=0.5, says="heard")
    talk.at(9.0, lambda session: session.listen(False))
    talk.user(at=10.0, lasts=0.5, says="unheard again")
    talk.reply("Yes.")
    await talk.run(until=14)
    assert [said.text for said in talk.of(UserSaid)] == ["heard"]


async def test_closing_the_ears_in_mid_sentence_forgets_it(talk: Talk) -> None:
    talk.user(at=1.0, lasts=1.0, says="half")
    talk.at(1.5, lambda session: session.listen(False))
    await talk.run(until=6)
    assert talk.of(UserSaid) == [] and [e.phase for e in talk.of(PhaseChanged)][-1] == "idle"


async def test_closing_the_ears_after_a_pause_voids_the_guess(talk: Talk) -> None:
    talk.user(at=1.0, lasts=1.0, says="half")
    talk.at(2.2, lambda session: session.listen(False))
    await talk.run(until=6)
    assert talk.of(UserSaid) == [] and talk.said == []


async def test_the_talk_key_without_a_microphone_says_so(talk: Talk) -> None:
    talk.microphone = False
    talk.at(1.0, lambda session: session.listen(True))
    await talk.run(until=3)
    assert [notice.key for notice in talk.of(Notice)] == ["chat.no_microphone"]


async def test_a_file_waits_while_she_speaks(talk: Talk) -> None:
    """A recorded user is polite: what follows on the file is heard after the answer."""
    talk.mic.waits = True
    talk.user(at=1.0, lasts=0.5, says="one")
    talk.reply("First answer.", each=3.0)
    await talk.run(until=20)
    assert talk.said == ["First answer."]
    assert talk.mic.closed and talk.speaker.closed


async def test_she_greets_and_the_model_knows(talk: Talk) -> None:
    talk.manner |= {"greeting": ("Hello, star.", "joy"), "greets_aloud": True}
    talk.user(at=3.0, lasts=0.5, says="hi")
    talk.reply("Hi again.")
    await talk.run(until=8)
    assert talk.of(Greeted) == [Greeted("Hello, star.", "joy")]
    assert talk.llm.requests[0].messages[1:3] == [Message("user", "Hello!"), Message("assistant", "Hello, star.")]
    assert talk.speaker.played[0].seconds == 1.0
    (heard,) = talk.of(GreetingStarted)
    assert heard.seconds == 1.0 and len(heard.loudness) == 50


async def test_a_resumed_talk_goes_on(talk: Talk) -> None:
    talk.microphone = False
    talk.past = [Earlier("user", "I am Jin."), Earlier("assistant", "Hello Jin.")]
    talk.reply("x")
    talk.reply("You are Jin.")
    talk.at(1.0, lambda session: session.say("who am I"))
    await talk.run(until=5)
    assert [m.text for m in talk.llm.requests[0].messages[1:]] == ["I am Jin.", "Hello Jin.", "who am I"]
    assert talk.of(UserSaid)[0].turn == 2


async def test_emotion_tags_colour_what_follows_and_are_neither_shown_nor_said(talk: Talk) -> None:
    talk.microphone = False
    talk.reply("[joy] Yes, lovely. [sadness] But it rains.")
    talk.at(1.0, lambda session: session.say("go"))
    await talk.run(until=8)
    assert [(e.sentence.shown.strip(), e.sentence.emotion) for e in talk.of(SentenceStarted)] == [
        ("Yes, lovely.", "joy"),
        ("But it rains.", "sadness"),
    ]
    assert talk.of(ReplyStarted)[0].emotion == "joy"
    assert all("[" not in said for said in [*talk.said, *talk.tts.said])


async def test_sentences_follow_each_other_without_a_gap(talk: Talk) -> None:
    talk.microphone = False
    talk.reply("One two.", "Three four.", "Five six.", each=1.0)
    talk.at(1.0, lambda session: session.say("go"))
    await talk.run(until=8)
    played = talk.speaker.played
    assert all(one.ended == two.began for one, two in pairwise(played))


async def test_closing_in_mid_reply_keeps_what_was_heard(talk: Talk) -> None:
    talk.microphone = False
    talk.reply("One two.", "Three four.", "Five six.", each=2.0)
    talk.at(1.0, lambda session: session.say("go"))
    talk.at(4.0, lambda session: session.close())
    await talk.run(until=30)
    (ended,) = talk.of(ReplyEnded)
    assert ended.interrupted and ended.text.startswith("One two.")
    assert talk.speaker.closed


async def test_asking_a_closed_talk_returns(talk: Talk) -> None:
    talk.microphone = False
    talk.at(1.0, lambda session: session.close())
    await talk.run(until=5)
    assert talk.session is not None
    await talk.session.ask("anyone?")
    talk.session.say("anyone?")
    assert not [event for event in talk.events if isinstance(event, Failed)]


async def test_a_language_that_model_and_voice_cannot_is_said_once(talk: Talk) -> None:
    talk.microphone = False
    talk.manner["language"] = "ko"
    talk.llm.capabilities = Capabilities(languages=frozenset({"en"}), context=2048)
    talk.reply("안녕하세요.")
    talk.at(1.0, lambda session: session.say("안녕"))
    await talk.run(until=5)
    assert [notice.key for notice in talk.of(Notice)] == ["chat.model_language", "chat.voice_language"]
    assert talk.said == ["안녕하세요."] and talk.speaker.played == []


async def test_what_is_known_of_the_language_beforehand_is_said_in_its_own_words_only(talk: Talk) -> None:
    talk.microphone = False
    talk.llm.capabilities = Capabilities(languages=frozenset({"en"}), context=2048)
    advice = Notice("choice.advice", (("said", "No Korean."), ("command", "vtuber models get mind-ko")))
    talk.manner |= {"language": "ko", "advice": advice, "judged": frozenset({"llm", "tts"})}
    await talk.run(until=2)
    assert talk.of(Notice) == [advice]


async def test_a_user_of_unknown_language_is_told_nothing_of_languages(talk: Talk) -> None:
    talk.microphone = False
    talk.manner["language"] = None
    await talk.run(until=2)
    assert talk.of(Notice) == []


async def test_typing_cuts_the_greeting_short(talk: Talk) -> None:
    talk.microphone = False
    talk.tts.seconds = 9.0
    talk.manner |= {"greeting": ("A very long hello.", "joy"), "greets_aloud": True}
    talk.reply("Yes?")
    talk.at(1.0, lambda session: session.say("hey"))
    await talk.run(until=20)
    greeting, reply = talk.speaker.played
    assert greeting.ended == pytest.approx(1.0, abs=0.01) and reply.began == pytest.approx(1.0, abs=0.1)


async def test_closing_and_interrupting_before_the_start_are_harmless(talk: Talk) -> None:
    session = talk.build()
    session.interrupt()
    await session.close()
    await session.run()
    assert talk.speaker.closed


async def test_a_typed_question_replaces_a_guess(talk: Talk) -> None:
    talk.user(at=1.0, lasts=0.6, says="spoken half")
    talk.at(1.8, lambda session: session.say("typed"))
    talk.reply("Typed answer.")
    await talk.run(until=8)
    assert [said.text for said in talk.of(UserSaid)] == ["typed"]
    assert talk.of(UserSaid)[0].via == "text"


async def test_a_model_that_hangs_in_mid_reply_keeps_what_was_said(talk: Talk) -> None:
    talk.microphone = False
    talk.style["next_token_seconds"] = 1.0
    talk.reply("It begins well. And then it goes on and on and on without an end.")
    talk.at(1.0, lambda session: session.say("go"))
    talk.at(1.11, lambda _: setattr(talk.worker("llm"), "seconds", 100.0))
    await talk.run(until=20)
    assert talk.failures == ["thinking.timeout"]
    assert talk.said[0].startswith("It begins")


async def test_a_missing_speaker_is_said_at_the_start(talk: Talk) -> None:
    talk.microphone = False
    talk.speaker.missing = True
    talk.reply("Still here.")
    talk.at(1.0, lambda session: session.say("hi"))
    await talk.run(until=5)
    assert talk.failures == ["audio.gone"] and talk.said == ["Still here."]
