"""Scores compared with scikit-learn and computations by hand, and the properties of intervals."""

import time

import numpy as np
import pytest
from sklearn import metrics

from eai_llm_hf.evaluation.scores import (
    MEASURES,
    Bootstrap,
    difference,
    exact_interval,
    label_scores,
    mean_and_spread,
    measures,
    per_class,
    pooled,
    reliability,
    tally,
    with_interval,
)

LABELS = ["angry", "happy", "sad"]


def guesses(truth, right: float, seed: int, seeds: int = 1) -> np.ndarray:
    """Probabilities (seeds, clips, 3) whose greatest is the true label in about a share `right` of the clips."""
    rng = np.random.default_rng(seed)
    given = np.where(rng.random((seeds, len(truth))) < right, truth, (truth + rng.integers(1, 3, len(truth))) % 3)
    noise = rng.dirichlet(np.ones(3), (seeds, len(truth)))
    return 0.5 * np.eye(3)[given] + 0.5 * noise


@pytest.fixture
def truth():
    return np.random.default_rng(0).integers(3, size=90)


def test_scores_equal_those_of_scikit_learn(truth):
    probabilities = guesses(truth, 0.6, 1)
    values = {name: value[0] for name, value in pooled(tally(truth, probabilities), 3).items()}
    given = probabilities[0].argmax(1)
    assert values["accuracy"] == pytest.approx(metrics.accuracy_score(truth, given))
    assert values["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(truth, given))
    assert values["macro_f1"] == pytest.approx(metrics.f1_score(truth, given, average="macro"))
    brier = np.mean(((probabilities[0] - np.eye(3)[truth]) ** 2).sum(1))
    assert values["brier"] == pytest.approx(brier, rel=1e-5)


def test_a_label_that_does_not_occur_does_not_count_in_the_means():
    truth = np.array([0, 0, 1, 1])
    values = measures(tally(truth, np.eye(3)[truth]).sum(0), 3)
    assert values["balanced_accuracy"] == values["macro_f1"] == 1


def test_the_calibration_error_equals_a_computation_by_hand():
    # Two clips are sure by .9 and one of them is right; one is sure by .6 and right. Bins: .9 in one, .6 in another.
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]])
    truth = np.array([0, 1, 1])
    by_hand = 2 / 3 * abs(0.5 - 0.9) + 1 / 3 * abs(1 - 0.6)
    assert pooled(tally(truth, probabilities), 2)["ece"] == pytest.approx(by_hand, rel=1e-5)
    assert reliability(truth, probabilities[None]) == [
        {"confidence": 0.6, "accuracy": 1.0, "labels": 1},
        {"confidence": 0.9, "accuracy": 0.5, "labels": 2},
    ]


def test_errors_cancel_within_a_bin_of_confidence_but_not_across_bins():
    sure = np.array([[0.75, 0.25]] * 4)
    assert pooled(tally(np.array([0, 0, 0, 1]), sure), 2)["ece"] == pytest.approx(0, abs=1e-6)
    unsure = np.array([[0.55, 0.45], [0.95, 0.05]])
    assert pooled(tally(np.array([0, 1]), unsure), 2)["ece"] == pytest.approx((0.45 + 0.95) / 2, rel=1e-5)


def test_draws_weight_clips_as_if_they_were_repeated(truth):
    probabilities = guesses(truth, 0.6, 1)
    bootstrap = Bootstrap(len(truth), draws=3)
    drawn = bootstrap.scores(tally(truth, probabilities), 3)
    for draw in range(3):
        repeated = np.repeat(np.arange(len(truth)), bootstrap.counts[draw].astype(int))
        assert len(repeated) == len(truth)
        again = pooled(tally(truth[repeated], probabilities[:, repeated]), 3)
        for name in set(MEASURES) - {"ece"}:
            assert drawn[name][draw] == pytest.approx(again[name][0], abs=1e-6)


def test_clips_of_one_performer_are_drawn_together():
    groups = np.array([0, 0, 1, 2, 2, 2])
    counts = Bootstrap(6, draws=50, groups=groups).counts
    assert (counts[:, 0] == counts[:, 1]).all() and (counts[:, 3:] == counts[:, 3:4]).all()
    assert (counts[:, [0, 2, 3]].sum(axis=1) == 3).all() and len(np.unique(counts, axis=0)) > 5


