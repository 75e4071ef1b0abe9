"""Takes talks in, and says on stdout when it begins: `taker.py FILE TALKS`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from vtuber_cli.store import layout
from vtuber_cli.store.database import Database
from vtuber_cli.store.history import History

found = [
    [
        {"role": "human", "timestamp": "2026-11-22T08:11:52", "content": f"{talk} {turn} " + "word " * 40}
        for turn in range(60)
    ]
    for talk in range(int(sys.argv[2]))
]
arrivals = [layout.read(one, Path(f"/x/{at}.json"), datetime.now(UTC)) for at, one in enumerate(found)]
history = History(Database(Path(sys.argv[1])))
print("begins", flush=True)
history.keep(arrivals)
history.close()
