"""Known answers about sky and calendar, collected for the project from the sources that each part of the file names."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ORACLES: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "data" / "fortune_oracles.json").read_text("utf-8")
)

TERMS = (
    "입춘 우수 경칩 춘분 청명 곡우 입하 소만 망종 하지 소서 대서 "
    "입추 처서 백로 추분 한로 상강 입동 소설 대설 동지 소한 대한"
).split()
SIGNS = "양 황소 쌍둥이 게 사자 처녀 천칭 전갈 사수 염소 물병 물고기".split()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
