"""What went wrong at an endpoint, in our words, and whether to try again.

What a server says about its errors is foreign: it is cleaned, cut, and without the key, which some servers repeat.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from vtuber_cli.clean import one_line
from vtuber_cli.errors import ContextOverflow, EngineFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

    from vtuber_cli.engines.exchange import Broken

LONGEST_WAIT = 60.0
"""Seconds: however long a server asks us to wait."""
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
"""Statuses that may be another one in a moment."""
_LONGEST_REASON = 200
_LONGEST_SAID = 10_000
_OVERFLOW = re.compile(
    r"exceed_context_size|context_length_exceeded|maximum context length|context (?:size|length|window)"
    r"|(?:prompt|input|request) is too (?:long|large)|too many (?:input )?tokens|reduce the length",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


class Trouble(Exception):
    """An attempt that gave nothing.

    Args:
        error: for the user.
        again: it may go better in a moment.
        wait: how many seconds the server asks for, at most `LONGEST_WAIT`.
        body: of the answer, for who can mend the request.
    """

    def __init__(self, error: EngineFailed, *, again: bool = False, wait: float | None = None, body: str = "") -> None:
        super().__init__(error.key)
        self.error = error
        self.again = again
        self.wait = wait
        self.body = body


@dataclass(frozen=True, slots=True)
class Blame:
    """Who is spoken of."""

    host: str
    model: str
    context: int
    key_name: str | None
    key: SecretStr | None

    def refused(self, status: int, headers: Mapping[str, str], body: str) -> Trouble:
        """An answer that is no reply."""
        wait = retry_after(headers)
        if 300 <= status < 400:
            target = self._redacted(_target(headers))
            return Trouble(EngineFailed("endpoint.redirect", host=self.host, target=target))
        if status in (401, 403):
            return Trouble(self._unauthorised())
        if status in (400, 413, 422, 500) and _OVERFLOW.search(body):
            return Trouble(self._overflow(body), body=body)
        if status == 429:
            key = "endpoint.busy" if wait is None else "endpoint.busy_until"
            return Trouble(EngineFailed(key, host=self.host, seconds=math.ceil(wait or 0)), again=True, wait=wait)
        error = EngineFailed("endpoint.failed", host=self.host, status=status, reason=self._reason(status, body))
        return Trouble(error, again=status in _PASSING, wait=wait, body=body)

    def said(self, error: Any) -> Trouble:
        """An error inside of a reply."""
        whole = str(error)[:_LONGEST_SAID]
        text = _message(error) or _cut(whole)
        fields = cast("dict[str, Any]", error) if isinstance(error, dict) else {}
        if _OVERFLOW.search(f"{fields.get('type')} {fields.get('code')} {text}"):
            return Trouble(self._overflow(whole))
        again = str(fields.get("code")) in {str(status) for status in _PASSING}
        return Trouble(EngineFailed("endpoint.said", host=self.host, reason=self._redacted(text)), again=again)

    def broken(self, broken: Broken, *, begun: bool) -> Trouble:
        key = "endpoint.cut_off" if begun else f"endpoint.{broken.cause}"
        error = EngineFailed(key, host=self.host, reason=self._redacted(broken.reason))
        return Trouble(error, again=broken.cause in ("unreachable", "broken_off"))

    def failed(self, key: str, **params: str | int) -> EngineFailed:
        return EngineFailed(key, hint=None, host=self.host, model=self.model, **params)

    def _unauthorised(self) -> EngineFailed:
        key = "endpoint.key_refused" if self.key_name else "endpoint.key_wanted"
        return EngineFailed(key, host=self.host, name=self.key_name)

    def _overflow(self, body: str) -> ContextOverflow:
        # llama.cpp tells both; the others tell them in prose, if at all.
        tokens = re.search(r"['\"]n_prompt_tokens['\"]:\s*(\d{1,9})", body)
        context = re.search(r"['\"]n_ctx['\"]:\s*(\d{1,9})", body)
        return ContextOverflow(
            "thinking.overflow",
            tokens=tokens[1] if tokens else "?",
            context=context[1] if context else self.context,
        )

    def _reason(self, status: int, body: str) -> str:
        from vtuber_cli.engines.endpoint import parsed

        if text := _message(parsed(body)):
            return self._redacted(text)
        try:
            return HTTPStatus(status).phrase
        except ValueError:
            return "?"

    def _redacted(self, text: str) -> str:
        secret = self.key.get_secret_value() if self.key else ""
        return _cut(text.replace(secret, "***") if secret else text)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks to wait for: told in seconds, in milliseconds, or as a date; None if not told."""
    if _SECONDS.fullmatch(milliseconds := headers.get("retry-after-ms", "").strip()):
        return min(float(milliseconds) / 1000, LONGEST_WAIT)
    said = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(said):
        return min(float(said), LONGEST_WAIT)
    then = _date(said)
    if then is None:
        return None
    # By the server's own clock, if it shows it.
    now = _date(headers.get("date", "")) or datetime.now(UTC)
    return min(max((then - now).total_seconds(), 0.0), LONGEST_WAIT)


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date


def _target(headers: Mapping[str, str]) -> str:
    """Where a redirect leads, without what may be secret in it."""
    try:
        parts = urlsplit(headers.get("location", ""))
        host = parts.hostname or ""
    except ValueError:
        return "?"
    return _cut(f"{parts.scheme}://{host}{parts.path}" if host else parts.path) or "?"


def _message(answer: object) -> str:
    """The sentence in what servers answer: `{"error": {"message": ...}}`, `{"error": ...}`, `{"detail": ...}`."""
    for _ in range(3):
        if not isinstance(answer, dict):
            break
        fields = cast("dict[str, Any]", answer)
        answer = next((fields[name] for name in ("message", "error", "detail", "msg") if fields.get(name)), None)
        if isinstance(answer, list):
            answer = cast("list[Any]", answer)[0] if answer else None
    return _cut(answer) if isinstance(answer, str) else ""


def _cut(text: str) -> str:
    text = one_line(text[: 4 * _LONGEST_REASON])
    return text if len(text) <= _LONGEST_REASON else text[: _LONGEST_REASON - 1] + "…"
