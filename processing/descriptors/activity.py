"""What is done, where it can be told from the joints: the kind of gait, and where the hands are.

These are no descriptors: they have names instead of degrees, and no reference says what is typical of them. They serve
the answers to questions (`claims/answers.py`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..skeleton.tree import FRAME_RATE, JOINT_INDEX
from .body_frame import ANKLES, ARM_JOINTS, HEAD, HIP_JOINTS, LEG_JOINTS, WRISTS, BodyFrame, norm

__all__ = ["Gait", "HandPlaces", "gait_of", "hand_places"]

Gait = Literal["walking", "running", "standing"]

_RUNNING_STANCE = 0.46
"""Share of the time that a foot stands, below which a gait is a run: of 24 runs and dashes 22 lie below, of 72 walks
none (Bandai-Namco sets 1 and 2)."""

_FLIGHT = 0.1
"""Share of the frames with both feet in the air from which a gait is a run, whatever the stance."""

_GOING = 0.5
"""Leg lengths per second from which somebody who takes steps walks or runs; slower steps are a change of place."""

_RUNNING_SPEED = 2.5
"""Leg lengths per second above which nobody walks: people change to a run at about 2.2 (Froude number 0.5)."""

_FOOT_STANDS = 0.25
"""Leg lengths per second below which a foot stands."""

_STANDS = 0.75
"""Share of the frames in which both feet stand from which somebody stands."""

_UPRIGHT = 0.75
"""Leg lengths of the hips above the ankles below which somebody sits or kneels."""

_STRIDE = 0.2
"""Leg lengths by which each ankle must come in front of the other in a walk on the spot."""

_RUNNING_RATE = 2.4
"""Steps per second from which a gait on the spot, of which no flight can be seen, is a run."""


def gait_of(joints: np.ndarray, joint_mask: np.ndarray, not_shown: Collection[str] = ()) -> Gait | None:
    """Whether somebody walks, runs or stands.

    Args:
        joints: (frames, 22, 3) as in `measure`.
        joint_mask: (22,) bool, False for joints that the recording lacks.
        not_shown: What the recording cannot show, `not_shown` of a unified clip.

    Returns:
        None where it is none of these, or where it cannot be told: legs are absent, nothing moves, or the clip is
        shorter than a second and not clearly of a run.
    """
    if "movement" in not_shown or "steps" in not_shown or not _has(joint_mask, LEG_JOINTS):
        return None
    body = BodyFrame(joints)
    if not np.isfinite(body.leg_length) or body.frames < 2:
        return None
    if "travel" not in not_shown and body.travel_speed >= _RUNNING_SPEED:
        return "running"
    if body.duration < 1.0:
        return None
    ankles = body.points[ANKLES]
    if "travel" in not_shown:
        return _gait_on_the_spot(body)
    speeds = norm(np.diff(ankles)) * FRAME_RATE / body.leg_length
    if len(body.passing_times) and body.travel_speed >= _GOING:
        first, last = (round(time) for time in body.passing_times[[0, -1]])
        moving = speeds[:, first:last] >= 0.75 * body.travel_speed
        runs = (~moving).mean() < _RUNNING_STANCE or moving.all(axis=0).mean() >= _FLIGHT
        return "running" if runs else "walking"
    height = np.median(body.hip_midpoint[1] - ankles[:, 1].min(axis=0)) / body.leg_length
    stands = (speeds < _FOOT_STANDS).all(axis=0).mean() >= _STANDS
    return "standing" if stands and height >= _UPRIGHT else None


def _gait_on_the_spot(body: BodyFrame) -> Gait | None:
    """The gait where the path of the body is unknown: by the ankles, which pass each other."""
    _, _, forward = body.split(body.leg_reach[2:])
    lead = (forward[0] - forward[1]) / body.leg_length
    clear = np.flatnonzero(np.abs(lead) > _STRIDE)
    passings = int(np.count_nonzero(np.diff(lead[clear] > 0)))
    if passings >= 2:
        return "running" if passings / body.duration >= _RUNNING_RATE else "walking"
    speeds = norm(body.leg_velocity[2:]) / body.leg_length
    return "standing" if (speeds < _FOOT_STANDS).all(axis=0).mean() >= _STANDS else None


@dataclass(frozen=True)
class HandPlaces:
    """Where the hands are, in each frame: left and right, (2, frames).

    Attributes:
        above_head: Leg lengths of the wrist above the head joint; None where the head is absent.
        above_shoulders: The same above the shoulders.
        above_hips: The same above the hips.
        in_front: The same in front of the hips.
        at_hips: Leg lengths from the wrist to the hip of its side.
        path: (2,) leg lengths that each hand covers per second, relative to the shoulders.
    """

    above_head: np.ndarray | None
    above_shoulders: np.ndarray
    above_hips: np.ndarray
    in_front: np.ndarray
    at_hips: np.ndarray
    path: np.ndarray


def hand_places(joints: np.ndarray, joint_mask: np.ndarray) -> HandPlaces | None:
    """Where the hands are.

    Args:
        joints: (frames, 22, 3) as in `measure`.
        joint_mask: (22,) bool, False for joints that the recording lacks.

    Returns:
        None where arms or hips are absent.
    """
    if not _has(joint_mask, (*ARM_JOINTS, *HIP_JOINTS)):
        return None
    body = BodyFrame(joints)
    # A rig without legs has no leg length; an arm is about as long as seven tenths of a leg.
    size = body.leg_length if _has(joint_mask, LEG_JOINTS) else body.arm_length / 0.7
    if not np.isfinite(size):
        return None
    wrists, hips = body.points[WRISTS], body.points[7:9]
    _, _, forward = body.split(wrists - body.hip_midpoint)
    head = body.points[HEAD, 1] if joint_mask[JOINT_INDEX["head"]] else None
    return HandPlaces(
        above_head=None if head is None else (wrists[:, 1] - head) / size,
        above_shoulders=(wrists[:, 1] - body.shoulder_midpoint[1]) / size,
        above_hips=(wrists[:, 1] - body.hip_midpoint[1]) / size,
        in_front=forward / size,
        at_hips=norm(wrists - hips) / size,
        path=body.wrist_speed.mean(axis=1) / size if body.frames > 1 else np.zeros(2),
    )


def _has(joint_mask: np.ndarray, names: Collection[str]) -> bool:
    return all(joint_mask[JOINT_INDEX[name]] for name in names)
