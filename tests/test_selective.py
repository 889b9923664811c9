"""The accuracy of labels at their probability, from predictions on corpora that training did not see."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from eai_llm_hf import EaiLlmConfig
from eai_llm_hf.evaluation.selective import (
    COVERAGES,
    Prediction,
    label_accuracy,
    selective_accuracy,
    selective_table,
)


def predicted(clips: int, corpus: str = "a", reference: str = "default", seed: int = 0, **given) -> list[Prediction]:
    """Labels that are right as often as their probability says."""
    rng = np.random.default_rng(seed)
    return [
        Prediction(corpus, reference, float(probability), bool(rng.random() < probability), **given)
        for probability in rng.uniform(0.2, 1.0, clips)
    ]


def steps(predictions: list[Prediction]) -> list[list[float]]:
    return label_accuracy(predictions)["recorded"]["default"]


def test_the_accuracy_rises_with_the_probability_and_never_falls():
    found = steps(predicted(3000))
    starts, accuracies = zip(*found, strict=True)
    assert starts[0] == 0 and list(starts) == sorted(starts) and list(accuracies) == sorted(set(accuracies))
    assert len(found) > 4
    for start, accuracy in found[1:]:
        assert accuracy == pytest.approx(start, abs=0.15)
    assert EaiLlmConfig(label_accuracy=label_accuracy(predicted(3000))).label_accuracy["recorded"]["default"] == found


def test_probabilities_that_say_nothing_give_one_accuracy():
    rng = np.random.default_rng(0)
    falls = [Prediction("a", "default", float(p), bool(rng.random() > p)) for p in rng.uniform(0, 1, 1000)]
    assert steps(falls) == [[0.0, pytest.approx(0.5, abs=0.05)]]
    assert steps([Prediction("a", "default", 0.6, number < 300) for number in range(500)]) == [[0.0, 0.6]]


def test_few_clips_give_one_accuracy():
    assert len(steps(predicted(150))) == 1 and len(steps(predicted(3))) == 1


def test_a_large_corpus_counts_no_more_than_a_small_one():
    right = [Prediction("large", "default", 0.5, True)] * 900
    assert steps([*right, *[Prediction("small", "default", 0.5, False)] * 100]) == [[0.0, 0.5]]
    (every, *_) = selective_accuracy([*right, *[Prediction("small", "default", 0.5, False)] * 100])
    assert every["accuracy"] == pytest.approx(0.5)


def test_kinds_of_recordings_and_of_references_stand_apart():
    given = [*predicted(300), *predicted(300, reference="performer"), *predicted(300, recording="video")]
    found = label_accuracy(given)
    assert {kind: list(of) for kind, of in found.items()} == {
        "recorded": ["default", "performer"], "video": ["default"],
    }  # fmt: skip


def test_the_most_probable_labels_are_right_more_often():
    found = selective_accuracy(predicted(2000))
    assert [each["coverage"] for each in found] == list(COVERAGES)
    for each in found:  # probabilities are uniform from 0.2 to 1
        assert each["low"] < each["accuracy"] < each["high"]
        assert each["accuracy"] == pytest.approx(1 - 0.4 * each["coverage"], abs=0.04)


def test_equal_probabilities_do_not_favour_the_clips_that_come_first():
    found = selective_accuracy([Prediction("a", "default", 0.5, number < 500) for number in range(1000)])
    assert found[-1]["accuracy"] == pytest.approx(0.5, abs=0.12)


def test_the_table_has_a_row_for_each_kind():
    lines = selective_table(
        [*predicted(200), *predicted(100, "b"), *predicted(100, reference="performer")]
    ).splitlines()
    assert len({line.count("|") for line in lines}) == 1 and len(lines) == 4
    assert lines[2].startswith("| recorded | default | 300 | 2 | ") and "% [" in lines[2]
    assert lines[3].startswith("| recorded | performer | 100 | 1 | ")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"reference": "nobody"}, "found 'nobody'"),
        ({"recording": "photo"}, "'photo'"),
        ({"probability": 50}, "between 0 and 1, found 50"),
    ],
)
def test_a_prediction_of_something_else_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        Prediction(**{"corpus": "a", "reference": "default", "probability": 0.5, "right": True} | given)


def test_the_benchmark_writes_temperature_and_accuracy_into_a_checkpoint_and_prints_the_table(tmp_path):
    labels, clips = ["happy", "sad", "neutral"], 300
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.ones(3), clips)
    truth = [int(rng.choice(3, p=row)) for row in shares]
    # As if the logits were doubled, and trebled where a neutral clip is known.
    surer, surest = ((shares**power / (shares**power).sum(1, keepdims=True)).tolist() for power in (2, 3))
    kinds = {"none": {"among_all": surer}, "neutral": {"among_all": [None, *surest[1:]]}}
    content = {
        "settings": {"labels": labels},
        "corpora": {"studio": {"labels": ["sad", "neutral", "happy"], "truth": [[2, 0, 1][right] for right in truth]}},
        "cells": {
            "studio; seed 0; EAI-LLM": {"tests": {"studio": kinds}},
            "studio; seed 0; lda, absolute": {"tests": {"studio": {"none": {}}}},
        },
    }
    (tmp_path / "figures.json").write_text(json.dumps(content), encoding="utf-8")
    EaiLlmConfig(label_temperature=1.5).save_pretrained(tmp_path)
    script = Path(__file__).parents[1] / "benchmarks" / "certainty.py"
    command = [sys.executable, str(script), "--figures", str(tmp_path / "figures.json"), "--checkpoint", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    config = EaiLlmConfig.from_pretrained(tmp_path)
    assert config.reference_temperatures.keys() == {"default", "performer"}
    assert config.reference_temperatures["default"] == pytest.approx(1.5 * 2, rel=0.2)
    assert config.reference_temperatures["performer"] == pytest.approx(1.5 * 3, rel=0.2)
    assert config.reference_temperatures["default"] < config.label_temperature
    assert config.label_temperature < config.reference_temperatures["performer"]
    assert set(config.label_accuracy["recorded"]) == {"default", "performer"}
    lines = done.stdout.splitlines()
    assert re.match(r"The temperatures are default \S+, performer \S+, and \S+ for all together", lines[0])
    assert lines[4].startswith("| recorded | default | 300 | 1 | ")
    assert lines[5].startswith("| recorded | performer | 299 | 1 | ")