def test_the_interval_of_the_calibration_error_contains_it(truth):
    probabilities = guesses(truth, 0.6, 1)
    tallies = tally(truth, probabilities)
    shown = with_interval(pooled(tallies, 3)["ece"][0], Bootstrap(len(truth)).scores(tallies, 3)["ece"])
    assert shown["interval"][0] < shown["value"] < shown["interval"][1]


def test_an_interval_contains_the_score_and_narrows_with_more_clips():
    def width(clips):
        truth = np.arange(clips) % 3
        tallies = tally(truth, guesses(truth, 0.7, 2))
        shown = with_interval(pooled(tallies, 3)["accuracy"][0], Bootstrap(clips).scores(tallies, 3)["accuracy"])
        low, high = shown["interval"]
        assert low < shown["value"] < high
        return high - low

    assert 0.15 < width(60) < 0.3  # 4 x sqrt(.7 x .3 / 60) = .24
    assert width(960) < 0.4 * width(60)


def test_seeds_that_differ_widen_the_interval(truth):
    alike = np.repeat(guesses(truth, 0.7, 1), 3, axis=0)
    different = np.concatenate([guesses(truth, right, 1) for right in (0.4, 0.7, 1.0)])
    widths = []
    for probabilities in (alike, different):
        low, high = np.percentile(
            Bootstrap(len(truth), 3).scores(tally(truth, probabilities), 3)["accuracy"], [2.5, 97.5]
        )
        widths.append(high - low)
    assert widths[1] > 1.5 * widths[0]


def test_identical_methods_have_no_difference(truth):
    tallies = tally(truth, guesses(truth, 0.6, 1, seeds=3))
    values, draws = difference(tallies, tallies, 3, Bootstrap(len(truth), 3))
    assert all(values[name] == 0 and not draws[name].any() for name in MEASURES)


def test_the_interval_contains_zero_for_equally_good_methods_and_not_for_a_better_one(truth):
    equal, better = guesses(truth, 0.6, 5, seeds=3), guesses(truth, 0.9, 6, seeds=3)
    base = tally(truth, guesses(truth, 0.6, 1, seeds=3))
    for other, differs in ((equal, False), (better, True)):
        values, draws = difference(tally(truth, other), base, 3, Bootstrap(len(truth), 3))
        low, high = with_interval(values["macro_f1"], draws["macro_f1"], "difference")["interval"]
        assert (low > 0) == differs and low <= values["macro_f1"] <= high


def test_a_paired_interval_is_narrower_than_an_unpaired_one(truth):
    base = guesses(truth, 0.6, 1)
    improved = base.copy()
    wrong = np.flatnonzero(base[0].argmax(1) != truth)[:6]
    improved[0, wrong] = np.eye(3)[truth[wrong]]
    _, paired = difference(tally(truth, improved), tally(truth, base), 3, Bootstrap(len(truth)))
    one = Bootstrap(len(truth), seed=1).scores(tally(truth, improved), 3)["accuracy"]
    other = Bootstrap(len(truth), seed=2).scores(tally(truth, base), 3)["accuracy"]
    assert np.std(paired["accuracy"]) < 0.6 * np.std(one - other)


def test_two_thousand_draws_of_a_large_corpus_take_well_under_a_second():
    truth = np.arange(1800) % 3
    tallies = tally(truth, guesses(truth, 0.7, 1, seeds=3))
    bootstrap = Bootstrap(1800, 3)
    started = time.process_time()
    bootstrap.scores(tallies, 3)
    assert time.process_time() - started < 1


def test_per_class_figures_follow_from_the_confusion():
    found = per_class(np.array([[3, 1], [0, 0]]), ["happy", "sad"])
    assert found["happy"] == {"precision": 1.0, "recall": 0.75, "f1": 0.8571, "support": 4}
    assert found["sad"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0}


def test_one_value_has_no_spread():
    assert mean_and_spread([0.5]) == {"mean": 0.5, "sd": None}
    assert mean_and_spread([0.4, 0.6])["sd"] == pytest.approx(0.1414, abs=1e-4)


