"""Reads questions: what a question about a movement asks for, so that its answer can be checked.

"Is the head bowed?", "Does he keep his arms close?"  --as a statement--> the claims that it asks about
"What do the arms do?"                                --subjects-------> the body parts that it names
"What colour is the shirt?"                           --_UNSEEN--------> what no skeleton shows
"Is she furious?"                                     --EMOTION_WORDS--> the emotions that it asks about
"Why not sad?", "Which part shows it most?"           --_MOVEMENT, labels--> movement and emotion in general
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .claim import Claim, canonical_claim
from .parser import find_claims
from .phrases import Direction
from .terms import subject_at, subjects_in
from .tokens import Token, stem, tokens_of
from .writing import named_label

__all__ = ["EMOTION_WORDS", "Question", "parts_named", "read_question"]

EMOTION_WORDS: dict[str, tuple[str, ...]] = {
    "happy": ("joyful", "cheerful", "happiness", "joy", "glad", "delighted"),
    "sad": ("sorrowful", "sadness", "sorrow", "downcast", "unhappy", "depressed"),
    "angry": ("anger", "furious", "enraged", "mad", "rage", "irritated"),
    "proud": ("pride", "self-assured", "triumphant", "dignified", "self-satisfied"),
    "not confident": ("unsure", "insecure", "timid", "lack of confidence", "insecurity", "hesitant"),
    "neutral": ("calm", "no particular emotion", "unemotional", "ordinary", "normal"),
    "afraid": ("fearful", "scared", "frightened", "fear"),
    "disgusted": ("disgust", "repelled", "repulsed", "revulsion"),
    "surprised": ("surprise", "astonished", "startled", "amazed", "astonishment"),
    "joy": ("joyful", "happy", "happiness", "delighted"),
    "sadness": ("sad", "sorrow", "sorrowful", "downcast"),
    "anger": ("angry", "furious", "rage", "enraged"),
    "fear": ("afraid", "fearful", "scared", "frightened", "anxious"),
    "disgust": ("disgusted", "repelled", "repulsed", "revulsion"),
    "surprise": ("surprised", "astonished", "startled", "amazed", "astonishment"),
    "pride": ("proud", "self-assured", "triumphant"),
}
"""Label -> synonyms, the closest first."""

_FRAMES = re.compile(
    r"^(?:please )?(?:(?:is|was) it (?:true|so|right|the case) that|(?:would|could|can) (?:you|one|i|we) "
    r"(?:say|see|tell|confirm)(?: that| if| whether)?|(?:do|does|did) (?:you|it) (?:think|believe|find|feel|seem|look)"
    r"(?: that| as if| as though| like)?|(?:could|can|may) it be that|tell me (?:if|whether))\s+"
)
"""Words that introduce the statement that a question is about."""

_OPEN = re.compile(r"(?:and |so |but )?(?:why|how|what|which|when|where|who|whose)\b")
"""Beginnings of questions that do not ask whether something is true."""

_OPEN_LATER = re.compile(r",?(?: and)? (?:why|how|what|which|when|where|who|whose)\b.*")
"""Such a question at the end of another one, as in "is she sad, and how can you tell"."""

_VERB_FIRST = re.compile(r"^(?:and |so |but )?(?:is|are|was|were|does|do|did|has|have|can)(?:n't)? ")
_COPULAS = ("is", "are", "was", "were")
_OR = re.compile(r",? or (?:(?:is|are|was|were|does|do|did) )?")

_EVERYDAY: tuple[tuple[str, str, Direction], ...] = (
    (r"in a hurry|hurry(?:ing)?|in a rush|rush(?:ing|ed)?", "movement_speed", "high"),
    (r"take (?:his|her|their|its|the) time", "movement_speed", "low"),
    (r"going somewhere|go(?:es|ing)? anywhere|cover\w* (?:a lot of |much )?ground", "travel_speed", "high"),
    (r"(?:stay|remain)\w* (?:in one place|where \w+ (?:is|are)|put)|on the spot", "travel_speed", "low"),
    (r"restless|fidget\w*", "pauses", "low"),
    (r"twitchy|jittery|shaky", "smoothness", "low"),
    (r"look\w* (?:down|at the (?:floor|ground))", "head_pitch", "low"),
    (r"look\w* up", "head_pitch", "high"),
    (r"back (?:is )?straight|straight back", "trunk_lean", "low"),
    (r"back (?:is )?(?:bent|rounded|hunched)|(?:bent|rounded|hunched) back", "trunk_lean", "high"),
    (r"(?:much|any|a lot of) bouncing", "vertical_bounce", "high"),
    (r"(?:hunched|bent) over", "trunk_lean", "high"),
    (r"stand\w* (?:up )?straight|sit\w* (?:up )?straight", "trunk_lean", "low"),
    (r"arms (?:close )?(?:to|at|by|against) (?:his|her|their|the) (?:body|sides?)", "arm_expansion", "low"),
    (r"wav\w+ (?:his|her|their|the) (?:hands|arms)", "hand_speed", "high"),
    (r"(?:him|her|them|it)sel(?:f|ves) small", "body_expansion", "low"),
)
"""Everyday wordings that are claims only in a question: pattern, descriptor and direction."""

_WHICH_SIDE = re.compile(
    r"\bwhich (?:arm|hand|side) .*\b(?:mov\w+|active|busier|us(?:es|ing)|wav\w+|do(?:es|ing) (?:more|most))\b"
)
"""Questions about the side that moves more: each side is a claim, and one of them is true."""

_PLURALS = {
    name: "feet" if name == "foot" else f"{name}s"
    for name in ("arm", "forearm", "hand", "wrist", "elbow", "shoulder", "hip", "leg", "knee", "foot", "ankle", "step")
}
_SINGULAR = re.compile(rf"(?<!\bleft )(?<!\bright )(?<!\bone )(?:\b(?:each|every) )?\b({'|'.join(_PLURALS)})\b")
"""One of two body parts, without a side: "is the arm raised" asks about the arms."""

_PARTS: dict[str, str] = {
    **dict.fromkeys(("head",), "head"),
    **dict.fromkeys(("trunk", "shoulders", "chest", "hips"), "trunk"),
    **dict.fromkeys(("arms", "hands", "hand", "elbows"), "arms"),
    **dict.fromkeys(("legs", "feet", "knees", "steps", "strides", "stance", "gait"), "legs"),
}
"""Concept of a subject -> body part of its descriptors."""


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


_UNSEEN = _stems(
    # face
    "face facial eye eyes eyebrow eyebrows brows gaze mouth lip lips cheek cheeks nose tongue teeth ear ears tear "
    "tears smile smiling smiles grin grinning frown frowning cry crying blush blushing blink blinking wink wrinkles "
    # looks and clothes
    "colour color coloured beard moustache hair haircut blond blonde bald skin tattoo tattoos scar makeup wear wears "
    "wearing clothes clothing dressed dress shirt trousers jeans skirt coat jacket shoe shoes boots socks hat cap "
    "glove gloves mask glasses jewellery jewelry necklace earrings uniform costume handsome pretty ugly beautiful "
    "finger fingers thumb nails toe toes "
    # who it is
    "name age old gender male female job profession occupation nationality country religion married rich poor "
    "intelligent weight weigh heavy kilograms tall born birthday family children famous "
    # what is heard
    "voice talk talking talks speak speaking speaks language accent sing singing song music loud noise sound hear "
    "listen listening laugh laughing shout shouting whisper scream saying said says word words "
    # what is around
    "room weather rain raining sun sunny floor wall window door chair table furniture dog cat animal tree background "
    "light lamp dark camera filmed film movie recorded city outdoors indoors night season temperature cold alone "
    "crowd phone bag ball cup object audience surroundings "
    # what is inside, before and after
    "thinking thoughts heart pulse blood breath breathing breathe sweat sweating fever headache ill sick hungry "
    "drunk pregnant dream remember memory tomorrow yesterday will"
)
"""Words for what 22 joints do not show: face, voice, clothes, fingers, surroundings, identity."""

_MOVEMENT = _stems(
    "movement movements motion move moves moving body part parts limbs posture pose gesture gestures bearing stand "
    "standing walk walking run running sit sitting jump dance step emotion emotions emotional feel feels feeling mood "
    "express expresses expression show shows seem seems why telling speed energy energetic rhythm style calm tense "
    "relaxed reason reasons sign signs evidence see describe change changes"
) | {"<beginning>", "<middle>", "<end>"}
"""Words of questions about the movement or its emotion as a whole."""


@dataclass(frozen=True)
class Question:
    """What a question asks about.

    Attributes:
        claims: Claims that it asks about, in the order of the words; both of "bowed or raised".
        parts: Body parts of the descriptors that it names.
        unseen: Whether it asks about something that a skeleton does not show.
        about_movement: Whether it is about the movement or its emotion, also in general.
        emotions: Labels that it asks about, in the order of the labels; "why is she sad" asks about none.
    """

    claims: tuple[Claim, ...]
    parts: frozenset[str]
    unseen: bool
    about_movement: bool
    emotions: tuple[str, ...]


def read_question(text: str, labels: Sequence[str] = ()) -> Question:
    """Reads what a question asks about.

    Args:
        text: One question or several sentences.
        labels: Emotions that it may ask about, in these words or their `EMOTION_WORDS`.
    """
    said = " ".join(text.lower().replace("\u2019", "'").split())
    sentences = [sentence.strip() for sentence in re.findall(r"[^.!?]+", said)]
    claims = [claim for sentence in sentences for claim in _asked_claims(sentence)]
    tokens = tokens_of(said)
    concepts, stems = _concepts(tokens), {token.stem for token in tokens}
    parts = parts_named(said) | {claim.body_part for claim in claims if claim.body_part != "whole body"}
    named = bool(_emotions_named(said, labels))
    closed = [_OPEN_LATER.sub("", each) for each in sentences if _FRAMES.match(each) or _VERB_FIRST.match(each)]
    emotions = () if claims or parts else _emotions_named(" ".join(closed), labels)
    unseen = not claims and not named and not stems.isdisjoint(_UNSEEN)
    about = bool(claims or parts or named or concepts - {"person", "pronoun"} or not stems.isdisjoint(_MOVEMENT))
    return Question(tuple(dict.fromkeys(claims)), parts, unseen, about and not unseen, emotions)


def _emotions_named(said: str, labels: Sequence[str]) -> tuple[str, ...]:
    """The labels that a text names. The word of one label is never a synonym of another."""
    own = {label.lower() for label in labels}

    def words(label: str) -> list[str]:
        return [label, *(word for word in EMOTION_WORDS.get(label, ()) if word not in own)]

    return tuple(label for label in labels if named_label(said, words(label.lower())) is not None)


def _asked_claims(sentence: str) -> list[Claim]:
    """The claims of the statement that a sentence turns into a question."""
    if _WHICH_SIDE.search(sentence):
        return [canonical_claim("left_right_asymmetry", direction) for direction in ("high", "low")]
    if _OPEN.match(sentence):
        return []
    everyday = [
        canonical_claim(descriptor, direction)
        for pattern, descriptor, direction in _EVERYDAY
        if re.search(rf"\b(?:{pattern})\b", sentence)
    ]
    plural = _SINGULAR.sub(lambda found: _PLURALS[found[1]], sentence)
    return everyday or _stated_claims(sentence) or _stated_claims(plural)


def _stated_claims(sentence: str) -> list[Claim]:
    """The claims of a question, read as a statement."""
    stated = _FRAMES.sub("", sentence)
    first, *others = _OR.split(stated if stated != sentence else _verb_second(sentence))
    claims = find_claims(f"{first}.")
    subject = re.match(rf".*? (?:{'|'.join(_COPULAS)}) ", first)
    for other in others:  # "bowed or held high", "bowed, or is it held high"
        claims += find_claims(f"{other}.") or find_claims(f"{subject[0] if subject else ''}{other}.")
    return claims


def _verb_second(sentence: str) -> str:
    """A question as a statement: "are the steps quick" gives "the steps are quick", "does he nod" gives "he nod"."""
    verb = _VERB_FIRST.match(sentence)
    if verb is None:
        return sentence
    rest = sentence[verb.end() :]
    word = verb[0].split()[-1].removesuffix("n't")
    tokens = tokens_of(rest)
    for position in range(min(len(tokens), 4)):
        subject = subject_at(tokens, position)
        if subject is not None and word in _COPULAS:
            end = tokens[subject[0] - 1].end
            return f"{rest[:end]} {word} {rest[end:].strip()}"
    return rest


def parts_named(text: str) -> frozenset[str]:
    """The body parts of descriptors that a text names; "hands and elbows" and "her arm" name the arms."""
    plural = re.sub(rf"\b(?:{'|'.join(_PLURALS)})\b", lambda found: _PLURALS[found[0]], text.lower())
    return frozenset(_PARTS[concept] for concept in _concepts(tokens_of(plural)) if concept in _PARTS)


def _concepts(tokens: list[Token]) -> frozenset[str]:
    """Concepts of all subjects of a text."""
    return frozenset().union(*(concepts for _, _, concepts in subjects_in(tokens)))
