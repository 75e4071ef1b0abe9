"""Who is in a group with whom, whatever they do."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from vtuber_cli.errors import UsageError
from vtuber_cli.server.groups.membership import MOST_MEMBERS, Group, Groups

CLIENTS = [f"c{number}" for number in range(MOST_MEMBERS + 4)]
client = st.sampled_from(CLIENTS)


class Membership(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.groups = Groups()
        self.present = set(CLIENTS)
        self.orders: dict[int, list[str]] = {}
        """By group, everybody who ever came, in order."""

    def every(self) -> dict[int, Group]:
        found = [group for uid in CLIENTS if (group := self.groups.of(uid)) is not None]
        return {group.number: group for group in found}

    @rule(who=client, invitee=client)
    def invite(self, who: str, invitee: str) -> None:
        before, own = self.groups.of(invitee), self.groups.of(who)
        try:
            group = self.groups.invite(who, invitee, self.present)
        except UsageError:
            full = own is not None and len(own.members) == MOST_MEMBERS
            assert who == invitee or not {who, invitee} <= self.present or before is not None or full
            assert (self.groups.of(who), self.groups.of(invitee)) == (own, before)
        else:
            assert before is None
            assert who in self.present
            assert group.members == (*(own.members if own else (who,)), invitee)
            self.orders.setdefault(group.number, [who]).append(invitee)

    @rule(who=client, whom=client)
    def remove(self, who: str, whom: str) -> None:
        group = self.groups.of(whom)
        try:
            parting = self.groups.remove(who, whom)
        except UsageError:
            assert group is None or who not in (whom, group.owner)
        else:
            assert group is not None
            assert who in (whom, group.owner)
            assert parting.others == tuple(uid for uid in group.members if uid != whom)

    @rule(who=client)
    def vanish(self, who: str) -> None:
        self.present.discard(who)
        parting = self.groups.leave(who)
        assert self.groups.of(who) is None
        assert parting is None or (parting.rest is None) == (len(parting.others) == 1)

    @rule(who=client)
    def come(self, who: str) -> None:
        self.present.add(who)

    @invariant()
    def nobody_is_in_two_groups(self) -> None:
        members = [uid for group in self.every().values() for uid in group.members]
        assert len(members) == len(set(members))
        assert set(members) == {uid for uid in CLIENTS if self.groups.of(uid) is not None}
        assert set(members) <= self.present

    @invariant()
    def no_group_of_one(self) -> None:
        assert all(2 <= len(group.members) <= MOST_MEMBERS for group in self.every().values())

    @invariant()
    def one_owner_who_came_first(self) -> None:
        for group in self.every().values():
            arrivals = {uid: place for place, uid in enumerate(self.orders[group.number])}  # the last time they came
            assert sorted(group.members, key=arrivals.__getitem__) == list(group.members)
            assert group.owner == group.members[0]


TestMembership = Membership.TestCase


@pytest.mark.parametrize(
    ("act", "key"),
    [
        (("invite", "a", "a"), "groups.oneself"),
        (("invite", "a", "x"), "groups.nobody"),
        (("invite", "x", "z"), "server.viewers_look"),
        (("invite", "z", "b"), "groups.taken"),
        (("remove", "b", "a"), "groups.not_owner"),
        (("remove", "z", "a"), "groups.not_owner"),
        (("remove", "a", "z"), "groups.alone"),
    ],
)
def test_what_cannot_be(act: tuple[str, str, str], key: str) -> None:
    groups = Groups()
    groups.invite("a", "b", {"a", "b"})
    kind, who, whom = act
    with pytest.raises(UsageError) as refused:
        groups.invite(who, whom, {"a", "b", "z"}) if kind == "invite" else groups.remove(who, whom)
    assert refused.value.key == key
    assert groups.of("a") == groups.of("b") == Group(1, ("a", "b"))


def test_a_group_has_an_end() -> None:
    groups = Groups()
    for number in range(1, MOST_MEMBERS):
        groups.invite("0", str(number), {"0", str(number)})
    with pytest.raises(UsageError) as refused:
        groups.invite("0", "x", {"0", "x"})
    assert refused.value.key == "groups.full"


def test_an_owner_who_leaves_is_followed_by_whoever_came_next() -> None:
    groups = Groups()
    groups.invite("a", "b", {"a", "b"})
    groups.invite("b", "c", {"b", "c"})
    parting = groups.remove("a", "a")
    assert parting.rest is not None
    assert (parting.rest.owner, parting.rest.members) == ("b", ("b", "c"))
    assert groups.remove("b", "c").rest is None
    assert groups.of("b") is None
