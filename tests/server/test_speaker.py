"""What was heard at a client, by what it tells and by the clock."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from vtuber_cli.conversation.delivery import Delivery, Piece, Upstream
from vtuber_cli.events import Sentence, Speech
from vtuber_cli.server.talk.speaker import MARGIN_SECONDS, ClientPlayback, ClientSpeaker

pytestmark = pytest.mark.looptime(start=0, end=200)
RATE = 1000


def speech(seconds: float) -> Speech:
    return Speech(np.zeros(round(seconds * RATE), np.float32), RATE)


class Line:
    """A client's end: what it was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, float]] = []
        self.complete = 0
        self.speaker = ClientSpeaker(self._send, self._complete)

    def _send(self, sentence: Sentence, sound: Speech | None) -> None:
        self.sent.append((sentence.shown, sound.seconds if sound else 0.0))

    def _complete(self) -> None:
        self.complete += 1

    def say(self, *words: str, seconds: float = 1.0) -> list[ClientPlayback]:
        found = [self.speaker.say(speech(seconds), Sentence(index, word, word)) for index, word in enumerate(words)]
        self.speaker.complete()
        return found


def over(playback: ClientPlayback) -> bool:
    return playback._finished.done()


def begun(playback: ClientPlayback) -> bool:
    return playback._started.done()


@pytest.fixture
async def line() -> Line:
    return Line()


async def test_everything_goes_out_at_once(line: Line) -> None:
    line.say("One. ", "Two. ")
    assert line.sent == [("One. ", 1.0), ("Two. ", 1.0)]
    assert line.complete == 1


async def test_where_nothing_is_told_the_clock_says_what_was_heard(line: Line) -> None:
    one, two = line.say("One. ", "Two. ")
    await asyncio.sleep(0.5)
    assert (one.heard, two.heard) == (pytest.approx(0.5), 0)
    await asyncio.sleep(1.0)
    assert over(one)
    assert (begun(two), over(two)) == (True, False)
    assert two.heard == pytest.approx(0.5)
    await asyncio.sleep(0.5 + MARGIN_SECONDS - 0.1)
    assert not over(two)
    await asyncio.sleep(0.2)
    assert over(two)


async def test_a_turn_ends_with_the_first_acknowledgement(line: Line) -> None:
    one, two = line.say("One. ", "Two. ")
    await asyncio.sleep(0.1)
    line.speaker.acknowledge()
    assert over(one)
    assert over(two)
    assert (one.heard, two.heard) == (1.0, 1.0)


async def test_an_acknowledgement_before_the_last_piece_was_sent_ends_nothing(line: Line) -> None:
    piece = line.speaker.say(speech(1), Sentence(0, "One.", "One."))
    line.speaker.acknowledge()
    assert not over(piece)
    line.speaker.complete()
    assert not over(piece)


async def test_nine_late_ones_never_end_the_next_turn_before_its_sound_is_over(line: Line) -> None:
    line.say("One.")
    for _ in range(4):
        line.speaker.acknowledge()
    (next_one,) = line.say("Two.")
    for _ in range(6):
        line.speaker.acknowledge()
    await asyncio.sleep(0.9)
    assert not over(next_one)
    await asyncio.sleep(0.2)
    assert over(next_one)


async def test_one_that_comes_after_the_deadline_is_not_the_next_turn_s(line: Line) -> None:
    line.say("One.")
    await asyncio.sleep(1 + MARGIN_SECONDS + 0.1)
    (next_one,) = line.say("Two.", seconds=2)
    line.speaker.acknowledge()
    await asyncio.sleep(1.9)
    assert not over(next_one)


async def test_a_client_that_tells_what_begins_sets_the_clock(line: Line) -> None:
    one, two = line.say("One. ", "Two. ")
    await asyncio.sleep(0.7)
    line.speaker.began("One. ")
    await asyncio.sleep(0.5)
    assert one.heard == pytest.approx(0.5)
    await asyncio.sleep(1.0)
    assert over(one)
    assert (begun(two), two.heard) == (False, 0)
    line.speaker.began("Two. ")
    await asyncio.sleep(0.25)
    assert begun(two)
    assert two.heard == pytest.approx(0.25)


