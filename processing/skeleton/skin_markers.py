"""Which points of a recording are markers on the skin, and where on the body each of them sits.

Marker sets name the same places differently: Plug-in Gait writes LASI, Helen Hayes L.ASIS, OpenCap L.ASIS_study, the
CAST and Rizzoli sets LIAS. Here all of them become the same places ("left_asis"). Names of joints and of markers look
alike: a marker "R.Knee" sits on the outside of the knee, and "R.Thigh" is a wand half-way down the thigh, not the hip.
A set of markers is therefore recognised as a whole, by its markers on the pelvis, before any joint is matched by name.
"""

import os
from collections.abc import Sequence
from functools import lru_cache

from ..reading.motion import MotionError
from .rig_files import plain_name

_SIDED = {
    "asis": ("asi", "asis", "ias"),
    "psis": ("psi", "psis", "ips"),
    "hip": ("hjc", "fep"),
    "thigh_wand": ("thi", "thigh", "thigh1"),
    "knee": ("kjc", "feo"),
    "knee_outside": ("kne", "knee", "fle", "lfe", "kneelateral"),
    "knee_inside": ("kneemedial", "knemed", "kneemed", "knem", "knm", "mknee", "mkne", "fme", "mfe"),
    "shank_wand": ("tib", "shank", "sh1", "shank1"),
    "ankle": ("ajc", "tio"),
    "ankle_outside": ("ank", "ankle", "fal", "lm", "anklelateral"),
    "ankle_inside": ("anklemedial", "ankmed", "ankm", "mankle", "mank", "med", "tam", "mm"),
    "heel": ("hee", "heel", "calc", "fcc"),
    "toe": ("toe", "smh", "mt2"),
    "shoulder": ("sjc", "clo"),
    "acromion": ("sho", "shoulder", "acr", "ac", "acromion", "acromium"),
    "elbow": ("ejc", "huo"),
    "elbow_outside": ("elb", "elbow", "lelbow", "elbl", "elblat", "elbowlateral", "hle", "lhe"),
    "elbow_inside": ("elbowmedial", "elbmed", "elbm", "melbow", "melb", "hme", "mhe"),
    "wrist": ("wjc", "rao"),
    "wrist_thumb": ("wra", "lwrist", "wristradius", "wristlateral", "rsp", "rs"),
    "wrist_little_finger": ("wrb", "mwrist", "wristulna", "wristmedial", "usp", "us"),
    "wrist_middle": ("wrist", "wri"),
    "forehead": ("fhd",),
    "back_of_head": ("bhd",),
}
"""Place on one side of the body -> names of its marker without the side, best first.

The places "hip", "knee", "ankle", "shoulder", "elbow" and "wrist" are joint centres that capture software has added to
the markers (FEP, FEO, TIO, CLO, HUO and RAO are those of Vicon).
"""

_MIDLINE = {
    "sacrum": ("sacr", "sacrum", "sacral", "vsacral", "vsacrum"),
    "c7": ("c7", "cv7"),
    "t10": ("t10", "tv10"),
    "clavicle": ("clav", "ij", "sjn"),
    "sternum": ("strn", "stern", "sternum", "px", "sxs"),
    "forehead": ("fronthead",),
    "back_of_head": ("rearhead", "backhead"),
}

_HIP_JOINTS = frozenset(
    f"{side}{word}"
    for word in ("hip", "hips", "upleg", "upperleg", "hipjoint", "femur")
    for side in ("l", "left", "r", "right")
)
"""A recording with one of these has joints; its markers, if any, are left alone."""

_SIDES = ("left", "right")


def find_markers(names: Sequence[str], source: str) -> dict[str, int] | None:
    """Finds the markers of a marker set.

    Args:
        names: Names of the points of a recording.
        source: File name, for the error message.

    Returns:
        Place on the body ("left_asis", "c7", ...) -> index of its marker; None where the points are no marker set.

    Raises:
        MotionError: The names are those of a marker set, but it lacks markers without which there is no body. Matched
            by name, a wand on the thigh would become the hip.
    """
    plain = [plain_name(name).removesuffix("study") for name in names]
    places = dict(_places(tuple(plain)))
    if not _is_marker_set(places):  # the names may share a prefix: "Anna_LASI"
        labelled = [name for name in plain if name and not name.isdigit()]
        shared = len(os.path.commonprefix(labelled)) if len(labelled) > 2 else 0
        plain = [name[shared:] for name in plain] if shared > 1 else plain
        places = dict(_places(tuple(plain)))
    if _HIP_JOINTS & set(plain) or not _is_marker_set(places):
        return None
    lacking = [f"{side[0].upper()}ASI" for side in _SIDES if f"{side}_asis" not in places]
    if "sacrum" not in places and not {"left_psis", "right_psis"} <= places.keys():
        lacking.append("SACR (or LPSI and RPSI)")
    lacking += [
        f"{side[0].upper()}SHO" for side in _SIDES if not {f"{side}_acromion", f"{side}_shoulder"} & set(places)
    ]
    if lacking:
        found = ", ".join(repr(names[index]) for index in list(places.values())[:12])
        raise MotionError(
            f"{source}: these are markers on the skin ({found}, ...), not joints. To estimate the joint centres, "
            f"markers are missing on the pelvis or the shoulders: {', '.join(lacking)}, as Plug-in Gait names them."
        )
    return places


@lru_cache(maxsize=64)  # recordings of one rig have the same names
def _places(plain: tuple[str, ...]) -> dict[str, int]:
    """Returns place on the body -> index of the point with the best of its names."""
    where: dict[str, int] = {}
    for index, name in enumerate(plain):
        where.setdefault(name, index)
    places: dict[str, int] = {}
    for place, words in _MIDLINE.items():
        _add(places, place, words, where)
    for side in _SIDES:
        for place, words in _SIDED.items():
            _add(places, f"{side}_{place}", [prefix + word for word in words for prefix in (side[0], side)], where)
    return places


def _add(places: dict[str, int], place: str, words: Sequence[str], where: dict[str, int]) -> None:
    found = next((where[word] for word in words if word in where), None)
    if found is not None:
        places[place] = found


def _is_marker_set(places: dict[str, int]) -> bool:
    """Both spines of the pelvis are never joints; nor are a thigh and a shank next to a knee."""
    wands = all(
        f"{side}_{place}" in places for side in _SIDES for place in ("thigh_wand", "knee_outside", "shank_wand")
    )
    return wands or {"left_asis", "right_asis"} <= places.keys()
