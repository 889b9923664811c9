"""Texts to train on: wordings of labels, captions for alignment, and questions with answers that the clip bears out.

All statements about the movement come from measured descriptors through the claims of `processing/motion_claims.py`,
so whatever is written here can be parsed and checked again.
"""

from collections.abc import Sequence

import numpy as np

from eai_llm_hf.processing.claim_phrases import USUAL
from eai_llm_hf.processing.motion_claims import (
    EXPLAIN_QUESTION,
    HOLDS_HIGH,
    HOLDS_LOW,
    Claim,
    canonical_claim,
    label_sentence,
    notable_claims,
    verbalise,
)
from eai_llm_hf.processing.motion_descriptors import DESCRIPTORS
from eai_llm_hf.processing.motion_reference import MotionReference

__all__ = ["MAX_CLAIMS", "UNSEEN_ANSWER", "alignment_text", "label_texts", "question_answer"]

MAX_CLAIMS = 4
"""Claims in an explanation at most."""

UNSEEN_ANSWER = "That cannot be seen in skeleton data."
"""Answer to what a skeleton does not show."""

_SYNONYMS: dict[str, tuple[str, ...]] = {
    "happy": ("joyful", "cheerful", "happiness", "joy", "glad", "delighted"),
    "sad": ("sorrowful", "sadness", "sorrow", "downcast", "unhappy", "depressed"),
    "angry": ("anger", "furious", "enraged", "mad", "rage", "irritated"),
    "proud": ("pride", "self-assured", "triumphant", "dignified", "self-satisfied"),
    "not confident": ("unsure", "insecure", "timid", "lack of confidence", "insecurity", "hesitant"),
    "neutral": ("calm", "no particular emotion", "unemotional", "ordinary", "normal"),
    "afraid": ("fearful", "scared", "frightened", "fear"),
    "disgusted": ("disgust", "repelled", "repulsed", "revulsion"),
    "surprised": ("surprise", "astonished", "startled", "amazed", "astonishment"),
}
_SYNONYMS["joy"] = ("joyful", "happy", "happiness", "delighted")
_SYNONYMS["sadness"] = ("sad", "sorrow", "sorrowful", "downcast")
_SYNONYMS["anger"] = ("angry", "furious", "rage", "enraged")
_SYNONYMS["fear"] = ("afraid", "fearful", "scared", "frightened", "anxious")
_SYNONYMS["disgust"] = ("disgusted", "repelled", "repulsed", "revulsion")
_SYNONYMS["surprise"] = ("surprised", "astonished", "startled", "amazed", "astonishment")
_SYNONYMS["pride"] = ("proud", "self-assured", "triumphant")
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
_PART_QUESTIONS: dict[str, tuple[str, ...]] = {
    "head": ("What does the head do?", "How is the head held?"),
    "trunk": ("What does the trunk do?", "How is the upper body held?"),
    "arms": ("What do the arms do?", "How does the person move the arms and hands?"),
    "legs": ("What do the legs do?", "How do the legs move?"),
    "whole body": ("What is the movement like as a whole?", "How does the whole body move?"),
}
_UNSEEN_QUESTIONS = (
    "What colour is the shirt?",
    "Is the person smiling?",
    "What does the face look like?",
    "How old is the person?",
    "Is it a man or a woman?",
    "What is the person saying?",
    "Where was this recorded?",
    "Is there music playing?",
    "What is the weather like?",
    "Is the person wearing glasses?",
    "What colour are the eyes?",
    "What is the name of the person?",
    "Does the person have long hair?",
    "What shoes does the person wear?",
    "Who else is in the room?",
    "Is the person crying?",
    "What does the person hold in the hand?",
    "How loud is the voice?",
    "Which country is the person from?",
    "What is the person thinking about?",
    "Are the eyes open or closed?",
    "Is the room dark?",
    "What is behind the person?",
    "Does the person blush?",
)


def label_texts(label: str, rng: np.random.Generator | None = None) -> list[str]:
    """Phrasings of a label for the text side of the alignment.

    Args:
        label: Any label; those without known synonyms get the templates alone.
        rng: Shuffles the phrasings; None keeps them in order, the label itself first.

    Returns:
        Distinct phrasings, the bare label among them.
    """
    words = (label, *_SYNONYMS.get(label.lower(), ()))
    texts = [template.format(label) for template in _LABEL_TEMPLATES]
    texts.append(label_sentence(label))
    texts.extend(label_sentence(word) if index % 2 else word for index, word in enumerate(words[1:]))
    texts = list(dict.fromkeys(texts))
    if rng is not None:
        rng.shuffle(texts)
    return texts


def alignment_text(label: str, claims: Sequence[Claim], rng: np.random.Generator | None = None) -> str:
    """A caption of a clip for the contrastive stage: its emotion and up to `MAX_CLAIMS` of its claims.

    Args:
        label: Emotion of the clip.
        claims: Claims that hold for it, most telling first.
        rng: Varies wording and number of claims; None gives the canonical explanation.
    """
    if rng is None:
        return verbalise(label, claims[:MAX_CLAIMS])
    taken = claims[: int(rng.integers(1, MAX_CLAIMS + 1))]
    if rng.random() < 0.5:
        return verbalise(label, taken, rng)
    texts = label_texts(label)
    return ", ".join([texts[rng.integers(len(texts))].rstrip("."), *(claim.text for claim in taken)])


