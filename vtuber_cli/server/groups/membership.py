"""Who is in a group with whom. Pure: who is connected is given, and nothing is sent.

Nobody is in two groups, a group has at least two members, and the first of them, who has been in it for longest, is its
owner.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from vtuber_cli.errors import UsageError

MOST_MEMBERS = 8
"""Of one group: with more of them nobody would be answered soon."""


@dataclass(frozen=True, slots=True)
class Group:
    """Two or more, in the order in which they came."""

    number: int
    members: tuple[str, ...]

    @property
    def owner(self) -> str:
        return self.members[0]


@dataclass(frozen=True, slots=True)
class Parting:
    """Somebody has left a group."""

    who: str
    group: Group
    """As it was before."""
    rest: Group | None
    """As it is now; None if it is no more, for only one was left."""

    @property
    def others(self) -> tuple[str, ...]:
        """Who is told."""
        return tuple(uid for uid in self.group.members if uid != self.who)


class Groups:
    """See the module."""

    def __init__(self) -> None:
        self._by_member: dict[str, Group] = {}
        self._made = 0

    def of(self, uid: str) -> Group | None:
        return self._by_member.get(uid)

    def invite(self, who: str, invitee: str, present: Container[str]) -> Group:
        """Takes somebody in, without asking them; makes a group if there is none. The group as it is now.

        Raises:
            UsageError: oneself only looks on; the invitee is oneself, not there, or in a group already; or there is no
                room.
        """
        if who not in present:
            raise UsageError("server.viewers_look")
        if invitee == who:
            raise UsageError("groups.oneself")
        if invitee not in present:
            raise UsageError("groups.nobody", uid=invitee)
        if invitee in self._by_member:
            raise UsageError("groups.taken", uid=invitee)
        group = self._by_member.get(who)
        if group is None:
            self._made += 1
            group = Group(self._made, (who,))
        if len(group.members) >= MOST_MEMBERS:
            raise UsageError("groups.full", limit=MOST_MEMBERS)
        return self._keep(Group(group.number, (*group.members, invitee)))

    def remove(self, who: str, target: str) -> Parting:
        """Sends somebody out, or lets them go if it is oneself.

        Raises:
            UsageError: the target is in no group; or in one that is not the owner's to send somebody out of.
        """
        group = self._by_member.get(target)
        if group is None:
            raise UsageError("groups.alone", uid=target)
        if who not in (target, group.owner):
            raise UsageError("groups.not_owner")
        return self._part(target, group)

    def leave(self, uid: str) -> Parting | None:
        """Somebody is gone; None if they were in no group."""
        group = self._by_member.get(uid)
        return self._part(uid, group) if group is not None else None

    def _part(self, uid: str, group: Group) -> Parting:
        del self._by_member[uid]
        left = tuple(each for each in group.members if each != uid)
        if len(left) > 1:
            return Parting(uid, group, self._keep(Group(group.number, left)))
        for each in left:
            del self._by_member[each]
        return Parting(uid, group, None)

    def _keep(self, group: Group) -> Group:
        self._by_member.update(dict.fromkeys(group.members, group))
        return group
