"""Another character takes over: what is typed for it, and what the faces show."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator

from tests.tui.talk import ScriptedTalk, awake, exchange
from vtuber_cli.events import CharacterChanged, Greeted
from vtuber_cli.tui import plain
from vtuber_cli.tui.app import ChatApp
from vtuber_cli.tui.screens.chat import ChatScreen, Clocks
from vtuber_cli.tui.symbols import UNICODE
from vtuber_cli.tui.themes import DAY, Look
from vtuber_cli.tui.widgets.entry import Note, Words

JUN = Look(accent="#7fc8a9")


def app(talk: ScriptedTalk, theme: str = DAY) -> ChatApp:
    clocks = Clocks(day=lambda: "14:02", running=lambda: 0.0)
    found = ChatApp(talk, Look(accent="#ff88aa"), looks=lambda _: JUN, signs=UNICODE, clocks=clocks)
    found.theme = theme
    return found


async def test_the_screen_asks_the_talk_and_takes_on_the_newcomers_name_and_colours() -> None:
    talk = ScriptedTalk()
    screen = app(talk)
    async with screen.run_test(size=(80, 24)) as pilot:
        await talk.running.wait()
        talk.tell(*awake(), *exchange(1, "hi", "Hello from Mika."))
        await pilot.pause()
        before = screen.current_theme.primary
        chat = screen.screen
        assert isinstance(chat, ChatScreen)
        chat.composer.value = "/character jun"
        await pilot.press("enter")
        talk.tell(*exchange(2, "and you", "Hello from Jun."))
        await pilot.pause()
        await pilot.pause()
        assert talk.casts == [("jun", False)] and not talk.said
        assert [str(words.render()).split()[0] for words in screen.query(Words)] == ["you", "Mika", "you", "Jun"]
        assert "Jun goes on with the talk." in str(screen.query(Note).last().render())
        assert screen.theme == DAY and screen.current_theme.primary != before


async def test_the_palette_says_who_there_is_and_begins_the_command() -> None:
    talk = ScriptedTalk()
    screen = app(talk)
    async with screen.run_test(size=(80, 24)) as pilot:
        await talk.running.wait()
        screen.action_character()
        await pilot.pause()
        chat = screen.screen
        assert isinstance(chat, ChatScreen)
        assert talk.casts == [("", False)] and chat.composer.value == "/character "


async def test_a_theme_that_the_user_chose_stays() -> None:
    talk = ScriptedTalk()
    screen = app(talk, theme="gruvbox")
    async with screen.run_test(size=(80, 24)) as pilot:
        await talk.running.wait()
        talk.tell(CharacterChanged("jun", "Jun"))
        await pilot.pause()
        assert screen.theme == "gruvbox"


async def typed(talk: ScriptedTalk, *texts: str, live: bool) -> tuple[str, str]:
    async def lines() -> AsyncIterator[str]:
        for text in texts:
            yield text

    out, err = io.StringIO(), io.StringIO()
    async with asyncio.timeout(5):
        await plain.run(talk, out, err, lines(), plain.Manner(live=live, echo=not live))
    return out.getvalue(), err.getvalue()


def answering(talk: ScriptedTalk, text: str) -> None:
    talk.tell(*exchange(len(talk.said), text, f"I am {talk.name}.", via="text", after="idle"))


async def test_lines_carry_the_id_of_who_talks() -> None:
    out, err = await typed(ScriptedTalk(answer=answering), "who", "/character jun", "and you", live=False)
    assert out == "you: who\nmika: I am Mika.\nyou: and you\njun: I am Jun.\n"
    assert "* Jun goes on with the talk." in err


async def test_a_pipe_waits_for_the_newcomer_and_a_reader_does_not() -> None:
    piped, live = ScriptedTalk(answer=answering), ScriptedTalk(answer=answering)
    await typed(piped, "/character jun", live=False)
    await typed(live, "/character  jun ", "/character", live=True)
    assert piped.casts == [("jun", True)]
    assert live.casts == [("jun", False), ("", False)]


async def test_a_hostile_name_drives_no_terminal() -> None:
    async def script(_: ScriptedTalk) -> AsyncIterator[CharacterChanged | Greeted]:
        yield CharacterChanged("jun", "J\x1b]0;x\x07un\nmika: no")
        yield Greeted("Hello.", "joy")

    out, err = io.StringIO(), io.StringIO()
    await plain.run(ScriptedTalk(script=script), out, err, _none(), plain.Manner(live=False))
    assert "\x1b" not in err.getvalue() and "Jun mika: no" in err.getvalue()
    assert out.getvalue() == "jun: Hello.\n"


async def _none() -> AsyncIterator[str]:
    await asyncio.Event().wait()
    yield ""
