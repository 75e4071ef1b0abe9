#!/usr/bin/env python3
"""Fetches models, like `vtuber models get`: the default ones, or those named. See --help."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

try:
    from vtuber_cli.__main__ import main
except ImportError as error:
    sys.exit(f"download_models: {error}\nhint: run it with .venv/bin/python, or use ./vtuber models get")

sys.argv[1:1] = ["models", "get"]
sys.exit(main())
