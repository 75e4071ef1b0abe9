"""The tables, as the ordered steps that make them. A step that was released is never changed: add another."""

from __future__ import annotations

from typing import TypeAlias

Migration: TypeAlias = tuple[str, ...]
"""The statements that lead from one version of the tables to the next."""

_TALKS: Migration = (
    """
    CREATE TABLE talks (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        character TEXT NOT NULL,
        language TEXT NOT NULL,
        started TEXT NOT NULL
    )
    """,
    # seq and id are the order of things; `at` is only shown, as clocks are set back and forth.
    # state: 'speaking' while a reply is being heard, and for ever if the program was killed meanwhile.
    """
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        talk INTEGER NOT NULL REFERENCES talks (seq) ON DELETE CASCADE,
        turn INTEGER NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
        state TEXT NOT NULL CHECK (state IN ('whole', 'speaking', 'interrupted')),
        text TEXT NOT NULL,
        emotion TEXT,
        via TEXT,
        timings TEXT,
        at TEXT NOT NULL
    )
    """,
    "CREATE INDEX messages_of_talk ON messages (talk, id)",
    # Trigrams find any three letters in a row: parts of words, and Korean with its particles.
    "CREATE VIRTUAL TABLE words USING fts5 (text, content = 'messages', content_rowid = 'id', tokenize = 'trigram')",
    """
    CREATE TRIGGER message_added AFTER INSERT ON messages BEGIN
        INSERT INTO words (rowid, text) VALUES (new.id, new.text);
    END
    """,
    """
    CREATE TRIGGER message_removed AFTER DELETE ON messages BEGIN
        INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text);
    END
    """,
    """
    CREATE TRIGGER message_changed AFTER UPDATE OF text ON messages BEGIN
        INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text);
        INSERT INTO words (rowid, text) VALUES (new.id, new.text);
    END
    """,
)

_EXCHANGE: Migration = (
    # JSON both: when each part was heard (`events.Cue`), and who did the work of a turn (`events.Work`).
    "ALTER TABLE messages ADD COLUMN cues TEXT",
    "ALTER TABLE messages ADD COLUMN work TEXT",
    # A talk that came from a file: whose and which file it was, and the digest of what it held. A talk that is
    # imported stands before all that was said here, with message ids of zero and below.
    """
    CREATE TABLE origins (
        talk INTEGER PRIMARY KEY REFERENCES talks (seq) ON DELETE CASCADE,
        folder TEXT NOT NULL,
        name TEXT NOT NULL,
        digest TEXT NOT NULL
    )
    """,
    "CREATE INDEX origins_by_name ON origins (folder, name)",
    "CREATE INDEX origins_by_digest ON origins (digest)",
    # Every element of such a file as it was, in order, and the message that was made of it, if one was.
    """
    CREATE TABLE records (
        talk INTEGER NOT NULL REFERENCES talks (seq) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        message INTEGER REFERENCES messages (id) ON DELETE CASCADE,
        record TEXT NOT NULL,
        PRIMARY KEY (talk, place)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX records_by_message ON records (message)",
)

_SPEAKERS: Migration = (
    # Who says a reply, by id, where it is not the character that the talk began with.
    "ALTER TABLE messages ADD COLUMN speaker TEXT",
)

MIGRATIONS: tuple[Migration, ...] = (_TALKS, _EXCHANGE, _SPEAKERS)
