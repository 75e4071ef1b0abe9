"""How fast each engine is on this machine: how long it loads, its first result, and its pace.

Every engine is measured alone in a process of its own, so that neither its neighbours' threads nor what they left in
memory count, a library that ends the process ends that one, and its load is what the first start of a talk pays (but
for the disk, which keeps what it read before). The inputs are fixed: a shipped recording, and the sentences here.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from vtuber_cli import log, yaml_file
from vtuber_cli.bench.machine import Machine, peak_rss_mb
from vtuber_cli.engines import choice, registry
from vtuber_cli.engines.base import Message, ReplyRequest, Stop
from vtuber_cli.engines.speeds import Speed
from vtuber_cli.errors import EngineFailed, EngineUnavailable, UsageError, VtuberError, WeightsError
from vtuber_cli.events import EAR_RATE
from vtuber_cli.weights import Weights

if TYPE_CHECKING:
    from vtuber_cli.engines.base import Asr, Llm, Tts, Vad
    from vtuber_cli.events import EngineKind, Samples

_PATIENCE = 300.0
"""Seconds for one engine, loading included."""
_TIMES = 3
"""Warm calls, of which the median counts."""
_CLIP = "amiable.flac"
_CLAUSE = {"en": "Sure, the stars are out tonight.", "ko": "네, 오늘 밤은 별이 참 밝아요."}
_SENTENCE = {
    "en": "The moon is bright tonight, and somebody far away is thinking of you.",
    "ko": "오늘 밤은 달이 밝고, 멀리 있는 누군가가 당신을 생각하고 있어요.",
}
_PERSONA = {
    "en": "You are Mika, a young fortune teller who lives under the stars. You are warm, playful and a little sleepy. "
    "You are talking out loud with a friend. Answer in one or two short sentences.",
    "ko": "당신은 별빛 아래에서 점을 봐 주는 소녀 미카예요. 다정하고 장난기가 많아요. "
    "지금 친구와 소리 내어 이야기하고 있어요. 편안한 해요체로, 짧은 문장 한두 개로만 대답하세요.",
}
_QUESTIONS = {
    "en": ("What do the stars say about tomorrow?", "Where should I look for luck?", "Is the moon awake?", "And you?"),
    "ko": ("내일 운세는 어때요?", "행운은 어디에 있을까요?", "달은 깨어 있나요?", "당신은요?"),
}
_TOKENS = 48
_ERRORS: Mapping[str, type[VtuberError]] = {
    known.__name__: known for known in (WeightsError, EngineUnavailable, UsageError, EngineFailed, VtuberError)
}
"""Whose exit codes survive the way out of a process."""
_READ_ALOUD = {"en": 15.0, "ko": 7.0}
"""Characters a second, as voices say them."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An engine with its options."""

    kind: EngineKind
    engine: str
    options: Mapping[str, object] = field(default_factory=dict[str, object])
    language: str = "en"

    @property
    def model(self) -> str | None:
        model = self.options.get("model")
        return None if model is None else str(model)


@dataclass(frozen=True, slots=True)
class Pace:
    """What the calls took, in seconds."""

    first: float
    warm: float
    real_time_factor: float
    tokens_per_s: float | None = None


def measured_alone(subject: Subject, models_dir: Path | None, machine: Machine) -> Speed:
    """Measures an engine in a process of its own.

    Args:
        subject: what.
        models_dir: where models are, if the settings say.
        machine: as it was before anything was measured.

    Raises:
        VtuberError: whatever the engine says; or that it ended its process, or took too long.
    """
    asked = json.dumps({**asdict(subject), "models": str(models_dir) if models_dir else None})
    command = [sys.executable, "-m", "vtuber_cli.bench.alone"]
    name = f"{subject.kind}.{subject.engine}"
    try:
        # What an engine is told may hold a key: by a pipe, not for everybody to read among the processes.
        done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise EngineFailed("engine.bench_slow", name=name, seconds=round(_PATIENCE)) from None
    try:
        said = cast("dict[str, Any]", json.loads(done.stdout.splitlines()[-1]))
    except (ValueError, IndexError):
        _note(done.stderr)
        raise EngineFailed("engine.bench_died", name=name, code=done.returncode) from None
    if error := said.get("error"):
        raise _ERRORS.get(error["class"], EngineFailed)(error["key"], hint=error["hint"], **error["params"])
    return Speed(**said["speed"], load=machine.load, busy=machine.busy)


