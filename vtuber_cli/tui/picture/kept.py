"""The pictures that were seen last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Picture = TypeVar("Picture")


class Kept(Generic[Picture]):
    """The last `limit` of them, by key; the least recently seen makes room."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pictures: OrderedDict[Hashable, Picture] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._pictures

    def get(self, key: Hashable) -> Picture | None:
        if key not in self._pictures:
            return None
        self._pictures.move_to_end(key)
        return self._pictures[key]

    def keep(self, key: Hashable, picture: Picture) -> None:
        """None is no key: such a picture is not to be kept."""
        if key is None:
            return
        self._pictures[key] = picture
        self._pictures.move_to_end(key)
        if len(self._pictures) > self._limit:
            self._pictures.popitem(last=False)

    def clear(self) -> None:
        self._pictures.clear()