def question_answer(
    label: str,
    vector: np.ndarray,
    reference: MotionReference,
    rng: np.random.Generator,
    variety: float,
    labels: Sequence[str],
) -> tuple[str, str]:
    """Draw a question about a clip and its true answer.

    At variety 0 it is always `EXPLAIN_QUESTION` with the canonical explanation, so that training can start where the
    words carry nothing but the movement. With probability `variety` the sample is another: an emotion question over a
    shuffled list of candidates, the explanation in other words, a question about one descriptor, about one body part,
    or one that a skeleton cannot answer.

    Args:
        label: Emotion of the clip.
        vector: (descriptors,) values of `measure`.
        reference: What is ordinary.
        rng: Source of all choices.
        variety: 0 to 1.
        labels: Candidate labels, `label` among them.

    Returns:
        The question and its answer.

    Raises:
        ValueError: If `variety` is outside 0 to 1 or `label` is not among `labels`.
    """
    if not 0.0 <= variety <= 1.0:
        raise ValueError(f"Expected variety between 0 and 1, found {variety}.")
    if label not in labels:
        raise ValueError(f"Label {label!r} is not among the candidates {list(labels)}.")
    claims = notable_claims(vector, reference)[:MAX_CLAIMS]
    if rng.random() >= variety:
        return EXPLAIN_QUESTION, verbalise(label, claims)
    kind = rng.choice(5, p=(0.25, 0.3, 0.25, 0.12, 0.08))
    if kind == 0:
        candidates = ", ".join(rng.permutation(list(labels)).tolist())
        return _one_of(_LIST_QUESTIONS, rng).format(candidates), _explanation(label, claims, rng, variety)
    if kind == 1:
        return _one_of(_EXPLAIN_QUESTIONS, rng), _explanation(label, claims, rng, variety)
    if kind == 2:
        return _descriptor_question(vector, reference, rng) or (EXPLAIN_QUESTION, verbalise(label, claims))
    if kind == 3:
        return _part_question(vector, reference, rng)
    return _one_of(_UNSEEN_QUESTIONS, rng), UNSEEN_ANSWER


def _one_of(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


def _explanation(label: str, claims: Sequence[Claim], rng: np.random.Generator, variety: float) -> str:
    wording = rng if rng.random() < variety else None
    return verbalise(label, claims, wording, "reasons" if rng.random() < 0.3 * variety else "plain")


def _sentence(start: str, clause: str) -> str:
    return f"{start}, {clause}."


def _asked(clause: str) -> str:
    """Turn "the head is bowed" into "Is the head bowed?"."""
    subject, verb, predicate = _split_at_verb(clause)
    return f"{verb.capitalize()} {subject} {predicate}?"


def _split_at_verb(clause: str) -> tuple[str, str, str]:
    for verb in ("is", "are"):
        subject, found, predicate = clause.partition(f" {verb} ")
        if found:
            return subject, verb, predicate
    raise ValueError(f"The clause {clause!r} has no verb to ask with.")


def _descriptor_question(
    vector: np.ndarray, reference: MotionReference, rng: np.random.Generator
) -> tuple[str, str] | None:
    """A yes-or-no question about a descriptor whose answer is clear: notable, or well in the middle."""
    notable: dict[str, Claim] = {}
    ordinary: list[str] = []
    for index, percentile in enumerate(reference.percentiles(vector)):
        name = DESCRIPTORS[index].name
        single = np.full(len(DESCRIPTORS), np.nan)
        single[index] = vector[index]
        claims = notable_claims(single, reference)
        if claims:
            notable[name] = claims[0]
        elif HOLDS_LOW <= percentile <= HOLDS_HIGH:
            ordinary.append(name)
    known = [*notable, *ordinary]
    if not known:
        return None
    name = known[rng.integers(len(known))]
    asked = canonical_claim(name, "high" if rng.random() < 0.5 else "low")
    if name not in notable:
        return _asked(asked.text), _sentence("No", USUAL[name])
    return _asked(asked.text), _sentence("Yes" if asked == notable[name] else "No", notable[name].text)


def _part_question(vector: np.ndarray, reference: MotionReference, rng: np.random.Generator) -> tuple[str, str]:
    """A question about one body part, answered with the one or two things that stand out there."""
    part = _one_of(tuple(_PART_QUESTIONS), rng)
    question = _one_of(_PART_QUESTIONS[part], rng)
    inside = np.array([descriptor.body_part == part for descriptor in DESCRIPTORS])
    if np.isnan(vector[inside]).all():
        return question, f"That cannot be told: the recording does not have the joints of the {part}."
    claims = notable_claims(np.where(inside, vector, np.nan), reference)[:2]
    if not claims:
        return question, f"Nothing about the {part} stands out."
    answer = " and ".join(claim.text for claim in claims)
    return question, f"{answer[0].upper()}{answer[1:]}."
