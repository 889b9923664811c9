"""Gaps in the tracking of joints: how they are filled, and what cannot be measured where they are long.

Between two places a joint is interpolated. Before the first and after the last it goes with the trunk: if it rested
where it was seen, a hip would stay behind the walking body and turn it. A joint of the trunk goes with the others in
long gaps too.
"""

import numpy as np

from .tree import JOINT_INDEX

SHORTEST_LONG_GAP_S = 0.4
"""Seconds up to which a gap hides little. With 30% of real clips in gaps of 0.3 s, cadence changes by 0.1 spreads at
most in nine of ten; one gap of 0.7 s in them changes it by 0.7."""

_MOST_INSIDE, _MOST_OF_RHYTHM = 0.075, 0.2
"""Share of a clip in long gaps up to which steps and the course can be measured, and the rhythm, from gaps cut into
real clips of three sources. With more, step length and stance, and then the speed of the hands, are wrong by more than
half a spread in one of ten."""

_MOST_STEPS_AT_ENDS, _MOST_COURSE_AT_ENDS = 0.15, 0.03
"""The same at the ends, where no step is lost but the first or the last ones. With both arms lost in the first 5% of
real clips, the timing of the strongest movement is wrong by 0.8 spreads in one of ten, as an arm may rise there; with
a leg lost in the last fifth, stance by 0.6."""

_MOSTLY = 0.8
"""Share of a gap in which a joint of the trunk must be tracked to carry a lost one."""

_WITH_THE_BODY = 0.8
"""Share of what is lost of the legs or arms from which on it is the whole body that is lost."""

_FLAT = 0.01
"""Ratio of the second to the first moment of the carrying joints below which they lie on one line, which shows no turn
about it."""

_LEGS = [JOINT_INDEX[f"{side}_{joint}"] for joint in ("knee", "ankle") for side in ("left", "right")]
_ARMS = [JOINT_INDEX[f"{side}_{joint}"] for joint in ("elbow", "wrist") for side in ("left", "right")]
_MOVING = [*_LEGS, *_ARMS, JOINT_INDEX["head"]]  # without hips and shoulders, which the trunk carries over a gap


def fill_gaps(
    positions: np.ndarray, tracked: np.ndarray, fps: float, columns: list[int], trunk: list[int]
) -> np.ndarray:
    """Fills the gaps of some joints.

    Args:
        positions: (frames, joints, 3) in any unit and axes, NaN where not tracked.
        tracked: (frames, joints) bool, each of `columns` at least once.
        fps: Frames per second.
        columns: Joints to fill.
        trunk: Joints of the trunk.

    Returns:
        (frames, len(columns), 3) of the same type, without NaN.
    """
    frames = np.arange(len(positions))
    filled = positions[:, columns]
    if tracked[:, columns].all():
        return filled
    for place, column in enumerate(columns):
        path, known = filled[:, place].copy(), tracked[:, column].copy()
        gaps = _gaps(tracked[:, column])
        carried = (gaps[:, 0] == 0) | (gaps[:, 1] == len(frames))
        if column in trunk:
            carried |= _are_long(gaps, fps)
        for start, stop in gaps[carried].tolist():
            edges = [edge for edge in (start - 1, stop) if 0 <= edge < len(frames)]
            there, places = _carried(positions, tracked, column, frames[start:stop], edges, trunk)
            path[there], known[there] = places, True
        at = np.flatnonzero(known)
        if len(at) < len(frames):
            for axis in range(3):
                path[:, axis] = np.interp(frames, at, path[at, axis])
        filled[:, place] = path
    return filled


def long_gaps(tracked: np.ndarray, fps: float) -> np.ndarray:
    """Returns (frames, joints) bool, where a joint was not tracked for longer than `SHORTEST_LONG_GAP_S`.

    Args:
        tracked: (frames, joints) bool.
        fps: Frames per second.
    """
    found = np.zeros_like(tracked)
    if tracked.all():
        return found
    for joint in range(tracked.shape[1]):
        gaps = _gaps(tracked[:, joint])
        for start, stop in gaps[_are_long(gaps, fps)].tolist():
            found[start:stop, joint] = True
    return found


