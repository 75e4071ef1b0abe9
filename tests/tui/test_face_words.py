"""What the screen says about how she is drawn."""

from __future__ import annotations

import pytest

from tests.tui.talk import ScriptedTalk
from vtuber_cli.bootstrap.figures import figure
from vtuber_cli.tui.app import ChatApp
from vtuber_cli.tui.picture.answers import Answers
from vtuber_cli.tui.picture.choice import choose
from vtuber_cli.tui.picture.ways import Wish
from vtuber_cli.tui.symbols import UNICODE
from vtuber_cli.tui.widgets.entry import Note
from vtuber_cli.tui.widgets.face import Face, Portraits


@pytest.mark.parametrize(("wish", "told"), [("kitty", True), ("half", False), ("auto", False)])
async def test_a_wish_that_the_terminal_does_not_answer_for_is_named(wish: Wish, told: bool) -> None:
    choice = choose(Answers(), wish, {"TERM": "xterm-256color"}, source="--avatar")
    app = ChatApp(ScriptedTalk(), portraits=Portraits("mika", figure, choice), signs=UNICODE)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        notes = [str(note.content) for note in app.screen.query(Note)]
        assert bool(notes) == told
        assert all("kitty (--avatar)" in note for note in notes) or not told


async def test_nobody_is_drawn_where_that_is_wished() -> None:
    choice = choose(Answers(), "off", {"TERM": "xterm-256color"})
    app = ChatApp(ScriptedTalk(), portraits=Portraits("mika", figure, choice), signs=UNICODE)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert not app.screen.query(Face)
        assert not app.screen.has_class("-face")
