"""The types of voice that sherpa-onnx runs, and how their files are called.

Tried on weights: vits with a lexicon, kokoro with a lexicon. supertonic was tried on files of its shape; the others are
as sherpa-onnx documents them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vtuber_cli.engines.sherpa_files import ModelType

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODEL = r"(?!.*(vocos|hifigan|vocoder)).*\.onnx"
_TOKENS = r"tokens\.txt"
_RULES = {"rule_fsts": r".*\.fst", "rule_fars": r".*\.far"}
_LEXICON = {"lexicon": r"lexicon.*\.txt", "dict_dir": "dict"}

_SUPERTONIC = tuple(
    "ar bg cs da de el en es et fi fr hi hr hu id it ja ko lt lv nl pl pt ro ru sk sl sv tr uk vi".split()
)
"""It says nothing in any other."""

TYPES: Final[Mapping[str, ModelType]] = {
    "vits": ModelType(
        {"model": _MODEL, "tokens": _TOKENS}, _LEXICON | _RULES, word="vits", factory="OfflineTtsVitsModelConfig"
    ),
    "matcha": ModelType(
        {"acoustic_model": _MODEL, "vocoder": r"(vocos|hifigan).*\.onnx", "tokens": _TOKENS},
        _LEXICON | _RULES,
        marks=("matcha-tts",),
        word="matcha",
        factory="OfflineTtsMatchaModelConfig",
    ),
    "kokoro": ModelType(
        {"model": _MODEL, "voices": r"voices.*\.bin", "tokens": _TOKENS},
        _LEXICON | _RULES,
        marks=("kokoro", "kokoro-tts"),
        word="kokoro",
        factory="OfflineTtsKokoroModelConfig",
    ),
    "kitten": ModelType(
        {"model": _MODEL, "voices": r"voices.*\.bin", "tokens": _TOKENS},
        {"lexicon": r"lexicon.*\.txt"} | _RULES,
        marks=("kitten-tts",),
        word="kitten",
        factory="OfflineTtsKittenModelConfig",
    ),
    "supertonic": ModelType(
        {
            "duration_predictor": r"duration_predictor.*\.onnx",
            "text_encoder": r"text_encoder.*\.onnx",
            "vector_estimator": r"vector_estimator.*\.onnx",
            "vocoder": r"vocoder.*\.onnx",
            "tts_json": r"tts\.json",
            "unicode_indexer": r"unicode_indexer.*\.bin",
            "voice_style": r"voice.*\.bin",
        },
        word="supertonic",
        factory="OfflineTtsSupertonicModelConfig",
        languages=_SUPERTONIC,
    ),
}

_CODES: Final[Mapping[str, str]] = {
    "english": "en",
    "eng": "en",
    "chinese": "zh",
    "korean": "ko",
    "kor": "ko",
    "japanese": "ja",
    "jpn": "ja",
    "german": "de",
    "french": "fr",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
    "russian": "ru",
    "vietnamese": "vi",
}


def language_of(metadata: Mapping[str, str]) -> str:
    """The ISO 639-1 code of what a voice says it speaks; "" if it speaks several languages or does not say."""
    says = metadata.get("language", "").strip().lower()
    return _CODES.get(says) or (says if len(says) == 2 and says.isalpha() else "")


def speakers_of(metadata: Mapping[str, str]) -> dict[str, int]:
    """Names of speakers and their numbers, of a voice that gives them names."""
    names = [name.strip() for name in metadata.get("speaker_names", "").split(",") if name.strip()]
    return {name: number for number, name in enumerate(names)}


def is_readable(type: str, metadata: Mapping[str, str], *, lexicon: bool) -> bool:
    """Whether text can be read for a voice. Without a lexicon most want espeak, which sherpa-onnx has none of from 2.0
    on; some take letters as they are.
    """
    return lexicon or type == "supertonic" or metadata.get("frontend") == "characters"
