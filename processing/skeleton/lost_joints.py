"""Which zeros of a recording are joints that were lost, and which are places: the origin is where many bodies stand.

Trackers write 0, 0, 0 for a joint that they lost. But a root is often at the origin on purpose, throughout or in the
first frame, and a recording may cross it. A joint was lost where its bones do not keep their length at the origin, and
where another joint is there too: no two joints of a body are in one place.
"""

import numpy as np

from ..reading.vectors import all_three
from .matching import JointMatch
from .tree import JOINT_INDEX, PARENTS

_JUMP = 3.0
"""A joint that goes to the origin by more than this many of its fastest steps has jumped."""

_BONE_CHANGE = 0.1
"""Share of its length by which a bone changes at most while both of its ends are tracked, with noise."""

_PINNED_CHANGE = 0.05
"""The same for a joint that is at the origin in every frame."""


def lost_at_zero(positions: np.ndarray, tracked: np.ndarray, needed: list[int], match: JointMatch) -> np.ndarray:
    """Finds zeros that mean that nothing was tracked.

    Args:
        positions: (frames, needed, 3) positions, NaN where not tracked.
        tracked: (frames, needed) bool.
        needed: Index in the recording of each joint in `positions`.
        match: Which joints of the unified skeleton they are.

    Returns:
        (frames, needed) bool, True where a joint was lost.
    """
    zero: np.ndarray = all_three(positions == 0.0)
    lost = np.zeros_like(zero)
    if not zero.any():
        return lost
    nobody = (zero | ~tracked).all(axis=1) & zero.any(axis=1)
    if nobody.all():
        return lost
    lost[nobody] = zero[nobody]
    placed = tracked & ~zero
    neighbours = _neighbours(needed, match)
    root = set(match.map.get(JOINT_INDEX["pelvis"], []))
    for column in np.flatnonzero((zero & ~nobody[:, None]).any(axis=0)).tolist():
        at_zero = zero[:, column] & ~nobody
        if at_zero.sum() == (tracked[:, column] & ~nobody).sum():  # whenever it is tracked
            is_root = needed[column] in root
            if not is_root and not _is_rigid(positions, placed, at_zero, column, neighbours[column]):
                lost[:, column] |= at_zero
            continue
        is_root = needed[column] in root
        if not is_root:
            shared = at_zero & (zero.sum(axis=1) > 1)
            lost[shared, column] = True
            at_zero &= ~shared
        speed = _fastest_step(positions[:, column], placed[:, column])
        for start, stop in _runs(at_zero):
            edges = [frame for frame in (start - 1, stop) if 0 <= frame < len(zero) and placed[frame, column]]
            jumps = [float(np.linalg.norm(positions[frame, column])) for frame in edges]
            has_jumped = not jumps or max(jumps) > _JUMP * speed
            frames = np.arange(start, stop)
            keeps = _keeps_bones(positions, placed, frames, column, neighbours[column])
            if not keeps and (has_jumped or (keeps is False and not is_root)):
                lost[start:stop, column] = True
    return lost


def _neighbours(needed: list[int], match: JointMatch) -> list[list[int]]:
    """Returns for each of the needed joints the places in `needed` of the joints that a bone links to it."""
    place = {index: column for column, index in enumerate(needed)}
    linked: list[set[int]] = [set() for _ in needed]
    for joint, sources in match.map.items():
        parent = PARENTS[joint]
        while parent >= 0 and parent not in match.map:
            parent = PARENTS[parent]
        for source in sources:
            for other in match.map.get(parent, []):
                if source != other:
                    linked[place[source]].add(place[other])
                    linked[place[other]].add(place[source])
    return [sorted(columns) for columns in linked]


def _fastest_step(path: np.ndarray, placed: np.ndarray) -> float:
    """Returns how far a joint goes from frame to frame at most, 0 where it is never tracked in two of them in turn."""
    both = placed[1:] & placed[:-1]
    if not both.any():
        return 0.0
    return float(np.percentile(np.linalg.norm(path[1:][both] - path[:-1][both], axis=-1), 99))


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Returns the first frame, and the frame after the last, of each run of True."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _keeps_bones(
    positions: np.ndarray, placed: np.ndarray, frames: np.ndarray, column: int, neighbours: list[int]
) -> bool | None:
    """Whether the bones of a joint at the origin are as long in these frames as usual; None where none is known."""
    known = False
    for other in neighbours:
        usual = placed[:, column] & placed[:, other]
        there = frames[placed[frames, other]]
        if not usual.any() or len(there) < len(frames):
            continue
        length = float(np.median(np.linalg.norm(positions[usual, column] - positions[usual, other], axis=-1)))
        now = np.linalg.norm(positions[there, other], axis=-1)
        if (np.abs(now - length) > _BONE_CHANGE * length).any():
            return False
        known = True
    return True if known else None


def _is_rigid(
    positions: np.ndarray, placed: np.ndarray, at_zero: np.ndarray, column: int, neighbours: list[int]
) -> bool:
    """Whether a joint that is at the origin in every frame belongs there: the joints around it keep their distance."""
    lengths = [np.linalg.norm(positions[at_zero & placed[:, other], other], axis=-1) for other in neighbours]
    lengths = [length for length in lengths if len(length)]
    return bool(lengths) and all(
        float(np.std(length)) <= _PINNED_CHANGE * float(np.mean(length)) for length in lengths
    )
