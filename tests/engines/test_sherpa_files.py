"""Which files make a model, told from names and metadata alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engines.onnx_made import field, put, recogniser, voice
from vtuber_cli.engines.asr_sherpa import SherpaAsr
from vtuber_cli.engines.asr_sherpa_types import TYPES, languages_of
from vtuber_cli.engines.onnx_session import OnnxError, read_metadata
from vtuber_cli.engines.sherpa_files import find
from vtuber_cli.errors import WeightsError

if TYPE_CHECKING:
    from pathlib import Path

_FOLDERS = {
    "moonshine": ("encoder_model.ort", "decoder_model_merged.ort", "tokens.txt"),
    "moonshine-v1": ("preprocess.onnx", "encode.int8.onnx", "uncached_decode.int8.onnx", "cached_decode.int8.onnx"),
    "whisper": ("tiny-encoder.int8.onnx", "tiny-encoder.onnx", "tiny-decoder.int8.onnx", "tiny-tokens.txt"),
    "transducer": (
        "encoder-epoch-99-avg-1.int8.onnx",
        "encoder-epoch-99-avg-1.onnx",
        "decoder-epoch-99-avg-1.onnx",
        "joiner-epoch-99-avg-1.int8.onnx",
    ),
}


def marked(**metadata: str) -> bytes:
    """A file with metadata and without a graph."""
    return b"".join(field(14, field(1, key.encode()) + field(2, text.encode())) for key, text in metadata.items())


def test_the_options_name_every_type_and_no_other() -> None:
    named = SherpaAsr.Options.model_json_schema()["properties"]["type"]["enum"]
    assert set(named) == {"auto", *TYPES}


@pytest.mark.parametrize("type", _FOLDERS)
def test_the_files_names_tell_the_type(tmp_path: Path, type: str) -> None:
    put(tmp_path, dict.fromkeys((*_FOLDERS[type], "tokens.txt", "README.md", "test.wav"), ""))
    found = find(tmp_path, TYPES, "auto", "asr")
    assert found.type == type
    assert set(found.files) == set(TYPES[type].files)
    assert len(set(found.files.values())) == len(found.files)


@pytest.mark.parametrize(
    ("mark", "type"),
    [("sense_voice_ctc", "sense-voice"), ("paraformer", "paraformer"), ("EncDecCTCModelBPE", "nemo-ctc")],
)
def test_where_names_do_not_tell_the_metadata_do(tmp_path: Path, mark: str, type: str) -> None:
    put(tmp_path, {"model.int8.onnx": marked(comment="x", model_type=mark), "tokens.txt": ""})
    assert find(tmp_path, TYPES, "auto", "asr").type == type
    assert find(tmp_path / "model.int8.onnx", TYPES, "auto", "asr").type == type


def test_or_the_folder_does(tmp_path: Path) -> None:
    folder = put(tmp_path / "sherpa-onnx-dolphin-base-ctc", {"model.int8.onnx": marked(), "tokens.txt": ""})
    assert find(folder, TYPES, "auto", "asr").type == "dolphin"
    assert find(folder / "model.int8.onnx", TYPES, "auto", "asr").type == "dolphin"


def test_or_else_one_has_to_say(tmp_path: Path) -> None:
    put(tmp_path, {"model.onnx": marked(model_type="something new"), "tokens.txt": ""})
    with pytest.raises(WeightsError) as raised:
        find(tmp_path, TYPES, "auto", "asr")
    assert raised.value.key == "sherpa.unclear"
    assert find(tmp_path, TYPES, "wenet-ctc", "asr").type == "wenet-ctc"


def test_small_files_are_taken_first_and_a_file_that_was_named_before_them(tmp_path: Path) -> None:
    put(tmp_path, dict.fromkeys(_FOLDERS["whisper"], ""))
    assert find(tmp_path, TYPES, "auto", "asr").files["encoder"].name == "tiny-encoder.int8.onnx"
    assert find(tmp_path / "tiny-encoder.onnx", TYPES, "auto", "asr").files["encoder"].name == "tiny-encoder.onnx"


def test_what_is_missing_is_named_for_a_type_that_was_named(tmp_path: Path) -> None:
    put(tmp_path, {"encoder.onnx": "", "tokens.txt": ""})
    with pytest.raises(WeightsError) as raised:
        find(tmp_path, TYPES, "transducer", "asr")
    assert raised.value.key == "sherpa.missing"
    assert raised.value.params["files"] == "decoder, joiner"


def test_whisper_says_which_languages_it_knows(tmp_path: Path) -> None:
    files = dict.fromkeys(_FOLDERS["whisper"], "")
    put(tmp_path, files | {"tiny-encoder.int8.onnx": marked(is_multilingual="1", all_language_codes="en,ko,ja")})
    assert languages_of(find(tmp_path, TYPES, "auto", "asr")) == ("en", "ko", "ja")
    put(tmp_path, {"tiny-encoder.int8.onnx": marked(is_multilingual="0", all_language_codes="en,ko")})
    assert languages_of(find(tmp_path, TYPES, "auto", "asr")) == ("en",)


def test_moonshines_folder_says_which_language_it_knows(tmp_path: Path) -> None:
    folder = put(tmp_path / "sherpa-onnx-moonshine-tiny-ko-quantized", dict.fromkeys(_FOLDERS["moonshine"], ""))
    assert languages_of(find(folder, TYPES, "auto", "asr")) == ("ko",)


def test_metadata_are_read_past_the_graph(tmp_path: Path) -> None:
    put(tmp_path, {"a.onnx": recogniser()[0], "v.onnx": voice(language="Korean")[0]})
    assert read_metadata(tmp_path / "a.onnx") == {"model_type": "zipformer2_ctc"}
    assert read_metadata(tmp_path / "v.onnx")["language"] == "Korean"


@pytest.mark.parametrize("content", [b"\xff" * 40, b"<!DOCTYPE html>" * 9, b"garbage", recogniser()[0][:-3]])
def test_metadata_of_no_model_are_refused(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, {"a.onnx": content})
    with pytest.raises(OnnxError):
        read_metadata(tmp_path / "a.onnx")
