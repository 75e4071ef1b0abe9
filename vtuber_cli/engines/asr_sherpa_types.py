"""The types of recogniser that sherpa-onnx runs, and how their files are called.

Tried on weights: moonshine. The others are as sherpa-onnx documents them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from vtuber_cli.engines.sherpa_files import ModelType, metadata_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vtuber_cli.engines.sherpa_files import Found

_ENCODER = r"encoder.*\.onnx"
_DECODER = r"decoder.*\.onnx"
_TOKENS = r"tokens\.txt"
_ONE = {"model": r"(?!.*(encode|decode|joiner|preprocess)).*\.onnx", "tokens": _TOKENS}
_PAIR = {"encoder": _ENCODER, "decoder": _DECODER, "tokens": _TOKENS}

TYPES: Final[Mapping[str, ModelType]] = {
    "moonshine": ModelType(
        {
            "encoder": r"encoder.*\.(ort|onnx)",
            "decoder": r"decoder.*merged.*\.(ort|onnx)",
            "tokens": r"tokens\.txt|tokenizer\.bin",
        },
        word="moonshine",
        factory="from_moonshine_v2",
        languages=("en",),
        longest=15.0,
    ),
    "moonshine-v1": ModelType(
        {
            "preprocessor": r"preprocess.*\.onnx",
            "encoder": r"encode\b.*\.onnx",
            "uncached_decoder": r"uncached_decode.*\.onnx",
            "cached_decoder": r"cached_decode.*\.onnx",
            "tokens": _TOKENS,
        },
        factory="from_moonshine",
        languages=("en",),
        longest=15.0,
    ),
    "whisper": ModelType(
        {"encoder": r".+-encoder.*\.onnx", "decoder": r".+-decoder.*\.onnx", "tokens": r".+-tokens\.txt"},
        factory="from_whisper",
        longest=28.0,
    ),
    "transducer": ModelType({**_PAIR, "joiner": r"joiner.*\.onnx"}, factory="from_transducer"),
    "sense-voice": ModelType(
        _ONE,
        marks=("sense_voice_ctc",),
        word="sense-voice",
        factory="from_sense_voice",
        languages=("zh", "en", "ja", "ko", "yue"),
    ),
    "paraformer": ModelType(
        {"paraformer": _ONE["model"], "tokens": _TOKENS},
        marks=("paraformer",),
        word="paraformer",
        factory="from_paraformer",
    ),
    "zipformer-ctc": ModelType(_ONE, marks=("zipformer2_ctc",), word="zipformer-ctc", factory="from_zipformer_ctc"),
    "nemo-ctc": ModelType(
        _ONE,
        marks=("EncDecCTCModelBPE", "EncDecCTCModel", "EncDecHybridRNNTCTCBPEModel"),
        word="nemo",
        factory="from_nemo_ctc",
    ),
    "wenet-ctc": ModelType(_ONE, marks=("wenet_ctc",), word="wenet", factory="from_wenet_ctc"),
    "telespeech-ctc": ModelType(
        _ONE, marks=("telespeech_ctc",), word="telespeech", factory="from_telespeech_ctc", languages=("zh",)
    ),
    "dolphin": ModelType(_ONE, marks=("dolphin",), word="dolphin", factory="from_dolphin_ctc"),
    "omnilingual": ModelType(_ONE, marks=("omnilingual-asr",), word="omnilingual", factory="from_omnilingual_asr_ctc"),
    "fire-red-ctc": ModelType(_ONE, word="fire-red", factory="from_fire_red_asr_ctc", languages=("zh", "en")),
    "medasr": ModelType(_ONE, marks=("medasr_ctc",), word="medasr", factory="from_medasr_ctc", languages=("en",)),
    "canary": ModelType(
        _PAIR,
        marks=("EncDecMultiTaskModel",),
        word="canary",
        factory="from_nemo_canary",
        languages=("en", "de", "es", "fr"),
    ),
    "fire-red": ModelType(_PAIR, word="fire-red", factory="from_fire_red_asr", languages=("zh", "en")),
}

_MOONSHINE_LANGUAGE = re.compile(r"moonshine-(?:tiny|base|small|medium)-([a-z]{2})\b")


def languages_of(found: Found) -> tuple[str, ...]:
    """What a model understands, as far as its files and its folder's name tell; empty if they do not.

    Raises:
        OnnxError, OSError: its metadata cannot be read.
    """
    if found.type == "whisper":
        says = metadata_of([found.files["encoder"]])
        several = says.get("is_multilingual", "1") == "1"
        return tuple(code for code in says.get("all_language_codes", "").split(",") if code) if several else ("en",)
    if named := _MOONSHINE_LANGUAGE.search(f"{found.path.parent.name}/{found.path.name}"):
        return (named[1],)
    return TYPES[found.type].languages
