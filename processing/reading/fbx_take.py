"""Samples one take of an FBX file with the library ufbx. `fbx.py` runs this file as a process of its own.

ufbx is written in C, and a crash of it must not end the process of the user. Its binding for Python (0.0.5) returns an
object that it has returned before without counting the new reference, so that it is freed while it is still in use.
So nothing is freed here: objects are kept, the collection of garbage is off, the process ends without tidying up.

The file is run by its path, so it imports nothing of ours, and no numpy, which takes longer to load than a file.
"""

import contextlib
import gc
import json
import os
import sys
from array import array
from typing import Any

SCRIPT = __file__
"""Path of this file."""

MARK = b"\0EAI-LLM FBX\0"
"""What the output begins with, after whatever was printed while Python started."""

_KEPT: list[Any] = []
"""The objects of the library, until the process ends."""

_PROBES = 16
"""Moments at which a take is compared with its beginning, to see whether it moves anything."""


class _Unreadable(Exception):
    """A file that cannot be read: "missing" or "broken" (the library), "damaged" or "refused", and what was found."""


def main(order: dict[str, Any]) -> tuple[dict[str, Any], "array[float]"]:
    """Samples the first take in which a joint moves, else the first one.

    Args:
        order: "path", each of its bytes as one character; "memory", bytes that this process may use; "samples", most
            frames times nodes; "nodes", most nodes; "fps", the least and the highest number of frames per second.

    Returns:
        What was found, and translation (3), rotation (x, y, z, w) and scale (3) of each node in its parent, frame by
        frame, in float32. Of what was found the keys are "names" and "parents" of the nodes; "joints", the indices of
        those that are joints; "rest", the ten numbers of each in the pose at rest; "fps"; "take", the name of the take
        that is read; "takes", those of all.

    Raises:
        _Unreadable: The library is missing or broken, it finds the file damaged, or there is nothing to read.
        OSError: The file cannot be opened.
    """
    _limit_memory(order["memory"])
    try:
        import ufbx

        load = ufbx.load_memory
    except ImportError as error:
        raise _Unreadable("missing", str(error)) from error
    except MemoryError:
        raise
    except Exception as error:  # of the library, or of another one by its name
        raise _Unreadable("broken", f"{type(error).__name__}: {error}") from error
    with open(order["path"].encode("latin-1"), "rb") as file:  # the library opens no file whose name is not UTF-8
        content = file.read()
    try:
        scene = load(
            content,
            file_format=ufbx.FileFormat.FBX,
            ignore_geometry=True,
            ignore_embedded=True,
            target_axes=ufbx.axes_right_handed_y_up,
            target_unit_meters=1.0,
            inherit_mode_handling=ufbx.InheritModeHandling.HELPER_NODES,
        )
    except ufbx.UfbxError as error:
        raise _Unreadable("damaged", str(error)) from error
    every = list(scene.nodes)
    above = [node.parent for node in every]
    parents = [-1 if parent is None else parent.typed_id for parent in above]
    # What a node does not pass on of its scale is on a helper below it, and the kind of the node, too.
    bones = {
        parents[index] if node.is_scale_helper else index
        for index, node in enumerate(every)
        if node.attrib_type == ufbx.ElementType.BONE
    }
    others = {index for index, node in enumerate(every) if not (node.is_root or node.is_scale_helper)}
    joints = sorted(bones or others)
    stacks = list(scene.anim_stacks)
    anims = [stack.anim for stack in stacks]
    _KEPT.extend((content, scene, every, above, stacks, anims))
    if not stacks or not joints:
        what = "a skeleton or other nodes; found none" if stacks else "an animation; found a model without one"
        raise _Unreadable("refused", f"expected {what}")
    needed = _with_those_above(joints, parents)
    if len(needed) > order["nodes"]:
        raise _Unreadable("refused", f"expected at most {order['nodes']} joints; found {len(needed)}")
    place = {index: number for number, index in enumerate(needed)}
    nodes = [every[index] for index in needed]
    spans = [_span(stack) for stack in stacks]

    def sample(anim: Any, time: float) -> list[float]:
        poses = [ufbx.evaluate_transform(anim, node, time) for node in nodes]
        return [number for pose in poses for part in pose for number in part]

    fps, (least, highest) = scene.settings.frames_per_second, order["fps"]
    if not least <= fps <= highest:
        raise _Unreadable("refused", f"expected {least:g} to {highest:g} frames per second; the file states {fps:g}")
    moving = (
        number
        for number, (begin, end) in enumerate(spans)
        if any(sample(anims[number], begin + (end - begin) * step / _PROBES) != sample(anims[number], begin)
               for step in range(1, _PROBES + 1))
    )  # fmt: skip
    chosen = next(moving, 0)
    begin, end = spans[chosen]
    frames = max(end - begin, 0.0) * fps + 1.0
    if not frames * len(nodes) <= order["samples"]:
        raise _Unreadable("refused", f"{frames:,.0f} frames of {len(nodes)} nodes are too many for a file of its size")
    samples = array("f")
    for frame in range(int(frames + 1e-4)):
        samples.extend(sample(anims[chosen], begin + frame / fps))
    return {
        "names": [node.name for node in nodes],
        "parents": [place.get(parents[index], -1) for index in needed],
        "joints": [place[index] for index in joints],
        "rest": [[number for part in node.local_transform for number in part] for node in nodes],
        "fps": fps,
        "take": chosen,
        "takes": [stack.name for stack in stacks],
    }, samples


def _limit_memory(most: int) -> None:
    """Bounds the memory of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, ceiling = resource.getrlimit(resource.RLIMIT_AS)
    if ceiling == resource.RLIM_INFINITY or ceiling > most:
        with contextlib.suppress(ValueError, OSError):  # macOS gives a process more addresses than that at its start
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _span(stack: Any) -> tuple[float, float]:
    """Returns the first and the last second of a take; those of its keys where the take states none."""
    begin, end = stack.time_begin, stack.time_end
    if end > begin:
        return begin, end
    layers = list(stack.layers)
    values = [value for layer in layers for value in layer.anim_values]
    curves = [curve for value in values for curve in value.curves if curve is not None]
    ends = [(curve.min_time, curve.max_time) for curve in curves if len(curve.keyframes)]
    _KEPT.extend((layers, values, curves))
    return (min(first for first, _ in ends), max(last for _, last in ends)) if ends else (begin, end)


def _with_those_above(joints: list[int], parents: list[int]) -> list[int]:
    needed = set(joints)
    for index in joints:
        while (index := parents[index]) >= 0 and index not in needed:
            needed.add(index)
    return sorted(needed)


if __name__ == "__main__":
    gc.disable()
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the library prints is no result
    order = json.loads(sys.argv[1])
    found: dict[str, Any] = {}
    samples = array("f")
    try:
        found, samples = main(order)
    except _Unreadable as error:
        found = dict([error.args])
    except MemoryError:
        found = {"refused": f"reading it needs more than {order['memory'] / 2**30:g} GB of memory"}
    except OSError as error:
        found = {"refused": f"cannot be read ({error.strerror})"}
    except Exception as error:  # of the library
        found = {"damaged": f"{type(error).__name__}: {error}"}
    output.write(MARK + json.dumps(found).encode() + b"\n")
    output.write(samples)
    output.flush()
    os._exit(0)
