"""Finds the joints of the unified skeleton among those of a recording: by known rigs first, then by common names.

A rig is data (`rigs/*.json`, or a user's file: joint names, parents, map to the 22, units, up axis). The joints of an
unknown rig are matched by their names: a name is split into a side, a word and a number ("mixamorig:LeftUpLeg" ->
left, "upleg"; "thigh.L" -> left, "thigh"; "lhip" -> left, "hip"; "spine.001" -> "spine", 1), and the word is looked up
among the names in common use. What a word means can depend on the others: "shoulder" is the collar if there is an
upper arm too, "foot" is the ankle if no joint is called "ankle".
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ..reading.limits import MAX_JOINTS
from ..reading.motion import MotionError
from .joint_words import (
    ENDS,
    MIDLINE,
    SIDED,
    SPINE,
    TIPS,
    VERTEBRA,
    Parsed,
    parse_names,
    tokens_of,
    without_shared_prefix,
)
from .rig_files import BODY, Rigs, as_list, depths_of, load_rigs, plain_name
from .tree import JOINT_INDEX, JOINT_NAMES

_MOST = 2 / 3
"""Share of a rig's mapped joints by which it is recognised although others are missing."""

# Markers of the Plug-in Gait and Helen Hayes sets, by which a file of markers on the skin is recognised.
_SURFACE_MARKERS = frozenset("lasi rasi lpsi rpsi c7 t10 clav strn lkne rkne lank rank lsho rsho".split())
_FEW_MARKERS = 4


@dataclass
class JointMatch:
    """Where the joints of the unified skeleton come from in a recording.

    Attributes:
        map: Index of a unified joint -> indices of the source joints whose mean it is, without the missing joints.
        layout: Name of the recognised rig, otherwise "by-name".
        missing: Names of the unified joints that the recording does not have.
        how: Name of each matched unified joint -> how it was found, for `data inspect` and reports.
        unused: Names of the recording's joints that match none of the 22.
    """

    map: dict[int, list[int]]
    layout: str
    missing: list[str]
    how: dict[str, str] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)


def match_joints(
    joint_names: Sequence[str],
    parents: Sequence[int] | None = None,
    rigs: Rigs | None = None,
    layout: str | None = None,
    source: str = "array",
    strict: bool = False,
) -> JointMatch:
    """Finds the unified joints among a recording's joints.

    A rig is recognised if it knows all names and all the joints that it maps are present, or if most of them are and
    no other rig that fits would map them differently. Order, case, separators, namespaces and a prefix that all names
    share do not matter. Otherwise the names are matched one by one.

    Args:
        joint_names: Names as the source has them.
        parents: Parent index of each joint (-1 for a root), used to order the spine.
        rigs: Rig name -> rig; `load_rigs()` when None.
        layout: Name of a rig that the caller declares; it is used if the recording has its pelvis and shoulders,
            whatever other joints are missing or additional.
        source: File name for error messages.
        strict: Whether a declared rig that does not fit is an error; if not, the joints are matched without it.

    Returns:
        The match; it always holds the pelvis and both shoulders.

    Raises:
        MotionError: The pelvis (or both hips) or a shoulder is not found; the message lists what was found.
    """
    rigs = load_rigs() if rigs is None else rigs
    names = [str(name) for name in joint_names]
    if not 0 < len(names) <= MAX_JOINTS:
        raise MotionError(f"{source}: {len(names)} joints; expected 1 to {MAX_JOINTS}.")
    if parents is not None and len(parents) != len(names):
        raise MotionError(f"{source}: {len(names)} joint names but {len(parents)} parents.")
    match = _match_declared(names, rigs[layout], source, strict) if layout is not None and layout in rigs else None
    match = match or _match_rig(names, rigs) or _match_by_name(names, parents)
    _require_a_body(match, names, source)
    used = {index for sources in match.map.values() for index in sources}
    match.unused = [name for index, name in enumerate(names) if index not in used]
    return match


# ---------------------------------------------------------------------------------------------------------- known rigs


