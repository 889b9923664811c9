"""How the body is held: head, trunk, shoulders, arms, knees and feet, averaged over the clip."""

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
    TRUNK_JOINTS,
    WRISTS,
    BodyFrame,
    Descriptor,
    flexion,
    norm,
)

__all__ = ["POSTURE_DESCRIPTORS"]

_EXTREMITIES = np.array([0, 3, 4, 5, 6, 9, 10, 11, 12])  # head, elbows, wrists, knees, ankles among the points
_MIRRORED = np.array([-1.0, 1.0, 1.0])[:, None]


def _head_pitch(body: BodyFrame) -> float:
    return body.head_angle.mean()


def _trunk_lean(body: BodyFrame) -> float:
    _, up, forward = body.trunk
    return np.degrees(np.arctan2(forward, up)).mean()


def _arm_expansion(body: BodyFrame) -> float:
    axis = body.shoulder_midpoint - body.hip_midpoint
    axis = axis / np.maximum(norm(axis), TINY)
    along = np.einsum("jxt,xt->jt", body.arm_reach, axis)
    return norm(body.arm_reach - along[:, None] * axis).mean() / body.arm_length


def _hand_height(body: BodyFrame) -> float:
    return (body.points[WRISTS, 1] - body.hip_midpoint[1]).mean() / body.leg_length


def _elbow_flexion(body: BodyFrame) -> float:
    return flexion(body.points[SHOULDERS], body.points[ELBOWS], body.points[WRISTS])


def _knee_flexion(body: BodyFrame) -> float:
    return flexion(body.points[HIPS], body.points[KNEES], body.points[ANKLES])


def _step_width(body: BodyFrame) -> float:
    left, _, _ = body.split(body.points[11] - body.points[12])
    return np.abs(left).mean() / body.leg_length


def _shoulder_height(body: BodyFrame) -> float:
    return -norm(body.points[HEAD] - body.shoulder_midpoint).mean() / body.leg_length


def _shoulder_opening(body: BodyFrame) -> float:
    outward, _, forward = np.einsum("axt,jxt->ajt", body.chest_axes, body.collars)
    outward[1] *= -1.0
    return -np.degrees(np.arctan2(forward, outward)).mean()


def _body_expansion(body: BodyFrame) -> float:
    points = body.points[_EXTREMITIES]
    return norm(points - points.mean(axis=0)).mean() / body.leg_length


def _hand_to_head(body: BodyFrame) -> float:
    return norm(body.points[WRISTS] - body.points[HEAD]).min(axis=0).mean() / body.arm_length


def _hand_to_hip(body: BodyFrame) -> float:
    return norm(body.points[WRISTS] - body.points[HIPS]).mean() / body.leg_length


def _arm_symmetry(body: BodyFrame) -> float:
    place = np.einsum("axt,jxt->jat", body.chest_axes, body.arm_reach)
    return -norm(place[::2] - place[1::2] * _MIRRORED).mean() / body.arm_length


