"""llama.cpp's own HTTP server with a real model, on a port of this machine and behind a key."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from vtuber_cli.engines.gguf import find

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY_NAME = "LLAMA_ENDPOINT_KEY"


@contextmanager
def llama_endpoint(model: Path, context: int) -> Iterator[str]:
    """Its base URL; the key is in the environment under `KEY_NAME` meanwhile."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as our own engine has it: else busy machines crawl
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    params.model.path = str(find(model))
    params.n_ctx = context
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = 64
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
    params.cache_ram_mib = 32
    params.ctx_shift = params.fit_params = False
    params.verbosity = -1
    params.offline = True
    params.hostnames = ["127.0.0.1"]
    key = secrets.token_urlsafe(24)
    params.api_keys = [key]
    server = Server(params)
    with patch.dict(os.environ, {KEY_NAME: key}):
        yield f"{server.listening_address}/v1"
    del server
