"""Tests whether the predicted label changes when the recording changes but the movement does not.

    python benchmarks/invariance.py FOLDER
    python benchmarks/invariance.py FOLDER --limit 40 --output invariance.md

Every recording under the folder is read, changed as raw joint positions (before the package processes them), and
scored before and after the change. The table gives the share of clips whose label changes, and the change of the
probabilities: half the sum of absolute differences, 0 if nothing changes and 1 if they have nothing in common.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation
from tqdm import tqdm

from eai_llm_hf import SkeletonEmotionExplanationPipeline, load_pipeline
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES
from eai_llm_hf.processing.reading.motion import Motion, MotionError
from eai_llm_hf.processing.skeleton.matching import load_rigs, match_joints
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES, MIRROR
from eai_llm_hf.processing.skeleton.unify import unify

ROOT = Path(__file__).resolve().parents[1]
NAMING_SCHEMES = ("mixamo", "smpl24", "xsens23", "kdae59")
STRICT, LOOSE = 0.0, 0.02
"""Allowed shares of changed labels: none for renaming and moving, 2% for a change that loses information."""


@dataclass
class Recording:
    """A motion and the findings of the package that the changes below need.

    Attributes:
        motion: As the reader gave it.
        up: (3,) the up axis in the source's axes.
        scale: Metres per source unit.
        sources: Name of a unified joint -> indices of the source joints that it is made of.
    """

    motion: Motion
    up: np.ndarray
    scale: float
    sources: dict[str, list[int]]


def recordings(folder: Path) -> Iterator[Recording]:
    """All readable recordings under a folder; the others are reported on stderr."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in READABLE_SUFFIXES)
    rigs = load_rigs()
    for path in tqdm(files, desc="reading", unit="file"):
        try:
            for motion in read_motions(path):
                report = unify(motion).report
                names = motion.joint_names or list(rigs[motion.layout]["joints"])
                motion = replace(motion, joint_names=names)
                match = match_joints(names, motion.parents, rigs, motion.layout, motion.source)
                axis = np.zeros(3)
                axis["xyz".index(report["up_axis"][-1])] = -1.0 if report["up_axis"].startswith("-") else 1.0
                sources = {JOINT_NAMES[joint]: list(found) for joint, found in match.map.items()}
                yield Recording(motion, axis, report["unit_scale"], sources)
        except MotionError as error:
            tqdm.write(f"skipped: {error}", file=sys.stderr)


# ---- changes: the same movement, recorded differently ---------------------------------------------------------------


def in_units(metres_per_unit: float) -> Callable[[Recording], Motion]:
    """The same body in another unit of length."""
    return lambda r: replace(r.motion, joints=r.motion.joints * np.float32(r.scale / metres_per_unit))


def scaled(factor: float) -> Callable[[Recording], Motion]:
    """The same movement of a taller or shorter performer."""
    return lambda r: replace(r.motion, joints=r.motion.joints * np.float32(factor))


def with_up_axis(axis: str) -> Callable[[Recording], Motion]:
    """The same recording in rotated axes, so that another axis points up."""

    def change(r: Recording) -> Motion:
        target = np.zeros(3)
        target["xyz".index(axis[-1])] = -1.0 if axis.startswith("-") else 1.0
        turn, _ = Rotation.align_vectors([target], [r.up])
        return _moved(r, lambda points: points @ turn.as_matrix().T)

    return change


def turned(degrees: float) -> Callable[[Recording], Motion]:
    """The performer faces another direction."""
    return lambda r: _moved(r, lambda points: points @ Rotation.from_rotvec(np.radians(degrees) * r.up).as_matrix().T)


def moved(metres: tuple[float, float, float]) -> Callable[[Recording], Motion]:
    """The performer is in another place."""
    return lambda r: _moved(r, lambda points: points + np.array(metres) / r.scale)


def shuffled(r: Recording) -> Motion:
    """The joints in another order."""
    order = np.random.default_rng(0).permutation(r.motion.joints.shape[1])
    return _kept(r.motion, order)


def named_as(rig: str) -> Callable[[Recording], Motion]:
    """The joints with the names of another rig, without the tree."""
    scheme = load_rigs()[rig]["map"]

    def change(r: Recording) -> Motion:
        names, columns = [], []
        for joint, sources in r.sources.items():
            alias = scheme.get(joint, [])
            for name in [alias] if isinstance(alias, str) else alias:
                if name not in names:
                    names.append(name)
                    columns.append(r.motion.joints[:, sources].mean(axis=1))
        return Motion(np.stack(columns, axis=1), r.motion.fps, names, None, None, r.motion.source)

    return change


