"""What publications say about emotional movement, and how much of them was read.

An effect of `EMOTIONS` names the publications that report its direction. Few of these were accessible in full. A
`Finding` is a statement of a publication that was read, in its own abstract or in another public text that reports its
results, in our own words, with the effects that it supports. An effect whose publication has no such finding was
attributed from memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

WALLBOTT = "Wallbott 1998"
DE_MEIJER = "de Meijer 1989"
MONTEPARE = "Montepare 1987"
ROETHER = "Roether 2009"
GROSS = "Gross 2012"
MICHALAK = "Michalak 2009"
TRACY_ROBINS = "Tracy and Robins 2004"
TRACY_MATSUMOTO = "Tracy and Matsumoto 2008"
COULSON = "Coulson 2004"
DAEL = "Dael 2012"
HALOVIC = "Halovic and Kroos 2018"
MELZER = "Melzer 2019"
DESIGN = "design"
"""In place of a publication: the effect only makes the movement plausible."""

PUBLICATIONS: Mapping[str, str] = {
    WALLBOTT: "Wallbott, Bodily expression of emotion, Eur. J. Soc. Psychol. 28, 1998",
    DE_MEIJER: "de Meijer, The contribution of general features of body movement to the attribution of emotions, "
    "J. Nonverbal Behav. 13, 1989",
    MONTEPARE: "Montepare, Goldstein and Clausen, The identification of emotions from gait information, "
    "J. Nonverbal Behav. 11, 1987",
    ROETHER: "Roether, Omlor, Christensen and Giese, Critical features for the perception of emotion from gait, "
    "J. Vision 9(6):15, 2009",
    GROSS: "Gross, Crane and Fredrickson, Effort-Shape and kinematic assessment of bodily expression of emotion "
    "during gait, Hum. Mov. Sci. 31, 2012",
    MICHALAK: "Michalak, Troje, Fischer, Vollmar, Heidenreich and Schulte, Embodiment of sadness and depression, "
    "Psychosom. Med. 71, 2009",
    TRACY_ROBINS: "Tracy and Robins, Show your pride, Psychol. Sci. 15, 2004",
    TRACY_MATSUMOTO: "Tracy and Matsumoto, The spontaneous expression of pride and shame, PNAS 105, 2008",
    COULSON: "Coulson, Attributing emotion to static body postures, J. Nonverbal Behav. 28, 2004",
    DAEL: "Dael, Mortillaro and Scherer, Emotion expression in body action and posture, Emotion 12, 2012",
    HALOVIC: "Halovic and Kroos, Not all is noticed: kinematic cues of emotion-specific gait, Hum. Mov. Sci. 57, 2018",
    MELZER: "Melzer, Shafir and Tsachor, How do we recognize emotion from movement?, Front. Psychol. 10, 2019",
}
"""Full reference of each publication by the name that effects use."""


@dataclass(frozen=True)
class Finding:
    """A statement of a publication that was read.

    Attributes:
        publication: A key of `PUBLICATIONS`.
        read_in: "abstract" if the publication's own abstract says it, "quoted" if another public text attributes it to
            the publication.
        says: The statement, in our own words.
        supports: For each emotion the style parameters whose direction it supports.
    """

    publication: str
    read_in: Literal["abstract", "quoted"]
    says: str
    supports: Mapping[str, tuple[str, ...]]


FINDINGS: tuple[Finding, ...] = (
    Finding(
        GROSS,
        "abstract",
        "People walk fastest in joy and anger, slowest in sadness.",
        {"happy": ("tempo",), "angry": ("tempo",), "sad": ("tempo",)},
    ),
    Finding(
        GROSS,
        "abstract",
        "Shoulders and elbows move further in joy and anger than in sadness, perhaps because of the speed alone.",
        {"happy": ("arm_swing",), "angry": ("arm_swing",), "sad": ("arm_swing",)},
    ),
    Finding(
        GROSS,
        "abstract",
        "Whatever the speed, neck and upper back bend in sadness.",
        {"sad": ("head_pitch", "trunk_curl")},
    ),
    Finding(
        GROSS,
        "abstract",
        "Whatever the speed, the trunk is stretched and the shoulders are low in joy.",
        {"happy": ("trunk_curl", "shoulder_lift")},
    ),
    Finding(
        MICHALAK,
        "abstract",
        "Sad and depressed people walk more slowly, swing the arms less, bob less with the head, sway more to the "
        "sides with the upper body and hold themselves more slumped.",
        {"sad": ("tempo", "arm_swing", "bounce", "lateral_sway", "trunk_curl")},
    ),
    Finding(
        HALOVIC,
        "abstract",
        "Happy and angry walkers take long strides and move the arms more; angry ones have the faster cadence.",
        {"happy": ("step_length", "arm_swing"), "angry": ("step_length", "arm_swing", "tempo")},
    ),
    Finding(
        HALOVIC,
        "abstract",
        "Sad walkers take slow, short strides and move the arms less.",
        {"sad": ("tempo", "step_length", "arm_swing")},
    ),
    Finding(
        HALOVIC,
        "abstract",
        "Fearful walkers take fast, short strides and move the arms less.",
        {"afraid": ("tempo", "step_length", "arm_swing")},
    ),
    Finding(
        TRACY_ROBINS,
        "abstract",
        "Pride shows in a head tilted slightly back, an expanded posture, and arms raised or hands on the hips.",
        {"proud": ("head_pitch", "trunk_curl", "arm_abduction", "elbow_flexion")},
    ),
    Finding(
        TRACY_MATSUMOTO,
        "quoted",
        "Athletes who win tilt the head back and expand the chest.",
        {"proud": ("head_pitch", "trunk_curl", "shoulder_forward")},
    ),
    Finding(
        TRACY_MATSUMOTO,
        "quoted",
        "Athletes who lose, in shame, slump shoulders and neck and narrow the chest.",
        {"not confident": ("head_pitch", "trunk_curl", "shoulder_forward")},
    ),
    Finding(
        ROETHER,
        "quoted",
        "Angry gait is faster, sad gait slower and with the head bowed.",
        {"angry": ("tempo",), "sad": ("tempo", "head_pitch")},
    ),
    Finding(
        WALLBOTT,
        "quoted",
        "Movement was rated most expansive in hot anger and elated joy (not in quiet happiness), and less than "
        "average in sadness, shame and disgust.",
        {
            "angry": ("gesture_size",),
            "happy": ("gesture_size",),
            "sad": ("gesture_size",),
            "not confident": ("gesture_size",),
            "disgusted": ("gesture_size",),
        },
    ),
    Finding(
        WALLBOTT,
        "quoted",
        "Energy and dynamics of movement, which jerkiness stands for here, were rated highest in hot anger, high in "
        "elated joy and terror, above average in fear, and lowest in sadness.",
        {"angry": ("jerkiness",), "happy": ("jerkiness",), "afraid": ("jerkiness",), "sad": ("jerkiness",)},
    ),
    Finding(
        WALLBOTT,
        "quoted",
        "Shoulders drawn backward are rare, and then belong to disgust.",
        {"disgusted": ("shoulder_forward",)},
    ),
    Finding(
        COULSON,
        "quoted",
        "Postures seen as sad have head and chest bent forward, the arms at the sides and straight elbows.",
        {"sad": ("head_pitch", "trunk_curl", "arm_abduction", "elbow_flexion")},
    ),
    Finding(
        COULSON,
        "quoted",
        "Postures seen as happy have the head back.",
        {"happy": ("head_pitch",)},
    ),
    Finding(
        COULSON,
        "quoted",
        "Postures seen as angry or fearful have bent elbows and raised forearms.",
        {"angry": ("elbow_flexion",), "afraid": ("elbow_flexion",)},
    ),
    Finding(
        COULSON,
        "quoted",
        "Postures meant as disgust have the weight backward; few people recognise them.",
        {"disgusted": ("trunk_lean",)},
    ),
    Finding(
        COULSON,
        "quoted",
        "Postures seen as surprised have head, chest and weight backward and the arms raised.",
        {"surprised": ("head_pitch", "trunk_lean", "trunk_curl", "arm_abduction")},
    ),
    Finding(
        DAEL,
        "quoted",
        "Actors who portray hot anger incline the body forward.",
        {"angry": ("trunk_lean",)},
    ),
    Finding(
        MELZER,
        "quoted",
        "Sudden movement is seen as angry, a dropped head as sad, rising, jumping and rhythm as happy, moving back "
        "and retreating as afraid.",
        {"angry": ("jerkiness",), "sad": ("head_pitch",), "happy": ("bounce",), "afraid": ("trunk_lean",)},
    ),
)
"""All statements that were read; no publication was read in full."""

CHECKED: Mapping[tuple[str, str, str], Finding] = {
    (emotion, parameter, finding.publication): finding
    for finding in FINDINGS
    for emotion, parameters in finding.supports.items()
    for parameter in parameters
}
"""Emotion, style parameter and publication -> the finding, if there is one."""


def evidence_of(emotion: str, parameter: str, sources: tuple[str, ...]) -> Literal["checked", "from memory", "design"]:
    """The evidence for the direction of an effect.

    Args:
        emotion: A key of `EMOTIONS`.
        parameter: A key of `STYLE_PARAMETERS`.
        sources: The sources of the effect.

    Returns:
        "checked" if a finding of at least one source supports it, "design" if its only source is `DESIGN`, otherwise
        "from memory".
    """
    if any((emotion, parameter, source) in CHECKED for source in sources):
        return "checked"
    return "design" if set(sources) == {DESIGN} else "from memory"
