"""How many may be in at once, and how often one may be wrong about the token. Pure: the clock is given."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_network

from vtuber_cli.server.guard.origins import address_of, is_loopback
from vtuber_cli.server.guard.refusal import Refusal

TRIES = 10
"""Wrong tokens in a minute from one address; then none is looked at."""
TRIES_SECONDS = 60.0
_MOST_ADDRESSES = 4096


@dataclass(frozen=True, slots=True)
class Limits:
    """Of how much there may be at once; `config.Server` says what each is for."""

    sessions: int = 32
    sessions_per_address: int = 8
    viewers: int = 200
    upload_bytes: int = 10 * 1024 * 1024


def counted_as(client: str) -> str:
    """The name under which an address is counted: of IPv6 the network, for a household has 2**64 addresses."""
    found = address_of(client)
    if isinstance(found, IPv6Address) and not found.is_loopback:
        return str(ip_network((found, 64), strict=False))
    return str(found) if found else client


class Places:
    """Who is in. A place that is given has to be left again."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_address: Counter[str] = Counter()
        self.sessions = 0
        self.viewers = 0

    def enter(self, client: str, *, viewer: bool) -> Place:
        """A place for a socket that is about to be accepted.

        Raises:
            Refusal: there is none.
        """
        place = Place(self, client, viewer)
        if (refusal := self._no_room(place)) is not None:
            raise refusal
        self._count(place, 1)
        return place

    def _no_room(self, place: Place) -> Refusal | None:
        limits = self._limits
        if place.viewer:
            full = self.viewers >= limits.viewers
            return Refusal("guard.full_viewers", 503, limit=limits.viewers) if full else None
        if self.sessions >= limits.sessions:
            return Refusal("guard.full", 503, limit=limits.sessions)
        if not is_loopback(place.client) and self._by_address[place.address] >= limits.sessions_per_address:
            return Refusal("guard.full_address", 503, limit=limits.sessions_per_address)
        return None

    def _count(self, place: Place, by: int) -> None:
        if place.viewer:
            self.viewers += by
            return
        self.sessions += by
        self._by_address[place.address] += by
        if not self._by_address[place.address]:
            del self._by_address[place.address]

    @property
    def addresses(self) -> int:
        """From how many addresses the talks come."""
        return len(self._by_address)

    def give_back(self, place: Place) -> None:
        """For `Place.leave`."""
        self._count(place, -1)

    def move(self, place: Place, *, viewer: bool) -> bool:
        """For `Place.become_viewer` and `become_talker`."""
        wanted = Place(self, place.client, viewer)
        if self._no_room(wanted) is not None:
            return False
        self._count(place, -1)
        self._count(wanted, 1)
        return True


class Place:
    """What a socket takes up."""

    def __init__(self, places: Places, client: str, viewer: bool) -> None:
        self._places = places
        self._left = False
        self.client = client
        self.address = counted_as(client)
        """What it is counted under."""
        self.viewer = viewer

    def become_viewer(self) -> bool:
        """It turned out to look on only, and frees its place in a talk; False if there are too many of those."""
        return self._become(viewer=True)

    def become_talker(self) -> bool:
        """It came to look on, and wants a talk after all; False if there are too many of those."""
        return self._become(viewer=False)

    def _become(self, *, viewer: bool) -> bool:
        if self.viewer != viewer and not self._left and self._places.move(self, viewer=viewer):
            self.viewer = viewer
        return self.viewer == viewer

    def leave(self) -> None:
        """Frees it; safe to call twice."""
        if not self._left:
            self._left = True
            self._places.give_back(self)


class Tries:
    """Wrong tokens, by address."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def are_spent(self, client: str) -> bool:
        """Whether this address was wrong too often in the last minute."""
        found = self._wrong.get(counted_as(client))
        if found is None:
            return False
        while found and self._clock() - found[0] >= TRIES_SECONDS:
            found.popleft()
        return len(found) >= TRIES

    def was_wrong(self, client: str) -> None:
        address = counted_as(client)
        found = self._wrong.setdefault(address, deque(maxlen=TRIES))
        found.append(self._clock())
        self._wrong.move_to_end(address)
        while len(self._wrong) > _MOST_ADDRESSES:
            self._wrong.popitem(last=False)
