"""The emotions of the generator: what they rest on is said, and no trivial feature gives them away."""

import re
import runpy
from pathlib import Path

import numpy as np
import pytest

from eai_llm_hf.generator import DEFAULT_EMOTIONS, EMOTIONS, STYLE_PARAMETERS, generate_clip
from eai_llm_hf.generator.emotion_sources import CHECKED, DESIGN, FINDINGS, GROSS, PUBLICATIONS, evidence_of

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "generator.md").read_text(encoding="utf-8")
TELLTALES = ("movement_speed", "head_pitch", "trunk_lean", "hand_height", "elbow_flexion", "hand_speed", "tempo")


@pytest.fixture(scope="module")
def giveaway() -> dict:
    """Names of the benchmark's module."""
    return runpy.run_path(str(ROOT / "benchmarks" / "giveaway.py"))


@pytest.fixture(scope="module")
def clips(giveaway):
    """300 clips of the default emotions, measured."""
    return giveaway["draw_clips"](300, 11)


def test_emotions_are_named_by_adjectives():
    adjectives = "neutral happy sad angry proud not-confident afraid disgusted surprised".split()
    assert list(EMOTIONS) == [word.replace("-", " ") for word in adjectives]
    assert set(DEFAULT_EMOTIONS) < set(EMOTIONS)


@pytest.mark.parametrize("emotion", [name for name, effects in EMOTIONS.items() if effects])
def test_twice_the_intensity_has_twice_the_effect(emotion):
    given = {"emotion": emotion, "action": "idle", "rig": "smpl22", "duration_s": 0.5}
    for seed in range(4):
        weak, strong = (generate_clip(seed, intensity=share, **given) for share in (0.2, 0.4))
        for name, parameter in STYLE_PARAMETERS.items():
            if parameter.low < strong.style[name] < parameter.high:
                assert strong.expression[name] == pytest.approx(2 * weak.expression[name], abs=1e-9), name


def test_every_source_has_a_reference_and_design_is_the_only_source_of_its_effects():
    for emotion, effects in EMOTIONS.items():
        for name, effect in effects.items():
            known = set(effect.sources) <= set(PUBLICATIONS)
            assert known or effect.sources == (DESIGN,), (emotion, name)
            read = [(emotion, name, source) in CHECKED for source in effect.sources]
            assert read == sorted(read, reverse=True), f"{emotion} {name}: sources that were read come first"


def test_findings_support_effects_that_name_their_publication():
    for finding in FINDINGS:
        for emotion, names in finding.supports.items():
            for name in names:
                assert finding.publication in EMOTIONS[emotion][name].sources, (finding.says, emotion, name)


def test_evidence_is_checked_only_if_a_finding_was_read():
    assert evidence_of("happy", "tempo", (GROSS,)) == "checked"
    assert evidence_of("proud", "tempo", (GROSS,)) == "from memory"
    assert evidence_of("happy", "tempo", (DESIGN,)) == "design"


def test_the_tables_of_the_page_match_the_code():
    with_tables = runpy.run_path(str(ROOT / "docs" / "make_generator_tables.py"))["with_tables"]
    assert with_tables(PAGE) == PAGE, "python docs/make_generator_tables.py writes them anew"
    with pytest.raises(ValueError, match="findings"):
        with_tables(PAGE.replace("<!-- findings: begin -->", ""))


def test_the_page_reports_no_pair_of_features_near_90_percent_of_five_or_nine_emotions():
    table = [
        line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"\| (movement_speed|best pair)", line)
    ]
    assert len(table) == 3 and all(len(row) == 5 for row in table)
    for row in table:
        assert all(float(re.findall(r"[\d.]+", cell)[-1]) < 0.9 for cell in row[1:3]), row


def test_no_pair_of_features_gives_the_emotion_away(giveaway, clips):
    pair, best = giveaway["best_pair"](clips, TELLTALES)
    assert best.high < 0.7, pair
    assert set(pair) <= set(TELLTALES) and best.low < best.value < best.high


def test_length_rig_action_and_performer_do_not_give_the_emotion_away(giveaway, clips):
    for name, values in clips.settings.items():
        score = giveaway["accuracy"](giveaway["predictions"](values, clips), clips)
        assert score.low < 1 / len(DEFAULT_EMOTIONS) + 0.01 and score.value < 0.27, name


def test_all_descriptors_together_predict_the_emotion(giveaway, clips):
    assert giveaway["probe"](clips).low > 0.45


def test_the_probe_finds_a_giveaway_if_there_is_one(giveaway, clips):
    leak = (clips.labels[:, None] == np.unique(clips.labels)).astype(float)
    score = giveaway["accuracy"](giveaway["predictions"](leak, clips), clips)
    assert score.value == score.low == score.high == 1.0


def test_the_benchmark_prints_each_probe_and_chance(giveaway, clips):
    score = giveaway["Accuracy"](0.25, 0.2, 0.3)
    table = giveaway["as_markdown"]({"A": {"x": score, "pair": "a, b"}, "B": {"x": score}}, [0.2, 0.5]).splitlines()
    assert table[0] == "| the probe sees | A | B |" and table[2] == "| nothing: chance | 0.20 | 0.50 |"
    assert table[3:] == ["| x | 0.25 [0.20, 0.30] | 0.25 [0.20, 0.30] |", "| pair | a, b |  |"]
