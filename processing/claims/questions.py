"""Reads questions: what a question about a movement asks for, so that its answer can be checked.

"Is the head bowed?", "Does he keep his arms close?"  --as a statement--> the claims that it asks about
"What do the arms do?"                                --subjects-------> the body parts that it names
"What colour is the shirt?"                           --UNSEEN--------> what no skeleton shows
"Is she furious?"                                     --vocabulary-----> the emotions that it names
"How sure are you?", "Why not sad?"                   --fact_questions-> facts of the record
"Which part shows it most?"                           --question_vocabulary-> movement and emotion in general
"What tells against it?"                              --question_kinds-> what known wordings ask that are like it
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ..descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, SPANS
from ..vocabulary import SYNONYMS, canonical_label, related_words
from .claim import Claim, canonical_claim
from .fact_questions import (
    OPEN,
    Quantity,
    asked_facts,
    asked_quantity,
    in_english,
    of_own_doubts,
    plainly,
    with_one_person,
    without_idioms,
)
from .parser import find_claims
from .phrases import Direction
from .question_bank import WORDINGS
from .question_kinds import DECLINED, likely_kinds
from .question_spelling import well_spelled
from .question_vocabulary import KNOWN, MOVEMENT, UNSEEN
from .terms import subject_at, subjects_in
from .tokens import Token, tokens_of

__all__ = ["Question", "in_plain_forms", "limbs_named", "named_emotions", "parts_named", "read_question"]

_FRAMES = re.compile(
    r"^(?:please )?(?:(?:is|was) it (?:true|so|right|the case) that|(?:would|could|can) (?:you|one|i|we) "
    r"(?:say|see|tell|confirm)(?: that| if| whether)?|(?:do|does|did) (?:you|it) (?:think|believe|find|feel|seem|look)"
    r"(?: that| as if| as though| like)?|(?:could|can|may) it be that|tell me (?:if|whether)|"
    r"am i (?:right|correct|wrong)(?: that| in (?:thinking|saying|believing) that)?)\s+"
)
"""Words that introduce the statement that a question is about."""

_OPEN_LATER = re.compile(r",?(?: and)? (?:why|how|what|which|when|where|who|whose)\b.*")
"""Such a question at the end of another one, as in "is she sad, and how can you tell"."""

_POLITE = re.compile(
    r"^(?:can|could|would|will) (?:you|i|we|one) (?:please )?(?:tell|say|explain|show|see|describe)"
    r"(?: to)?(?: me| us)? (?=(?:why|how|what|which|where|who)\b)|"
    r"^(?:walk|talk|guide|take) (?:me|us) through "
)
"""What comes before a question without asking anything: "can you tell me why she is sad"."""

_VERB_FIRST = re.compile(
    r"^(?:and |so |but )?(?:(?:is|are|was|were|does|do|did|has|have|can)(?:n't)?|"
    r"(?:could|would|might|may|should)(?:n't)?(?! (?:you|i|we|one)\b)) "
)
_ASKS_YOU = re.compile(
    r"^(?:am|do|did|would|could|can|should|will|may) (?:you|i|we|one) (?!(?:tell|describe|show|explain|give|list|name|"
    r"summari[sz]e)\b)"
)
"""A question whether something is so that is put to the reader: "would you call this joy"."""

_TAG = re.compile(
    r"(?!(?:and |so |but )?(?:why|how|what|which|when|where|who|whose)\b).*"
    r"(?:\b(?:is|are|was|does|do|did)(?:n't| not) (?:he|she|it|they|this|that)|\bright|\bcorrect|, (?:no|yes|true)|"
    r"\bor not|\bor am i (?:wrong|mistaken|imagining things))$"
)
"""A statement that is put as a question: "she is sad, isn't she"."""

_CLOSED = (_FRAMES, _VERB_FIRST, _ASKS_YOU, _TAG)

_ASKING = re.compile(
    rf"{OPEN.pattern}|{_VERB_FIRST.pattern}|(?:so |and |but )?(?:please )?(?:can|could|would|will|tell|show|give|"
    r"explain|describe|name|list|say)\b"
)
"""Beginning of a sentence or a clause that asks for something."""

_CONDITION = re.compile(r"(?:if|suppose|supposing|assuming|assume|say|imagine|when|apart|besides|other)\b")

_LEAST_ASKED = 4
"""Words of a clause that may be a question of its own; "is it not" only asks whether the rest is so."""

_MODALS = ("can", "could", "would", "might", "may", "should")
_COPULAS = ("is", "are", "was", "were")
_OR = re.compile(r",? or (?:(?:is|are|was|were|does|do|did) )?")

_EVERYDAY: tuple[tuple[str, str, Direction], ...] = (
    (r"in (?:a|such a|a great) hurry|hurr(?:y|ying|ied|ies)|in a rush|rush(?:ing|ed|es)?", "movement_speed", "high"),
    (r"sluggish\w*|listless|lethargic|drag\w* (?:him|her|it|them)sel\w+(?: along)?", "movement_speed", "low"),
    (r"energetic\w*|livel\w+|full of energy|dynamic|vigorous", "movement_speed", "high"),
    (r"energetic\w*|livel\w+|full of energy|dynamic|vigorous", "acceleration", "high"),
    (
        r"(?<!shoulders )(?<!shoulders are )slump\w*|slouch\w*|hunch(?:ed|ing)?(?! up)|stoop\w*|collapsed|caved in",
        "trunk_lean",
        "high",
    ),
    (
        r"(?<!shoulders )(?<!shoulders are )slump\w*|slouch\w*|hunch(?:ed|ing)?(?! up)(?! over)|stoop\w*|collapsed|"
        r"caved in",
        "shoulder_opening",
        "low",
    ),
    (r"(?<!shoulders )(?<!shoulders are )slump\w*|slouch\w*|stoop\w*|collapsed", "head_pitch", "low"),
    (r"(?:stand|walk|sit|held?)\w*(?: up)? tall|chin up|head up", "head_pitch", "high"),
    (r"(?:stand|walk|sit|held?)\w*(?: up)? tall", "trunk_lean", "low"),
    (
        r"chin down|head (?:is |hangs? |hanging )?(?:hanging|down|hangs?)|hang\w* (?:his|her|their|the) head",
        "head_pitch",
        "low",
    ),
    (r"take (?:his|her|their|its|the) time", "movement_speed", "low"),
    (r"going somewhere|go(?:es|ing)? anywhere|cover\w* (?:a lot of |much )?ground", "travel_speed", "high"),
    (r"(?:stay|remain)\w* (?:in one place|where \w+ (?:is|are)|put)|on the spot", "travel_speed", "low"),
    (r"restless|fidget\w*", "pauses", "low"),
    (r"twitchy|jittery|shaky", "smoothness", "low"),
    (r"look\w* (?:down|at the (?:floor|ground))", "head_pitch", "low"),
    (r"look\w* up", "head_pitch", "high"),
    (r"back (?:is )?straight|straight back", "trunk_lean", "low"),
    (r"back (?:is )?(?:bent|rounded)|(?:bent|rounded|crooked) (?:back|posture)", "trunk_lean", "high"),
    (r"(?:much|any|a lot of) bouncing", "vertical_bounce", "high"),
    (r"bent over", "trunk_lean", "high"),
    (r"stand\w* (?:up )?straight|sit\w* (?:up )?straight", "trunk_lean", "low"),
    (r"arms (?:close )?(?:to|at|by|against) (?:his|her|their|the) (?:body|sides?)", "arm_expansion", "low"),
    (r"wav\w+ (?:his|her|their|the) (?:hands|arms)", "hand_speed", "high"),
    (r"(?:him|her|them|it)sel(?:f|ves) small", "body_expansion", "low"),
)
"""Everyday wordings that are claims only in a question: pattern, descriptor and direction."""

_PLURALS = {
    name: "feet" if name == "foot" else f"{name}s"
    for name in ("arm", "forearm", "hand", "wrist", "elbow", "shoulder", "hip", "leg", "knee", "foot", "ankle", "step")
}
_SINGULAR = re.compile(rf"(?<!\bleft )(?<!\bright )(?<!\bone )(?:\b(?:each|every) )?\b({'|'.join(_PLURALS)})\b")
"""One of two body parts, without a side: "is the arm raised" asks about the arms."""

_PARTS: dict[str, str] = {
    **dict.fromkeys(("head",), "head"),
    **dict.fromkeys(("trunk", "posture", "shoulders", "chest", "hips"), "trunk"),
    **dict.fromkeys(("arms", "hands", "hand", "elbows"), "arms"),
    **dict.fromkeys(("legs", "feet", "knees", "steps", "strides", "stance", "gait"), "legs"),
}
"""Concept of a subject -> body part of its descriptors."""

_LIMBS = (
    (r"\bfoot ?work\b", "legs"),
    (r"\bupper (?:limb|extremit)\w+", "arms"),
    (r"\blower (?:limb|extremit|bod)\w+", "legs"),
)
"""What dancers and doctors call them, and the body parts."""

_VAGUE = frozenset(("posture", "gait", "steps", "strides", "stance"))
"""Of these, what the whole body does."""

_ONE_SIDE = re.compile(rf"\b(?:left|right) (?:{'|'.join(_PLURALS)})\b")
_TIMES = ("<beginning>", "<middle>", "<end>")

_NEARBY = frozenset(near for word in set(SYNONYMS.values()) for near in related_words(word))
"""Words of emotions, in any form."""


_IN_HAND = re.compile(r"\b(?:in|on) (?:his|her|the|their|one|each|the person\'s) (?:\w+ )?hands?\b")
_WHITHER = re.compile(
    r"\b(?:walking|running|going|heading|coming|hurrying|travelling) (?:back )?(?:to|towards?|into|past|home|from)\b"
    r"(?! (?:the |one )?(?:left|right|side|front|back|end|beginning|ground|floor)\b)"
)
"""Where somebody goes, which no skeleton shows."""

_DOUBTED = ("", "hands", "gait", "runner-up", "sure", "why", "emotion", "against")
"""What the rules may find in a question about something else: with words that they do not know, likeness decides
whether it has an answer."""

_READ_ANEW = ("", "unknown", "unseen", "why", "sure", "emotion", "whether", "hands")
"""What the rules may find in a question for something else even if they know all its words."""

_LIKE_ENOUGH = {"unknown": 0.3, "unseen": 0.4, "": 0.4}
"""What the rules found -> least score from which the likeness to known wordings decides."""

_ELSE_ENOUGH = 0.6
"""The same for all else that the rules may find."""

_NAMES_SOMETHING = 0.15
"""By how much less that may be where an emotion or a body part is named, so the question is about the movement."""

_LIKE_NONE = 0.4
"""Least score from which a question is declined that is likest to those without an answer."""

_CLEARER = 0.1
"""By how much the score must exceed that of what the rules found."""


@dataclass(frozen=True)
class Question:
    """What a question asks about.

    Attributes:
        kinds: Facts of the record that it asks for, in the order of the answer: "language" (it is not in English),
            "unseen" (what a skeleton does not show), "unknown" (it is not about movement), "sure", "probability",
            "runner-up", "against", "why not", "why", "strongest", "emotion", "is" (whether emotions are expressed),
            "whether" (the claims hold), "measured" (what claims are about), "number", "hands", "gait". Empty where
            the language model has something to say.
        claims: Claims that it asks about, in the order of the words; both of "bowed or raised".
        parts: Body parts of the descriptors that it names.
        emotions: Labels that it asks to be so, in the order of the labels; "why is she sad" asks about none.
        emotion: The emotion that "why not", "why" or "probability" is about, None for the label of the clip.
        strangers: Emotions that it names and that are no labels.
        quantity: The quantity that "number" asks for.
        words: The question in plain words, for what depends on single words.
        text: The question as it was asked.
    """

    kinds: tuple[str, ...]
    claims: tuple[Claim, ...] = ()
    parts: frozenset[str] = frozenset()
    emotions: tuple[str, ...] = ()
    emotion: str | None = None
    strangers: tuple[str, ...] = ()
    quantity: Quantity | None = None
    words: str = ""
    text: str = ""

    @property
    def needs_text(self) -> bool:
        """Whether the language model has something to say: no fact of the record is the answer."""
        return not self.kinds

    @property
    def time(self) -> str:
        """The third of the recording that it names: "beginning", "middle" or "end"; "whole" for none or several."""
        named = {token.stem for token in tokens_of(" ".join(self.text.lower().split()))}.intersection(_TIMES)
        return named.pop().strip("<>") if len(named) == 1 else SPANS[0]


def read_question(text: str, labels: Sequence[str] = ()) -> Question:
    """Reads what a question asks about.

    Args:
        text: One question or several sentences.
        labels: Emotions that it may ask about, in these words or their `related_words`.
    """
    said = " ".join(text.lower().replace("\u2019", "'").split())
    if not in_english(said):
        return Question(("language",), text=text)
    said = _POLITE.sub("", _without_preface(with_one_person(well_spelled(said)), labels))
    sentences = [sentence.strip() for sentence in re.findall(r"[^.!?]+", said)]
    claims = tuple(dict.fromkeys(claim for sentence in sentences for claim in _asked_claims(sentence)))
    named, masked = _emotions_in(said, labels)
    words = plainly(masked)
    stems = {token.stem for token in tokens_of(without_idioms(words))}
    parts = parts_named(said) | {claim.body_part for claim in claims if claim.body_part != "whole body"}
    elsewhere = not named and (_IN_HAND.search(said) or _WHITHER.search(said))
    if not claims and (elsewhere or not stems.isdisjoint(UNSEEN)):
        return _by_likeness(Question(("unseen",), parts=parts, words=words, text=text), named, labels)
    closed = [_OPEN_LATER.sub("", each) for each in sentences if any(form.match(each) for form in _CLOSED)]
    asked = () if claims or parts else tuple(n for n in labels if n in _emotions_in(" ".join(closed), labels, True)[0])
    strangers = tuple(name for name in named if name not in labels)
    kinds, emotion = asked_facts(words, named, bool(claims), parts, bool(closed))
    if kinds == ("is",) and not asked:
        asked = tuple(name for name in labels if name in named)
    if not kinds:
        concepts = _concepts(tokens_of(said)) - {"person", "pronoun"}
        about = named or parts or concepts or not stems.isdisjoint(MOVEMENT)
        clear = stems <= KNOWN or (parts and not closed) or named
        kinds = () if about and clear else ("unknown",)
    read = Question(kinds, claims, parts, asked, emotion, strangers, asked_quantity(words), words, text)
    return _by_likeness(read, named, labels)


def _without_preface(said: str, labels: Sequence[str]) -> str:
    """A question without sentences and clauses that only say why it is asked: "I teach acting, how does he feel?".

    What names an emotion or a body part or says something about the movement stays.
    """
    sentences = re.findall(r"[^.!?;]+[.!?;]*", said)
    asking = ["?" in each or bool(_ASKING.match(each.strip())) for each in sentences]
    if any(asking):
        kept = zip(sentences, asking, strict=True)
        said = "".join(each for each, asks in kept if asks or not _is_preface(each, labels)).strip()
    preface, comma, question = said.partition(",")
    dropped = comma and _ASKING.match(question.strip()) and len(question.split()) >= _LEAST_ASKED
    return question.strip() if dropped and not _ASKING.match(preface) and _is_preface(preface, labels) else said


def _is_preface(said: str, labels: Sequence[str]) -> bool:
    """Whether a sentence or clause says nothing about the movement, and asks for nothing."""
    return not (
        _CONDITION.match(said)
        or _emotions_in(said, labels)[0]
        or parts_named(said)
        or _asked_claims(said.strip(" .!;"))
    )


def _by_likeness(question: Question, named: Sequence[str], labels: Sequence[str]) -> Question:
    """A question by its likeness to known wordings, where that says more than the rules.

    Args:
        question: As the rules read it.
        named: Emotions that it names.
        labels: Emotions that it may ask about.
    """
    found = question.kinds[0] if question.kinds else ""
    strange = not {each.stem for each in tokens_of(question.words)} <= KNOWN
    if not strange and found not in _READ_ANEW:
        return question
    likely = likely_kinds(question.words)
    best = likely[0]
    if best.kind[0] in DECLINED:
        least = 0.0 if strange and found in _DOUBTED and not named else _LIKE_NONE
        stays = found in ("whether", "number", *DECLINED) or (question.parts and not strange) or best.score < least
        return question if stays else replace(question, kinds=best.kind)
    (kind, *target), score = next(each for each in likely if _concerns(each.kind, question.words))
    least = _LIKE_ENOUGH.get(found, _ELSE_ENOUGH) - _NAMES_SOMETHING * bool(named or question.parts)
    if score < least <= best.score and question.parts:  # like a question for something else than the part
        return replace(question, kinds=())
    alike = DECLINED if found in DECLINED else (found or "part",)
    same = max((each.score for each in likely if each.kind[0] in alike), default=0.0)
    if kind in (*question.kinds, *DECLINED) or score < least or score < same + _CLEARER:
        return question
    if kind == "sure" and named:
        kind = "probability"
    needs_emotion = kind in ("probability", "why not", "is")
    if (needs_emotion and not named) or found == "is" or (kind == "is" and question.parts):
        return question
    if kind in ("number", "whether") and question.words.startswith("why"):
        return question
    if kind in ("sure", "against") and of_own_doubts(question.words):
        return question
    if kind == "number":
        return replace(question, kinds=(kind,), quantity=Quantity((target[0],), "minute" in question.words))
    if kind == "whether":  # a likeness is no ground for a yes or a no
        return replace(question, kinds=("measured",), claims=(canonical_claim(*target),))
    if kind == "part":  # not of the haircut
        return replace(question, kinds=()) if question.parts or not strange else question
    asked = tuple(name for name in labels if name in named) if kind == "is" else ()
    emotion = named[0] if named and (needs_emotion or kind == "why") else None
    return replace(question, kinds=(kind,), emotions=asked, emotion=emotion)


def _concerns(kind: tuple[str, ...], words: str) -> bool:
    """Whether a kind of questions can be about the body part, side and time that a question names.

    What is measured is of both sides and of the whole clip.
    """
    if kind[0] not in ("number", "whether"):
        return True
    if _ONE_SIDE.search(words) or any(token.stem in _TIMES for token in tokens_of(words)):
        return False
    named = limbs_named(words)
    return not named or bool(named & _limbs_of(kind))


@lru_cache(maxsize=len(WORDINGS))
def _limbs_of(kind: tuple[str, ...]) -> frozenset[str]:
    """The body parts that a quantity or a sign is about: that of its descriptor, and those that its wordings name."""
    entries = [DESCRIPTORS[DESCRIPTOR_INDEX[kind[1]]]] if kind[1] in DESCRIPTOR_INDEX else []
    return frozenset(entry.body_part for entry in entries).union(*map(limbs_named, WORDINGS[kind]))


def limbs_named(text: str) -> frozenset[str]:
    """The body parts that a text names by themselves, not by what they do: no "posture", no "gait"."""
    return frozenset(_PARTS[concept] for concept in _concepts_of_parts(text) if concept not in _VAGUE)


def named_emotions(said: str, labels: Sequence[str]) -> tuple[str, ...]:
    """The emotions that a text in lower case names, in the order of the words: labels, or words of the vocabulary."""
    return _emotions_in(said, labels)[0]


def in_plain_forms(said: str) -> str:
    """A text whose comparatives and superlatives of emotion words have become the words: "sadder" becomes "sad"."""

    def plain(match: re.Match) -> str:
        root = match[1]
        forms = (root, f"{root}e", re.sub("i$", "y", root), re.sub(r"(.)\1$", r"\1", root))
        return next((form for form in forms if form in SYNONYMS or form in _NEARBY), match[0])

    return re.sub(r"\b([a-z]{2,})(?:er|est)\b", plain, said)


def _emotions_in(said: str, labels: Sequence[str], stated: bool = False) -> tuple[tuple[str, ...], str]:
    """The emotions that a text in lower case names, in the order of the words, and the text with a mark for each.

    A label is given as it is, an emotion that is no label as the word of the vocabulary. The word of one label is
    never a synonym of another.

    Args:
        said: The text.
        labels: The labels.
        stated: Whether words after "not" do not count: "not angry but sad".
    """
    meant = {word: canonical_label(word) for word in SYNONYMS}
    for label in labels:
        meant |= dict.fromkeys(related_words(label), label)
    meant |= {label.lower(): label for label in labels}
    found: list[tuple[int, str]] = []

    def mark(match: re.Match) -> str:
        found.append((match.start(), meant[match[0]]))
        return "<emotion>"

    words = "|".join(re.escape(word) for word in sorted(meant, key=len, reverse=True))
    masked = re.sub(rf"{'(?<!not )' if stated else ''}(?<![\w-])(?:{words})(?!\w)", mark, said)
    return tuple(dict.fromkeys(name for _, name in found)), masked.replace("<emotion>", "thus")


def _asked_claims(sentence: str) -> list[Claim]:
    """The claims of the statement that a sentence turns into a question."""
    if OPEN.match(sentence):
        return []
    everyday = [
        canonical_claim(descriptor, direction)
        for pattern, descriptor, direction in _EVERYDAY
        if re.search(rf"\b(?:{pattern})\b", sentence)
    ]
    plural = _SINGULAR.sub(lambda found: _PLURALS[found[1]], sentence)
    return [*dict.fromkeys(everyday)] or _stated_claims(sentence) or _stated_claims(plural)


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
    if word in _MODALS:  # "could the head be bowed"
        return re.sub(r"\bbe\b", "is", rest, count=1)
    tokens = tokens_of(rest)
    for position in range(min(len(tokens), 4)):
        subject = subject_at(tokens, position)
        if subject is not None and word in _COPULAS:
            end = tokens[subject[0] - 1].end
            return f"{rest[:end]} {word} {rest[end:].strip()}"
    return rest


def parts_named(text: str) -> frozenset[str]:
    """The body parts of descriptors that a text names; "hands and elbows" and "her arm" name the arms."""
    return frozenset(map(_PARTS.__getitem__, _concepts_of_parts(text)))


def _concepts_of_parts(text: str) -> frozenset[str]:
    plural = re.sub(rf"\b(?:{'|'.join(_PLURALS)})\b", lambda found: _PLURALS[found[0]], text.lower())
    for limbs, words in _LIMBS:
        plural = re.sub(limbs, words, plural)
    return _concepts(tokens_of(plural)) & _PARTS.keys()


def _concepts(tokens: list[Token]) -> frozenset[str]:
    """Concepts of all subjects of a text."""
    return frozenset().union(*(concepts for _, _, concepts in subjects_in(tokens)))