def test_label_scores_have_what_a_model_card_shows():
    truth, given = ["happy", "sad", "sad", "angry"], ["happy", "sad", "angry", "angry"]
    scores = label_scores(truth, given, LABELS)
    assert scores["clips"] == 4 and scores["chance"] == 0.3333 and scores["labels"] == LABELS
    assert scores["confusion"] == [[1, 0, 0], [0, 1, 0], [1, 0, 1]]
    assert scores["accuracy"]["value"] == 0.75 and "ece" not in scores
    low, high = scores["accuracy"]["interval"]
    assert low < 0.75 < high
    assert scores["per_class"]["sad"]["recall"] == 0.5


def test_label_scores_with_probabilities_have_the_calibration_error():
    probabilities = [{"happy": 0.8, "sad": 0.1, "angry": 0.1}, {"happy": 0.3, "sad": 0.6, "angry": 0.1}]
    scores = label_scores(["happy", "angry"], ["happy", "sad"], LABELS, probabilities=probabilities)
    assert scores["ece"]["value"] == pytest.approx((0.2 + 0.6) / 2)
    assert scores["brier"]["value"] == pytest.approx((0.04 + 0.01 + 0.01 + 0.09 + 0.36 + 0.81) / 2)


@pytest.mark.parametrize(
    ("truth", "given", "probabilities", "message"),
    [
        ([], [], None, "no clip"),
        (["happy"], ["glad"], None, "glad"),
        (["happy"], ["sad"], [{"happy": 0.8, "sad": 0.1, "angry": 0.1}], "'happy' is more probable"),
    ],
)
def test_labels_that_cannot_be_scored_are_refused(truth, given, probabilities, message):
    with pytest.raises(ValueError, match=message):
        label_scores(truth, given, LABELS, probabilities=probabilities)


def test_a_score_of_one_or_zero_has_an_interval_with_a_width():
    truth = ["happy"] * 6 + ["sad"] * 6
    right, wrong = label_scores(truth, truth, LABELS), label_scores(truth, truth[::-1], LABELS)
    assert right["accuracy"] == {"value": 1.0, "interval": [0.7575, 1.0]}  # Wilson: 12 / (12 + 1.96²)
    assert wrong["accuracy"] == {"value": 0.0, "interval": [0.0, 0.2425]}
    for name in ("balanced_accuracy", "macro_f1"):
        low, high = right[name]["interval"]
        assert (right[name]["value"], high) == (1.0, 1.0) and 0.6 < low < right["accuracy"]["interval"][0]
        low, high = wrong[name]["interval"]
        assert (wrong[name]["value"], low) == (0.0, 0.0) and 0.2 < high < 0.4


def test_few_clips_of_one_label_widen_the_interval_of_balanced_accuracy():
    def low(few: int) -> float:
        truth = ["happy"] * 30 + ["sad"] * few
        return label_scores(truth, truth, LABELS)["balanced_accuracy"]["interval"][0]

    assert low(2) < low(5) < low(30) < 1
    constant = label_scores(["happy"] * 6 + ["sad"] * 6, ["happy"] * 12, LABELS)["balanced_accuracy"]
    assert constant["value"] == 0.5 and constant["interval"][0] < 0.4 < 0.6 < constant["interval"][1]


def test_the_interval_of_balanced_accuracy_has_about_its_nominal_coverage():
    rng = np.random.default_rng(0)
    recalls = np.array([0.95, 0.8, 0.6])
    inside = 0
    for _ in range(400):
        hits = rng.binomial(12, recalls)
        confusion = np.diag(hits)
        confusion[[0, 1, 2], [1, 2, 0]] += 12 - hits
        low, high = exact_interval("balanced_accuracy", confusion)
        inside += low <= recalls.mean() <= high
    assert 0.92 <= inside / 400 <= 0.99


def test_a_bootstrap_interval_with_a_width_is_kept():
    truth, given = ["happy"] * 10 + ["sad"] * 10, ["happy"] * 9 + ["sad"] * 11
    scores = label_scores(truth, given, LABELS)
    places = np.array([[LABELS.index(label) for label in side] for side in (truth, given)])
    tallies = tally(places[0], np.eye(len(LABELS))[places[1]])[None]
    draws = Bootstrap(20).scores(tallies, len(LABELS))["accuracy"]
    assert scores["accuracy"]["interval"] == with_interval(0.95, draws)["interval"]
