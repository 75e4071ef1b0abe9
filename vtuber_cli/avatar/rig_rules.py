"""Reads a rig's file, and says what is wrong with one: the file, the line, the part.

A rig may have been downloaded. It is read by the rules of `yaml_file` (JSON is YAML), so it is small, shallow and
finite; nothing in it is a file name, is fetched or is run. What builds on something builds on what comes before it, so
that nothing goes in circles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from vtuber_cli import yaml_file
from vtuber_cli.avatar.parameters import PARAMETERS
from vtuber_cli.avatar.path import PathError, parse
from vtuber_cli.avatar.rig_file import Axis, Blend, Curve, Group, Linear, Paint, Part, Radial, RigFile
from vtuber_cli.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from vtuber_cli.yaml_file import Document, Key

MAX_POINTS = 60_000
"""Of all shapes of all parts together."""

_SHAPE = {"path", "axes", "forms", "blends", "fill"}
_LISTED = re.compile(r"^(groups|parts)\[(\d+)\]")


def read(file: Path) -> RigFile:
    """The rig in this file. Raises ConfigError, which names file, line and part."""
    document = yaml_file.load(file)
    try:
        rig = yaml_file.validate(document, RigFile)
    except ConfigError as error:
        raise _named(error, document) from None
    for broken in _broken_rules(document, rig):
        raise broken
    return rig


def problems(file: Path) -> list[ConfigError]:
    """Everything that is wrong with a rig's file, from top to bottom; empty if nothing is."""
    try:
        document = yaml_file.load(file)
    except ConfigError as error:
        return [error]
    if found := yaml_file.problems(document, RigFile):
        return [_named(one, document) for one in found]
    found = list(_broken_rules(document, yaml_file.validate(document, RigFile)))
    return sorted(found, key=lambda one: int(str(one.params["line"])))


def _named(error: ConfigError, document: Document) -> ConfigError:
    """The error with the id of the part or group beside its number in the list."""
    name = str(error.params.get("name", ""))
    match = _LISTED.match(name)
    if match is None:
        return error
    listed: Any = document.data.get(match[1])
    item = listed[int(match[2])]
    identity = cast("dict[str, Any]", item).get("id") if isinstance(item, dict) else None
    if not isinstance(identity, str):
        return error
    named = f"{match[0]} ({identity[:40]}){name[match.end() :]}"
    return ConfigError(error.key, hint=error.hint, **{**error.params, "name": named})


def _broken_rules(document: Document, rig: RigFile) -> Iterator[ConfigError]:
    check = _Check(document, rig)
    check.groups()
    check.parts()
    return iter(check.found)


