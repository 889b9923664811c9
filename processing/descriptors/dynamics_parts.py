"""How head, trunk and arms move: how much, how fast, how suddenly and along which paths."""

import numpy as np

from ..skeleton.tree import FRAME_RATE
from .body_frame import ARM_JOINTS, LIMB_JOINTS, MOVING_SPEED, RHYTHM_FRAMES, SINE_RANGE, TRUNK_JOINTS, BodyFrame, norm
from .entry import Descriptor, Words, entry

__all__ = ["BODY_PARTS"]

BODY_PARTS: list[Descriptor] = []
"""The descriptors of this file."""

_ARC_FRAMES = 60  # two seconds
_ARC_HOP = 15
_ARC_BINS = 256  # four times the window, Balasubramanian et al. 2015
_ARC_CUTOFF = 52  # bins: 6 Hz, the band that the low-pass keeps
_ARC_THRESHOLD = 0.05  # of the amplitude at 0 Hz
_ARC_WINDOW = np.hanning(_ARC_FRAMES + 2)[1:-1]

_STROKE_FRAMES = 15  # half a second


@entry(
    BODY_PARTS,
    name="head_movement",
    place=7,
    unit="deg",
    body_part="head",
    requires=("head", *TRUNK_JOINTS),
    needs=("movement", "fine_movement", "rhythm"),
    definition="Range sqrt(8) std of the head angle of head_pitch over the clip.",
    source="Wallbott 1998, Eur. J. Soc. Psychol. 28(6) (head movement)",
    high=Words(
        clauses=("the head is moving a lot", "the head moves a lot", "the head nods up and down"),
        also_read=("the head is nodding", "the head nods"),
        comparative="moves the head more",
        predicates={
            "head": "nod | bob | nod/bob/move up and down | move alot/much/strong | nod alot/often",
            "person": "nod",
        },
        quantity="head movement | head motion | head movements | movement of head",
    ),
    low=Words(
        clauses=("the head is held still", "the head hardly moves", "the head stays still"),
        also_read=("the head is hardly moving", "the head held still"),
        comparative="moves the head less",
        predicates={
            "head": (
                "still | motionless | immobile | fix | steady | rigid | hardly/little/never move/nod | move "
                "hardly/little"
            ),
        },
    ),
    usual="the head moves a typical amount",
    former_usual="the head is moving about as much as usual",
    secondary=True,
)
def _head_movement(body: BodyFrame) -> float:
    return SINE_RANGE * body.head_angle.std()


@entry(
    BODY_PARTS,
    name="trunk_twist",
    place=10,
    unit="deg",
    body_part="trunk",
    requires=TRUNK_JOINTS,
    needs=("movement", "fine_movement"),
    definition=(
        "Range sqrt(8) std of the angle, seen from above, between the line of the shoulders and the line of the hips."
    ),
    source="Crane & Gross 2013, J. Nonverbal Behav. 37(2) (trunk rotation)",
    high=Words(
        clauses=("the shoulders are turning a lot", "the trunk twists a lot", "the shoulders turn against the hips"),
        also_read=(
            "the trunk is twisting",
            "the trunk twists",
            "the shoulders rotate strongly",
        ),
        former=(
            "the shoulders are turning strongly",
            "the trunk twists strongly",
        ),
        comparative="turns the shoulders more",
        predicates={
            "trunk shoulders": (
                "twist | rotate | turn/twist/rotate alot/strong/wide | turn/rotate/twist against hip | "
                "turn/rotate/twist strong against hip"
            ),
        },
        quantity=(
            "torso rotation | trunk rotation | rotation of trunk | rotation of torso | torso twist | trunk "
            "twist | shoulder rotation | axial rotation"
        ),
    ),
    low=Words(
        clauses=(
            "the shoulders are hardly turning",
            "the trunk hardly twists",
            "the shoulders stay in line with the hips",
        ),
        also_read=("the shoulders hardly turn", "the trunk is hardly twisting"),
        comparative="turns the shoulders less",
        predicates={
            "trunk shoulders": (
                "hardly/never/little turn/rotate/twist | turn/rotate/twist hardly/little | in line with hip"
            ),
        },
    ),
    usual="the rotation of the shoulders is typical",
    former_usual="the turn of the shoulders is about as usual",
    secondary=True,
)
def _trunk_twist(body: BodyFrame) -> float:
    shoulders = (body.points[1] - body.points[2])[::2]
    hips = (body.points[7] - body.points[8])[::2]
    sine = shoulders[0] * hips[1] - shoulders[1] * hips[0]
    cosine = (shoulders * hips).sum(axis=0)
    return SINE_RANGE * np.degrees(np.arctan2(sine, cosine)).std()


