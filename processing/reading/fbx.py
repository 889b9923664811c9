"""Reads the skeleton and the animation of FBX files with the library ufbx, which the extra `fbx` installs.

ufbx reads binary and text files of all versions since 3.0. It evaluates curves, layers, pivots and orders of rotation;
`fbx_take.py` calls it in a process of its own, with limits of time and memory, because it is written in C. What comes
back are the transforms of the nodes in their parents, in metres and Y up, at the frame rate of the file.

Bones are the joints; in a file without bones all nodes are. Of several takes the first that moves a joint is read:
Mixamo puts an empty "Take 001" before the take.

Why ufbx: docs/inputs.md says what other libraries did. Its positions agree with those of its C library and of Assimp.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from .fbx_take import MARK, SCRIPT
from .limits import MAX_FPS, MAX_JOINTS, MAX_NAME_LENGTH, MIN_FPS
from .motion import MotionError, note
from .node_tree import PATHS, Node, Tracks, in_order, moved, parents_among
from .recording import Recording, room_for, shown

INSTALL = 'install it with: pip install "eai-llm-hf[fbx]"'
CONVERT = "Blender converts FBX: import the file there and export it as glTF (.glb) or BVH"

_LONGEST_S = 120.0
"""Seconds after which the process is ended; the most samples need about 30."""

_MEMORY = 2**32
"""Bytes that the process may use."""

_MOST_SAMPLES = 10**7
"""Frames times nodes: 85 minutes of 65 joints at 30 frames per second."""

_NAMED_TAKES = 5
"""Takes that a note names."""

_NUMBERS = sum(PATHS.values())


def read_fbx(path: Path) -> Recording:
    """Reads one file.

    Args:
        path: The file.

    Returns:
        The bones, in metres and Y up, at the frame rate of the file, with the direction of the face where there is one
        skeleton and its pose at rest tells it. Several skeletons with the same names are told apart later.

    Raises:
        MotionError: The extra `fbx` is not installed or broken, or no process can be started; or the file is damaged,
            without a take, too long, or makes the library crash or hang.
    """
    found, samples = _sampled(path)
    names = [name[:MAX_NAME_LENGTH] for name in found["names"]]
    rest = np.array(found["rest"], np.float64).reshape(len(names), _NUMBERS)
    nodes = [Node(name, parent) for name, parent in zip(names, found["parents"], strict=True)]
    for index, node in enumerate(nodes):
        node.rest = dict(zip(PATHS, np.split(rest[index], np.cumsum(list(PATHS.values()))[:-1]), strict=True))
        if node.parent >= 0:
            nodes[node.parent].children.append(index)
    times = np.arange(len(samples)) / found["fps"]
    tracks: Tracks = {}
    for index in range(len(nodes)):
        parts = np.split(samples[:, index], np.cumsum(list(PATHS.values()))[:-1], axis=1)
        tracks[index] = {path: (times, values, "LINEAR") for path, values in zip(PATHS, parts, strict=True)}
    joints = found["joints"]
    joint_names, parents = [names[index] for index in joints], parents_among(nodes, joints)
    with np.errstate(all="ignore"):  # huge numbers become infinite, and the checks refuse them
        positions, face = moved(nodes, in_order(nodes, path.name), tracks, times, (joints, joint_names, parents))
    takes = found["takes"]
    notes = []
    if len(takes) > 1:
        others = [shown(name) for number, name in enumerate(takes) if number != found["take"]]
        named = ", ".join(others[:_NAMED_TAKES]) + (" and others" if len(others) > _NAMED_TAKES else "")
        first = f"of {len(takes)} takes the first that moves a joint is read, {shown(takes[found['take']])}"
        notes.append(note("one_of_animations", f"{first}; not {named}"))
    return Recording(
        positions,
        found["fps"],
        joint_names=joint_names,
        parents=parents,
        units="m",
        face=face if parents.count(-1) == 1 else None,
        notes=notes,
    )


def _sampled(path: Path) -> tuple[dict[str, Any], np.ndarray]:
    """Returns what `fbx_take.py` found, and the samples (frames, nodes, 10) float32."""
    samples = min(_MOST_SAMPLES, room_for(path) // 12)
    name = os.fsencode(path.resolve()).decode("latin-1")  # the process may have another encoding of names
    order = {"path": name, "memory": _MEMORY, "samples": samples, "nodes": MAX_JOINTS}
    text = json.dumps(order | {"fps": [MIN_FPS, MAX_FPS]})
    if not sys.executable:  # a program that Python is built into
        raise MotionError(f"{path.name}: FBX is read by a process of Python, and this program has none. {CONVERT}")
    # -P: the folder of the script is no place to import from; it has modules named json and csv.
    command = [sys.executable, "-P", SCRIPT, text]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=_LONGEST_S
        )
    except subprocess.TimeoutExpired:
        raise MotionError(f"{path.name}: not read after {_LONGEST_S:g} s. {CONVERT}") from None
    except OSError as error:
        raise MotionError(f"{path.name}: no process to read it could be started ({error.strerror})") from error
    head, _, values = done.stdout.partition(MARK)[2].partition(b"\n")
    if done.returncode != 0 or not head:
        how = signal.strsignal(-done.returncode) if done.returncode < 0 else f"status {done.returncode}"
        raise MotionError(f"{path.name}: the library that reads FBX crashed on this file ({how}). {CONVERT}")
    found: dict[str, Any] = json.loads(head)
    if "missing" in found:
        raise MotionError(f"{path.name}: reading FBX needs the package ufbx; {INSTALL}. Or without it: {CONVERT}")
    if "broken" in found:
        raise MotionError(f"{path.name}: the package ufbx cannot be loaded ({shown(found['broken'], 80)}). {CONVERT}")
    if "damaged" in found:
        raise MotionError(
            f"{path.name}: the file is damaged or not FBX (ufbx: {shown(found['damaged'], 80)}). {CONVERT}"
        )
    if "refused" in found:
        raise MotionError(f"{path.name}: {found['refused']}")
    return found, np.frombuffer(values, np.float32).reshape(-1, len(found["names"]), _NUMBERS)
