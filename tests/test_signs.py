"""Signs of emotions: what is known and measured, and that the data that travel are those of their sources."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eai_llm_hf.generator import EMOTIONS, STYLE_PARAMETERS
from eai_llm_hf.generator.emotion_sources import DESIGN, FINDINGS, PUBLICATIONS
from eai_llm_hf.generator.sign_sources import CUES, EMOTIONS_WITH_SIGNS, cues_of, published_signs
from eai_llm_hf.processing.claims.signs import (
    CLIPS,
    MEASURED,
    READING_WEIGHT,
    REFERENCES,
    Effect,
    Sign,
    Source,
    emotions_with_signs,
    relation,
    sign_of,
    signs_of,
)
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTOR_NAMES
from eai_llm_hf.publish.remote_code import flat_copy

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "signs.md").read_text(encoding="utf-8")
SIGN = Sign("sad", "head_pitch", "low", (), None, None)
QUOTED, ABSTRACT, MEMORY = (Source("Wallbott 1998", read, True) for read in ("quoted", "abstract", "memory"))
DOWN, UP = Effect(-1.0, -1.5, -0.5, 8, 8), Effect(1.0, 0.5, 1.5, 8, 8)
UNCLEAR = Effect(-0.5, -1.1, 0.1, 8, 8)


@pytest.fixture(scope="module")
def benchmark() -> dict:
    """Names of the benchmark's module."""
    return runpy.run_path(str(ROOT / "benchmarks" / "signs.py"))


# ---- what is published ----------------------------------------------------------------------------------------------


def test_every_published_effect_of_the_generator_is_read_as_a_sign():
    for emotion, effects in EMOTIONS.items():
        for parameter, effect in effects.items():
            for publication in effect.sources:
                assert bool(cues_of(emotion, parameter, publication)) == (publication != DESIGN), (emotion, parameter)


def test_cues_name_what_is_there_and_each_is_used():
    used = {
        cue
        for emotion, effects in EMOTIONS.items()
        for parameter, effect in effects.items()
        for publication in effect.sources
        for cue in cues_of(emotion, parameter, publication)
    }
    for cue in CUES:
        assert cue.parameter in STYLE_PARAMETERS and cue.descriptor in DESCRIPTOR_NAMES and cue.why.endswith(".")
        assert set(cue.publications) <= set(PUBLICATIONS) and set(cue.emotions) <= set(EMOTIONS)
        assert cue in used, f"nothing is read by {cue}"


def test_how_far_a_sign_was_read_is_what_the_findings_say():
    signs = {(sign.emotion, sign.descriptor, sign.publication): sign for sign in published_signs()}
    assert signs["sad", "head_pitch", "Gross 2012"].read == "abstract"
    assert signs["sad", "head_pitch", "Roether 2009"].read == "quoted"
    assert signs["sad", "head_pitch", "Wallbott 1998"].read == "memory"
    assert {finding.read_in for finding in FINDINGS} < set(READING_WEIGHT)


def test_the_direction_of_a_sign_is_that_of_the_effect():
    signs = {(sign.emotion, sign.descriptor, sign.publication): sign for sign in published_signs()}
    assert signs["sad", "head_pitch", "Gross 2012"].direction == "low", "the head is bowed"
    assert signs["proud", "head_pitch", "Tracy and Robins 2004"].direction == "high"
    assert signs["proud", "hand_to_hip", "Tracy and Robins 2004"].direction == "low", "the hands are on the hips"
    assert signs["happy", "shoulder_height", "Gross 2012"].direction == "low"
    assert signs["disgusted", "shoulder_opening", "Wallbott 1998"].direction == "high", "drawn backward"
    assert signs["afraid", "cadence", "Halovic and Kroos 2018"].direction == "high", "fast, short strides"


def test_what_was_studied_as_shame_is_close_for_shame_alone():
    assert all(not source.close for sign in signs_of("not confident") for source in sign.sources)
    assert any(source.close for sign in signs_of("ashamed") for source in sign.sources)


# ---- known, measured, neither ---------------------------------------------------------------------------------------


def test_a_sign_is_known_by_a_publication_and_measured_by_recordings_whose_interval_excludes_zero():
    assert not SIGN.known and not SIGN.measured and SIGN.strength == 0
    assert replace(SIGN, sources=(MEMORY,)).known
    assert replace(SIGN, recorded=DOWN).measured and not replace(SIGN, recorded=DOWN).known
    assert not replace(SIGN, recorded=UNCLEAR).measured and not replace(SIGN, recorded=UNCLEAR).contradicted
    assert replace(SIGN, recorded=UP).contradicted and not replace(SIGN, recorded=UP).measured
    assert replace(SIGN, recorded=UP, direction="high").measured


