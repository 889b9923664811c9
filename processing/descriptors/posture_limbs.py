"""How arms and legs are held, averaged over the clip."""

import numpy as np

from .body_frame import (
    ANKLES,
    ARM_JOINTS,
    ELBOWS,
    HEAD,
    HIP_JOINTS,
    HIPS,
    KNEES,
    LEG_JOINTS,
    LIMB_JOINTS,
    SHOULDER_JOINTS,
    SHOULDERS,
    TINY,
    WRISTS,
    BodyFrame,
    flexion,
    norm,
)
from .entry import Descriptor, Words, entry

__all__ = ["ARMS_AND_LEGS"]

ARMS_AND_LEGS: list[Descriptor] = []
"""The descriptors of this file."""

_MIRRORED = np.array([-1.0, 1.0, 1.0])[:, None]


@entry(
    ARMS_AND_LEGS,
    name="arm_expansion",
    place=11,
    unit="arm lengths",
    body_part="arms",
    rig_offset=0.05,
    requires=(*ARM_JOINTS, *HIP_JOINTS),
    definition="Mean distance of elbows and wrists from the line through hip midpoint and shoulder midpoint.",
    source="Wallbott 1998, Eur. J. Soc. Psychol. 28(6) (expansiveness); Camurri et al. 2003 (contraction index)",
    high=Words(
        clauses=("the arms are spread wide", "the arms are held away from the body", "the arms reach out"),
        also_read=(
            "the arms are wide open",
            "the arms are open",
            "the arms are spread",
            "the arms are outstretched",
            "outstretched arms",
            "the arms are extended outward",
            "the gestures are expansive",
            "the arms are far from the body",
        ),
        comparative="holds the arms further from the body",
        former_comparative="has the arms further from the body",
        predicates={
            "arms elbows": (
                "wide | wide open | open | open wide | spread | spread wide/out/apart | outstretch | out | "
                "out to side | stretch/extend/hold/reach/spread out/outward/sideway | "
                "stretch/extend/hold/reach/spread out to side | away/far/further from body/trunk/side | "
                "fling/throw/swing open/wide/out | fling/throw wide open | reach out | extend to side"
            ),
            "gestures": "wide | expansive | sweeping | large | big | broad",
        },
        quantity="arm expansion | expansiveness of gestures",
    ),
    low=Words(
        clauses=(
            "the arms are held close to the body",
            "the arms stay near the body",
            "the arms hang close to the body",
        ),
        also_read=(
            "the arms are close to the body",
            "the arms are kept close to the body",
            "the arms are kept near the body",
            "the arms are held near the body",
            "the arms are held close",
            "the arms are close to the trunk",
            "the arms are held close to the trunk",
        ),
        comparative="holds the arms closer to the body",
        former_comparative="has the arms closer to the body",
        predicates={
            "arms elbows hands": (
                "close to body/trunk/side | near body/trunk/side | tight to/against body/trunk/side | "
                "press/pin/hug/glue/clamp/tuck/draw to/against/into/toward/at body/trunk/side | at/by/along "
                "side | alongside body/trunk | against body/trunk/side | hang/dangle/drop at/by/along side | "
                "tuck in"
            ),
            "arms elbows": "close | tight | hang close to/by/at body/trunk | close in",
        },
    ),
    usual="the arms are held at a typical distance from the body",
    former_usual="the arms are about as far from the body as usual",
)
def _arm_expansion(body: BodyFrame) -> float:
    axis = body.shoulder_midpoint - body.hip_midpoint
    axis = axis / np.maximum(norm(axis), TINY)
    along = np.einsum("jxt,xt->jt", body.arm_reach, axis)
    return norm(body.arm_reach - along[:, None] * axis).mean() / body.arm_length


@entry(
    ARMS_AND_LEGS,
    name="hand_height",
    place=12,
    unit="leg lengths",
    body_part="arms",
    rig_offset=0.2,
    requires=LIMB_JOINTS,
    needs=("vertical",),
    definition="Mean height of the wrists above the hip midpoint.",
    source="Kleinsmith & Bianchi-Berthouze 2013, IEEE TAC 4(1); Dael et al. 2012, Emotion 12(5)",
    high=Words(
        clauses=("the hands are held high", "the hands are raised", "the hands are lifted"),
        also_read=("raised hands", "the hands are up", "the hands are high", "the arms are raised", "raised arms"),
        comparative="holds the hands higher",
        former_comparative="has the hands higher",
        predicates={
            "hands arms": (
                "raise | lift | up | high | raise/lift/hold up/high/overhead | above/over head/shoulder | "
                "overhead | in air | raise/lift above/over head/shoulder | upward"
            ),
        },
    ),
    low=Words(
        clauses=("the hands are held low", "the hands hang low", "the hands are kept low"),
        also_read=("the hands hang down", "the hands are low", "the arms hang down", "the hands are down"),
        comparative="holds the hands lower",
        former_comparative="has the hands lower",
        predicates={
            "hands arms": "low | down | hang | dangle | drop | lower | hang/dangle/drop/lower down/low/limp | limp",
        },
    ),
    usual="the hands are at a typical height",
    former_usual="the hands are about as high as usual",
)
def _hand_height(body: BodyFrame) -> float:
    return (body.points[WRISTS, 1] - body.hip_midpoint[1]).mean() / body.leg_length


