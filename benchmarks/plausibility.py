"""False alarms of the plausibility checks on real recordings, and what they find of synthetic corruptions.

    python benchmarks/plausibility.py --data RECORDINGS

Every recording is read as it is; every eighth is corrupted in each of the ways below and read again. A corruption is
found if the clip is refused or has a note that the recording itself does not have. It counts only where it matters: a
clip whose label the default checkpoint does not change is left out of the detection rate. The limits were set
from a sample of these recordings, so the false alarms are not those of unseen files; no limit was set by the
corruptions but that of jumping limbs. The page reports every second of the corrupted files.
"""

import argparse
import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from eai_llm_hf import SkeletonEmotionExplanationPipeline, load_pipeline
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import Motion
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES, MIRROR
from eai_llm_hf.processing.skeleton.unify import unify

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "docs" / "inputs" / "plausibility.json"
CHECKS = ("unlikely_proportions", "unsteady_bones", "jumps", "mirrored", "motionless")
FOLDERS = ("bandai1", "bandai2", "bml_walks", "mpi_stories", "style100", "other_rigs")

Corruption = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def _to_picture(joints: np.ndarray, size: float) -> np.ndarray:
    """A camera 3.5 m in front of the body, depth relative to the hips as MediaPipe gives it."""
    hips = joints[:, [JOINT_INDEX["left_hip"], JOINT_INDEX["right_hip"]]].mean(axis=1, keepdims=True)
    distance = 3.5 - joints[..., 2] + joints[:1, :1, 2]
    distance = np.maximum(distance, 1.0)
    x = 0.5 + 0.4 * (joints[..., 0] - hips[:1, :, 0]) / distance
    y = 0.55 - 0.7 * (joints[..., 1] - hips[:1, :, 1]) / distance
    z = -0.15 * (joints[..., 2] - hips[..., 2])
    return np.stack([x, y, z], axis=-1) * size


def _flat(joints: np.ndarray, rng: np.random.Generator, score: bool) -> np.ndarray:
    picture = _to_picture(joints, 640.0)
    picture[..., 2] = rng.uniform(0.6, 1.0, picture.shape[:2]) if score else 0.0
    return picture