def at_rate(fps: float) -> Callable[[Recording], Motion]:
    """The same movement filmed at another frame rate (cubic splines through the recorded frames)."""

    def change(r: Recording) -> Motion:
        joints = r.motion.joints
        times = np.arange(len(joints)) / r.motion.fps
        wanted = np.arange(0, times[-1] + 1e-6, 1 / fps)
        lost = np.isnan(joints).any(axis=0, keepdims=True)
        values = CubicSpline(times, np.where(lost, 0.0, joints), axis=0)(wanted)
        values[np.broadcast_to(lost, values.shape)] = np.nan
        nearest = np.minimum(np.round(wanted * r.motion.fps).astype(int), len(joints) - 1)
        face = None if r.motion.face is None else r.motion.face[nearest]
        return replace(r.motion, joints=values.astype(np.float32), fps=fps, face=face)

    return change


def without(*joints: str) -> Callable[[Recording], Motion]:
    """A rig that lacks some joints."""

    def change(r: Recording) -> Motion:
        lost = {index for joint in joints for index in r.sources.get(joint, [])}
        return _kept(r.motion, [index for index in range(r.motion.joints.shape[1]) if index not in lost])

    return change


def without_extras(r: Recording) -> Motion:
    """A rig without joints that the 22 do not need: hands beyond the wrist, tips, helpers."""
    needed = {index for sources in r.sources.values() for index in sources}
    return _kept(r.motion, sorted(needed))


def mirrored(r: Recording) -> Motion:
    """Left becomes right: the movement in a mirror, with the names of the sides exchanged."""
    across = np.array([1.0, 0.0, 0.0]) if abs(r.up[0]) < 0.5 else np.array([0.0, 1.0, 0.0])
    names = [""] * len(JOINT_NAMES)
    columns = np.full((len(r.motion.joints), len(JOINT_NAMES), 3), np.nan, np.float32)
    for joint, sources in r.sources.items():
        other = MIRROR[JOINT_INDEX[joint]]
        names[other] = JOINT_NAMES[other]
        points = r.motion.joints[:, sources].mean(axis=1)
        columns[:, other] = points - 2 * (points @ across)[:, None] * across
    there = [index for index, name in enumerate(names) if name]
    return Motion(columns[:, there], r.motion.fps, [names[index] for index in there], None, None, r.motion.source)


def _moved(r: Recording, change: Callable[[np.ndarray], np.ndarray]) -> Motion:
    return replace(r.motion, joints=change(r.motion.joints.astype(np.float64)).astype(np.float32))


def _kept(motion: Motion, order: Sequence[int]) -> Motion:
    """The motion with these joints in this order; a joint whose parent is missing gets the next ancestor as parent."""
    kept = {int(old): new for new, old in enumerate(order)}
    parents = None
    if motion.parents is not None:
        parents = []
        for old in order:
            parent = motion.parents[int(old)]
            while parent != -1 and parent not in kept:
                parent = motion.parents[parent]
            parents.append(kept.get(parent, -1))
    names = [motion.joint_names[int(old)] for old in order]
    return Motion(motion.joints[:, list(kept)], motion.fps, names, parents, None, motion.source)


WRISTS = ("left_wrist", "right_wrist")
TOES = ("left_foot", "right_foot")
SPINE = ("spine1", "spine2", "spine3", "left_collar", "right_collar")
CHANGES: dict[str, tuple[float, dict[str, Callable[[Recording], Motion]]]] = {
    "unit": (STRICT, {"m": in_units(1.0), "cm": in_units(0.01), "mm": in_units(0.001), "inch": in_units(0.0254)}),
    "up axis": (STRICT, {axis: with_up_axis(axis) for axis in ("x", "-y", "z", "-z")}),
    "heading": (STRICT, {f"{degrees} deg": turned(degrees) for degrees in (30, 90, 180)}),
    "place": (STRICT, {"8 m off": moved((8.0, 0.0, -5.0)), "2 m higher": moved((1.0, 2.0, 3.0))}),
    "joint order": (STRICT, {"shuffled": shuffled}),
    "joint names": (STRICT, {f"as {rig}": named_as(rig) for rig in NAMING_SCHEMES}),
    "frame rate": (LOOSE, {f"{fps} frames/s": at_rate(fps) for fps in (24, 25, 50, 60, 100, 120)}),
    "performer height": (LOOSE, {f"x {factor}": scaled(factor) for factor in (0.8, 0.9, 1.1, 1.2)}),
    "missing joints": (
        LOOSE,
        {
            "hands beyond the wrist, tips, helpers": without_extras,
            "toes": without(*TOES),
            "spine and collars": without(*SPINE),
            "wrists, and so the forearms": without(*WRISTS),
        },
    ),
    "mirror": (LOOSE, {"left and right": mirrored}),
}
"""For each kind of change: the allowed share of changed labels, and its variants."""


