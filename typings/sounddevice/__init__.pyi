from collections.abc import Callable
from typing import TypedDict, overload

from typing_extensions import Buffer

class PortAudioError(Exception): ...

class _Device(TypedDict):
    name: str
    index: int
    hostapi: int
    max_input_channels: int
    max_output_channels: int
    default_samplerate: float

class _HostApi(TypedDict):
    name: str

class CallbackFlags:
    input_overflow: bool

class _Stream:
    samplerate: float
    latency: float
    channels: int
    active: bool
    def start(self) -> None: ...
    def stop(self, ignore_errors: bool = ...) -> None: ...
    def abort(self, ignore_errors: bool = ...) -> None: ...
    def close(self, ignore_errors: bool = ...) -> None: ...

class RawInputStream(_Stream):
    def __init__(
        self,
        samplerate: float | None = ...,
        blocksize: int | None = ...,
        device: int | str | None = ...,
        channels: int | None = ...,
        dtype: str | None = ...,
        latency: float | str | None = ...,
        callback: Callable[[Buffer, int, object, CallbackFlags], None] | None = ...,
        finished_callback: Callable[[], None] | None = ...,
    ) -> None: ...

class RawOutputStream(_Stream):
    write_available: int
    def __init__(
        self,
        samplerate: float | None = ...,
        blocksize: int | None = ...,
        device: int | str | None = ...,
        channels: int | None = ...,
        dtype: str | None = ...,
        latency: float | str | None = ...,
    ) -> None: ...
    def write(self, data: Buffer) -> bool: ...

class _Default:
    device: tuple[int, int]

default: _Default

@overload
def query_devices(device: None = ..., kind: None = ...) -> tuple[_Device, ...]: ...
@overload
def query_devices(device: int) -> _Device: ...
def query_hostapis() -> tuple[_HostApi, ...]: ...
def _initialize() -> None: ...
def _terminate() -> None: ...
def _exit_handler() -> None: ...
