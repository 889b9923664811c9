"""Reads which facts of the record a question asks for: how sure, why not, how fast, where the hands are.

    "How sure are you, and what speaks against it?"  -> "sure", "against"
    "Why isn't it angry?"                            -> "why not", of angry
    "How many steps per second?"                     -> "number", of the cadence
    "Warum ist er traurig?"                          -> "language"
    "What do the arms do?"                           -> nothing: the language model answers

`questions.py` reads the rest of a question, `answers.py` answers.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from .terms import SUBJECTS
from .tokens import stem

__all__ = [
    "CLIP_LENGTH",
    "ENGLISH",
    "OPEN",
    "FactKinds",
    "Quantity",
    "asked_facts",
    "asked_quantity",
    "in_english",
    "of_own_doubts",
    "plainly",
    "quantity_of",
    "with_one_person",
    "without_idioms",
]

CLIP_LENGTH = "length of the clip"
"""The one quantity that is no descriptor."""

# ---- language -------------------------------------------------------------------------------------------------------

ENGLISH = frozenset(
    "the a an is are was were be been am does do did has have had can could would should will shall may might must "
    "what which who whom whose where when why how that this these those it its he him his she her they them their we "
    "us our you your i my me there here and or but not of to from with for about than then if whether as by at please "
    "any some something anything nothing else more most much many very so such too only just all both each every one "
    "two tell show give name describe explain say see think know look looks looking feel feels feeling emotion "
    "movement sure hands arms head legs body person fast slow sad happy angry proud afraid".split()
)
"""Words of which at least one is in nearly every English question and that are rare in other languages."""

_FOREIGN = frozenset(
    # German, Dutch, Scandinavian
    "ist sind der das und oder nicht warum wie wer wo welche welcher welches ein eine sie er ich bist hat haben wird "
    "sieht aus mit auf bewegung gefühl schnell traurig waarom hoe wie wat zij hij het een niet zijn boos varför hur "
    "vad vem hvorfor hvordan hvad hva han hun hon jeg ikke inte och og ja nein "
    # French, Spanish, Italian, Portuguese, Catalan, Romanian
    "est sont le la les un une des du et ou pas pourquoi comment quel quelle quels qui que quoi il elle ils dans avec "
    "pour sur combien por para porque qué cuál cómo como dónde quién el los las uno una y o es son está están con "
    "triste feliz enojado perché che cosa come chi dove quale lui lei gli sembra sono della del di com não quem onde "
    "qual ele ela está muito mi de per seconde segundo secondo "
    # Slavic, Finnish, Hungarian, Turkish, Indonesian, Vietnamese in Latin letters
    "dlaczego jak czy kto gdzie jest nie ona ono proč jaký kde kdo je miksi miten kuka missä onko miért hogyan ki hol "
    "neden nasıl kim nerede bir ve mi mengapa kenapa apa apakah siapa bagaimana dia ini itu yang tidak".split()
)
"""Frequent words of other languages that are no English words."""

_ACCENTED = re.compile(r"[^\W\d_a-z]")


def in_english(said: str) -> bool:
    """Whether a question, in lower case, is in English; what has no words counts as English."""
    letters = [character for character in said if character.isalpha()]
    if sum(ord(character) > 0x24F for character in letters) * 2 > len(letters):
        return False  # another script than Latin
    words = re.findall(r"[^\W\d_]+", said.replace("'", " "))
    english = sum(word in ENGLISH or (len(word) > 3 and stem(word) in _QUANTITY_WORDS) for word in words)
    foreign = sum(word in _FOREIGN and word not in ENGLISH or bool(_ACCENTED.search(word)) for word in words)
    return foreign == 0 or english > foreign


# ---- plain words ----------------------------------------------------------------------------------------------------

_SPELLED_OUT = (
    (r"\b(is|are|was|were|do|does|did|has|have|ca|could|would|should|wo)n'?t\b", r"\1 not"),
    (r"\b(it|that|what|who|where|how|why|he|she|there|which)'s\b", r"\1 is"),
    (r"\b(what|how|where|who)s\b", r"\1 is"),
    (r"\b(they|you|we)'re\b", r"\1 are"),
    (r"\bca not\b|\bcannot\b", "can not"),
)
_FILLERS = re.compile(
    r"\b(?:please|pls|plz|hey|hi|hello|thanks|thank you|kindly|actually|really|exactly|maybe|perhaps)\b,?|^(?:and|so|"
    r"but"
    r"|well|ok|okay|now|then)\b,?"
)
_IDIOMS = re.compile(
    r"\b(?:speaks?|speaking|talks?) (?:against|for|in favou?r of)\b|\b(?:would|could|can|did|do|not) (?:you )?(?:not "
    r")?"
    r"say\b|\bin (?:a|other|one|your own) words?\b|\b(?:you|we|i|one) (?:not )?(?:think|believe)\b|"
    r"\bbody language\b|\b(?:much|"
    r"of|more|less|little) room\b|\bname (?=of the (?:emotion|feeling|mood)|the\b|an?\b|all\b|some\b|reasons?\b)|"
    r"\bat the (?:floor|ground)\b|"
    r"\b(?:on|off|leave|touch\w*) the (?:ground|floor)\b"
)
"""Uses of words that elsewhere ask about something that a skeleton does not show: "what speaks against it"."""


def plainly(said: str) -> str:
    """A question in lower case without contractions, punctuation and fillers: "what's that?" gives "what is that"."""
    for pattern, words in _SPELLED_OUT:
        said = re.sub(pattern, words, said)
    said = re.sub(r"[^\w\s'%/,-]", " ", said)
    return " ".join(_FILLERS.sub(" ", " ".join(said.split())).split()).strip(" ,")


def without_idioms(said: str) -> str:
    """A question without uses of words that do not ask about what the words usually mean."""
    return _IDIOMS.sub(" ", said)


_PEOPLE = "|".join(sorted({*SUBJECTS["person"].split(" | ")} - {"he", "she", "someone", "model"}))
_PERSON = re.compile(
    r"\b(?:(an? )|(?:(?:the|this|that|my|our|your|his|her|their) )?)"
    rf"(?:(?:old|young|tall|little|poor|pretty|elderly) )*(?:{_PEOPLE})\b"
)


def with_one_person(said: str) -> str:
    """A question in lower case with "the person" for whoever it is about: "does my old grandpa", "is the nurse"."""
    return _PERSON.sub(lambda found: "a person" if found[1] else "the person", said)


# ---- kinds ----------------------------------------------------------------------------------------------------------

_RESULT = (
    r"(?:label|result|answer|verdict|prediction|decision|judge?ment|assessment|classification|conclusion|estimate|"
    r"guess|analysis|rating|finding|choice|output)"
)
_SURE = re.compile(
    rf"^(?:is|are|was|can|could|should|does|may) (?:the|this|that|your) {_RESULT}\b|"
    r"\bhow (?:sure|certain|confident|reliable|trustworthy|accurate|valid|correct|safe) (?:are|is|can|do|was|were) "
    r"(?:you|we|i|it|this|that|(?:the|your|this|that) (?:ai|model|computer|system|machine|program|"
    rf"software|tool|{_RESULT}))\b(?! of)|"
    r"\bare you (?:\w+ly |very |quite )?(?:sure|certain|confident|right|positive|wrong|mistaken)\b|"
    r"\b(?:can|should|could|may) (?:i|we|one|you) (?:trust|rely on|believe|use|count on)\b|\bcould you be wrong\b|"
    r"\b(?:un)?certainty\b|\breliab\w+\b|\btrustworth\w+\b|\baccura\w+\b|\bhow (?:often|much) (?:are you|is it) "
    r"(?:right|wrong|sure|certain)\b|\bhow sure\b|\bhow do you know (?:it |this |that )?for sure\b|"
    r"\b(?:your|model|the) confidence\b(?! of (?:the|this) (?:person|man|woman))|\bconfidence (?:level|score|"
    r"interval)\b|"
    r"\bis (?:it|this|that|the (?:label|result|answer)) (?:really )?(?:sure|certain|correct|reliable|right|safe)$|"
    r"\b(?:convinced|mistaken?|incorrect|wrong(?! with\b)|doubt\w*)\b"
)
_OF_THE_PERSON = re.compile(
    r"\b(?:he|she|they|person|people|someone|somebody|his|her|their)\b(?!.*\b(?:this|that|it)\b)"
)
"""A question about somebody's own doubts or mistakes, not about those of the model."""

