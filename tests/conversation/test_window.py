from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_cli.conversation.window import OVERHEAD, Window, window
from vtuber_cli.engines.base import Message, Role
from vtuber_cli.events import Picture

SYSTEM = Message("system", "you are mika")


def count(text: str) -> int:
    return len(text.split())


def cost(messages: list[Message]) -> int:
    return sum(count(message.text) + OVERHEAD for message in messages)


def said(role: Role, length: int, number: int) -> Message:
    return Message(role, " ".join([f"w{number}"] * length))


roles: st.SearchStrategy[Role] = st.sampled_from(("user", "assistant", "assistant", "user", "tool", "system"))
talks = st.lists(st.tuples(roles, st.integers(1, 40)), max_size=40).map(
    lambda drawn: [said(role, length, number) for number, (role, length) in enumerate(drawn)]
)
budgets = st.integers(60, 400)


def asked(talk: list[Message]) -> list[Message]:
    first = next((at for at, message in enumerate(talk) if message.role != "system"), len(talk))
    return [SYSTEM, *talk[first:], Message("user", "and now?")]


@settings(deadline=None)
@given(talks, budgets)
def test_it_fits_and_keeps_the_system_message_and_the_question(talk: list[Message], budget: int) -> None:
    kept = window(asked(talk), budget, count)
    assert cost(kept) <= budget
    assert kept[0] == SYSTEM
    assert kept[-1] == Message("user", "and now?")


@settings(deadline=None)
@given(talks, budgets)
def test_what_is_kept_is_the_end_in_whole_turns(talk: list[Message], budget: int) -> None:
    messages = asked(talk)
    head = next(at for at, message in enumerate(messages) if message.role != "system")
    kept = window(messages, budget, count)[head:]
    assert messages[len(messages) - len(kept) :] == kept
    assert len(kept) == len(messages) - head or kept[0].role == "user"


@settings(deadline=None)
@given(talks)
def test_a_history_that_fits_is_untouched(talk: list[Message]) -> None:
    assert window(asked(talk), 10_000, count) == asked(talk)


@settings(deadline=None)
@given(talks, st.integers(120, 400))
def test_between_hunks_the_result_only_grows_by_appends(talk: list[Message], budget: int) -> None:
    messages, before = [SYSTEM], window([SYSTEM], budget, count)
    for number, message in enumerate(talk):
        # One turn: a question and its answer, both short enough for half of the budget.
        question, answer = said("user", 1 + number % 9, number), Message("assistant", message.text)
        for added in (question, answer):
            messages.append(added)
            after = window(messages, budget, count)
            if after[: len(before)] != before:
                # A hunk: the beginning went, and with it enough for several turns, or all but this turn.
                # Behind an answer a tenth is kept free for the next question.
                room = budget - cost([SYSTEM])
                assert cost([*before, added]) > budget - (0.1 * room if added is answer else 0)
                assert cost(after[1:]) <= 0.6 * room or sum(m.role == "user" for m in after) <= 1
            else:
                assert after == [*before, added]
            before = after


@settings(deadline=None)
@given(talks, budgets)
def test_one_window_for_a_whole_talk_gives_what_fresh_ones_give(talk: list[Message], budget: int) -> None:
    kept = Window(budget, count)
    for length in range(len(talk)):
        assert kept.trim(asked(talk[:length])) == window(asked(talk[:length]), budget, count)


def test_each_text_is_counted_once() -> None:
    counted: list[str] = []

    def costly(text: str) -> int:
        counted.append(text)
        return count(text)

    kept = Window(200, costly)
    messages = [SYSTEM]
    for number in range(20):
        messages += [said("user", 5, number), said("assistant", 9, number)]
        kept.trim(messages)
    assert len(counted) == len(set(counted)) == 41


