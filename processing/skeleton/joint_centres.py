"""Estimates joint centres from markers on the skin, by published regressions.

| joint | from the markers |
|---|---|
| hips | the width and depth of the pelvis (Harrington et al. 2007, J. Biomech. 40, 595-602) |
| knees, ankles | half the width of the joint from the outer marker (Davis et al. 1991, Hum. Mov. Sci. 10, 575-587) |
| elbows | the same, in the plane of the arm |
| knees, ankles, elbows with a marker on each side | their middle |
| shoulders | 17% of their distance below the acromia (Rab et al. 2002, Gait Posture 15, 113-119) |
| wrists | the middle of both sides of the wrist, or the only marker |
| neck, chest | the middle of C7 and CLAV, of T10 and STRN |
| head | the middle of the headband; its front minus its back is the direction of the face |

Harrington's regression was chosen because it needs only distances between markers: those of Davis and of Hara et al.
2016 need the length of the legs, as measured by hand. Widths of joints are not in a recording of markers either. They
are those of the Phantom, a reference human (Ross and Wilson 1974, Med. Sport 28, 284-289), scaled by the length of
the legs. A joint whose markers are missing is absent. Joint centres that the capture software has written into the
file are used in place of estimates.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..reading.motion import Motion, MotionError, note
from ..reading.units import UNIT_SCALES
from .matching import JointMatch
from .skin_markers import find_markers
from .tree import JOINT_INDEX, JOINT_NAMES

LAYOUT = "skin-markers"
"""The layout in the report, as "by-name" is where joints were matched by their names."""

_PELVIS_WIDTH_MM = 240.0
_PELVIS_WIDTH_RANGE_MM = (110.0, 420.0)
"""Between the anterior spines of the pelvis: an average adult, and from small child to very large adult."""

_PHANTOM_LEG_MM = 860.0
"""Height of the iliac spine (941 mm) above the marker on the ankle, of the Phantom."""

_PHANTOM_WIDTH_MM = {"knee": 95.2, "ankle": 66.8, "elbow": 64.8}
"""Width of the joints of the Phantom, across the bone."""

_RIGID = 0.15
"""Interquartile range of the width of the pelvis, relative to its median, up to which its markers are believed."""

_WIDTHS = "knees, ankles and elbows by their average width (Ross and Wilson 1974)"
_MARKER_RADIUS_MM = 7.0
_SHOULDER_DROP = 0.17
_WAND_AGREES = 0.7
"""Cosine of the angle up to which the wand of a thigh or shank is believed: wands that only track sit anywhere."""

_MIN_WAND = 0.05
"""Share of the bone's length by which a wand must stand off the bone to define a plane."""

_BENT = 4.0
"""Weight of the plane in which a knee is bent: at 30 degrees it counts as much as the pelvis."""

_STRAIGHT = 0.1
"""Sine of the angle below which the axis of a joint is uncertain, and the offset from the marker shrinks."""


def estimate_joint_centres(motion: Motion, joints: np.ndarray) -> tuple[Motion, JointMatch] | None:
    """Turns a recording of markers on the skin into one of joint centres.

    Args:
        motion: A recording; its positions are not read.
        joints: (frames, points, 3) its positions in source units and axes, checked.

    Returns:
        The same recording with joints named as in `tree.py`, the direction of the face where the head has markers,
        and a note; and where each joint comes from. None where the points are no marker set, or a layout is declared.

    Raises:
        MotionError: Markers without which there is no body are missing; the message names them.
    """
    if motion.joint_names is None or motion.layout is not None:
        return None
    places = find_markers(motion.joint_names, motion.source)
    if places is None:
        return None
    points = {place: joints[:, index].astype(np.float64) for place, index in places.items()}
    for place, position in points.items():
        position[~np.isfinite(position).all(axis=-1) | (position == 0.0).all(axis=-1)] = np.nan
        if motion.visible is not None:
            position[~motion.visible[:, places[place]]] = np.nan
    body = _Markers(points, motion)
    body.solve()
    names = [name for name in JOINT_NAMES if name in body.centres]
    centres = np.stack([body.centres[name] for name in names], axis=1).astype(np.float32)
    how = {name: body.how[name] for name in names}
    used = {index for place, index in places.items() if place in body.used}
    match = JointMatch(
        {JOINT_INDEX[name]: [column] for column, name in enumerate(names)},
        LAYOUT,
        [name for name in JOINT_NAMES if name not in body.centres],
        how,
        [name for index, name in enumerate(motion.joint_names) if index not in used],
    )
    solved = replace(motion, joints=centres, joint_names=names, parents=None, visible=None, face=body.face)
    notes = [note("estimated_joint_centres", _sentence(body.estimated))] if body.estimated else []
    if body.looseness > _RIGID:
        text = f"the width of the pelvis between its markers varies by {body.looseness:.0%}, and a pelvis is rigid: "
        notes.append(note("loose_markers", f"{text}markers may be mixed up, and the joint centres are doubtful"))
    solved.notes = [*motion.notes, *notes]
    return solved, match