@entry(
    BODY_PARTS,
    name="hand_speed",
    place=15,
    unit="leg lengths/s",
    body_part="arms",
    requires=LIMB_JOINTS,
    needs=("movement", "rhythm"),
    definition="Mean speed of both wrists relative to the shoulder midpoint.",
    source="Pollick et al. 2001, Cognition 82(2) (wrist velocity)",
    high=Words(
        clauses=("the hands are moving quickly", "the hands move fast", "the arms move quickly"),
        also_read=("the hands are fast", "the arms are fast", "the arms are moving fast", "the gestures are fast"),
        comparative="moves the hands faster",
        predicates={
            "hands arms gestures": "fast | speed up | accelerate | whirl | flail",
            "person": "gesture/gesticulate fast",
        },
        quantity="hand speed | speed of hands | arm speed | speed of arms | wrist speed | hand velocity",
    ),
    low=Words(
        clauses=("the hands are moving slowly", "the hands move slowly", "the arms move slowly"),
        also_read=("the hands are slow", "the arms are slow", "the arms are moving slowly", "the gestures are slow"),
        comparative="moves the hands more slowly",
        predicates={
            "hands arms gestures": "slow | slow down",
            "person": "gesture/gesticulate slow",
        },
    ),
    usual="the hands move at a typical speed",
    former_usual="the speed of the hands is about as usual",
    near_duplicates=("movement_speed", "arm_swing"),
)
def _hand_speed(body: BodyFrame) -> float:
    return body.wrist_speed.mean() / body.leg_length


@entry(
    BODY_PARTS,
    name="left_right_asymmetry",
    place=16,
    unit="1",
    body_part="arms",
    rig_offset=0.17,
    requires=ARM_JOINTS,
    needs=("movement", "rhythm"),
    definition=(
        "(L - R) / (L + R) of the mean wrist speeds L and R relative to the shoulder midpoint; positive = "
        "the left moves more."
    ),
    source="Roether et al. 2008, Curr. Biol. 18(8) (lateral asymmetry)",
    high=Words(
        clauses=(
            "the left arm is doing more than the right",
            "the left arm does more than the right",
            "the left hand moves more than the right",
        ),
        also_read=("the left arm moves more than the right", "the left arm is more active", "the left hand does more"),
        bound=0.1,
        sentences=(
            "left arm/hand do/move/swing/work/gesture more than right | left arm/hand be more active/busy "
            "than right | left arm/hand be more active | left arm/hand dominate/lead | move/use/swing left "
            "arm/hand more than right | come from left arm/hand | mostly left arm/hand move"
        ),
    ),
    low=Words(
        clauses=(
            "the right arm is doing more than the left",
            "the right arm does more than the left",
            "the right hand moves more than the left",
        ),
        also_read=(
            "the right arm moves more than the left",
            "the right arm is more active",
            "the right hand does more",
        ),
        bound=-0.1,
        sentences=(
            "right arm/hand do/move/swing/work/gesture more than left | right arm/hand be more active/busy "
            "than left | right arm/hand be more active | right arm/hand dominate/lead | move/use/swing right "
            "arm/hand more than left | come from right arm/hand | mostly right arm/hand move"
        ),
    ),
    usual="both arms move about equally",
    former_usual="the two arms are doing about the same",
    secondary=True,
    sided=True,
)
def _left_right_asymmetry(body: BodyFrame) -> float:
    left, right = body.wrist_speed.mean(axis=-1)
    if left + right <= 1e-3:  # m/s: neither arm moves
        return np.nan
    return (left - right) / (left + right)


