"""The sentences of an explanation, as frames whose blanks `argument.py` fills.

{c}  statements, joined          {n}  noun of the label: "sadness"          {l}  the label in its sentence: "looks sad"
{r}  noun of the runner-up       {k}  a number                              {m}  what the clip is compared with
{u}  typical values

No frame reads as a claim itself (`parser.py`), and none changes how the statements in it are read. The first frame of
each table is the canonical one.
"""

from .reasons import Compared, Level

__all__ = [
    "ACCURACY",
    "AGAINST",
    "ALTHOUGH",
    "COMPARED_CLAUSES",
    "COMPARED_WITH",
    "FURTHER",
    "HARDLY_MEASURED",
    "LABEL_ONLY",
    "LEADS",
    "LINKS",
    "LOOKS",
    "MOSTLY_TYPICAL",
    "NOTHING_LINKED",
    "NOTHING_UNUSUAL",
    "NO_KNOWN_SIGN",
    "OBSERVED",
    "OBSERVED_TOO",
    "ONE_COMPARED",
    "RIVAL",
    "RIVAL_SIGN",
    "RIVAL_UNDECIDED",
    "SAME_SIGNS",
    "SHOWS",
    "SURENESS",
    "SURE_TAILS",
    "WHO",
]

COMPARED_WITH: dict[Compared, tuple[str, ...]] = {
    "performer": (
        "compared with most of this person's other recordings",
        "measured against this person's other recordings",
        "relative to most of this person's other recordings",
    ),
    "recordings": (
        "compared with most of these recordings",
        "measured against these recordings",
        "relative to most of these recordings",
    ),
    "default": (
        "compared with most recordings",
        "measured against most recordings",
        "relative to most recordings",
    ),
}
"""What a clip is compared with; the first of each also follows "than in" without its first two words."""

ONE_COMPARED: dict[str, str] = {
    "most of this person's other recordings": "this person's other recording",
    "this person's other recordings": "this person's other recording",
    "most of these recordings": "the reference recording",
    "these recordings": "the reference recording",
}
"""The same where there is one such recording, in place of the words that the language model has learned."""

COMPARED_CLAUSES: dict[tuple[str, str], str] = {
    ("movement_speed", "high"): "the movement is faster",
    ("movement_speed", "low"): "the movement is slower",
    ("tempo", "high"): "the rhythm is quicker",
    ("tempo", "low"): "the rhythm is slower",
    ("smoothness", "high"): "the movement is smoother",
    ("smoothness", "low"): "the movement is jerkier",
    ("head_pitch", "high"): "the head is held higher",
    ("head_pitch", "low"): "the head is held lower",
    ("arm_expansion", "high"): "the arms are held further from the body",
    ("arm_expansion", "low"): "the arms are held closer to the body",
    ("hand_height", "high"): "the hands are held higher",
    ("hand_height", "low"): "the hands are held lower",
    ("arm_swing", "high"): "the arm swing is larger",
    ("arm_swing", "low"): "the arm swing is smaller",
    ("hand_speed", "high"): "the hands are moving faster",
    ("hand_speed", "low"): "the hands are moving more slowly",
    ("leg_speed", "high"): "the legs are moving faster",
    ("leg_speed", "low"): "the legs are moving more slowly",
    ("elbow_flexion", "low"): "the elbows are straighter",
    ("knee_flexion", "low"): "the knees are straighter",
    ("step_length", "high"): "the steps are longer",
    ("step_length", "low"): "the steps are shorter",
    ("cadence", "high"): "the steps are quicker",
    ("cadence", "low"): "the steps are slower",
    ("step_width", "high"): "the feet are further apart",
    ("step_width", "low"): "the feet are closer together",
    ("shoulder_height", "high"): "the shoulders are held higher",
    ("shoulder_height", "low"): "the shoulders are held lower",
}
"""Clauses that "than in most recordings" can follow."""

# ---- the label, and how sure it is ----------------------------------------------------------------------------------

WHO = ("the movement", "this movement", "the person", "this person")
LOOKS = ("looks {}", "appears {}", "seems {}", "comes across as {}")
"""For adjectives."""

SHOWS = ("shows {}", "expresses {}", "conveys {}", "displays {}")
"""For nouns."""

SURE_TAILS: dict[Level, tuple[str, ...]] = {
    "low": (
        "but this is uncertain",
        "but the label is far from certain",
        "although the certainty is low",
        "but this is only a cautious guess",
        "though much doubt remains",
        "but other emotions are possible",
    ),
    "medium": (
        "with medium certainty",
        "although doubt remains",
        "with moderate certainty",
        "though this is not certain",
        "though such a label may be wrong",
        "but the certainty is only moderate",
    ),
    "high": (
        "with high certainty",
        "and the label is fairly certain",
        "and such a label can usually be trusted",
        "with good certainty",
        "and this is one of the surer labels",
        "and such a label is usually reliable",
    ),
}
"""Follow the sentence that names the label, after a comma.

The words fit every accuracy of their level (`LOW_BELOW` and `HIGH_FROM`): no label that is wrong in half of the
recordings is "fairly certain"."""