OPEN = re.compile(r"(?:and |so |but )?(?:why|how|what|which|when|where|who|whose)\b")
"""Beginnings of questions that do not ask whether something is true."""

_PROBABLE = re.compile(
    r"\b(?:probab\w+|likel(?:y|ihood)|odds|chances?|per ?cent\w*|score|scale of|scale from|out of (?:10|100))\b|%"
)
_RUNNER_UP = re.compile(
    r"\b(?:some|any)thing else\b|\b(?:what|which) (?:\w+ )?else (?:might|could|can|may|would|is|comes)\b|\belse (?:it|"
    r"this|that) (?:might|could|can|may)\b|\b(?:second|next)[ -](?:best|most|guess|choice|likely|place|option|"
    r"emotion)\b|"
    r"\balternatives?\b|\brunner[ -]?up\b|\b(?:an)?other (?:possible |likely )?(?:emotions?|options?|possibilit\w+|"
    r"interpretations?|labels?|candidates?)\b|\bcould (?:it|this) be (?:another|different)\b|\bplan b\b|"
    r"\bif (?:\w+ ){1,3}?(?:not|wrong|mistaken|incorrect|false)\b|"
    r"\b(?:closest|nearest|contenders?|rivals?|competitors?|competing)\b"
)
_AGAINST = re.compile(
    r"\bagainst\b|\bcontra(?:dict\w*|ry)\b|\bcounter[ -]?(?:evidence|arguments?|signs?|examples?)\b|\b(?:not|never) "
    r"(?:really )?(?:fit|match|agree|support|belong|suit|square|go|tally)\w*\b(?! (?:any|some)where)|"
    r"\b(?:inconsistent|incompatible|doubt\w*|mismatch\w*)\b|"
    r"\b(?:signs?|evidence|cues?|hints?|clues?|reasons?|points?|(?:any|some)thing)\b.*"
    r"\b(?:other|opposite|another|different) (?:way|direction|conclusion|emotion|answer)\b|"
    r"\b(?:disagree|conflict|clash|oppose|dispute|undermine|weaken|spoil)(?:s|es|ing)?\b|\bat odds\b"
)
_WHY_NOT = re.compile(
    r"\bwhy (?:\w+ ){0,4}?not\b|\bhow come (?:\w+ ){0,4}?not\b|\bwhat (?:is|signs? (?:is|are)) (?:missing|lacking|"
    r"absent)"
    r"\b|\bwould (?:\w+ )?(?:have|need) to\b|\bwhat would (?:it )?(?:take|make)\b|"
    r"\b(?:excludes?|rules? out|speaks? against|ruled "
    r"out)\b|"
    r"\bwhat (?:stops|prevents|keeps)\b|\b(?:rather than|instead of|and not)\b"
)
_WHY = re.compile(
    r"^(?:why|how come|what for|since when|for what reasons?)\b|\bexplain\b|\bjustify\b|\b(?:how|where) (?:can|could|"
    r"do|"
    r"did|would) (?:you|one|i|we) (?:\w+ )?(?:know|tell|see|notice|recogni[sz]e|find)\b|\bwhat (?:\w+ "
    r"){0,3}?(?:makes?|"
    r"shows?|tells?|suggests?|indicates?|betrays?|reveals?|proves?|gives?)\b|\b(?:reasons?|evidence|arguments?|cues?|"
    r"signs?|indications?|hints?|proof)\b|\bgives? (?:it|that|this|him|her|them|the emotion) away\b|\bbased on what\b|"
    r"\bon (?:what|which) ground\b|\b(?:grounds|basis|base[sd]?|rationale|reasoning|justif\w+|foundations?)\b|"
    r"\bspeaks? for\b|\bwhy\b|\b(?:how|where|what) (?!\w+ (?:he|she|they|person)\b)(?:\w+ ){0,3}?"
    r"(?:c[oa]me|arrive|get|got|reach|conclude|decide|deduce|derive|infer|judge|determine|le[ad]d?|gave|brought)\b"
)
_OF_DEEDS = re.compile(
    r"^why (?:is|did|does|has|was) (?:he|she|they|the person) (?!.*\b(?:look|seem|appear|like|show|feel))"
)
"""A question for the reasons of what somebody does, not for those of the label."""

