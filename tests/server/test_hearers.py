"""Whose word counts, where several clients hear one talk."""

from __future__ import annotations

from vtuber_cli.server.proxy.hearers import Hearers


def test_the_first_one_that_tells_is_believed() -> None:
    hearers = Hearers()
    assert [hearers.began(uid) for uid in ("a", "b", "a", "b")] == [True, False, True, False]
    hearers.leave("a")
    assert hearers.began("b")


def test_a_turn_is_heard_once_and_by_all_who_play() -> None:
    hearers = Hearers()
    hearers.begin_turn()
    hearers.began("a")
    hearers.began("b")
    assert not hearers.acknowledge("a")  # of the turn before
    hearers.complete()
    assert [hearers.acknowledge(uid) for uid in ("a", "a", "b", "b", "a")] == [False, False, True, False, False]


def test_who_only_reads_is_not_waited_for() -> None:
    hearers = Hearers()
    hearers.complete()
    assert hearers.acknowledge("a")


def test_who_has_stopped_to_acknowledge_is_waited_for_once() -> None:
    hearers = Hearers()
    for waited in (False, True):
        hearers.begin_turn()
        if not waited:
            hearers.began("a")
            hearers.began("b")
        hearers.complete()
        assert hearers.acknowledge("a") is waited
    hearers.begin_turn()
    hearers.began("b")
    hearers.complete()
    assert not hearers.acknowledge("a")
    assert hearers.acknowledge("b")


def test_who_leaves_is_not_waited_for() -> None:
    hearers = Hearers()
    hearers.began("a")
    hearers.began("b")
    hearers.complete()
    assert not hearers.acknowledge("a")
    assert hearers.leave("b")
    assert not hearers.leave("a")


def test_an_interrupted_turn_says_nothing_about_who_acknowledges() -> None:
    hearers = Hearers()
    hearers.began("a")
    hearers.begin_turn()
    hearers.complete()
    assert not hearers.acknowledge("b")
    assert hearers.acknowledge("a")