def test_generated_movement_is_no_evidence():
    made = replace(SIGN, generated=DOWN)
    assert not made.known and not made.measured and made.strength == 0


def test_strength_grows_with_how_far_sources_were_read_and_with_what_recordings_surely_show():
    strengths = [replace(SIGN, sources=(source,)).strength for source in (MEMORY, QUOTED, ABSTRACT)]
    assert strengths == [0.2, 0.4, 0.6]
    assert replace(SIGN, sources=(ABSTRACT._replace(close=False),)).strength == 0.3
    assert replace(SIGN, sources=(ABSTRACT, QUOTED)).strength == pytest.approx(1 - 0.4 * 0.6)
    # 2 Φ(0.5 / √2) - 1: of two normal values half a standard deviation apart, the larger mean wins in .638 of pairs.
    assert replace(SIGN, recorded=DOWN).strength == pytest.approx(2 * 0.6382 - 1, abs=1e-3)
    assert replace(SIGN, recorded=DOWN._replace(high=-0.9)).strength > replace(SIGN, recorded=DOWN).strength
    known = replace(SIGN, sources=(ABSTRACT,))
    assert replace(known, recorded=UNCLEAR).strength == known.strength
    assert replace(known, recorded=UP).strength < known.strength < replace(known, recorded=DOWN).strength < 1


# ---- relations ------------------------------------------------------------------------------------------------------


def test_a_sign_speaks_for_its_emotion_and_its_opposite_against_it():
    bowed, raised = relation("head_pitch", "low", "sad"), relation("head_pitch", "high", "sad")
    assert (bowed.relation, raised.relation) == ("for", "against")
    assert bowed.source == raised.source == "Gross 2012" and bowed.strength == raised.strength > 0.8
    assert bowed.sign == raised.sign == sign_of("head_pitch", "low", "sad")


def test_a_sign_of_one_emotion_says_nothing_about_another():
    assert relation("body_sway", "high", "sad").relation == "for"
    assert relation("body_sway", "high", "happy") == ("none", 0.0, "", None)


def test_an_emotion_is_found_by_any_of_its_words_and_others_have_no_signs():
    assert relation("head_pitch", "low", "Grief") == relation("head_pitch", "low", "sad")
    assert signs_of("joy") == signs_of("happy") != ()
    for word in ("neutral", "seasick"):
        assert signs_of(word) == () and relation("head_pitch", "low", word).relation == "none"


def test_a_sign_that_no_publication_reports_has_the_recordings_as_its_source():
    found = [sign for sign in signs_of("happy") if not sign.known]
    assert found and all(sign.measured for sign in found)
    assert relation(found[0].descriptor, found[0].direction, "happy").source == MEASURED


def test_only_the_stronger_direction_of_a_descriptor_is_a_sign():
    high, low = (sign_of("trunk_lean", direction, "afraid") for direction in ("high", "low"))
    assert high.known and low.known and high.strength != low.strength
    stronger = max(high, low, key=lambda sign: sign.strength)
    assert [sign for sign in signs_of("afraid") if sign.descriptor == "trunk_lean"] == [stronger]
    for emotion in emotions_with_signs():
        signs = signs_of(emotion)
        assert len({sign.descriptor for sign in signs}) == len(signs)
        assert [sign.strength for sign in signs] == sorted((sign.strength for sign in signs), reverse=True)
        assert signs_of(emotion, 0.5) == tuple(sign for sign in signs if sign.strength >= 0.5)


@pytest.mark.parametrize(("descriptor", "direction"), [("beauty", "high"), ("head_pitch", "sideways")])
def test_what_is_no_descriptor_or_direction_is_refused(descriptor, direction):
    with pytest.raises(ValueError, match=f"{descriptor}.*{direction}"):
        relation(descriptor, direction, "sad")


# ---- the data that travel -------------------------------------------------------------------------------------------


def test_the_table_is_what_the_sources_say(benchmark):
    code = (ROOT / "processing" / "claims" / "sign_table.py").read_text(encoding="utf-8")
    assert benchmark["table"](*benchmark["as_they_are"]()) == code, "python benchmarks/signs.py writes it anew"


