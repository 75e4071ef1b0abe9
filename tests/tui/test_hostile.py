"""Text that wants to be more than text, in every place that shows foreign text."""

from __future__ import annotations

from textual.widgets import Input

from tests.tui.talk import ScriptedTalk, awake, exchange
from tests.tui.test_chat import chat, page, screen, send, settled
from vtuber_cli.conversation.memory import Earlier
from vtuber_cli.errors import EngineFailed
from vtuber_cli.events import EngineChanged, Failed, Greeted, Notice
from vtuber_cli.tui.app import ChatApp
from vtuber_cli.tui.themes import Look
from vtuber_cli.tui.widgets.entry import Entry

TEXTS = {
    "closing tag": "[/] [/b] [/link]",
    "live link": "[@click=app.quit]press me[/]",
    "open tag": "[bold red on green",
    "escape": "a\x1b[31mred\x1b[0m",
    "clipboard": "a\x1b]52;c;ZXZpbA==\x07b",
    "bidi": "abc\u202edef\u2066",
    "c1": "a\x9b31mb\x9d0;t\x9cc",
    "nul and bells": "a\x00\x07\x08\x0b\x0cb",
    "surrogate": "a\udcffb",
    "hangul": "가나다" * 200,
    "jamo and joiners": "한글 👩\u200d👩\u200d👧 e\u0301 \u200b\ufeff",
    "zalgo": "a" + "\u0301" * 500,
    "braces": "{name} {0} {{}} %s",
    "broken markdown": "```\n**[x](javascript:alert(1))\n| a |\n|-|\n<script>x</script> ![i](file:///etc/passwd) ] [ `",
    "only blanks": " \n\t \n",
}


FORBIDDEN = {*map(chr, range(10)), *map(chr, range(11, 32)), *map(chr, range(0x7F, 0xA0)), "\u202e", "\u2066"}


async def test_it_is_shown_as_text_everywhere() -> None:
    everything = " ".join(TEXTS.values())
    talk = ScriptedTalk(
        name=everything, past=[Earlier("user", everything), Earlier("assistant", everything, everything)]
    )
    async with screen(talk, size=(60, 50)) as pilot:
        talk.tell(*awake())
        for text in TEXTS.values():
            talk.tell(EngineChanged("llm", text, "loading"), Greeted(text, text), Notice(text))
            talk.tell(Failed(EngineFailed(text, hint=text, file=text)), *exchange(1, text, text, text, emotion=text))
            chat(pilot).composer.value = text
            chat(pilot).composer.post_message(Input.Submitted(chat(pilot).composer, text))
            await pilot.pause()
            shown = page(pilot)
            assert pilot.app.is_running, text
            assert not set(shown) & FORBIDDEN, text
        await send(pilot, TEXTS["live link"])
        await settled(pilot)
        assert TEXTS["live link"] in page(pilot)
    assert talk.closes == 0
    assert all(not set(said) & FORBIDDEN for said in talk.said)
    assert len(talk.said) == len(TEXTS)


async def test_a_line_of_100_kb_is_cut_on_the_screen_only() -> None:
    long = "가" * 50_000 + "x" * 50_000
    talk = ScriptedTalk()
    async with screen(talk) as pilot:
        talk.tell(*awake(), *exchange(1, long, long, seconds=0.0))
        await send(pilot, long)
        await settled(pilot)
        assert talk.said == [long]
        assert max(len(entry.text) for entry in chat(pilot).query(Entry)) == 20_001


async def test_colours_and_tagline_of_a_foreign_character_do_no_harm() -> None:
    look = Look(accent="#000000", you="#ffffff", star="#808080", tagline=TEXTS["live link"] + TEXTS["escape"])
    app = ChatApp(ScriptedTalk(), look, devices=TEXTS["closing tag"])
    async with app.run_test(size=(150, 30)) as pilot:
        await pilot.pause()
        assert "[@click=app.quit]press me[/]ared" in page(pilot)
        assert "[/] [/b] [/link]" in page(pilot)