def _match_declared(names: list[str], rig: Mapping[str, Any], source: str, strict: bool) -> JointMatch | None:
    """Returns the joints that the declared rig maps, as far as present, or None if they make no body."""
    best: JointMatch | None = None
    for where in _spellings(names):
        match = _as_rig_says(rig, where, names)
        if best is None or len(match.map) > len(best.map):
            best = match
    assert best is not None  # the names as written are always a spelling
    lacking = [joint for joint in BODY if joint in best.missing]
    if lacking and strict:
        wanted = ", ".join(
            f"{joint} to {' and '.join(repr(name) for name in as_list(rig['map'][joint]))}" for joint in lacking
        )
        raise MotionError(
            f"{source}: the rig {rig['name']} maps {wanted}, which the recording does not have. {_listed(names)}"
        )
    return None if lacking else best


def _match_rig(names: list[str], rigs: Rigs) -> JointMatch | None:
    """Returns the match of the rig whose joints these are, or None; of several rigs the one that misses fewest."""
    for where in _spellings(names):
        whole: list[tuple[int, JointMatch]] = []
        partly: list[tuple[int, JointMatch]] = []
        for rig in rigs.values():
            of_rig = _plain_names(tuple(rig["joints"]))
            if any(not TIPS & set(tokens_of(names[where[name]])) for name in where.keys() - of_rig):
                continue
            match, absent = _as_rig_says(rig, where, names), len(of_rig - where.keys())
            if len(match.map) == len(rig["map"]):
                whole.append((absent, match))
            elif len(match.map) >= _MOST * len(rig["map"]) and not set(BODY) & set(match.missing):
                partly.append((absent, match))
        if whole:
            return min(whole, key=lambda candidate: candidate[0])[1]
        if partly and all(match.map == partly[0][1].map for _, match in partly):
            return min(partly, key=lambda candidate: candidate[0])[1]
    return None


@lru_cache(maxsize=256)  # every recording is compared with the same rigs
def _plain_names(joints: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(plain_name, joints))


def _spellings(names: list[str]) -> list[dict[str, int]]:
    """Returns plain name -> index: for the names as written, and without the prefix that all share, if they do."""
    all_tokens = [tokens_of(name) for name in names]
    rests = without_shared_prefix(all_tokens)
    spellings: list[dict[str, int]] = [{}] if rests == all_tokens else [{}, {}]
    for index, (name, rest) in enumerate(zip(names, rests, strict=True)):
        for plain, where in zip((plain_name(name), "".join(rest)), spellings, strict=False):
            where.setdefault(plain, index)
    return spellings


def _as_rig_says(rig: Mapping[str, Any], where: Mapping[str, int], names: list[str]) -> JointMatch:
    """Returns the joints that a rig maps, as far as present."""
    joint_map, how = {}, {}
    for joint, value in rig["map"].items():
        plain = [plain_name(name) for name in as_list(value)]
        if all(name in where for name in plain):
            sources = [where[name] for name in plain]
            joint_map[JOINT_INDEX[joint]] = sources
            how[joint] = " and ".join(names[index] for index in sources) + f" (rig {rig['name']})"
    return _finish(joint_map, str(rig["name"]), how)


def _finish(joint_map: dict[int, list[int]], layout: str, how: dict[str, str]) -> JointMatch:
    missing = [name for index, name in enumerate(JOINT_NAMES) if index not in joint_map]
    return JointMatch(dict(sorted(joint_map.items())), layout, missing, how)


# ------------------------------------------------------------------------------------------------------------- by name


