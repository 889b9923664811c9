"""Scores of explanations: what they reward, and what they see through."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import make_clip, make_reference
from transformers import GenerationConfig, pipeline

from benchmarks import explanations as page_of_explanations
from eai_llm_hf import (
    TASK,
    EaiLlmForCausalLM,
    EaiSkeletonProcessor,
    SkeletonEmotionExplanationPipeline,
)
from eai_llm_hf.cli.main import build_parser, main
from eai_llm_hf.evaluation.explanations.claim_scores import (
    Verdicts,
    coverage,
    faithfulness_gap,
    label_agreement,
    truth_scores,
)
from eai_llm_hf.evaluation.explanations.statements import told_in_words
from eai_llm_hf.evaluation.explanations.tables import as_examples, as_markdown, first_texts, goals_as_markdown
from eai_llm_hf.evaluation.explanations.texts import (
    LIMBS,
    WRITERS,
    absent_parts,
    explained_clip,
    explanation_scores,
    references_for,
    template_text,
    text_scores,
    without_joints,
    write_records,
)
from eai_llm_hf.processing.claims.claim import canonical_claim, holds, notable_claims
from eai_llm_hf.processing.claims.reasons import statable
from eai_llm_hf.processing.claims.writing import label_sentence, verbalise
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

LABELS = ["happy", "sad", "angry", "proud", "not confident"]


@pytest.fixture(autouse=True)
def short_texts(monkeypatch):
    """The tiny model writes nonsense, of which a little will do."""
    config = GenerationConfig(max_new_tokens=8, do_sample=False)
    monkeypatch.setattr(SkeletonEmotionExplanationPipeline, "_default_generation_config", config)


@pytest.fixture(scope="module")
def reference():
    return make_reference()


@pytest.fixture(scope="module")
def explained():
    """Twelve generated clips of four contents."""
    actions = ("walk", "wave", "run", "bow")
    return [
        explained_clip(
            make_clip(seed, emotion=LABELS[seed % 5], action=actions[seed % 4], rig="bandai22", duration_s=3.5),
            actions[seed % 4],
            f"clip {seed}",
            300,
        )
        for seed in range(12)
    ]


@pytest.fixture(scope="module")
def verdicts(explained, reference):
    return Verdicts([clip.measured for clip in explained], reference)


@pytest.fixture
def pipe(tiny_checkpoint):
    return pipeline(
        TASK,
        model=EaiLlmForCausalLM.from_pretrained(tiny_checkpoint),
        processor=EaiSkeletonProcessor.from_pretrained(tiny_checkpoint),
        device="cpu",
    )


class Says:
    """A pipeline whose texts are what a function makes of each clip; it keeps what it was asked."""

    def __init__(self, pipe, text_of):
        self.pipe, self.text_of = pipe, text_of
        self.processor, self.scorer, self.calibrate = pipe.processor, pipe.scorer, pipe.calibrate
        self.asked = []

    def __call__(self, clips, do_sample=False, **given):
        self.asked.append(do_sample)
        clips = list(clips)
        records = self.pipe(clips, label_only=True, **given)
        for record, clip in zip(records, clips, strict=True):
            record.pop("reasons", None)
            record["explanation"] = f"{label_sentence(record['label'])} {self.text_of(clip)}"
        return records


def said_of(text, label="sad"):
    return told_in_words(text, label, "happy")


# ---- the share of true claims and what it is compared with ----------------------------------------------------------


def test_a_text_from_the_measurements_of_its_clip_holds_there_and_less_elsewhere(explained, verdicts, reference):
    said = [notable_claims(clip.measured, reference)[:4] for clip in explained]
    scores = truth_scores([said], verdicts)
    assert scores["hold"]["value"] == 1.0
    assert scores["shuffled"]["value"] < 0.7
    gap = scores["gap_over_shuffled"]
    assert gap["difference"] == pytest.approx(1 - scores["shuffled"]["value"], abs=1e-3)
    assert 0 < gap["interval"][0] < gap["difference"] < gap["interval"][1]


def test_the_same_text_for_every_clip_has_no_gap_however_true_it_is(explained, verdicts):
    constant = canonical_claim("head_pitch", "high")
    scores = truth_scores([[[constant]] * len(explained)], verdicts)
    share = np.nanmean(verdicts.of(constant))
    assert scores["hold"]["value"] == scores["shuffled"]["value"] == pytest.approx(share, abs=1e-4)
    assert scores["base_rate"] == pytest.approx(share, abs=1e-4)
    assert scores["gap_over_shuffled"]["difference"] == 0
    assert scores["gap_over_constant"]["difference"] <= 0


def test_the_shuffled_share_is_that_of_every_text_on_every_other_clip(explained, verdicts, reference):
    said = [notable_claims(clip.measured, reference)[: 1 + place % 4] for place, clip in enumerate(explained)]
    found = [
        holds(claim, clip.measured, reference)
        for own, claims in enumerate(said)
        for other, clip in enumerate(explained)
        for claim in claims
        if other != own
    ]
    expected = np.mean([verdict for verdict in found if verdict is not None])
    assert truth_scores([said], verdicts)["shuffled"]["value"] == pytest.approx(expected, abs=1e-4)


def test_no_text_of_one_claim_beats_the_best_constant_one_on_all_clips(explained, verdicts):
    scores = truth_scores([[[canonical_claim("head_pitch", "low")]] * len(explained)], verdicts)
    best = scores["best_constant"]
    assert len(best["claims"]) == 1
    rates = [
        np.nanmean(verdicts.of(canonical_claim(name, direction)))
        for name in ("movement_speed", "trunk_lean", "hand_height", "knee_flexion")
        for direction in ("high", "low")
    ]
    assert best["value"] >= max(rates) > 0.5


def test_claims_that_cannot_be_checked_are_neither_true_nor_false(explained, verdicts):
    short = explained_clip(make_clip(20, duration_s=2.0, rig="bandai22"), "walk", "short", 300)
    late = canonical_claim("head_pitch", "low", span="end")
    scores = truth_scores([[[late]] * 2], Verdicts([short.measured] * 2, verdicts.reference))
    assert scores["claims"] == 2 and scores["checkable_claims"] == 0
    assert scores["hold"] is None and scores["gap_over_shuffled"] is None
    assert np.isfinite(verdicts.of(late)).all(), "clips of 3.5 s have thirds"


def test_claims_about_a_third_are_checked_on_their_third(explained, verdicts, reference):
    late, whole = (verdicts.of(canonical_claim("movement_speed", "high", span)) for span in ("end", "whole"))
    expected = [holds(canonical_claim("movement_speed", "high"), clip.measured[3], reference) for clip in explained]
    assert late.tolist() == [float(verdict) for verdict in expected]
    assert (late != whole).any(), "some movement is fast as a whole and not at its end"


def test_there_must_be_a_text_for_each_clip(verdicts):
    with pytest.raises(ValueError, match="one text for each of 12 clips, found"):
        truth_scores([[[]]], verdicts)


def test_coverage_counts_salient_claims_and_not_false_ones(explained, reference):
    measured = explained[0].measured
    wanted = notable_claims(measured, reference)
    assert coverage(wanted, measured, reference, 3) == (3, 3)
    assert coverage(wanted[:1], measured, reference, 3) == (1, 3)
    turned = [canonical_claim(c.descriptor, "low" if c.direction == "high" else "high") for c in wanted[:3]]
    assert coverage(turned, measured, reference, 3) == (0, 3)


# ---- labels and reasons ---------------------------------------------------------------------------------------------


def test_a_text_that_names_another_label_first_does_not_agree():
    texts = ["The movement looks sad.", "It looks happy, not sad.", "The head is bowed."]
    found = label_agreement(texts, ["sad"] * 3, ["sad", "happy"])
    assert found == {"agreement": 0.3333, "named_any": 0.6667, "texts": 3}
    with pytest.raises(ValueError, match="'bored'"):
        label_agreement(texts, ["bored"] * 3, ["sad"])


def test_the_gap_is_the_area_between_the_curves():
    found = faithfulness_gap([[0.9, 0.4, 0.2]] * 2, [[0.9, 0.8, 0.7], [0.9, 0.4, 0.2]])
    assert found["gap"] == pytest.approx((0.325 + 0) / 2, abs=1e-4) and found["positive"] == 0.5
    assert found["interval"][0] <= found["gap"] <= found["interval"][1] and found["sd"] > 0
    with pytest.raises(ValueError, match="Clip 0: expected two curves of equal length"):
        faithfulness_gap([[0.5, 0.4]], [[0.5, 0.4, 0.3]])
    with pytest.raises(ValueError, match="probabilities from 0 to 1"):
        faithfulness_gap([[0.5, 1.4]], [[0.5, 0.4]])


# ---- texts ----------------------------------------------------------------------------------------------------------


def test_repeats_shared_texts_and_wrong_labels_are_counted(explained, reference):
    text = "The movement looks sad. The head is bowed. The head is clearly bowed."
    scores = text_scores([[said_of(text)] * len(explained)], explained, LABELS, reference)
    assert scores["repeated_claims"] == len(explained), "the same in another degree is a repeat"
    assert scores["claims_per_text"] == 2 and scores["distinct_claims_per_text"] == 1
    assert scores["shared_texts"] == len(explained) and scores["distinct_texts"] == 1
    assert scores["label_agreement"] == 1.0
    assert text_scores([[said_of(text, "happy")] * 12], explained, LABELS, reference)["label_agreement"] == 0
    alike = [explained[0], explained[4], explained[8]]
    assert text_scores([[said_of(text)] * 3], alike, LABELS, reference)["shared_texts"] == 0, "all of one content"


def test_body_parts_that_the_clip_lacks_are_found_in_words_and_in_claims(explained):
    headless = without_joints(explained[0], LIMBS["head"])
    assert absent_parts("The head is bowed.", headless) == ["head"]
    assert absent_parts("though the head is not bowed", headless) == ["head"], "also where nothing is claimed"
    assert absent_parts("The head is bowed.", explained[0]) == [] == absent_parts("The arms are bent.", headless)
    legless = without_joints(explained[0], LIMBS["legs"])
    assert "legs" in absent_parts("The steps are long.", legless)
    assert not legless.clip.joints[:, ~legless.clip.joint_mask].any()
    assert set(legless.clip.report["missing_joints"]) == set(LIMBS["legs"])


def test_a_long_clip_is_cut_to_the_window_that_is_explained(pipe):
    limit = pipe.processor.feature_extractor.max_frames
    long = explained_clip(make_clip(5, duration_s=11.0, rig="bandai22"), "walk", "long", limit)
    assert len(long.clip.joints) == limit
    assert len(pipe(long.clip, label_only=True)["segments"]) == 1


# ---- from the model to the tables -----------------------------------------------------------------------------------


def test_the_records_equal_those_of_the_pipeline(pipe, explained):
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    written = write_records(pipe, explained[:1], LABELS)
    assert torch.equal(torch.random.get_rng_state(), before), "sampling does not disturb others"
    assert written == [pipe(clip.clip, candidate_labels=LABELS) for clip in explained[:1]]
    sampled = [write_records(pipe, explained[:1], LABELS, seed) for seed in (1, 1)]
    assert sampled[0] == sampled[1]


def test_clips_with_one_reference_are_one_call_whatever_the_batch_size(pipe, explained):
    alike = [explained[0]] * 5
    records = write_records(pipe, alike, LABELS, batch_size=2)
    for record, expected in zip(records, pipe([clip.clip for clip in alike], candidate_labels=LABELS), strict=True):
        assert all(record[name] == expected[name] for name in ("label", "explanation", "reasons", "notes"))
    assert all(note["code"] == "common_claims" for record in records for note in record["notes"])
    assert all(record["notes"] for record in records), "what five equal clips share is no reason"
    own = pipe.processor.feature_extractor.motion_reference()
    shared = statable(alike[0].measured, own)
    told = template_text(pipe, records[0], alike[0], LABELS, own, common=shared)
    assert not {(claim.descriptor, claim.direction) for claim in told.claims} & shared


def test_clips_are_compared_with_what_was_asked_for(pipe, explained):
    clips = [replace(clip, performer=name) for clip, name in zip(explained[:4], ("a", "a", "b", None), strict=True)]
    assert references_for(pipe, clips, clips, "default") == [None] * 4
    recordings = references_for(pipe, clips, clips, "recordings")
    assert {"recordings"} == {level for reference in recordings for level in reference.level} - {"default"}
    of_people = references_for(pipe, clips, clips, "performer")
    assert of_people[0] is of_people[1] is not of_people[2] and "performer" in of_people[0].level
    assert "performer" not in of_people[3].level, "nobody knows who this is"


def test_a_model_that_knows_the_clip_passes_and_one_that_guesses_does_not(pipe, explained, reference):
    known = {id(clip.clip): notable_claims(clip.measured, reference)[:4] for clip in explained}

    def the_measured_text(clip: UnifiedClip) -> str:
        return verbalise("sad", known[id(clip)]).partition(". ")[2]

    knows = Says(pipe, the_measured_text)
    scores, texts = explanation_scores(knows, explained, LABELS, samplings=2)
    assert scores["greedy"]["model"]["hold"]["value"] == 1.0
    assert scores["greedy"]["model"]["gap_over_shuffled"]["difference"] > 0.3
    assert scores["sampled"]["model"]["texts"] == 2 * len(explained)
    assert knows.asked == [False] + [True] * 2, "all clips with one reference are one call"
    assert len(texts) == len(WRITERS) * len(explained) * 3
    guesses = Says(pipe, lambda clip: "The head is bowed. The movement is fast. The arms are bent.")
    guessed, _ = explanation_scores(guesses, explained, LABELS)
    assert guessed["greedy"]["model"]["gap_over_shuffled"]["difference"] == pytest.approx(0, abs=1e-9)
    assert guessed["greedy"]["model"]["hold"]["value"] < 1.0
    assert guessed["greedy"]["template"]["hold"]["value"] == 1.0


def test_texts_are_ranked_where_the_corpus_is_large_enough(pipe, explained):
    bowed = Says(pipe, lambda clip: "The head is bowed.")
    few, _ = explanation_scores(bowed, explained[:2], LABELS)
    assert few["greedy"]["model"]["ranked"] is None
    many, _ = explanation_scores(bowed, explained[:2], LABELS, corpus=explained * 2)
    assert many["greedy"]["model"]["ranked"]["hold"] is not None


def test_the_frames_of_all_corpora_are_counted_together(pipe, explained):
    says = [Says(pipe, lambda clip: "The head is bowed."), Says(pipe, lambda clip: "Perhaps the arms are bent.")]
    one, other = (explanation_scores(writer, explained, LABELS)[0] for writer in says)
    results = {"command": "the command", "contents": {}, "faithfulness": {}}
    together = "\n".join(as_markdown(results | {"corpora": {"one": one, "other": other}}))
    greedy = 2 * len(explained)
    assert f"Among the {greedy} greedy texts of all corpora together" in together
    assert f"1.00 of the {2 * greedy} sentences of the model (3 frames)" in together, "the label, and one claim each"
    assert "corpora together" not in "\n".join(as_markdown(results | {"corpora": {"one": one}}))


def test_the_tables_show_the_figures_and_mark_missed_goals(pipe, monkeypatch, explained, tmp_path):
    bowed = Says(pipe, lambda clip: "The head is bowed and the movement is fast.")
    scores, texts = explanation_scores(bowed, explained, LABELS, taken_away=2, corpus=explained * 2)
    entries = [{"corpus": "made"} | text for text in texts]
    results = {"command": "the command", "contents": {"made": ["walk"]}, "corpora": {"made": scores}}
    results |= {"faithfulness": {}, "texts": first_texts(entries, most=3)}
    results = json.loads(json.dumps(results, allow_nan=False))
    lines = [*as_markdown(results), "", *goals_as_markdown({"before": results})]
    page = "\n".join(lines)
    model = scores["greedy"]["model"]
    assert "`the command`" in page and f"| {model['hold']['value']:.2f} [" in page
    assert "texts that say how sure: at least 1 | **0.00** |" in page and "| goal | before: made, model |" in page
    assert "| made | head | 2 | " in page
    monkeypatch.setattr(page_of_explanations, "FIGURES", tmp_path)
    assert "the command" not in page_of_explanations.page(), "what was not run is not there"
    joined = page_of_explanations.joined([results, results | dict.fromkeys(("contents", "corpora", "texts"), {})])
    (tmp_path / "before.json").write_text(json.dumps(joined), encoding="utf-8")
    written = page_of_explanations.page()
    assert "\n".join(as_markdown(results)[2:]) in written and "before: made, model" in written
    assert sum(f"| clip {number} |" in written for number in range(12)) == 3, "the first texts by name"
    with pytest.raises(ValueError, match="Two runs have contents of made"):
        page_of_explanations.joined([results, results])
    for start in [place for place, line in enumerate(lines) if line.startswith("|---")]:
        rows = [lines[start - 1]]
        for line in lines[start:]:
            if not line.startswith("|"):
                break
            rows.append(line)
        assert len({row.count("|") for row in rows}) == 1, rows[0]
    examples = "\n".join(as_examples(entries, most=4))
    assert examples.count("\n## ") == 4 and "Template: " in examples


def test_the_command_is_a_subcommand_of_evaluate(capsys):
    args = build_parser().parse_args(["evaluate", "--corpora", "generated:60", "bandai1=x"])
    assert args.corpora == ["generated:60", "bandai1=x"] and args.run.__module__.endswith("cli.evaluate")
    both = ["evaluate", "--seed", "3", "explanations", "--corpora", "generated:60", "--output", "x"]
    args = build_parser().parse_args(both)
    assert args.run.__module__.endswith("cli.explanations") and args.seed == 3 and args.corpora == ["generated:60"]
    assert main(["evaluate", "explanations", "--corpora", "generated:60"]) == 1
    assert "--output" in capsys.readouterr().err


def test_the_command_writes_tables_examples_and_texts(tiny_checkpoint, tmp_path, capsys):
    model = tmp_path / "checkpoint"
    model.mkdir()
    for file in tiny_checkpoint.iterdir():
        (model / file.name).symlink_to(file)
    training = {"labels": LABELS, "held_out": [], "validation": [], "seed": 0}
    (model / "training.json").write_text(json.dumps(training))
    output = tmp_path / "scores"
    status = main(
        ["evaluate", "explanations", "--model", str(model), "--corpora", "generated:20:kdae59"]
        + ["--clips", "3", "--taken-away", "0", "--faithful", "2", "0", "1", "--output", str(output)]
    )
    assert status == 0
    results = json.loads((output / "explanations.json").read_text())
    assert set(results["corpora"]) == {"generated-kdae59"}
    assert results["command"].startswith("eai-llm evaluate explanations --model checkpoint --corpora generated:20")
    assert str(tmp_path) not in results["command"]
    faithful = results["faithfulness"]["generated-kdae59"]
    assert faithful["masking"]["clips"] == 2 and faithful["edits"] is None and faithful["stability"]["clips"] == 1
    assert (output / "explanations.md").read_text() == capsys.readouterr().out
    entries = [json.loads(line) for line in (output / "texts.jsonl").read_text().splitlines()]
    assert len(entries) == 3 * 2 * 2 and all(entry["text"] for entry in entries)
    assert (output / "examples.md").read_text().startswith("# Examples")