_EMOTION = re.compile(
    r"\b(?:what|which|whose|name|recogni[sz]e|identify|detect|guess)\b.*\b(?:emotion|feeling|mood|affect|state of "
    r"mind|"
    r"emotional state|sentiment|label)s?\b|"
    r"\bwhat\b.*\b(?:express|convey|communicat|radiat)\w*\b|"
    r"\b(?:how|what)\b.*\b(?:feel|feels|feeling|felt)\b|^(?:the )?(?:emotion|"
    r"feeling"
    r"|mood)s?\b"
)
_FEW_WORDS = 4
"""Words up to which a question that only names an emotion asks whether it is so: "joy?", "sad or angry?"."""
_CHOICE = re.compile(r"\bor\b|\bwhich (?:one|of)\b|\bchoose\b|\bcandidate")

_PERSON_WORDS = "he she it they one person people someone somebody user model we you i her him them"
_GAITS = "walk run jog sprint stand going go move still stationary step march stroll"
_GAIT_WORDS = frozenset(
    map(
        stem,
        f"is are was were do does did a an the or and just there around simply this that in at place spot on not here "
        f"all whole time some somewhere currently now moment being have has been seem seems to look looks like would "
        f"you "
        f"say think i we can could see tell if whether clip video recording movement motion only {_PERSON_WORDS} "
        f"{_GAITS} "
        "fast quick slow away forward backward".split(),
    )
)
_GAIT_VERB = re.compile(
    r"\b(?:walk(?:s|ing)?|run(?:s|ning)?|jog(?:s|ging)?|sprint(?:s|ing)?|stand(?:s|ing)?|stationary|stroll(?:s|ing)?|"
    r"march(?:es|ing)?)\b"
)
_DOING = re.compile(
    rf"^(?:what|which) (?:is|are|was|does|do|did) (?:\w+ )?(?:{'|'.join(_PERSON_WORDS.split())})(?: in the \w+)? "
    r"(?:do|doing|up to)(?: here| there| now| right now)?$|^(?:what|which) (?:\w+ )?(?:is )?(?:the |kind of |type of |"
    r"sort "
    r"of )*(?:activit\w+|actions?|gait)(?: is (?:it|this|that|shown|performed|he doing|she doing))?$|"
    r"^what (?:is happening|happens|is going on)(?: here)?$"
)
_HAND = r"(?:hands?|arms?|wrists?|palms?|fists?)"
_HANDS = re.compile(
    rf"^(?:tell me |show me |say )?where(?:abouts)?\b.*\b{_HAND}\b|"
    rf"\bwhich (?:hand|arm|side)\b(?! movements?| gestures?)|"
    rf"\b{_HAND} (?:\w+ ){{0,3}}?(?:in "
    rf"the "
    rf"air|up in the air|above|over|overhead|below|under|behind)\b|\b(?:left|right) {_HAND} (?:\w+ )?(?:up|raised|"
    rf"lifted|"
    rf"high|down|low|hanging)\b|^(?:is|are|does|do|has|have) .*\b(?:left|right) {_HAND}\b|\bposition of (?:the |his |"
    rf"her "
    rf"|their )?{_HAND}\b|\b{_HAND} (?:are |is )?up\b(?! to\b)"
)