SURENESS: dict[Level, tuple[str, ...]] = {
    "low": (
        "the label is uncertain",
        "the certainty of this label is low",
        "on the whole, the label is uncertain",
        "the label should be taken with caution",
        "this label is a cautious one",
        "one should not rely on this label",
        "there is considerable doubt about the label",
    ),
    "medium": (
        "the label is moderately certain",
        "the certainty of this label is medium",
        "such a label may be wrong",
        "doubt about the label remains",
        "the label is plausible, but not certain",
        "one can be moderately certain of this",
        "this is neither a guess nor a certainty",
        "the label can be trusted in part",
    ),
    "high": (
        "the label is fairly certain",
        "the certainty of this label is high",
        "this is a label of high certainty",
        "such a label is usually reliable",
        "one can be fairly certain of this",
        "this label can usually be trusted",
        "this is more certain than most labels",
    ),
}
"""Sentences of their own."""

ACCURACY = (
    "labels like this were right in about {k} of 10 recordings",
    "such labels were right in about {k} of 10 recordings",
    "in tests, about {k} of 10 labels like this were right",
    "about {k} in 10 such labels were right when this was tested",
    "on new recordings, about {k} of 10 such labels were right",
    "tests found about {k} of 10 such labels to be right",
)
"""Follow the sentence about certainty, after a colon."""

# ---- what speaks for the label --------------------------------------------------------------------------------------

Linked = dict[tuple[bool, int], tuple[str, ...]]

LINKS: Linked = {
    (True, 1): (
        "{c}, which is typical of {n}",
        "{c}, a known sign of {n}",
        "{c}, as is typical of {n}",
        "{c}, which is a well-known sign of {n}",
        "{c}, which studies report for {n}",
        "{c}, and studies link this with {n}",
        "{c}, as studies of {n} report",
        "{c}; this is typical of {n}",
    ),
    (True, 2): (
        "{c}, both of which are typical of {n}",
        "{c}, and both are typical of {n}",
        "{c}, two known signs of {n}",
        "{c}, as is typical of {n}",
        "{c}; both are known signs of {n}",
        "{c}, which studies report for {n}",
        "{c}, and studies link both with {n}",
        "{c}: these are typical signs of {n}",
    ),
    (True, 3): (
        "{c}, all of which are typical of {n}",
        "{c}, three known signs of {n}",
        "{c}; all three are typical of {n}",
        "{c}, as is typical of {n}",
        "{c}, and studies link all three with {n}",
        "{c}: these are typical signs of {n}",
    ),
    (False, 1): (
        "{c}, which fits {n}",
        "{c}, which goes with {n}",
        "{c}, in line with {n}",
        "{c}, which agrees with {n}",
        "{c}, which points towards {n}",
        "{c}, and that fits {n}",
    ),
    (False, 2): (
        "{c}, both of which fit {n}",
        "{c}, and both fit {n}",
        "{c}, and both go with {n}",
        "{c}, in line with {n}",
        "{c}; together these point towards {n}",
        "{c}, and both agree with {n}",
        "{c}, and that fits {n}",
    ),
    (False, 3): (
        "{c}, all of which fit {n}",
        "{c}, and all three go with {n}",
        "{c}, in line with {n}",
        "{c}; together these point towards {n}",
        "{c}, and that fits {n}",
    ),
}
"""Sentences that begin with the statements, by whether the signs are well known, and by their number."""

