"""A model's files from a repository of a model hub, at a pinned commit.

The hub's own library would do, but for one thing that it no longer does: go on, in a second run, where the first one
broke off. So its settings are read from it, HF_ENDPOINT and the user's token among them, and the files are fetched
here. What counts is our own hash of each file; the hub's word is only used to refuse a wrong one before it comes.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO

from vtuber_cli.errors import WeightsError
from vtuber_cli.weights import room, transfer
from vtuber_cli.weights.delivery import Unreachable
from vtuber_cli.weights.transfer import Answer, Misled, Transfer

if TYPE_CHECKING:
    from vtuber_cli.weights.catalog import File, HubSource
    from vtuber_cli.weights.delivery import Delivery
    from vtuber_cli.weights.staging import Staging

_log = logging.getLogger(__name__)

PAUSES = (1.0, 3.0, 9.0)
"""Seconds before the second, third and fourth try; bytes that came begin the count anew."""
_RESTARTS = 2
_LONGEST_PAUSE = 60.0
"""Of a pause that the hub asks for."""
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r"https?://[^/?#\s]+(/[^?#@\s]*)?")
_SECRET = re.compile(r"(?<=//).*@|^(?!\w+://).*@|[?#].*", re.DOTALL)
"""What may be secret in an address that is none: all up to the last @, and a query."""


def deliver(source: HubSource, delivery: Delivery) -> None:
    """Fetches every file, going on where an earlier try broke off.

    What came stays for the next try unless it is wrong.

    Raises:
        WeightsError: no room, unreachable, refused, not there, wrong size, wrong hash.
    """
    address = f"{endpoint()}/{source.repo}/resolve/{source.revision}"
    staging = delivery.staging
    room.require(delivery.size - staging.begun(delivery.wanted), staging.path)
    staging.path.mkdir(parents=True, exist_ok=True)
    downloads: list[_Download] = []
    before = 0
    for file in delivery.wanted:
        url = f"{address}/{source.paths.get(file.path, file.path)}"
        tell = delivery.telling("fetching", delivery.size, before)
        downloads.append(_Download(url, source.repo, file, staging, tell))
        before += file.size
    begun = {file.path for file in delivery.wanted if staging.size(file)}
    for download in downloads:
        download.run()
    before = 0
    for file, download in zip(delivery.wanted, downloads, strict=True):
        check = delivery.telling("checking", delivery.size, before)
        try:
            staging.verify(file, check)
        except WeightsError:
            if file.path not in begun:
                raise
            _log.warning("%s: what an earlier try left did not fit; anew", file.path)
            download.run()
            staging.verify(file, check)
        before += file.size


def endpoint() -> str:
    """Where the hub is.

    Raises:
        WeightsError: the user wants no network, or the address is none.
    """
    if any(os.environ.get(name, "").upper() in ("1", "ON", "YES", "TRUE") for name in _OFFLINE):
        raise Unreachable("weights.hub_offline")
    address = os.environ.get("HF_ENDPOINT", "").strip().rstrip("/")
    if not address:
        from huggingface_hub import constants

        address = constants.ENDPOINT
    if not _ADDRESS.fullmatch(address) or not _is_one(address):
        raise WeightsError("weights.hub_address", address=_SECRET.sub("", address))
    return address


def _is_one(address: str) -> bool:
    """Whether the client takes it, too."""
    import httpx

    try:
        url = httpx.URL(address)
        return bool(url.host) and (url.port or 1) < 2**16
    except httpx.InvalidURL:
        return False


_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def _token() -> str | None:
    """The user's token for the hub; asked for only where the hub gives nothing without."""
    from huggingface_hub import get_token

    try:
        return get_token()
    except Exception:  # noqa: BLE001 - it may sign in over the network, and raises whatever that raises
        _log.warning("the hub's library could not give a token", exc_info=True)
        return None


