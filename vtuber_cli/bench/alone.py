"""The process in which one engine is measured: `python -m vtuber_cli.bench.alone`, told by stdin, answers on stdout."""

from __future__ import annotations

import json
import sys

from vtuber_cli.bench.engines import answer

if __name__ == "__main__":
    print(json.dumps(answer(sys.stdin.read())))