def _sentence(estimated: list[str]) -> str:
    return (
        "the points are markers on the skin, and the joint centres are estimated from them: "
        + "; ".join(dict.fromkeys(estimated))
        + "; expect errors of 1 to 3 cm"
    )


class _Markers:
    """The markers of one body, and the joint centres found so far.

    Args:
        points: Place on the body -> (frames, 3) float64, source units, NaN where not tracked; changed in place.
        motion: The recording, for its unit and its name.
    """

    def __init__(self, points: dict[str, np.ndarray], motion: Motion):
        self.points = points
        self.centres: dict[str, np.ndarray] = {}
        self.how: dict[str, str] = {}
        self.used: set[str] = set()
        self.estimated: list[str] = []
        self.face: np.ndarray | None = None
        for cluster in (("asis", "psis"), ("forehead", "back_of_head")):
            places = [f"{side}_{place}" for place in cluster for side in ("left", "right")]
            if all(place in points for place in places):
                whole = complete_cluster(np.stack([points[place] for place in places], axis=1))
                points.update({place: whole[:, column] for column, place in enumerate(places)})
        self.front = self.middle("left_asis", "right_asis")
        self.back = self.middle(*(("left_psis", "right_psis") if self.has("left_psis", "right_psis") else ("sacrum",)))
        self.top = self.middle("left_acromion", "right_acromion")
        across = points["right_asis"] - points["left_asis"]
        self.width, self.depth = _typical(across), _typical(self.front - self.back)
        if not (self.width > 0.0 and self.depth > 0.0):
            raise MotionError(
                f"{motion.source}: the markers on the pelvis coincide or are never tracked in the same frame; "
                "without them there are no hips"
            )
        quarter, three_quarters = np.nanpercentile(np.linalg.norm(across, axis=-1), (25, 75))
        self.looseness = float(three_quarters - quarter) / self.width
        self.mm = _units_per_mm(self.width, motion.units)
        self.size = self._size()
        self.right = _unit(across)
        self.forward = _unit(_without(self.front - self.back, self.right))
        up = np.cross(self.right, self.forward)
        # In left-handed axes the vector product points the other way, here and at every joint.
        self.hand = -1.0 if _median(_dot(up, self.top - self.front)) < 0.0 else 1.0
        self.up = self.hand * up

    def middle(self, *places: str) -> np.ndarray:
        """The mean of some markers, NaN where one of them is not tracked."""
        self.used.update(places)
        return np.mean([self.points[place] for place in places], axis=0)

    def has(self, *places: str) -> bool:
        return all(place in self.points for place in places)

    def _size(self) -> float:
        """Returns the size of the body relative to the Phantom, 1.0 where the legs have no markers."""
        legs = [
            _typical(self.points[f"{side}_asis"] - self.points[f"{side}_knee_outside"])
            + _typical(self.points[f"{side}_knee_outside"] - self.points[f"{side}_ankle_outside"])
            for side in ("left", "right")
            if self.has(f"{side}_knee_outside", f"{side}_ankle_outside")
        ]
        known = [leg for leg in legs if np.isfinite(leg)]
        return float(np.clip(np.mean(known) / self.mm / _PHANTOM_LEG_MM, 0.4, 1.5)) if known else 1.0

    def solve(self) -> None:
        """Finds every joint centre that the markers allow."""
        self._add("pelvis", (self.front + self.back) / 2, "middle of the markers on the pelvis")
        for side, medial in (("left", 1.0), ("right", -1.0)):
            self._hip(side, medial)
            self._limb(side, medial)
        self._trunk_and_head()

    def _add(self, joint: str, position: np.ndarray, how: str, estimated: str = "") -> None:
        self.centres[joint], self.how[joint] = position, how
        if estimated:
            self.estimated.append(estimated)

    def _given(self, side: str, joint: str) -> bool:
        """Uses a joint centre that the file holds, if it is tracked in half of the frames or more."""
        place = f"{side}_{joint}"
        if place not in self.points or np.isfinite(self.points[place][:, 0]).mean() < 0.5:
            return False
        self.used.add(place)
        self._add(place, self.points[place], "joint centre in the file")
        return True

    def _measured(self, side: str, joint: str) -> bool:
        """Uses a joint centre that the file holds, or the middle of markers on both sides of the joint."""
        if self._given(side, joint):
            return True
        both = (f"{side}_{joint}_outside", f"{side}_{joint}_inside")
        if not self.has(*both):
            return False
        self._add(f"{side}_{joint}", self.middle(*both), "middle of the markers on both sides of it")
        return True

    def _hip(self, side: str, medial: float) -> None:
        if self._given(side, "hip"):
            return
        backward = 0.24 * self.depth + 9.9 * self.mm
        downward = 0.30 * self.width + 10.9 * self.mm
        outward = 0.33 * self.width + 7.3 * self.mm
        centre = self.front - backward * self.forward - downward * self.up - medial * outward * self.right
        source = "hips by Harrington et al. 2007"
        self._add(f"{side}_hip", centre, f"estimated from the markers on the pelvis ({source[8:]})", source)

    def _limb(self, side: str, medial: float) -> None:
        """Finds knee, ankle, foot, shoulder, elbow and wrist of one side.

        Args:
            side: "left" or "right".
            medial: 1 where the middle of the body is to the right of this side, else -1.
        """
        knee, ankle = f"{side}_knee_outside", f"{side}_ankle_outside"
        inward = medial * self.right
        if self.has(knee, ankle):
            inward = self._knee_axis(side, inward)
        self._hinge(side, "knee", f"{side}_hip", inward, f"{side}_thigh_wand")
        if f"{side}_knee" in self.centres:
            if knee in self.points:
                inward = self.centres[f"{side}_knee"] - self.points[knee]
            self._hinge(side, "ankle", f"{side}_knee", inward, f"{side}_shank_wand")
        if self.has(f"{side}_toe"):
            self._add(f"{side}_foot", self.middle(f"{side}_toe"), "marker on the toes")

        self._wrist(side)
        if not self._given(side, "shoulder"):
            down = _unit(self.centres["pelvis"] - self.top)
            drop = _SHOULDER_DROP * _typical(self.points["left_acromion"] - self.points["right_acromion"])
            centre = self.middle(f"{side}_acromion") + drop * down
            source = "shoulders by Rab et al. 2002"
            self._add(f"{side}_shoulder", centre, f"estimated from the marker on it ({source[13:]})", source)
        outside, wrist = f"{side}_elbow_outside", f"{side}_wrist"
        if not self._measured(side, "elbow") and outside in self.points and wrist in self.centres:
            above, below = self.centres[f"{side}_shoulder"], self.centres[wrist]
            centre = between(above, below, self.points[outside], self._offset("elbow"), -medial * self.hand)
            self.used.add(outside)
            self._add(f"{side}_elbow", centre, "estimated from the marker on its outside and the arm's plane", _WIDTHS)

    def _knee_axis(self, side: str, inward: np.ndarray) -> np.ndarray:
        """Turns the axis of the knee from that of the pelvis towards the one about which the knee is bent."""
        hip = self.centres[f"{side}_hip"]
        knee, ankle = self.points[f"{side}_knee_outside"], self.points[f"{side}_ankle_outside"]
        knee = knee + chord(hip - knee, _without(inward, _unit(hip - knee)), self._offset("knee"))
        ankle = ankle + chord(knee - ankle, _without(inward, _unit(knee - ankle)), self._offset("ankle"))
        bent = np.cross(_unit(knee - hip), _unit(ankle - knee))  # as long as the sine of the angle
        to_the_left = self.hand * _BENT * np.linalg.norm(bent, axis=-1, keepdims=True) * bent
        return inward - to_the_left if side == "left" else inward + to_the_left

    def _offset(self, joint: str) -> float:
        """Returns the distance from the outer marker of a joint to its centre, in source units."""
        return (_PHANTOM_WIDTH_MM[joint] * self.size / 2 + _MARKER_RADIUS_MM) * self.mm

    def _hinge(self, side: str, joint: str, above: str, inward: np.ndarray, wand: str) -> None:
        """Finds a knee or an ankle from its outer marker and the joint above it.

        Args:
            side: "left" or "right".
            joint: "knee" or "ankle".
            above: Name of the joint above it.
            inward: (frames, 3) roughly the direction from the outer marker to the joint.
            wand: Place of a wand that lies in the plane of the joint above, the outer marker and the joint.
        """
        outside = f"{side}_{joint}_outside"
        if self._measured(side, joint) or outside not in self.points:
            return
        marker = self.points[outside]
        bone = self.centres[above] - marker
        direction = _without(inward, _unit(bone))
        plane = "the axis of the joint"
        if wand in self.points:
            off = _without(marker - self.points[wand], _unit(bone))
            agreement = _median(_dot(_unit(off), _unit(direction)))
            if agreement > _WAND_AGREES and _typical(off) > _MIN_WAND * _typical(bone):
                direction, plane = _unit(off), "the wand"
                self.used.add(wand)
        self.used.add(outside)
        self._add(
            f"{side}_{joint}",
            marker + chord(bone, direction, self._offset(joint)),
            f"estimated from the marker on its outside and {plane}",
            _WIDTHS,
        )

    def _wrist(self, side: str) -> None:
        both = (f"{side}_wrist_thumb", f"{side}_wrist_little_finger")
        if self._given(side, "wrist"):
            return
        if self.has(*both):
            self._add(f"{side}_wrist", self.middle(*both), "middle of the markers on both sides of it")
        elif self.has(f"{side}_wrist_middle"):
            self._add(f"{side}_wrist", self.middle(f"{side}_wrist_middle"), "the marker on it")

    def _trunk_and_head(self) -> None:
        if self.has("c7", "clavicle"):
            self._add("neck", self.middle("c7", "clavicle"), "middle of the markers on C7 and the clavicles")
        else:
            self._add("neck", self.top, "middle of the markers on the shoulders")
        if self.has("t10", "sternum"):
            self._add("spine3", self.middle("t10", "sternum"), "middle of the markers on T10 and the sternum")
        for sides in (("left_", "right_"), ("",)):
            front, back = ([f"{side}{place}" for side in sides] for place in ("forehead", "back_of_head"))
            if self.has(*front, *back):
                self._add("head", self.middle(*front, *back), "middle of the markers on the head")
                self.face = (self.middle(*front) - self.middle(*back)).astype(np.float32)
                return


