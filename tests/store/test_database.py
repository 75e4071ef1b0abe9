from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from vtuber_cli import i18n
from vtuber_cli.errors import StoreError
from vtuber_cli.store.database import Database
from vtuber_cli.store.schema import MIGRATIONS

STEPS = (("CREATE TABLE a (x TEXT)",), ("CREATE TABLE b (y TEXT)", "INSERT INTO b SELECT x FROM a"), ("DROP TABLE a",))


def refused(path: Path) -> StoreError:
    with pytest.raises(StoreError) as caught:
        Database(path)
    assert caught.value.exit_code == 5
    assert str(path) in i18n.t(caught.value.key, **caught.value.params)
    assert i18n.find(f"{caught.value.key}.hint")
    return caught.value


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def add(text: str, table: str = "a"):
    return lambda db: db.execute(f"INSERT INTO {table} VALUES (?)", (text,)) and None


async def test_it_is_private_and_durable(tmp_path: Path) -> None:
    path = tmp_path / "data" / "vtuber.db"
    umask = os.umask(0)
    try:
        database = Database(path)
        await database.write(lambda db: db.execute("INSERT INTO talks VALUES (1, 'x', 'mika', 'en', 'now')") and None)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    with database.reading() as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
    modes = await database.write(
        lambda db: [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "busy_timeout")]
    )
    assert modes == [2, 5000]
    database.close()


async def test_readers_cannot_write(tmp_path: Path) -> None:
    database = Database(tmp_path / "vtuber.db")
    with pytest.raises(StoreError), database.reading() as db:
        db.execute("DELETE FROM talks")
    database.close()


async def test_a_failing_job_writes_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "vtuber.db", STEPS[:1])

    def fail(db: sqlite3.Connection) -> None:
        add("half")(db)
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        await database.write(fail)
    await database.write(add("whole"))
    with database.reading() as db:
        assert db.execute("SELECT x FROM a").fetchall() == [("whole",)]
    database.close()


async def test_a_bug_stays_a_bug(tmp_path: Path) -> None:
    database = Database(tmp_path / "vtuber.db")
    with pytest.raises(sqlite3.OperationalError):
        await database.write(lambda db: db.execute("SELEKT 1") and None)
    database.close()


async def test_a_cancelled_caller_does_not_take_its_words_back(tmp_path: Path) -> None:
    database = Database(tmp_path / "vtuber.db", STEPS[:1])
    writes = [asyncio.ensure_future(database.write(add(str(number)))) for number in range(20)]
    await asyncio.sleep(0)
    for write in writes:
        write.cancel()
    await asyncio.gather(*writes, return_exceptions=True)
    assert all(write.cancelled() for write in writes)
    database.close()
    with closing(sqlite3.connect(database.path)) as db:
        assert db.execute("SELECT x FROM a").fetchall() == [(str(number),) for number in range(20)]


# --- migrations -------------------------------------------------------------------------------------------------


@given(steps=st.lists(st.integers(0, len(STEPS)), min_size=1, max_size=5), words=st.text(max_size=20))
@settings(max_examples=settings().max_examples // 3)  # each opens five databases
def test_any_way_up_ends_the_same(tmp_path_factory: pytest.TempPathFactory, steps: list[int], words: str) -> None:
    """Whatever versions of the program open the file one after the other, it ends as if only the last one had."""
    path = tmp_path_factory.mktemp("store") / "vtuber.db"
    words = words.encode("utf-8", "replace").decode()
    for version in [1, *sorted(steps)]:
        if version:
            Database(path, STEPS[:version]).close()
        if version == 1:
            with closing(sqlite3.connect(path)) as db, db:
                db.execute("DELETE FROM a")
                db.execute("INSERT INTO a VALUES (?)", (words,))
    Database(path, STEPS).close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (3,)
        assert db.execute("SELECT y FROM b").fetchall() == [(words,)]
    assert tables(path) == {"b"}


def test_a_copy_is_kept_before_a_migration(tmp_path: Path) -> None:
    path = tmp_path / "vtuber.db"
    database = Database(path, STEPS[:1])
    asyncio.run(database.write(add("precious")))
    database.close()
    assert sorted(file.suffix for file in tmp_path.iterdir() if "bak" in file.name) == []
    Database(path, STEPS).close()
    copy = tmp_path / "vtuber.db.v1.bak"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT x FROM a").fetchall() == [("precious",)]
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert not list(tmp_path.glob("*.part"))


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "vtuber.db"
    Database(path, STEPS[:1]).close()
    with pytest.raises(sqlite3.OperationalError):
        Database(path, (STEPS[0], ("CREATE TABLE c (z TEXT)", "THIS IS WRONG")))
    assert tables(path) == {"a"}
    Database(path, STEPS[:1]).close()


def test_two_programs_starting_at_once(tmp_path: Path) -> None:
    """Eight make the same file at the same moment: all of them open it, and it is whole."""
    path = tmp_path / "vtuber.db"
    code = "import sys; from pathlib import Path; from vtuber_cli.store.database import Database;"
    code += "sys.stdin.read(1); Database(Path(sys.argv[1])).close()"
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(8)
    ]
    for one in running:
        assert one.stdin is not None
        one.stdin.write(b"!")
        one.stdin.flush()
    for one in running:
        _, error = one.communicate()
        assert (one.returncode, error) == (0, b"")
    assert {"talks", "messages"} <= tables(path)


