"""Training in sessions: crops of a few people on one rig, each compared with others of its session."""

from collections import Counter

import numpy as np
import pytest
import torch

from eai_llm_hf.corpora.generated import study_rows
from eai_llm_hf.generator import CLIPS_EACH, EMOTIONS, PERFORMERS, STUDY_CLIPS, study_clip
from eai_llm_hf.processing.descriptors.movement_features import movement_features
from eai_llm_hf.training.alignment import NEUTRAL, AlignmentModel, label_loss
from eai_llm_hf.training.crops import AugmentationConfig, fit_reference
from eai_llm_hf.training.sessions import MIXED_SESSIONS, SESSION_CROPS, SessionDataset


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    """Two studies."""
    return list(study_rows(3, range(2 * STUDY_CLIPS), []))


@pytest.fixture(scope="module")
def default(rows):
    """The reference of their crops."""
    return fit_reference(SessionDataset(rows, 240, seed=9))


def crops_by_session(data: SessionDataset) -> list[list]:
    """The crops of the first block of sessions."""
    crops = [data[index] for index in range(MIXED_SESSIONS * SESSION_CROPS)]
    return [crops[session::MIXED_SESSIONS] for session in range(MIXED_SESSIONS)]


@pytest.fixture(scope="module")
def sessions(rows, default) -> list[list]:
    return crops_by_session(SessionDataset(rows, MIXED_SESSIONS * SESSION_CROPS, seed=1, default=default))


# ---- studies --------------------------------------------------------------------------------------------------------


def test_a_study_has_a_few_people_with_many_clips_on_one_rig_and_every_emotion_in_the_end():
    clips = [study_clip(3, number) for number in range(2 * STUDY_CLIPS)]
    for study in (clips[:STUDY_CLIPS], clips[STUDY_CLIPS:]):
        people = Counter(clip.performer for clip in study)
        assert len(people) == PERFORMERS and set(people.values()) == {CLIPS_EACH}
        assert len({clip.rig for clip in study}) == 1 and len({clip.action for clip in study}) <= 4
    assert {clip.label for clip in clips} == set(EMOTIONS)
    assert min(clip.intensity for clip in clips) < 0.1 and max(clip.intensity for clip in clips) > 0.7


def test_a_clip_of_a_study_depends_on_nothing_but_its_number_and_the_rig_can_be_given():
    one, again = study_clip(3, 50), study_clip(3, 50)
    np.testing.assert_array_equal(one.motion.joints, again.motion.joints)
    other = study_clip(3, 50, rig="cmu31")
    assert other.rig == "cmu31" and (other.performer, other.label) == (one.performer, one.label)
    with pytest.raises(ValueError, match="unknown rig 'puppet'"):
        study_clip(3, 0, rig="puppet")


# ---- sessions -------------------------------------------------------------------------------------------------------


def test_a_session_has_the_clips_of_at_most_three_people_of_one_corpus(sessions):
    counts = Counter(len({crop.person for crop in session}) for session in sessions)
    assert set(counts) == {1, 2, 3}
    for session in sessions:
        assert len({crop.corpus for crop in session}) == 1
        assert len(set(Counter(crop.person for crop in session).values())) == 1


def test_the_crops_of_a_session_share_a_rig(rows):
    """Without movement of the joints by rigs, a segment has one length; here all crops of a session must agree."""
    config = AugmentationConfig(drop=1.0, pin=0.5)
    data = SessionDataset(rows, MIXED_SESSIONS * SESSION_CROPS, seed=2, config=config)
    for crops in crops_by_session(data):
        assert len({crop.clip.joint_mask.tobytes() for crop in crops}) == 1
        assert len({"travel" in crop.clip.not_shown for crop in crops}) == 1


def test_references_are_of_every_kind_and_some_crops_have_none(sessions):
    crops = [crop for session in sessions for crop in session]
    kinds = Counter("none" if crop.reference is None else _kind(crop.reference) for crop in crops)
    assert set(kinds) == {"none", "recordings", "performer"}
    assert 0.15 < kinds["none"] / len(crops) < 0.45 and kinds["performer"] > kinds["recordings"]


def _kind(reference) -> str:
    return "performer" if "performer" in reference.level else "recordings"


def test_a_crop_is_closer_to_the_middle_when_it_is_compared_with_the_same_person(sessions, default):
    """What is left is the emotion: the person and the rig are taken out."""
    with_own, alone = [], []
    for crop in (crop for session in sessions for crop in session):
        if crop.reference is not None and "performer" in crop.reference.level:
            there = np.isfinite(crop.vector)
            with_own.append(np.abs(crop.reference.scores(crop.vector) - crop.reference.location)[there].mean())
            alone.append(np.abs(default.scores(crop.vector))[there].mean())
    assert len(with_own) > 50 and np.mean(with_own) < 0.9 * np.mean(alone)


def test_a_crop_depends_on_the_seed_and_its_number_in_whatever_order_it_is_read(rows, default):
    first, second = (SessionDataset(rows, 60, seed=4, default=default) for _ in range(2))
    for index in (30, 2, 31, 59):
        one, other = first[index], second[index]
        np.testing.assert_array_equal(one.vector, other.vector)
        assert (one.label, one.person, one.reference is None) == (other.label, other.person, other.reference is None)
    assert (SessionDataset(rows, 60, seed=5, default=default)[2].vector != first[2].vector).any()


