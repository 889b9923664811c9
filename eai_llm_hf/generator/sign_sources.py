"""What publications say of body movement, in terms of the descriptors: the published half of the signs of emotions.

Publications say "the arms swing less"; a sign says `arm_swing` low. A `Cue` maps what a publication says, named by the
style parameter of the effect of `EMOTIONS` that rests on it, to a descriptor, and says why. How far a publication was
read is in `FINDINGS`. `benchmarks/signs.py` writes all signs into `processing/claims/sign_table.py`, which travels.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from eai_llm_hf.processing.claims.phrases import OPPOSITE, Direction

from .emotion_sources import (
    CHECKED,
    COULSON,
    DAEL,
    DE_MEIJER,
    DESIGN,
    GROSS,
    HALOVIC,
    MELZER,
    MICHALAK,
    MONTEPARE,
    ROETHER,
    TRACY_MATSUMOTO,
    TRACY_ROBINS,
    WALLBOTT,
)
from .emotions import EMOTIONS


@dataclass(frozen=True)
class Cue:
    """How a statement about a style parameter reads in terms of a descriptor.

    Attributes:
        parameter: A key of `STYLE_PARAMETERS`.
        descriptor: Name of the descriptor.
        more: Direction of the descriptor where publications report more of the parameter; less of it is the opposite.
        close: Whether the descriptor measures what is said; if not, it only goes along with it.
        why: Why this descriptor, in one sentence.
        publications: Whose statements it holds for; all if empty.
        emotions: Emotions that it holds for; all if empty.
    """

    parameter: str
    descriptor: str
    more: Direction
    close: bool
    why: str
    publications: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()


_SPEED = (GROSS, MICHALAK, ROETHER, MONTEPARE)
"""Publications that report how fast people walk."""

CUES: tuple[Cue, ...] = (
    Cue("tempo", "travel_speed", "high", True, "People who walk faster travel faster.", _SPEED),
    Cue("tempo", "movement_speed", "high", True, "People who walk faster move all joints faster.", _SPEED),
    Cue("tempo", "movement_speed", "high", True, "Velocity of movement was rated.", (DE_MEIJER,)),
    Cue("tempo", "hand_speed", "high", False, "Most rated movements were those of the arms.", (DE_MEIJER,)),
    Cue("tempo", "cadence", "high", True, "Cadence, or fast and slow strides, is reported.", (HALOVIC,)),
    Cue("step_length", "step_length", "high", True, "Both are the length of steps or strides."),
    Cue("head_pitch", "head_pitch", "low", True, "A head that is bowed has a low pitch, one held back a high one."),
    Cue(
        "trunk_lean",
        "trunk_lean",
        "high",
        True,
        "Both are a trunk that leans forward or backward, or is upright.",
        (DAEL, DE_MEIJER, MICHALAK, WALLBOTT, TRACY_ROBINS),
    ),
    Cue("trunk_lean", "trunk_lean", "high", False, "Who puts the weight backward mostly leans back.", (COULSON,)),
    Cue("trunk_lean", "trunk_lean", "high", False, "Who retreats leans back; moving back is not measured.", (MELZER,)),
    Cue(
        "trunk_curl",
        "trunk_lean",
        "high",
        True,
        "A bent upper back brings the shoulders in front of the hips.",
        (GROSS, MICHALAK, COULSON, DE_MEIJER, WALLBOTT),
    ),
    Cue(
        "trunk_curl",
        "trunk_lean",
        "high",
        False,
        "A slumped trunk leans forward, an expanded one is upright.",
        (TRACY_ROBINS, TRACY_MATSUMOTO),
    ),
    Cue("trunk_curl", "body_expansion", "low", True, "An expanded posture takes up more space.", (TRACY_ROBINS,)),
    Cue(
        "trunk_curl",
        "body_expansion",
        "low",
        False,
        "A wide chest takes up more space, a narrow one less.",
        (TRACY_MATSUMOTO,),
    ),
    Cue("shoulder_lift", "shoulder_height", "high", True, "Both are shoulders that are raised or low."),
    Cue("shoulder_forward", "shoulder_opening", "low", True, "Both are shoulders drawn forward or backward."),
    Cue("arm_abduction", "arm_expansion", "high", True, "Arms away from the body are far from the trunk."),
    Cue(
        "arm_abduction",
        "hand_height",
        "high",
        True,
        "Arms that are raised, or at the sides, say where hands are.",
        (COULSON,),
    ),
    Cue(
        "arm_abduction",
        "hand_height",
        "high",
        False,
        "Arms are raised, or else hands are on the hips.",
        (TRACY_ROBINS,),
    ),
    Cue("elbow_flexion", "elbow_flexion", "high", True, "Both are bent elbows.", (COULSON, ROETHER)),
    Cue(
        "elbow_flexion",
        "elbow_flexion",
        "high",
        False,
        "Hands on the hips bend the elbows; raised arms need not.",
        (TRACY_ROBINS,),
    ),
    Cue("elbow_flexion", "hand_to_hip", "low", True, "Hands are on the hips.", (TRACY_ROBINS,)),
    Cue("elbow_flexion", "hand_height", "high", True, "Forearms are raised.", (COULSON,), ("angry", "afraid")),
    Cue("arm_swing", "arm_swing", "high", True, "Both are how far the arms swing."),
    Cue("arm_swing", "hand_speed", "high", False, "Hands that swing farther in the same time are faster."),
    Cue("gesture_size", "arm_expansion", "high", True, "Expansive movement reaches far from the trunk."),
    Cue("gesture_size", "body_expansion", "high", False, "Expansive movement takes up space, mostly with the arms."),
    Cue("bounce", "vertical_bounce", "high", True, "Both are how much the body rises and falls."),
    Cue("bounce", "rise", "high", False, "Who rises may end higher than at the start.", (MELZER,)),
    Cue("jerkiness", "acceleration", "high", True, "Movement is sudden or forceful."),
    Cue("jerkiness", "hand_speed", "high", False, "Energetic movement is mostly fast.", (WALLBOTT,)),
    Cue("jerkiness", "smoothness", "low", True, "Jerky movement is not smooth.", (GROSS,)),
    Cue("jerkiness", "smoothness", "low", False, "Sudden movement is mostly abrupt.", (MELZER, DE_MEIJER)),
    Cue("knee_flexion", "knee_flexion", "high", True, "Both are bent knees."),
    Cue("hesitation", "pauses", "high", False, "Fast and forceful movement hardly stops."),
    Cue("lateral_sway", "body_sway", "high", True, "Both are how much the trunk sways to the sides."),
    Cue("stance_width", "step_width", "high", True, "Both are how far apart the feet are."),
)


@dataclass(frozen=True)
class PublishedSign:
    """A descriptor and a direction that a publication reports for an emotion.

    Attributes:
        emotion: An adjective.
        descriptor: Name of the descriptor.
        direction: "high" or "low".
        publication: A key of `PUBLICATIONS`.
        read: "abstract" or "quoted", where a finding was read that says so; "memory" if it is attributed from memory.
        close: Whether the descriptor measures what is said, and the emotion is the one studied.
        why: Why this descriptor, in one sentence.
    """

    emotion: str
    descriptor: str
    direction: Direction
    publication: str
    read: str
    close: bool
    why: str


_NOT_GENERATED = (
    PublishedSign("happy", "hand_height", "high", COULSON, "memory", True, "Arms are raised above the shoulders."),
    PublishedSign("happy", "arm_expansion", "high", COULSON, "memory", True, "Arms are raised above the shoulders."),
)
"""Signs without an effect in the generator."""

STUDIED_AS: Mapping[str, str] = {"not confident": "ashamed"}
"""Emotion of `EMOTIONS` -> the one that its publications studied. They are close for that one alone."""

EMOTIONS_WITH_SIGNS: tuple[str, ...] = (*(name for name, effects in EMOTIONS.items() if effects), *STUDIED_AS.values())


def published_signs() -> Iterator[PublishedSign]:
    """All published signs: those of the effects of `EMOTIONS`, and those without an effect.

    A publication may report one sign by several cues. It is yielded once, as it was read best and is closest.
    """
    best: dict[tuple[str, str, str, str], PublishedSign] = {}
    for sign in (*_from_effects(), *_NOT_GENERATED):
        key = (sign.emotion, sign.descriptor, sign.direction, sign.publication)
        if key not in best or _worth(sign) > _worth(best[key]):
            best[key] = sign
    yield from best.values()


def _from_effects() -> Iterator[PublishedSign]:
    for emotion, effects in EMOTIONS.items():
        for parameter, effect in effects.items():
            for publication in effect.sources:
                for cue in cues_of(emotion, parameter, publication):
                    direction = cue.more if effect.size > 0 else OPPOSITE[cue.more]
                    finding = CHECKED.get((emotion, parameter, publication))
                    read = "memory" if finding is None else finding.read_in
                    found = (cue.descriptor, direction, publication, read)
                    studied = STUDIED_AS.get(emotion)
                    yield PublishedSign(emotion, *found, cue.close and studied is None, cue.why)
                    if studied is not None:
                        yield PublishedSign(studied, *found, cue.close, cue.why)


def cues_of(emotion: str, parameter: str, publication: str) -> list[Cue]:
    """The cues by which a statement is read; none for `DESIGN`."""
    return [
        cue
        for cue in CUES
        if cue.parameter == parameter
        and publication != DESIGN
        and (not cue.publications or publication in cue.publications)
        and (not cue.emotions or emotion in cue.emotions)
    ]


_READINGS = ("memory", "quoted", "abstract")


def _worth(sign: PublishedSign) -> tuple[bool, int]:
    return sign.close, _READINGS.index(sign.read)


__all__ = ["CUES", "EMOTIONS_WITH_SIGNS", "STUDIED_AS", "Cue", "PublishedSign", "cues_of", "published_signs"]