@entry(
    BODY_PARTS,
    name="acceleration",
    place=26,
    unit="leg lengths/s^2",
    body_part="arms",
    requires=LIMB_JOINTS,
    needs=("movement", "fast_changes", "fine_movement", "rhythm"),
    definition=(
        "Mean magnitude of the acceleration of both wrists relative to the shoulder midpoint, below about 3 Hz."
    ),
    source=("Pollick et al. 2001, Cognition 82(2) (wrist acceleration); Larboulette & Gibet 2015, MOCO (Time effort)"),
    high=Words(
        clauses=("the arm movements are sudden", "the hands start and stop suddenly", "the arms move forcefully"),
        also_read=(
            "the movements are sudden",
            "sudden movement",
            "the gestures are sudden",
            "sudden gestures",
            "the gestures are forceful",
            "the gestures are vigorous",
        ),
        former=(
            "the hands speed up and stop suddenly",
            "the arms move with vigour",
        ),
        comparative="moves the arms more suddenly",
        predicates={
            "movement gestures gait": "sudden | forceful | vigorous | explosive | powerful",
        },
        quantity="acceleration | accelerations",
    ),
    low=Words(
        clauses=("the arm movements are gentle", "the hands start and stop gently", "the arms move without force"),
        also_read=(
            "the movements are sustained",
            "sustained movement",
            "the gestures are sustained",
            "the gestures are gentle",
            "gentle gestures",
            "the gestures are soft",
        ),
        former=(
            "the hands speed up and stop softly",
            "the arms move without vigour",
        ),
        comparative="moves the arms more gently",
        predicates={
            "movement gestures person": "gentle | sustained",
            "gestures": "soft",
        },
    ),
    usual="the force of the arm movements is typical",
    former_usual="the force of the gestures is about as usual",
    near_duplicates=("movement_speed", "hand_speed"),
)
def _acceleration(body: BodyFrame) -> float:
    if body.frames < RHYTHM_FRAMES:
        return np.nan
    return norm(np.diff(body.calm_paths[:2], n=2)).mean() * FRAME_RATE**2 / body.leg_length


