"""The modules in metrics/: loaded by evaluate from their folder, offline, and right about simple texts."""

from pathlib import Path

import evaluate
import numpy as np
import pytest
from conftest import make_clip, make_reference

from eai_llm_hf.processing.claims.claim import notable_claims
from eai_llm_hf.processing.claims.writing import verbalise
from eai_llm_hf.processing.descriptors.measure import measure_spans

METRICS = Path(__file__).parents[1] / "metrics"
NAMES = sorted(folder.name for folder in METRICS.iterdir() if folder.is_dir())


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    """Gives a function that loads a module into a cache of its own."""
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate.config, "HF_MODULES_CACHE", str(cache / "modules"))
        patch.setattr(evaluate.config, "HF_EVALUATE_OFFLINE", True)
        patch.syspath_prepend(str(cache / "modules"))
        yield lambda name: evaluate.load(str(METRICS / name), cache_dir=str(cache / "data"))


@pytest.fixture(scope="module")
def reference():
    return make_reference()


@pytest.fixture(scope="module")
def measured():
    """What was measured of ten clips, one of them too short for thirds."""
    clips = [make_clip(seed, rig="bandai22", duration_s=3.5 if seed else 2.0) for seed in range(10)]
    return [measure_spans(clip.joints, clip.joint_mask) for clip in clips]


def test_every_module_loads_and_is_described(load):
    assert set(NAMES) == {
        "claim_coverage",
        "claim_precision",
        "faithfulness_gap",
        "label_text_agreement",
        "linked_reasons",
        "text_overlap",
    }
    page = (METRICS / "README.md").read_text(encoding="utf-8")
    for name in NAMES:
        if name == "text_overlap":
            pytest.importorskip("sacrebleu")
        metric = load(name)
        assert metric.name == name and metric.description.strip() and "Returns:" in metric.inputs_description
        assert f"| `{name}` |" in page


def test_precision_distinguishes_texts_of_the_clip_from_texts_of_any_clip(load, measured, reference):
    precision = load("claim_precision")
    true = [verbalise("sad", notable_claims(vectors, reference)[:3]) for vectors in measured]
    found = precision.compute(predictions=true, references=measured, motion_reference=reference)
    assert found["claim_precision"] == 1.0 and found["gap_interval"][0] > 0
    assert found["shuffled"] < 0.8 and found["claims"] == found["checkable_claims"] >= 20
    constant = precision.compute(
        predictions=["The head is bowed."] * 10, references=measured, motion_reference=reference.to_dict()
    )
    assert constant["gap_over_shuffled"] == 0 and constant["claim_precision"] == constant["base_rate"]
    empty = precision.compute(predictions=["Nice."] * 10, references=measured, motion_reference=reference)
    assert empty["claim_precision"] is None and empty["claims"] == 0


def test_precision_accepts_measurements_of_the_whole_clip_only(load, measured, reference):
    texts = ["The head is bowed. Towards the end the movement is fast."] * 10
    precision = load("claim_precision")
    whole = precision.compute(
        predictions=texts, references=[vectors[0] for vectors in measured], motion_reference=reference
    )
    assert whole["claims"] == 20 and whole["checkable_claims"] == 10
    spans = precision.compute(predictions=texts, references=measured, motion_reference=reference)
    assert spans["checkable_claims"] == 19, "all but the one about the end of the short clip"


def test_the_reference_can_be_a_file(load, measured, reference, tmp_path):
    reference.save(tmp_path / "ours.json")
    texts = ["The head is bowed."] * 10
    precision = load("claim_precision")
    by_path = precision.compute(predictions=texts, references=measured, motion_reference=str(tmp_path / "ours.json"))
    assert by_path == precision.compute(predictions=texts, references=measured, motion_reference=reference)


def test_coverage_rises_with_the_number_of_claims(load, measured, reference):
    coverage = load("claim_coverage")
    notable = [notable_claims(vectors, reference) for vectors in measured]
    assert all(len(claims) >= 3 for claims in notable)
    shares = [
        coverage.compute(
            predictions=[verbalise("sad", claims[:said]) for claims in notable],
            references=measured,
            motion_reference=reference,
            strongest=3,
        )["claim_coverage"]
        for said in (0, 1, 2, 3)
    ]
    assert shares == sorted(shares) and shares[0] == 0 and shares[3] == 1.0
    np.testing.assert_array_less(shares[:-1], shares[1:])


def test_agreement_is_about_the_label_that_is_named_first(load):
    agreement = load("label_text_agreement")
    texts = ["The movement looks sad.", "The movement looks not confident.", "It looks happy rather than sad."]
    labels = ["sad", "not confident", "sad"]
    found = agreement.compute(
        predictions=texts, references=labels, candidate_labels=["sad", "happy", "confident", "not confident"]
    )
    assert found == {"label_text_agreement": 0.6667, "named_any": 1.0}


def test_reasons_are_linked_with_their_own_label_and_less_with_that_of_another_text(load):
    texts = ["The movement looks sad. The head is bowed.", "It looks happy, but this is uncertain. The head is bowed."]
    found = load("linked_reasons").compute(predictions=texts, references=["sad", "happy"])
    assert found["linked_reasons"] == found["against"] == 0.5 and found["linked_elsewhere"] == 0.5
    assert found["says_how_sure"] == 0.5 and found["contrast"] == 0.5
    alone = load("linked_reasons").compute(predictions=texts[:1], references=["sad"])
    assert alone["linked_reasons"] == 1 and alone["linked_elsewhere"] is None


def test_the_faithfulness_gap_has_the_sign_of_faithfulness(load):
    gap = load("faithfulness_gap")
    steep, flat = [[0.9, 0.4, 0.2]] * 4, [[0.9, 0.8, 0.7]] * 4
    faithful = gap.compute(predictions=steep, references=flat)
    assert faithful == {"faithfulness_gap": 0.325, "interval": [0.325, 0.325], "sd": 0.0, "positive": 1.0}
    assert gap.compute(predictions=flat, references=steep)["faithfulness_gap"] == -0.325
    with pytest.raises(ValueError, match="Clip 0"):
        gap.compute(predictions=[[0.9]], references=[[0.9]])


def test_overlap_does_not_distinguish_bowed_from_raised(load):
    pytest.importorskip("sacrebleu")
    overlap = load("text_overlap")
    text = "The head is bowed and the arms are held close to the body."
    same = overlap.compute(predictions=[text], references=[text])
    assert same["bleu"] == same["chrf"] == 100 and "version" in same["signature"]
    wrong = overlap.compute(predictions=[text], references=[text.replace("bowed", "raised")])
    assert 50 < wrong["chrf"] < 100
    assert overlap.compute(predictions=[text], references=[[text, "Other."]])["bleu"] == 100
