"""The floor under a recording: where it is, whether it slopes, and whether it can be found at all.

A camera that is tilted, or a tracker that drifts, makes the floor slope: a person who walks away seems to sink. The
floor is fitted to the lowest feet along the way and levelled; what cannot be fitted is unknown.
"""

from itertools import pairwise

import numpy as np

from ..reading.motion import note
from ..reading.vectors import median, quantiles
from .axes_and_units import LEG_M, leg_length
from .tree import FRAME_RATE, JOINT_INDEX

SOLES = [JOINT_INDEX[f"{side}_{joint}"] for joint in ("ankle", "foot") for side in ("left", "right")]
"""Joints that come down to the floor, those of the left and of the right leg in turn."""

_STRETCH_S = 0.5
"""Seconds in which a foot comes to the floor at least once in walking."""

_FEWEST_STRETCHES = 4

_SHORTEST_WAY = 1.5
"""Leg lengths that the feet must have covered in a direction for a slope in it to be told from noise."""

_SMALLEST_RISE, _STEEPEST = 0.04, 0.35
"""Leg lengths of rise along the way from which the floor is levelled, and the steepest slope of a floor: a ramp for
wheelchairs has 0.08, stairs have 0.6."""

_DRIFT = 0.05
"""Leg lengths by which the lowest foot may rise or sink from the first to the last third of a recording."""


def level_floor(body: np.ndarray, mask: np.ndarray, guessed: np.ndarray, notes: list[dict[str, str]]) -> np.ndarray:
    """Takes the slope of the floor out of a recording.

    The slope is the median of the slopes between all pairs of foot contacts (Theil 1950, Sen 1968), along the
    direction in which the contacts are spread most. Heights are sheared, so that upright stays upright.

    Args:
        body: (frames, 22, 3) metres, Y up, 30 frames/s.
        mask: (22,) bool.
        guessed: (frames, 22) bool, where a joint was in a long gap: such a foot goes with the trunk, not to the floor.
        notes: Receives a note if the floor was levelled.

    Returns:
        The same array, or a levelled copy of it.
    """
    soles = [joint for joint in SOLES if mask[joint]]
    count = int(len(body) / (_STRETCH_S * FRAME_RATE))
    if not soles or count < _FEWEST_STRETCHES:
        return body
    contacts = _contacts(body[:, soles], soles_seen(guessed, soles), count)
    count = len(contacts)
    if count < _FEWEST_STRETCHES:
        return body
    leg = leg_length(body, mask) or LEG_M
    ground = contacts[:, [0, 2]] - contacts[:, [0, 2]].mean(axis=0)
    along = np.linalg.svd(ground, full_matrices=False)[2][0]
    way = ground @ along
    if np.ptp(way) < _SHORTEST_WAY * leg:
        return body
    first, second = np.triu_indices(count, 1)
    apart = np.abs(way[second] - way[first]) > 0.25 * np.ptp(way)
    slopes = (contacts[second, 1] - contacts[first, 1])[apart] / (way[second] - way[first])[apart]
    slope = float(median(slopes))
    rise = slope * float(np.ptp(way))
    left = contacts[:, 1] - slope * way
    scatter = float(median(np.abs(left - median(left))))
    if abs(rise) < _SMALLEST_RISE * leg or abs(slope) > _STEEPEST or scatter > abs(rise) / 4:
        return body
    notes.append(note("sloping_floor", f"the floor slopes by {abs(slope):.0%} along the way; it was levelled"))
    heights = (body[..., [0, 2]] - contacts[:, [0, 2]].mean(axis=0)) @ (slope * along)
    levelled = body.copy()
    levelled[..., 1] -= heights.astype(body.dtype)
    return levelled


def soles_seen(guessed: np.ndarray, soles: list[int]) -> np.ndarray:
    """Returns (frames, soles) bool, where all soles of the same leg are tracked: an ankle is higher than a toe.

    Args:
        guessed: (frames, 22) bool, where a joint was in a long gap.
        soles: Some of `SOLES`.
    """
    if not guessed.any():
        return np.ones((len(guessed), len(soles)), bool)
    legs = np.array([[SOLES.index(one) % 2 == SOLES.index(other) % 2 for one in soles] for other in soles])
    return np.asarray(guessed[:, soles].astype(int) @ legs.astype(int) == 0)


def why_no_floor(body: np.ndarray, mask: np.ndarray, leg: float) -> str | None:
    """Says why the floor is unknown.

    Args:
        body: (frames, 22, 3) metres, Y up, 30 frames/s, levelled.
        mask: (22,) bool.
        leg: Length of the legs in metres.

    Returns:
        The reason as a clause; None where the floor is known.
    """
    soles = [joint for joint in SOLES if mask[joint]]
    if not soles:
        return "the recording has no feet"
    lowest = body[:, soles, 1].min(axis=1)
    if len(lowest) < 3:
        return None
    first, _, last = (float(quantiles(third, 0.1)[0]) for third in np.array_split(lowest, 3))
    if abs(last - first) > _DRIFT * leg:
        return f"the lowest foot is {abs(last - first):.2f} m {'higher' if last > first else 'lower'} at the end"
    return None


def _contacts(feet: np.ndarray, seen: np.ndarray, count: int) -> np.ndarray:
    """Returns the lowest tracked position of (frames, soles, 3) in each of `count` stretches of the frames.

    They are (stretches, 3) float64; one in which nothing is tracked has none.
    """
    heights = np.where(seen, feet[..., 1], np.inf).ravel()
    size, longer = divmod(len(feet), count)  # the first stretches are a frame longer
    edges = [seen.shape[1] * (stretch * size + min(stretch, longer)) for stretch in range(count + 1)]
    lowest = [start + int(heights[start:stop].argmin()) for start, stop in pairwise(edges)]
    return feet.reshape(-1, 3)[[place for place in lowest if seen.flat[place]]].astype(np.float64)
