"""What "auto" means: pure choices among candidates, then the same with a real catalogue and folders."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtuber_cli.engines import choice, registry, speeds
from vtuber_cli.engines.choice import Candidate
from vtuber_cli.engines.speeds import Speed
from vtuber_cli.events import EngineKind
from vtuber_cli.weights import Model, Weights

GRADES = ("good", "fair", None, "poor")


def model(
    name: str,
    kind: EngineKind = "asr",
    *,
    quality: Mapping[str, str] | None = None,
    languages: Sequence[str] = (),
    cost: float | None = 0.1,
) -> Model:
    """An entry of a catalogue that says no more than the choice looks at."""
    return Model.model_validate(
        {
            "name": name, "kind": kind, "title": name, "engine": f"{name}-engine", "languages": tuple(languages),
            "quality": dict(quality or {"*": "good"}), "cost": cost, "licence": "MIT", "size": 1,
            "note": {"en": "-", "ko": "-"}, "files": [{"path": "a", "size": 1, "sha256": "0" * 64}],
            "sources": [{"type": "library", "package": "some", "module": "some", "folder": "a"}],
        }
    )  # fmt: skip


def one(made: Model, *, here: bool = True, runs: bool = True) -> Candidate:
    return Candidate(made, here, runs, made.cost or math.inf)


def picked(found: Sequence[Candidate], language: str = "en", default: Sequence[str] = ()) -> tuple[str, str] | None:
    pick = choice.best(found, language, default)
    return None if pick is None else (pick.model.name, pick.reason)


# --- the choice itself ------------------------------------------------------------------------------------------


def test_the_fastest_of_those_that_are_good() -> None:
    found = [one(model("slow", cost=0.2)), one(model("quick", cost=0.05)), one(model("so-so", quality={"*": "fair"}))]
    assert picked(found) == ("quick", "fastest")


def test_good_goes_before_quick() -> None:
    found = [one(model("robot", cost=0.001, quality={"*": "poor"})), one(model("person", cost=0.5))]
    assert picked(found) == ("person", "best")


def test_each_language_has_its_own_best() -> None:
    found = [
        one(model("english", languages=["en"], cost=0.03)),
        one(model("every", quality={"en": "good", "*": "fair"}, cost=0.14)),
    ]
    assert picked(found, "en") == ("english", "fastest")
    assert picked(found, "ko") == ("every", "only")


def test_what_is_here_and_good_enough_is_not_fetched_anew() -> None:
    here, away = model("here", quality={"*": "fair"}), model("away", cost=0.01)
    assert picked([one(here), one(away, here=False)], default=["away"]) == ("here", "only")


def test_where_nothing_here_does_well_the_default_set_joins_in() -> None:
    poor, away, other = model("poor", quality={"*": "poor"}), model("away"), model("other", cost=0.01)
    found = [one(poor), one(away, here=False), one(other, here=False)]
    assert picked(found, default=["away"]) == ("away", "default")
    assert picked(found, default=[]) == ("poor", "only")


def test_an_equally_poor_download_is_not_worth_it() -> None:
    found = [
        one(model("here", quality={"*": "poor"})),
        one(model("away", quality={"*": "poor"}, cost=0.01), here=False),
    ]
    assert picked(found, default=["away"]) == ("here", "only")


def test_what_has_no_library_is_not_taken() -> None:
    assert picked([one(model("gone"), runs=False), one(model("poor", quality={"*": "poor"}))]) == ("poor", "only")
    assert picked([one(model("gone"), runs=False)], default=["gone"]) is None


def test_what_cannot_keep_up_comes_last_however_good() -> None:
    found = [one(model("turbo", cost=1.8)), one(model("base", cost=0.14, quality={"*": "fair"}))]
    assert picked(found) == ("base", "best")
    assert picked([one(model("turbo", cost=1.8))]) == ("turbo", "only")


def test_what_the_machine_has_no_memory_for_comes_last_and_is_not_offered() -> None:
    huge, small = model("huge", cost=0.01), model("small", quality={"*": "poor"})
    assert picked([Candidate(huge, True, True, 0.01, fits=False), one(small)]) == ("small", "best")
    assert choice.better([one(small), Candidate(huge, False, True, 0.01, fits=False)], "en", small) is None


def test_a_voice_of_another_language_is_none_but_a_mind_is_the_last_resort() -> None:
    assert picked([one(model("english", "tts", languages=["en"]))], "ko") is None
    assert picked([one(model("english", "llm", languages=["en"]))], "ko") == ("english", "last_resort")
    both = [one(model("english", "llm", languages=["en"])), one(model("korean", "llm", quality={"*": "poor"}))]
    assert picked(both, "ko") == ("korean", "only")


def test_a_detector_is_never_the_only_one() -> None:
    assert picked([one(model("silero", "vad"))]) == ("silero", "best")


def test_the_options_name_the_model_and_what_else_its_engine_needs() -> None:
    made = model("voice", "tts").model_copy(update={"options": {"speaker": 3}})
    pick = choice.best([one(made)], "en", ())
    assert pick is not None
    assert (pick.engine, dict(pick.options)) == ("voice-engine", {"model": "voice", "speaker": 3})
    assert pick.does_well


@given(
    st.lists(
        st.tuples(
            st.sampled_from(GRADES), st.booleans(), st.booleans(), st.floats(0.001, 0.6), st.booleans(), st.booleans()
        ),
        max_size=8,
    )
)
def test_nothing_better_is_ever_left_lying_here(
    rows: list[tuple[str | None, bool, bool, float, bool, bool]],
) -> None:
    """Of what is here, runs and knows the language, nothing is better, nor as good and faster."""
    found = [
        one(
            model(f"m{n}", quality={"en": grade} if grade else {"ja": "good"}, cost=cost,
                  languages=["en"] if knows else ["ja"]),
            here=here, runs=runs,
        )
        for n, (grade, here, runs, cost, knows, _) in enumerate(rows)
    ]  # fmt: skip
    default = [f"m{n}" for n, row in enumerate(rows) if row[5]]
    able = [each for each in found if each.runs and "en" in each.model.languages]
    pick = choice.best(found, "en", default)
    if pick is None:
        assert not [each for each in able if each.here or each.model.name in default]
        return
    taken = next(each for each in found if each.model is pick.model)
    assert taken in able and (taken.here or taken.model.name in default)
    rank = [GRADES.index(choice.quality(each.model, "en")) for each in (taken, *able)]
    for each, grade in zip(able, rank[1:], strict=True):
        if each.here:
            assert grade > rank[0] or (grade == rank[0] and (not taken.here or each.cost >= taken.cost))


# --- what to fetch ----------------------------------------------------------------------------------------------


def offered(found: Sequence[Candidate], language: str = "ko") -> tuple[str | None, str | None]:
    """The better one and the faster one."""
    pick = choice.best(found, language, ())
    better = choice.better(found, language, pick.model if pick else None)
    faster = choice.faster(found, language, pick)
    return better and better.name, faster and faster.name


def test_better_is_the_best_that_can_be_had_and_keeps_up() -> None:
    found = [
        one(model("robot", quality={"*": "poor"})),
        one(model("fine", quality={"*": "fair"}, cost=0.01), here=False),
        one(model("good", cost=0.3), here=False),
        one(model("quick", cost=0.2), here=False),
        one(model("huge", cost=3.0), here=False),
        one(model("gone", cost=0.01), here=False, runs=False),
        one(model("english", languages=["en"], cost=0.01), here=False),
    ]
    assert offered(found)[0] == "quick"
    assert offered(found[:2])[0] == "fine"
    assert offered([found[0], *found[4:]])[0] is None


def test_for_a_language_that_nothing_speaks_there_is_a_better_one_too() -> None:
    found = [one(model("english", "tts", languages=["en"])), one(model("korean", "tts", languages=["ko"]), here=False)]
    assert offered(found)[0] == "korean"


def test_better_does_not_offer_the_poor_or_the_unjudged() -> None:
    found = [
        one(model("english", "llm", languages=["en"])),
        one(model("poor", "llm", quality={"*": "poor"}), here=False),
        one(model("unknown", "llm", quality={"en": "good"}), here=False),
    ]
    assert offered(found)[0] is None


def test_faster_is_at_least_twice_as_fast_and_no_worse() -> None:
    base = one(model("base", cost=0.14))
    assert offered([base, one(model("tiny", cost=0.03), here=False)]) == (None, "tiny")
    assert offered([base, one(model("near", cost=0.1), here=False)]) == (None, None)
    assert offered([base, one(model("so-so", cost=0.01, quality={"*": "fair"}), here=False)]) == (None, None)


# --- on this machine --------------------------------------------------------------------------------------------


def speed(name: str, factor: float, *, busy: bool = False, tokens: float | None = None, kind: str = "asr") -> Speed:
    return Speed.model_validate(
        {
            "kind": kind, "engine": f"{name}-engine", "model": name, "language": "en", "load_s": 1.0,
            "first_result_s": 0.2, "warm_result_s": 0.1, "real_time_factor": factor, "tokens_per_s": tokens,
            "busy": busy,
        }
    )  # fmt: skip


def test_what_was_measured_beats_the_catalogue() -> None:
    quick, slow = model("quick", cost=0.1), model("slow", cost=0.2)
    costs = choice.costs_here([quick, slow], [speed("quick", 0.4), speed("slow", 0.1)])
    assert costs == {"quick": 0.4, "slow": 0.1}


def test_what_was_not_measured_is_as_much_slower_here_as_the_rest() -> None:
    models = [model("a", cost=0.1), model("b", cost=0.2), model("unknown", cost=None)]
    costs = choice.costs_here(models, [speed("a", 0.3)])
    assert costs == {"a": 0.3, "b": pytest.approx(0.6), "unknown": math.inf}


def test_what_was_measured_among_others_at_work_does_not_count() -> None:
    assert choice.costs_here([model("a", cost=0.1)], [speed("a", 9.0, busy=True)]) == {"a": 0.1}


def test_a_mind_costs_its_seconds_for_a_token() -> None:
    made = model("mind", "llm", cost=0.1)
    assert choice.costs_here([made], [speed("mind", 0.03, tokens=50, kind="llm")]) == {"mind": pytest.approx(0.02)}


def test_speeds_are_kept_each_in_place_of_the_last() -> None:
    assert speeds.kept() == []
    speeds.keep([speed("a", 0.1), speed("b", 0.2)])
    speeds.keep([speed("a", 0.3)])
    assert {one.model: one.real_time_factor for one in speeds.kept()} == {"a": 0.3, "b": 0.2}
    assert [file.name for file in speeds.file().parent.iterdir()] == ["speeds.json"]


def test_a_busy_machine_does_not_unmake_what_a_quiet_one_measured() -> None:
    speeds.keep([speed("a", 0.5, busy=True)])
    speeds.keep([speed("a", 0.1)])
    speeds.keep([speed("a", 0.9, busy=True)])
    assert [(one.real_time_factor, one.busy) for one in speeds.kept()] == [(0.1, False)]


@pytest.mark.parametrize("said", [b"", b"{}", b"[{}]", b"\xff\x00", b'[{"kind": "asr", "load_s": NaN}]'])
def test_speeds_that_cannot_be_read_are_as_if_none_were_measured(said: bytes) -> None:
    speeds.file().parent.mkdir(parents=True)
    speeds.file().write_bytes(said)
    assert speeds.kept() == []
    speeds.keep([speed("a", 0.1)])
    assert len(speeds.kept()) == 1


# --- with the real catalogue ------------------------------------------------------------------------------------


@pytest.fixture
def empty(tmp_path: Path) -> Weights:
    """Nothing but what is built in."""
    return Weights(tmp_path / "models")


def test_engines_that_are_not_installed_are_told_without_importing() -> None:
    assert registry.missing("vad", "silero") is None
    assert registry.missing("asr", "echo") is None


def test_built_in_voices_are_picked_where_they_speak(empty: Weights) -> None:
    english = choice.pick("tts", "en", empty)
    assert english is not None
    assert (english.engine, english.here, english.does_well) == ("hibari", True, True)


def test_an_engine_can_be_asked_for_by_name(empty: Weights) -> None:
    pick = choice.pick("asr", "ko", empty, engine="faster-whisper")
    assert pick is not None
    assert (pick.engine, pick.options["model"], pick.here) == ("faster-whisper", "whisper-base", False)
    assert choice.pick("asr", "en", empty, engine="echo") is None


@pytest.mark.parametrize("engine", ["llama", "llama-cpp"])
def test_engines_of_one_kind_of_file_share_their_models_and_not_their_libraries(empty: Weights, engine: str) -> None:
    fitting = choice.fitting(engine, choice.candidates("llm", empty))
    assert "smollm2-135m" in [one.model.name for one in fitting]
    assert {one.runs for one in fitting} == {registry.missing("llm", engine) is None}
    assert choice.fitting("openai", fitting) == []