class _Download:
    """One file, from its first byte that is missing."""

    def __init__(self, url: str, repo: str, file: File, staging: Staging, tell: Callable[[int], None]) -> None:
        self._url = url
        self._host = re.sub(r"^https?://([^/]*@)?([^/]*).*", r"\2", url)
        self._repo = repo
        self._file = file
        self._staging = staging
        self._tell = tell
        self._token: str | None = None
        self._done = 0
        self._restarts = 0

    def run(self) -> None:
        """Returns when the part has the file's size.

        Raises:
            WeightsError: it cannot be had.
        """
        tries = 0
        self._done = self._staging.size(self._file)
        if self._done > self._file.size:
            self._begin_anew()
        while self._done < self._file.size:
            before = self._done
            try:
                pause = self._try()
            except WeightsError as error:
                if error.key in ("weights.wrong_size", "weights.wrong_hash"):
                    self._begin_anew()
                raise
            except _Broken as broken:
                tries = 1 if self._done > before else tries + 1
                # Nobody has answered yet: the machine is offline, and had better hear of it at once.
                if tries > len(PAUSES) or (broken.offline and self._done == 0):
                    raise self._unreachable(broken) from broken
                pause = max(PAUSES[tries - 1], broken.pause)
            self._wait(pause)

    def _try(self) -> float:
        """Fetches as much as comes; returns the seconds to wait before the next try, if one is needed."""
        import httpx

        headers = {"Range": f"bytes={self._done}-"} if self._done else {}
        stream: BinaryIO | None = None
        try:
            with Transfer(self._url, headers, self._token) as items:
                for item in items:
                    if isinstance(item, Answer):
                        if self._again(item):
                            return 0.0
                        stream = self._staging.part(self._file).open("ab")
                    elif item is not None and stream is not None:
                        self._keep(item, stream)
                    self._tell(self._done)
        except Misled as error:
            raise WeightsError("weights.hub_misled", host=self._host, target=error) from error
        except httpx.TransportError as error:
            _log.info("%s: %r at byte %d", self._file.path, error, self._done)
            odd = type(error).__name__ if isinstance(error, httpx.RemoteProtocolError) else ""
            raise _Broken(offline=isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)), odd=odd) from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            _log.warning("%s: %r", self._file.path, error)
            raise WeightsError("weights.hub_odd", host=self._host, reason=type(error).__name__) from error
        finally:
            if stream is not None:
                _settle(stream)
        if self._done < self._file.size:
            raise _Broken
        return 0.0

    def _keep(self, block: bytes, stream: BinaryIO) -> None:
        self._done += len(block)
        if self._done > self._file.size:
            raise self._refusal("wrong_size", self._file.size, f"> {self._file.size}")
        stream.write(block)

    def _again(self, answer: Answer) -> bool:
        """Whether to ask once more, differently; False if the answer's bytes go on where ours end.

        Raises:
            WeightsError, _Broken: there is no file in this answer.
        """
        if answer.status in (401, 403) and self._token is None:
            self._token = _token()
            if self._token is not None:
                return True
        self._check(answer)
        begins = 0
        if answer.status == HTTPStatus.PARTIAL_CONTENT:
            found = _RANGE.fullmatch(answer.headers.get("content-range", ""))
            begins = int(found[1]) if found else -1
        if begins == self._done:
            return False
        self._restart()  # it has no part of a file to give, or another one
        return begins != 0

    def _check(self, answer: Answer) -> None:
        status, host = answer.status, self._host
        if status in _LATER:
            raise _Broken(status, pause=_pause(answer))
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            self._restart()
            raise _Broken(status)
        if status in (401, 403):
            raise WeightsError("weights.hub_login", host=host, repo=self._repo, status=status)
        if status in (404, 410):
            raise WeightsError("weights.hub_lacks", host=host, repo=self._repo, file=self._file.path)
        if status not in (200, 206):
            raise WeightsError("weights.hub_odd", host=host, reason=f"HTTP {status}")
        # Nobody asked for a packed answer, and a few bytes of one may be gigabytes.
        if (packing := answer.headers.get("content-encoding", "identity")) != "identity":
            raise WeightsError("weights.hub_odd", host=host, reason=f"Content-Encoding: {packing}")
        self._compare(answer)

    def _compare(self, answer: Answer) -> None:
        """Refuses a file of another size or hash before it comes, where the hub tells."""
        sizes = [answer.linked.get("x-linked-size", "")]
        if answer.status == HTTPStatus.OK:
            sizes.append(answer.headers.get("content-length", ""))
        if found := _RANGE.fullmatch(answer.headers.get("content-range", "")):
            sizes.append(found[2])
        for size in sizes:
            if size.isdecimal() and int(size) != self._file.size:
                raise self._refusal("wrong_size", self._file.size, size)
        told = answer.linked.get("x-linked-etag", "").removeprefix("W/").strip('"')
        if _SHA256.fullmatch(told) and told != self._file.sha256:
            raise self._refusal("wrong_hash", self._file.sha256, told)

    def _refusal(self, key: str, expected: object, actual: object) -> WeightsError:
        return WeightsError(f"weights.{key}", file=self._file.path, expected=expected, actual=actual)

    def _begin_anew(self) -> None:
        self._staging.part(self._file).unlink(missing_ok=True)
        self._done = 0

    def _restart(self) -> None:
        """Begins anew because of an odd answer. That may help once or twice."""
        self._begin_anew()
        self._restarts += 1
        if self._restarts > _RESTARTS:
            raise WeightsError("weights.hub_odd", host=self._host, reason="Range")

    def _unreachable(self, broken: _Broken) -> Unreachable:
        if broken.status:
            return Unreachable("weights.hub_busy", host=self._host, status=broken.status)
        if self._done:
            percent = self._done * 100 // self._file.size
            return Unreachable("weights.hub_broken", host=self._host, file=self._file.path, percent=percent)
        if broken.odd:
            return Unreachable("weights.hub_odd", host=self._host, reason=broken.odd)
        return Unreachable("weights.hub_unreachable", host=self._host)

    def _wait(self, seconds: float) -> None:
        while seconds > 0:
            self._tell(self._done)
            threading.Event().wait(min(seconds, transfer.TICK))
            seconds -= transfer.TICK


class _Broken(Exception):
    """A try that failed in a way that another may not."""

    def __init__(self, status: int = 0, *, pause: float = 0.0, offline: bool = False, odd: str = "") -> None:
        super().__init__(status)
        self.status = status
        self.pause = pause
        self.offline = offline
        self.odd = odd
        """What is wrong with what came, if it is no HTTP."""


def _settle(stream: BinaryIO) -> None:
    """Puts on the disk what was written, and closes the file whatever happens."""
    try:
        stream.flush()
        os.fsync(stream.fileno())
    finally:
        stream.close()


def _pause(answer: Answer) -> float:
    """The seconds that the hub asks to wait; a date is not understood, and costs nothing."""
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), _LONGEST_PAUSE) if asked.isdecimal() else 0.0
