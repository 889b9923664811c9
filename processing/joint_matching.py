"""Which joint of a recording is which joint of the unified skeleton: known rigs first, then the field's names.

A rig is data (`rigs/*.json`: joint names, parents, map to the 22, units, up axis). A rig that nobody described is
matched by its joint names: a name is taken apart into a side, a word and a number ("mixamorig:LeftUpLeg" -> left,
"upleg"; "thigh.L" -> left, "thigh"; "lhip" -> left, "hip"; "spine.001" -> "spine", 1) and the word is looked up among
the names that the field uses. What a word means can depend on the others: "shoulder" is the collar where an upper arm
exists too, "foot" is the ankle where no other joint is called so.
"""

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from .motion import MotionError
from .skeleton_tree import JOINT_INDEX, JOINT_NAMES

Rigs = Mapping[str, Mapping[str, Any]]

MAX_JOINTS = 4096
"""More joint names than this are not a body."""

_SIDES = {
    "left": "left",
    "l": "left",
    "lft": "left",
    "lt": "left",
    "right": "right",
    "r": "right",
    "rgt": "right",
    "rt": "right",
}

# Tokens that say nothing about the joint: characters, exporters and rigging layers put them before or after the name.
_NOISE = frozenset(
    "joint jnt jt j bone bn bip bip01 bip001 biped valve mixamorig armature def org m f avg c center skel skeleton "
    "character rig actor".split()
)
_TIPS = frozenset("end nub tip effector site top leaf twist roll ik pole target helper".split())

# Words for a joint on one side, best first. "shoulder", "arm", "foot" and "hand" are resolved in `_match_side`.
_HIP = ("upleg", "upperleg", "thigh", "femur", "hip", "hips", "hipjoint", "pelvis")
_KNEE = ("knee", "leg", "lowerleg", "lowleg", "loleg", "shin", "calf", "tibia", "foreleg", "shank")
_ANKLE = ("ankle",)
_TOE = ("toebase", "toe", "toes", "ball", "footindex", "bigtoe", "forefoot", "metatarsal")
_FOOT = ("foot", "feet")
_COLLAR = ("collar", "clavicle", "collarbone", "clav", "scapula")
_SHOULDER = ("shoulder", "shldr")
_UPPER_ARM = ("upperarm", "uparm", "arm", "humerus", "bicep", "uarm")
_ELBOW = ("elbow", "forearm", "lowerarm", "lowarm", "loarm", "farm", "radius", "larm")
_WRIST = ("wrist",)
_HAND = ("hand", "palm")
_EAR = ("ear",)
_SIDED_WORDS = frozenset(
    _HIP + _KNEE + _ANKLE + _TOE + _FOOT + _COLLAR + _SHOULDER + _UPPER_ARM + _ELBOW + _WRIST + _HAND + _EAR
)

# Words for a joint on the midline, best first.
_PELVIS = (
    "pelvis",
    "hips",
    "hip",
    "hipcenter",
    "hipcentre",
    "midhip",
    "hipsmid",
    "spinebase",
    "basespine",
    "root",
    "cog",
)
_NECK = ("neck", "neckbase", "lowerneck", "shouldercenter", "shouldercentre", "cervical")
_HEAD = ("head", "face", "skull", "upperneck", "nose")
# From the pelvis upwards; joints with the same word follow their numbers, joints of a known tree their depth.
_SPINE = tuple(
    "sacrum waist ab abs abdomen belly lowerback spinelower lowerspine spinenavel spine spinemid midspine spinemiddle "
    "back middleback torso trunk spineupper upperspine upperback chest spinechest spineshoulder sternum thorax "
    "upperchest".split()
)
# Xsens and medical rigs number the vertebrae.
_VERTEBRA = re.compile(r"^([lt])(\d{1,2})$")


