"""How sure a label is, by the accuracy measured on corpora that training has not seen."""

import numpy as np

from eai_llm_hf.processing.certainty import certainty

LABELS = ("happy", "sad", "angry")
MEASURED = {"recorded": [[0.0, 0.3], [0.5, 0.5], [0.9, 0.8]], "video": [[0.0, 0.25], [0.9, 0.45]]}


def sure(probabilities, labels=LABELS, accuracy=MEASURED, recording=None, not_shown=()):
    return certainty(np.array(probabilities), labels, LABELS, accuracy, recording, dict(not_shown))


def test_the_level_follows_the_accuracy_that_was_measured_at_such_probabilities():
    assert [sure([p, 1 - p, 0.0])["level"] for p in (0.45, 0.6, 0.95)] == ["medium", "medium", "high"]
    assert sure([0.4, 0.35, 0.25]) == {"level": "low", "accuracy": 0.3, "runner_up": "sad", "why": []}


def test_a_video_is_less_certain_than_a_recording():
    assert sure([0.95, 0.05, 0.0], recording="video")["level"] == "medium"
    assert sure([0.6, 0.4, 0.0], recording="video")["accuracy"] == 0.25


def test_a_motionless_clip_is_of_low_certainty_however_probable_its_label():
    found = sure([0.99, 0.01, 0.0], not_shown={"movement": "nothing moves in this recording"})
    assert found["level"] == "low" and found["why"] == ["nothing moves in this recording"]


def test_a_recording_that_shows_little_of_the_body_is_of_low_certainty():
    given = (np.array([0.99, 0.01, 0.0]), LABELS, LABELS, MEASURED, None, {})
    assert certainty(*given, 0.6)["level"] == "high"
    found = certainty(*given, 0.3)
    assert found["level"] == "low" and "less than half" in found["why"][0]


def test_candidates_that_were_never_trained_are_of_low_certainty_and_named():
    found = sure([0.9, 0.1], labels=("happy", "bored"))
    assert (found["level"], found["accuracy"]) == ("low", None) and "bored" in found["why"][0]


def test_other_candidates_than_those_of_the_measurement_have_no_accuracy():
    assert sure([0.9, 0.1], labels=("happy", "sad")) == {
        "level": None, "accuracy": None, "runner_up": "sad", "why": [],
    }  # fmt: skip


def test_a_checkpoint_that_was_not_measured_has_no_accuracy():
    assert sure([0.9, 0.1, 0.0], accuracy={})["accuracy"] is None
