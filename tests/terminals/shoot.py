"""Pictures of the screen in real terminals: `python -m tests.terminals.shoot --folder DIR [--terminal kitty] ...`.

Writes a PNG for each moment of a talk, at both sizes of the screen. Needs Xvfb, ImageMagick, xdotool and the terminals.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.terminals import scenes
from tests.terminals.display import Display, Image, display, lacking, save
from tests.terminals.windows import BASICS, NEEDS, OPTIONAL, RESIZABLE, TERMINALS

SIZES = ((120, 40), (80, 24))
_EMOTIONS = ("joy", "smirk", "anger", "sadness", "surprise", "fear", "disgust", "neutral")


def _talk(on: scenes.Play, options: list[str], *, resizes: bool) -> None:
    """One talk from the shell and back, with a picture of each moment."""
    on.look("shell")
    on.begin(*options)
    on.greeted()
    on.look("greeted")
    for emotion in _EMOTIONS:
        on.do(f"feel {emotion}")
        on.look(emotion)
    on.do("say")
    on.look("speaking")
    on.do("cut")
    on.do("many")
    on.press("Prior")
    on.look("scrolled")
    on.press("F1")
    on.look("help")
    on.press("Escape")
    on.look("again")
    on.press("ctrl+p")
    on.look("palette")
    on.press("Escape")
    if resizes:
        _resize(on)
    on.press("ctrl+z")
    on.look("stopped")
    before = on.display.image()
    on.display.type("fg")
    on.display.until(lambda image: scenes.changed(image, before) > scenes.SEEN, "the screen again")
    on.look("resumed")
    on.leave()
    on.look("left")


def _resize(on: scenes.Play) -> None:
    width, height = on.display.size()
    for name, share in (("smaller", 0.8), ("tiny", 0.4), ("back", 1.0)):
        before = on.display.image()
        on.display.resize(round(width * share), round(height * share))
        on.display.until(lambda image, before=before: scenes.changed(image, before) > scenes.SEEN, name)
        on.look(name)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--terminal", action="append", choices=(*TERMINALS, *OPTIONAL))
    parser.add_argument("--way", default="auto", choices=["auto", "kitty", "sixel", "half", "ascii", "off"])
    parser.add_argument("--light", action="store_true")
    options = parser.parse_args()
    for terminal in options.terminal or (*TERMINALS, *OPTIONAL):
        if missing := lacking(*BASICS, *NEEDS[terminal]):
            print(f"{terminal}: {', '.join(missing)} not installed", file=sys.stderr)
            continue
        for size in SIZES:
            name = f"{terminal}-{options.way}-{size[0]}x{size[1]}" + ("-light" if options.light else "")
            with display() as screen:
                _shoot(
                    screen,
                    terminal,
                    size,
                    options.folder / name,
                    [f"--avatar={options.way}", *["--light"] * options.light],
                )
            print(options.folder / name)
    return 0


def _shoot(screen: Display, terminal: str, size: tuple[int, int], folder: Path, options: list[str]) -> None:
    number = 0

    def keep(name: str, image: Image) -> None:
        nonlocal number
        number += 1
        save(image, folder / f"{number:02}-{name}.png")

    with scenes.play(screen, terminal, size, keep) as on:
        _talk(on, options, resizes=terminal in RESIZABLE)


if __name__ == "__main__":
    sys.exit(main())