class FactKinds(NamedTuple):
    """What a question asks for.

    Attributes:
        kinds: Names of facts, in the order of the answer; empty where the language model has something to say.
        emotion: The emotion that "why not" and "probability" are about, None for the label of the clip.
    """

    kinds: tuple[str, ...]
    emotion: str | None = None


def asked_facts(said: str, named: Sequence[str], has_claims: bool, parts: frozenset[str], closed: bool) -> FactKinds:
    """The facts of the record that a question asks for.

    Args:
        said: The question, `plainly`.
        named: Emotions that it names, in the order of the words.
        has_claims: Whether it asks if a statement about the movement is true.
        parts: Body parts that it names.
        closed: Whether it asks if something is so.
    """
    target = _target(said, named)
    kinds = []
    own = not of_own_doubts(said)
    sure, against = own and bool(_SURE.search(said)), own and bool(_AGAINST.search(said))
    if target is not None and (_WHY_NOT.search(said) or against or _in_what_respect(said)):
        return FactKinds(("why not",), target)
    if named and not has_claims and (_PROBABLE.search(said) or sure or _degree_of(said)):
        return FactKinds(("probability", "against") if against else ("probability",), named[0])
    if not has_claims and not (named and closed):
        kinds += ["sure"] if sure or (_PROBABLE.search(said) and not asked_quantity(said)) and not parts else []
        kinds += ["runner-up"] if _RUNNER_UP.search(said) and not parts else []
        kinds += ["against"] if against else []
        if kinds:
            return FactKinds(tuple(kinds))
    if _HANDS.search(said) and not (has_claims and " more than " in said):
        return FactKinds(("hands",))
    if asked_quantity(said) and re.match(r"(?:by |at |in |on )?(?:how|what)\b", said):
        return FactKinds(("number",))
    asked_gaits = _GAIT_VERB.findall(said)
    only_gait = bool(asked_gaits) and not parts - {"legs"} and _only(said, _GAIT_WORDS)
    if has_claims and not (only_gait and len({stem(verb) for verb in asked_gaits}) > 1):
        return FactKinds(("whether",))
    if named:
        elliptic = len(said.split()) <= _FEW_WORDS and not _WHY.search(said) and not OPEN.match(said)
        if closed or elliptic or (len(named) > 1 and _CHOICE.search(said)):
            return FactKinds(() if parts else ("is",))
        return FactKinds(("why",), named[0])
    if asked_quantity(said):
        return FactKinds(("number",))
    if _DOING.search(said) or only_gait:
        return FactKinds(("gait",))
    if parts:
        return FactKinds(())
    if _EMOTION.search(said):
        return FactKinds(("emotion", "why") if _WHY.search(said) else ("emotion",))
    reasons = _WHY.search(said) and _only(said, _WHY_WORDS) and not _OF_DEEDS.search(said)
    return FactKinds(("why",) if reasons else ())


