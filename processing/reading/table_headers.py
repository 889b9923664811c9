"""Understands the header of a table with one row per frame: which columns are whose x, y and z.

The name of a column holds a joint, an axis and perhaps a quantity (position, rotation, velocity, ...) and a unit. It
may be written in four styles: the axis last (`head_x`, `Hips.position.x`, `hip center (x)`), last without a separator
(`HipCenterX`, `Hips.PositionX`, `Hips_tx`), first (`X_HipCenter`, `position_x.head`), or first without a separator
(`x1`, `XHead`). The style in which most joints are complete is taken for the whole header.

Columns named positions are preferred to those that name no quantity, and world coordinates to both. Rotations,
velocities and image coordinates are never read as positions: a table of nothing else is refused, with what to do.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from .keys import ANGLES_HINT, IMAGE_ADVICE, plain_key
from .limits import MAX_JOINTS, MAX_NAME_LENGTH
from .motion import MotionError
from .recording import shown
from .table_rows import USE_POSITIONS, Columns
from .times import time_unit_of
from .units import known_units

TWO_DIMENSIONAL = f"the positions are two-dimensional. {IMAGE_ADVICE}"
"""The end of a message on positions in an image."""

_MEDIAPIPE_LAYOUT, _MEDIAPIPE_LANDMARKS = "mediapipe33", 33
FRAME_COLUMNS = ("frame", "frameid", "frameindex", "framenumber", "frameno", "framenum", "frameidx", "sample")
PERSON_COLUMNS = (
    "person", "personid", "personindex", "subject", "subjectid", "individual", "trackid", "trackingid", "skeletonid",
    "bodyid", "bodyindex", "performer", "actor", "participant", "participantid",
)  # fmt: skip
"""Names of the columns with frame numbers and with persons, best first, in lower case and without separators."""

_LONGEST_LABEL = MAX_NAME_LENGTH + 32
"""Longer names of columns are no coordinates: the patterns below need not be fast for them."""

_KINDS = {
    word: kind
    for kind, words in {
        "world": "world",
        "position": "position positions pos posi translation translations trans loc location coord coords coordinate "
        "coordinates xyz",
        "rotation": "rotation rotations rot orientation orientations quaternion quaternions quat euler angle angles "
        "axisangle rotvec deg degrees radians flexion extension abduction adduction",
        "rate": "velocity velocities vel velo acceleration accelerations acc acce accel speed gyro omega jerk force "
        "moment torque magnetic magneticfield error residual",
        "image": "image img norm normalized normalised pixel pixels px screen",
    }.items()
    for word in words.split()
}
_LETTER_KINDS = {"t": "position", "p": "position", "r": "rotation", "q": "rotation", "v": "rate", "a": "rate"}
"""Meaning of a single letter right before the axis, as in `Hips_tx`."""
_ANYWHERE = frozenset(
    "rotation orientation quaternion euler angle angles velocity acceleration gyro magnetic world normalized "
    "normalised pixel pixels".split()
)
"""Quantities that no joint is named after, so that they count wherever they stand in a name."""

CONFIDENCE_WORDS = frozenset(
    "visibility confidence confidencelevel score likelihood conf vis visible prob probability".split()
)
"""Names of columns that say how sure the tracker is of a joint."""
_STATE = frozenset("state trackingstate".split())

_AXES = frozenset("xyzw")
_SEPARATORS = " \t_.:/-"
_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_BRACKETED = re.compile(r"(?P<rest>.*\S)\s*[(\[<]\s*(?P<word>[^()\[\]<>]{1,24}?)\s*[)\]>]")
_ENDING = re.compile(r"(?P<rest>.*[\s_.:-][xyzwXYZW]|.*[a-z0-9][XYZW])[\s_.]+(?P<word>[A-Za-z]{1,12})")
_AXIS_AND_QUANTITY = re.compile(r"(?P<rest>.+[\s_.:-])(?P<axis>[xyzwXYZW])[\s_.:-]*(?P<word>[A-Za-z]{3,12})")
_GENERIC = frozenset(
    ["", *"j joint joints l lm landmark landmarks poselandmark worldlandmark poseworldlandmark world kp kpt".split()]
    + "keypoint keypoints p pt point pose marker m node body bodypart".split()
)
"""What stands before the number of a joint that has no name."""

_STYLES: tuple[re.Pattern[str], ...] = (
    re.compile(r"(?P<joint>.*[^\s_.:/-])[\s_.:/-]+(?P<axis>[xyzwXYZW])"),
    re.compile(r"(?P<joint>.*[^\s_.:/-])(?P<axis>[xyzwXYZW])"),
    re.compile(r"(?:(?P<word>[A-Za-z]{3,12})[\s_.:/-]+)?(?P<axis>[xyzwXYZW])[\s_.:/-]+(?P<joint>[^\s_.:/-].*)"),
    re.compile(r"(?P<axis>[xyzwXYZW])(?P<joint>[^\s_.:/-].*)"),
)
_MANY = 1 / 3
"""Share of the columns from which on rotations are what the table is about."""

_SEPARATED, _JOINED, _AXIS_FIRST = 0, 1, 2
"""Styles. A single axis means a joint only in the first; in the others any word that ends in x would be one."""

_LETTER_BEFORE_AXIS = re.compile(r"(?P<joint>.*[^\s_.:/-])[\s_.:/-]+(?P<letter>[a-zA-Z])")


@dataclass(frozen=True)
class _Label:
    """A name of a column, taken apart.

    Attributes:
        joint: The joint, as written.
        axis: "x", "y", "z" or "w".
        kind: "position", "world", "rotation", "rate", "image", or "" where the name says nothing.
        unit: Unit of length, or None.
    """

    joint: str
    axis: str
    kind: str
    unit: str | None


_Groups = dict[str, dict[str, dict[str, int]]]
"""Kind -> joint -> axis -> column, in order of first appearance."""


def columns_of_header(header: Sequence[str], source: str, line: int) -> Columns:
    """Finds the columns of a table with one row per frame.

    Args:
        header: The name of every column.
        source: File name.
        line: Line of the header, for error messages.

    Returns:
        The columns.

    Raises:
        MotionError: No joint has x, y and z, or a joint lacks one of them or has it twice.
    """
    style, labels = _best_style(header)
    groups = _grouped(labels, source, line)
    rotations = [label for label in header if any(_KINDS.get(word.lower()) == "rotation" for word in _words_of(label))]
    kind = _chosen_kind(groups, len(rotations) > len(header) * _MANY)
    if kind is None:
        _refuse(header, groups, rotations, source, line)
    joints = groups[kind]
    for joint, axes in list(joints.items()):
        found = sorted(axes.keys() & set("xyz"))
        if len(found) == 1 and style != _SEPARATED or not found:
            del joints[joint]
        elif len(found) < 3:
            raise MotionError(
                f"{source}, line {line}: expected columns x, y and z for joint {shown(joint)}; "
                f"found {', '.join(found)} only"
            )
    if len(joints) > MAX_JOINTS:
        raise MotionError(f"{source}, line {line}: expected at most {MAX_JOINTS} joints; found {len(joints)}")

    names = list(joints)
    if numbers := joint_numbers(names):
        names.sort(key=lambda name: numbers[name])
    coordinates = [joints[name][axis] for name in names for axis in "xyz"]
    units = {labels[index].unit for index in coordinates}  # type: ignore[union-attr]
    time, time_unit = _time_column(header)
    plain = [plain_key(label) for label in header]
    return Columns(
        labels=list(header),
        coordinates=coordinates,
        joint_names=None if numbers else names,
        time=time,
        time_unit=time_unit,
        frame=first_of(FRAME_COLUMNS, plain),
        person=first_of(PERSON_COLUMNS, plain),
        states=_beside(header, names, _STATE),
        confidences=_beside(header, names, CONFIDENCE_WORDS),
        fourths=[axes.get("w", -1) for axes in (joints[name] for name in names)] if kind != "position" else [],
        units=units.pop() if len(units) == 1 else None,
        layout=layout_of_numbers(list(numbers.values())),
    )


def has_positions(header: Sequence[str]) -> bool:
    """Tells whether a row of cells is a header that `columns_of_header` understands."""
    try:
        columns_of_header(header, "", 0)
    except MotionError:
        return False
    return True


def joint_numbers(names: Sequence[str]) -> dict[str, int]:
    """Returns the number of each joint if joints are numbered and not named ("0", "landmark_12"), else nothing."""
    found = {}
    words = set()
    for name in names:
        match = re.fullmatch(r"(?P<word>\D*)(?P<number>\d{1,9})", name.strip(_SEPARATORS))
        if match is None:
            return {}
        words.add(re.sub(r"[\W_]", "", match["word"].lower()))
        found[name] = int(match["number"])
    return found if len(words) == 1 and words <= _GENERIC and len(set(found.values())) == len(found) else {}


def layout_of_numbers(numbers: Sequence[int]) -> str | None:
    """Returns the rig whose joints have these numbers, from 0 or from 1: MediaPipe is the only one with 33."""
    counted = sorted(numbers)
    expected = [list(range(first, first + _MEDIAPIPE_LANDMARKS)) for first in (0, 1)]
    return _MEDIAPIPE_LAYOUT if counted in expected else None


def first_of(wanted: Sequence[str], names: Sequence[str]) -> int | None:
    """Returns the index of the first of the wanted names, which are best first, or None."""
    return next((names.index(name) for name in wanted if name in names), None)


# -------------------------------------------------------------------------------------------------------- one column


def _best_style(header: Sequence[str]) -> tuple[int, list[_Label | None]]:
    """Returns the style in which most joints are complete, or else have x and y, and the columns read in it."""
    texts = [_without_unit(label.strip()) if 0 < len(label) <= _LONGEST_LABEL else None for label in header]
    sides = any(text is not None and re.fullmatch(r".*[\s_.:-][lL][xyzXYZ]", text[0]) for text in texts)
    best: tuple[tuple[int, int], int, list[_Label | None]] | None = None
    for style in range(len(_STYLES)):
        labels = [None if text is None else _parsed(*text, style, sides) for text in texts]
        axes: dict[tuple[str, str], set[str]] = {}
        for label in labels:
            if label is not None:
                axes.setdefault((label.kind, label.joint), set()).add(label.axis)
        complete = sum(found >= set("xyz") for found in axes.values())
        flat = sum(found >= set("xy") for found in axes.values())
        if best is None or (complete, flat) > best[0]:
            best = ((complete, flat), style, labels)
    assert best is not None
    return best[1], best[2]


def _without_unit(label: str) -> tuple[str, str]:
    """Splits a unit or quantity off: "hip x (mm)" -> "hip x", "mm"; "Hips_Xrotation" -> "Hips_X", "rotation"."""
    if match := _BRACKETED.fullmatch(label):
        rest, word = match["rest"], match["word"]
        if rest.lower() in _AXES:
            return f"{rest}_{word}", ""  # x[12]
        if word.lower() not in _AXES:
            inner = _BRACKETED.fullmatch(rest)
            return (f"{inner['rest']}_{inner['word']}" if inner and inner["word"].lower() in _AXES else rest), word
        return f"{rest}_{word}", ""
    match = _ENDING.fullmatch(label)
    if match and (known_units(match["word"]) or _kind_of_word(match["word"])):
        return match["rest"], match["word"]
    match = _AXIS_AND_QUANTITY.fullmatch(label)
    if match and _kind_of_word(match["word"]):
        return match["rest"] + match["axis"], match["word"]
    return label, ""


def _kind_of_word(word: str) -> str:
    """Returns what a unit or quantity behind the axis measures, "" where it does not say."""
    word = word.lower().replace("\u00b0", "deg")
    return "rotation" if word == "rad" else _KINDS.get(word, "")


def _parsed(text: str, word: str, style: int, sides: bool) -> _Label | None:
    """Takes the name of a column apart in one style; None if it names no joint and axis.

    Args:
        text: The name without its unit.
        word: The unit or quantity behind the axis, or "".
        style: Index in `_STYLES`.
        sides: Whether the header marks sides by a letter before the axis, so that `hip_rx` is the right hip.
    """
    match = _STYLES[style].fullmatch(text)
    if match is None:
        return None
    unit, kind = known_units(word), _kind_of_word(word)
    joint, axis = match["joint"], match["axis"]
    if style == _AXIS_FIRST and match["word"]:
        if not _kind_of_word(match["word"]):
            return None
        kind = kind or _kind_of_word(match["word"])
    if style == _JOINED and not sides and (letter := _LETTER_BEFORE_AXIS.fullmatch(joint)):
        quantity = _LETTER_KINDS.get(letter["letter"].lower())
        if quantity and letter["letter"].isupper() == axis.isupper():
            return _Label(letter["joint"], axis.lower(), quantity, unit)
    joint, found = _without_quantity(joint)
    return _Label(joint, axis.lower(), kind or found, unit)


def _without_quantity(joint: str) -> tuple[str, str]:
    """Splits a quantity off the start or end of a joint: "Hips.Position" -> "Hips", "position"."""
    tokens = [(match.group().lower(), match.start(), match.end()) for match in _TOKEN.finditer(joint)]
    kind = next((_KINDS[word] for word, _, _ in tokens if word in _ANYWHERE), "")
    if len(tokens) > 1 and tokens[-1][0] in _KINDS and tokens[-1][2] == len(joint):
        kind = kind or _KINDS[tokens[-1][0]]
        joint = joint[: tokens[-1][1]].rstrip(_SEPARATORS)
    elif len(tokens) > 1 and tokens[0][0] in _KINDS and tokens[0][1] == 0:
        kind = kind or _KINDS[tokens[0][0]]
        joint = joint[tokens[0][2] :].lstrip(_SEPARATORS)
    return joint, kind


# --------------------------------------------------------------------------------------------------- the whole header


def _grouped(labels: list[_Label | None], source: str, line: int) -> _Groups:
    groups: _Groups = {}
    for index, label in enumerate(labels):
        if label is None:
            continue
        axes = groups.setdefault(label.kind, {}).setdefault(label.joint, {})
        if label.axis in axes and label.kind in ("", "position", "world"):
            raise MotionError(
                f"{source}, line {line}: expected one column {label.axis} for joint {shown(label.joint)}; found two, "
                f"columns {axes[label.axis] + 1} and {index + 1}"
            )
        axes[label.axis] = index
    return groups


def _complete(groups: _Groups, kind: str) -> int:
    return sum(axes.keys() >= set("xyz") for axes in groups.get(kind, {}).values())


def _words_of(label: str) -> list[str]:
    return _TOKEN.findall(label) if len(label) <= _LONGEST_LABEL else []


def _chosen_kind(groups: _Groups, rotations: bool) -> str | None:
    """Returns the kind of column that holds the positions, or None; `rotations` are many if their names say so."""
    kind = max(("world", "position", ""), key=lambda kind: _complete(groups, kind))
    count = _complete(groups, kind)
    # A root that travels, with rotations for the rest, as in BVH and OpenSim.
    return None if count == 0 or (count == 1 and (rotations or _complete(groups, "rotation") > 1)) else kind


def _refuse(header: Sequence[str], groups: _Groups, rotations: list[str], source: str, line: int) -> NoReturn:
    """Raises the error for a header without positions, which says what the table holds instead."""
    where = f"{source}, line {line}"
    if _complete(groups, "rotation") or len(rotations) > len(header) * _MANY:
        found = next(iter(groups.get("rotation", {})), rotations[0] if rotations else "")
        raise MotionError(f"{where}: expected positions; found rotations, e.g. of {shown(found)}; {USE_POSITIONS}")
    if any(axes.keys() >= set("xy") for axes in groups.get("image", {}).values()):
        joint = next(iter(groups["image"]))
        raise MotionError(
            f"{where}: expected positions in space; found image coordinates, e.g. of {shown(joint)}. {IMAGE_ADVICE}"
        )
    if _complete(groups, "rate"):
        joint = next(iter(groups["rate"]))
        raise MotionError(
            f"{where}: expected positions; found velocities, accelerations or forces, e.g. of {shown(joint)}; "
            "joint positions are needed"
        )
    for kind in ("world", "position", ""):
        for joint, axes in groups.get(kind, {}).items():
            if axes.keys() & set("xyz") == {"x", "y"}:
                raise MotionError(
                    f"{where}: expected columns x, y and z for joint {shown(joint)}; found x, y only: "
                    f"{TWO_DIMENSIONAL}"
                )
    for joint, axes in groups.get("", {}).items():
        if present := sorted(axes.keys() & set("xyz")):
            raise MotionError(
                f"{where}: expected columns x, y and z for joint {shown(joint)}; found {', '.join(present)} only"
            )
    if len(longest := max(header, key=len, default="")) > _LONGEST_LABEL:
        raise MotionError(
            f"{where}: expected a header whose names have at most {_LONGEST_LABEL} characters; found {shown(longest)}"
        )
    raise MotionError(
        f"{where}: expected a header with columns such as head_x, head_y, head_z; "
        f"found {shown(', '.join(header), 80)}.{ANGLES_HINT}"
    )


def _time_column(header: Sequence[str]) -> tuple[int | None, str | None]:
    """Returns the index of the time column and its unit: the first that names a unit, else the first."""
    found = [
        (index, unit)
        for index, label in enumerate(header)
        if len(label) <= _LONGEST_LABEL
        for is_time, unit in [time_unit_of(label)]
        if is_time
    ]
    return next((entry for entry in found if entry[1]), found[0] if found else (None, None))


def _beside(header: Sequence[str], names: Sequence[str], words: frozenset[str]) -> list[int]:
    """Returns each joint's column named after it and one of the words, -1 for none; nothing if no joint has one."""
    joints = {plain_key(name): place for place, name in enumerate(names)}
    found = [-1] * len(names)
    for index, label in enumerate(header):
        if len(label) > _LONGEST_LABEL:
            continue
        for joint in _joints_beside(label.strip(), words):
            if (place := joints.get(plain_key(joint))) is not None and found[place] < 0:
                found[place] = index
                break
    return found if max(found, default=-1) >= 0 else []


def _joints_beside(label: str, words: frozenset[str]) -> list[str]:
    """Returns what is left of a name without the word: "left_wrist_visibility" -> "left_wrist", "v1" -> "1"."""
    tokens = list(_TOKEN.finditer(label))
    rests = []
    if len(tokens) > 1:
        for start, end in ((tokens[-1].start(), len(label)), (0, tokens[0].end()), (tokens[-2].start(), len(label))):
            word = re.sub(r"[\W_]", "", label[start:end].lower())
            if word in words or (words is CONFIDENCE_WORDS and word in ("v", "c")):
                rest = (label[:start] + label[end:]).strip(_SEPARATORS)
                rests += [rest, _without_quantity(rest)[0]]
    return rests