def scores(pipe: SkeletonEmotionExplanationPipeline, motions: Sequence[Motion], what: str) -> np.ndarray:
    """(clips, labels) probabilities; a row of NaN where a clip gave an error."""
    labels = list(pipe.model.config.labels)
    rows = []
    for start in tqdm(range(0, len(motions), 32), desc=what, unit="batch", leave=False):
        for record in pipe(list(motions[start : start + 32]), label_only=True, batch_size=32):
            if "error" in record:
                tqdm.write(f"{what}: {record['error']['message']}", file=sys.stderr)
            rows.append([record["scores"][label] if "scores" in record else np.nan for label in labels])
    return np.array(rows)


def measure_invariance(pipe: SkeletonEmotionExplanationPipeline, clips: Sequence[Recording]) -> list[dict]:
    """Scores every change.

    Returns:
        For each kind of change and each way of it: clips, changed labels (count), mean and largest change of the
        probabilities, clips that gave an error, and the share allowed.
    """
    before = scores(pipe, [clip.motion for clip in clips], "as recorded")
    rows = []
    for kind, (allowed, ways) in CHANGES.items():
        for way, change in ways.items():
            after = scores(pipe, [change(clip) for clip in clips], f"{kind}: {way}")
            failed = np.isnan(after).any(axis=1)
            known = ~failed
            moved_by = np.abs(after - before)[known].sum(axis=1) / 2
            rows.append(
                {
                    "kind": kind,
                    "way": way,
                    "clips": int(known.sum()),
                    "errors": int(failed.sum()),
                    "flips": int((after.argmax(axis=1) != before.argmax(axis=1))[known].sum()),
                    "mean": float(moved_by.mean()),
                    "largest": float(moved_by.max()),
                    "allowed": allowed,
                }
            )
            tqdm.write(f"{kind}: {way}: {rows[-1]['flips']} of {rows[-1]['clips']}", file=sys.stderr)
    return rows


def as_markdown(rows: Sequence[dict], command: str, model: str) -> str:
    """The results as a page."""
    lines = [
        "# What must not change the answer",
        "",
        "Does the label depend on how a movement was recorded: on units, axes, names, frame rate or missing joints?",
        "",
        f"`{command}`",
        "",
        f"Model {model}, {max(row['clips'] for row in rows)} recordings. Changed labels: the clips whose most likely "
        "label differs from that of the unchanged recording. Change of the probabilities: half the sum of the "
        "absolute differences.",
        "",
        "| change | way | changed labels | allowed | mean change | largest change | errors |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        share = row["flips"] / row["clips"]
        found = f"{row['flips']} of {row['clips']}, {share:.1%}" + (" (over)" if share > row["allowed"] else "")
        lines.append(
            f"| {row['kind']} | {row['way']} | {found} | {row['allowed']:.0%} | {row['mean']:.4f} "
            f"| {row['largest']:.3f} | {row['errors']} |"
        )
    lines += [
        "",
        "Without wrists the recording does not show the bend of the elbows or the movement of the forearms, and the "
        "label depends on both. Ignoring forearms would remove this dependence, but it would lose their information "
        "for all rigs. In Bandai's rig, which most of these recordings use, the joint called Hand is the wrist.",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="recordings, in sub-folders or not")
    parser.add_argument("--model", help="checkpoint: folder or Hub id; the embedded one by default")
    parser.add_argument("--limit", type=int, metavar="N", help="only N recordings, evenly drawn")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "invariance.md", help="page to write")
    args = parser.parse_args()

    clips = list(recordings(args.folder))
    if not clips:
        parser.error(f"no recording under {args.folder} can be read.")
    if args.limit and args.limit < len(clips):
        clips = [clips[index] for index in np.linspace(0, len(clips) - 1, args.limit).astype(int)]
    pipe = load_pipeline(args.model)
    rows = measure_invariance(pipe, clips)
    command = f"python benchmarks/invariance.py {args.folder.name}" + (f" --limit {args.limit}" if args.limit else "")
    page = as_markdown(rows, command, Path(pipe.model.config.name_or_path).name)
    args.output.write_text(page, encoding="utf-8")
    print(page)
    print(f"written to {args.output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
