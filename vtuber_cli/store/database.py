"""The one file that keeps what was said: SQLite, written by one thread, acknowledged after the commit.

Write-ahead log, `synchronous=FULL`, `BEGIN IMMEDIATE`: what `write` has returned survives kill -9 and a power cut, two
processes may write at once, and a full disk takes nothing back. A damaged file is refused and left as it is, never
moved or deleted: whether to mend it or to put it aside is for its owner to say, and the talk goes on without it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from vtuber_cli.errors import StoreError
from vtuber_cli.store.schema import MIGRATIONS, Migration

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

T = TypeVar("T")
Job: TypeAlias = Callable[[sqlite3.Connection], T]

_BUSY_SECONDS = 5
_INDEX_BYTES = 32_768
_WORDS = {
    sqlite3.SQLITE_FULL: "store.full",
    sqlite3.SQLITE_IOERR: "store.io",
    sqlite3.SQLITE_BUSY: "store.locked",
    sqlite3.SQLITE_LOCKED: "store.locked",
    sqlite3.SQLITE_CORRUPT: "store.damaged",
    sqlite3.SQLITE_NOTADB: "store.damaged",
    sqlite3.SQLITE_READONLY: "store.unwritable",
    sqlite3.SQLITE_CANTOPEN: "store.unwritable",
    sqlite3.SQLITE_PERM: "store.unwritable",
    sqlite3.SQLITE_AUTH: "store.unwritable",
}
_NO_TABLE = ("no such table", "no such column", "no such module", "no such tokenizer")
"""A file of our version without our tables, or an SQLite built without full-text search: no bug of ours."""


class Database:
    """The database file, made or brought up to date if need be. Open it once per process.

    Raises:
        StoreError: it cannot be made, read or written, is damaged, or is newer than this program.
    """

    def __init__(self, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        self.path = path
        self._migrations = migrations
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vtuber-store")
        self._connection: sqlite3.Connection | None = None
        with self._explained():
            if self._version() != len(migrations):
                self._prepare()

    async def write(self, job: Job[T]) -> T:
        """Runs `job` in a transaction, in the writer's thread; returns after the commit.

        Cancelling the caller does not take the job back: what was asked for is written.

        Raises:
            StoreError: nothing of the job was written.
        """
        import asyncio  # not at the top: who only reads, reads without a loop

        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()

        def tell(outcome: Future[T]) -> None:
            with suppress(RuntimeError):  # the loop is gone, and with it whoever waited
                loop.call_soon_threadsafe(_settle, waiting, outcome)

        self._writer.submit(self._write, job).add_done_callback(tell)
        return await waiting

    def write_now(self, job: Job[T]) -> T:
        """`write` for who has no event loop to wait in."""
        return self._writer.submit(self._write, job).result()

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """A connection for reading, for any thread; it sees what was committed and never waits for the writer."""
        with self._explained(), closing(self._connect()) as connection:
            connection.execute("PRAGMA query_only = 1")
            yield connection

    def compact(self) -> None:
        """Gives back the room of what was deleted, and leaves none of it in the log beside the file.

        While another program reads or writes, or there is no room for a copy, that is left for another time.
        """

        def tidy() -> None:
            with suppress(sqlite3.Error), closing(self._connect()) as connection:
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        self._writer.submit(tidy).result()

    def close(self) -> None:
        """Waits for what is being written, and lets go of the file."""
        self._writer.submit(self._disconnect)
        self._writer.shutdown(wait=True)

    def _write(self, job: Job[T]) -> T:
        with self._explained():
            if self._connection is None:
                self._connection = self._connect()
            try:
                with _transaction(self._connection):
                    return job(self._connection)
            except sqlite3.Error:
                # What a failing disk leaves of a connection is not worth knowing: the next write begins anew.
                self._disconnect()
                raise

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
        return connection

    # --- making it, and bringing it up to date ------------------------------------------------------------------

    def _version(self) -> int:
        """The version of the file's tables; 0 if there is no file."""
        if not self.path.is_file():
            return 0
        with closing(self._connect()) as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if not 0 <= version <= len(self._migrations):
            raise StoreError("store.newer", file=self.path, found=version, known=len(self._migrations))
        return version

    def _prepare(self) -> None:
        """Makes the file, for its owner's eyes only, and migrates it; one process at a time."""
        from filelock import FileLock, Timeout

        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(PermissionError):  # somebody else's folder; the file below is private all the same
            folder.chmod(0o700)
        try:
            with FileLock(f"{self.path}.lock", timeout=2 * _BUSY_SECONDS, mode=0o600):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
                with closing(self._connect()) as connection:
                    # Only changed here, under the lock: SQLite does not wait for others when it changes its journal.
                    connection.execute("PRAGMA journal_mode = WAL")
                    self._migrate(connection)
        except Timeout as error:
            raise StoreError("store.locked", file=self.path) from error

    def _migrate(self, connection: sqlite3.Connection) -> None:
        with _transaction(connection):
            version = self._version()
            if version == len(self._migrations):
                return
            if version > 0:
                self._back_up(version)
            for migration in self._migrations[version:]:
                for statement in migration:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(self._migrations)}")

    def _back_up(self, version: int) -> None:
        """A copy beside the file, `vtuber.db.v1.bak`; whole or not there at all."""
        part, copy = Path(f"{self.path}.part"), Path(f"{self.path}.v{version}.bak")
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            # A second connection: it sees the last committed state, whatever ours is about to do.
            with closing(self._connect()) as source, closing(sqlite3.connect(part)) as target:
                source.backup(target)
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.replace(copy)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    @contextmanager
    def _explained(self) -> Generator[None]:
        """SQLite's and the system's refusals as errors for people; anything else is a bug and stays what it is."""
        try:
            yield
        except sqlite3.Error as error:
            code: int | None = getattr(error, "sqlite_errorcode", None)
            key = _WORDS.get(code & 0xFF) if code is not None else None
            if key is None and str(error).startswith(_NO_TABLE):
                key = "store.damaged"
            if key is None:
                raise
            if key == "store.io" and self._has_no_room():
                key = "store.full"
            raise StoreError(key, file=self.path, reason=str(error)) from error
        except OSError as error:
            raise StoreError("store.unwritable", file=self.path, reason=error.strerror or str(error)) from error

    def _has_no_room(self) -> bool:
        """SQLite calls it an I/O error when the index that it keeps beside an open database finds no room."""
        try:
            return shutil.disk_usage(self.path.parent).free < _INDEX_BYTES
        except OSError:
            return False


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Generator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk or a failing one may have ended the transaction already.
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


def _settle(waiting: asyncio.Future[T], outcome: Future[T]) -> None:
    if waiting.done():  # cancelled; the job was done all the same
        return
    if error := outcome.exception():
        waiting.set_exception(error)
    else:
        waiting.set_result(outcome.result())
