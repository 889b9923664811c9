"""Is this a body in space? Checks of what a recording shows against what a body can be.

Numbers of the right shape need not be a body: image coordinates, joint rotations, joints in the order of another rig
and two people in one table have it too, and a model gives each of them a confident label. Clear violations are
refused, doubtful ones become notes. Each limit stands here with the reason for it.
"""

from dataclasses import dataclass

import numpy as np

from ..reading.keys import IMAGE_ADVICE
from ..reading.motion import MotionError, note
from ..reading.vectors import all_three, median, norms, quantiles
from .placement import facing
from .tree import FRAME_RATE, JOINT_INDEX

_SIDES = ("left", "right")
_BONES = {
    "thigh": ("hip", "knee"),
    "shank": ("knee", "ankle"),
    "upper arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
}
_ENDS = {
    (side, bone): [JOINT_INDEX[f"{side}_{joint}"] for joint in ends]
    for side in _SIDES
    for bone, ends in _BONES.items()
}
_HIPS, _SHOULDERS = ([JOINT_INDEX[f"{side}_{joint}"] for side in _SIDES] for joint in ("hip", "shoulder"))
_HEAD, _PELVIS = JOINT_INDEX["head"], JOINT_INDEX["pelvis"]


@dataclass(frozen=True)
class Limits:
    """What a quantity may be.

    Attributes:
        doubtful: Lowest and highest value without a note.
        impossible: Lowest and highest value that is not refused.
    """

    doubtful: tuple[float, float]
    impossible: tuple[float, float]


PROPORTIONS = {
    "thigh to shank": Limits((0.65, 1.9), (0.45, 2.6)),
    "upper arm to forearm": Limits((0.6, 1.8), (0.4, 2.6)),
    "leg to trunk": Limits((1.05, 3.3), (0.7, 4.5)),
    "shoulder width to trunk": Limits((0.3, 1.3), (0.15, 2.0)),
    "hip width to trunk": Limits((0.1, 1.0), (0.03, 1.5)),
    "head height to trunk": Limits((0.1, 0.95), (0.03, 1.4)),
    "left to right": Limits((0.77, 1.3), (0.5, 2.0)),
}
"""Ratios of lengths. In real recordings of eight sources, markerless ones among them, they lie between 0.84 and 1.52,
0.87 and 1.24, 1.31 and 2.67, 0.47 and 1.00, 0.30 and 0.72, 0.21 and 0.66, 0.89 and 1.13. "Left to right" is the bone
whose sides differ most."""

BONE_VARIATION = Limits((0.0, 0.18), (0.0, 0.35))
"""Spread of a bone's length over its median, the median over the bones. The spread is the range from the 10th to the
90th percentile over 2.56. Recordings stay below 0.06; pose estimators reach 0.15."""

_UPRIGHT = 0.7
"""Cosine of the largest angle with the vertical of a shank whose foot stands."""

_TWO_BONES = 0.25
"""Spread of two bones from which on there is a note, however steady the others are; recordings stay below 0.1."""

_BENT, _FEW, _MOSTLY, _HANGING = 0.04, 0.1, 0.8, 0.85
"""How far a knee or an elbow must leave the line between the ends of its limb to count as bent, over the length of
that line; the share of such frames that tells which way it bends; the share of them that must agree; the cosine of the
largest angle of a hanging thigh or upper arm with the vertical. A hanging arm bends forward only."""

_FLAT = 0.02
"""Extent of a body along its thinnest direction over that along its longest. A person who stands upright has 0.045 at
least."""

_CONSTANT = 1e-6
"""The same over all points of which one coordinate is always the same."""

_ENOUGH = 1000
"""Frames that show whether points have a depth."""

_STILL = 0.01
"""Extent of a body along its longest direction within which no joint of a rig at rest moves."""

_JUMP, _TELEPORT = 0.2, 0.6
"""Metres in a thirtieth of a second: of all joints relative to the pelvis on average (a sprinter has 0.08), and of the
pelvis (a sprinter has 0.4)."""

_OFTEN = 0.03, 0.25
"""Share of frames in which the pelvis, and in which the limbs jump, from which on it is no slip of a tracker. From the
side, a pose estimator with one camera lets the limbs jump in 10% of the frames."""

_PICTURE, _WITHIN_PICTURE, _PIXELS = (-0.5, 1.5), (-0.25, 1.25), 20.0
"""Image coordinates as shares of the picture, joints a little outside of it among them: where y points downwards, and
where it points upwards, as in metres, in which the head of an adult is higher; or in pixels from here on."""

