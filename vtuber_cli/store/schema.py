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

MIGRATIONS: tuple[Migration, ...] = (_TALKS,)
