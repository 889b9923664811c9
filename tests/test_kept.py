"""What is measured on a clip is kept with it: the same as measured again, for the clip and for its mirror image."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from conftest import make_clip
from moving_bodies import busy_movement

from eai_llm_hf.processing import record
from eai_llm_hf.processing.descriptors import kept, measure
from eai_llm_hf.processing.descriptors.kept import (
    features_of,
    mirrored_features,
    mirrored_vector,
    spans_of,
    vector_of,
    windows_of,
)
from eai_llm_hf.processing.descriptors.movement_features import movement_features
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX


def without_left_arm(clip: UnifiedClip) -> UnifiedClip:
    mask = clip.joint_mask.copy()
    mask[[JOINT_INDEX["left_elbow"], JOINT_INDEX["left_wrist"]]] = False
    return replace(clip, joints=clip.joints * mask[:, None], joint_mask=mask)


@pytest.fixture(scope="module", params=["generated", "busy", "one arm", "short", "no travel"])
def clip(request) -> UnifiedClip:
    """A clip that nothing was measured on."""
    made = make_clip(3)
    return {
        "generated": made,
        "busy": replace(made, joints=busy_movement().astype(np.float32), joint_mask=np.ones(22, dtype=bool)),
        "one arm": without_left_arm(made),
        "short": made.cut(0, 40),
        "no travel": replace(made, not_shown={"travel": "it was removed"}),
    }[request.param]


def test_what_is_kept_of_a_clip_is_what_a_measurement_gives_bit_for_bit(clip):
    given = (clip.joints, clip.joint_mask, clip.not_shown)
    for _ in range(2):
        np.testing.assert_array_equal(vector_of(clip), measure.measure(*given))
        np.testing.assert_array_equal(spans_of(clip), measure.measure_spans(*given))
        for found, expected in zip(features_of(clip), movement_features(*given), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_the_mirror_image_has_what_a_measurement_of_it_gives(clip):
    image = clip.mirrored()
    given = (image.joints, image.joint_mask, image.not_shown)
    np.testing.assert_allclose(mirrored_vector(vector_of(clip)), measure.measure(*given), rtol=1e-6, atol=1e-7)
    values, present = mirrored_features(*features_of(clip))
    expected, expected_present = movement_features(*given)
    np.testing.assert_allclose(values, expected, atol=1e-5)
    np.testing.assert_array_equal(present, expected_present)


def test_a_clip_is_measured_once_also_after_it_went_to_another_process(monkeypatch):
    clip = make_clip(4)
    expected = vector_of(clip).copy()
    features_of(clip)
    monkeypatch.setattr(kept, "measure", None)
    monkeypatch.setattr(kept, "movement_features", None)
    sent = pickle.loads(pickle.dumps(clip))
    np.testing.assert_array_equal(vector_of(sent), expected)
    features_of(sent)


def test_a_changed_clip_and_a_part_of_one_are_measured_anew():
    clip = make_clip(5)
    whole = vector_of(clip)
    assert not np.array_equal(vector_of(clip.cut(0, 60)), whole, equal_nan=True)
    assert not np.array_equal(vector_of(replace(clip, joints=1.5 * clip.joints[::-1])), whole, equal_nan=True)
    first, again = (windows_of(clip, [(0, 60), (0, len(clip.joints))]) for _ in range(2))
    assert first[0] is again[0] and first[1] is clip


def test_nothing_that_is_kept_can_be_changed():
    clip = make_clip(6)
    with pytest.raises(ValueError, match="read-only"):
        vector_of(clip)[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        features_of(clip)[0][:] = 0.0


def test_a_record_is_the_same_where_thirds_are_measured_only_on_demand(pipe, clips, monkeypatch):
    inputs = [replace(clip) for clip in clips]
    lazily = pipe(inputs, label_only=True)
    monkeypatch.setattr(record.Person, "vector", property(lambda person: person.vectors[0]))
    monkeypatch.setattr(record, "_with_notable", all_notable)
    assert pipe([replace(clip) for clip in clips], label_only=True) == lazily


def all_notable(claims, person, reference):
    """The claims of a record, chosen from all measurements at once."""
    said = {claim.descriptor for claim in claims}
    others = [claim for claim in record.notable_claims(person.vectors, reference) if claim.descriptor not in said]
    return [*claims, *others][: max(record.EVIDENCE_CLAIMS, len(claims))]