def test_it_waits_for_whoever_is_making_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vtuber_cli.store.database._BUSY_SECONDS", 0.02)
    path = tmp_path / "vtuber.db"
    with FileLock(f"{path}.lock"):
        assert refused(path).key == "store.locked"
    Database(path).close()


# --- what is refused --------------------------------------------------------------------------------------------


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vtuber.db"
    Database(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    error = refused(path)
    assert (error.key, error.params["found"], error.params["known"]) == ("store.newer", 99, len(MIGRATIONS))
    assert path.read_bytes() == before


def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "vtuber.db"
    Database(path).close()
    raw = b"SQLite format 3?" + path.read_bytes()[16:]
    path.write_bytes(raw)
    assert refused(path).key == "store.damaged"
    assert path.read_bytes() == raw
    path.write_bytes(b"this was never a database, but it is longer than a header" * 20)
    assert refused(path).key == "store.damaged"


async def test_damage_in_the_middle_is_said_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "vtuber.db"
    database = Database(path, STEPS[:1])
    for _ in range(50):
        await database.write(add("x" * 1000))
    database.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    database = Database(path, STEPS[:1])
    with pytest.raises(StoreError) as caught, database.reading() as db:
        db.execute("SELECT count(*), sum(length(x)) FROM a").fetchall()
    assert caught.value.key == "store.damaged"
    with pytest.raises(StoreError):
        await database.write(add("y"))
    database.close()


def test_tables_that_went_missing(tmp_path: Path) -> None:
    path = tmp_path / "vtuber.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    database = Database(path)
    with pytest.raises(StoreError) as caught, database.reading() as db:
        db.execute("SELECT * FROM talks")
    assert caught.value.key == "store.damaged"
    database.close()


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "vtuber.db").mkdir()
    assert refused(tmp_path / "vtuber.db").key == "store.unwritable"
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / "file" / "vtuber.db").key == "store.unwritable"


async def test_somebody_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vtuber_cli.store.database._BUSY_SECONDS", 0.05)
    database = Database(tmp_path / "vtuber.db", STEPS[:1])
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as caught:
            await database.write(add("x"))
        assert caught.value.key == "store.locked"
        other.execute("ROLLBACK")
    await database.write(add("x"))
    database.close()


async def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """SQLite's own limit stands for a full disk where there is no right to mount one."""
    database = Database(tmp_path / "vtuber.db", STEPS[:1])

    def limited(db: sqlite3.Connection) -> None:
        db.execute("PRAGMA max_page_count = 4")
        add("x" * 50_000)(db)

    await database.write(add("kept"))
    with pytest.raises(StoreError) as caught:
        await database.write(limited)
    assert caught.value.key == "store.full"
    await database.write(add("afterwards"))
    with database.reading() as db:
        assert db.execute("SELECT x FROM a").fetchall() == [("kept",), ("afterwards",)]
    database.close()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True)
    if not made or made.returncode != 0:
        pytest.skip("may not mount a small disk here: " + (made.stderr.decode().strip() if made else "no mount"))
    yield folder
    subprocess.run(["umount", folder], check=True)


async def test_a_full_disk_loses_nothing_that_was_acknowledged(tiny_disk: Path) -> None:
    database = Database(tiny_disk / "vtuber.db", STEPS[:1])
    kept = 0

    async def fill() -> None:
        nonlocal kept
        for _ in range(1000):
            await database.write(add("x" * 5000))
            kept += 1

    with pytest.raises(StoreError) as caught:
        await fill()
    assert caught.value.key == "store.full"
    assert kept > 20
    with database.reading() as db:
        assert db.execute("SELECT count(*) FROM a").fetchone() == (kept,)
    database.close()
    assert list(tiny_disk.glob("*.db")) == [database.path]
    with closing(sqlite3.connect(database.path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM a").fetchone() == (kept,)


def test_a_full_disk_stops_a_migration_before_it_begins(tiny_disk: Path) -> None:
    path = tiny_disk / "vtuber.db"
    database = Database(path, STEPS[:1])
    asyncio.run(database.write(add("x" * 300_000)))
    database.close()
    (tiny_disk / "ballast").write_bytes(b"x" * 400_000)
    with pytest.raises(StoreError):
        Database(path, STEPS)
    assert tables(path) == {"a"}
    assert not list(tiny_disk.glob("*.bak"))
    assert not list(tiny_disk.glob("*.part"))


def test_no_room_to_begin(tiny_disk: Path) -> None:
    (tiny_disk / "ballast").write_bytes(b"x" * 1_040_000)
    assert refused(tiny_disk / "vtuber.db").key in {"store.full", "store.io", "store.unwritable"}
