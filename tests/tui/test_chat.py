"""The screen on a scripted talk: keys reach the session, events reach the screen, nothing more."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events as textual_events
from textual.command import CommandInput
from textual.pilot import Pilot
from textual.widgets import Markdown

from tests.tui.talk import ScriptedTalk, awake, exchange
from vtuber_cli import i18n
from vtuber_cli.conversation.memory import Earlier
from vtuber_cli.errors import AudioUnavailable, EngineFailed
from vtuber_cli.events import (
    Event,
    Failed,
    Greeted,
    Level,
    Notice,
    PhaseChanged,
    ReplyEnded,
    ReplyStarted,
    Sentence,
    SentenceStarted,
    SpeaksUp,
    UserSaid,
)
from vtuber_cli.tui import feed
from vtuber_cli.tui.app import ChatApp
from vtuber_cli.tui.screens.chat import ChatScreen, Clocks
from vtuber_cli.tui.screens.help import HelpScreen
from vtuber_cli.tui.symbols import ASCII, UNICODE
from vtuber_cli.tui.themes import DAY, NIGHT
from vtuber_cli.tui.widgets.composer import Composer
from vtuber_cli.tui.widgets.entry import Entry, holds_markdown
from vtuber_cli.tui.widgets.meter import Meter
from vtuber_cli.tui.widgets.status import fit


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def screen(
    talk: ScriptedTalk, *, size: tuple[int, int] = (80, 24), clock: Clock | None = None, signs: object = UNICODE
) -> AsyncIterator[Pilot[None]]:
    app = ChatApp(talk, signs=signs, clocks=Clocks(day=lambda: "14:02", running=clock or Clock()))  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await talk.running.wait()
        yield pilot


async def gone(pilot: Pilot[None]) -> None:
    """Waits until the app has ended; the pilot itself cannot wait for that."""
    async with asyncio.timeout(5):
        while pilot.app.is_running:
            await asyncio.sleep(0.01)


async def settled(pilot: Pilot[None]) -> None:
    """Waits until events have become widgets, and widgets a picture."""
    await pilot.pause()
    await pilot.pause()


async def send(pilot: Pilot[None], text: str) -> None:
    chat(pilot).composer.value = text
    await pilot.press("enter")


def chat(pilot: Pilot[None]) -> ChatScreen:
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, ChatScreen))


def rows(pilot: Pilot[None]) -> list[str]:
    """What is on the terminal, line by line."""
    strips = pilot.app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def page(pilot: Pilot[None]) -> str:
    return "\n".join(rows(pilot))


# --- keys -----------------------------------------------------------------------------------------------------------


async def test_typing_and_enter_say_it_once_and_empty_the_line() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        await pilot.press(*"hi you", "enter", "enter")
        assert talk.said == ["hi you"]
        assert chat(pilot).composer.value == ""
        assert "sent…" in page(pilot)


async def test_she_does_not_speak_up_while_somebody_types() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        await pilot.press("h")
        await pilot.press("i")
        await settled(pilot)
        assert talk.held_back == 2


async def test_what_she_says_by_herself_is_an_entry() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        words = [each for each in exchange(1, "", "Is it late?", via="text") if not isinstance(each, UserSaid)]
        talk.tell(*awake(), SpeaksUp(1), *words)
        await settled(pilot)
        assert [entry.text for entry in chat(pilot).query(Entry)] == ["Is it late?"]


async def test_what_was_typed_stays_one_entry_when_the_talk_takes_it_up() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        await send(pilot, "one")
        talk.tell(*awake(), *exchange(1, "one", "Two.", via="text"))
        await settled(pilot)
        assert [entry.text for entry in chat(pilot).query(Entry)] == ["one", "Two."]
        assert "sent…" not in page(pilot)


async def test_esc_interrupts_and_ctrl_t_opens_and_closes_the_microphone() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        talk.tell(*awake())
        await pilot.press("escape")
        assert talk.interrupts == 1
        await pilot.press("ctrl+t")
        assert talk.listening
        assert "● listening" in page(pilot)
        await pilot.press("ctrl+t")
        assert not talk.listening
        assert "○ ready" in page(pilot)


async def test_f1_shows_every_key_and_esc_closes_it_without_interrupting() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        await pilot.press("f1")
        assert isinstance(pilot.app.screen, HelpScreen)
        assert all(key in page(pilot) for key in ("ctrl+t", "esc", "ctrl+p", "f1", "ctrl+q", "/quit"))
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, ChatScreen)
        assert talk.interrupts == 0


async def test_the_whole_interface_speaks_korean() -> None:
    i18n.set_language("ko")
    talk = ScriptedTalk(name="미카")
    async with screen(talk, size=(100, 30)) as pilot:
        talk.tell(*awake(listening=True), *exchange(1, "안녕", "안녕하세요!"))
        await settled(pilot)
        assert "듣고 있어요" in page(pilot)
        assert "음성" in page(pilot)
        assert "기쁨" in page(pilot)
        await pilot.press("f1")
        assert "단축키" in page(pilot)


async def test_the_palette_offers_our_commands_and_can_change_to_day() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        assert pilot.app.theme == NIGHT
        await pilot.press("ctrl+p")
        pilot.app.screen.query_one(CommandInput).value = "night or day"
        await pilot.pause(0.2)
        await pilot.press("enter")
        await settled(pilot)
        assert pilot.app.theme == DAY
        assert talk.said == []


async def test_a_command_is_not_said_to_her() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        await send(pilot, "/stop")
        assert talk.interrupts == 1
        await send(pilot, "/help")
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("escape")
        chat(pilot).composer.value = "/quit"
        pilot.app.simulate_key("enter")
        await gone(pilot)
    assert (talk.said, talk.closes) == ([], 1)


async def test_up_and_down_bring_back_what_was_sent() -> None:
    async with screen(ScriptedTalk()) as pilot:
        await send(pilot, "one")
        await send(pilot, "two")
        await pilot.press("up", "up", "up")
        assert chat(pilot).composer.value == "one"
        await pilot.press("down", "down")
        assert chat(pilot).composer.value == ""


async def test_pasted_lines_become_one_and_lose_what_a_terminal_would_act_on() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        pilot.app.query_one(Composer).post_message(textual_events.Paste("one\r\ntwo\x1b[31m\tthree"))
        await settled(pilot)
        await pilot.press("enter")
        assert talk.said == ["one two three"]


async def test_a_click_on_a_key_hint_presses_it() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        await pilot.click("KeyHints", offset=(3, 0))
        assert talk.listening


async def test_ctrl_c_says_how_to_leave() -> None:
    async with screen(ScriptedTalk()) as pilot:
        await pilot.press("ctrl+c")
        await settled(pilot)
        assert "ctrl+q" in page(pilot)


# --- leaving --------------------------------------------------------------------------------------------------------


async def test_ctrl_q_closes_the_session_and_leaves() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        pilot.app.simulate_key("ctrl+q")
        await gone(pilot)
    assert talk.closes == 1
    assert pilot.app.return_code == 0


async def test_a_session_that_hangs_is_left_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vtuber_cli.tui.app.CLOSING_SECONDS", 0.3)
    assert feed.CLOSING_SECONDS == 5.0
    talk = ScriptedTalk(freeing_takes=3600)
    async with screen(talk) as pilot:
        await pilot.press("ctrl+q")
        assert "See you" in page(pilot)
        await gone(pilot)


async def test_the_screen_closes_when_the_talk_ends_by_itself() -> None:
    async def script(talk: ScriptedTalk) -> AsyncIterator[Event]:
        yield PhaseChanged("listening")

    async with screen(ScriptedTalk(script=script)) as pilot:
        await gone(pilot)


async def test_a_failure_that_ends_the_talk_is_a_line_and_a_bug_ends_the_app_without_a_dump(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with screen(ScriptedTalk(failure=EngineFailed("It broke."))) as pilot:
        await settled(pilot)
        assert "! It broke." in page(pilot)
    app = ChatApp(ScriptedTalk(failure=ZeroDivisionError("ours")))
    with pytest.raises(ZeroDivisionError):
        async with app.run_test() as pilot:
            await gone(pilot)
    assert isinstance(app.failure, ZeroDivisionError)
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err


# --- events ---------------------------------------------------------------------------------------------------------


async def test_a_spoken_turn_reads_as_it_happened() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        talk.tell(*awake(listening=True), PhaseChanged("hearing"))
        await settled(pilot)
        assert "you  hearing…" in page(pilot)
        talk.tell(*exchange(1, "how are you", "Fine. ", "And you?")[1:])
        await settled(pilot)
        shown = page(pilot)
        assert "hearing…" not in shown
        assert "you  14:02 · voice" in shown
        assert "Mika  14:02 · 730 ms · ♪ joy" in shown
        assert "Fine. And you?" in shown
        assert "hear 210 · think 340 · speak 180 · 730 ms" in shown


async def test_a_cough_leaves_no_trace() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        talk.tell(*awake(), PhaseChanged("hearing"), PhaseChanged("thinking"), PhaseChanged("listening"))
        await settled(pilot)
        assert not list(chat(pilot).query(Entry))


async def test_words_appear_in_step_with_the_voice() -> None:
    talk, clock = ScriptedTalk(), Clock()
    async with screen(talk, clock=clock) as pilot:
        talk.tell(PhaseChanged("thinking"), UserSaid(1, "hi", "text"), ReplyStarted(1, "joy"))
        talk.tell(SentenceStarted(1, Sentence(0, "one two **three** four", "", "joy"), 4.0), PhaseChanged("speaking"))
        await settled(pilot)
        clock.now = 2.0
        await pilot.pause(0.15)
        assert "one two three" in page(pilot)
        assert "four" not in page(pilot)
        clock.now = 4.0
        await pilot.pause(0.15)
        assert "four" in page(pilot)


async def test_an_interrupted_reply_shows_what_was_heard_and_a_mark() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        talk.tell(*exchange(1, "go", "One two. ", "Three four.", seconds=5.0, interrupted="One two. Three"))
        await settled(pilot)
        assert "One two. Three —" in page(pilot)
        assert "four" not in page(pilot)


async def test_a_reply_that_never_began_leaves_only_the_failure() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        talk.tell(PhaseChanged("thinking"), UserSaid(1, "go", "text"), ReplyStarted(1, "joy"))
        talk.tell(Failed(EngineFailed("It broke.", hint="mend it"), 1), ReplyEnded(1, "", False), PhaseChanged("idle"))
        await settled(pilot)
        assert [entry.text for entry in chat(pilot).query(Entry)] == ["go"]
        assert "! It broke." in page(pilot)
        assert "mend it" in page(pilot)


async def test_markdown_is_rendered_once_at_the_end_and_its_links_open_nothing() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        opened: list[str] = []
        pilot.app.open_url = lambda url, *, new_tab=True: opened.append(url)  # type: ignore[method-assign]
        talk.tell(*exchange(1, "x", "**bold** and [a link](https://example.org)\nsecond line"))
        await pilot.pause(0.1)
        await settled(pilot)
        assert page(pilot).index("730 ms") < page(pilot).index("bold and")
        assert "**" not in page(pilot)
        assert "bold and a link" in page(pilot)
        assert "second line" in rows(pilot)[next(i for i, row in enumerate(rows(pilot)) if "bold and" in row) + 1]
        await pilot.click(Markdown, offset=(10, 0))
        await settled(pilot)
        assert opened == []


@pytest.mark.parametrize(
    ("text", "expected"), [("2 * 3 * 4 = 24", False), ("snake_case_name", False), ("- a\n- b", True)]
)
def test_markdown_is_told_from_arithmetic(text: str, expected: bool) -> None:
    assert holds_markdown(text) is expected


async def test_an_earlier_talk_is_shown_first_and_system_messages_are_not() -> None:
    past = (Earlier("system", "be nice"), Earlier("user", "old question"), Earlier("assistant", "old answer", "Jun"))
    async with screen(ScriptedTalk(past=past)) as pilot:
        assert [entry.text for entry in chat(pilot).query(Entry)] == ["old question", "old answer"]
        assert "earlier" in page(pilot)
        assert "Jun" in page(pilot), "whose it was"


async def test_notices_and_greeting_are_shown_and_a_microphone_may_go() -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        talk.tell(*awake(listening=True), Greeted("Hello!"))
        await settled(pilot)
        assert "Hello!" in page(pilot)
        assert "^t talk" in page(pilot)
        talk.can_listen = False
        talk.tell(Failed(AudioUnavailable("The microphone went away.")), PhaseChanged("idle"))
        await settled(pilot)
        assert "no microphone" in page(pilot)
        assert "^t talk" not in page(pilot)
        talk.can_listen = True
        talk.tell(Notice("chat.microphone_back"), PhaseChanged("listening"))
        await settled(pilot)
        assert "The microphone is back." in page(pilot)
        assert "^t talk" in page(pilot)


@pytest.mark.parametrize(
    ("barge_in", "listening", "can_listen", "invitation"),
    [
        (False, True, True, "Mika hears nothing now: type to cut in, esc to interrupt"),
        (True, True, True, "talk or type to cut in, esc to interrupt"),
        (True, False, True, "type to cut in, esc to interrupt"),
        (False, False, True, "type to cut in, esc to interrupt"),
        (True, True, False, "type to cut in, esc to interrupt"),
    ],
)
async def test_while_she_answers_the_line_says_what_can_be_done(
    barge_in: bool, listening: bool, can_listen: bool, invitation: str
) -> None:
    talk = ScriptedTalk(barge_in=barge_in, listening=listening, can_listen=can_listen)
    async with screen(talk) as pilot:
        for phase in ("thinking", "speaking"):
            talk.tell(PhaseChanged(phase))
            await settled(pilot)
            assert chat(pilot).composer.placeholder == invitation


async def test_closing_her_ears_changes_the_invitation_at_once() -> None:
    talk = ScriptedTalk(listening=True)
    async with screen(talk) as pilot:
        talk.tell(*awake(listening=True), PhaseChanged("speaking"))
        await settled(pilot)
        assert "hears nothing" in chat(pilot).composer.placeholder
        await pilot.press("ctrl+t")
        assert chat(pilot).composer.placeholder == "type to cut in, esc to interrupt"


async def test_the_meter_is_drawn_only_when_its_bars_change(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        meter = pilot.app.query_one(Meter)
        await pilot.pause(0.1)
        drawn: list[object] = []
        monkeypatch.setattr(meter, "update", lambda content, **_: drawn.append(content))
        talk.tell(Level(-90.0, 0.0))
        await pilot.pause(0.2)
        assert drawn == []
        talk.tell(Level(-20.0, 0.9))
        await settled(pilot)
        talk.tell(Level(float("nan"), 0.0))
        await pilot.pause(0.1)
        assert len(drawn) == 1
        for _ in range(30):
            meter.tick()
        assert set(str(drawn[-1])) == {UNICODE.levels[0]}
        assert len(drawn) < 20


async def test_old_entries_leave_the_screen_before_it_grows_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vtuber_cli.tui.widgets.transcript._KEPT", 5)
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        for turn in range(6):
            talk.tell(*exchange(turn, f"question {turn}", f"Answer {turn}."))
        await settled(pilot)
        assert [entry.text for entry in chat(pilot).query(Entry)][-1] == "Answer 5."
        assert len(chat(pilot).query("Entry, Card")) == 5


# --- sizes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_the_status_line_and_the_keys_are_whole_at_every_size(language: i18n.Language) -> None:
    i18n.set_language(language)
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        talk.tell(*awake(listening=True), *exchange(1, "안녕하세요 " * 30, "word " * 60))
        for width, height in ((120, 40), (80, 24), (40, 10), (20, 5), (80, 24)):
            await pilot.resize_terminal(width, height)
            await settled(pilot)
            *_, status, keys = rows(pilot)
            assert status.lstrip().startswith("●"), page(pilot)
            if width >= 40:
                assert all(i18n.t(f"chat.key.{key}") in keys for key in ("talk", "interrupt", "help", "quit")), keys
            if width >= 80:
                assert status.endswith("730 ms")
                assert i18n.t("chat.key.palette") in keys


def test_the_devices_go_first_and_the_total_goes_last() -> None:
    parts = ["hear 210", "think 340", "speak 180", "730 ms"]
    assert fit(100, 30, "mic", parts) == ("mic", parts)
    assert fit(76, 30, "mic", parts) == ("", parts)
    assert fit(60, 30, "mic", parts) == ("", parts[2:])
    assert fit(40, 30, "mic", parts) == ("", ["730 ms"])
    assert fit(35, 30, "mic", parts) == ("", [])


async def test_korean_text_wraps_inside_the_screen() -> None:
    talk = ScriptedTalk()
    async with screen(talk, size=(40, 24)) as pilot:
        talk.tell(*exchange(1, "x", "가나다라마바사아자차카타파하" * 6))
        await settled(pilot)
        body = [row for row in rows(pilot) if "가" in row or "하" in row]
        assert len(body) > 3
        assert "".join("".join(row.split("▌")[-1].split()) for row in body).startswith(
            "가나다라마바사아자차카타파하" * 6
        )


async def test_a_plain_locale_gets_ascii_only() -> None:
    talk = ScriptedTalk()
    async with screen(talk, signs=ASCII) as pilot:
        talk.tell(
            *awake(listening=True), Greeted("Hello!"), *exchange(1, "go", "One two. ", "Three", interrupted="One")
        )
        talk.tell(PhaseChanged("hearing"), Failed(EngineFailed("It broke.", hint="mend it")), Level(-20, 1))
        await pilot.pause(0.15)
        assert page(pilot).isascii(), page(pilot)
        assert all(words in page(pilot) for words in ("| Mika", "One --", "! It broke.", "@ hearing you"))
        await pilot.press("f1")
        assert page(pilot).isascii(), page(pilot)
        assert "up down" in page(pilot)
        await pilot.press("escape", "ctrl+p")
        await pilot.pause(0.2)
        assert page(pilot).isascii(), page(pilot)
        assert "Let another character go on" in page(pilot)


async def test_a_plain_locale_gets_ascii_only_where_there_is_little_room() -> None:
    talk = ScriptedTalk()
    async with screen(talk, signs=ASCII, size=(40, 10)) as pilot:
        talk.tell(*awake(), *(event for turn in range(1, 9) for event in exchange(turn, "go", "One two. ", "Three")))
        await pilot.pause(0.15)
        assert page(pilot).isascii(), page(pilot)
        await pilot.press("f1")
        assert page(pilot).isascii(), page(pilot)


@pytest.mark.parametrize("theme", ["ansi-dark", "textual-light"])
async def test_the_screen_lives_under_foreign_themes_too(theme: str) -> None:
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        pilot.app.theme = theme
        talk.tell(*awake(), *exchange(1, "go", "**One** two."))
        await settled(pilot)
        assert "One two." in page(pilot)


async def test_no_color_leaves_no_hue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        talk.tell(*awake(), *exchange(1, "go", "One two."))
        await pilot.pause(0.1)
        svg = pilot.app.export_screenshot()
    used = set(re.findall(r"-r\d+ { fill: (#[0-9a-f]{6})", svg)) - {"#c5c8c6"}  # Rich's own frame
    assert used
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in used), used


async def test_the_first_paint_is_noted_before_the_session_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VTUBER_FIRST_PAINT", str(tmp_path / "paint"))
    async with screen(ScriptedTalk()):
        assert float((tmp_path / "paint").read_text()) > 0