def _match_by_name(names: list[str], parents: Sequence[int] | None) -> JointMatch:
    parsed = parse_names(names)
    # Of joints with the same word the lowest number, then the nearest to the root; the order in the file is ignored.
    depths = None if parents is None else depths_of(parents)
    parsed.sort(key=lambda part: (part.number, 0 if depths is None else depths[part.index], names[part.index]))
    found: dict[str, list[int]] = {}
    for side in ("left", "right"):
        words: dict[str, list[int]] = {}
        for part in parsed:
            if part.side == side:
                words.setdefault(part.word, []).append(part.index)
        for joint, index in _match_side(words).items():
            found[f"{side}_{joint}"] = [index]
    midline = [part for part in parsed if part.side is None]
    for joint in ("pelvis", "neck", "head"):
        best = _first(MIDLINE[joint], midline)
        if best is not None:
            found[joint] = [best]
    found.update(_match_rigify(midline, found) or _match_spine(midline, depths, found))
    how = {joint: " and ".join(names[index] for index in sources) for joint, sources in found.items()}
    for side, index in _wrists_at_tips(names, parents, found).items():
        how[f"{side}_wrist"] = f"{names[index]}, the tip of {how[f'{side}_elbow']}"
        found[f"{side}_wrist"] = [index]
    for joint, sides in (("pelvis", "hip"), ("neck", "shoulder")):
        left, right = found.get(f"left_{sides}"), found.get(f"right_{sides}")
        if joint not in found and left and right:
            found[joint] = left + right
            how[joint] = f"mean of both {sides}s"
    last = _first(MIDLINE["pelvis without hips"], midline)
    if "pelvis" not in found and last is not None:
        found["pelvis"], how["pelvis"] = [last], names[last]
    ears = {part.side: part.index for part in parsed if part.side and part.word in SIDED["ear"]}
    nose = [part.index for part in midline if part.word == "nose"][:1]
    if len(ears) == 2 and found.get("head", nose) == nose:
        found["head"] = [ears["left"], ears["right"]]
        how["head"] = "mean of both ears"
    joint_map = {JOINT_INDEX[joint]: sources for joint, sources in found.items()}
    return _finish(joint_map, "by-name", how)


def _first(accepted: Sequence[str], joints: Sequence[Parsed]) -> int | None:
    """Returns the joint with the best of the accepted words; of equal words the one with the lowest number."""
    candidates = [joint for joint in joints if joint.word in accepted]
    if not candidates:
        return None
    return min(candidates, key=lambda joint: (accepted.index(joint.word), joint.number)).index