_WHY_WORDS = frozenset(
    map(
        stem,
        f"why how come where what which for since when explain justify your the this that it decision answer "
        f"result label choice is are was were do does did can could would know tell see notice find think say so "
        f"give gives me us some all main reason reasons evidence argument arguments cue cues sign signs show shows "
        f"make makes indicate look looks looking like way emotion emotions feeling mood movement movements motion "
        f"away based on basis and of in to at be by from most best strong strongest list name there any you your "
        f"behind idea impression come came arrive get got reach conclude decide deduce derive infer judge "
        f"determine lead led gave brought conclusion verdict judgement judgment assessment opinion view "
        f"classification prediction guess finding grounds base rationale reasoning justification foundation speaks "
        f"speak favour favor recognize {_PERSON_WORDS}".split(),
    )
)
"""Stems of the words of a question for reasons that names nothing else that it could be about."""


def _only(said: str, words: frozenset[str]) -> bool:
    return all(stem(word) in words for word in re.findall(r"[a-z]+", said))


def of_own_doubts(said: str) -> bool:
    """Whether a question, `plainly`, is about somebody's own doubts or mistakes, not about those of the model."""
    return bool(re.search(r"\bdoubt|\bmistake|\bwrong\b|\bconvinced\b", said) and _OF_THE_PERSON.search(said))


def _target(said: str, named: Sequence[str]) -> str | None:
    """The emotion after "not", "instead of" or the like, or the only one that is named; "why sad and not angry"."""
    if not named:
        return None
    return named[-1] if re.search(r"\b(?:and not|rather than|instead of)\b", said) else named[0]


def _in_what_respect(said: str) -> bool:
    return bool(re.search(r"\bmissing\b|\black(?:s|ing)? (?:for|to)\b", said))


