"""The chats of stage two: every answer in them is true of what was measured, and only the answer is learned."""

import numpy as np
import pytest
import torch

from eai_llm_hf.corpora import generated_corpus
from eai_llm_hf.processing.claims.claim import holds
from eai_llm_hf.processing.claims.comparison import (
    ALIKE_ANSWER,
    CLEAR_PERCENTILES,
    COMPARATIVES,
    NO_DIFFERENCE_ANSWER,
    Difference,
    clear_differences,
    difference_holds,
    find_differences,
    main_differences,
)
from eai_llm_hf.processing.claims.guard import verified_comparison
from eai_llm_hf.processing.claims.marks import read_marks, without_marks
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.claims.phrases import PHRASES
from eai_llm_hf.processing.claims.writing import EXPLAIN_QUESTION
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, measure_spans
from eai_llm_hf.processing.descriptors.reference_statistics import LEVELS
from eai_llm_hf.training.answering import ChatCollator, QuestionDataset, name_tokens
from eai_llm_hf.training.comparison_texts import comparison_question
from eai_llm_hf.training.crops import CropDataset


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return generated_corpus(12)


def questions(rows, reference, length=40, plain_share=0.0, mixed_share=0.0) -> QuestionDataset:
    """Chats of which every second one is varied, a comparison among them now and then."""
    labels = sorted({row["label"] for row in rows})
    crops, pairs = CropDataset(rows, length, labelled=True), CropDataset(rows, 2 * length, seed=1)
    shares = {"plain_share": plain_share, "mixed_share": mixed_share}
    return QuestionDataset(crops, reference, labels, variety=1.0, pairs=pairs, **shares)


def clips_of(chat: list[dict]) -> list:
    return [block["skeleton"] for block in chat[0]["content"] if block["type"] == "skeleton"]


def test_chats_start_plain_and_every_answer_in_them_is_true(rows, processor):
    reference = processor.feature_extractor.motion_reference()
    chats = questions(rows, reference, plain_share=0.25)
    compared = 0
    for index in range(len(chats)):
        chat = chats[index]
        clips, question, answer = clips_of(chat), chat[0]["content"][-1]["text"], chat[1]["content"]
        spans = [measure_spans(clip.joints, clip.joint_mask) for clip in clips]
        if index < 10:
            assert question.startswith(EXPLAIN_QUESTION) and "Style:" in question and len(clips) == 1
            text, statements = read_marks(answer)
            assert [each.claim for each in statements] == find_claims(text), "no statement is without its mark"
            assert all(holds(each.claim, spans[0], reference) for each in statements), answer
        if len(clips) == 2:
            compared += 1
            assert find_claims(answer) == []
            assert all(
                difference_holds(found, *(rows[0] for rows in spans), reference) for found in find_differences(answer)
            ), answer
        else:
            margin = 0 if "[" in answer else 12
            assert all(holds(claim, spans[0], reference, margin) for claim in find_claims(without_marks(answer))), (
                answer
            )
    assert compared >= 2


def test_answer_and_model_input_of_mixed_clips_have_the_same_values(rows, processor):
    reference = processor.feature_extractor.motion_reference()
    chats = questions(rows, reference, plain_share=1.0, mixed_share=1.0)
    some = [chats[index] for index in range(24)]
    batch = ChatCollator(processor)(some)
    read = batch["skeleton_descriptors"].numpy()
    np.testing.assert_array_equal(batch["skeleton_salience"].numpy(), reference.salience(read))
    alone = ChatCollator(processor)(unmixed(some))["skeleton_descriptors"]
    other = false = 0
    for number, chat in enumerate(some):
        measured, clip = chat[0]["content"][0]["measured"], clips_of(chat)[0]
        assert np.array_equal(read[number], reference.normal_scores([measured])[0], equal_nan=True)
        assert np.array_equal(np.isnan(read[number]), np.isnan(alone[number])), "what is absent stays absent"
        whole = [each.claim for each in read_marks(chat[1]["content"])[1] if each.claim.span == "whole"]
        assert all(holds(claim, measured, reference) for claim in whole)
        own = measure_spans(clip.joints, clip.joint_mask)
        other += not np.array_equal(read[number], alone[number].numpy(), equal_nan=True)
        false += not all(holds(claim, own, reference) for claim in whole)
    assert other > 18 and false > 6, "the answer has values of the other clip"


