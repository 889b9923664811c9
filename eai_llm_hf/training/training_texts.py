"""Texts to train on: wordings of labels, explanations of arguments, and how often each kind of question is asked.

An explanation is the marked text of an argument (`processing/claims/argument.py`) after the prompt that the pipeline
gives. All statements about the movement are claims about measured descriptors, so every text made here can be parsed
and checked. Questions about something other than the emotion are in `question_texts.py`.
"""

from collections.abc import Sequence

import numpy as np

from eai_llm_hf.processing.certainty import compared_with
from eai_llm_hf.processing.claims.claim import Claim
from eai_llm_hf.processing.claims.explanation import explanation_prompt, taught_text
from eai_llm_hf.processing.claims.phrases import PHRASES
from eai_llm_hf.processing.claims.reasons import HIGH_FROM, LOW_BELOW, Argument, Level, chosen_argument
from eai_llm_hf.processing.claims.writing import label_sentence, verbalise
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS
from eai_llm_hf.processing.vocabulary import SYNONYMS, canonical_label, related_words

from .question_texts import AskedClip, absent_signs, draw_question

__all__ = ["MAX_CLAIMS", "claim_texts", "drawn_argument", "label_texts", "question_answer"]

OTHER_LABEL_SHARE = 0.25
"""Share of the explanations of a label that is not the clip's: the model has to argue for any label it is given."""

NEW_WORD_SHARE = 0.3
"""Share of other labels and runners-up that are any known emotion word, since users bring labels of their own."""

UNKNOWN_SHARE, DOUBTED_SHARE = 0.2, 0.15
"""Shares of the explanations whose accuracy is unknown, and whose label is doubtful whatever its accuracy."""

MAX_CLAIMS = 4
"""Largest number of claims in an answer about the emotion."""

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
_EMOTION_QUESTIONS = (
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


def question_answer(clip: AskedClip, rng: np.random.Generator, variety: float) -> tuple[str, str]:
    """Draws one training sample for stage two.

    Without variety it is an explanation: the prompt of the pipeline and the marked text of a drawn argument. With
    probability `variety` it is something else: a question about the emotion, whose answer has no marks, or a question
    of `draw_question`.

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
    if rng.random() < variety:
        kind = rng.random()
        if kind < 0.2:
            candidates = ", ".join(rng.permutation(list(clip.labels)).tolist())
            return _one_of(_LIST_QUESTIONS, rng).format(candidates), _emotion_answer(clip, rng)
        if kind < 0.4:
            return _one_of(_EMOTION_QUESTIONS, rng), _emotion_answer(clip, rng)
        if drawn := draw_question(clip, rng):
            return drawn
    argument = drawn_argument(clip, rng)
    return explanation_prompt(argument), taught_text(argument)


def drawn_argument(clip: AskedClip, rng: np.random.Generator) -> Argument:
    """Draws what an explanation argues for: mostly the clip's label, against any runner-up, with any certainty.

    Args:
        clip: The clip.
        rng: Source of all choices.
    """
    label = clip.label
    if rng.random() < OTHER_LABEL_SHARE:
        label = _other_label(clip, label, rng)
    level, accuracy = _drawn_certainty(rng)
    compared = compared_with(clip.reference, clip.whole)
    vectors = np.atleast_2d(clip.vectors)
    return chosen_argument(label, _other_label(clip, label, rng), level, accuracy, compared, vectors, clip.reference)


def _other_label(clip: AskedClip, label: str, rng: np.random.Generator) -> str:
    """A candidate or, sometimes, any emotion word, that means something else than a label."""
    known = list(SYNONYMS) if rng.random() < NEW_WORD_SHARE else list(clip.labels)
    others = [word for word in known if canonical_label(word) != canonical_label(label)]
    return _one_of(others or list(SYNONYMS), rng)


def _drawn_certainty(rng: np.random.Generator) -> tuple[Level | None, float | None]:
    """Draws level and accuracy as `certainty` combines them."""
    if rng.random() < UNKNOWN_SHARE:
        return ("low", None) if rng.random() < 0.5 else (None, None)
    accuracy = float(rng.uniform(0.15, 0.95))
    if rng.random() < DOUBTED_SHARE or accuracy < LOW_BELOW:
        return "low", accuracy
    return ("medium" if accuracy < HIGH_FROM else "high"), accuracy


def _one_of(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


def _emotion_answer(clip: AskedClip, rng: np.random.Generator) -> str:
    """Names the emotion and what shows it, in varied words without marks; sometimes a typical sign that is absent.

    The guard of answers reads such a text sentence by sentence.
    """
    compared = compared_with(clip.reference, clip.whole)
    vectors = np.atleast_2d(clip.vectors)
    argument = chosen_argument(clip.label, None, None, None, compared, vectors, clip.reference)
    claims: list[Claim] = [reason.claim for reason in (*argument.reasons, *argument.observed)][:MAX_CLAIMS]
    if not claims:
        return label_sentence(clip.label, rng)
    said = {claim.descriptor for claim in claims}
    absent = [sign for sign in absent_signs(clip, clip.label) if sign.descriptor not in said]
    absent = absent[:1] if rng.random() < 0.4 else []
    return verbalise(clip.label, claims, rng, "reasons" if rng.random() < 0.3 else "plain", absent)