def _degree_of(said: str) -> bool:
    """Whether it asks how much of an emotion there is: "how sad is he"."""
    return bool(re.search(r"^(?:\w+ ){0,2}how (?!come\b|do\b|does\b|can\b|could\b|is\b|are\b|did\b|would\b)\w+", said))


# ---- quantities -----------------------------------------------------------------------------------------------------


class Quantity(NamedTuple):
    """A measured quantity that a question asks for.

    Attributes:
        names: Descriptors, the first that the recording has is the answer; or `CLIP_LENGTH`.
        per_minute: Whether it is asked per minute, not per second.
    """

    names: tuple[str, ...]
    per_minute: bool = False


_CUE = re.compile(
    r"\bhow (?:fast|quick\w*|slow\w*|many|far|big|large|long|short|wide|narrow|high|low|deep\w*|much|bent|straight|"
    r"often|"
    r"strong\w*|upright|smooth\w*|jerky|regular\w*|bouncy|close|wild\w*|sudden\w*|open|tilted|bowed|raised|spread|"
    r"still)"
    r"\b|\b(?:speed|velocity|cadence|tempo|pace|frequency|rate|angle|degrees?|amplitude|number|length|width|height|"
    r"value|"
    r"amount|size|extent|inclination|distance)\b|\bin (?:hz|degrees|seconds)\b|\bper (?:second|minute)\b|"
    r"\bmeasure\w*\b|"
    r"\bshare of (?:the )?time\b|\bwhat share\b"
)
_HANDS_ = r"\b(?:hands?|arms?|wrists?)\b"
_QUANTITIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\bcadence\b|\bsteps?\b.*\b(?:per|a) (?:second|minute|sec|min)\b|\bstep (?:rate|frequency)\b|\bhow (?:fast|"
     r"quick\w*|"
     r"slow|often|many)\b.*\bsteps?\b|\bhow often .*\bstep\b", ("cadence",)),
    (r"\b(?:clip|recording|video|animation|take|sequence|file)\b.*\b(?:last|long|take|length|duration|seconds?)\b|"
     r"\bhow "
     r"(?:long|many seconds) (?:is|was|does|lasts?) (?:the |this )?(?:clip|recording|video|movement|take|sequence|"
     r"file)\b|"
     r"\b(?:length|duration) of (?:the |this )?(?:clip|recording|video|take|sequence|file)\b", (CLIP_LENGTH,)),
    (r"\b(?:steps?|strides?)\b.*\b(?:wide|width|narrow)\b|\bstep width\b|\b(?:feet|legs|foot)\b.*\b(?:apart|wide|"
     r"width)\b|"
     r"\b(?:apart|wide|width|distance)\b.*\b(?:feet|legs|stance)\b", ("step_width",)),
    (r"\b(?:steps?|strides?)\b", ("step_length",)),
    (r"\bswing\w*\b", ("arm_swing",)),
    (rf"{_HANDS_}.*\bhead\b", ("hand_to_head",)),
    (rf"{_HANDS_}.*\bhips?\b", ("hand_to_hip",)),
    (rf"{_HANDS_}.*\b(?:high|low|height|up|raised)\b|\b(?:high|low|height)\b.*{_HANDS_}", ("hand_height",)),
    (rf"{_HANDS_}.*\b(?:fast|speed|quick\w*|slow\w*|velocity|move)\b|\b(?:fast|speed|quick\w*|slow\w*|"
     rf"velocity)\b.*{_HANDS_}",
     ("hand_speed",)),
    (rf"{_HANDS_}.*\b(?:far|away|close|spread|wide|open|distance)\b|\b(?:far|wide|close|spread|open)\b.*{_HANDS_}",
     ("arm_expansion",)),
    (r"\belbows?\b|\barms?\b.*\b(?:bent|straight|angle)\b|\bbent\b.*\barms?\b", ("elbow_flexion",)),
    (r"\bknees?\b|\blegs?\b.*\b(?:bent|straight)\b|\bbent\b.*\blegs?\b", ("knee_flexion",)),
    (r"\b(?:legs?|feet|foot)\b.*\b(?:ground|floor)\b", ("stance_share",)),
    (r"\b(?:legs?|feet|foot)\b", ("leg_speed",)),
    (r"\b(?:head|neck|chin|nod\w*)\b.*\b(?:mov\w+|nod\w*|shak\w+)\b|\bnod\w*\b", ("head_movement",)),
    (r"\b(?:head|neck|chin)\b", ("head_pitch",)),
    (r"\bsway\w*\b|\brock\w*\b", ("body_sway",)),
    (r"\btwist\w*\b|\bshoulders?\b.*\bturn\w*\b|\bturn\w*\b.*\bshoulders?\b", ("trunk_twist",)),
    (r"\bshoulders?\b.*\b(?:back|forward|open|rolled)\b", ("shoulder_opening",)),
    (r"\bshoulders?\b", ("shoulder_height",)),
    (r"\b(?:trunk|torso|back|spine|upper body|lean\w*|inclination|bend\w*|bow(?:s|ed|ing)?|upright|posture)\b",
     ("trunk_lean",)),
    (r"\bbounc\w*\b|\bup and down\b", ("vertical_bounce",)),
    (r"\b(?:still|paus\w+|rest\w*|stop\w*|stand\w*)\b", ("pauses",)),
    (r"\btempo\b|\brhythm\b|\bfrequency\b|\bhz\b|\bbeat\b", ("tempo",)),
    (r"\bregular\w*\b", ("regularity",)),
    (r"\bsmooth\w*\b|\bjerk\w*\b", ("smoothness",)),
    (r"\b(?:accelerat\w+|sudden\w*|forceful\w*)\b", ("acceleration",)),
    (r"\b(?:space|room|expan\w+)\b", ("body_expansion",)),
    (r"\b(?:walk\w*|run\w*|travel\w*|gait|pace|go(?:es|ing)?|forward)\b",
     ("travel_speed", "movement_speed", "leg_speed")),
    (r"\b(?:fast|quick\w*|slow\w*|speed|velocity)\b", ("movement_speed", "leg_speed", "hand_speed")),
)  # fmt: skip
"""Words of a quantity, in the order in which they are looked for -> its descriptors."""

