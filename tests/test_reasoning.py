"""Scores of explanations as arguments: what is a reason, what varies, and which of two texts is better."""

import numpy as np
import pytest

from eai_llm_hf.evaluation.explanations.common import performers_as_groups, share_of
from eai_llm_hf.evaluation.explanations.frames import (
    frame_counts,
    frames_of,
    has_contrast,
    names_runner_up,
    says_how_sure,
    sentences_of,
)
from eai_llm_hf.evaluation.explanations.preference import preferences
from eai_llm_hf.evaluation.explanations.ranking import ranked_verdicts
from eai_llm_hf.evaluation.explanations.reasoning import linked_shares, reason_scores
from eai_llm_hf.evaluation.explanations.statements import Statement, Told, told_by, told_in_words, told_with_marks
from eai_llm_hf.processing.claims.claim import canonical_claim
from eai_llm_hf.processing.claims.signs import relation
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTOR_NAMES

LABELS = ["happy", "sad", "angry", "neutral"]
BOWED, RAISED = (canonical_claim("head_pitch", direction) for direction in ("low", "high"))
SLOW = canonical_claim("movement_speed", "low")


def told(label, *statements, text="It looks so.", runner_up=None, marked=True):
    return Told(text, label, runner_up, tuple(Statement(*each) for each in statements), marked)


def marked(text, label="sad"):
    return told_with_marks(text, label)


def record(text, label="sad", **more):
    return {"explanation": text, "label": label, "certainty": {"runner_up": "happy"}} | more


# ---- what a text states ---------------------------------------------------------------------------------------------


def test_a_record_with_reasons_states_these_and_observes_what_else_its_words_say():
    reasons = [
        {"claim": "", "relation": relation, "emotion": emotion, "strength": 0.5, "source": "", "evidence": place}
        for place, (relation, emotion) in enumerate(
            [("for", "sad"), ("against", "sad"), ("against", "happy"), ("none", "sad"), ("for", "happy")]
        )
    ]
    evidence = [
        {"descriptor": claim.descriptor, "direction": claim.direction, "span": span, "degree": claim.degree}
        for claim, span in ((BOWED, "end"), (SLOW, "whole"), (RAISED, "whole"), (SLOW, "middle"), (BOWED, "whole"))
    ]
    text = "The movement is slow. The hands are moving quickly. The elbows are bent."
    evidence.append({"descriptor": "hand_speed", "direction": "high", "span": "whole", "degree": "plain"})
    found = told_by(record(text, reasons=reasons, evidence=evidence))
    uses = [statement.use for statement in found.statements]
    assert uses == ["for", "against", "against the runner-up", "other", "for the runner-up", "other", None], (
        "what was not measured is not even observed"
    )
    assert [statement.worded for statement in found.statements] == [False, True, False, False, False, True, True]
    assert found.claims[0] == canonical_claim("head_pitch", "low", "end") and found.marked
    assert found.label == "sad" and found.runner_up == "happy"


def test_a_record_without_reasons_states_what_its_words_say():
    found = told_by(record("The movement looks sad. The head is bowed."))
    assert found.claims == [BOWED] and found.statements[0].use is None and not found.marked
    assert told_by({"explanation": "", "label": "sad"}).runner_up is None


# ---- reasons --------------------------------------------------------------------------------------------------------


def test_a_claim_is_linked_if_the_table_of_signs_links_it_with_the_label():
    assert relation("head_pitch", "low", "sad").relation == "for"
    shares = linked_shares([told("sad", (BOWED, "for")), told("sad", (RAISED, "for"))])
    assert shares["linked"]["share"] == 0.5 and shares["reasons"] == 2
    assert shares["against_unsaid"]["share"] == 0.5 and shares["against_said"]["share"] == 0


def test_what_speaks_against_the_label_is_honest_only_if_the_text_says_so():
    said = linked_shares([told("sad", (BOWED, "for"), (RAISED, "against"))])
    assert said["against_said"]["share"] == 0.5 and said["against_unsaid"]["share"] == 0
    assert said["linked"]["share"] == 0.5 and said["linked_as_reason"]["share"] == 1
    unknown = linked_shares([told_in_words("The head is held high.", "sad")])
    assert unknown["against_unsaid"]["share"] == 1


def test_what_is_given_as_no_reason_is_none():
    """An observation or a sign of the runner-up is a statement, but nobody gives it as a reason for the label."""
    for use in ("other", "for the runner-up"):
        found = linked_shares([told("sad", (BOWED, "for"), (RAISED, use)), told("happy", (RAISED, use))])
        assert found["linked"]["share"] < 1 and found["linked_as_reason"]["share"] == 1
    decides = linked_shares([told("sad", (BOWED, "for"), (RAISED, "against the runner-up"))])
    assert decides["linked_as_reason"]["share"] == 0.5, "it is given as a reason, whatever it is a sign of"


