from collections.abc import Callable
from typing import Any

class CpuParams:
    n_threads: int

class CommonParamsModel:
    path: str

class CommonParams:
    api_keys: list[str]
    cache_ram_mib: int
    cpuparams: CpuParams
    cpuparams_batch: CpuParams
    ctx_shift: bool
    endpoint_slots: bool
    fit_params: bool
    hostnames: list[str]
    model: CommonParamsModel
    n_batch: int
    n_ctx: int
    n_ctx_checkpoints: int
    n_parallel: int
    n_threads_http: int
    n_ubatch: int
    offline: bool
    ui: bool
    verbosity: int

class Server:
    def __init__(self, params: CommonParams, /) -> None: ...
    @property
    def listening_address(self) -> str: ...
    def handle_chat_completions(
        self, request: dict[str, Any], callback: Callable[[dict[str, Any]], bool], /
    ) -> None: ...
