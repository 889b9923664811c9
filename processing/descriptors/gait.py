"""How the body gets along: travel, steps, the legs, and what swings and sways with them."""

import numpy as np

from ..skeleton.tree import FRAME_RATE
from .body_frame import (
    ANKLES,
    LEG_JOINTS,
    LIMB_JOINTS,
    SHOULDERS,
    SINE_RANGE,
    TRUNK_JOINTS,
    WRISTS,
    BodyFrame,
    Descriptor,
    moving_mean,
    norm,
)

__all__ = ["GAIT_DESCRIPTORS"]

_STANDING_SHARE = 0.75  # of the travel speed: an ankle that is slower belongs to a foot on the ground


def _travel_speed(body: BodyFrame) -> float:
    return body.travel_speed


def _vertical_bounce(body: BodyFrame) -> float:
    height = body.hip_midpoint[1]
    return SINE_RANGE * (height - moving_mean(height, 1.0)).std() / body.leg_length


def _body_sway(body: BodyFrame) -> float:
    left, up, _ = body.trunk
    return SINE_RANGE * np.degrees(np.arctan2(left, up)).std()


def _arm_swing(body: BodyFrame) -> float:
    _, _, forward = body.split(body.points[WRISTS] - body.points[SHOULDERS])
    return SINE_RANGE * forward.std(axis=-1).mean() / body.leg_length


def _leg_speed(body: BodyFrame) -> float:
    return norm(body.leg_velocity[2:]).mean() / body.leg_length


def _way_of_steps(body: BodyFrame) -> float:
    """Metres over the ground between the first and the last passing of the ankles; there must be passings."""
    way = np.cumsum(np.hypot(*body.travel_steps))
    first, last = np.interp(body.passing_times[[0, -1]], np.arange(body.frames), way)
    return float(last - first)


def _step_length(body: BodyFrame) -> float:
    passings = body.passing_times
    if not len(passings):
        return np.nan
    return _way_of_steps(body) / ((len(passings) - 1) * body.leg_length)


def _cadence(body: BodyFrame) -> float:
    passings = body.passing_times
    if not len(passings):
        return np.nan
    return FRAME_RATE * (len(passings) - 1) / (passings[-1] - passings[0])


def _stance_share(body: BodyFrame) -> float:
    passings = body.passing_times
    if not len(passings):
        return np.nan
    first, last = round(passings[0]), round(passings[-1])
    pace = _way_of_steps(body) / (passings[-1] - passings[0])
    feet = norm(np.diff(body.points[ANKLES, :, first : last + 1]))
    return float(np.mean(feet < _STANDING_SHARE * pace))


GAIT_DESCRIPTORS: tuple[Descriptor, ...] = (
    Descriptor(
        "travel_speed",
        "leg lengths/s",
        "legs",
        "Horizontal path length of the hip midpoint, averaged over 0.6 s to take out sway, divided by the duration.",
        "Roether et al. 2009, J. Vision 9(6):15 (gait speed)",
        LEG_JOINTS,
        _travel_speed,
    ),
    Descriptor(
        "vertical_bounce",
        "leg lengths",
        "whole body",
        "Range sqrt(8) std of the height of the hip midpoint after taking out its one-second moving mean.",
        "Gross et al. 2012, Hum. Mov. Sci. 31(1); Crane & Gross 2013, J. Nonverbal Behav. 37(2)",
        LEG_JOINTS,
        _vertical_bounce,
    ),
    Descriptor(
        "body_sway",
        "deg",
        "trunk",
        "Range sqrt(8) std of the sideways angle of the line from hip midpoint to shoulder midpoint.",
        "Michalak et al. 2009, Psychosom. Med. 71(5) (lateral sway)",
        TRUNK_JOINTS,
        _body_sway,
    ),
    Descriptor(
        "arm_swing",
        "leg lengths",
        "arms",
        "Range sqrt(8) std of the forward component of shoulder to wrist, mean of both sides.",
        "Montepare et al. 1987, J. Nonverbal Behav. 11(1); Michalak et al. 2009 (arm swing)",
        LIMB_JOINTS,
        _arm_swing,
    ),
    Descriptor(
        "leg_speed",
        "leg lengths/s",
        "legs",
        "Mean speed of both ankles against the hip midpoint.",
        "Roether et al. 2009, J. Vision 9(6):15 (leg movement)",
        LEG_JOINTS,
        _leg_speed,
    ),
    Descriptor(
        "step_length",
        "leg lengths",
        "legs",
        "Way of the hip midpoint over the ground from one passing of the ankles, in the direction of travel, to the "
        "next, mean of all steps; the flight of a run counts. NaN without walking (under 0.25 leg lengths/s or fewer "
        "than three passings).",
        "Halovic & Kroos 2018, Hum. Mov. Sci. 57 (stride length); Montepare et al. 1987, J. Nonverbal Behav. 11(1)",
        LEG_JOINTS,
        _step_length,
    ),
    Descriptor(
        "cadence",
        "steps/s",
        "legs",
        "Passings of the ankles in the direction of travel per second, between the first and the last. NaN without "
        "walking.",
        "Halovic & Kroos 2018, Hum. Mov. Sci. 57 (cadence)",
        LEG_JOINTS,
        _cadence,
    ),
    Descriptor(
        "stance_share",
        "1",
        "legs",
        "Share of the time from first to last passing of the ankles in which a foot stands, its ankle slower in "
        "space than three quarters of the travel speed; mean of both feet. NaN without walking.",
        "Perry 1992, Gait Analysis: Normal and Pathological Function (stance phase)",
        LEG_JOINTS,
        _stance_share,
    ),
)
"""The descriptors of gait; their place in a vector is that of `motion_descriptors.DESCRIPTOR_NAMES`."""
