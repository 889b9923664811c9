"""Texts to train on: wordings of labels, captions for alignment, and questions with answers that the clip bears out.

All statements about the movement come from measured descriptors through the claims of `processing/motion_claims.py`,
so whatever is written here can be parsed and checked again.
"""

from collections.abc import Sequence

import numpy as np

from eai_llm_hf.processing.claim_phrases import PHRASES, USUAL
from eai_llm_hf.processing.motion_claims import (
    EXPLAIN_QUESTION,
    HOLDS_HIGH,
    HOLDS_LOW,
    Claim,
    Direction,
    canonical_claim,
    label_sentence,
    notable_claims,
    verbalise,
)
from eai_llm_hf.processing.motion_descriptors import DESCRIPTORS
from eai_llm_hf.processing.motion_reference import MotionReference
from eai_llm_hf.processing.skeleton_tree import JOINT_INDEX

__all__ = ["MAX_CLAIMS", "REFUSAL", "UNSEEN_ANSWER", "alignment_text", "label_texts", "question_answer"]

MAX_CLAIMS = 4
"""Claims in an explanation at most."""

UNSEEN_ANSWER = "That cannot be seen in skeleton data."
"""Answer to what a skeleton does not show."""

REFUSAL = "That cannot be told: the recording does not have the joints of the {}."
"""Answer about a part of the body that this recording lacks."""

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
_YES_OR_NO_FRAMES = (
    "Is it true that {}?",
    "Would you say that {}?",
    "Can one see that {}?",
    "Do you think {}?",
)
_PART_QUESTIONS: dict[str, tuple[str, ...]] = {
    "head": ("What does the head do?", "How is the head held?"),
    "trunk": ("What does the trunk do?", "How is the upper body held?"),
    "arms": ("What do the arms do?", "How does the person move the arms and hands?"),
    "hands": ("What do the hands do?", "How are the hands held and moved?"),
    "legs": ("What do the legs do?", "How do the legs move?"),
    "feet": ("What do the feet do?", "How are the feet set?"),
    "whole body": ("What is the movement like as a whole?", "How does the whole body move?"),
}
_SMALL_PARTS = {"hands": ("hand_height", "hand_speed"), "feet": ("leg_speed", "step_width")}
"""Descriptors of the parts that are smaller than the body part of a descriptor."""

_WHOLE_OF = {"hands": "arms", "feet": "legs"}

_JOINTS_OF = {
    "hands": ("left_wrist", "right_wrist"),
    "elbows": ("left_elbow", "right_elbow"),
    "shoulders": ("left_shoulder", "right_shoulder"),
    "head": ("head",),
    "feet": ("left_ankle", "right_ankle"),
    "knees": ("left_knee", "right_knee"),
    "hips": ("left_hip", "right_hip"),
}
"""Joints that descriptors are measured from, by the word for what they carry."""

