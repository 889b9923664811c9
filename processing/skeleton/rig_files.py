"""Rigs as data: reads and checks rig files, one JSON file per rig, from the package (`rigs/`) or from a user.

A rig file lists the joints of a recording system and maps the joints of the unified skeleton to them:
`{"name": ..., "joints": [...], "parents": [...], "map": {"pelvis": "Hips", ...}, "units": "cm", "up_axis": "y"}`.
Joints that a rig does not have are left out of its map. A new rig needs nothing but its file.
"""

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..reading.limits import MAX_JOINTS
from ..reading.motion import MotionError
from ..reading.units import UNIT_SCALES
from .axes_and_units import TO_Y_UP
from .joint_words import unaccented
from .tree import JOINT_INDEX, JOINT_NAMES

Rigs = Mapping[str, Mapping[str, Any]]

BODY = ("pelvis", "left_shoulder", "right_shoulder")
"""The joints without which a body has no orientation."""

_MAX_RIG_BYTES = 2**20
_KEPT_NAMES = 2**14  # names of joints: those of all rigs and of some recordings
_RIG_KEYS = ("name", "joints", "parents", "map", "description", "units", "up_axis")


@lru_cache(maxsize=1)
def load_rigs() -> dict[str, dict[str, Any]]:
    """Reads the rigs in the folder `rigs/` next to this file.

    Returns:
        Rig name -> its description, joints, parents, map to the unified joints, units and up axis. Empty where the
        folder is absent, as on the Hub, where the configuration of the feature extractor contains the rigs.
    """
    folder = Path(__file__).parent / "rigs"
    rigs = {}
    for path in sorted(folder.glob("*.json")):
        rig = read_rig(path)
        rigs[rig["name"]] = rig
    return rigs


def check_rig(rig: Mapping[str, Any], source: str) -> None:
    """Checks a rig's fields, so that a mistake in a user's rig file is reported by joint or key.

    Args:
        rig: The content of a rig file.
        source: Name of the file, for the message.

    Raises:
        MotionError: A field is missing, a joint unknown, a length wrong, or a unit or axis unknown.
    """
    if not isinstance(rig, Mapping):
        raise MotionError(f"{source}: a rig is a JSON object with the keys name, joints, parents and map.")
    absent = [key for key in _RIG_KEYS[:4] if key not in rig]
    if absent:
        raise MotionError(f"{source}: the rig lacks {', '.join(absent)}.")
    for key in rig:
        if key not in _RIG_KEYS:
            raise MotionError(
                f"{source}: unknown key {key!r}{_near(key, _RIG_KEYS)}; a rig has {', '.join(_RIG_KEYS)}."
            )
    if not isinstance(rig["name"], str) or not rig["name"]:
        raise MotionError(f"{source}: expected name as a string, found {rig['name']!r}.")
    _check_tree(rig["joints"], rig["parents"], source)
    _check_map(rig["map"], rig["joints"], source)
    for key, choices in (("units", tuple(UNIT_SCALES)), ("up_axis", tuple(TO_Y_UP))):
        if rig.get(key) is not None and rig[key] not in choices:
            raise MotionError(f"{source}: {key} {rig[key]!r}, expected {', '.join(choices)} or null.")


