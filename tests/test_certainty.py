"""How sure a label is, by the accuracy measured on corpora that training has not seen."""

import numpy as np
import pytest

from eai_llm_hf import EaiLlmConfig
from eai_llm_hf.processing.certainty import UNLIKE_TRAINING, certainty, compared_with
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.descriptors.reference_state import DEFAULT, PERFORMER, RECORDINGS
from eai_llm_hf.publish.checkpoints import EMBEDDED_CHECKPOINTS

LABELS = ("happy", "sad", "angry")
STEPS = [[0.0, 0.3], [0.5, 0.5], [0.9, 0.8]]
MEASURED = {"recorded": {DEFAULT: STEPS, PERFORMER: [[0.0, 0.45]]}, "video": {DEFAULT: [[0.0, 0.25], [0.9, 0.45]]}}


def sure(probabilities, labels=LABELS, accuracy=MEASURED, recording=None, not_shown=(), **given):
    return certainty(np.array(probabilities), labels, LABELS, accuracy, recording, dict(not_shown), **given)


def test_the_level_follows_the_accuracy_that_was_measured_at_such_probabilities():
    assert [sure([p, 1 - p, 0.0])["level"] for p in (0.45, 0.6, 0.95)] == ["medium", "medium", "high"]
    assert sure([0.4, 0.35, 0.25]) == {
        "level": "low", "accuracy": 0.3, "reference": "default", "runner_up": "sad", "why": [],
    }  # fmt: skip


def test_a_video_is_less_certain_than_a_recording():
    assert sure([0.95, 0.05, 0.0], recording="video")["level"] == "medium"
    assert sure([0.6, 0.4, 0.0], recording="video")["accuracy"] == 0.25


def test_a_motionless_clip_is_of_low_certainty_however_probable_its_label():
    found = sure([0.99, 0.01, 0.0], not_shown={"movement": "nothing moves in this recording"})
    assert found["level"] == "low" and found["why"] == ["nothing moves in this recording"]


def test_a_recording_that_shows_little_of_the_body_is_of_low_certainty():
    assert sure([0.99, 0.01, 0.0], shown=0.6)["level"] == "high"
    found = sure([0.99, 0.01, 0.0], shown=0.3)
    assert found["level"] == "low" and "less than half" in found["why"][0]


def test_a_clip_unlike_all_training_is_of_low_certainty_and_says_so():
    found = sure([0.99, 0.01, 0.0], unlike=True)
    assert (found["level"], found["accuracy"], found["why"]) == ("low", 0.8, [UNLIKE_TRAINING])


# ---- what the clip is compared with ---------------------------------------------------------------------------------


def test_the_accuracy_is_that_of_the_kind_of_reference_that_the_clip_is_compared_with():
    found = sure([0.4, 0.35, 0.25], compared=PERFORMER)
    assert (found["accuracy"], found["level"], found["reference"]) == (0.45, "medium", "performer")


def test_where_a_kind_of_reference_was_not_measured_the_next_lower_one_counts():
    assert sure([0.4, 0.35, 0.25], compared=RECORDINGS)["reference"] == "default", "and not that of the performer"
    found = sure([0.95, 0.05, 0.0], compared=PERFORMER, recording="video")
    assert (found["accuracy"], found["reference"]) == (0.45, "default")


def test_a_higher_kind_of_reference_never_stands_for_a_lower_one():
    found = sure([0.9, 0.1, 0.0], accuracy={"recorded": {PERFORMER: STEPS}})
    assert (found["accuracy"], found["reference"], found["level"]) == (None, None, None)


def test_a_clip_is_compared_with_what_most_of_its_measurements_are_compared_with():
    count = len(DESCRIPTORS)
    quantiles = np.tile(np.linspace(-1, 1, 25), (count, 1))
    some = MotionReference(quantiles, 100, level=[PERFORMER] * 10 + [RECORDINGS] * (count - 10))

    def compared(measured, reference=some):
        return compared_with(reference, np.where(np.arange(count) < measured, 1.0, np.nan))

    assert compared(count) == RECORDINGS
    assert compared(12) == PERFORMER
    assert compared(20) == RECORDINGS, "of two that are as frequent, the lower one"
    assert compared(0) == RECORDINGS
    assert compared(count, MotionReference(quantiles, 100)) == compared(count, None) == DEFAULT


# ---- candidates -----------------------------------------------------------------------------------------------------


def test_candidates_that_were_never_trained_are_of_low_certainty_and_named():
    found = sure([0.9, 0.1], labels=("happy", "bored"))
    assert (found["level"], found["accuracy"]) == ("low", None)
    assert found["why"] == ["the model was not trained on bored"]


def test_other_forms_of_the_trained_words_count_as_trained():
    found = sure([0.95, 0.05, 0.0], labels=("Joy", "grief", "furious"))
    assert (found["level"], found["accuracy"], found["runner_up"]) == ("high", 0.8, "grief")
    assert sure([0.9, 0.1], labels=("joy", "calm"))["why"] == ["the model was not trained on calm"]


def test_other_candidates_than_those_of_the_measurement_have_no_accuracy():
    assert sure([0.9, 0.1], labels=("happy", "sad")) == {
        "level": None, "accuracy": None, "reference": None, "runner_up": "sad", "why": [],
    }  # fmt: skip


def test_a_checkpoint_that_was_not_measured_has_no_accuracy():
    assert sure([0.9, 0.1, 0.0], accuracy={})["accuracy"] is None


# ---- the configuration ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accuracy", "message"),
    [
        ({"recorded": [[0.0, 0.3]]}, r"label_accuracy\['recorded'\] must map a kind of reference"),
        ({"recorded": {"default": [[0.2, 0.3]]}}, r"\['default'\] must be pairs of a probability, ascending from 0"),
        ({"recorded": {"default": [[0.0, 0.3], [0.0, 0.4]]}}, "ascending from 0"),
        ({"recorded": {"default": [[0.0, 30]]}}, "between 0 and 1"),
        ({"recorded": {"default": []}}, "must be pairs"),
        ({"recorded": {"default": 0.3}}, "must be pairs"),
    ],
)
def test_a_configuration_with_accuracies_of_another_form_is_refused(accuracy, message):
    with pytest.raises(ValueError, match=message):
        EaiLlmConfig(label_accuracy=accuracy)
    assert EaiLlmConfig(label_accuracy=MEASURED).label_accuracy == MEASURED


@pytest.mark.parametrize("temperature", [0, -1.0, "high", None])
def test_a_temperature_of_a_kind_of_reference_that_is_no_number_above_zero_is_refused(temperature):
    with pytest.raises(ValueError, match=r"reference_temperatures\['performer'\] must be above 0"):
        EaiLlmConfig(reference_temperatures={"performer": temperature})


def test_the_default_checkpoint_states_the_accuracy_for_each_kind_of_reference():
    config = EaiLlmConfig.from_pretrained(EMBEDDED_CHECKPOINTS["default"])
    scores = np.eye(len(config.labels))[0]
    for compared in (DEFAULT, RECORDINGS, PERFORMER):
        asked = (scores, config.labels, config.labels, config.label_accuracy, None, {})
        found = certainty(*asked, compared=compared)
        assert found["reference"] == compared and 0.2 < found["accuracy"] < 0.6


def test_a_checkpoint_that_was_tested_without_references_states_that_accuracy_for_all():
    accuracy = {"recorded": {"default": [[0.0, 0.23]]}}
    found = certainty(np.eye(len(LABELS))[0], LABELS, LABELS, accuracy, None, {}, compared=PERFORMER)
    assert (found["level"], found["reference"], found["accuracy"]) == ("low", "default", 0.23)