@entry(
    ARMS_AND_LEGS,
    name="elbow_flexion",
    place=13,
    unit="deg",
    body_part="arms",
    rig_offset=18.0,
    requires=ARM_JOINTS,
    definition="Mean angle between the directions of upper arm and forearm, both sides; 0 = straight.",
    source="Roether et al. 2009, J. Vision 9(6):15 (elbow flexion)",
    high=Words(
        clauses=("the elbows are bent", "the arms are bent", "the elbows are flexed"),
        also_read=("bent elbows", "bent arms", "flexed elbows"),
        comparative="bends the elbows more",
        former_comparative="has the elbows more bent",
        predicates={
            "elbows arms": "bend | flex | crook",
            "arms": "bend at elbow",
        },
        quantity="elbow flexion | flexion of elbows | elbow bend",
    ),
    low=Words(
        clauses=("the elbows are straight", "the arms are straight", "the elbows are extended"),
        also_read=("straight arms", "straight elbows", "the arms are stretched"),
        comparative="keeps the elbows straighter",
        former_comparative="has the elbows straighter",
        predicates={
            "elbows arms": "straight | straighten | stretch | straighten out",
            "elbows": "extend",
        },
    ),
    usual="the elbows are at a typical angle",
    former_usual="the elbows are about as usual",
)
def _elbow_flexion(body: BodyFrame) -> float:
    return flexion(body.points[SHOULDERS], body.points[ELBOWS], body.points[WRISTS])


@entry(
    ARMS_AND_LEGS,
    name="knee_flexion",
    place=18,
    unit="deg",
    body_part="legs",
    requires=LEG_JOINTS,
    definition="Mean angle between the directions of thigh and shank, both sides; 0 = straight.",
    source="Roether et al. 2009, J. Vision 9(6):15 (knee flexion)",
    high=Words(
        clauses=("the knees are bent", "the legs are bent", "the knees are flexed"),
        also_read=("bent knees", "bent legs", "flexed knees"),
        comparative="bends the knees more",
        former_comparative="has the knees more bent",
        predicates={
            "knees legs": "bend | flex | bend at knee",
        },
        quantity="knee flexion | flexion of knees | knee bend",
    ),
    low=Words(
        clauses=("the knees are straight", "the legs are straight", "the knees are extended"),
        also_read=("straight knees", "straight legs", "the legs are stretched"),
        comparative="keeps the knees straighter",
        former_comparative="has the knees straighter",
        predicates={
            "knees legs": "straight | straighten | stretch",
            "knees": "extend | lock",
        },
    ),
    usual="the knees are at a typical angle",
    former_usual="the knees are about as usual",
    secondary=True,
)
def _knee_flexion(body: BodyFrame) -> float:
    return flexion(body.points[HIPS], body.points[KNEES], body.points[ANKLES])


@entry(
    ARMS_AND_LEGS,
    name="step_width",
    place=19,
    unit="leg lengths",
    body_part="legs",
    rig_offset=0.08,
    requires=(*LEG_JOINTS, *SHOULDER_JOINTS),
    definition="Mean sideways distance between the ankles.",
    source="Crane & Gross 2013, J. Nonverbal Behav. 37(2); Kleinsmith & Bianchi-Berthouze 2013, IEEE TAC 4(1)",
    high=Words(
        clauses=("the feet are far apart", "the stance is wide", "the feet are set wide apart"),
        also_read=("wide stance", "the feet are wide apart", "the legs are wide apart", "the legs are far apart"),
        comparative="keeps the feet further apart",
        former_comparative="has the feet further apart",
        predicates={
            "feet legs": "wide | apart | wide/far apart | spread | spread wide/apart | plant/set wide",
            "stance": "wide | broad",
        },
        quantity="step width | stance width | width of stance | width of steps",
    ),
    low=Words(
        clauses=("the feet are close together", "the stance is narrow", "the feet are kept close together"),
        also_read=("narrow stance", "the legs are close together", "the feet are set close together"),
        comparative="keeps the feet closer together",
        former_comparative="has the feet closer together",
        predicates={
            "feet legs": "together | close/near together | near/next each other | close to each other",
            "stance": "narrow | tight",
        },
    ),
    usual="the feet are a typical distance apart",
    former_usual="the feet are about as far apart as usual",
    secondary=True,
)
def _step_width(body: BodyFrame) -> float:
    left, _, _ = body.split(body.points[11] - body.points[12])
    return np.abs(left).mean() / body.leg_length


