"""Clips unlike all training: posture and movement that no training clip has, and a label that is a guess."""

import json

import numpy as np
import pytest

from eai_llm_hf.generator import clip_seed, generate_clip
from eai_llm_hf.processing.certainty import UNLIKE_TRAINING
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS, measure
from eai_llm_hf.processing.descriptors.outlyingness import MIN_CLIPS_OF_LIMIT, Outlyingness
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.unify import unify

COUNT = len(DESCRIPTORS)


def drawn(clips: int, seed: int = 0) -> np.ndarray:
    """(clips, descriptors) values of which neighbours are correlated, as are those of one body part."""
    values = np.random.default_rng(seed).normal(size=(clips, COUNT + 3))
    return sum(values[:, shift : shift + COUNT] for shift in range(4)) / 2


def of_subset(values: np.ndarray, count: int, seed: int = 1) -> np.ndarray:
    """The values with all but a random set of each clip hidden."""
    rng = np.random.default_rng(seed)
    hidden = np.argsort(rng.random(values.shape), axis=1) >= count
    return np.where(hidden, np.nan, values)


@pytest.fixture(scope="module")
def reference() -> MotionReference:
    return MotionReference.fit(drawn(2000))


@pytest.fixture(scope="module")
def generated() -> list[UnifiedClip]:
    return [unify(generate_clip(clip_seed(0, number)).motion) for number in range(60)]


def test_one_clip_in_two_hundred_like_those_of_the_training_is_beyond_the_limit(reference):
    beyond = np.mean([reference.is_unlike(vector) for vector in drawn(4000, seed=5)])
    assert 0.001 < beyond < 0.012


@pytest.mark.parametrize("count", [4, 8, 16, 30])
def test_the_limit_holds_however_many_descriptors_were_measured(reference, count):
    few = of_subset(drawn(4000, seed=6), count)
    assert np.mean([reference.is_unlike(vector) for vector in few]) < 0.015
    far = of_subset(drawn(200, seed=7) + 5, count)
    assert np.mean([reference.is_unlike(vector) for vector in far]) > 0.95


def test_a_combination_that_no_clip_has_is_unlike_them_though_each_value_is_common(reference):
    signs = np.where(np.arange(COUNT) % 2, 1.3, -1.3)
    assert reference.is_unlike(signs) and not reference.is_unlike(np.full(COUNT, 1.3))


def test_nothing_is_said_where_hardly_anything_was_measured(reference):
    vector = np.full(COUNT, np.nan)
    assert not reference.is_unlike(vector)
    vector[:3] = 50.0
    assert not reference.is_unlike(vector)
    vector[:4] = 50.0
    assert reference.is_unlike(vector)


def test_few_clips_give_no_limit_and_then_no_clip_is_unlike_them():
    few = MotionReference.fit(drawn(MIN_CLIPS_OF_LIMIT - 1))
    assert few.outlyingness is None and not few.is_unlike(np.full(COUNT, 50.0))


def test_it_is_saved_with_the_reference(reference, tmp_path):
    reference.save(tmp_path / "reference.json")
    again = MotionReference.load(tmp_path / "reference.json")
    values = drawn(500, seed=8)
    np.testing.assert_allclose(
        again.outlyingness.of(again.scores(values)), reference.outlyingness.of(reference.scores(values)), atol=0.02
    )
    assert again.outlyingness.limit == pytest.approx(reference.outlyingness.limit, abs=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mean": [0.0]}, "outlyingness of 35 descriptors, found 1"),
        ({"spread": [0.0] * COUNT}, "spreads above 0"),
        ({"limit": "far"}, "cannot be read"),
        (
            {"correlation": {"diagonal": [1.0] * COUNT, "below": [1.0] * (COUNT * (COUNT - 1) // 2)}},
            "positive definite",
        ),
        ({"correlation": {"diagonal": [1.0] * COUNT, "below": [0.0] * 5}}, "cannot be read"),
    ],
)
def test_a_broken_file_is_refused(reference, change, message):
    state = json.loads(json.dumps(reference.to_dict()))
    state["outlyingness"] |= change
    with pytest.raises(ValueError, match=message):
        MotionReference.from_dict(state)


def test_a_descriptor_that_no_training_clip_has_is_left_out():
    values = drawn(600)
    values[:, 3] = np.nan
    some = MotionReference.fit(values)
    vector = np.zeros(COUNT)
    vector[3] = 1e6
    assert isinstance(some.outlyingness, Outlyingness) and not some.is_unlike(vector)


def test_the_record_of_a_figure_on_its_head_says_that_it_is_unlike_all_training(pipe, generated, monkeypatch):
    rng = np.random.default_rng(0)
    rows = [measure(clip.joints, clip.joint_mask, clip.not_shown) for clip in generated]
    rows = np.stack(rows * 10) * (1 + 0.02 * rng.normal(size=(600, COUNT)))
    own = MotionReference.fit(rows)
    monkeypatch.setattr(type(pipe.processor.feature_extractor), "motion_reference", lambda self: own)
    clip = generated[0]
    turned = (clip.joints * np.array([1, -1, -1])).astype(np.float32)
    turned[..., 1] -= turned[:, clip.joint_mask, 1].min()
    record = pipe(UnifiedClip(turned * clip.joint_mask[:, None], clip.joint_mask), label_only=True)
    assert record["certainty"]["level"] == "low" and UNLIKE_TRAINING in record["certainty"]["why"]
    assert UNLIKE_TRAINING not in pipe(clip, label_only=True)["certainty"]["why"]
