"""The baseline that reads descriptors as text: its prompt, how labels are scored, and that it learns."""

import re

import numpy as np
import pytest
import torch
from conftest import make_clip, make_reference
from transformers import AutoModelForCausalLM, AutoTokenizer

from eai_llm_hf.evaluation.methods import text_backbone
from eai_llm_hf.evaluation.methods.task import Task
from eai_llm_hf.evaluation.methods.text_backbone import TextReader, describe, fine_tuned, zero_shot
from eai_llm_hf.processing.claims.claim import canonical_claim
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS, measure

LABELS = {"generated": ["angry", "not confident", "sad"], "folder": ["calm", "sad"]}


def row(seed: int, label: str | None, corpus: str = "generated-cmu31") -> dict:
    clip = make_clip(seed, duration_s=2.5)
    return {"joints": clip.joints, "joint_mask": clip.joint_mask, "label": label, "corpus": corpus}


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    labelled = [row(seed, LABELS["generated"][seed % 3]) for seed in range(6)]
    return [*labelled, row(7, None), row(8, "calm", "folder"), row(9, "sad", "folder")]


@pytest.fixture(scope="module")
def reader(tiny_backbone) -> TextReader:
    tokenizer = AutoTokenizer.from_pretrained(tiny_backbone)
    return TextReader(AutoModelForCausalLM.from_pretrained(tiny_backbone).eval(), tokenizer, make_reference())


@pytest.fixture
def vectors(rows) -> np.ndarray:
    return np.stack([measure(each["joints"], each["joint_mask"]) for each in rows[:3]])


@pytest.fixture
def tiny(tiny_backbone, monkeypatch):
    """The baseline on the tiny backbone with a short training."""
    monkeypatch.setattr(text_backbone, "BACKBONE", str(tiny_backbone))
    monkeypatch.setattr(text_backbone, "TEXT_STEPS", 6)
    monkeypatch.setattr(text_backbone, "TEXT_BATCH", 4)
    monkeypatch.setattr(text_backbone, "LEARNING_RATE", 1e-2)
    monkeypatch.setattr(text_backbone, "REFERENCE_CROPS", 30)


def in_words(descriptor: str, direction: str) -> str:
    return canonical_claim(descriptor, direction).text.removeprefix("the ").replace(" is ", " ").replace(" are ", " ")


def test_a_text_names_salient_descriptors_with_percentiles_and_leaves_out_the_middle():
    reference = make_reference()
    vector = reference.median.astype(np.float32)
    assert describe(vector, reference) == "nothing stands out"
    names = [descriptor.name for descriptor in DESCRIPTORS]
    for name, level in (("head_pitch", 0), ("arm_expansion", -1)):
        vector[names.index(name)] = reference.quantiles[names.index(name), level]
    text = describe(vector, reference)
    low, high = text.split(", ")
    assert re.fullmatch(rf"{in_words('head_pitch', 'low')} \d", low), text
    assert re.fullmatch(rf"{in_words('arm_expansion', 'high')} (9\d|100)", high), text


def test_descriptors_that_cannot_be_measured_are_not_mentioned(vectors):
    reference = make_reference()
    assert describe(np.full_like(vectors[0], np.nan), reference) == "nothing stands out"


def test_the_chat_names_the_candidates_and_the_answer_comes_last_with_its_end(reader, vectors):
    question, answer = reader.chat(vectors[0], ["sad", "angry"], "angry")
    asked = reader.tokenizer.decode(question)
    assert "sad, angry?" in asked and describe(vectors[0], reader.reference) in asked
    assert asked.endswith("<|im_start|>assistant\n")
    assert reader.tokenizer.decode(answer) == "angry<|im_end|>"


@pytest.mark.parametrize("by_token", [True, False])
def test_a_candidate_scores_as_if_it_were_read_alone(reader, vectors, by_token):
    labels = LABELS["generated"]
    found = reader.log_likelihoods(vectors, labels, by_token)
    for clip, vector in enumerate(vectors):
        for column, label in enumerate(labels):
            question, answer = reader.chat(vector, labels, label)
            with torch.no_grad():
                logits = reader.model(torch.tensor([question + answer])).logits[0]
            predicted = logits.log_softmax(-1)[len(question) - 1 : -1]
            each = predicted.gather(1, torch.tensor(answer)[:, None])
            expected = each.mean() if by_token else each.sum()
            assert found[clip, column] == pytest.approx(expected.item(), abs=1e-4)


def test_the_loss_is_over_the_answers_only(reader, vectors):
    labels = LABELS["generated"]
    chats = [reader.chat(vector, labels, label) for vector, label in zip(vectors, labels, strict=True)]
    scores = reader.log_likelihoods(vectors, labels, by_token=False)
    expected = -np.trace(scores) / sum(len(answer) for _, answer in chats)
    assert reader.loss(chats).item() == pytest.approx(expected, abs=1e-4)


def test_labels_of_other_corpora_have_probability_zero_and_the_candidates_sum_to_one(tiny, rows):
    task = Task(train=rows[:6], test=rows, labels=LABELS)
    probabilities = zero_shot(task)
    candidates = task.candidates(rows)
    assert probabilities.shape == (len(rows), 4)
    assert (probabilities[~candidates] == 0).all() and (probabilities[candidates] > 0).all()
    np.testing.assert_allclose(probabilities.sum(1), 1)


def test_fine_tuning_is_deterministic_and_does_not_read_the_labels_of_the_test(tiny, rows):
    once = fine_tuned(Task(train=rows, test=rows, labels=LABELS, seed=3))
    unlabelled = [each | {"label": None} for each in rows]
    again = fine_tuned(Task(train=rows, test=unlabelled, labels=LABELS, seed=3))
    np.testing.assert_array_equal(once, again)
    assert not np.array_equal(once, fine_tuned(Task(train=rows, test=rows, labels=LABELS, seed=4)))


def test_the_right_answers_of_training_become_more_likely(tiny, rows):
    def chance_of_angry(taught: str) -> np.ndarray:
        train = [each | {"label": taught} for each in rows[:6]]
        return fine_tuned(Task(train=train, test=rows[:3], labels={"generated": ["angry", "sad"]}))[:, 0]

    # The tiny backbone writes "sad" in fewer tokens: "angry" stays unlikely, but not as unlikely.
    assert chance_of_angry("angry").min() > 1.5 * chance_of_angry("sad").max()


def test_training_clips_without_a_label_of_their_corpus_are_refused(tiny, rows):
    others = [row(1, "calm"), row(2, None)]
    with pytest.raises(ValueError, match="None of the 2 training clips has a label"):
        fine_tuned(Task(train=others, test=rows[:2], labels=LABELS))