@entry(
    ARMS_AND_LEGS,
    name="hand_to_head",
    place=23,
    unit="arm lengths",
    body_part="arms",
    requires=("head", *ARM_JOINTS),
    definition="Mean over time of the distance from the head to the nearer wrist.",
    source="Glowinski et al. 2011, IEEE TAC 2(2) (triangle of head and hands)",
    high=Words(
        clauses=(
            "the hands are far from the head",
            "the hands stay away from the head",
            "the hands are kept away from the head",
        ),
        former=("no hand comes near the head",),
        comparative="keeps the hands further from the head",
        former_comparative="has the hands further from the head",
        predicates={
            "hands": "far/away from head/face | far away from head/face",
        },
    ),
    low=Words(
        clauses=("a hand is kept near the head", "a hand stays near the head", "a hand is held close to the head"),
        also_read=(
            "the hands are kept near the head",
            "the hands are near the head",
            "the hands are close to the head",
            "the hand is near the head",
            "a hand is near the head",
        ),
        bound=0.7,
        comparative="keeps a hand closer to the head",
        former_comparative="has a hand nearer to the head",
        predicates={
            "hands hand": "near/touch/by/at/on/to head/face | close to head/face | near to head | clutch head",
        },
    ),
    usual="the hands are a typical distance from the head",
    former_usual="the hands are about as far from the head as usual",
    near_duplicates=("hand_height",),
    secondary=True,
)
def _hand_to_head(body: BodyFrame) -> float:
    return norm(body.points[WRISTS] - body.points[HEAD]).min(axis=0).mean() / body.arm_length


@entry(
    ARMS_AND_LEGS,
    name="hand_to_hip",
    place=24,
    unit="leg lengths",
    body_part="arms",
    rig_offset=0.06,
    requires=(*LEG_JOINTS, "left_wrist", "right_wrist"),
    definition="Mean distance from each wrist to the hip joint of its side.",
    source="Tracy & Robins 2004, Psychol. Sci. 15(3) (hands on hips)",
    high=Words(
        clauses=(
            "the hands are far from the hips",
            "the hands stay away from the hips",
            "the hands are kept away from the hips",
        ),
        former=("the hands keep off the hips",),
        comparative="keeps the hands further from the hips",
        former_comparative="has the hands further from the hips",
        predicates={
            "hands": "far/away from hip/waist | far away from hip/waist",
        },
    ),
    low=Words(
        clauses=(
            "the hands are kept near the hips",
            "the hands stay near the hips",
            "the hands are held close to the hips",
        ),
        also_read=("the hands are near the hips", "the hands are close to the hips", "the hands are at the hips"),
        bound=0.4,
        comparative="keeps the hands closer to the hips",
        former_comparative="has the hands nearer to the hips",
        predicates={
            "hands": "on/at/by/near hip/waist | close to hip/waist | rest on/at hip/waist",
            "arms": "akimbo",
        },
    ),
    usual="the hands are a typical distance from the hips",
    former_usual="the hands are about as far from the hips as usual",
    near_duplicates=("arm_expansion", "hand_height", "body_expansion", "hand_to_head"),
    secondary=True,
)
def _hand_to_hip(body: BodyFrame) -> float:
    return norm(body.points[WRISTS] - body.points[HIPS]).mean() / body.leg_length


@entry(
    ARMS_AND_LEGS,
    name="arm_symmetry",
    place=25,
    unit="arm lengths",
    body_part="arms",
    requires=(*ARM_JOINTS, *HIP_JOINTS),
    definition=(
        "Mean distance, negated, between elbow and wrist of the left side and those of the right mirrored at "
        "the middle of the chest (axes: shoulder line and trunk); 0 = symmetrical."
    ),
    source="Glowinski et al. 2011, IEEE TAC 2(2) (symmetry)",
    high=Words(
        clauses=("the arms are held symmetrically", "the arms mirror each other", "the arms are symmetrical"),
        also_read=(
            "the posture is symmetrical",
            "symmetrical posture",
            "symmetrical arms",
        ),
        former=("the arms are held alike",),
        bound=-0.25,
        comparative="holds the arms more symmetrically",
        former_comparative="holds the arms more alike",
        predicates={
            "arms hands gestures": "symmetrical | alike | mirror | mirror each other | do same | in unison",
        },
        quantity="symmetry | arm symmetry | symmetry of arms",
    ),
    low=Words(
        clauses=(
            "the arms are held asymmetrically",
            "one arm is held differently from the other",
            "the arms are asymmetrical",
        ),
        also_read=(
            "the arms differ",
            "the posture is asymmetrical",
            "asymmetrical posture",
            "asymmetrical arms",
        ),
        former=(
            "the arms are held differently",
            "the arms are held unevenly",
        ),
        bound=-0.25,
        comparative="holds the arms less symmetrically",
        former_comparative="holds the arms less alike",
        predicates={
            "arms hands gestures": "asymmetrical | unlike | differ | do different things",
        },
        sentences="each arm do something/things different | each arm do something else",
    ),
    usual="the symmetry of the arms is typical",
    former_usual="the arms are about as much alike as usual",
    secondary=True,
)
def _arm_symmetry(body: BodyFrame) -> float:
    place = np.einsum("axt,jxt->jat", body.chest_axes, body.arm_reach)
    return -norm(place[::2] - place[1::2] * _MIRRORED).mean() / body.arm_length