_OUTSIDE, _WRONG = 0.05, 0.2
"""Share of the joints that may lie further outside of the picture, and of the frames that may be wrong."""

_NEAR_ZERO, _AT_ZERO, _APART = 0.1, 1e-3, 0.3
"""Distance of the middle of the hips from the depth 0, nearly and exactly, and from the origin in x or y, over the
size of the body, the median distance of its joints from their middle. The first also tells whether hips move."""


_ALONG_DEPTH = 0.7
"""Share of a trunk's length that lies in the depth, from which on z is rather up. No recording with y up has more than
0.5."""

_RIGID, _BETTER, _LOOSE = 0.003, 1.5, 0.08
"""Bones of a body keep their length, those in a picture do not: x, y and z of a picture have scales of their own. The
change of the squared lengths, over their mean, in a body at rest; how many times as much of it the best scales of x, y
and z must take away in a picture; and the change above which nothing is certain. By these, 44 of 51 recordings are
certainly in space, and 1 of the same as a camera sees them, of a body at rest."""


def check_depth(joints: np.ndarray, source: str) -> None:
    """Refuses points of which one coordinate is always the same, or is a confidence: whichever joints they are, they
    are two-dimensional.

    Args:
        joints: (frames, joints, 3) in source units; NaN or infinite where not tracked.
        source: File name for error messages.

    Raises:
        MotionError: They move and have no depth.
    """
    points = joints[:: max(1, len(joints) // _ENOUGH)].astype(np.float64)
    known = all_three(np.isfinite(points))
    if np.count_nonzero(known) < 2:
        return
    points[~known] = np.nan
    # fmax and fmin skip NaN, without a warning of joints that are never tracked.
    highest, lowest = np.fmax.reduce(points, axis=0), np.fmin.reduce(points, axis=0)  # of each joint
    high, low = np.fmax.reduce(highest, axis=0), np.fmin.reduce(lowest, axis=0)
    extent = high - low
    moves = np.fmax.reduce(highest - lowest, axis=None) > _STILL * extent.max()
    depth = int(extent.argmin())
    if not moves:  # a rig at rest may be flat
        return
    if extent[depth] <= _CONSTANT * extent.max():
        what = f"{'xyz'[depth]} is {points[known][:, depth].mean():.4g} everywhere"
    elif extent.max() > _PIXELS and low[2] >= 0.0 and high[2] <= 1.0:
        what = "z lies between 0 and 1 and is a confidence"
    else:
        return
    raise MotionError(f"{source}: the positions are two-dimensional: their {what}. {IMAGE_ADVICE}")


def check_space(body: np.ndarray, mask: np.ndarray, is_stated: bool, source: str) -> None:
    """Refuses positions that are not in space: flat bodies, and points of an image with a depth of their own.

    Args:
        body: (frames, 22, 3) in the units and axes of the source.
        mask: (22,) bool.
        is_stated: Whether the unit of length or the up axis is stated, which pictures do not have.
        source: File name for error messages.

    Raises:
        MotionError: The body is two-dimensional, or these are image coordinates.
    """
    shown = body[:, mask].astype(np.float64)
    about = (shown - np.einsum("fjc->fc", shown)[:, None] / shown.shape[1]).reshape(-1, 3)
    spread = np.sqrt(np.maximum(np.linalg.eigvalsh(about.T @ about), 0.0) / (len(about) - 1))
    if spread[0] < _FLAT * spread[2]:
        moves = float(np.ptp(shown - shown[:, :1], axis=0).max()) > _STILL * spread[2]  # as in `check_depth`
        if moves:
            raise MotionError(
                f"{source}: the body is flat: its extent in one direction is {spread[0] / spread[2]:.1%} of that in "
                f"another. {IMAGE_ADVICE}"
            )
    if not is_stated and _of_a_picture(body, mask, float(median(norms(about)))):
        at = ", ".join(f"{place:.3g}" for place in np.median(body[:, _HIPS, :2].mean(axis=1), axis=0))
        raise MotionError(
            f"{source}: these are image coordinates: the middle of the hips lies at {at} in the picture and has "
            "the depth 0. World landmarks (metres, hips at the origin) are needed; MediaPipe gives both."
        )


def _of_a_picture(body: np.ndarray, mask: np.ndarray, size: float) -> bool:
    """Whether x and y are places in a picture, and z is a depth relative to the hips.

    World landmarks have the hips at the origin; in a picture they are at depth 0, but somewhere else in x and y. Where
    y points upwards, a recording in space may come near that: there the depth must be exactly 0, the hips must move
    sideways, and the feet must not be on a floor at 0. A few frames may be anything. A body in space may come nearer
    still, with z up from the height of the hips, or y down: what else it has is in `_is_in_space`.

    Args:
        body: (frames, 22, 3).
        mask: (22,) bool.
        size: Median distance of its joints from their middle.
    """
    if not mask[_HIPS].all():
        return False
    hips, shoulders = (0.5 * np.add(*body[:, pair].swapaxes(0, 1).astype(np.float64)) for pair in (_HIPS, _SHOULDERS))
    x, y, drop = median(np.array([hips[:, 0], hips[:, 1], hips[:, 1] - shoulders[:, 1]])).tolist()
    middle, x, y = min(x, y), abs(x), abs(y)
    if drop > 0.0:
        depth, (low, high) = _NEAR_ZERO, _PICTURE
        is_elsewhere = max(x, y) > _APART * size
    else:
        depth, (low, high) = _AT_ZERO, _WITHIN_PICTURE
        floor = abs(np.median(body[:, mask, 1].min(axis=1)))
        is_elsewhere = min(x, y, floor) > _APART * size and np.ptp(hips[:, 0]) > _NEAR_ZERO * size
    if not is_elsewhere or np.mean(np.abs(hips[:, 2]) > depth * size) > _WRONG:
        return False
    inside = np.mean((body[:, mask, :2] > low) & (body[:, mask, :2] < high), axis=(1, 2)) > 1.0 - _OUTSIDE
    is_near = np.mean(inside) > 1.0 - _WRONG or middle > _PIXELS
    return bool(is_near) and not _is_in_space(body.astype(np.float64), mask, shoulders - hips)


def _is_in_space(body: np.ndarray, mask: np.ndarray, trunk: np.ndarray) -> bool:
    """Whether a trunk stands along z, or bones keep their length as well as with any other scales of x, y and z.

    Those scales are the ones with the smallest sum of squares of the changes of all squared lengths, which are linear
    in the squares of the scales. The frames that differ most are left out, as they may be wrong.

    Args:
        body: (frames, 22, 3) float64.
        mask: (22,) bool.
        trunk: (frames, 3), from the hips to the shoulders.
    """
    if np.median(np.abs(trunk[:, 2]) / np.maximum(norms(trunk), 1e-9)) > _ALONG_DEPTH:
        return True
    vectors = _bone_vectors(body, mask)[1]
    if len(vectors) < 2:
        return False
    squares = np.square(vectors)
    typical = np.median(squares, axis=1, keepdims=True)
    changes = (squares - typical) / np.maximum(typical.sum(axis=-1, keepdims=True), 1e-12)
    off = np.abs(changes).sum(axis=(0, 2))
    changes = changes[:, off <= np.quantile(off, 1.0 - _WRONG)]
    changes -= changes.mean(axis=1, keepdims=True)
    products = np.einsum("bfi,bfj->ij", changes, changes) / changes[..., 0].size
    as_given = float(np.sqrt(max(products.sum() / 3.0, 0.0)))  # with the scales 1, 1, 1, as a unit vector
    at_best = float(np.sqrt(max(np.linalg.eigvalsh(products)[0], 0.0)))
    return as_given <= min(max(_RIGID, _BETTER * at_best), _LOOSE)


def check_body(body: np.ndarray, mask: np.ndarray, source: str, notes: list[dict[str, str]]) -> None:
    """Checks a body against what bodies are like.

    Args:
        body: (frames, 22, 3) metres, Y up, 30 frames/s, facing +Z.
        mask: (22,) bool.
        source: File name for error messages.
        notes: Receives a note for each finding: `unlikely_proportions`, `unsteady_bones`, `jumps`, `mirrored`.

    Raises:
        MotionError: This cannot be one body: its bones change their length, or have lengths that nobody has, or it
            jumps from one place to another and back.
    """
    bones, vectors = _bone_vectors(body, mask)
    lengths = quantiles(norms(np.concatenate([vectors, _trunk_vectors(body, mask)])), 0.1, 0.5, 0.9)
    _check_variation(bones, [each[: len(bones)] for each in lengths], source, notes)
    _check_proportions(mask, bones, lengths[1].tolist(), source, notes)
    _check_jumps(body, mask, source, notes)
    if reason := _why_mirrored(body, mask):
        notes.append(note("mirrored", f"{reason}: the axes may be left-handed (mirrored), or left and right swapped"))


def _bone_vectors(body: np.ndarray, mask: np.ndarray) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Returns side and name of the bones that the recording has, and (bones, frames, 3) from lower to upper end."""
    bones = [bone for bone, ends in _ENDS.items() if mask[ends].all()]
    first, last = np.array([_ENDS[bone] for bone in bones], dtype=int).reshape(-1, 2).T
    return bones, body.swapaxes(0, 1)[first] - body.swapaxes(0, 1)[last]


def _trunk_vectors(body: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Returns (4, frames, 3): from the hips to the shoulders, to the head, from shoulder to shoulder, hip to hip."""
    joints = body.swapaxes(0, 1)
    (hip, other_hip), (shoulder, other_shoulder) = joints[_HIPS], joints[_SHOULDERS]
    hips = (hip + other_hip) / 2 if mask[_HIPS].all() else joints[_PELVIS]
    shoulders = (shoulder + other_shoulder) / 2
    return np.array([shoulders - hips, joints[_HEAD] - shoulders, shoulder - other_shoulder, hip - other_hip])


def _check_variation(
    bones: list[tuple[str, str]], lengths: list[np.ndarray], source: str, notes: list[dict[str, str]]
) -> None:
    """Checks the 10th, 50th and 90th percentile of the length of each bone."""
    if not bones:
        return
    low, middle, high = lengths
    variation = (high - low) / 2.56 / np.maximum(middle, 1e-9)
    typical = float(np.median(variation))
    second = float(np.sort(variation)[-2:][0])
    if typical <= BONE_VARIATION.doubtful[1] and second <= _TWO_BONES:
        return
    worst = int(variation.argmax())
    side, bone = bones[worst]
    found = f"the {side} {bone} is {low[worst]:.2f} to {high[worst]:.2f} m long in this recording"
    if typical > BONE_VARIATION.impossible[1]:
        raise MotionError(
            f"{source}: the joints do not keep together as a body: {found}. Expected joint positions in space; "
            "rotations, image coordinates, joints in another order and people who are mixed up look like this."
        )
    notes.append(note("unsteady_bones", f"{found}: the tracking is poor, and claims about it are doubtful"))


def _check_proportions(
    mask: np.ndarray, bones: list[tuple[str, str]], lengths: list[float], source: str, notes: list[dict[str, str]]
) -> None:
    doubtful = []
    for name, ratio in _ratios(mask, bones, lengths).items():
        limits = PROPORTIONS[name]
        if not limits.impossible[0] <= ratio <= limits.impossible[1]:
            raise MotionError(
                f"{source}: these joints do not make a body: the ratio of {name} is {ratio:.2f}, expected "
                f"{limits.doubtful[0]:g} to {limits.doubtful[1]:g}. Expected joint positions in space, in the order "
                "of the layout or under their names; rotations, another layout and two people in one look like this."
            )
        if not limits.doubtful[0] <= ratio <= limits.doubtful[1]:
            doubtful.append(f"the ratio of {name} is {ratio:.2f}")
    if doubtful:
        notes.append(note("unlikely_proportions", f"the body has unlikely proportions: {', '.join(doubtful)}"))


def _ratios(mask: np.ndarray, bones: list[tuple[str, str]], lengths: list[float]) -> dict[str, float]:
    """Returns the ratios of `PROPORTIONS` that the recording has.

    Args:
        mask: (22,) bool.
        bones: Side and name of each bone.
        lengths: Median length of each of them, and then of the four of `_trunk_vectors`.
    """
    usual = {bone: max(length, 1e-9) for bone, length in zip(bones, lengths, strict=False)}
    trunk, neck, shoulder_width, hip_width = lengths[len(bones) :]
    trunk = max(trunk, 1e-9)

    def mean_of(bone: str) -> float | None:
        of_sides = [usual[side, bone] for side in _SIDES if (side, bone) in usual]
        return sum(of_sides) / len(of_sides) if of_sides else None

    thigh, shank, upper, fore = (mean_of(bone) for bone in _BONES)
    ratios = {"shoulder width to trunk": shoulder_width / trunk}
    if thigh is not None and shank is not None:
        ratios |= {"thigh to shank": thigh / shank, "leg to trunk": (thigh + shank) / trunk}
    if upper is not None and fore is not None:
        ratios["upper arm to forearm"] = upper / fore
    if mask[_HIPS].all():
        ratios["hip width to trunk"] = hip_width / trunk
    if mask[_HEAD]:
        ratios["head height to trunk"] = neck / trunk
    sides = [
        usual["left", bone] / usual["right", bone]
        for bone in _BONES
        if {("left", bone), ("right", bone)} <= usual.keys()
    ]
    if sides:
        ratios["left to right"] = max(sides, key=lambda ratio: abs(np.log(ratio)))
    return ratios


def _check_jumps(body: np.ndarray, mask: np.ndarray, source: str, notes: list[dict[str, str]]) -> None:
    moved = body[1:] - body[:-1]
    pelvis = norms(moved[:, _PELVIS])
    steps = norms(moved - moved[:, _PELVIS : _PELVIS + 1])[:, mask].mean(axis=1)
    jumps = np.flatnonzero((pelvis > _TELEPORT) | (steps > _JUMP))
    if not len(jumps):
        return
    place = f"the body jumps between two frames, first at {jumps[0] / FRAME_RATE:.2f} s"
    teleports = int((pelvis > _TELEPORT).sum())
    if teleports > max(2, _OFTEN[0] * len(body)) or len(jumps) > _OFTEN[1] * len(body):
        expected = "joint positions of one person; rotations, and people who are mixed up, look like this"
        if any(each["code"] == "body_model" for each in notes):
            expected = (
                "rotations that change little from frame to frame; frames of several takes, or in no order, look like "
                "this"
            )
        raise MotionError(f"{source}: {place}, {len(jumps)} times in all. Expected {expected}.")
    notes.append(note("jumps", f"{place}: the tracker may have lost the person or taken another one"))


def _why_mirrored(body: np.ndarray, mask: np.ndarray) -> str | None:
    """Says why the sides seem to be exchanged: feet point, or knees or elbows bend, the wrong way; else None."""
    forward = facing(body, mask)
    toes = []
    for side in _SIDES:
        knee, ankle, foot = (JOINT_INDEX[f"{side}_{joint}"] for joint in ("knee", "ankle", "foot"))
        if mask[[knee, ankle, foot]].all():
            shank = body[:, knee] - body[:, ankle]
            upright = shank[:, 1] > _UPRIGHT * norms(shank)  # not kneeling or lying
            along = (body[:, foot] - body[:, ankle])[:, [0, 2]]
            length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
            ahead = ((along[:, 0] * forward[:, 0] + along[:, 1] * forward[:, 2]) / length)[upright]
            if len(ahead) > _FEW * len(body):
                toes.append(float(ahead.mean()))
    if toes and max(toes) < -0.5:
        return "the feet point backwards"
    if toes and min(toes) > 0.3:
        return None
    knees = _bends(body, mask, ("hip", "knee", "ankle"), forward)
    if len(knees):
        return "the knees bend backwards" if np.mean(knees < 0) > _MOSTLY else None
    elbows = _bends(body, mask, ("shoulder", "elbow", "wrist"), forward)
    return "hanging arms bend backwards" if len(elbows) and np.mean(elbows > 0) > _MOSTLY else None


def _bends(body: np.ndarray, mask: np.ndarray, limb: tuple[str, str, str], forward: np.ndarray) -> np.ndarray:
    """Finds how far forward the middle joint of a limb is from the line between its ends, over the length of that
    line, in the frames in which the upper part hangs and the limb is bent; nothing if these are few.
    """
    found, frames = [np.empty(0)], 0
    for side in _SIDES:
        near, middle, far = (JOINT_INDEX[f"{side}_{joint}"] for joint in limb)
        if not mask[[near, middle, far]].all():
            continue
        line, out = body[:, far] - body[:, near], body[:, middle] - body[:, near]
        hanging = -out[:, 1] > _HANGING * norms(out)
        length = np.maximum(np.linalg.norm(line, axis=-1, keepdims=True), 1e-9)
        out = out - (out * line).sum(axis=-1, keepdims=True) / length**2 * line
        ahead = (out * forward).sum(axis=-1) / length[:, 0]
        found.append(ahead[hanging & (np.abs(ahead) > _BENT)])
        frames += len(ahead)
    bent = np.concatenate(found)
    return bent if len(bent) > _FEW * frames else np.empty(0)
