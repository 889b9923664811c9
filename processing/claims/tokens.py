"""Words of the parser: how a text becomes tokens, and which words join, separate, negate or weaken statements.

These words are about English in general. Those about a body are in `terms.py` and in the entries of the descriptors.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

FORMS: dict[str, str] = {
    **dict.fromkeys("am is are was were be been being".split(), "be"),
    **dict.fromkeys("has had have having".split(), "have"),
    **dict.fromkeys("does did do done doing".split(), "do"),
    **dict.fromkeys("held holds holding".split(), "hold"),
    **dict.fromkeys("kept keeps keeping".split(), "keep"),
    **dict.fromkeys(
        "quick quickly rapid rapidly swift swiftly brisk briskly hurried speedy hasty hastily".split(), "fast"
    ),
    **dict.fromkeys("quicker quickest faster speedier".split(), "fast"),
    **dict.fromkeys("sluggish sluggishly slower slowest leisurely".split(), "slow"),
    **dict.fromkeys("hardly scarcely barely".split(), "hardly"),
    **dict.fromkeys("symmetric symmetrically".split(), "symmetrical"),
    **dict.fromkeys("asymmetric asymmetrically".split(), "asymmetrical"),
    **dict.fromkeys("remains remained remain".split(), "stay"),
    **dict.fromkeys("rarely seldom".split(), "rarely"),
    "torso": "trunk",
    "bent": "bend",
    "hung": "hang",
    "swung": "swing",
    "threw": "throw",
    "thrown": "throw",
    "flung": "fling",
    "sank": "sink",
    "sunk": "sink",
    "rose": "rise",
    "risen": "rise",
    "fell": "fall",
    "fallen": "fall",
    "drew": "draw",
    "drawn": "draw",
    "stood": "stand",
    "shook": "shake",
    "broken": "break",
    "wound": "wind",
    "lain": "lie",
    "closed": "closed",
    "sustained": "sustained",
    "halting": "halting",
    "sweeping": "sweeping",
    "walking": "walk",
    "higher": "high",
    "wider": "wide",
    "closer": "close",
    "nearer": "near",
    "farther": "far",
    "further": "far",
    "straighter": "straight",
    "smoother": "smooth",
    "jerkier": "jerky",
    "shorter": "short",
    "longer": "long",
    "smaller": "small",
    "larger": "large",
    "bigger": "big",
    "gentler": "gentle",
    "gently": "gentle",
    "narrower": "narrow",
    "stiller": "still",
    "springier": "springy",
    "jerkily": "jerky",
}
"""Words whose stem is not regular, and close synonyms of one word."""

DETERMINERS = frozenset(
    "the a an his her their its my your our these those this both all own himself herself itself "
    "themselves whole entire two".split()
)
"""Words that say nothing here and are passed over, in texts and in terms."""

ATOMS: tuple[tuple[str, str], ...] = (
    ("whole", r"from (?:the )?(?:beginning|start|first)(?: \w+)? to (?:the )?(?:end|last|finish)"),
    (
        "whole",
        r"throughout(?: the (?:whole |entire )?\w+)?|all the time|all along|(?:during |over |for )?the "
        r"(?:whole|entire) (?:time|clip|movement|recording|sequence|video|walk)",
    ),
    (
        "middle",
        r"in the middle(?: of the \w+)?|"
        r"(?:mid|half) ?way(?: through(?: the (?:clip|movement|motion|recording|sequence|video))?)?|"
        r"(?:in|during) the (?:second|middle|central) third|"
        r"(?:in|during) the (?:middle|central) (?:part|section|phase)",
    ),
    (
        "beginning",
        r"(?:at|in) the (?:very )?(?:beginning|start|outset)(?: of the \w+)?|at first|initially|to begin with|"
        r"early on|(?:in|during|for|over) the (?:first|opening|initial) "
        r"(?:part|third|half|phase|section|seconds|moments|frames)|(?:starts?|started|begins?|began|opens?|opened)"
        r"(?: out| off)?(?: with| by)|(?:starts?|started|begins?|began) (?:out|off)",
    ),
    (
        "end",
        r"(?:towards?|near|by|at|in|until) the (?:very )?end(?: of the \w+)?|finally|eventually|at last|later(?: on)?|"
        r"afterwards?|(?:in|during|for|over) the (?:last|final|closing|second) "
        r"(?:part|third|half|phase|section|seconds|moments|frames)|end(?:s|ed|ing)?(?: up)? (?:with|in)",
    ),
    ("slight", r"ever so slightly|a (?:little|bit|touch|tad)|slightly|somewhat|mildly|faintly|subtly|marginally"),
    ("emphasis", r"at all"),
    ("negation", r"rather than|instead of|(?:it|this) is not (?:true|the case) that|no sign of|neither|fails? to"),
    (
        "glue",
        r"(?:than in|compared with|measured against|relative to) (?:most (?:of )?)?(?:(?:this person's|these|the) )?"
        r"(?:other |reference )?recordings?",
    ),
    ("glue", r"not only|as well|as if|in fact|of course|as it were"),
    (
        "idiom",
        r"head over heels|on the (?:one|other) hand|in the long run|step forward|hand in hand|hands down|"
        r"slow on the uptake|low profile|cold feet|arm'?s length|at hand|arms race",
    ),
    ("usual", r"as usual|about as"),
    ("generic", r"in (?:the )?(?:\w+ )?(?:walks|gaits|literature)|in general"),
    ("alot", r"a lot(?: of)?|lots of"),
    ("sidetoside", r"(?:from )?side to side"),
    ("againandagain", r"again and again|over and over|repeatedly|many times|frequently"),
    ("backandforth", r"(?:back and forth|to and fro|forwards? and backwards?)"),
    ("upper body", r"upper body|upper part of the body"),
    ("boundary", r"even (?:though|if)"),
    ("and", r"as well as|(?:and )?(?:at the same time|meanwhile)"),
)
"""Runs of words that are read as one token, with their kind; the first match counts."""

DEGREES: dict[str, Literal["slight", "strong"]] = {
    **dict.fromkeys(
        "very clearly markedly strongly heavily deeply extremely highly really particularly exceptionally especially "
        "distinctly decidedly greatly super totally completely fully significantly substantially dramatically sharply "
        "far extreme deep strong so incredibly remarkably".split(),
        "strong",
    ),
    **dict.fromkeys("slight mild subtle faint".split(), "slight"),
}
"""Single words that give a degree, by their form in the text. The `ATOMS` "slight" and "emphasis" do as well."""

GLUE = frozenset(
    "be have do hold keep carry stay look seem appear become get grow remain let leave make go can will that which "
    "who in to of with at on quite rather fairly pretty noticeabl visibl mostly mainly also too just always generally "
    "relatively more most even again there i we one you body person performer walk move step gesture swing "
    "seen see observed note often usually already it they throughout here both set put bring rest stand come take "
    "show each every along around enter arrive approach exit heavy light tired weary hesitant cautious careful tense "
    "relaxed stiff energetic lively calm now still sit kneel weak loose limp uncertain controlled far".split()
)
"""Stems that may occur between a subject and its predicate without separating them."""

COORDINATION = frozenset((",", "and", "or", "nor", "but", "yet", "like", "&", "/"))
"""Words that join subjects or predicates."""

BOUNDARIES = frozenset(("even though", "even if")) | frozenset(
    "; : ( ) \u2013 \u2014 because since while whereas although though if when until unless so therefore thus hence "
    "however where whose after before than as".split()
)
"""Words that separate a subject from a predicate."""

NEGATIONS = frozenset(
    "not no never without nor neither none nothing nobody hardly rarely less lack lacks lacking cannot instead "
    "little".split()
)
"""Words that negate what follows, unless they are part of a term ("hardly swing")."""

HYPOTHETICAL = frozenset(
    "would should could might may must ought perhaps maybe possibly imagine suppose tried tries attempt attempts "
    "attempted want wanted".split()
)
"""A claim in the same clause is not asserted."""

CONDITIONAL = frozenset(("if", "whether", "unless", "even if"))
"""A claim after one of these is not asserted."""

BELIEF = frozenset("thought believed expect expected assumed doubt doubted guessed wrong mistaken unclear".split())
"""A claim after one of these is not observed, or wrong."""

GENERIC_BEFORE = frozenset("usually typically normally commonly according literature people tends tend".split())
"""A claim after one of these is about people in general."""

GENERIC_AFTER = frozenset("typical characteristic common sign signs associated hallmark symptom typically".split())
"""A bare subject ("a bowed head", "slow movements") that "is" one of these is about people in general."""

OTHERS = frozenset("other others another friend unlike previous second else compared everyone".split())
"""Words for another body or another clip."""

IMPERATIVES = frozenset(
    "raise bow bend lower lift keep hold move put swing lean drop turn stand walk make take try straighten imagine "
    "sit land bring place push pull lie reach relax".split()
)
"""At the start of a sentence these are instructions."""

WEAK_NEGATIONS = frozenset("hardly little less rarely".split())
"""These negate only the next word."""

INDEFINITE = frozenset("a an".split())
"""Articles that do not refer to a particular body."""

TYPICAL = frozenset("usual usually normal average ordinary typical most expected".split())
"""After "than": a comparison with one of these is a claim, any other comparison is not."""

PEOPLE = frozenset(
    "person performer actor actress dancer man woman guy girl boy patient subject participant character "
    "walker mover".split()
)
"""Words for the person who moves."""

PEOPLE_PLURAL = frozenset(
    "people persons patients men women dancers actors children walkers individuals adults".split()
)
"""Without an article these mean people in general."""

RELATIVE = frozenset("whose who where which".split())
"""A clause that begins with one of these after a comma is about what precedes it."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a run of words that is read as one.

    Attributes:
        word: The text in lower case.
        stem: The form that is compared; "<end>" and the like for words of time.
        kind: "word", "mark" or the first item of an entry of `ATOMS`.
        definite: Whether "the", "his" or the like precedes it.
        start: First character.
        end: Character after the last.
    """

    word: str
    stem: str
    kind: str
    definite: bool
    start: int
    end: int


TIMES = frozenset(("whole", "beginning", "middle", "end"))
_SCANNER = re.compile(
    "|".join(rf"(?P<a{number}>\b(?:{pattern})\b)" for number, (_, pattern) in enumerate(ATOMS))
    + r"|(?P<contraction>n't\b|'(?:s|re|m|ve|ll|d)\b)|(?P<word>[a-z]+(?=n't\b)|[a-z]+)"
    + r"|(?P<number>\d+(?:[.,]\d+)*)|(?P<mark>[.,;:!?()/&\u2013\u2014])"
)
_CONTRACTIONS = {"n't": "not", "'re": "are", "'m": "am", "'ve": "have", "'ll": "will", "'d": "would"}
_WITH_IS = frozenset("he she it that there here what who head trunk movement".split())


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The part that all forms of a word share; it need not be a word itself."""
    word = FORMS.get(word, word)
    if FORMS.get(word) == word:
        return word
    if word.endswith("ly") and len(word) > 4:
        word = word[:-2]
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > 2 and re.search("[aeiouy]", rest):
            word = rest
            break
    else:
        if word.endswith("s") and len(word) > 3 and word[-2] not in "sui":
            word = word[:-1]
    if len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word[-1] == "y" else word


def tokens_of(text: str) -> list[Token]:
    """Splits a text into tokens; articles and possessives only mark the next word."""
    # One character for one, even where lower case has two, so that positions in the text stay valid.
    text = "".join(low if len(low := character.lower()) == 1 else character for character in text)
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text.replace("\u2019", "'"))
    tokens: list[Token] = []
    definite = False
    for match in _SCANNER.finditer(text):
        group, word = match.lastgroup, match.group()
        if group is None:
            continue
        kind = ATOMS[int(group[1:])][0] if group[0] == "a" else "mark" if group == "mark" else "word"
        form = word
        if group == "contraction":
            before = tokens[-1].word if tokens else ""
            if word == "'s" and before not in _WITH_IS:
                if before in PEOPLE:  # "the guy's head": whose head is clear
                    tokens.pop()
                    definite = True
                    continue
            else:
                word = _CONTRACTIONS.get(word, "is")
                form = stem(word)
        elif group == "word":
            if word in DETERMINERS:
                definite = word not in INDEFINITE
                continue
            form = stem(word)
        elif group[0] == "a":
            form = f"<{kind}>" if kind in TIMES else stem(kind)
        tokens.append(Token(word, form, kind, definite, match.start(), match.end()))
        definite = False
    return tokens
