"""What Piper and hibari do beyond the contract of voices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.contracts.building import Elsewhere, built
from vtuber_cli.engines.base import Stop
from vtuber_cli.engines.tts_piper import Piper
from vtuber_cli.errors import EngineUnavailable, UsageError, WeightsError
from vtuber_cli.weights import Weights

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def weights() -> Weights:
    return Weights()


@pytest.fixture
def joe(weights: Weights, tmp_path: Path) -> Path:
    """Piper's voice in a folder of its own, whose configuration may be changed."""
    if weights.missing(["piper-joe"]):
        pytest.skip("the weights piper-joe are not installed; vtuber models get piper-joe")
    real = next(weights.path("piper-joe").glob("*.onnx"))
    (tmp_path / real.name).symlink_to(real)
    (tmp_path / f"{real.name}.json").write_bytes(real.with_name(f"{real.name}.json").read_bytes())
    return tmp_path


def configure(folder: Path, **changes: object) -> None:
    file = next(folder.glob("*.json"))
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def seconds(engine: Piper, text: str) -> float:
    return sum(speech.seconds for speech in engine.speak(text, Stop()))


def test_piper_is_slower_and_louder_on_request(weights: Weights) -> None:
    text = "The stars are kind tonight, my friend."
    still = {"noise_scale": 0.0, "noise_w_scale": 0.0}
    with built("tts", "piper", weights, **still) as plain, built("tts", "piper", weights, **still) as again:
        first, second = (list(engine.speak(text, Stop())) for engine in (plain, again))
        assert all(np.array_equal(a.samples, b.samples) for a, b in zip(first, second, strict=True))
        usual = seconds(plain, text)
    with built("tts", "piper", weights, length_scale=1.5, volume=0.5, **still) as slow:
        assert 1.3 < seconds(slow, text) / usual < 1.7
        loud, soft = (np.abs(next(iter(e)).samples).max() for e in (first, slow.speak(text, Stop())))
        assert soft < loud / 2


def test_piper_names_its_sounds(weights: Weights) -> None:
    with built("tts", "piper", weights) as piper:
        (speech,) = piper.speak("Tonight.", Stop())
    symbols = [phoneme.symbol for phoneme in speech.phonemes]
    assert symbols[0] == symbols[-1] == "_"
    assert "".join(symbols[1:-1]) == "tənˈaɪt."


def test_hibari_names_its_sounds(weights: Weights) -> None:
    with built("tts", "hibari", weights) as hibari:
        (speech,) = hibari.speak("Tonight.", Stop())
    symbols = [phoneme.symbol for phoneme in speech.phonemes]
    assert symbols[0] == symbols[-1] == "_"
    assert "".join(symbols[1:-1]) == "tənˈIt."


def test_hibari_says_abbreviations_in_one_breath(weights: Weights) -> None:
    with built("tts", "hibari", weights) as hibari:
        assert len(list(hibari.speak("Cats vs. Dogs.", Stop()))) == 1
        assert len(list(hibari.speak("I saw cats. Dogs too.", Stop()))) == 2


def test_hibari_repeats_itself_and_keeps_pace(weights: Weights) -> None:
    with built("tts", "hibari", weights) as hibari:
        first, second = (next(iter(hibari.speak("Tonight.", Stop()))) for _ in range(2))
        assert np.array_equal(first.samples, second.samples)
    with built("tts", "hibari", weights, speed=0.7) as slow:
        assert next(iter(slow.speak("Tonight.", Stop()))).seconds > first.seconds * 1.1


def test_hibari_loses_no_sentence_over_a_word_it_cannot_read(weights: Weights) -> None:
    with built("tts", "hibari", weights) as hibari:
        (speech,) = hibari.speak("hello ¹Ú world", Stop())
    assert {"w", "ɜ", "h"} <= {phoneme.symbol for phoneme in speech.phonemes}


def test_piper_refuses_a_speaker_it_does_not_have(weights: Weights, joe: Path) -> None:
    for speaker in ("nobody", "1", "-1", "²"):
        with pytest.raises(UsageError) as refused:
            Piper(Piper.Options(speaker=speaker), Elsewhere(joe))
        assert refused.value.params["speaker"] == speaker
    Piper(Piper.Options(speaker="0"), Elsewhere(joe)).close()


def test_piper_refuses_a_reader_that_would_download(joe: Path) -> None:
    configure(joe, phoneme_type="pinyin")
    with pytest.raises(EngineUnavailable):
        Piper(Piper.Options(), Elsewhere(joe))


def test_piper_refuses_a_language_that_espeak_does_not_know(joe: Path) -> None:
    configure(joe, espeak={"voice": "xx-nowhere"})
    with pytest.raises(EngineUnavailable):
        Piper(Piper.Options(), Elsewhere(joe))


def test_piper_does_not_choose_between_two_voices(joe: Path) -> None:
    (joe / "another.onnx").write_bytes(b"")
    with pytest.raises(WeightsError) as refused:
        Piper(Piper.Options(), Elsewhere(joe))
    assert refused.value.params["count"] == 2


def test_piper_speaks_without_timings_where_the_graph_has_none(
    joe: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A voice exported by other means: the same graph under other names."""
    folder = tmp_path_factory.mktemp("renamed")
    real = next(joe.glob("*.onnx"))
    (folder / "voice.onnx").write_bytes(real.read_bytes().replace(b"/Ceil_output_0", b"/Ceil_renamed_"))
    (folder / "voice.onnx.json").write_bytes(real.with_name(f"{real.name}.json").read_bytes())
    piper = Piper(Piper.Options(), Elsewhere(folder))
    assert not piper.capabilities.phonemes
    (speech,) = piper.speak("Tonight.", Stop())
    assert speech.phonemes == ()
    assert speech.seconds > 0.3
    piper.close()