def _rotations(joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Directions of the bones as Euler angles in degrees, which is what a table of joint angles holds."""
    direction = np.diff(joints, axis=1, append=joints[:, :1])
    around = np.degrees(np.arctan2(direction[..., 0], direction[..., 1]))
    ahead = np.degrees(np.arctan2(direction[..., 2], direction[..., 1]))
    return np.stack([ahead, around, 0.3 * (ahead - around)], axis=-1)


def _other_order(joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return joints[:, rng.permutation(joints.shape[1])]


def _two_people(joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    upper = [index for index, name in enumerate(JOINT_NAMES) if not name.endswith(("hip", "knee", "ankle", "foot"))]
    mixed = joints.copy()
    mixed[:, upper] += [1.2, 0.0, 0.4]
    return mixed


def _people_take_turns(joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    mixed = joints.copy()
    turns = (np.arange(len(joints)) // 7) % 2 == 1
    mixed[turns] += [1.5, 0.0, 0.3]
    return mixed


def _limbs_exchanged(joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A tracker that takes an arm for a leg in every fifth stretch of 6 frames."""
    mixed = joints.copy()
    wrong = (np.arange(len(joints)) // 6) % 5 == 2
    for arm, leg in (("elbow", "knee"), ("wrist", "ankle")):
        for side in ("left", "right"):
            first, second = JOINT_INDEX[f"{side}_{arm}"], JOINT_INDEX[f"{side}_{leg}"]
            mixed[np.ix_(wrong, [first, second])] = joints[np.ix_(wrong, [second, first])]
    return mixed


def _unsteady(joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return joints + rng.normal(0, 0.08, joints.shape)


CORRUPTIONS: dict[str, Corruption] = {
    "image coordinates, shares of the picture": lambda joints, rng: _to_picture(joints, 1.0),
    "image coordinates, pixels": lambda joints, rng: _to_picture(joints, 640.0),
    "image coordinates, pixels, y upwards": lambda joints, rng: _to_picture(joints, 640.0) * [1, -1, 1] + [0, 640, 0],
    "2-D, zeros as third number": lambda joints, rng: _flat(joints, rng, score=False),
    "2-D, a score as third number": lambda joints, rng: _flat(joints, rng, score=True),
    "rotations as positions": _rotations,
    "joints in a random order": _other_order,
    "joints of the list shifted by one": lambda joints, rng: np.roll(joints, 1, axis=1),
    "left and right swapped": lambda joints, rng: joints[:, list(MIRROR)],
    "mirrored axis": lambda joints, rng: joints * [-1, 1, 1],
    "legs of one person, trunk of another": _two_people,
    "two people take turns": _people_take_turns,
    "arms and legs exchanged now and then": _limbs_exchanged,
    "noise of 8 cm": _unsteady,
    "depth lost": lambda joints, rng: joints * [1, 1, 0.03],
    "frozen": lambda joints, rng: np.repeat(joints[:1], len(joints), axis=0),
}
"""What goes wrong -> how to do it to (frames, 22, 3) metres, Y up."""


def recordings(folder: Path) -> Iterator[tuple[str, list[Motion]]]:
    """Corpus and people of every real recording."""
    for corpus in FOLDERS:
        listed = folder / corpus / "manifest.csv"
        if listed.exists():
            with listed.open(encoding="utf-8") as file:
                paths = [folder / corpus / row["path"] for row in csv.DictReader(file)]
        else:
            paths = sorted(path for path in (folder / corpus).rglob("*") if path.suffix in (".bvh", ".csv", ".npz"))
        for path in paths:
            yield corpus, read_motions(path, fps=30 if corpus == "bml_walks" else None)


def verdict(motion: Motion) -> tuple[str, UnifiedClip | None]:
    """Returns "refused", "noted" or "nothing", and the clip where it is not refused."""
    try:
        clip = unify(motion)
    except ValueError:
        return "refused", None
    return ("noted" if {note["code"] for note in clip.report["notes"]} & set(CHECKS) else "nothing"), clip


def corrupted(clip: UnifiedClip, change: Corruption, rng: np.random.Generator) -> Motion:
    """The clip as a recording in which something went wrong; only joints that it has."""
    joints = change(clip.joints.astype(np.float64), rng)
    there = np.flatnonzero(clip.joint_mask)
    return Motion(joints[:, there].astype(np.float32), 30.0, [JOINT_NAMES[index] for index in there])


def unchecked(pipe: SkeletonEmotionExplanationPipeline, clip: UnifiedClip, joints: np.ndarray) -> str:
    """The label that the model gives to corrupted joints, if nothing stops it."""
    size = np.median(np.linalg.norm(joints - joints.mean(axis=1, keepdims=True), axis=-1))
    own = np.median(np.linalg.norm(clip.joints - clip.joints.mean(axis=1, keepdims=True), axis=-1))
    scaled = joints * (own / max(size, 1e-9))
    return str(pipe(replace(clip, joints=scaled.astype(np.float32)), label_only=True)["label"])


def measured(folder: Path, every: int) -> dict:
    """False alarms of each corpus, and detection of each corruption on even and odd files."""
    pipe = load_pipeline()
    alarms: dict[str, Counter[str]] = {corpus: Counter() for corpus in FOLDERS}
    found: dict[str, list[Counter[str]]] = {name: [Counter(), Counter()] for name in CORRUPTIONS}
    for number, (corpus, people) in enumerate(recordings(folder)):
        for motion in people:
            result, clip = verdict(motion)
            alarms[corpus][result] += 1
            if clip is None or number % every:
                continue
            clip = clip.cut(0, 300)
            label = pipe(clip, label_only=True)["label"]
            for name, change in CORRUPTIONS.items():
                rng = np.random.default_rng(number)
                counter = found[name][(number // every) % 2]
                joints = change(clip.joints.astype(np.float64), rng)
                kept = joints * clip.joint_mask[:, None]
                if unchecked(pipe, clip, kept) == label:
                    counter["label kept"] += 1
                    if name != "frozen":
                        continue
                counter[verdict(corrupted(clip, change, np.random.default_rng(number)))[0]] += 1
    return {
        "false_alarms": {corpus: dict(counter) for corpus, counter in alarms.items()},
        "detection": {name: [dict(half) for half in halves] for name, halves in found.items()},
    }


def markdown(result: dict) -> str:
    """The two tables of docs/inputs.md."""
    lines = ["| recordings | people | refused | with a note |", "|---|---|---|---|"]
    total: Counter[str] = Counter()
    for corpus, counts in result["false_alarms"].items():
        total.update(counts)
        lines.append(_alarm_row(f"`{corpus}`", counts))
    lines.append(_alarm_row("all", total))
    lines += [
        "",
        "| what goes wrong | clips whose label it changes | refused | noted | found |",
        "|---|---|---|---|---|",
    ]
    for name, (_, reported) in result["detection"].items():
        refused, noted, missed = (reported.get(key, 0) for key in ("refused", "noted", "nothing"))
        clips = refused + noted + missed
        share = f"{(refused + noted) / clips:.0%}" if clips else "-"
        lines.append(f"| {name} | {clips} | {refused} | {noted} | {share} |")
    return "\n".join(lines)


def _alarm_row(name: str, counts: dict[str, int]) -> str:
    return f"| {name} | {sum(counts.values())} | {counts.get('refused', 0)} | {counts.get('noted', 0)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the recordings")
    parser.add_argument("--every", type=int, default=8, help="corrupt every n-th recording (default: 8)")
    args = parser.parse_args()
    result = measured(args.data, args.every)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(markdown(result))


if __name__ == "__main__":
    main()