def test_a_label_without_signs_is_left_out_and_counted():
    shares = linked_shares([told("neutral", (BOWED, "other")), told("sad", (BOWED, "for"))])
    assert shares["texts_without_signs"] == 1 and shares["reasons"] == 1 and shares["linked"]["share"] == 1


def test_the_label_of_another_clip_is_put_in_only_where_it_differs():
    texts = [told("sad", (BOWED, "for")), told("happy", (RAISED, "for")), told("sad", (SLOW, "for"))]
    expected = np.mean(
        [
            relation("head_pitch", "low", "happy").relation == "for",
            relation("head_pitch", "high", "sad").relation == "for",
            relation("movement_speed", "low", "happy").relation == "for",
        ]
    )
    assert linked_shares(texts)["linked_elsewhere"]["share"] == pytest.approx(expected)
    assert linked_shares(texts[:1])["linked_elsewhere"] is None


def test_words_and_marks_disagree_where_only_one_of_them_makes_a_claim():
    agree = marked("It looks sad. [for head pitch low] The head is bowed.")
    silent = marked("It looks sad. [for head pitch low] The arms are something.")
    more = marked("It looks sad. [for head pitch low] The head is bowed. The movement is slow.")
    shares = [reason_scores([text], LABELS)["words_agree"]["share"] for text in (agree, silent, more)]
    assert shares == [1.0, 0.0, 0.5]
    assert reason_scores([told_in_words("The head is bowed.", "sad")], LABELS)["words_agree"] is None


def test_texts_that_gave_way_to_the_template_are_not_the_models_own():
    texts = [Told("It looks sad.", "sad", None, (), True, writer) for writer in ("model", "template", "both", "model")]
    assert [reason_scores(texts, LABELS)[name]["share"] for name in ("by_model", "by_both")] == [0.5, 0.25]
    assert reason_scores([told("sad")], LABELS)["by_model"] is None


def test_a_text_says_how_sure_it_is_and_what_else_fits():
    text = "The movement looks sad, with medium certainty. The head is bowed, although the steps are quick. {}"
    full, short = text.format("The runner-up is anger."), "The movement looks sad. The head is clearly bowed."
    found = reason_scores(
        [told("sad", text=full, runner_up="angry"), told("sad", text=short, runner_up="angry")], LABELS
    )
    for name in ("says_how_sure", "names_runner_up", "contrast", "three_to_five"):
        assert found[name]["share"] == 0.5, name
    assert found["sentences"]["mean"] == 2.5 and found["distinct"]["share"] == 1
    assert reason_scores([told("sad", text=short)] * 2, LABELS)["distinct"]["share"] == 0
    assert reason_scores([told("sad", text=short)], LABELS)["names_runner_up"] is None
    with pytest.raises(ValueError, match="no text"):
        reason_scores([], LABELS)


# ---- the form of texts ----------------------------------------------------------------------------------------------


def test_a_frame_blanks_claims_emotions_and_numbers():
    first, second = (
        f"The movement looks {label}: this was right in {number} of 10 recordings. {claim}, which is typical of it."
        for label, number, claim in (
            ("sad", 4, "The head is clearly bowed"),
            ("happy", 7, "Towards the end the movement is fast"),
        )
    )
    assert frames_of(first, LABELS) == frames_of(second, LABELS)
    assert len(frames_of(first, LABELS)) == 2 and "claim" in frames_of(first, LABELS)[1]
    assert frames_of("One sign is that the head is bowed.", LABELS) != frames_of("The head is bowed.", LABELS)


def test_a_number_with_a_point_does_not_end_a_sentence():
    assert len(sentences_of("There are 1.8 steps per second. The head is bowed!")) == 2


def test_few_frames_make_up_most_sentences_of_monotonous_texts():
    monotonous = ["The movement looks sad. The head is bowed and the movement is slow."] * 12
    assert reason_scores([told("sad", text=text) for text in monotonous], LABELS)["common_frames"]["share"] == 1
    letters = ["q" * (1 + place) for place in range(40)]
    varied = reason_scores([told("sad", text=f"Then {word} again.") for word in letters], LABELS)["common_frames"]
    assert varied["share"] == 0.25 and varied["different"] == 40
    assert list(frame_counts(monotonous, LABELS).values()) == [12, 12]