async def test_of_a_client_that_tells_the_ends_of_a_turn_count_once_its_last_piece_began(line: Line) -> None:
    one, two = line.say("One. ", "Two. ")
    line.speaker.began("One. ")
    line.speaker.acknowledge()
    assert not over(one)
    line.speaker.began("Two. ")
    assert over(one)
    line.speaker.acknowledge()
    assert over(two)


async def test_a_client_that_falls_silent_is_not_waited_for_for_ever(line: Line) -> None:
    one, two = line.say("One. ", "Two. ")
    line.speaker.began("One. ")
    await asyncio.sleep(2 + MARGIN_SECONDS + 0.1)
    assert over(one)
    assert over(two)


async def test_words_of_another_turn_begin_nothing(line: Line) -> None:
    (one,) = line.say("One.")
    line.speaker.began("Something else.")
    await asyncio.sleep(0.3)
    assert one.heard == pytest.approx(0.3)


async def test_where_the_sound_is_elsewhere_nothing_is_waited_for(line: Line) -> None:
    line.speaker.plays = False
    one, two = line.say("One. ", "Two. ")
    await asyncio.sleep(1.9)
    assert (over(one), over(two)) == (True, False)
    await asyncio.sleep(0.2)
    assert over(two)


async def test_to_stop_keeps_what_was_heard_until_then(line: Line) -> None:
    one, two = line.say("One. ", "Two. ")
    await asyncio.sleep(0.4)
    line.speaker.stop()
    await asyncio.sleep(2)
    assert over(one)
    assert over(two)
    assert (one.heard, two.heard) == (pytest.approx(0.4), 0)


@pytest.mark.parametrize(
    ("shown", "first", "second"),
    [
        ("one two three four. five six", 2.0, 1.0),
        ("one two", 1.2, 0.0),
        ("One two three four.", 2.0, 0.0),
        ("something that she never said", 2.0, 1.0),
        ("", 2.0, 1.0),
    ],
)
async def test_no_more_was_heard_than_the_client_has_shown(line: Line, shown: str, first: float, second: float) -> None:
    words = "one two three four. " if shown[:1] != "O" else "One two three four. "
    one, two = line.say(words, "five six seven eight.", seconds=2.0)
    await asyncio.sleep(3.0)
    line.speaker.cut(shown)
    line.speaker.stop()
    assert one.heard == pytest.approx(first, abs=0.35)
    assert two.heard == pytest.approx(second, abs=0.35)


async def test_what_nobody_hears_is_over_with_the_rest(line: Line) -> None:
    spoken = line.speaker.say(speech(1), Sentence(0, "Well.", "Well."))
    smile = line.speaker.say(None, Sentence(1, "😀", ""))
    line.speaker.complete()
    assert line.sent[1] == ("😀", 0.0)
    await asyncio.sleep(1.01)
    assert over(spoken)
    assert begun(smile)
    line.speaker.acknowledge()
    assert over(smile)


async def test_a_turn_without_a_piece_is_not_told_as_complete(line: Line) -> None:
    line.speaker.complete()
    assert line.complete == 0


async def test_the_sound_of_what_is_over_takes_up_no_room() -> None:
    line = Line()
    heard, cut = line.say("One two.", "Three four.", seconds=60.0)
    line.speaker.acknowledge()
    await heard.finished()
    line.speaker.stop()
    for piece in (heard, cut):
        assert piece.speech.seconds == 60.0
        assert piece.speech.samples.strides == (0,)


async def test_a_turn_that_is_over_keeps_no_sound(line: Line) -> None:
    async def out(_: str, __: Piece) -> None: ...

    delivery = Delivery(line.speaker, lambda _: None, out, lambda _: None)
    piece = Piece(Sentence(0, "One.", "One."), speech(60.0))
    upstream: Upstream = asyncio.Queue()
    upstream.put_nowait(piece)
    running = asyncio.ensure_future(delivery.run(upstream))
    await asyncio.sleep(1)
    running.cancel()
    await asyncio.wait([running])
    assert piece.begun
    assert piece.speech is not None
    assert piece.speech.seconds == 60.0
    assert piece.speech.samples.strides == (0,)