def test_the_table_leads_to_full_references_and_travels_to_the_hub():
    signs = [sign for emotion in emotions_with_signs() for sign in signs_of(emotion)]
    assert {source.publication for sign in signs for source in sign.sources} <= set(REFERENCES)
    assert all(PUBLICATIONS[name] == reference for name, reference in REFERENCES.items())
    assert set(emotions_with_signs()) == set(EMOTIONS_WITH_SIGNS)
    assert "claims_sign_table.py" in flat_copy() and "from .claims_sign_table import" in flat_copy()["claims_signs.py"]


def test_only_corpora_that_may_train_were_measured():
    assert set(CLIPS) == {"generated", "bandai1", "mpi_stories", "style100"}


def test_the_page_shows_the_table():
    with_tables = runpy.run_path(str(ROOT / "docs" / "make_signs_page.py"))["with_tables"]
    assert with_tables(PAGE) == PAGE, "python docs/make_signs_page.py writes it anew"
    with pytest.raises(ValueError, match="cues"):
        with_tables(PAGE.replace("<!-- cues: begin -->", ""))


# ---- the measurement ------------------------------------------------------------------------------------------------


def made_rows(performers: int, named: bool = True) -> tuple[list[dict], np.ndarray]:
    """A sad, a happy and an angry clip of each performer (content), and scores: sad is 1 lower in all descriptors."""
    rng = np.random.default_rng(0)
    rows, scores = [], []
    for person in range(performers):
        own = 3.0 * rng.standard_normal()
        for label in ("sad", "happy", "angry"):
            who = {"performer": f"P{person}" if named else None, "content": "walk" if named else f"C{person}"}
            rows.append({"label": label, "corpus": "made", **who})
            scores.append(own - (label == "sad") + 0.1 * rng.standard_normal(len(DESCRIPTOR_NAMES)))
    return rows, np.stack(scores)


@pytest.mark.parametrize("named", [True, False])
def test_effects_are_relative_to_the_performer_or_the_content(benchmark, named):
    rows, scores = made_rows(8, named)
    scores[:, DESCRIPTOR_INDEX["cadence"]] = np.nan
    found = benchmark["effects_of"](rows, scores, ["sad", "happy"])
    effect = Effect(*found["sad", "head_pitch"])
    assert effect.low < effect.mean < effect.high < 0 and abs(effect.mean + 1) < 0.1
    assert effect.high - effect.low < 0.3, "people differ by 3, but that does not count"
    assert (effect.units, effect.clips) == (8, 8)
    assert found["happy", "head_pitch"][0] == pytest.approx(0.5, abs=0.1), "happy is above sad and like angry"
    assert ("sad", "cadence") not in found


def test_too_few_performers_give_no_effect_and_clips_without_a_comparison_count_for_nothing(benchmark):
    rows, scores = made_rows(benchmark["FEWEST"] - 1)
    alone = [{"label": "sad", "corpus": "other", "performer": "alone", "content": "walk"}] * 5
    assert benchmark["effects_of"](rows + alone, np.concatenate([scores, scores[:5]]), ["sad"]) == {}


def test_clips_of_unknown_people_whose_content_has_one_label_are_compared_with_their_corpus(benchmark):
    rows = [{"label": label, "corpus": "made", "performer": None, "content": label} for label in ("sad", "happy")]
    relative = benchmark["relative_scores"](rows, np.array([[1.0, np.nan], [3.0, 2.0]]))
    assert relative[:, 0].tolist() == [-2.0, 2.0] and np.isnan(relative[:, 1]).all()


def test_intervals_hold_the_true_mean_in_95_percent_of_small_samples(benchmark, monkeypatch):
    monkeypatch.setitem(benchmark["interval"].__globals__, "DRAWS", 2000)
    rng = np.random.default_rng(3)
    hits = [low <= 0 <= high for low, high in (benchmark["interval"](rng.standard_normal(7), rng) for _ in range(600))]
    assert 0.92 < np.mean(hits) < 0.98


def test_the_effects_of_recordings_are_measured_anew_where_the_corpora_are_there(benchmark):
    data = ROOT.parent / "shared" / "data"
    if not (data / "bandai1").is_dir():
        pytest.skip("../shared/data/bandai1 is not here")
    recorded, generated, clips = benchmark["measured"]([f"bandai1={data / 'bandai1'}"])
    assert clips == {"bandai1": CLIPS["bandai1"]} and generated == {}
    effect, in_table = Effect(*recorded["proud", "head_pitch"]), sign_of("head_pitch", "high", "proud").recorded
    assert effect.low > 0 and (effect.units, effect.clips) == (in_table.units, in_table.clips)