# ------------------------------------------------------------------------------------------------------------ geometry


def chord(bone: np.ndarray, inward: np.ndarray, offset: float) -> np.ndarray:
    """Returns the way from the outer marker of a joint to its centre.

    The joint above, the centre and the marker form a triangle with a right angle at the centre.

    Args:
        bone: (frames, 3) from the marker to the joint above.
        inward: (frames, 3) at right angles to it, in the plane of the triangle. Where it is shorter than `_STRAIGHT`,
            the plane is uncertain, and so much less is moved in it.
        offset: Distance from the marker to the centre.

    Returns:
        (frames, 3), NaN where an input is.
    """
    length = np.linalg.norm(bone, axis=-1, keepdims=True)
    along = np.minimum(offset / np.maximum(length, 1e-9), 1.0)
    size = np.linalg.norm(inward, axis=-1, keepdims=True)
    return offset * (along * _unit(bone) + np.sqrt(1.0 - along**2) * inward / np.maximum(size, _STRAIGHT))


def between(above: np.ndarray, below: np.ndarray, marker: np.ndarray, offset: float, way: float) -> np.ndarray:
    """Returns the centre of a joint that bends about an axis through its outer marker.

    The marker stands off the centre at right angles to the plane of both bones. So this plane touches a sphere around
    the marker whose radius is the offset, and the joint is where they touch. If the bones form a straight line, the
    joint lies on it: there the rule of Plug-in Gait, which leaves the plane of the marker, has no direction.

    Args:
        above: (frames, 3) the joint at the upper end of the limb.
        below: (frames, 3) the joint at its lower end.
        marker: (frames, 3).
        offset: Distance from the marker to the centre.
        way: 1 or -1: of the two planes that touch the sphere, which one.

    Returns:
        (frames, 3), NaN where an input is.
    """
    line = _unit(below - above)
    off = _without(marker - above, line)
    distance = np.maximum(np.linalg.norm(off, axis=-1, keepdims=True), 1e-9)
    left = np.sqrt(np.maximum(distance**2 - offset**2, 0.0))  # from the line to the joint
    aside = (left / distance) ** 2 * off + way * offset * left / distance**2 * np.cross(line, off)
    return above + _dot(marker - above, line)[:, None] * line + aside