def _check_tree(joints: Any, parents: Any, source: str) -> None:
    if not isinstance(joints, list) or not all(isinstance(joint, str) and plain_name(joint) for joint in joints):
        raise MotionError(f"{source}: expected joints as a list of names with letters or digits a to z, 0 to 9.")
    if not 0 < len(joints) <= MAX_JOINTS:
        raise MotionError(f"{source}: {len(joints)} joints; a body has 1 to {MAX_JOINTS}.")
    if not isinstance(parents, list) or len(joints) != len(parents):
        found = f"{len(parents)} parents" if isinstance(parents, list) else "no list of parents"
        raise MotionError(f"{source}: {len(joints)} joints but {found}.")
    named: dict[str, str] = {}
    for joint in joints:
        if (other := named.setdefault(plain_name(joint), joint)) is not joint:
            raise MotionError(
                f"{source}: two joints have the same name: {other!r} and {joint!r} (case, separators and namespaces "
                "are ignored)."
            )
    for joint, parent in zip(joints, parents, strict=True):
        if type(parent) is not int or not -1 <= parent < len(joints):
            raise MotionError(
                f"{source}: the parent of {joint!r} is {parent!r}, expected -1 for the root or the index of a joint, "
                f"0 to {len(joints) - 1}."
            )
    for joint, depth in zip(joints, depths_of(parents), strict=True):
        if depth > len(joints):
            raise MotionError(f"{source}: the parents of {joint!r} form a circle, expected a tree that ends at -1.")


def _check_map(joint_map: Any, joints: list[str], source: str) -> None:
    if not isinstance(joint_map, Mapping):
        raise MotionError(f"{source}: expected map as an object: unified joint -> joint of the rig.")
    for joint, value in joint_map.items():
        if joint not in JOINT_INDEX:
            raise MotionError(
                f"{source}: map contains {joint!r}, expected a unified joint{_near(joint, JOINT_NAMES)} "
                f"({', '.join(JOINT_NAMES)})."
            )
        names = as_list(value) if isinstance(value, (str, list)) else []
        if not names or not all(isinstance(name, str) for name in names):
            raise MotionError(
                f"{source}: {joint} is mapped to {value!r}, expected the name of a joint or a list of names."
            )
        for name in names:
            if name not in joints:
                raise MotionError(
                    f"{source}: {joint} is mapped to {name!r}, which is not among the rig's joints"
                    f"{_near(name, joints)}."
                )
    for joint in BODY:
        if joint not in joint_map:
            raise MotionError(f"{source}: map lacks {joint}; pelvis and both shoulders give the body its orientation.")


def _near(word: str, words: Sequence[str]) -> str:
    """Returns a hint at the word that was probably meant, or an empty string."""
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return f", perhaps {close[0]!r}" if close else ""


def read_rig(path: str | Path) -> dict[str, Any]:
    """Reads and checks a rig file.

    Raises:
        MotionError: There is no such file, or it is not JSON or not a rig; the message names the joint or key.
    """
    path = Path(path)
    if not path.is_file():
        raise MotionError(f"{path}: no such rig file.")
    if path.stat().st_size > _MAX_RIG_BYTES:
        raise MotionError(f"{path.name}: {path.stat().st_size:,} bytes; a rig file has at most {_MAX_RIG_BYTES:,}.")
    try:
        rig = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise MotionError(f"{path.name}: not a rig file in JSON ({error}).") from None
    check_rig(rig, path.name)
    return dict(rig)


def as_list(names: str | Sequence[str]) -> list[str]:
    """Returns the joints of a map's entry, which is a name or a list of names."""
    return [names] if isinstance(names, str) else list(names)


@lru_cache(maxsize=_KEPT_NAMES)
def plain_name(name: str) -> str:
    """Returns a name without namespace, case, accents and separators: "Armature|Left Hand" -> "lefthand"."""
    return re.sub(r"[\W_]", "", unaccented(name).lower())


def depths_of(parents: Sequence[int]) -> list[int]:
    """Returns the steps from each joint to its root; more than there are joints where the parents form a circle."""
    circle = len(parents) + 1
    depths = [-1] * len(parents)  # not yet known
    for start in range(len(parents)):
        path: list[int] = []
        at = start
        while 0 <= at < len(parents) and depths[at] < 0:
            depths[at] = circle  # until it is known: a joint met twice is on a circle
            path.append(at)
            at = int(parents[at])
        above = depths[at] if 0 <= at < len(parents) else -1
        for joint in reversed(path):
            above = circle if above == circle else above + 1
            depths[joint] = above
    return depths
