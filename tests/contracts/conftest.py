from __future__ import annotations

import pytest

from vtuber_cli.weights import Weights


@pytest.fixture(scope="session")
def weights() -> Weights:
    return Weights()