def test_where_performers_are_unknown_contents_stand_for_them(rows):
    unknown = [row | {"performer": None} for row in rows]
    data = SessionDataset(unknown, 24, seed=0)
    contents = {row["content"] for row in rows}
    assert all(data[index].person.partition("/")[2] in contents for index in range(24))
    with pytest.raises(ValueError, match="no clip"):
        SessionDataset([], 12)


# ---- few clips ------------------------------------------------------------------------------------------------------


def few(rows, *clips: tuple[str, str | None, str]) -> list[dict]:
    """Rows of one corpus with these labels, performers and contents."""
    return [
        row | {"corpus": "mine", "label": label, "performer": performer, "content": content, "intensity": None}
        for row, (label, performer, content) in zip(rows, clips, strict=False)
    ]


def kinds_of(crops) -> Counter:
    return Counter("none" if crop.reference is None else _kind(crop.reference) for crop in crops)


def test_a_single_clip_is_compared_with_nothing(rows, default):
    data = SessionDataset(few(rows, ("calm", "anna", "walk")), 40, default=default)
    assert kinds_of(data[index] for index in range(40)) == {"none": 40}


def test_two_clips_of_one_person_are_compared_with_each_other_and_count_as_one_clip_each(rows, default):
    data = SessionDataset(few(rows, ("calm", "anna", "a"), ("tense", "anna", "b")), 80, default=default)
    crops = [data[index] for index in range(80)]
    assert set(kinds_of(crops)) == {"none", "recordings", "performer"}
    assert {crop.reference.clips for crop in crops if crop.reference is not None} == {1}


def test_clips_of_unknown_people_with_names_of_their_own_are_compared_with_the_other_recordings(rows, default):
    clips = few(rows, *((label, None, f"{label}{number}") for number in range(4) for label in ("calm", "tense")))
    data = SessionDataset(clips, MIXED_SESSIONS * SESSION_CROPS, default=default)
    crops = [crop for session in crops_by_session(data) for crop in session]
    kinds = kinds_of(crops)
    assert set(kinds) == {"none", "recordings"} and 0.35 < kinds["none"] / len(crops) < 0.65
    assert max(crop.reference.clips for crop in crops if crop.reference is not None) == 7
    assert np.mean([len({crop.clip_id for crop in session}) for session in crops_by_session(data)]) > 5


def test_of_unknown_people_a_label_with_one_clip_is_drawn_as_often_as_one_with_many(rows, default):
    clips = few(rows, ("tense", None, "x"), *(("calm", None, f"c{number}") for number in range(9)))
    data = SessionDataset(clips, MIXED_SESSIONS * SESSION_CROPS, default=default)
    labels = Counter(data[index].label for index in range(len(data)))
    assert labels["tense"] / len(data) > 0.4


def test_the_default_knows_the_spread_within_people_and_the_manner(default):
    there = np.isfinite(default.quantiles[:, 0])
    assert 0.4 < np.median(default.within[there]) < 1.0
    assert np.isfinite(default.manner.centre).all() and 0.4 < np.median(default.manner.within) < 1.0


def test_features_of_a_crop_are_those_of_its_clip(sessions):
    crop = sessions[0][0]
    np.testing.assert_array_equal(
        crop.features[0], movement_features(crop.clip.joints, crop.clip.joint_mask, crop.clip.not_shown)[0]
    )


# ---- intensity ------------------------------------------------------------------------------------------------------


def test_a_hardly_visible_emotion_is_learned_as_neutral():
    labels = ["sad", "happy", NEUTRAL]
    sad, neutral = torch.tensor([[6.0, 0.0, 0.0]]), torch.tensor([[0.0, 0.0, 6.0]])
    target = torch.tensor([0])

    def loss(logits, share):
        return float(label_loss(logits, target, None, torch.tensor([share]), labels.index(NEUTRAL)))

    assert loss(sad, 1.0) < loss(neutral, 1.0) and loss(neutral, 0.0) < loss(sad, 0.0)
    assert loss(sad, 0.5) == pytest.approx(loss(neutral, 0.5), abs=1e-5)
    assert float(label_loss(sad, target, None)) == pytest.approx(loss(sad, 1.0))
    assert float(label_loss(sad, target, None, torch.tensor([0.0]), None)) == pytest.approx(loss(sad, 1.0))


def test_labels_count_alike_however_often_they_are_seen(model, processor):
    labels = ["sad", "happy", NEUTRAL]
    alignment = AlignmentModel(model, processor, labels).train()
    seen = torch.tensor([0, 0, 0, 1, -100]), torch.tensor([1.0, 1.0, 0.0, 1.0, 1.0])
    for _ in range(200):
        weights = alignment._label_weights(*seen)
    assert torch.allclose(weights * torch.tensor([2.0, 1.0, 1.0]), weights[:1] * 2.0, rtol=0.02)
    assert torch.equal(alignment.eval()._label_weights(*seen), weights), "nothing is learned from what is only scored"
    logits, target = torch.zeros(2, 3), torch.tensor([0, 1])
    plain, weighted = (label_loss(logits, target, None, weights=given) for given in (None, torch.tensor([3.0, 1, 1])))
    assert weighted > 1.8 * plain