_QUANTITY_WORDS = frozenset(
    map(
        stem,
        f"how fast quick quickly slow slowly many far big large long short wide narrow high low deep much bent "
        f"straight "
        f"often strong smooth jerky regular bouncy close what is are was were do does did the a an of in on at to his "
        f"her its their he by can could you i me tell give say number speed velocity cadence tempo pace frequency "
        f"rate "
        f"angle degree degrees amplitude length width height value amount size extent inclination distance hz second "
        f"seconds per minute measured measure measurement exact exactly average mean step steps stride hand hands arm "
        f"arms wrist swing swinging swung head neck chin hip hips elbow knee leg foot feet sway twist shoulder turn "
        f"back "
        f"forward trunk torso spine upper body lean leaning bend bending bowed bow bounce bouncing up down still "
        f"pause "
        f"pauses rest resting stop stand standing time share rhythm beat regularity smoothness jerk acceleration "
        f"space "
        f"room walk walking run running travel gait go going movement motion moving move moves apart from with when "
        f"away and she it they take takes taking make makes hold held raised ground floor clip recording video last "
        f"this that between them each other or posture nod nodding percent percentage spend spends around side "
        f"upright "
        f"here there hold holds keep kept gesture gestures limbs rock open stance {_PERSON_WORDS}".split(),
    )
)
"""Stems of the words of a question for a number; one with another word may be about something that is not measured."""


def asked_quantity(said: str) -> Quantity | None:
    """The quantity whose value a question asks for, None if it asks for none that is measured.

    Args:
        said: The question, `plainly`.
    """
    if not _CUE.search(said) or not _only(said, _QUANTITY_WORDS):
        return None
    names = quantity_of(said)
    return Quantity(names, "minute" in said) if names else None


def quantity_of(said: str) -> tuple[str, ...]:
    """Descriptors of the quantity that a text names, empty for none; or `CLIP_LENGTH`."""
    return next((names for pattern, names in _QUANTITIES if re.search(pattern, said)), ())
