"""Makes the clips in `hub_examples/clips` with the project's own generator, so that they are free to use.

    python hub_examples/make_clips.py

The clips are selected by the movement alone; no model is involved, and what a model says about them changes nothing.
A walk shows its emotion fully (intensity 1), a gesture moderately (0.6). The embedded checkpoints never saw the
performers in training: their numbers are multiples of 5. Of these performers, the script takes the first whose clip is
typical: every published sign of the emotion reaches at least half of the effect that the emotion has on the average
neutral performer. So the performer's habits and mood cancel no sign.

Each clip has a different rig, in one of three formats: BVH in centimetres, CSV and NPZ in metres.
"""

import argparse
from itertools import count
from pathlib import Path

import numpy as np

from eai_llm_hf.generator import GeneratedClip, generate_clip
from eai_llm_hf.generator.emotions import DESIGN, EMOTIONS, STYLE_PARAMETERS
from eai_llm_hf.processing.reading.motion import Motion

CLIPS = (
    # file, emotion, intensity, action, rig
    ("walk-sad.bvh", "sad", 1.0, "walk", "bandai22"),
    ("wave-happy.csv", "happy", 0.6, "wave", "kinect_v2_25"),
    ("walk-angry.npz", "angry", 1.0, "walk", "smpl24"),
    ("talk-not-confident.npz", "not confident", 0.6, "talk", "smpl22"),
)
SHOWN = 0.5
"""Share of an emotion's effect on a sign that a typical clip shows at least."""


def least_shown(clip: GeneratedClip) -> float:
    """How strongly a clip shows the weakest published sign of its emotion; 1 is the average effect of the emotion."""
    return min(
        (clip.style[name] - STYLE_PARAMETERS[name].neutral) / (clip.intensity * effect.size)
        for name, effect in EMOTIONS[clip.label].items()
        if DESIGN not in effect.sources
    )


def typical_clip(emotion: str, intensity: float, action: str, rig: str) -> GeneratedClip:
    """The first typical clip by a performer whom training never saw; its seed is a fifth of the performer's number."""
    clips = (
        generate_clip(
            seed, emotion=emotion, intensity=intensity, action=action, rig=rig, performer=5 * seed, duration_s=5.0
        )
        for seed in count(1)
    )
    return next(clip for clip in clips if least_shown(clip) >= SHOWN)


def write_bvh(motion: Motion, path: Path) -> None:
    """Writes positions as BVH: each joint has only position channels, which are relative to its parent."""
    children: dict[int, list[int]] = {joint: [] for joint in range(-1, len(motion.parents))}
    for joint, parent in enumerate(motion.parents):
        children[parent].append(joint)
    order, lines = [], ["HIERARCHY"]

    def describe(joint: int, indent: str) -> None:
        order.append(joint)
        lines.append(f"{indent}{'ROOT' if motion.parents[joint] < 0 else 'JOINT'} {motion.joint_names[joint]}")
        lines.append(f"{indent}{{")
        lines.append(f"{indent}  OFFSET 0 0 0")
        lines.append(f"{indent}  CHANNELS 3 Xposition Yposition Zposition")
        for child in children[joint]:
            describe(child, indent + "  ")
        if not children[joint]:
            lines.append(f"{indent}  End Site\n{indent}  {{\n{indent}    OFFSET 0 0 0\n{indent}  }}")
        lines.append(f"{indent}}}")

    describe(children[-1][0], "")
    parents = np.array(motion.parents)
    from_parent = motion.joints - np.where((parents < 0)[:, None], 0, motion.joints[:, parents])
    lines += ["MOTION", f"Frames: {len(motion.joints)}", f"Frame Time: {1 / motion.fps:.6f}"]
    lines += [" ".join(f"{value:.2f}" for value in frame[order].ravel()) for frame in from_parent]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def write_csv(motion: Motion, path: Path) -> None:
    """Writes positions as a table: time in seconds, then x, y and z of each joint."""
    names = ["time", *(f"{name}_{axis}" for name in motion.joint_names for axis in "xyz")]
    rows = [",".join(names)]
    for number, frame in enumerate(motion.joints):
        cells = ["" if np.isnan(value) else f"{value:.3f}" for value in frame.ravel()]
        rows.append(",".join([f"{number / motion.fps:.4f}", *cells]))
    path.write_text("\n".join(rows) + "\n", encoding="ascii")


def write_npz(motion: Motion, path: Path) -> None:
    """Writes positions as named arrays."""
    np.savez_compressed(path, joints=motion.joints.round(3), fps=motion.fps, joint_names=np.array(motion.joint_names))


def main() -> None:
    """Writes the clips."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "clips", help="folder to write")
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    writers = {".bvh": write_bvh, ".csv": write_csv, ".npz": write_npz}
    for name, emotion, intensity, action, rig in CLIPS:
        writers[Path(name).suffix](typical_clip(emotion, intensity, action, rig).motion, args.output / name)
        print(args.output / name)


if __name__ == "__main__":
    main()