def test_a_question_beyond_the_window_keeps_its_end() -> None:
    question = Message("user", " ".join(f"w{n}" for n in range(500)) + " what is it?")
    kept = window([SYSTEM, said("user", 9, 0), said("assistant", 9, 0), question], 60, count)
    assert kept[0] == SYSTEM
    assert kept[1].role == "user"
    assert kept[1].text.startswith("… w")
    assert kept[1].text.endswith(" what is it?")
    assert 50 < cost(kept) <= 60


def test_a_question_without_spaces_is_cut_anywhere() -> None:
    kept = window([SYSTEM, Message("user", "ab" * 500)], 80, len)
    assert kept[1].text.startswith("… ")
    assert len(kept[1].text) + len(SYSTEM.text) + 2 * OVERHEAD == 80


def test_a_budget_too_small_for_anything_still_gives_a_question() -> None:
    for budget in (-5, 0, 1, 9):
        assert window([SYSTEM, Message("user", "hello there")], budget, count) == [SYSTEM, Message("user", "e")]


def test_a_long_system_message_leaves_the_question_a_quarter() -> None:
    system = Message("system", "word " * 300)
    kept = window([system, Message("user", "why " * 100)], 100, count)
    assert kept[0] == system
    assert count(kept[1].text) == 25 - OVERHEAD


def test_what_follows_the_question_goes_before_the_question() -> None:
    question, answer, result = said("user", 10, 0), said("assistant", 60, 1), said("tool", 10, 2)
    assert window([SYSTEM, question, answer, result], 70, count) == [SYSTEM, question, result]


def test_a_talk_that_nobody_asked_for() -> None:
    greeting = said("assistant", 90, 0)
    assert window([SYSTEM, greeting], 200, count) == [SYSTEM, greeting]
    assert window([SYSTEM, greeting], 50, count) == [SYSTEM]
    assert window([SYSTEM, greeting, said("user", 5, 1)], 50, count) == [SYSTEM, said("user", 5, 1)]
    assert window([], 50, count) == []
    assert window([SYSTEM], 5, count) == [SYSTEM]


def test_an_answer_leaves_room_for_the_next_question() -> None:
    talk = [said("user", 12, 0), said("assistant", 12, 1), said("user", 12, 2), said("assistant", 12, 3)]
    room = cost(talk)
    after_the_answer = window([SYSTEM, *talk], room + cost([SYSTEM]), count)
    assert after_the_answer == [SYSTEM, *talk[2:]]
    assert window([SYSTEM, *talk[:3]], cost(talk[:3]) + cost([SYSTEM]), count) == [SYSTEM, *talk[:3]]


@settings(deadline=None)
@given(talks, budgets, st.integers(1, 9))
def test_images_make_room_for_themselves_and_never_go(talk: list[Message], budget: int, images: int) -> None:
    question = Message("user", "and now?", (Picture("png", b"x"),) * images)
    messages = [*asked(talk)[:-1], question]
    kept = window(messages, budget, count)
    assert kept[-1] == question
    assert cost(kept) + budget // 2 <= budget or kept == [SYSTEM, question]
    assert kept == window(messages, budget, count)


def test_a_question_that_is_too_long_loses_its_beginning_and_no_image() -> None:
    question = Message("user", " ".join(f"w{number}" for number in range(500)), (Picture("png", b"x"),))
    (system, kept) = window([SYSTEM, question], 200, count)
    assert system == SYSTEM
    assert kept.images == question.images
    assert kept.text.endswith(" w499")
    assert count(kept.text) <= 100


def test_an_image_is_counted_and_the_talk_comes_back_without_it() -> None:
    talk = [SYSTEM, *(said(role, 200, number) for number, role in enumerate(("user", "assistant") * 5))]
    shown = Message("user", "look", (Picture("png", b"x"),))
    whole = [*talk, Message("user", "look")]
    assert window(whole, 2400, count) == whole
    assert len(window([*talk, shown], 2400, count)) < len(whole)
    assert window([*whole, Message("assistant", "nice"), Message("user", "so?")], 2400, count)[: len(talk)] == talk
