"""Questions about a movement with answers that the measurements support, and questions that a skeleton cannot answer.

Every answer is made of measured claims or of the emotion, or it says that the question cannot be answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from eai_llm_hf.processing.claims.claim import HOLDS_HIGH, HOLDS_LOW, Claim, canonical_claim, holds, notable_claims
from eai_llm_hf.processing.claims.fixed_answers import MISSING_JOINTS, NOT_VISIBLE, NOTHING_AGAINST, NOTHING_UNUSUAL
from eai_llm_hf.processing.claims.phrases import OPPOSITE, PHRASES, USUAL, Direction
from eai_llm_hf.processing.claims.signs import signs_of
from eai_llm_hf.processing.claims.writing import label_sentence, sentence_of
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX

__all__ = [
    "UNSEEN_QUESTIONS",
    "AskedClip",
    "absent_signs",
    "draw_question",
    "typical_signs",
]

_Option = TypeVar("_Option")

NOTABLE_MARGIN = 15.0
"""Percentile points by which a descriptor must exceed what a true claim needs before a question treats it as clear."""

TYPICAL = 0.2
"""Strength from which a sign of an emotion is typical (`Sign.strength`): that of one publication, remembered."""


@dataclass(frozen=True)
class AskedClip:
    """A clip with all that a question about it can be made from.

    Attributes:
        label: Emotion of the clip.
        vectors: (descriptors,) values of `measure`, or (spans, descriptors) of `measure_spans`.
        reference: The reference.
        labels: Candidate labels, `label` among them.
        joint_mask: (22,) bool, which joints the recording has; None if unknown, so that none counts as missing.
    """

    label: str
    vectors: np.ndarray
    reference: MotionReference
    labels: Sequence[str]
    joint_mask: np.ndarray | None = None

    @property
    def whole(self) -> np.ndarray:
        """(descriptors,) values of the whole clip."""
        return np.atleast_2d(self.vectors)[0]

    def absent(self) -> dict[str, str]:
        """Body parts that lack joints, each with the words for what is missing."""
        if self.joint_mask is None:
            return {}
        has = {word: all(self.joint_mask[JOINT_INDEX[name]] for name in names) for word, names in _JOINTS_OF.items()}
        lacking = {part: [word for word in words if not has[word]] for part, words in _CARRIED.items()}
        return {part: " and ".join(words) for part, words in lacking.items() if words}


def typical_signs(label: str) -> list[Claim]:
    """Typical signs of an emotion as claims, the strongest first; none for a label without signs."""
    return [canonical_claim(sign.descriptor, sign.direction) for sign in signs_of(label, TYPICAL)]


def absent_signs(clip: AskedClip, label: str) -> list[Claim]:
    """Typical signs of an emotion that the clip clearly does not show, since it shows the opposite."""
    signs = typical_signs(label)
    return [sign for sign in signs if holds(_opposite(sign), clip.whole, clip.reference, margin=NOTABLE_MARGIN)]


def draw_question(clip: AskedClip, rng: np.random.Generator) -> tuple[str, str] | None:
    """Draws a question about something other than the emotion alone, with its answer; None if the kind has none here.

    Kinds: whether one claim is true, in its own words or in everyday ones; what a body part does; which part shows
    it most; why not another emotion; one emotion or another; and what a skeleton cannot show. Where the recording
    lacks joints, half of the questions about descriptors and parts are about what cannot be measured without them;
    recordings that have the joints get the same questions with an answer.
    """
    kinds = (_descriptor_question, _part_question, _telling_part_question, _why_not_question, _either_or_question)
    number = int(rng.choice(6, p=(0.4, 0.18, 0.08, 0.09, 0.07, 0.18)))
    if number == len(kinds):
        return _one_of(UNSEEN_QUESTIONS, rng), NOT_VISIBLE
    return kinds[number](clip, rng)


# ---- words ----------------------------------------------------------------------------------------------------------

_YES_OR_NO_FRAMES = (
    "Is it true that {}?",
    "Would you say that {}?",
    "Can one see that {}?",
    "Do you think {}?",
    "Does it look as if {}?",
)
_EVERYDAY_QUESTIONS: tuple[tuple[str, str, Direction], ...] = (
    ("Is {} in a hurry?", "movement_speed", "high"),
    ("Does {} take {} time?", "movement_speed", "low"),
    ("Is {} moving fast?", "movement_speed", "high"),
    ("Is {} moving slowly?", "movement_speed", "low"),
    ("Is {} going somewhere?", "travel_speed", "high"),
    ("Does {} stay in one place?", "travel_speed", "low"),
    ("Is {} standing still?", "pauses", "high"),
    ("Is {} restless?", "pauses", "low"),
    ("Does {} move smoothly?", "smoothness", "high"),
    ("Is {} twitchy?", "smoothness", "low"),
    ("Is there a spring in the step?", "vertical_bounce", "high"),
    ("Does {} look down?", "head_pitch", "low"),
    ("Is {} hanging {} head?", "head_pitch", "low"),
    ("Does {} keep {} chin up?", "head_pitch", "high"),
    ("Is {} nodding?", "head_movement", "high"),
    ("Is {} hunched over?", "trunk_lean", "high"),
    ("Does {} stand up straight?", "trunk_lean", "low"),
    ("Is {} swaying?", "body_sway", "high"),
    ("Does {} spread {} arms?", "arm_expansion", "high"),
    ("Does {} keep {} arms to {} body?", "arm_expansion", "low"),
    ("Are {} hands up?", "hand_height", "high"),
    ("Are {} arms bent?", "elbow_flexion", "high"),
    ("Does {} swing {} arms?", "arm_swing", "high"),
    ("Is {} waving {} hands about?", "hand_speed", "high"),
    ("Does {} take up much space?", "body_expansion", "high"),
    ("Does {} make {}self small?", "body_expansion", "low"),
    ("Is a hand near {} head?", "hand_to_head", "low"),
    ("Are {} hands on {} hips?", "hand_to_hip", "low"),
    ("Are {} shoulders drawn up?", "shoulder_height", "high"),
    ("Are {} shoulders slumped forward?", "shoulder_opening", "low"),
    ("Are the gestures sudden?", "acceleration", "high"),
    ("Does {} take long steps?", "step_length", "high"),
    ("Does {} take quick steps?", "cadence", "high"),
    ("Are {} knees bent?", "knee_flexion", "high"),
    ("Does {} stand with {} feet apart?", "step_width", "high"),
    ("Is {} getting up?", "rise", "high"),
    ("Is {} sitting down?", "rise", "low"),
)
"""Questions as people ask them, and the claim that each asks about. {} takes a subject, then its possessives."""

_PEOPLE = (("the person", "their", "them"), ("he", "his", "him"), ("she", "her", "her"), ("this one", "their", "them"))

_PART_QUESTIONS: dict[str, tuple[str, ...]] = {
    "head": ("What does the head do?", "How is the head held?", "Describe the head."),
    "trunk": ("What does the trunk do?", "How is the upper body held?", "What about the torso?"),
    "arms": ("What do the arms do?", "How does the person move the arms and hands?", "Describe the arms."),
    "hands": ("What do the hands do?", "How are the hands held and moved?", "What about the hands?"),
    "legs": ("What do the legs do?", "How do the legs move?", "Describe the legs."),
    "feet": ("What do the feet do?", "How are the feet set?", "What about the steps?"),
    "whole body": ("What is the movement like as a whole?", "How does the whole body move?", "Describe the movement."),
}
_SMALL_PARTS = {
    "hands": ("hand_height", "hand_speed", "hand_to_head", "hand_to_hip", "directness"),
    "feet": ("leg_speed", "step_width", "step_length", "cadence", "stance_share"),
}
"""Descriptors of hands and feet, which are parts of the body parts arms and legs."""

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
"""Joints that descriptors require, by the word for them in an answer."""

_CARRIED = {
    "head": ("head",),
    "trunk": ("shoulders", "hips"),
    "arms": ("hands", "elbows", "shoulders"),
    "legs": ("feet", "knees", "hips"),
    "whole body": (),
}
"""Words of `_JOINTS_OF` for each body part; a question about a part that lacks one is refused."""

_TELLING_PART_QUESTIONS = (
    "Which part of the body shows it most?",
    "Where in the body can it be seen best?",
    "What part of the body gives it away?",
    "Which body part is the most telling?",
)
_WHY_NOT_QUESTIONS = (
    "Why not {}?",
    "Why is it not {}?",
    "What speaks against {}?",
    "Could it be {} instead, and if not, why?",
)
_EITHER_OR_QUESTIONS = ("Is the person {} or {}?", "{} or {}?", "Does the movement look {} or {}?")


def _unseen_questions() -> tuple[str, ...]:
    forms: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("What colour {}?", ("is the shirt", "are the trousers", "are the eyes", "are the shoes", "is the skin")),
        ("What {} is the person wearing?", ("shoes", "clothes", "kind of coat", "colours", "jewellery")),
        ("Is the person wearing {}?", ("glasses", "a watch", "a uniform", "a hat", "gloves", "a mask")),
        (
            "Is the person {}?",
            ("smiling", "crying", "frowning", "blushing", "talking", "laughing", "blinking"),
        ),
        ("Is the mouth {}?", ("open", "shut", "twisted")),
        ("Are the eyes {}?", ("open or closed", "wet", "looking at the camera")),
        ("Are the eyebrows {}?", ("raised", "drawn together")),
        ("What does the {} look like?", ("face", "hair", "room", "mouth", "background")),
        ("What is the {} of the person?", ("name", "age", "gender", "job", "religion", "nationality", "weight")),
        ("How {} is the person?", ("old", "rich", "heavy", "intelligent", "tall in centimetres")),
        ("Is it {}?", ("a man or a woman", "a child", "day or night", "raining", "cold there", "an actor")),
        ("What is the person {}?", ("saying", "thinking about", "looking at", "listening to", "eating", "holding")),
        ("Where {}?", ("was this recorded", "does the person live", "is the camera")),
        ("When {}?", ("was this filmed", "does the story take place")),
        ("Who {}?", ("is this", "else is in the room", "is the person talking to", "filmed it")),
        ("Is there {}?", ("music playing", "a chair in the room", "someone else", "a window", "a dog")),
        ("How loud is {}?", ("the voice", "the music", "the room")),
        ("Which {}?", ("country is the person from", "language is spoken", "song is playing", "team does he support")),
        ("Does the person have {}?", ("long hair", "a beard", "tattoos", "a fever", "children", "brown eyes")),
        (
            "What {}?",
            ("is the weather like", "is behind the person", "time is it", "is in the hand"),
        ),
        ("Is the {} {}?", ("room dark", "voice trembling", "skin pale", "hair wet", "floor wooden", "light on")),
        ("Can you describe the {}?", ("facial expression", "clothing", "surroundings", "tone of voice", "haircut")),
    )
    texts = []
    for form, words in forms:
        slots = form.count("{}")
        for word in words:
            texts.append(form.format(*word.split(" ", 1)) if slots == 2 else form.format(word))
    return tuple(dict.fromkeys(texts))


UNSEEN_QUESTIONS = _unseen_questions()
"""Questions about what a skeleton does not show: face, voice, clothes, surroundings, identity."""


# ---- kinds of questions ---------------------------------------------------------------------------------------------


def _opposite(claim: Claim) -> Claim:
    return canonical_claim(claim.descriptor, OPPOSITE[claim.direction], claim.span)


def _one_of(options: Sequence[_Option], rng: np.random.Generator) -> _Option:
    return options[int(rng.integers(len(options)))]


def _asked(clause: str) -> str:
    """Turn "the head is bowed" into "Is the head bowed?", and a clause with another verb into a question too."""
    for verb in ("is", "are"):
        subject, found, predicate = clause.partition(f" {verb} ")
        if found:
            return f"{verb.capitalize()} {subject} {predicate}?"
    return f"Is it true that {clause}?"


def _in_own_words(name: str, direction: Direction, rng: np.random.Generator) -> str:
    """Asks whether a claim is true: half of the time in its canonical words, otherwise in any."""
    clauses = PHRASES[name, direction].clauses
    clause = clauses[0] if rng.random() < 0.5 else _one_of(clauses, rng)
    return _asked(clause) if rng.random() < 0.6 else _one_of(_YES_OR_NO_FRAMES, rng).format(clause)


def _in_everyday_words(form: str, rng: np.random.Generator) -> str:
    """Fills a form of `_EVERYDAY_QUESTIONS`."""
    subject, possessive, object_form = _one_of(_PEOPLE, rng)
    words = form.replace("{}self", f"{object_form}self").replace("themself", "themselves")
    first = subject if words.split(" ", 1)[0] in ("Is", "Does") and words.split(" ", 2)[1] == "{}" else possessive
    filled = words.replace("{}", first, 1).replace("{}", possessive)
    return filled.replace("hisself", "himself")


def _descriptor_question(clip: AskedClip, rng: np.random.Generator) -> tuple[str, str] | None:
    """A question about one descriptor with a clear answer: notable, well in the middle, or not measurable."""
    vector, reference, absent = clip.whole, clip.reference, clip.absent()
    notable: dict[str, Claim] = {}
    usual: list[str] = []
    for entry, percentile in zip(DESCRIPTORS, reference.percentiles(vector), strict=True):
        if np.isnan(percentile):
            continue
        claim = canonical_claim(entry.name, "high" if percentile > 50 else "low")
        if holds(claim, vector, reference, margin=NOTABLE_MARGIN):
            notable[entry.name] = claim
        elif HOLDS_LOW <= percentile <= HOLDS_HIGH:
            usual.append(entry.name)
    known = [*notable, *usual]
    measured = zip(DESCRIPTORS, vector, strict=True)
    unknown = [entry for entry, value in measured if np.isnan(value) and entry.body_part in absent]
    direction: Direction = "high" if rng.random() < 0.5 else "low"
    if unknown and (not known or rng.random() < 0.5):
        entry = unknown[rng.integers(len(unknown))]
        return _in_own_words(entry.name, direction, rng), MISSING_JOINTS.format(absent[entry.body_part])
    if not known:
        return None
    everyday = [each for each in _EVERYDAY_QUESTIONS if each[1] in known]
    if everyday and rng.random() < 0.35:
        form, name, direction = _one_of(everyday, rng)
        question = _in_everyday_words(form, rng)
    else:
        name = known[rng.integers(len(known))]
        if rng.random() < 0.2:
            low, high = (_asked(canonical_claim(name, side).text) for side in ("low", "high"))
            question = f"{low[:-1]}, or {high[0].lower()}{high[1:]}"  # "Is the head bowed, or is the head held high?"
            answer = notable[name].text if name in notable else f"neither: {USUAL[name]}"
            return question, f"{answer[0].upper()}{answer[1:]}."
        question = _in_own_words(name, direction, rng)
    if name not in notable:
        return question, f"No, {USUAL[name]}."
    return question, f"{'Yes' if direction == notable[name].direction else 'No'}, {notable[name].text}."


def _part_question(clip: AskedClip, rng: np.random.Generator) -> tuple[str, str]:
    """A question about one body part, answered with its one or two most notable claims."""
    absent = clip.absent()
    inside = {part: np.array([entry.body_part == part for entry in DESCRIPTORS]) for part in _PART_QUESTIONS}
    for part, names in _SMALL_PARTS.items():
        inside[part] = np.array([entry.name in names for entry in DESCRIPTORS])
    unknown = [part for part in _PART_QUESTIONS if np.isnan(clip.whole[inside[part]]).all()]
    # If it is unknown which joints are missing, the part itself counts as missing. A part whose descriptors are absent
    # for another reason is not asked about.
    missing = absent or {part: part for part in unknown}
    refused = {part: missing[_WHOLE_OF.get(part, part)] for part in unknown if _WHOLE_OF.get(part, part) in missing}
    known = [part for part in _PART_QUESTIONS if part not in unknown]
    part = _one_of([*refused] if refused and (not known or rng.random() < 0.5) else known, rng)
    question = _one_of(_PART_QUESTIONS[part], rng)
    if part in refused:
        return question, MISSING_JOINTS.format(refused[part])
    claims = notable_claims(clip.vectors, clip.reference, among=inside[part])[:2]
    return question, sentence_of(claims) if claims else NOTHING_UNUSUAL.format(part)


def _telling_part_question(clip: AskedClip, rng: np.random.Generator) -> tuple[str, str] | None:
    """Which body part is most notable; the whole body does not count as one."""
    claims = [claim for claim in notable_claims(clip.vectors, clip.reference) if claim.body_part != "whole body"]
    if not claims:
        return None
    part = claims[0].body_part
    clauses = [claim.text for claim in claims if claim.body_part == part][:2]
    return _one_of(_TELLING_PART_QUESTIONS, rng), f"Most of all the {part}: {' and '.join(clauses)}."


def _why_not_question(clip: AskedClip, rng: np.random.Generator) -> tuple[str, str] | None:
    """Why the label is not another one: the opposites of its typical signs that the movement shows."""
    others = [label for label in clip.labels if label != clip.label and typical_signs(label)]
    if not others:
        return None
    other = _one_of(others, rng)
    against = [_opposite(sign) for sign in absent_signs(clip, other)][:2]
    return _one_of(_WHY_NOT_QUESTIONS, rng).format(other), sentence_of(against) if against else NOTHING_AGAINST


def _either_or_question(clip: AskedClip, rng: np.random.Generator) -> tuple[str, str] | None:
    """Whether it is one of two emotions; sometimes it is neither."""
    others = [label for label in clip.labels if label != clip.label]
    if len(others) < 2:
        return None
    asked = list(rng.permutation(others)[:2])
    neither = rng.random() < 0.25
    if not neither:
        asked[int(rng.integers(2))] = clip.label
    question = _one_of(_EITHER_OR_QUESTIONS, rng).format(*asked)
    answer = label_sentence(clip.label)
    return f"{question[0].upper()}{question[1:]}", f"Neither: {answer[0].lower()}{answer[1:]}" if neither else answer