@entry(
    BODY_PARTS,
    name="spectral_arc_length",
    place=27,
    unit="1",
    body_part="arms",
    requires=LIMB_JOINTS,
    needs=("movement", "fast_changes", "fine_movement", "rhythm"),
    definition=(
        "Spectral arc length of the speed of each wrist relative to the shoulder midpoint, up to the last "
        "frequency below 6 Hz with 5% of the amplitude at 0 Hz, in Hann windows of two seconds padded "
        "fourfold; mean of the windows with a mean speed of 0.1 leg lengths/s or more. Near -1 = flowing, "
        "lower = fragmented."
    ),
    source=(
        "Balasubramanian et al. 2012, IEEE Trans. Biomed. Eng. 59(8); Balasubramanian et al. 2015, J. "
        "NeuroEng. Rehabil. 12:112"
    ),
    high=Words(
        clauses=("the gestures are flowing", "the hands move in a continuous flow", "the gestures are fluent"),
        also_read=(
            "flowing gestures",
            "the gestures flow",
        ),
        former=(
            "the hands move in one flow",
            "the gestures are of one piece",
        ),
        comparative="makes more flowing gestures",
        former_comparative="has the more flowing gestures",
        predicates={
            "gestures hands": "flow | fluent",
        },
    ),
    low=Words(
        clauses=("the gestures are fragmented", "the hands move in fits and starts", "the gestures are halting"),
        also_read=(
            "fragmented gestures",
            "halting gestures",
        ),
        former=(
            "the gestures are broken up",
            "the hands move by fits and starts",
        ),
        comparative="makes more halting gestures",
        former_comparative="has the more broken gestures",
        predicates={
            "gestures hands": "halting | fragment | break up",
        },
    ),
    usual="the flow of the gestures is typical",
    former_usual="the flow of the gestures is about as usual",
    near_duplicates=("smoothness",),
    secondary=True,
)
def _spectral_arc_length(body: BodyFrame) -> float:
    speed = norm(np.diff(body.calm_paths[:2])) * FRAME_RATE
    spare = speed.shape[-1] - _ARC_FRAMES
    if spare < 0:
        return np.nan
    starts = np.linspace(0, spare, 1 + -(-spare // _ARC_HOP)).round().astype(int)
    windows = speed[:, starts[:, None] + np.arange(_ARC_FRAMES)]
    windows = windows[windows.mean(axis=-1) >= MOVING_SPEED * body.leg_length]
    if not len(windows):
        return np.nan
    amplitude = np.abs(np.fft.rfft(windows * _ARC_WINDOW, _ARC_BINS)[:, :_ARC_CUTOFF])
    amplitude /= amplitude[:, :1]
    last = (_ARC_CUTOFF - 1 - np.argmax(amplitude[:, ::-1] >= _ARC_THRESHOLD, axis=1))[:, None]
    arc = np.sqrt(1.0 / last**2 + np.diff(amplitude) ** 2)
    return -float((arc * (np.arange(_ARC_CUTOFF - 1) < last)).sum() / len(windows))


@entry(
    BODY_PARTS,
    name="directness",
    place=29,
    unit="1",
    body_part="arms",
    requires=LIMB_JOINTS,
    needs=("movement",),
    definition=(
        "Straight distance over path length of both wrists relative to the shoulder midpoint, in the body's "
        "axes, over every half second in which they move at 0.2 leg lengths/s or more; 1 = straight."
    ),
    source=("de Meijer 1989, J. Nonverbal Behav. 13(4) (directness); Larboulette & Gibet 2015, MOCO (Space effort)"),
    high=Words(
        clauses=("the hands are moving in straight lines", "the gestures are direct", "the hands take a direct path"),
        also_read=(
            "the hands move in straight lines",
            "direct gestures",
            "the hands move straight",
            "the gestures are straight",
        ),
        former=("the hands go straight where they go",),
        bound=0.7,
        comparative="moves the hands more directly",
        predicates={
            "gestures hands": "direct | in straight line | along/on/in straight path | take direct path",
            "paths": "straight | direct",
        },
    ),
    low=Words(
        clauses=("the hands are moving in curves", "the gestures are indirect", "the hands take roundabout paths"),
        also_read=(
            "the hands move in curves",
            "indirect gestures",
            "roundabout gestures",
        ),
        former=(
            "the gestures are roundabout",
            "the hands often turn round on their way",
        ),
        bound=0.7,
        comparative="moves the hands in wider curves",
        predicates={
            "gestures hands": (
                "roundabout | indirect | curve | wander | in/along curve | along/on/in wind/curve/roundabout path"
            ),
            "paths": "wind | curve | roundabout | indirect",
        },
    ),
    usual="the directness of the gestures is typical",
    former_usual="the gestures are about as straight as usual",
    secondary=True,
)
def _directness(body: BodyFrame) -> float:
    if body.frames <= _STROKE_FRAMES:
        return np.nan
    place = np.stack(body.split(body.calm_paths[:2]), axis=1)
    way = np.zeros((2, body.frames))
    np.cumsum(norm(np.diff(place)), axis=-1, out=way[:, 1:])
    path = way[:, _STROKE_FRAMES:] - way[:, :-_STROKE_FRAMES]
    straight = norm(place[..., _STROKE_FRAMES:] - place[..., :-_STROKE_FRAMES])
    moving = path >= 2.0 * MOVING_SPEED * body.leg_length * _STROKE_FRAMES / FRAME_RATE
    if not moving.any():
        return np.nan
    return float(straight[moving].sum() / path[moving].sum())