def limits_of_gaps(guessed: np.ndarray, mask: np.ndarray) -> dict[str, str]:
    """Finds what a clip cannot show because too much of it lies in long gaps.

    Args:
        guessed: (frames, 22) bool, where a joint was in a long gap.
        mask: (22,) bool, False where a joint is absent.

    Returns:
        Some of the keys "steps", "course" and "rhythm" of `ASPECTS` -> why, as a clause.
    """
    missing = {}
    nobody: np.ndarray = np.all(guessed[:, mask], axis=1)
    inside, ends = _shares(guessed[:, _LEGS])
    if inside > _MOST_INSIDE or ends > _MOST_STEPS_AT_ENDS:
        lost = _what_is_lost("the legs", max(inside, ends), guessed[:, _LEGS], nobody)
        missing["steps"] = f"{lost}, in which steps may be lost"
    inside, ends = _shares(guessed[:, _MOVING])
    if inside > _MOST_INSIDE or ends > _MOST_COURSE_AT_ENDS:
        lost = _what_is_lost("parts of the body", max(inside, ends), guessed[:, _MOVING], nobody)
        missing["course"] = f"{lost}, and may have moved in it"
    share = float(guessed[:, _MOVING].mean(axis=0).max(initial=0.0))
    if share > _MOST_OF_RHYTHM:
        missing["rhythm"] = _what_is_lost("parts of the body", share, guessed[:, _MOVING], nobody)
    return missing


def _what_is_lost(what: str, share: float, lost: np.ndarray, nobody: np.ndarray) -> str:
    """Says what was lost for a share of the time: the whole body if hardly anything was tracked without the rest.

    Args:
        what: The joints that are lost.
        share: Of the time in which one of them is.
        lost: (frames, joints) bool.
        nobody: (frames,) bool, where no joint was tracked: there may be no frame at all, as times show.
    """
    of_body = float((lost & nobody[:, None]).mean(axis=0).max(initial=0.0))
    if of_body >= _WITH_THE_BODY * share:
        return f"no frame shows the body for {of_body:.0%} of the time"
    return f"{what} were not tracked for {share:.0%} of the time"


def _shares(guessed: np.ndarray) -> tuple[float, float]:
    """Returns the share of the frames in gaps between tracked frames, and at the ends, of the worst joint."""
    at_ends = np.logical_and.accumulate(guessed) | np.logical_and.accumulate(guessed[::-1])[::-1]
    inside = guessed & ~at_ends
    return float(inside.mean(axis=0).max(initial=0.0)), float(at_ends.mean(axis=0).max(initial=0.0))


def _gaps(tracked: np.ndarray) -> np.ndarray:
    """Returns (gaps, 2): the first frame of each gap of a joint, and the frame after it, from (frames,) bool."""
    return np.flatnonzero(np.diff((~tracked).astype(np.int8), prepend=0, append=0)).reshape(-1, 2)


def _are_long(gaps: np.ndarray, fps: float) -> np.ndarray:
    """Returns (gaps,) bool."""
    return np.asarray(gaps[:, 1] - gaps[:, 0] > SHORTEST_LONG_GAP_S * fps)


def _carried(
    positions: np.ndarray, tracked: np.ndarray, column: int, gap: np.ndarray, edges: list[int], trunk: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Moves a joint with the trunk, from where it was relative to it before the gap to where it is after it.

    Args:
        positions: (frames, joints, 3).
        tracked: (frames, joints) bool.
        column: The joint.
        gap: (gap,) frames in which it is lost.
        edges: The frame before the gap and the one after it, or that of them which the recording has.
        trunk: Joints of the trunk.

    Returns:
        The frames of the gap in which the trunk is tracked, and the (these frames, 3) positions in them.
    """
    carriers = [each for each in trunk if each != column and tracked[edges, each].all()]
    present = gap[tracked[gap][:, carriers].any(axis=1)]
    carriers = [each for each in carriers if len(present) and tracked[present, each].mean() >= _MOSTLY]
    there = present[tracked[present][:, carriers].all(axis=1)]
    if not carriers or not len(there):
        return gap[:0], positions[:0, column]
    from_each = [
        _rigidly(positions[edge, carriers], positions[there][:, carriers], positions[edge, column]) for edge in edges
    ]
    part = (there[:, None] - edges[0]) / max(edges[-1] - edges[0], 1)
    return there, from_each[0] + part * (from_each[-1] - from_each[0])


def _rigidly(shape: np.ndarray, moved: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Moves a point as a set of points moves (Kabsch 1976); the nearer of them count more, by the square of distance.

    Args:
        shape: (points, 3) where the set is when the point is known.
        moved: (frames, points, 3) where it is in other frames.
        point: (3,).

    Returns:
        (frames, 3) float64.
    """
    shape, moved = shape.astype(np.float64), moved.astype(np.float64)
    squares = np.square(shape - point).sum(axis=1)
    weight = 1.0 / np.maximum(squares, 1e-3 * squares.max(initial=1e-12))
    weight /= weight.sum()
    middle, middles = weight @ shape, weight @ moved
    products = np.einsum("p,pi,fpj->fij", weight, shape - middle, moved - middles[:, None])
    left, moments, right = np.linalg.svd(products)
    left[np.linalg.det(left @ right) < 0, :, 2] *= -1  # a rotation, no mirror image
    turn = left @ right
    turn[moments[:, 1] <= _FLAT * moments[:, 0]] = np.eye(3)
    return middles + (point - middle) @ turn
