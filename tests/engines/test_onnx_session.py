from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vtuber_cli.engines.onnx_session import OnnxError, open_session, with_output


def field(number: int, value: bytes) -> bytes:
    """A short length-delimited field, written out by hand."""
    return bytes([number * 8 + 2, len(value)]) + value


def float_tensor(name: bytes) -> bytes:
    """A ValueInfoProto of a float vector of any length."""
    shape = field(2, field(1, field(2, b"n")))
    return field(1, name) + field(2, field(1, b"\x08\x01" + shape))


def negated_twice() -> bytes:
    """A model x -> Neg -> inner -> Neg -> y, in protocol buffers' wire format."""
    first = field(1, b"x") + field(2, b"inner") + field(4, b"Neg")
    second = field(1, b"inner") + field(2, b"y") + field(4, b"Neg")
    graph = field(1, first) + field(1, second) + field(2, b"g")
    graph += field(11, float_tensor(b"x")) + field(12, float_tensor(b"y"))
    return b"\x08\x08" + field(7, graph) + field(8, b"\x10\x0d")


def outputs(model: bytes) -> list[str]:
    return [output.name for output in open_session(model, threads=1).get_outputs()]


def test_an_inner_tensor_becomes_the_last_output() -> None:
    np = pytest.importorskip("numpy")
    assert outputs(negated_twice()) == ["y"]
    tapped = open_session(with_output(negated_twice(), "inner"), threads=1)
    assert [output.name for output in tapped.get_outputs()] == ["y", "inner"]
    y, inner = tapped.run(None, {"x": np.array([1.0, 2.0], np.float32)})
    assert y.tolist() == [1.0, 2.0]
    assert inner.tolist() == [-1.0, -2.0]


def test_a_long_name_gets_a_long_length() -> None:
    model = negated_twice()
    tail = with_output(model, "t" * 300)[len(model) :]
    assert tail == b"\x3a\xb2\x02" + b"\x62\xaf\x02" + b"\x0a\xac\x02" + b"t" * 300


def test_a_tensor_that_does_not_exist_is_refused() -> None:
    with pytest.raises(OnnxError):
        open_session(with_output(negated_twice(), "absent"), threads=1)


@pytest.mark.parametrize("model", [b"", b"garbage", negated_twice()[:-30]])
def test_bytes_that_are_no_model_are_refused(model: bytes) -> None:
    with pytest.raises(OnnxError) as raised:
        open_session(model, threads=1)
    assert "ONNXRuntime" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_runtime_tells_nobody_and_keeps_no_identifier(tmp_path: Path) -> None:
    """It writes both below the user's cache as soon as a session is made, unless it was told not to before."""
    model = tmp_path / "model.onnx"
    model.write_bytes(negated_twice())
    code = (
        "import sys; from pathlib import Path; from vtuber_cli.engines.onnx_session import open_session\n"
        "open_session(Path(sys.argv[1]).read_bytes(), threads=1)"
    )
    home = tmp_path / "home"
    home.mkdir()
    unset = ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    environment = kept | {"HOME": str(home), "USERPROFILE": str(home), "LOCALAPPDATA": str(home)}
    subprocess.run([sys.executable, "-c", code, str(model)], env=environment, check=True)
    assert list(home.iterdir()) == []
