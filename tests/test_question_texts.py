"""Training texts and questions: what is asked, and that every answer is true of the clip."""

import re

import numpy as np
import pytest

from eai_llm_hf.corpora import generated_corpus
from eai_llm_hf.processing.claims.claim import canonical_claim, holds
from eai_llm_hf.processing.claims.explanation import explained, explanation_prompt, taught_text
from eai_llm_hf.processing.claims.fixed_answers import MISSING_JOINTS, NOT_VISIBLE, NOTHING_AGAINST
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.claims.signs import relation
from eai_llm_hf.processing.claims.writing import named_label
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, measure, measure_spans
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX
from eai_llm_hf.processing.vocabulary import canonical_label
from eai_llm_hf.training.question_texts import TYPICAL, UNSEEN_QUESTIONS, AskedClip, absent_signs, typical_signs
from eai_llm_hf.training.training_texts import drawn_argument, label_texts, question_answer

LABELS = ("happy", "sad", "angry", "proud", "not confident")


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return generated_corpus(30)


@pytest.fixture(scope="module")
def reference(rows) -> MotionReference:
    return MotionReference.fit(np.stack([measure(row["joints"], row["joint_mask"]) for row in rows]))


def asked(clip: AskedClip, times: int, variety: float = 1.0) -> dict[str, str]:
    return dict(question_answer(clip, np.random.default_rng(seed), variety) for seed in range(times))


def clip_with(reference: MotionReference, label: str = "sad", **values: float) -> AskedClip:
    """A clip of which nothing is known but the named descriptors, at percentiles of the reference."""
    vector = np.full(len(DESCRIPTORS), np.nan)
    for name, percentile in values.items():
        levels = np.linspace(0, 100, reference.quantiles.shape[1])
        vector[DESCRIPTOR_INDEX[name]] = np.interp(percentile, levels, reference.quantiles[DESCRIPTOR_INDEX[name]])
    return AskedClip(label, vector, reference, LABELS)


def test_without_variety_every_sample_is_an_explanation_as_the_pipeline_asks_for_it(rows, reference):
    labels, runners_up, levels = set(), set(), set()
    for number, row in enumerate(rows):
        spans = measure_spans(row["joints"], row["joint_mask"])
        clip = AskedClip(str(row["label"]), spans, reference, LABELS)
        for seed in range(4):
            question, answer = question_answer(clip, np.random.default_rng([number, seed]), 0.0)
            argument = drawn_argument(clip, after_one_draw([number, seed]))
            assert (question, answer) == (explanation_prompt(argument), taught_text(argument))
            found = explained(answer, argument, LABELS, spans, reference)
            assert found.written_by == "model", answer
            assert all(holds(each.claim, spans, reference) for each in found.statements)
            labels.add(argument.label == clip.label)
            runners_up.add(argument.runner_up)
            levels.add(argument.level)
    assert labels == {True, False} and len(runners_up) > 8 and levels == {"low", "medium", "high", None}


def after_one_draw(seed) -> np.random.Generator:
    """The generator as `question_answer` has it once it has drawn the kind of its sample."""
    rng = np.random.default_rng(seed)
    rng.random()
    return rng


def test_an_explanation_argues_mostly_for_the_label_of_the_clip(rows, reference):
    clip = AskedClip("sad", measure_spans(rows[0]["joints"], rows[0]["joint_mask"]), reference, LABELS)
    drawn = [drawn_argument(clip, np.random.default_rng(seed)) for seed in range(300)]
    own = np.mean([argument.label == "sad" for argument in drawn])
    assert 0.65 < own < 0.85
    assert all(canonical_label(argument.runner_up) != canonical_label(argument.label) for argument in drawn)


def test_every_claim_of_every_answer_holds(rows, reference):
    kinds = set()
    for number, row in enumerate(rows):
        spans = measure_spans(row["joints"], row["joint_mask"])
        clip = AskedClip(str(row["label"]), spans, reference, LABELS, row["joint_mask"])
        for seed in range(40):
            question, answer = question_answer(clip, np.random.default_rng([number, seed]), 1.0)
            if "Style:" in question:  # an explanation, of any label, where the drawn kind has no question
                continue
            kinds.add(answer.split()[0])
            for claim in find_claims(answer):
                assert holds(claim, spans, reference) is True, (question, answer, claim)
            if answer.startswith(("The movement looks", "Overall", "Neither:")) and named_label(answer, LABELS):
                assert named_label(answer, LABELS) == clip.label, (question, answer)
    assert {"Yes,", "No,", "Most", "That", "Overall"} <= kinds


def test_signs_are_absent_only_where_the_opposite_holds(reference):
    clip = clip_with(reference, "sad", head_pitch=90.0, movement_speed=50.0)
    assert absent_signs(clip, "sad") == [canonical_claim("head_pitch", "low")]
    assert absent_signs(clip, "a mood that nobody described") == []


