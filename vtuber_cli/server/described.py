"""What our routes may answer, as OpenAPI has it: tests hold the server to that."""

from __future__ import annotations

from typing import Any

Responses = dict[int | str, dict[str, Any]]

_DETAIL = {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}
MISSING: Responses = {404: {"description": "There is none", "content": {"application/json": {"schema": _DETAIL}}}}
FORBIDDEN: Responses = {403: {"description": "Not of a kind that is served", "content": {"text/plain": {}}}}


def file(*kinds: str) -> Responses:
    """A file of one of these media types, or none."""
    return {200: {"description": "The file", "content": {kind: {} for kind in kinds}}, **MISSING}