def unmixed(chats: list) -> list:
    """The same chats about the clips as they are."""
    plain = []
    for asked, answered in chats:
        blocks = [{key: value for key, value in block.items() if key != "measured"} for block in asked["content"]]
        plain.append([{**asked, "content": blocks}, answered])
    return plain


def test_a_chat_depends_only_on_seed_and_number(rows, processor):
    reference = processor.feature_extractor.motion_reference()
    first, second = (questions(rows, reference, mixed_share=0.5) for _ in range(2))
    for index in (31, 7, 39):  # out of order, as another process or a resumed run asks for them
        one, other = first[index], second[index]
        assert one[1] == other[1]
        assert [clip.joints.tobytes() for clip in clips_of(one)] == [clip.joints.tobytes() for clip in clips_of(other)]


def test_two_clips_in_one_chat_become_one_prompt_with_both(rows, processor, model):
    reference = processor.feature_extractor.motion_reference()
    chats = questions(rows, reference, length=80)
    chat = next(chat for chat in (chats[index] for index in range(80)) if len(clips_of(chat)) == 2)
    batch = ChatCollator(processor)([chat, chats[0]])
    assert len(batch["skeleton_features"]) == 2 + len(clips_of(chats[0]))
    text = processor.tokenizer.decode(batch["input_ids"][0])
    assert (
        text.index("First movement: ") < text.index("Second movement: ") < text.index(chat[0]["content"][-1]["text"])
    )
    assert torch.isfinite(model(**batch).loss)


@pytest.fixture(scope="module")
def references(processor):
    """The reference, and a function that gives descriptors at percentiles of it."""
    reference = processor.feature_extractor.motion_reference()

    def at(**percentiles: float) -> np.ndarray:
        levels = np.full(len(DESCRIPTORS), 50.0)
        for name, value in percentiles.items():
            levels[DESCRIPTOR_INDEX[name]] = value
        return np.array(
            [np.interp(level, LEVELS, row) for level, row in zip(levels, reference.quantiles, strict=True)]
        )

    return reference, at


def test_an_answer_names_clear_differences_largest_first(references):
    reference, at = references
    first, second = (
        at(movement_speed=90, head_pitch=30, step_width=50),
        at(movement_speed=20, head_pitch=60, step_width=70),
    )
    assert clear_differences(first, second, reference) == [
        Difference("movement_speed", "low", "second"),
        Difference("head_pitch", "high", "second"),
    ]
    answers = {comparison_question(first, second, reference, np.random.default_rng(seed)) for seed in range(200)}
    named = {answer for question, answer in answers if question == "What is different between the two?"}
    assert named == {"The second movement is slower and holds the head higher."}
    known = dict(answers)
    assert known["Which of the two movements is faster?"] == "The first movement is faster."
    assert known["Which of the two movements holds the head lower?"] == "The first movement holds the head lower."
    assert ALIKE_ANSWER in known.values()