def complete_cluster(points: np.ndarray) -> np.ndarray:
    """Places a marker that was lost by the others of its rigid cluster.

    Args:
        points: (frames, markers, 3), NaN where not tracked; four markers or more.

    Returns:
        The same, with a lost marker filled in wherever three of the cluster are tracked.
    """
    tracked = np.isfinite(points).all(axis=-1)
    whole = np.flatnonzero(tracked.all(axis=1))
    if len(whole) in (0, len(points)):
        return points
    shapes = np.linalg.norm(points[whole, :, None] - points[whole, None], axis=-1)
    unusual = np.abs(shapes - np.median(shapes, axis=0)).sum(axis=(1, 2))
    template = points[whole[int(np.argmin(unusual))]]
    points = points.copy()
    for pattern in np.unique(tracked, axis=0):
        if pattern.all() or pattern.sum() < 3:
            continue
        frames = np.flatnonzero((tracked == pattern).all(axis=1))
        here, there = points[frames][:, pattern], template[pattern]
        middle = here.mean(axis=1)
        u, _, v = np.linalg.svd(np.einsum("fmi,mj->fij", here - middle[:, None], there - there.mean(axis=0)))
        flip = np.ones((len(frames), 3))
        flip[:, 2] = np.linalg.det(u) * np.linalg.det(v)
        turn = np.einsum("fij,fj,fjk->fik", u, flip, v)
        lost = template[~pattern] - there.mean(axis=0)
        points[np.ix_(frames, np.flatnonzero(~pattern))] = middle[:, None] + np.einsum("fij,mj->fmi", turn, lost)
    return points


def _units_per_mm(width: float, units: str | None) -> float:
    """Returns the source units of a millimetre: as stated if that gives the pelvis a plausible width, else by it."""
    shortest, longest = _PELVIS_WIDTH_RANGE_MM
    stated: Mapping[str, float] = {unit: 0.001 / scale for unit, scale in UNIT_SCALES.items()}
    first = [stated[units]] if units is not None and units in stated else []
    candidates = first + [stated[unit] for unit in ("mm", "cm", "m")]
    plausible = (per_mm for per_mm in candidates if shortest <= width / per_mm <= longest)
    return next(plausible, width / _PELVIS_WIDTH_MM)


def _unit(vectors: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.divide(vectors, length, out=np.full_like(vectors, np.nan), where=length > 1e-9)


def _without(vectors: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Returns the part of `vectors` at right angles to the unit vectors `axis`."""
    return vectors - _dot(vectors, axis)[:, None] * axis


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray(np.einsum("fi,fi->f", a, b))


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan


def _typical(vectors: np.ndarray) -> float:
    """Returns the median length, NaN if none is known."""
    return _median(np.linalg.norm(vectors, axis=-1))