def _match_side(words: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Finds the limb joints of one side.

    Args:
        words: Word -> the joints of this side with this word, the best first.

    Returns:
        "hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist" -> index, as far as found.
    """

    def first(accepted: Sequence[str]) -> int | None:
        return next((words[word][0] for word in accepted if word in words), None)

    hip, knee = first(SIDED["hip"]), first(SIDED["knee"])
    if hip is None and "knee" in words:  # as in MikuMikuDance, where the leg begins at the hip
        hip = first(("leg",))
    ankle, foot, toe = first(SIDED["ankle"]), first(SIDED["foot"]), first(SIDED["toe"])
    if ankle is None:
        ankle, foot = foot, toe
    else:
        foot = toe if toe is not None else foot
    collar, shoulder, upper_arm = first(SIDED["collar"]), first(SIDED["shoulder"]), first(SIDED["upper arm"])
    elbow = first(SIDED["elbow"])
    if upper_arm is not None and shoulder is not None:
        if collar is None:
            collar = shoulder
        elif elbow is None:  # collar, shoulder, arm, hand: the arm bone begins at the elbow
            elbow, upper_arm = upper_arm, shoulder
    elif upper_arm is None:
        upper_arm = shoulder
        both = next((words[word] for word in SIDED["shoulder"] if len(words.get(word, ())) > 1), None)
        if collar is None and both is not None:  # "LeftShoulder" and "LeftShoulder2"
            collar, upper_arm = both[:2]
    wrist = first(SIDED["wrist"])
    joints = {
        "hip": hip,
        "knee": knee,
        "ankle": ankle,
        "foot": foot,
        "collar": collar,
        "shoulder": upper_arm,
        "elbow": elbow,
        "wrist": first(SIDED["hand"]) if wrist is None else wrist,
    }
    return {joint: index for joint, index in joints.items() if index is not None}


def _match_rigify(midline: list[Parsed], found: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """Finds the midline of Blender's Rigify, whose chain "spine" to "spine.006" is pelvis, spine, neck and head."""
    chain = {part.number: part.index for part in midline if part.word == "spine"}
    if "pelvis" in found or "neck" in found or not {0, 1, 2, 3, 4} < set(chain):
        return {}
    joints = {"pelvis": 0, "spine1": 1, "spine2": 2, "spine3": 3, "neck": 4, "head": max(chain)}
    return {joint: [chain[number]] for joint, number in joints.items()}


def _wrists_at_tips(names: list[str], parents: Sequence[int] | None, found: Mapping[str, list[int]]) -> dict[str, int]:
    """Returns side -> tip of its lower arm, for rigs without hands: the wrist is where the lower arm ends."""
    if parents is None:
        return {}
    tips = {}
    for side in ("left", "right"):
        if f"{side}_elbow" in found and f"{side}_wrist" not in found:
            (elbow,) = found[f"{side}_elbow"]
            below = [index for index, parent in enumerate(parents) if parent == elbow]
            if len(below) == 1 and ENDS & set(tokens_of(names[below[0]])):
                tips[side] = below[0]
    return tips


def _match_spine(
    midline: list[Parsed], depths: Sequence[int] | None, found: dict[str, list[int]]
) -> dict[str, list[int]]:
    """Finds spine1 to 3 in a chain of any length: its lowest joint, its middle (of two their mean) and its highest."""
    taken = {sources[0] for sources in found.values()}
    chain = [j for j in midline if (j.word in SPINE or j.word == VERTEBRA) and j.index not in taken]

    def height(joint: Parsed) -> tuple[int, ...]:  # joints of equal height keep the order of the names
        rank = len(SPINE) if joint.word == VERTEBRA else SPINE.index(joint.word)
        return (rank, joint.number) if depths is None else (depths[joint.index], rank, joint.number)

    ordered = sorted(chain, key=height)
    chain_indices = [joint.index for joint in ordered]
    if not chain_indices:
        return {}
    low, high = chain_indices[0], chain_indices[-1]
    if len(chain_indices) == 1:
        only = ordered[0].word
        return {"spine3" if SPINE.index(only) >= SPINE.index("chest") else "spine2": [low]} if only in SPINE else {}
    middle = [low, high] if len(chain_indices) == 2 else [chain_indices[(len(chain_indices) - 1) // 2]]
    return {"spine1": [low], "spine2": middle, "spine3": [high]}


# -------------------------------------------------------------------------------------------------------------- errors


_EXAMPLES = {
    "pelvis": ("Hips", "pelvis", "LeftUpLeg", "LeftHip", "left_hip", "thigh_l", "RightUpLeg", "right_hip", "thigh_r"),
    "left_shoulder": ("LeftArm", "left_shoulder", "LeftShoulder", "upperarm_l", "UpperArm_L", "lhumerus"),
    "right_shoulder": ("RightArm", "right_shoulder", "RightShoulder", "upperarm_r", "UpperArm_R", "rhumerus"),
}


def _require_a_body(match: JointMatch, names: list[str], source: str) -> None:
    """Raises an error unless the joints that give a body its orientation were found."""
    lacking = [joint for joint in _EXAMPLES if joint in match.missing]
    if not lacking:
        return
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(plain_name(name), name)
    advice = []
    for joint in lacking:
        label = "pelvis (or both hips)" if joint == "pelvis" else joint
        near: list[str] = []
        for example in _EXAMPLES[joint]:
            for close in difflib.get_close_matches(plain_name(example), plain, n=1, cutoff=0.75):
                if plain[close] not in near:
                    near.append(plain[close])
        if near:
            likely = " or ".join(repr(name) for name in near[:3])
            advice.append(f"{label}, perhaps {likely}, expected e.g. {_EXAMPLES[joint][0]!r}")
        else:
            advice.append(f"{label}, e.g. {' or '.join(repr(name) for name in _EXAMPLES[joint][:3])}")
    found = ", ".join(f"{joint} ({how})" for joint, how in match.how.items()) or "none"
    remedy = (
        "Rename the joints, or describe the rig in a file of your own and pass it as layout ('eai-llm data rigs FILE' "
        "checks it, docs/rigs.md explains it)."
    )
    if len(_SURFACE_MARKERS & plain.keys()) >= _FEW_MARKERS:
        remedy = (
            "These look like markers on the skin; joint centres are needed, as motion capture software solves them."
        )
    raise MotionError(
        f"{source}: the joint names do not make a body. Not found: {'; '.join(advice)}. Found: {found}. "
        f"{_listed(names)} {remedy}"
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:12]) + (", ..." if len(names) > 12 else "")
    return f"The {len(names)} names are {shown}."