@dataclass
class JointMatch:
    """Where the joints of the unified skeleton come from in a recording.

    Attributes:
        map: Index of a unified joint -> indices of the source joints whose mean it is. Absent joints are not in it.
        layout: Name of the rig where it was recognised, otherwise "by-name".
        missing: Names of the unified joints that the recording does not have.
        how: Name of each matched unified joint -> how it was found, for `data inspect` and reports.
    """

    map: dict[int, list[int]]
    layout: str
    missing: list[str]
    how: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Parsed:
    """A joint name taken apart."""

    index: int
    side: str | None
    word: str
    number: int


@lru_cache(maxsize=1)
def load_rigs() -> dict[str, dict[str, Any]]:
    """Reads the rigs that lie in `rigs/` beside this file.

    Returns:
        Rig name -> its description, joints, parents, map to the unified joints, units and up axis. Empty where the
        folder is absent, as on the Hub, where the feature extractor's configuration carries the rigs.
    """
    folder = Path(__file__).parent / "rigs"
    rigs = {}
    for path in sorted(folder.glob("*.json")):
        rig = json.loads(path.read_text(encoding="utf-8"))
        check_rig(rig, path.name)
        rigs[rig["name"]] = rig
    return rigs


def check_rig(rig: Mapping[str, Any], source: str) -> None:
    """Checks a rig's fields, so that a mistake in a user's rig file is named where it stands.

    Args:
        rig: The content of a rig file.
        source: Name of the file, for the message.

    Raises:
        MotionError: If a field is absent, a joint unknown, a length wrong, or a unit or axis not one of the known.
    """
    if not isinstance(rig, Mapping):
        raise MotionError(f"{source}: a rig is a JSON object with the keys name, joints, parents and map.")
    absent = [key for key in ("name", "joints", "parents", "map") if key not in rig]
    if absent:
        raise MotionError(f"{source}: the rig lacks {', '.join(absent)}.")
    joints, parents = rig["joints"], rig["parents"]
    if len(joints) != len(parents):
        raise MotionError(f"{source}: {len(joints)} joints but {len(parents)} parents.")
    if len({_plain(joint) for joint in joints}) != len(joints):
        raise MotionError(f"{source}: a joint name occurs twice.")
    for joint, names in rig["map"].items():
        if joint not in JOINT_INDEX:
            raise MotionError(f"{source}: map names {joint!r}, expected a unified joint ({', '.join(JOINT_NAMES)}).")
        for name in _as_list(names):
            if name not in joints:
                raise MotionError(f"{source}: {joint} is mapped to {name!r}, which is not among the rig's joints.")
    if rig.get("units") not in (None, "m", "cm", "mm", "inch"):
        raise MotionError(f"{source}: units {rig['units']!r}, expected m, cm, mm, inch or null.")
    if rig.get("up_axis") not in (None, "x", "-x", "y", "-y", "z", "-z"):
        raise MotionError(f"{source}: up_axis {rig['up_axis']!r}, expected x, y, z, -x, -y, -z or null.")


def match_joints(
    joint_names: Sequence[str],
    parents: Sequence[int] | None = None,
    rigs: Rigs | None = None,
    layout: str | None = None,
    source: str = "array",
) -> JointMatch:
    """Finds the unified joints among a recording's joints.

    A rig is recognised when all joints it maps are there and no name is foreign to it, in any order, whatever the
    case, separators and namespaces. Otherwise the names are matched one by one.

    Args:
        joint_names: Names as the source has them.
        parents: Parent index of each joint (-1 for a root), used to order the spine.
        rigs: Rig name -> rig; `load_rigs()` when None.
        layout: Name of a rig that the caller declares; the names may then stand in any order but must be that rig's.
        source: File name for error messages.

    Returns:
        The match; it always holds the pelvis and both shoulders.

    Raises:
        MotionError: If the pelvis (or both hips) or a shoulder cannot be found; it says what was found and was close.
    """
    rigs = load_rigs() if rigs is None else rigs
    names = [str(name) for name in joint_names]
    if not 0 < len(names) <= MAX_JOINTS:
        raise MotionError(f"{source}: {len(names)} joints; a body has 1 to {MAX_JOINTS}.")
    if parents is not None and len(parents) != len(names):
        raise MotionError(f"{source}: {len(names)} joint names but {len(parents)} parents.")
    match = _match_rig(names, rigs, layout) or _match_by_name(names, parents)
    _require_a_body(match, names, source)
    return match


