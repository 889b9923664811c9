"""Reasons: what is chosen to speak for a label, against it, and for it rather than the runner-up."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from eai_llm_hf.processing.claims.claim import canonical_claim, collide, holds
from eai_llm_hf.processing.claims.reasons import (
    LEAST_STRENGTH,
    Argument,
    chosen_argument,
    common_claims,
    statable,
)
from eai_llm_hf.processing.claims.signs import relation
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, SPANS
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.descriptors.reference_state import PERFORMER, PerformerValues
from eai_llm_hf.processing.record import _with_notable

LABELS = ("happy", "sad", "angry", "afraid", "surprised", "proud", "not confident", "neutral", "calm", "seasick")
RIG_BOUND = {entry.name: entry.rig_offset for entry in DESCRIPTORS if entry.rig_offset is not None}


@pytest.fixture(scope="module")
def reference() -> MotionReference:
    return MotionReference.fit(np.random.default_rng(0).normal(size=(400, len(DESCRIPTORS))))


@pytest.fixture(scope="module")
def of_performer(reference) -> MotionReference:
    """The same typical values, as those of a performer."""
    typical = PerformerValues(location=np.zeros(len(DESCRIPTORS)), clips=8)
    return reference.at(typical)


def clip(**values: float) -> np.ndarray:
    """(1, descriptors) typical values of all but the named descriptors."""
    vector = np.zeros((1, len(DESCRIPTORS)))
    for name, value in values.items():
        vector[0, DESCRIPTOR_INDEX[name]] = value
    return vector


def argued(vectors: np.ndarray, reference: MotionReference, label: str = "sad", **changes) -> Argument:
    given = {"runner_up": "happy", "level": "low", "accuracy": 0.39, "compared": "default"} | changes
    return chosen_argument(label, vectors=vectors, reference=reference, **given)


def names(reasons) -> list[str]:
    return [reason.claim.descriptor for reason in reasons]


def random_clips(number: int):
    rng = np.random.default_rng(1)
    for _ in range(number):
        vectors = rng.normal(scale=1.5, size=(len(SPANS), len(DESCRIPTORS)))
        vectors += np.sign(vectors) * [entry.rig_offset or 0.0 for entry in DESCRIPTORS]
        vectors[rng.random(vectors.shape) < 0.2] = np.nan
        label, runner_up = rng.choice(LABELS, 2, replace=False)
        yield vectors, str(label), str(runner_up)


def test_everything_an_argument_says_holds_once_and_has_the_relation_that_the_signs_give(reference):
    for vectors, label, runner_up in random_clips(150):
        argument = argued(vectors, reference, label, runner_up=runner_up)
        claims = [reason.claim for reason in argument.stated]
        assert all(holds(claim, vectors, reference) for claim in claims)
        assert len({claim.descriptor for claim in claims}) == len(claims)
        assert not any(collide(a, b) for number, a in enumerate(claims) for b in claims[:number])
        for reason in argument.stated:
            found = relation(reason.claim.descriptor, reason.claim.direction, reason.emotion)
            assert (reason.relation, reason.strength, reason.source) == found[:3]
        assert {reason.relation for reason in argument.reasons} <= {"for"}
        assert {reason.relation for reason in argument.against} <= {"against"}
        assert {reason.relation for reason in argument.observed} <= {"none"}
        assert all(reason.strength >= LEAST_STRENGTH for reason in argument.reasons + argument.against)
        for reason in argument.deciding:
            key = (reason.claim.descriptor, reason.claim.direction)
            assert relation(*key, label).relation != "against" and relation(*key, runner_up).relation != "for"
            assert reason.emotion == (runner_up if reason.relation == "against" else label)


def test_what_is_more_unusual_and_a_stronger_sign_comes_first(reference):
    argument = argued(clip(arm_swing=-2.0, smoothness=2.0, movement_speed=-1.0), reference, runner_up=None)
    assert names(argument.reasons) == ["arm_swing", "movement_speed", "smoothness"]
    assert not argument.deciding


def test_a_body_part_on_which_the_label_depends_comes_first(reference):
    vectors = clip(arm_swing=-1.5, step_length=-1.5)
    assert names(argued(vectors, reference).reasons)[0] == "arm_swing"
    weights = np.where([entry.body_part == "legs" for entry in DESCRIPTORS], 1.0, 0.2)
    assert names(argued(vectors, reference, weights=weights).reasons)[0] == "step_length"


def test_what_people_notice_late_comes_after_arms_and_speed(reference):
    argument = argued(clip(body_sway=2.0, arm_swing=-1.0), reference, runner_up=None)
    assert names(argument.reasons) == ["arm_swing", "body_sway"]


def test_what_speaks_against_the_label_is_admitted(reference):
    argument = argued(clip(arm_swing=-2.0, movement_speed=2.0), reference)
    assert names(argument.reasons) == ["arm_swing"] and names(argument.against) == ["movement_speed"]


def test_what_decides_is_no_reason_as_well(reference):
    argument = argued(clip(arm_swing=-2.0, movement_speed=-2.0, cadence=-2.0), reference, runner_up="afraid")
    assert argument.deciding and not set(names(argument.deciding)) & set(names(argument.reasons))
    assert argument.deciding[0].relation == "against" and argument.deciding[0].emotion == "afraid"


def test_a_claim_that_most_clips_would_get_is_never_a_reason(reference):
    slow = np.concatenate([clip(movement_speed=-2.0)] * 8 + [clip(arm_swing=-2.0)] * 2)
    claims = [statable(vector, reference) for vector in slow]
    common = common_claims(claims)
    assert common == {("movement_speed", "low")}
    assert common_claims(claims[:4]) == frozenset()
    argument = argued(clip(movement_speed=-2.0, arm_swing=-1.0), reference, common=common)
    assert names(argument.stated) == ["arm_swing"]


@pytest.mark.parametrize("name", RIG_BOUND)
def test_what_may_come_from_the_rig_is_no_reason_without_other_clips_of_that_rig(reference, of_performer, name):
    wide = 2.0 * RIG_BOUND[name] + 0.1
    rig = MotionReference(reference.quantiles * wide, reference.clips)  # varies as much as rigs lie apart
    own = rig.at(PerformerValues(location=np.zeros(len(DESCRIPTORS)), clips=8))
    near, far = clip(**{name: 0.8 * wide}), clip(**{name: 0.8 * wide + RIG_BOUND[name]})
    assert not argued(near, rig, "seasick", runner_up=None).stated, "another rig would not have it"
    assert names(argued(far, rig, "seasick", runner_up=None).stated) == [name], "no known rig explains it"
    assert names(argued(near, own, "seasick", runner_up=None, compared=PERFORMER).stated) == [name]


def test_a_text_names_one_comparison_so_other_descriptors_are_left_out(reference, of_performer):
    assert argued(clip(movement_speed=-2.0), of_performer, compared="recordings").stated == ()


def test_a_label_without_signs_gets_what_stands_out(reference):
    argument = argued(clip(smoothness=2.0, rise=2.0), reference, "seasick", runner_up=None)
    assert not argument.reasons and not argument.against
    assert names(argument.observed) == ["smoothness", "rise"]


def test_a_neutral_clip_rests_on_typical_values(reference):
    argument = argued(clip(), reference, "neutral")
    assert argument.stated == () and len(argument.typical) == 3
    parts = {DESCRIPTORS[DESCRIPTOR_INDEX[name]].body_part for name in argument.typical}
    assert len(parts) == 3 and not set(argument.typical) & RIG_BOUND.keys()


def test_a_clip_without_measurements_gives_no_reasons(reference):
    argument = argued(np.full((1, len(DESCRIPTORS)), np.nan), reference)
    assert argument.stated == () and argument.typical == ()


def test_the_same_clip_gives_the_same_argument_whatever_the_order_of_equal_values(reference):
    vectors = clip(arm_swing=-2.0, movement_speed=-2.0)
    assert argued(vectors, reference) == argued(vectors.copy(), reference)
    assert replace(argued(vectors, reference), label="happy") != argued(vectors, reference)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"level": "huge"}, "Expected a level"),
        ({"compared": "nothing"}, "Expected a comparison"),
        ({"weights": np.ones(3)}, "Expected weights of shape"),
    ],
)
def test_words_and_shapes_that_do_not_exist_are_refused(reference, changes, message):
    with pytest.raises(ValueError, match=message):
        argued(clip(), reference, **changes)


def test_what_is_measured_besides_the_text_neither_repeats_nor_contradicts_it(reference):
    vectors = clip(hand_to_hip=-2.0, hand_height=-2.5, arm_expansion=2.5, head_pitch=-2.0)
    person: Any = SimpleNamespace(vector=vectors[0], vectors=vectors)
    said = canonical_claim("hand_to_hip", "low")
    assert collide(said, canonical_claim("hand_height", "low")) and collide(
        said, canonical_claim("arm_expansion", "high")
    )
    for claims, others in ([said], {"head_pitch"}), ([], {"hand_height", "arm_expansion", "head_pitch"}):
        shown = _with_notable(claims, person, reference)
        assert shown[: len(claims)] == claims and {claim.descriptor for claim in shown[len(claims) :]} == others
