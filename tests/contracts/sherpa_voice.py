"""A real voice for sherpa-onnx, out of what is here: Piper's Joe, with a lexicon that Piper's own reader writes.

Joe is a VITS model; sherpa-onnx reads for it from a lexicon, and so it needs no espeak.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.engines.onnx_made import field

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def joe_with_a_lexicon(joe: Path, texts: Iterable[str], folder: Path) -> Path:
    """Fills `folder` with a voice that can say every word of `texts`.

    Args:
        joe: the catalogue's folder of piper-joe.
    """
    from piper.phonemize_espeak import EspeakPhonemizer

    (onnx,) = joe.glob("*.onnx")
    ids: dict[str, list[int]] = json.loads(onnx.with_name(f"{onnx.name}.json").read_text())["phoneme_id_map"]
    says = {
        "model_type": "vits",
        "comment": "coqui",  # takes three scales in one tensor, as Joe does
        "language": "English",
        "sample_rate": "22050",
        "n_speakers": "1",
        "add_blank": "1",
        "punctuation": ". , ! ?",
    }
    metadata = (field(14, field(1, key.encode()) + field(2, text.encode())) for key, text in says.items())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(onnx.read_bytes() + b"".join(metadata))
    (folder / "tokens.txt").write_text("".join(f"{symbol} {number}\n" for symbol, (number, *_) in ids.items()))
    read = EspeakPhonemizer()
    lines: list[str] = []
    for word in sorted({word for text in texts for word in re.findall(r"[a-z]+", text.lower())}):
        phonemes = [sound for sentence in read.phonemize("en-us", word) for sound in sentence if sound in ids]
        lines.append(f"{word} {' '.join(phonemes)}\n")
    (folder / "lexicon.txt").write_text("".join(lines))
    return folder