LEADS: Linked = {
    (True, 1): (
        "the main reason is that {c}, which is typical of {n}",
        "what points to {n} is that {c}",
        "the clearest sign of {n} is that {c}",
        "one sign of {n} can be seen: {c}",
        "what speaks for {n} is that {c}",
        "one can tell because {c}, as is typical of {n}",
        "{n} shows in the fact that {c}",
        "the label is supported by a known sign of {n}: {c}",
        "the reason for this label is that {c}, a known sign of {n}",
        "there is one clear sign of {n}: {c}",
    ),
    (True, 2): (
        "the main reasons are that {c}, both typical of {n}",
        "what points to {n} is that {c}",
        "the clearest signs of {n} are that {c}",
        "two signs of {n} can be seen: {c}",
        "what speaks for {n} is that {c}",
        "one can tell because {c}, as is typical of {n}",
        "{n} shows in the body: {c}",
        "the label is supported by two known signs of {n}: {c}",
        "there are two reasons: {c}, both typical of {n}",
        "the movement has two typical features of {n}: {c}",
        "two things point to {n}: {c}",
    ),
    (True, 3): (
        "the main reasons are that {c}, all typical of {n}",
        "what points to {n} is that {c}",
        "three signs of {n} can be seen: {c}",
        "what speaks for {n} is that {c}",
        "{n} shows in several ways: {c}",
        "the label is supported by three known signs of {n}: {c}",
        "there are three reasons: {c}, all typical of {n}",
        "the movement has three typical features of {n}: {c}",
        "three things point to {n}: {c}",
    ),
    (False, 1): (
        "one reason is that {c}, which fits {n}",
        "what points to {n} is that {c}",
        "the label is supported by a weak sign of {n}: {c}",
        "what speaks for {n} is that {c}",
        "one thing fits {n}: {c}",
        "there is one indication of {n}: {c}",
    ),
    (False, 2): (
        "the reasons are that {c}, and both fit {n}",
        "what points to {n} is that {c}",
        "what speaks for {n} is that {c}",
        "two things fit {n}: {c}",
        "there are two indications of {n}: {c}",
        "the label is supported by two signs: {c}, both in line with {n}",
        "two details suggest {n}: {c}",
    ),
    (False, 3): (
        "the reasons are that {c}, and all three fit {n}",
        "what points to {n} is that {c}",
        "what speaks for {n} is that {c}",
        "three things fit {n}: {c}",
        "there are several indications of {n}: {c}",
        "three details suggest {n}: {c}",
    ),
}
"""Sentences that lead to the statements."""

FURTHER = (
    "in addition, {c}",
    "it is also in keeping with {n} that {c}",
    "a further sign of {n} is that {c}",
    "moreover, {c}",
    "{n} also shows in the fact that {c}",
    "besides, {c}, which fits as well",
    "the same goes for a further sign: {c}",
    "this agrees with a further sign: {c}",
)
"""One more reason, in a sentence of its own."""

NO_KNOWN_SIGN = (
    "no published sign of {n} in body movement is known here; what stands out is that {c}",
    "for {n} no sign has been published that could be checked, but some things stand out: {c}",
    "research names no sign of {n} that can be measured here; it is notable, however, that {c}",
    "since no sign of {n} is known from studies, only what stands out can be given: {c}",
    "no study is known that names signs of {n}, but it is notable that {c}",
    "signs of {n} have not been studied as far as is known; what can be said is that {c}",
)
"""A label without signs."""

NOTHING_LINKED = (
    "none of the known signs of {n} stands out, so the label comes from the movement as a whole",
    "since no known sign of {n} stands out, the label comes from the overall impression",
    "no single sign of {n} stands out; it is the movement as a whole that suggests the label",
)
"""A label with signs, none of which the clip shows."""

OBSERVED = (
    "what stands out is that {c}",
    "it is notable that {c}",
    "what one notices most is that {c}",
    "the most notable observation is that {c}",
    "something does stand out: {c}",
)
"""What is unusual and says nothing about the label, where there are no reasons."""

OBSERVED_TOO = (
    "what also stands out is that {c}",
    "it is also notable that {c}",
    "apart from that, {c}",
    "something else stands out: {c}",
    "it can also be seen that {c}, which says little about {n}",
    "in addition, {c}, but that is not linked with {n}",
    "{c} as well, which speaks neither for nor against {n}",
    "one also notices that {c}",
)
"""The same, after reasons."""

MOSTLY_TYPICAL = (
    "{m}, the movement is unremarkable in several respects: {u}",
    "{m}, much is typical: {u}",
    "{m}, a good part of the movement is within the typical range: {u}",
    "{m}, some things are quite typical: {u}",
    "{m}, little stands out: {u}",
)
"""A neutral clip in which little stands out."""

NOTHING_UNUSUAL = (
    "{m}, nothing in the movement is unusual: {u}",
    "{m}, nothing stands out: {u}",
    "{m}, everything is within the typical range: {u}",
    "{m}, nothing in it is notable: {u}",
    "{m}, the movement is unremarkable: {u}",
    "{m}, there is no sign of a particular emotion: {u}",
)
"""A clip in which nothing stands out."""

HARDLY_MEASURED = (
    "too little could be measured in this recording to give reasons",
    "this recording shows too little of the body to give reasons",
    "no reasons can be given, since too little could be measured",
)
"""A clip in which nothing can be said."""

# ---- what speaks against it -----------------------------------------------------------------------------------------

ALTHOUGH = ("although {c}", "even though {c}", "though {c}", "but {c}, which does not fit")
"""Follow a sentence with reasons, after a comma."""

