"""Who is connected and can be invited, and the groups that they make: what is done about it, and who is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtuber_cli.errors import UsageError
from vtuber_cli.i18n import t
from vtuber_cli.server.groups.group_talk import GroupTalk, Member
from vtuber_cli.server.groups.membership import Group, Groups, Parting
from vtuber_cli.server.messages import GroupOperationResult, GroupUpdate, Message

if TYPE_CHECKING:
    from vtuber_cli.server.groups.group_talk import WriteDown


class Lobby:
    """See the module.

    Args:
        rounds: how often each character of a group answers what was said.
        write_down: makes text of speech.
    """

    def __init__(self, rounds: int, write_down: WriteDown) -> None:
        self._rounds = rounds
        self._write_down = write_down
        self._present: dict[str, Member] = {}
        self._groups = Groups()
        self._talks: dict[int, GroupTalk] = {}
        """By the group's number."""

    def enter(self, member: Member) -> None:
        self._present[member.uid] = member

    def leave(self, member: Member) -> None:
        """It has gone, or only looks on from now on."""
        if self._present.pop(member.uid, None) is None:
            return
        parting = self._groups.leave(member.uid)
        if parting is not None:
            self._part(parting, t("groups.vanished", uid=member.uid))

    def talk_of(self, uid: str) -> GroupTalk | None:
        """Of the group that somebody is in."""
        group = self._groups.of(uid)
        return self._talks[group.number] if group is not None else None

    def echo(self, member: Member, message: Message) -> None:
        """What a member's talk says to its client: its group may be shown it."""
        if (talk := self.talk_of(member.uid)) is not None:
            talk.echo(member, message)

    def inform(self, member: Member) -> None:
        """Who is in its group."""
        group = self._groups.of(member.uid)
        if group is None:
            member.send(GroupUpdate(members=(), is_owner=False))
        else:
            member.send(GroupUpdate(members=group.members, is_owner=group.owner == member.uid))

    def invite(self, member: Member, invitee: str) -> None:
        try:
            group = self._groups.invite(member.uid, invitee, self._present)
        except UsageError as error:
            _result(member, t(error.key, **error.params), success=False)
            return
        talk = self._talks.get(group.number)
        if talk is None:
            talk = self._talks[group.number] = GroupTalk(self._rounds, self._write_down)
            talk.admit(member)
        came = self._present[invitee]
        talk.admit(came)
        self.inform(came)
        _result(came, t("groups.invited", uid=member.uid))
        _result(member, t("groups.added", uid=invitee))
        self._inform_all(group, but=invitee)

    def remove(self, member: Member, target: str) -> None:
        try:
            parting = self._groups.remove(member.uid, target)
        except UsageError as error:
            _result(member, t(error.key, **error.params), success=False)
            return
        gone = self._present[target]
        self.inform(gone)
        _result(gone, t("groups.removed"))
        self._part(parting, t("groups.left" if gone is member else "groups.sent_out", uid=target))

    def _part(self, parting: Parting, words: str) -> None:
        talk = self._talks[parting.group.number]
        talk.dismiss(parting.who)
        if parting.rest is None:
            talk.close()
            del self._talks[parting.group.number]
        for uid in parting.others:
            self.inform(self._present[uid])
            _result(self._present[uid], words)

    def _inform_all(self, group: Group, but: str) -> None:
        for uid in group.members:
            if uid != but:
                self.inform(self._present[uid])


def _result(member: Member, words: str, *, success: bool = True) -> None:
    member.send(GroupOperationResult(success=success, message=words))
