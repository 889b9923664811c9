"""Texts to train on: wordings of labels, explanations in many words, and which kind of question is asked when.

All statements about the movement come from measured descriptors through the claims of `processing/claims/claim.py`,
so whatever is written here can be parsed and checked again. Questions other than for the emotion: `question_texts`.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eai_llm_hf.processing.claims.claim import Claim, notable_claims
from eai_llm_hf.processing.claims.phrases import PHRASES
from eai_llm_hf.processing.claims.questions import EMOTION_WORDS
from eai_llm_hf.processing.claims.writing import EXPLAIN_QUESTION, label_sentence, verbalise
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS

from .question_texts import TYPICAL_SIGNS, AskedClip, absent_signs, draw_question

__all__ = ["MAX_CLAIMS", "claim_texts", "label_texts", "question_answer", "telling_claims"]

DETAILED_SHARE = 0.5
"""Share of the varied explanations that may say when."""

SIGN_WEIGHT = 2.0
"""What a typical sign of the emotion counts beside anything else that stands out as much."""

SAID_WEIGHT = 1 / 2
"""What a body part counts for each time that something was said of it."""

MAX_CLAIMS = 4
"""Claims in an explanation at most."""

_LABEL_TEMPLATES = (
    "{}",
    "a movement that expresses the emotion {}",
    "the emotion of the movement: {}",
    "body movement, emotion: {}",
)

_LIST_QUESTIONS = (
    "Which of these emotions does the movement express: {}?",
    "Choose the emotion of this movement from: {}.",
    "One of these fits the person's emotion: {}. Which one?",
    "Candidate emotions: {}. Which one fits, and why?",
)
_EXPLAIN_QUESTIONS = (
    EXPLAIN_QUESTION,
    "How does this person feel, and what in the movement shows it?",
    "Describe the emotion of this body movement and give reasons.",
    "What does the body tell about the emotion?",
    "Name the emotion and explain it from the movement.",
)


def label_texts(label: str, rng: np.random.Generator | None = None) -> list[str]:
    """Phrasings of a label for the text side of the alignment.

    Args:
        label: Any label; those without known synonyms get the templates alone.
        rng: Shuffles the phrasings; None keeps them in order, the label itself first.

    Returns:
        Distinct phrasings, the bare label among them.
    """
    words = (label, *EMOTION_WORDS.get(label.lower(), ()))
    texts = [template.format(label) for template in _LABEL_TEMPLATES]
    texts.append(label_sentence(label))
    texts.extend(label_sentence(word) if index % 2 else word for index, word in enumerate(words[1:]))
    texts = list(dict.fromkeys(texts))
    if rng is not None:
        rng.shuffle(texts)
    return texts


def claim_texts() -> list[str]:
    """The clauses for "low" and for "high" of each descriptor, one descriptor after the other."""
    return [PHRASES[entry.name, direction].clauses[0] for entry in DESCRIPTORS for direction in ("low", "high")]


def telling_claims(clip: AskedClip) -> list[Claim]:
    """What an explanation says, in its order: up to `MAX_CLAIMS` of the things that stand out.

    What stands out most comes first, in the order in which the language model finds it in its tokens. How much
    something stands out (`MotionReference.salience`) is weighed: a typical sign of the clip's emotion counts more,
    what is said of a body part for the second time less. Where a part of the clip stands out from the rest, the last
    place is for that.
    """
    notable = notable_claims(clip.vectors, clip.reference)
    signs = TYPICAL_SIGNS.get(clip.label.lower(), ())
    whole = [claim for claim in notable if claim.span == "whole"]
    parts = [claim for claim in notable if claim.span != "whole"][:1]
    room = MAX_CLAIMS - len(parts)
    whole.sort(key=lambda claim: DESCRIPTOR_INDEX[claim.descriptor])  # among equals, as the tokens are
    salience = clip.reference.salience(clip.reference.normal_scores([clip.whole]))[0]
    weights = {claim.body_part: 1.0 for claim in whole}
    chosen: list[Claim] = []
    while whole and len(chosen) < room:
        worth = [
            weights[claim.body_part]
            * salience[DESCRIPTOR_INDEX[claim.descriptor]]
            * (SIGN_WEIGHT if (claim.descriptor, claim.direction) in signs else 1.0)
            for claim in whole
        ]
        chosen.append(whole.pop(int(np.argmax(worth))))
        weights[chosen[-1].body_part] *= SAID_WEIGHT
    return [*chosen, *parts]


def question_answer(clip: AskedClip, rng: np.random.Generator, variety: float) -> tuple[str, str]:
    """Draws one training sample for stage two.

    Without variety the question is always the same and the answer is the canonical explanation: claims about the
    whole clip in fixed order, always in the same words. With probability `variety` the sample is another: an emotion
    question over a shuffled list of candidates, the explanation in other words, or one of `draw_question`.

    Args:
        clip: What is asked about.
        rng: Source of all choices.
        variety: 0 to 1.

    Returns:
        The question and its answer.

    Raises:
        ValueError: If `variety` is outside 0 to 1 or the label is not among the candidates.
    """
    if not 0.0 <= variety <= 1.0:
        raise ValueError(f"Expected variety between 0 and 1, found {variety}.")
    if clip.label not in clip.labels:
        raise ValueError(f"Label {clip.label!r} is not among the candidates {list(clip.labels)}.")
    # When is said in varied texts alone: "at first" is learned last.
    plainly = replace(clip, vectors=clip.whole[None])
    if rng.random() < variety:
        told = clip if rng.random() < DETAILED_SHARE else plainly
        kind = rng.random()
        if kind < 0.2:
            candidates = ", ".join(rng.permutation(list(clip.labels)).tolist())
            return _one_of(_LIST_QUESTIONS, rng).format(candidates), _explanation(told, rng, variety)
        if kind < 0.45:
            return _one_of(_EXPLAIN_QUESTIONS, rng), _explanation(told, rng, variety)
        if drawn := draw_question(clip, rng):
            return drawn
    return EXPLAIN_QUESTION, verbalise(clip.label, telling_claims(plainly))


def _one_of(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


def _explanation(clip: AskedClip, rng: np.random.Generator, variety: float) -> str:
    """What tells of the emotion, in varied words; sometimes with a typical sign that is said to be absent."""
    claims = telling_claims(clip)
    if rng.random() >= variety:
        return verbalise(clip.label, claims)
    said = {claim.descriptor for claim in claims}
    absent = [sign for sign in absent_signs(clip, clip.label) if sign.descriptor not in said]
    absent = absent[:1] if claims and rng.random() < 0.4 else []
    return verbalise(clip.label, claims, rng, "reasons" if rng.random() < 0.3 else "plain", absent)
