"""The third step of `unify`: which way is up, and how long is a unit.

Axes are assumed to be right-handed and are only ever rotated, never mirrored. Up is one of the six axes: a camera that
looks down at an angle leaves its tilt in the recording.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..reading.motion import MotionError, note
from ..reading.units import UNIT_SCALES
from ..reading.vectors import median, norms
from .tree import JOINT_INDEX

# Proper rotations (determinant +1) that turn each axis to +Y: row i gives the source axis and sign of target axis i.
TO_Y_UP: dict[str, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    "y": ((0, 1, 2), (1, 1, 1)),
    "-y": ((0, 1, 2), (1, -1, -1)),
    "z": ((0, 2, 1), (1, 1, -1)),
    "-z": ((0, 2, 1), (1, -1, 1)),
    "x": ((1, 0, 2), (-1, 1, 1)),
    "-x": ((1, 0, 2), (1, -1, 1)),
}
"""The axes that may point up, each with the rotation that makes it +Y."""

LEG_M = 0.85
"""Metres: thigh and shank of an average adult."""

_LEG_RANGE_M = (0.45, 1.2)  # from child to giant
_TRUNK_M, _TRUNK_RANGE_M = 0.5, (0.27, 0.75)  # pelvis to the middle of the shoulders

_PELVIS = JOINT_INDEX["pelvis"]
_SHOULDERS = [JOINT_INDEX["left_shoulder"], JOINT_INDEX["right_shoulder"]]
_LEGS = [[JOINT_INDEX[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle")] for side in ("left", "right")]
_ANKLES = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]


@dataclass
class AxesAndUnits:
    """What was found about the axes and the unit of a recording.

    Attributes:
        up_axis: A key of `TO_Y_UP`.
        why_up_axis: Why this axis was taken, in words.
        unit_scale: Metres per source unit.
        why_unit: Why this unit was taken, in words.
        fits_a_person: Whether the unit makes the body as large as a person; else it was scaled to average size.
    """

    up_axis: str
    why_up_axis: str
    unit_scale: float
    why_unit: str
    fits_a_person: bool


def to_metres_y_up(
    body: np.ndarray,
    mask: np.ndarray,
    given: tuple[str | None, str | None],
    of_file: str | None,
    of_rig: tuple[str | None, str | None],
    source: str,
    notes: list[dict[str, str]],
) -> tuple[np.ndarray, AxesAndUnits]:
    """Rotates the up axis to +Y and scales the body to metres.

    Args:
        body: (frames, 22, 3) in source units and axes.
        mask: (22,) bool.
        given: Up axis and unit of length that the caller states, each None where unknown.
        of_file: Unit of length that the file states, or None; it has precedence over the rig's.
        of_rig: Up axis and unit of length that the rig states, each None where it does not.
        source: File name for error messages.
        notes: Receives notes on guesses and contradictions.

    Returns:
        The body in metres, Y up, and what was found.

    Raises:
        MotionError: All joints coincide.
    """
    axis, why_axis = given[0], f"{given[0]}: as given"
    if axis is None:
        axis, why_axis = _find_up_axis(body, mask, of_rig[0], source, notes)
    body = to_y_up(body, axis)
    stated, stated_by = (of_file, "file") if of_file else (of_rig[1], "rig")
    scale, why_unit, fits = _find_unit_scale(body, mask, given[1], stated, stated_by, source, notes)
    body *= np.float32(scale)
    return body, AxesAndUnits(axis, why_axis, scale, why_unit, fits)


def _middle(body: np.ndarray, joints: Sequence[int], mask: np.ndarray) -> np.ndarray | None:
    """Returns the (frames, 3) mean of those of the joints that are present, or None if none is."""
    present = [joint for joint in joints if mask[joint]]
    return body[:, present].mean(axis=1) if present else None


def _find_up_axis(
    body: np.ndarray, mask: np.ndarray, declared: str | None, source: str, notes: list[dict[str, str]]
) -> tuple[str, str]:
    """Finds the axis along which the body stands: from the ankles (or the pelvis) to the middle of the shoulders.

    The axis that the rig declares is kept unless another one fits clearly better: in a clip of a person who lies down
    the up axis must not change.

    Returns:
        The axis, and why it was taken.
    """
    top = (body[:, _SHOULDERS[0]] + body[:, _SHOULDERS[1]]) / 2
    bottom = _middle(body, _ANKLES, mask)
    if bottom is None:
        bottom = body[:, _PELVIS]
    upward = (top - bottom).astype(np.float64)
    length = norms(upward)
    usable = length > 1e-3 * max(float(length.max()), 1e-12)
    if not usable.any() or float(length.max()) <= 0.0:
        raise MotionError(f"{source}: shoulders and pelvis coincide in every frame; there is no body to read.")
    directions = upward[usable] / length[usable, None]
    mean = directions.mean(axis=0)
    alignment = {axis: float(signs[1] * mean[order[1]]) for axis, (order, signs) in TO_Y_UP.items()}
    best = max(alignment, key=lambda axis: alignment[axis])
    if declared is not None and declared != best:
        if alignment[best] < 0.8 or alignment[declared] > alignment[best] - 0.3:
            return declared, (
                f"{declared}: stated by the rig; the body is rather aligned with {best} ({alignment[best]:.2f}, with "
                f"{declared} {alignment[declared]:.2f}), but not clearly enough to overrule the rig"
            )
        notes.append(
            note(
                "up_axis_overruled",
                f"the up axis is {best}, not {declared} as the rig states: the body is aligned with {best} "
                f"({alignment[best]:.2f})",
            )
        )
    elif declared is None and alignment[best] < 0.7:
        notes.append(
            note(
                "up_axis_uncertain",
                f"the up axis {best} is a weak guess: the alignment of the body with it is only {alignment[best]:.2f}",
            )
        )
    standing = float((to_y_up(directions, best)[:, 1] > np.sqrt(0.5)).mean())  # within 45 degrees of the axis
    below = "the pelvis" if _middle(body[:1], _ANKLES, mask) is None else "the ankles"
    rig = "states none" if declared is None else f"states {declared}"
    return (
        best,
        f"{best}: the shoulders are above {below} along {best} in {standing:.0%} of the frames; the rig {rig}",
    )


def to_y_up(positions: np.ndarray, up_axis: str) -> np.ndarray:
    """Rotates positions or directions (..., 3) so that `up_axis`, a key of `TO_Y_UP`, becomes +Y."""
    if up_axis == "y":
        return positions
    order, signs = TO_Y_UP[up_axis]
    return positions[..., list(order)] * np.array(signs, positions.dtype)


def leg_length(body: np.ndarray, mask: np.ndarray) -> float | None:
    """Measures the legs.

    Args:
        body: (frames, 22, 3) positions in any unit.
        mask: (22,) bool.

    Returns:
        Median over frames of thigh plus shank, averaged over the sides that are complete; None without legs.
    """
    legs = [leg for leg in _LEGS if mask[leg].all()]
    if not legs:
        return None
    joints = body.swapaxes(0, 1)[legs]  # (legs, 3, frames, 3)
    bones = norms(joints[:, :-1] - joints[:, 1:])
    return float(median(bones[:, 0] + bones[:, 1]).mean(dtype=np.float64))


def _find_unit_scale(
    body: np.ndarray,
    mask: np.ndarray,
    units: str | None,
    declared: str | None,
    declared_by: str,
    source: str,
    notes: list[dict[str, str]],
) -> tuple[float, str, bool]:
    """Finds the metres per source unit.

    A given unit is taken as it is. A declared unit is taken if it makes the legs (without legs, the trunk) as long as
    a person's; else the unit that does; else the scale that makes them of average length.

    Returns:
        The scale, why it was taken, and whether it makes the body as large as a person.
    """
    measured, expected, (shortest, longest), what = leg_length(body, mask), LEG_M, _LEG_RANGE_M, "leg"
    if measured is None:
        expected, (shortest, longest), what = _TRUNK_M, _TRUNK_RANGE_M, "trunk"
        shoulders = body[:, _SHOULDERS].mean(axis=1)
        measured = float(median(norms(shoulders - body[:, _PELVIS])))
    if measured <= 0.0:
        raise MotionError(f"{source}: the {what} has no length: its joints coincide.")
    if units is not None:
        length = measured * UNIT_SCALES[units]
        fits = shortest <= length <= longest
        if not fits:
            found = f"the {what} is {length:.3g} m long in {units}, the given unit"
            notes.append(note("unit_unlikely", f"{found}, outside {shortest} to {longest} m"))
        return UNIT_SCALES[units], _unit_reason(units, what, measured, "as given"), fits
    plausible = {unit: s for unit, s in UNIT_SCALES.items() if shortest <= measured * s <= longest}
    if declared in plausible:
        return plausible[declared], _unit_reason(declared, what, measured, f"stated by the {declared_by}"), True
    if plausible:
        unit = min(plausible, key=lambda unit: abs(np.log(measured * plausible[unit] / expected)))
        if declared:
            length_found = f"the {what} is {measured:.3g} units long"
            notes.append(
                note("unit_overruled", f"units are taken as {unit}: {length_found}, which rules out {declared}")
            )
        others = " or ".join(other for other in plausible if other != unit)
        why = f"the {declared_by} states {declared}, which fits no person" if declared else "the rig states none"
        why += f"; {others} would be less likely" if others else ""
        return plausible[unit], _unit_reason(unit, what, measured, why), True
    return (
        expected / measured,
        f"no unit fits a person: the {what} is {measured:.3g} units long and scaled to {expected} m",
        False,
    )


def _unit_reason(unit: str, what: str, measured: float, why: str) -> str:
    bones = "thigh and shank are" if what == "leg" else "the trunk (pelvis to shoulders) is"
    return f"{unit}: {bones} {measured:.3g} {unit} long; {why}"