POSTURE_DESCRIPTORS: tuple[Descriptor, ...] = (
    Descriptor(
        "head_pitch",
        "deg",
        "head",
        "Mean angle, in the body's forward plane, of the line from shoulder midpoint to head against the vertical; "
        "negative = bowed.",
        "Roether et al. 2009, J. Vision 9(6):15 (head inclination)",
        ("head", *TRUNK_JOINTS),
        _head_pitch,
    ),
    Descriptor(
        "trunk_lean",
        "deg",
        "trunk",
        "Mean angle, in the body's forward plane, of the line from hip midpoint to shoulder midpoint against the "
        "vertical; positive = forward.",
        "Gross et al. 2012, Hum. Mov. Sci. 31(1) (trunk flexion)",
        TRUNK_JOINTS,
        _trunk_lean,
    ),
    Descriptor(
        "arm_expansion",
        "arm lengths",
        "arms",
        "Mean distance of elbows and wrists from the line through hip midpoint and shoulder midpoint.",
        "Wallbott 1998, Eur. J. Soc. Psychol. 28(6) (expansiveness); Camurri et al. 2003 (contraction index)",
        (*ARM_JOINTS, *HIP_JOINTS),
        _arm_expansion,
    ),
    Descriptor(
        "hand_height",
        "leg lengths",
        "arms",
        "Mean height of the wrists above the hip midpoint.",
        "Kleinsmith & Bianchi-Berthouze 2013, IEEE TAC 4(1); Dael et al. 2012, Emotion 12(5)",
        LIMB_JOINTS,
        _hand_height,
    ),
    Descriptor(
        "elbow_flexion",
        "deg",
        "arms",
        "Mean angle between the directions of upper arm and forearm, both sides; 0 = straight.",
        "Roether et al. 2009, J. Vision 9(6):15 (elbow flexion)",
        ARM_JOINTS,
        _elbow_flexion,
    ),
    Descriptor(
        "knee_flexion",
        "deg",
        "legs",
        "Mean angle between the directions of thigh and shank, both sides; 0 = straight.",
        "Roether et al. 2009, J. Vision 9(6):15 (knee flexion)",
        LEG_JOINTS,
        _knee_flexion,
    ),
    Descriptor(
        "step_width",
        "leg lengths",
        "legs",
        "Mean sideways distance between the ankles.",
        "Crane & Gross 2013, J. Nonverbal Behav. 37(2); Kleinsmith & Bianchi-Berthouze 2013, IEEE TAC 4(1)",
        (*LEG_JOINTS, *SHOULDER_JOINTS),
        _step_width,
    ),
    Descriptor(
        "shoulder_height",
        "leg lengths",
        "trunk",
        "Mean distance from shoulder midpoint to head, taken negative: raised shoulders come closer to the head, "
        "however the trunk leans.",
        "Wallbott 1998, Eur. J. Soc. Psychol. 28(6) (shoulders up)",
        ("head", *SHOULDER_JOINTS, *LEG_JOINTS),
        _shoulder_height,
    ),
    Descriptor(
        "shoulder_opening",
        "deg",
        "trunk",
        "Mean angle, across the trunk, by which the lines from collar joint to shoulder point backward of straight "
        "sideways; negative = rolled forward. Neither the lean of the trunk nor the head counts.",
        "Wallbott 1998, Eur. J. Soc. Psychol. 28(6) (shoulders backward, shoulders forward)",
        (*TRUNK_JOINTS, "left_collar", "right_collar"),
        _shoulder_opening,
    ),
    Descriptor(
        "body_expansion",
        "leg lengths",
        "whole body",
        "Mean distance of head, elbows, wrists, knees and ankles from the centroid of these nine points.",
        "Camurri et al. 2003, Int. J. Hum.-Comput. Stud. 59(1-2) (contraction index); Larboulette & Gibet 2015, MOCO",
        ("head", *LIMB_JOINTS),
        _body_expansion,
    ),
    Descriptor(
        "hand_to_head",
        "arm lengths",
        "arms",
        "Mean over time of the distance from the head to whichever wrist is nearer.",
        "Glowinski et al. 2011, IEEE TAC 2(2) (triangle of head and hands)",
        ("head", *ARM_JOINTS),
        _hand_to_head,
    ),
    Descriptor(
        "hand_to_hip",
        "leg lengths",
        "arms",
        "Mean distance from each wrist to the hip joint of its side.",
        "Tracy & Robins 2004, Psychol. Sci. 15(3) (hands on hips)",
        (*LEG_JOINTS, "left_wrist", "right_wrist"),
        _hand_to_hip,
    ),
    Descriptor(
        "arm_symmetry",
        "arm lengths",
        "arms",
        "Mean distance, taken negative, between elbow and wrist of the left side and those of the right mirrored at "
        "the middle of the chest (axes: shoulder line and trunk); 0 = held alike.",
        "Glowinski et al. 2011, IEEE TAC 2(2) (symmetry)",
        (*ARM_JOINTS, *HIP_JOINTS),
        _arm_symmetry,
    ),
)
"""The descriptors of posture; their place in a vector is that of `motion_descriptors.DESCRIPTOR_NAMES`."""