def _as_list(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _plain(name: str) -> str:
    """The name without namespace, case and separators: "Armature|Left Hand" -> "lefthand"."""
    name = re.split(r"[:|]", name.strip())[-1]
    return re.sub(r"[^a-z0-9]", "", name.lower())


# ---------------------------------------------------------------------------------------------------------- known rigs


def _match_rig(names: list[str], rigs: Rigs, layout: str | None) -> JointMatch | None:
    """The rig whose joints these are, or None. Of several the one with the fewest joints that are not there wins."""
    where: dict[str, int] = {}
    for index, name in enumerate(names):
        where.setdefault(_plain(name), index)
    best, best_absent = None, 0
    for rig in rigs.values() if layout is None or layout not in rigs else [rigs[layout]]:
        of_rig = {_plain(joint) for joint in rig["joints"]}
        mapped = {_plain(name) for value in rig["map"].values() for name in _as_list(value)}
        absent = len(of_rig - where.keys())
        foreign = {name for name in where.keys() - of_rig if not _TIPS & set(_tokens(names[where[name]]))}
        if not mapped <= where.keys() or (foreign and layout is None):
            continue
        if best is None or absent < best_absent:
            best, best_absent = rig, absent
    if best is None:
        return None
    joint_map, how = {}, {}
    for joint, value in best["map"].items():
        sources = [where[_plain(name)] for name in _as_list(value)]
        joint_map[JOINT_INDEX[joint]] = sources
        how[joint] = " and ".join(names[index] for index in sources) + f" (rig {best['name']})"
    return _finish(joint_map, str(best["name"]), how)


def _finish(joint_map: dict[int, list[int]], layout: str, how: dict[str, str]) -> JointMatch:
    missing = [name for index, name in enumerate(JOINT_NAMES) if index not in joint_map]
    return JointMatch(dict(sorted(joint_map.items())), layout, missing, how)


# ------------------------------------------------------------------------------------------------------------- by name


def _tokens(name: str) -> list[str]:
    """Lower-case words and numbers of a name: "mixamorig:LeftUpLeg" -> left, up, leg; "spine.001" -> spine, 001."""
    name = re.split(r"[:|]", name.strip())[-1]
    return [token.lower() for token in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def _shared_prefix(all_tokens: list[list[str]]) -> int:
    """How many leading tokens all names share ("Bip01 Pelvis", "Bip01 L Thigh", ...: 2), never a whole name."""
    if len(all_tokens) < 3:
        return 0
    shortest = min(len(tokens) for tokens in all_tokens)
    length = 0
    while length < shortest - 1 and len({tokens[length] for tokens in all_tokens}) == 1:
        length += 1
    return length


def _parse_names(names: list[str]) -> list[_Parsed]:
    all_tokens = [_tokens(name) for name in names]
    skip = _shared_prefix([tokens for tokens in all_tokens if tokens]) if all(all_tokens) else 0
    parsed = []
    for index, tokens in enumerate(all_tokens):
        joint = _parse(index, tokens[skip:])
        if joint is not None:
            parsed.append(joint)
    return parsed


def _parse(index: int, tokens: list[str]) -> _Parsed | None:
    """Takes a name apart; None for tips of chains, twist bones and names without a word."""
    if not tokens or _TIPS & set(tokens):
        return None
    vertebra = _VERTEBRA.match("".join(tokens))
    if vertebra:
        # L5 is the lowest, T1 the highest: the number falls on the way up.
        return _Parsed(index, None, "vertebra", (100 if vertebra[1] == "t" else 0) + 50 - int(vertebra[2]))
    side: str | None = None
    words: list[str] = []
    number = 0
    for token in tokens:
        if token.isdigit():
            number = int(token[:6])
        elif token in _SIDES and side is None:
            side = _SIDES[token]
        elif token not in _NOISE or (token in ("center", "c") and words):
            words.append(token)
    word = "".join(words)
    if side is None:
        side, word = _side_inside(word)
    if not word:
        return None
    return _Parsed(index, side, word, number)


def _side_inside(word: str) -> tuple[str | None, str]:
    """The side of a word written without separators: "lhip", "leftupleg", "hipleft"."""
    for prefix, side in (("left", "left"), ("right", "right"), ("l", "left"), ("r", "right")):
        if word.startswith(prefix) and word[len(prefix) :] in _SIDED_WORDS:
            return side, word[len(prefix) :]
    for suffix, side in (("left", "left"), ("right", "right")):
        if word.endswith(suffix) and word[: -len(suffix)] in _SIDED_WORDS:
            return side, word[: -len(suffix)]
    return None, word


def _match_by_name(names: list[str], parents: Sequence[int] | None) -> JointMatch:
    parsed = _parse_names(names)
    found: dict[str, list[int]] = {}
    for side in ("left", "right"):
        words: dict[str, int] = {}
        for part in sorted((part for part in parsed if part.side == side), key=lambda part: part.number):
            words.setdefault(part.word, part.index)
        for joint, index in _match_side(words).items():
            found[f"{side}_{joint}"] = [index]
    midline = [part for part in parsed if part.side is None]
    for joint, accepted in (("pelvis", _PELVIS), ("neck", _NECK), ("head", _HEAD)):
        best = _first(accepted, midline)
        if best is not None:
            found[joint] = [best]
    found.update(_match_spine(midline, parents, found))
    how = {joint: " and ".join(names[index] for index in sources) for joint, sources in found.items()}
    for joint, sides in (("pelvis", "hip"), ("neck", "shoulder")):
        left, right = found.get(f"left_{sides}"), found.get(f"right_{sides}")
        if joint not in found and left and right:
            found[joint] = left + right
            how[joint] = f"mean of both {sides}s"
    ears = {part.side: part.index for part in parsed if part.side and part.word in _EAR}
    if len(ears) == 2 and how.get("head", "nose").lower() == "nose":
        found["head"] = [ears["left"], ears["right"]]
        how["head"] = "mean of both ears"
    joint_map = {JOINT_INDEX[joint]: sources for joint, sources in found.items()}
    return _finish(joint_map, "by-name", how)


def _first(accepted: Sequence[str], joints: Sequence[_Parsed]) -> int | None:
    """The joint with the best of the accepted words; of equal words the one with the lowest number."""
    candidates = [joint for joint in joints if joint.word in accepted]
    if not candidates:
        return None
    return min(candidates, key=lambda joint: (accepted.index(joint.word), joint.number)).index


def _match_side(words: dict[str, int]) -> dict[str, int]:
    """The limb joints of one side.

    Args:
        words: Word of each joint of this side -> its index.

    Returns:
        "hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist" -> index, as far as found.
    """

    def first(accepted: Sequence[str]) -> int | None:
        return next((words[word] for word in accepted if word in words), None)

    hip, knee = first(_HIP), first(_KNEE)
    ankle, foot, toe = first(_ANKLE), first(_FOOT), first(_TOE)
    if ankle is None:
        ankle, foot = foot, toe
    else:
        foot = toe if toe is not None else foot
    collar, shoulder, upper_arm = first(_COLLAR), first(_SHOULDER), first(_UPPER_ARM)
    elbow = first(_ELBOW)
    if upper_arm is not None and shoulder is not None:
        if collar is None:
            collar = shoulder
        elif elbow is None:  # collar, shoulder, arm, hand: the arm bone begins at the elbow
            elbow, upper_arm = upper_arm, shoulder
    elif upper_arm is None:
        upper_arm = shoulder
    wrist = first(_WRIST)
    joints = {
        "hip": hip,
        "knee": knee,
        "ankle": ankle,
        "foot": foot,
        "collar": collar,
        "shoulder": upper_arm,
        "elbow": elbow,
        "wrist": first(_HAND) if wrist is None else wrist,
    }
    return {joint: index for joint, index in joints.items() if index is not None}


def _depth(joint: int, parents: Sequence[int]) -> int:
    """Steps to the root; bounded, so that a cycle in a broken file ends."""
    depth = 0
    while 0 <= parents[joint] < len(parents) and depth <= len(parents):
        joint, depth = int(parents[joint]), depth + 1
    return depth


def _match_spine(
    midline: list[_Parsed], parents: Sequence[int] | None, found: dict[str, list[int]]
) -> dict[str, list[int]]:
    """spine1 to 3 from a chain of any length: its lowest joint, its middle (of two their mean) and its highest."""
    taken = {sources[0] for sources in found.values()}
    chain = [j for j in midline if (j.word in _SPINE or j.word == "vertebra") and j.index not in taken]

    def height(joint: _Parsed) -> tuple[int, ...]:
        rank = len(_SPINE) if joint.word == "vertebra" else _SPINE.index(joint.word)
        return (rank, joint.number) if parents is None else (_depth(joint.index, parents), rank, joint.number)

    ordered = sorted(chain, key=height)
    chain_indices = [joint.index for joint in ordered]
    if not chain_indices:
        return {}
    low, high = chain_indices[0], chain_indices[-1]
    if len(chain_indices) == 1:
        only = ordered[0].word
        return {"spine3" if _SPINE.index(only) >= _SPINE.index("chest") else "spine2": [low]} if only in _SPINE else {}
    middle = [low, high] if len(chain_indices) == 2 else [chain_indices[(len(chain_indices) - 1) // 2]]
    return {"spine1": [low], "spine2": middle, "spine3": [high]}


# -------------------------------------------------------------------------------------------------------------- errors


_EXAMPLES = {
    "pelvis": ("Hips", "pelvis", "LeftUpLeg", "LeftHip", "left_hip", "thigh_l", "RightUpLeg", "right_hip", "thigh_r"),
    "left_shoulder": ("LeftArm", "left_shoulder", "LeftShoulder", "upperarm_l", "UpperArm_L", "lhumerus"),
    "right_shoulder": ("RightArm", "right_shoulder", "RightShoulder", "upperarm_r", "UpperArm_R", "rhumerus"),
}


def _require_a_body(match: JointMatch, names: list[str], source: str) -> None:
    """Raises where the joints that orient a body (pelvis or both hips, and both shoulders) were not found."""
    lacking = [joint for joint in _EXAMPLES if joint in match.missing]
    if not lacking:
        return
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(_plain(name), name)
    advice = []
    for joint in lacking:
        label = "pelvis (or both hips)" if joint == "pelvis" else joint
        near: list[str] = []
        for example in _EXAMPLES[joint]:
            for close in difflib.get_close_matches(_plain(example), plain, n=1, cutoff=0.75):
                if plain[close] not in near:
                    near.append(plain[close])
        if near:
            likely = " or ".join(repr(name) for name in near[:3])
            advice.append(f"{label}, perhaps {likely}, expected e.g. {_EXAMPLES[joint][0]!r}")
        else:
            advice.append(f"{label}, e.g. {' or '.join(repr(name) for name in _EXAMPLES[joint][:3])}")
    found = ", ".join(f"{joint} ({how})" for joint, how in match.how.items()) or "none"
    shown = ", ".join(repr(name) for name in names[:12]) + (", ..." if len(names) > 12 else "")
    raise MotionError(
        f"{source}: no body among these joint names. Not found: {'; '.join(advice)}. Found: {found}. "
        f"The {len(names)} names are {shown}. Rename the joints or describe the rig in a rig file."
    )