def test_typical_signs_are_those_that_are_known_well_enough_and_never_both_directions_of_one():
    for label in ("happy", "sad", "angry", "proud", "not confident", "afraid", "disgusted", "surprised"):
        signs = typical_signs(label)
        assert len({sign.descriptor for sign in signs}) == len(signs) >= 5
        assert all(relation(sign.descriptor, sign.direction, label).strength >= TYPICAL for sign in signs)
    assert canonical_claim("head_pitch", "low") in typical_signs("sad")
    assert relation("movement_speed", "low", "not confident").relation == "for"
    assert canonical_claim("movement_speed", "low") not in typical_signs("not confident"), "no publication, and weak"
    assert typical_signs("neutral") == []


def test_what_speaks_against_another_emotion_is_what_the_clip_has_instead(reference):
    clip = clip_with(reference, "happy", head_pitch=90.0)
    answers = {question: answer for question, answer in asked(clip, 3000).items() if "against" in question}
    assert answers["What speaks against sad?"] == "The head is held high."
    assert answers["What speaks against angry?"] == NOTHING_AGAINST


def test_one_emotion_or_another_is_answered_by_the_clip_s_own(reference):
    answers = asked(clip_with(reference, "proud", head_pitch=90.0), 3000)
    either_or = {
        q: a for q, a in answers.items() if re.fullmatch(r"Is the person (.+) or (.+)\?", q) and "man" not in q
    }
    assert len(either_or) > 5
    for question, answer in either_or.items():
        assert answer == ("The movement looks proud." if "proud" in question else "Neither: the movement looks proud.")


@pytest.fixture(scope="module")
def of_a_bowed_head(reference) -> dict[str, str]:
    """Questions and answers about a clip of which the head alone is known."""
    return asked(clip_with(reference, "sad", head_pitch=4.0), 8000)


def test_everyday_questions_are_answered_as_those_in_the_words_of_the_claims(of_a_bowed_head):
    answers = of_a_bowed_head
    yes = ("Does she look down?", "Is he hanging his head?", "Is the person hanging their head?")
    assert {answers[question] for question in yes} == {"Yes, the head is bowed."}
    assert answers["Does he keep his chin up?"] == "No, the head is bowed."


LACKING = [
    (("left_wrist", "right_wrist"), "hands"),
    (("head", "neck"), "head"),
    (("left_ankle", "right_ankle", "left_foot", "right_foot"), "feet"),
]


@pytest.fixture(scope="module")
def answered(rows, reference) -> dict[str, str]:
    """Questions and answers about a clip that has all joints."""
    mask = np.ones(22, dtype=bool)
    return asked(AskedClip(str(rows[0]["label"]), measure(rows[0]["joints"], mask), reference, LABELS, mask), 2500)


@pytest.mark.parametrize(("joints", "word"), LACKING, ids=[entry[1] for entry in LACKING])
def test_what_the_recording_lacks_is_refused_and_answered_where_it_is_there(joints, word, rows, reference, answered):
    whole, lacking = np.asarray(rows[0]["joints"]), np.ones(22, dtype=bool)
    lacking[[JOINT_INDEX[name] for name in joints]] = False
    label = str(rows[0]["label"])
    without = AskedClip(label, measure(whole * lacking[:, None], lacking), reference, LABELS, lacking)
    answers = asked(without, 2500)
    refused = {q: a for q, a in answers.items() if a.startswith(MISSING_JOINTS.partition(":")[0])}
    assert len(refused) >= 5 and set(refused.values()) == {MISSING_JOINTS.format(word)}
    assert not any(answer in refused.values() for answer in answered.values())
    # It is what the clip lacks and not what is asked that decides.
    assert len(set(refused) & set(answered)) >= 5


def test_a_descriptor_is_asked_about_in_many_words_and_the_answer_stays_the_same(of_a_bowed_head):
    answers = {
        question: answer
        for question, answer in of_a_bowed_head.items()
        if answer.startswith(("Yes", "No,", "The head is bowed.")) and "the head" in question.lower()
    }
    yes = ("Is the head bowed?", "Would you say that the head hangs down?")
    assert {answers[question] for question in yes} == {"Yes, the head is bowed."}
    no = ("Is it true that the head is raised?", "Is the head lifted?")
    assert {answers[question] for question in no} == {"No, the head is bowed."}
    assert answers["Is the head bowed, or is the head held high?"] == "The head is bowed."
    assert len(answers) > 20


def test_what_a_skeleton_does_not_show_is_asked_in_a_hundred_ways(reference):
    assert len(set(UNSEEN_QUESTIONS)) >= 100
    assert all(question.endswith("?") and "{" not in question for question in UNSEEN_QUESTIONS)
    answers = asked(clip_with(reference, head_pitch=5.0), 600)
    assert {answer for question, answer in answers.items() if question in UNSEEN_QUESTIONS} == {NOT_VISIBLE}


def test_a_label_without_synonyms_still_has_phrasings_and_its_own_word_comes_first():
    texts = label_texts("bewildered")
    assert texts[0] == "bewildered" and len(texts) == len(set(texts)) > 3


def test_a_label_outside_the_candidates_is_refused(reference):
    with pytest.raises(ValueError, match="not among the candidates"):
        question_answer(clip_with(reference, "bored", head_pitch=5.0), np.random.default_rng(0), 0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        question_answer(clip_with(reference, head_pitch=5.0), np.random.default_rng(0), 1.5)