def measured(subject: Subject, weights: Weights) -> Speed:
    """Measures an engine in this process. Raises what the engine raises."""
    from datetime import UTC, datetime

    began = time.perf_counter()
    made = registry.load(subject.kind, subject.engine)
    given = yaml_file.Document(f"engines.{subject.kind}.options ({subject.engine})", dict(cast("Any", subject.options)))
    options = yaml_file.validate(given, made.Options)
    engine = cast("Any", made)(options, weights)
    load = time.perf_counter() - began
    try:
        pace = _PACES[subject.kind](engine, subject.language)
    finally:
        engine.close()
    return Speed(
        kind=subject.kind,
        engine=subject.engine,
        model=getattr(options, "model", None),
        language=subject.language,
        load_s=round(load, 3),
        first_result_s=round(pace.first, 5),
        warm_result_s=round(pace.warm, 5),
        real_time_factor=round(pace.real_time_factor, 5),
        tokens_per_s=None if pace.tokens_per_s is None else round(pace.tokens_per_s, 1),
        memory_mb=peak_rss_mb(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def subjects(weights: Weights, language: str, wanted: Sequence[tuple[EngineKind, str]]) -> Iterator[Subject]:
    """What there is to measure of these engines: each with every model that is here, or as it is if it has none.

    Args:
        weights: say which models are here.
        language: to measure in, where the model knows it.
        wanted: kinds and names.
    """
    for kind, engine in wanted:
        fitting = [one.model for one in choice.fitting(engine, choice.candidates(kind, weights)) if one.here]
        for model in fitting:
            spoken = language if choice.knows(model, language) else model.languages[0]
            yield Subject(kind, engine, {"model": model.name, **model.options}, _ours(spoken))
        if not fitting:
            yield Subject(kind, engine, {}, _ours(language))


def _ours(language: str) -> str:
    return language if language in _CLAUSE else "en"


def _note(stderr: str) -> None:
    """What a process said in its last moments, for whoever looks for the fault."""
    try:
        with log.native_file().open("a", encoding="utf-8") as stream:
            stream.write(stderr)
    except OSError:  # no log, no note
        return


# --- one kind each ----------------------------------------------------------------------------------------------


def _seconds(job: Callable[[], object]) -> float:
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def _clip() -> Samples:
    from vtuber_cli.audio import wav
    from vtuber_cli.bench.utterances import SHIPPED

    return wav.read(Path(SHIPPED / _CLIP))


def _vad(engine: Vad, language: str) -> Pace:
    clip = _clip()
    size = engine.frame
    frames = [clip[at : at + size] for at in range(0, len(clip) - size, size)]
    first = _seconds(lambda: engine.probability(frames[0]))
    whole = _seconds(lambda: [engine.probability(frame) for frame in frames])
    return Pace(first, whole / len(frames), whole / (len(frames) * size / EAR_RATE))


def _asr(engine: Asr, language: str) -> Pace:
    clip = _clip()

    def hear() -> None:
        engine.transcribe(clip, "en", Stop())

    first = _seconds(hear)
    warm = statistics.median(_seconds(hear) for _ in range(_TIMES))
    return Pace(first, warm, warm / (len(clip) / EAR_RATE))


def _tts(engine: Tts, language: str) -> Pace:
    def first_sound() -> float:
        return _seconds(lambda: next(iter(engine.speak(_CLAUSE[language], Stop())), None))

    def factor() -> float:
        began = time.perf_counter()
        sound = sum(speech.seconds for speech in engine.speak(_SENTENCE[language], Stop()))
        if not sound:
            raise EngineFailed("engine.bench_silent")
        return (time.perf_counter() - began) / sound

    first = first_sound()
    warm = statistics.median(first_sound() for _ in range(_TIMES))
    return Pace(first, warm, statistics.median(factor() for _ in range(_TIMES)))


@dataclass(slots=True)
class _Told:
    """One reply."""

    first: float
    rest: float
    tokens: int
    characters: int


def _llm(engine: Llm, language: str) -> Pace:
    first, *warm = [_reply(engine, language, question) for question in _QUESTIONS[language]]
    told = [one for one in warm if one.tokens > 1 and one.rest > 0] or [first]
    tokens_per_s = statistics.median((one.tokens - 1) / one.rest for one in told)
    factor = statistics.median(one.rest / (one.characters / _READ_ALOUD[language]) for one in told)
    return Pace(first.first, statistics.median(one.first for one in warm), factor, tokens_per_s)


def _reply(engine: Llm, language: str, question: str) -> _Told:
    """What every prompt of a talk begins with stays the same, so that it is read only for the first."""
    messages = [Message("system", _PERSONA[language]), Message("user", question)]
    request = ReplyRequest(messages, max_tokens=_TOKENS, temperature=0.0, seed=7)
    began, first, text, tokens = time.perf_counter(), 0.0, "", 0
    for delta in engine.reply(request, Stop()):
        if delta.notice is not None:  # another model answers, and its speed would be taken for this one's
            raise EngineFailed(delta.notice.key, **dict(delta.notice.params))
        if delta.text and not text:
            first = time.perf_counter()
        text += delta.text
        tokens = delta.usage.reply if delta.usage else tokens
    if not text:
        raise EngineFailed("engine.bench_silent")
    return _Told(first - began, time.perf_counter() - first, tokens or engine.count_tokens(text), len(text))


_PACES: Mapping[EngineKind, Callable[[Any, str], Pace]] = {"vad": _vad, "asr": _asr, "llm": _llm, "tts": _tts}


def answer(asked: str) -> dict[str, object]:
    """What the process of one engine says: its speed, or its error as a key with the words' parameters."""
    data = json.loads(asked)
    folder = data.pop("models")
    try:
        return {
            "speed": measured(Subject(**data), Weights(Path(folder) if folder else None)).model_dump(
                exclude={"load", "busy"}
            )
        }
    except VtuberError as error:
        params = {name: str(value) for name, value in error.params.items()}
        name = next(name for name, known in _ERRORS.items() if isinstance(error, known))
        return {"error": {"class": name, "key": error.key, "hint": error.hint, "params": params}}