class _Check:
    def __init__(self, document: Document, rig: RigFile) -> None:
        self.found: list[ConfigError] = []
        self._document = document
        self._rig = rig
        self._points = 0

    def groups(self) -> None:
        before: dict[str, Group] = {}
        for index, group in enumerate(self._rig.groups):
            key: Key = ("groups", index)
            self._new(group.id, before, key)
            self._known("parent", group.parent, before, key)
            self._known("mirror", group.mirror, before, key)
            for name, curves in (("drives", group.drives), ("bends", group.bends)):
                for place, curve in enumerate(curves):
                    self._curve(curve, (*key, name, place))
            for place, bend in enumerate(group.bends):
                if bend.root == bend.tip:
                    self._refuse("rig.bend_of_nothing", (*key, "bends", place))
            if group.ball is not None:
                if min(group.ball.radius) <= 0:
                    self._refuse("rig.radius", (*key, "ball", "radius"))
                for name, curve in (("x", group.ball.x), ("y", group.ball.y)):
                    if curve is not None:
                        self._curve(curve, (*key, "ball", name))
            before[group.id] = group

    def parts(self) -> None:
        groups = {group.id: group for group in self._rig.groups}
        everything = {part.id for part in self._rig.parts}
        before: dict[str, Part] = {}
        for index, part in enumerate(self._rig.parts):
            key: Key = ("parts", index)
            self._new(part.id, before, key)
            self._known("group", part.group, groups, key)
            self._known("mirror", part.mirror, before, key)
            if part.clip is not None and (part.clip not in everything or part.clip == part.id):
                self._refuse("rig.unknown_id", (*key, "clip"), id=part.clip)
            self._shapes(part, key)
            self._paint(part.fill, (*key, "fill"))
            self._colour(part.line, (*key, "line"))
            for curve in part.opacity if isinstance(part.opacity, list) else [part.opacity]:
                if isinstance(curve, Curve):
                    self._curve(curve, (*key, "opacity"))
            before[part.id] = part
        if self._points > MAX_POINTS:
            self._refuse("rig.too_many_points", ("parts",), limit=MAX_POINTS)

    def _shapes(self, part: Part, key: Key) -> None:
        """That the part has a shape for every combination of its axes, and all of the same commands."""
        for name, curves in (("axes", part.axes), ("blends", part.blends)):
            for place, curve in enumerate(curves):
                self._curve(curve, (*key, name, place))
        if part.mirror is not None:
            for name in sorted(_SHAPE & part.model_fields_set):
                self._refuse("rig.shape_of_mirror", (*key, name))
            return
        if part.path is None and not part.forms:
            self._refuse("rig.no_shape", key)
            return
        if (part.path is None) != bool(part.forms) or not _is_grid(part):
            self._refuse("rig.forms", (*key, "forms"))
            return
        commands = {found for place, text in _texts(part) if (found := self._path(text, (*key, *place)))}
        if len(commands) > 1:
            self._refuse("rig.unlike_forms", key, shapes=" · ".join(sorted(commands))[:200])

    def _path(self, text: str, key: Key) -> str:
        try:
            shape = parse(text)
        except PathError as error:
            self._refuse(error.words, key, about=error.about)
            return ""
        self._points += len(shape.points)
        return shape.commands

    def _paint(self, paint: Paint | None, key: Key) -> None:
        if isinstance(paint, Linear | Radial):
            self._rising([stop[0] for stop in paint.stops], (*key, "stops"), strictly=False)
            for place, stop in enumerate(paint.stops):
                self._colour(stop[1], (*key, "stops", place))
        else:
            self._colour(paint, key)

    def _colour(self, colour: str | None, key: Key) -> None:
        if colour is not None and not colour.startswith("#") and colour not in self._rig.palette:
            self._refuse("rig.unknown_colour", key, colour=colour)

    def _curve(self, curve: Curve | Axis | Blend, key: Key) -> None:
        """That its parameter is known, and its keys rise."""
        if curve.by not in PARAMETERS:
            nearest = get_close_matches(curve.by, PARAMETERS, n=1, cutoff=0.4)
            self._refuse("rig.unknown_parameter", (*key, "by"), id=curve.by, nearest="".join(nearest) or "-")
        if isinstance(curve, Curve):
            self._rising([pair[0] for pair in curve.keys], (*key, "keys"))
        else:
            self._rising(curve.at, (*key, "at"))

    def _rising(self, values: Sequence[float], key: Key, *, strictly: bool = True) -> None:
        if any(here > after or (strictly and here == after) for here, after in pairwise(values)):
            self._refuse("rig.rising", key)

    def _new(self, identity: str, before: dict[str, Any], key: Key) -> None:
        if identity in before:
            self._refuse("rig.id_twice", (*key, "id"), id=identity)

    def _known(self, what: str, identity: str | None, before: dict[str, Any], key: Key) -> None:
        if identity is not None and identity not in before:
            self._refuse("rig.unknown_id", (*key, what), id=identity)

    def _refuse(self, words: str, key: Key, **params: Any) -> None:
        self.found.append(_named(self._document.refusal(words, key, **params), self._document))


def _is_grid(part: Part) -> bool:
    """Whether there is one form for each value of its axes and blends."""
    sizes = [len(axis.at) for axis in part.axes]
    if any(len(blend.forms) != len(blend.at) for blend in part.blends) or (sizes and len(part.forms) != sizes[0]):
        return False
    if len(sizes) == 2:
        return all(isinstance(row, list) and len(row) == sizes[1] for row in part.forms)
    return bool(sizes) == bool(part.forms) and all(isinstance(form, str) for form in part.forms)


def _texts(part: Part) -> Iterator[tuple[Key, str]]:
    """Every path of a part and where it is."""
    if part.path is not None:
        yield ("path",), part.path
    for index, form in enumerate(part.forms):
        if isinstance(form, str):
            yield ("forms", index), form
        else:
            yield from ((("forms", index, place), each) for place, each in enumerate(form))
    for index, blend in enumerate(part.blends):
        yield from _of_blend(index, blend)


def _of_blend(index: int, blend: Blend) -> Iterator[tuple[Key, str]]:
    for place, form in enumerate(blend.forms):
        if form is not None:
            yield ("blends", index, "forms", place), form