AGAINST: dict[int, tuple[str, ...]] = {
    1: (
        "what speaks against {n} is that {c}",
        "however, {c}, which is unusual for {n}",
        "one thing does not fit {n}: {c}",
        "{c}, though, which speaks against {n}",
        "on the other hand, {c}, which speaks against {n}",
        "it counts against {n} that {c}",
        "{n} remains the best fit, although {c}",
        "not everything points to {n}: {c}",
        "even so, {c}, which one rarely sees in {n}",
        "there is one sign against {n}: {c}",
        "the picture is mixed, however: {c}, which does not fit {n}",
        "a point against {n} is that {c}",
        "the main argument against {n} is that {c}",
        "still, {c}, and that is a sign against {n}",
    ),
    2: (
        "what speaks against {n} is that {c}",
        "however, {c}, both of which are unusual for {n}",
        "two things do not fit {n}: {c}",
        "{c}, though, and both speak against {n}",
        "on the other hand, {c}, both of which speak against {n}",
        "it counts against {n} that {c}",
        "{n} remains the best fit, although {c}",
        "not everything points to {n}: {c}",
        "even so, {c}, and both are unusual for {n}",
        "there are two signs against {n}: {c}",
        "the picture is mixed, however: {c}, and both are signs against {n}",
        "two points against {n} are that {c}",
        "the main arguments against {n} are that {c}",
        "still, {c}, and both speak against {n}",
    ),
}

# ---- the runner-up --------------------------------------------------------------------------------------------------

RIVAL = (
    "the runner-up is {r}, but {c}, which speaks against it",
    "the second candidate is {r}; what speaks against it is that {c}",
    "{r} comes second, but {c}, which is unusual for it",
    "the closest alternative is {r}, which fits less well because {c}",
    "what separates {n} from {r}, the runner-up, is that {c}",
    "{r} is the next candidate, yet {c}, which does not fit it",
    "{c}, which makes {r}, the second candidate, less likely",
    "between {n} and {r}, the runner-up, one sign helps to decide: {c}",
    "{n} is preferred to {r} because {c}",
    "the alternative is {r}, and the fact that {c} speaks against it",
    "the nearest rival is {r}; it fits less well because {c}",
    "next in line is {r}, against which it counts that {c}",
    "for the choice between {n} and {r}, the runner-up, one point matters: {c}",
    "{r} is only the second choice, since {c}, which is not typical of it",
    "the model also considered {r}, but {c}, a sign against it",
    "{r} is the next best reading; the argument against it is that {c}",
)
"""What decides speaks against the runner-up."""

LABEL_ONLY = (
    "the runner-up is {r}; what speaks for {n} is that {c}",
    "the second candidate is {r}, but {c}, a sign of {n} and not of {r}",
    "{r} comes second, since {c}, a sign of {n} alone",
    "what separates {n} from {r}, the runner-up, is that {c}",
    "between {n} and {r}, the runner-up, one sign helps to decide: {c}",
    "{n} is preferred to {r} because {c}",
    "the closest alternative is {r}; the fact that {c} favours {n}",
    "{c}, which points to {n} and not to {r}, the second candidate",
    "for the choice between {n} and {r}, the runner-up, one point matters: {c}",
    "next in line is {r}; {n} fits better because {c}",
    "the nearest rival is {r}, but {c}, which is a sign of {n}, not of {r}",
    "the model also considered {r}; in favour of {n} it counts that {c}",
    "the alternative is {r}; one sign of {n} tips the balance: {c}",
    "{r} is the next best reading; what favours {n} is that {c}",
    "it is {n} and not {r}, the second candidate, because {c}",
)
"""What decides speaks for the label and is no sign of the runner-up."""

RIVAL_SIGN = (
    "the runner-up is {r}, and {c}, which fits it",
    "the second candidate is {r}; what points to it is that {c}",
    "{r} comes second: {c}, which is a sign of it",
    "there is also a case for {r}, the runner-up: {c}",
    "the closest alternative is {r}, and a sign of it is that {c}",
    "{c}, which fits {r}, the second candidate",
    "next in line is {r}, for which it speaks that {c}",
    "{r} is the next best reading, since {c}",
)
"""Only a sign of the runner-up is left to say."""

SAME_SIGNS = (
    "the runner-up is {r}, but what speaks for {n} also speaks against it",
    "what speaks for {n} also speaks against {r}, the runner-up",
    "{r} comes second; what points to {n} speaks against it",
    "the second candidate is {r}, which does not fit with what speaks for {n}",
)
"""All reasons speak against the runner-up."""

RIVAL_UNDECIDED = (
    "the runner-up is {r}; no further sign decides between the two",
    "the second candidate is {r}, and no further sign separates it from {n}",
    "{r} comes second; the measurements do not settle the choice any further",
    "the closest alternative is {r}, which cannot be ruled out",
    "{r}, the second candidate, cannot be ruled out",
    "next in line is {r}, with no further sign that decides between the two",
)
"""Nothing decides."""