def test_a_comparison_names_the_largest_difference_of_each_body_part_once(references):
    reference, at = references
    first = at(leg_speed=5, movement_speed=10, travel_speed=12, arm_swing=20, hand_height=20, head_movement=20)
    second = at(leg_speed=99, movement_speed=98, travel_speed=97, arm_swing=90, hand_height=80, head_movement=70)
    assert [difference.descriptor for difference in clear_differences(first, second, reference)] == [
        *("leg_speed", "movement_speed", "travel_speed", "arm_swing", "hand_height", "head_movement")
    ]
    main = main_differences(first, second, reference)
    assert [difference.descriptor for difference in main] == ["leg_speed", "arm_swing", "head_movement"]
    best = "The second movement moves the legs faster, swings the arms more and moves the head more."
    assert verified_comparison(best, first, second, reference) == (best, main, 0)
    turned = "The first movement moves the legs more slowly, swings the arms less and moves the head less."
    assert verified_comparison(turned, first, second, reference)[0] == turned
    for poorer in (
        "The second movement moves the head more and moves the head more.",
        f"{best} The first movement moves the head less.",
        "The second movement moves the head more.",
        "The second movement moves the legs faster, is faster and covers more ground.",
    ):
        assert verified_comparison(poorer, first, second, reference) == (best, main, 0), poorer
    assert verified_comparison(best.replace("second", "first"), first, second, reference) == (best, main, 3)


def test_similar_clips_are_called_similar(references):
    reference, at = references
    answers = [
        comparison_question(at(), at(tempo=55), reference, np.random.default_rng(seed))[1] for seed in range(40)
    ]
    assert set(answers) == {ALIKE_ANSWER, NO_DIFFERENCE_ANSWER}
    nothing = np.full(len(DESCRIPTORS), np.nan)
    assert comparison_question(nothing, at(), reference, np.random.default_rng(0))[1] == NO_DIFFERENCE_ANSWER
    assert difference_holds(Difference("tempo", "high", "second"), nothing, at(), reference) is None


def test_every_answer_to_a_comparison_is_read_back_and_true_of_the_measurements(references):
    reference, at = references
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(600):
        first, second = (
            at(**dict(zip(DESCRIPTOR_INDEX, rng.uniform(0, 100, len(DESCRIPTOR_INDEX)), strict=True)))
            for _ in range(2)
        )
        question, answer = comparison_question(first, second, reference, rng)
        named = find_differences(answer)
        assert find_differences(question) == [] and find_claims(answer) == []
        assert bool(named) != (answer == ALIKE_ANSWER), answer
        for difference in named:
            assert difference_holds(difference, first, second, reference)
            other = "first" if difference.movement == "second" else "second"
            assert not difference_holds(
                Difference(difference.descriptor, difference.direction, other), first, second, reference
            )
            seen.add((difference.descriptor, difference.direction))
    known = [name for name in COMPARATIVES if np.isfinite(reference.quantiles[DESCRIPTOR_INDEX[name]]).all()]
    assert len(known) >= 28 and len(seen) == 2 * len(known)
    assert CLEAR_PERCENTILES == 25


def test_only_the_answer_is_learned(processor):
    rows = generated_corpus(6)
    reference = processor.feature_extractor.motion_reference()
    chats = QuestionDataset(CropDataset(rows, 4, labelled=True), reference, sorted({row["label"] for row in rows}))
    batch = ChatCollator(processor)([chats[0], chats[1]])
    for index in (0, 1):
        learned = batch["labels"][index]
        answer = processor.tokenizer.decode(learned[learned != -100])
        said = chats[index][1]["content"]
        assert said and answer.strip().removesuffix("<|im_end|>").strip() == said.strip()


def test_tokens_are_named_by_the_clauses_for_low_and_high(model, processor):
    name_tokens(model, processor)
    words, embed = model.projector.words, model.get_input_embeddings().weight

    def mean_of(clause):
        return embed[processor.tokenizer(clause, add_special_tokens=False).input_ids].mean(0)

    low, high = (mean_of(PHRASES["knee_flexion", direction].clauses[0]) for direction in ("low", "high"))
    knees = words[DESCRIPTOR_INDEX["knee_flexion"]]
    torch.testing.assert_close(knees[1] - knees[0], high - low)
    torch.testing.assert_close(words.mean(dim=(0, 1)), torch.zeros(words.shape[-1]), atol=1e-6, rtol=0)
