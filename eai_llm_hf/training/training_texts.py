"""Texts to train on: wordings of labels, explanations in varied words, and how often each kind of question is asked.

All statements about the movement are claims of `processing/claims/claim.py` about measured descriptors, so every text
made here can be parsed and checked. Questions about something other than the emotion are in `question_texts.py`.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eai_llm_hf.processing.claims.claim import Claim, notable_claims
from eai_llm_hf.processing.claims.phrases import PHRASES
from eai_llm_hf.processing.claims.writing import EXPLAIN_QUESTION, label_sentence, verbalise
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS
from eai_llm_hf.processing.vocabulary import related_words

from .question_texts import AskedClip, absent_signs, draw_question, typical_signs

__all__ = ["MAX_CLAIMS", "claim_texts", "label_texts", "question_answer", "telling_claims"]

DETAILED_SHARE = 0.5
"""Share of the varied explanations that may say when in the clip something happens."""

SIGN_WEIGHT = 2.0
"""Weight of a typical sign of the emotion, relative to other claims."""

SAID_WEIGHT = 1 / 2
"""Factor on the weight of a body part for each claim that was already chosen about it."""

MAX_CLAIMS = 4
"""Largest number of claims in an explanation."""

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
        label: Any label; a label without known synonyms gets only the templates.
        rng: Shuffles the phrasings; None keeps them in order, the label itself first.

    Returns:
        Distinct phrasings, the bare label among them.
    """
    words = (label, *related_words(label))
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
    """The claims of an explanation in their order: up to `MAX_CLAIMS` notable ones.

    The most salient claim comes first, as in the tokens that the language model reads. The salience
    (`MotionReference.salience`) is weighted: typical signs of the clip's emotion count more, further claims about the
    same body part less. If a third of the clip is notable, the last claim is about it.
    """
    notable = notable_claims(clip.vectors, clip.reference)
    signs = {(sign.descriptor, sign.direction) for sign in typical_signs(clip.label)}
    whole = [claim for claim in notable if claim.span == "whole"]
    parts = [claim for claim in notable if claim.span != "whole"][:1]
    room = MAX_CLAIMS - len(parts)
    whole.sort(key=lambda claim: DESCRIPTOR_INDEX[claim.descriptor])  # ties as in the tokens
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
    whole clip in a fixed order and in fixed words. With probability `variety` the sample is something else: a question
    with a shuffled list of candidate emotions, an explanation in varied words, or a question of `draw_question`.

    Args:
        clip: The clip that is asked about.
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
    # Only varied texts say when: "at first" is learned last.
    plainly = replace(clip, vectors=clip.whole[None])
    if rng.random() < variety:
        shown = clip if rng.random() < DETAILED_SHARE else plainly
        kind = rng.random()
        if kind < 0.2:
            candidates = ", ".join(rng.permutation(list(clip.labels)).tolist())
            return _one_of(_LIST_QUESTIONS, rng).format(candidates), _explanation(shown, rng, variety)
        if kind < 0.45:
            return _one_of(_EXPLAIN_QUESTIONS, rng), _explanation(shown, rng, variety)
        if drawn := draw_question(clip, rng):
            return drawn
    return EXPLAIN_QUESTION, verbalise(clip.label, telling_claims(plainly))


def _one_of(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


def _explanation(clip: AskedClip, rng: np.random.Generator, variety: float) -> str:
    """An explanation in varied words, sometimes with a typical sign that is absent."""
    claims = telling_claims(clip)
    if rng.random() >= variety:
        return verbalise(clip.label, claims)
    said = {claim.descriptor for claim in claims}
    absent = [sign for sign in absent_signs(clip, clip.label) if sign.descriptor not in said]
    absent = absent[:1] if claims and rng.random() < 0.4 else []
    return verbalise(clip.label, claims, rng, "reasons" if rng.random() < 0.3 else "plain", absent)