_CARRIED = {
    "head": ("head",),
    "trunk": ("shoulders", "hips"),
    "arms": ("hands", "elbows", "shoulders"),
    "legs": ("feet", "knees", "hips"),
    "whole body": (),
}
"""What belongs to the body part of a descriptor; without it a question about that part is refused."""

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
    joint_mask: np.ndarray | None = None,
) -> tuple[str, str]:
    """Draw a question about a clip and its true answer.

    At variety 0 it is always `EXPLAIN_QUESTION` with the canonical explanation, so that training can start where the
    words carry nothing but the movement. With probability `variety` the sample is another: an emotion question over a
    shuffled list of candidates, the explanation in other words, a question about one descriptor, about one body part,
    or one that a skeleton cannot answer. Where the recording lacks joints, half of the questions about descriptors and
    body parts are about what cannot be told without them; the same questions are answered where it has them.

    Args:
        label: Emotion of the clip.
        vector: (descriptors,) values of `measure`.
        reference: What is ordinary.
        rng: Source of all choices.
        variety: 0 to 1.
        labels: Candidate labels, `label` among them.
        joint_mask: (22,) bool, which joints the recording has; without it nothing is known to be missing.

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
    if kind in (2, 3):
        absent = _absent(joint_mask)
        if kind == 2:
            drawn = _descriptor_question(vector, reference, rng, absent)
            return drawn or (EXPLAIN_QUESTION, verbalise(label, claims))
        return _part_question(vector, reference, rng, absent)
    return _one_of(_UNSEEN_QUESTIONS, rng), UNSEEN_ANSWER


def _one_of(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


def _explanation(label: str, claims: Sequence[Claim], rng: np.random.Generator, variety: float) -> str:
    wording = rng if rng.random() < variety else None
    return verbalise(label, claims, wording, "reasons" if rng.random() < 0.3 * variety else "plain")


def _sentence(start: str, clause: str) -> str:
    return f"{start}, {clause}."


def _absent(joint_mask: np.ndarray | None) -> dict[str, str]:
    """For each body part of the descriptors that lacks joints, the word for what is missing there."""
    if joint_mask is None:
        return {}
    has = {word: all(joint_mask[JOINT_INDEX[name]] for name in names) for word, names in _JOINTS_OF.items()}
    lacking = {part: [word for word in words if not has[word]] for part, words in _CARRIED.items()}
    return {part: " and ".join(words) for part, words in lacking.items() if words}


def _asked(clause: str) -> str:
    """Turn "the head is bowed" into "Is the head bowed?", and a clause with another verb into a question too."""
    for verb in ("is", "are"):
        subject, found, predicate = clause.partition(f" {verb} ")
        if found:
            return f"{verb.capitalize()} {subject} {predicate}?"
    return f"Is it true that {clause}?"


def _yes_or_no(name: str, direction: Direction, rng: np.random.Generator) -> str:
    """A question whether a claim is true: half of the time in its canonical words, else in any."""
    clauses = PHRASES[name, direction].clauses
    clause = clauses[0] if rng.random() < 0.5 else _one_of(clauses, rng)
    return _asked(clause) if rng.random() < 0.6 else _one_of(_YES_OR_NO_FRAMES, rng).format(clause)


def _descriptor_question(
    vector: np.ndarray, reference: MotionReference, rng: np.random.Generator, absent: dict[str, str]
) -> tuple[str, str] | None:
    """A question about one descriptor whose answer is clear: notable, well in the middle, or not in the data."""
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
    measured = zip(DESCRIPTORS, vector, strict=True)
    unknown = [entry for entry, value in measured if np.isnan(value) and entry.body_part in absent]
    direction: Direction = "high" if rng.random() < 0.5 else "low"
    if unknown and (not known or rng.random() < 0.5):
        entry = unknown[rng.integers(len(unknown))]
        return _yes_or_no(entry.name, direction, rng), REFUSAL.format(absent[entry.body_part])
    if not known:
        return None
    name = known[rng.integers(len(known))]
    if rng.random() < 0.2:
        low, high = (_asked(canonical_claim(name, side).text) for side in ("low", "high"))
        question = f"{low[:-1]}, or {high[0].lower()}{high[1:]}"  # "Is the head bowed, or is the head held high?"
        told = notable[name].text if name in notable else f"neither: {USUAL[name]}"
        return question, f"{told[0].upper()}{told[1:]}."
    question = _yes_or_no(name, direction, rng)
    if name not in notable:
        return question, _sentence("No", USUAL[name])
    return question, _sentence("Yes" if direction == notable[name].direction else "No", notable[name].text)


def _part_question(
    vector: np.ndarray, reference: MotionReference, rng: np.random.Generator, absent: dict[str, str]
) -> tuple[str, str]:
    """A question about one body part, answered with the one or two things that stand out there."""
    inside = {part: np.array([entry.body_part == part for entry in DESCRIPTORS]) for part in _PART_QUESTIONS}
    for part, names in _SMALL_PARTS.items():
        inside[part] = np.array([entry.name in names for entry in DESCRIPTORS])
    unknown = [part for part in _PART_QUESTIONS if np.isnan(vector[inside[part]]).all()]
    # Where nobody says which joints are missing, the part itself is; a part that lacks a joint elsewhere is not asked.
    missing = absent or {part: part for part in unknown}
    refused = {part: missing[_WHOLE_OF.get(part, part)] for part in unknown if _WHOLE_OF.get(part, part) in missing}
    known = [part for part in _PART_QUESTIONS if part not in unknown]
    part = _one_of([*refused] if refused and (not known or rng.random() < 0.5) else known, rng)
    question = _one_of(_PART_QUESTIONS[part], rng)
    if part in refused:
        return question, REFUSAL.format(refused[part])
    claims = notable_claims(np.where(inside[part], vector, np.nan), reference)[:2]
    if not claims:
        return question, f"Nothing about the {part} stands out."
    answer = " and ".join(claim.text for claim in claims)
    return question, f"{answer[0].upper()}{answer[1:]}."