@pytest.mark.parametrize(
    "words", ["but this is uncertain", "right in about 4 of 10 cases", "a cautious guess", "with high certainty"]
)
def test_certainty_is_found_in_words_and_in_numbers(words):
    assert says_how_sure(f"The movement looks sad, {words}.")


def test_degrees_and_emotions_are_no_certainty_and_a_reference_is_no_contrast():
    assert not says_how_sure("The movement looks not confident. The head is clearly bowed.")
    assert not has_contrast("Measured against most recordings, the head is bowed and the arms are bent.")
    assert has_contrast("The head is bowed, though the steps are quick.")


def test_a_runner_up_counts_in_any_form_of_its_word():
    assert names_runner_up("Sadness comes second.", "sad") and names_runner_up("It could be sad.", "sadness")
    assert not names_runner_up("Happiness comes second.", "sad") and not names_runner_up("Sadness.", None)


# ---- which of two texts is better -----------------------------------------------------------------------------------

GOOD = "The movement looks sad. The head is bowed and the movement is slow, although the arms are spread wide."
POOR = "The movement looks sad. The head is held high and the movement is fast."


def test_a_text_with_linked_reasons_and_a_contrast_wins_and_the_order_of_the_writers_does_not_matter():
    found = preferences([GOOD] * 3, [POOR] * 3, ["sad"] * 3, LABELS)
    other = preferences([POOR] * 3, [GOOD] * 3, ["sad"] * 3, LABELS)
    assert found["linked"]["wins"] == found["contrast"]["wins"] == found["all"]["wins"] == 3
    for rule in found:
        assert (found[rule]["wins"], found[rule]["losses"]) == (other[rule]["losses"], other[rule]["wins"])
        assert found[rule]["share"]["share"] == pytest.approx(1 - other[rule]["share"]["share"])


def test_the_same_texts_are_ties_under_every_rule():
    for rule in preferences([GOOD, POOR], [GOOD, POOR], ["sad", "happy"], LABELS).values():
        assert rule["ties"] == 2 and rule["share"]["share"] == 0.5
    with pytest.raises(ValueError, match="two texts and a label"):
        preferences([GOOD], [GOOD, POOR], ["sad"], LABELS)


def test_varied_sentences_win_over_one_sentence_for_all():
    varied = ["Here the head is bowed.", "What strikes one is that the head is bowed.", "The head is bowed, one sees."]
    found = preferences(varied, ["The head is bowed."] * 3, ["sad"] * 3, LABELS)
    assert found["variety"]["wins"] == 3 and found["linked"]["ties"] == 3


# ---- ranks ----------------------------------------------------------------------------------------------------------


def corpus_of(speeds):
    rows = np.full((len(speeds), 1, len(DESCRIPTOR_NAMES)), np.nan)
    rows[:, 0, DESCRIPTOR_INDEX["movement_speed"]] = speeds
    return list(rows)


def test_a_claim_is_ranked_among_the_clips_of_its_corpus():
    corpus = corpus_of(np.linspace(5, 6, 30))  # all of them fast for any person
    verdicts = ranked_verdicts([corpus[0], corpus[15], corpus[29]], corpus).of(SLOW)
    assert verdicts.tolist() == [1, 0, 0]
    assert ranked_verdicts(corpus[:3], corpus[:5]) is None, "too few for ranks"


def test_with_performers_a_clip_is_ranked_by_how_it_differs_from_the_others_of_its_performer():
    people = [name for name in "abcdef" for _ in range(5)]
    speeds = [10 * "abcdef".index(name) + step for name in "abcdef" for step in range(5)]
    corpus = corpus_of(speeds)
    slow_for_them = ranked_verdicts(corpus, corpus, people, people).of(SLOW)
    assert slow_for_them.reshape(6, 5)[:, 0].tolist() == [1] * 6 and not slow_for_them.reshape(6, 5)[:, 4].any()
    plain = ranked_verdicts(corpus, corpus).of(SLOW)
    assert plain.reshape(6, 5)[5].tolist() == [0] * 5, "all clips of the fastest performer are fast"


# ---- intervals ------------------------------------------------------------------------------------------------------


def test_intervals_draw_whole_performers_where_these_are_known():
    groups = performers_as_groups(["a", "b", None, "a", None])
    assert groups[0] == groups[3] and len(set(groups)) == 4
    hits = [1.0] * 10 + [0.0] * 10
    apart, together = (share_of(hits, [1.0] * 20, groups=of) for of in (None, [0] * 10 + [1] * 10))
    assert together["interval"] == [0.0, 1.0] and apart["interval"][0] > 0.2
