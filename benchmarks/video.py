"""Measures what a label and the claims lose when a recording comes from a video, and draws the picture of a real one.

    python benchmarks/video.py --data FOLDER             writes docs/inputs/video.json and docs/inputs/video-front.png
    python benchmarks/video.py --data FOLDER --picture   the picture only

The error of MediaPipe's landmarks is fitted on two videos that show one person at the same time from two sides (the
demo of Pose2Sim, BSD-3): what the two disagree on after one rotation is the error of both. The same error is put on
recorded and generated clips, whose joints are left out as MediaPipe does, and whose pelvis is pinned.
"""

import argparse
import csv
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eai_llm_hf.generator import clip_seed, generate_clip
from eai_llm_hf.pipeline_loading import load_pipeline
from eai_llm_hf.processing.claims.claim import holds, notable_claims
from eai_llm_hf.processing.descriptors.measure import measure
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import Motion, MotionError
from eai_llm_hf.processing.reading.pose_model import POSE_MODEL_VARIABLE
from eai_llm_hf.processing.reading.video import frames_of, pose_finder, read_video
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.rig_files import load_rigs
from eai_llm_hf.processing.skeleton.tree import FRAME_RATE, JOINT_INDEX
from eai_llm_hf.processing.skeleton.unify import unify

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "docs" / "inputs" / "video.json"
PICTURE = ROOT / "docs" / "inputs" / "video-front.png"
CHECKPOINTS = ("default", "generator")
BINS = (0.0, 0.5, 0.7, 0.9)
"""Lowest probability of each bin of the accuracy."""
LABELS = ("happy", "sad", "angry", "proud", "not confident")
PER_LABEL = 6
"""Clips of each label from bandai1 and from the generator."""
STORIES = {"Joyous": "happy", "Amused": "happy", "Sad": "sad", "Angry": "angry", "Proud": "proud"}
DRAWS = 2
"""Draws of camera and error for each clip."""
CAMERA_DEG = 60.0
"""The camera stands within this angle of the front."""
LEFT_COLOUR, RIGHT_COLOUR, TRUNK_COLOUR = "#0072B2", "#D55E00", "#4B5563"
LONGEST = 300
"""Frames of the part of a clip that is used, as the model does."""


# --------------------------------------------------------------------------------------------------------- the error


def _joints_of_rig(world: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Unified joints of MediaPipe's landmarks (frames, 33, 3), from the pelvis, Y up."""
    rig = load_rigs()["mediapipe33"]
    sources = {name: [source] if isinstance(source, str) else source for name, source in rig["map"].items()}
    places = [[rig["joints"].index(source) for source in found] for found in sources.values()]
    joints = np.stack([world[:, place].mean(axis=1) for place in places], axis=1) * [1, -1, -1]
    return list(sources), joints - joints[:, :1]


def _rotation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The rotation that brings the first points nearest to the second (Kabsch 1976)."""
    left, _, right = np.linalg.svd(first.reshape(-1, 3).T @ second.reshape(-1, 3))
    sign = np.sign(np.linalg.det(right.T @ left.T))
    return right.T @ np.diag([1.0, 1.0, sign]) @ left.T


def fit_noise(data: Path) -> dict[str, Any]:
    """The error of a view: sd by joint, depth over lateral, what stays through a clip, correlation, jitter."""
    views = [read_video(data / "video" / f"pose2sim_{view}.mp4") for view in ("front", "side")]
    names, front = _joints_of_rig(views[0].joints[0])
    side = _joints_of_rig(views[1].joints[0])[1]
    exchanges = np.flatnonzero((views[1].visibility[0] == 0).all(axis=-1))
    calm = np.ones(len(side), bool)
    if len(exchanges):
        calm[exchanges[0] :] = False
    turn = _rotation(front[calm], side[calm])
    apart = front[calm] @ turn.T - side[calm]
    constant = apart.mean(axis=0)
    varying = apart - constant
    moving = [index for index, name in enumerate(names) if name != "pelvis"]
    lateral = np.mean(apart[:, moving, 1] ** 2) / 2  # of one view; height is lateral in both
    total = np.mean((apart[:, moving] ** 2).sum(axis=-1))
    step = round(1 / FRAME_RATE / float(np.median(np.diff(views[0].times))))
    jitter = np.diff(front, n=2, axis=0).std(axis=0)[moving].mean(axis=0) / np.sqrt(6)
    rms = np.sqrt((apart**2).sum(axis=-1).mean(axis=0) / 6)
    return {
        "frames": int(calm.sum()),
        "angle_between_views_deg": round(float(np.degrees(np.arccos((np.trace(turn) - 1) / 2))), 1),
        "sd_by_joint_m": {name: round(float(rms[index]), 4) for index, name in enumerate(names)},
        "depth_over_lateral": round(float(np.sqrt(max((total - 4 * lateral) / 2, 0.0) / lateral)), 2),
        "constant_share": round(float((constant[moving] ** 2).sum() / (apart[:, moving] ** 2).mean(axis=0).sum()), 2),
        "correlation_of_next_frame": round(float((varying[step:] * varying[:-step]).sum() / (varying**2).sum()), 2),
        "jitter_m": {"lateral": round(float(jitter[:2].mean()), 4), "depth": round(float(jitter[2]), 4)},
        "frames_with_exchanged_sides": {
            view: int((found.visibility[0] == 0).all(axis=-1).sum())
            for view, found in zip(("front", "side"), views, strict=True)
        },
    }


PARENTS = {
    **{
        f"{side}_{child}": f"{side}_{parent}"
        for side in ("left", "right")
        for child, parent in (
            ("knee", "hip"),
            ("ankle", "knee"),
            ("foot", "ankle"),
            ("elbow", "shoulder"),
            ("wrist", "elbow"),
        )
    },
    **{f"{side}_hip": "pelvis" for side in ("left", "right")},
    **{f"{side}_shoulder": "neck" for side in ("left", "right")},
    "neck": "pelvis",
    "head": "neck",
}
"""Joint -> the joint before it, among those that MediaPipe has."""


def _error(
    shape: tuple[int, ...], names: Sequence[str], noise: dict[str, Any], rng: np.random.Generator
) -> np.ndarray:
    """Draws the error (frames, joints, 3) of the joints, which grows along each limb, as it was measured."""
    sd = noise["sd_by_joint_m"]
    share, keep, depth = noise["constant_share"], noise["correlation_of_next_frame"], noise["depth_over_lateral"]
    drift = rng.normal(size=shape)
    for frame in range(1, shape[0]):
        drift[frame] = keep * drift[frame - 1] + np.sqrt(1 - keep**2) * drift[frame]
    unit = np.sqrt(share) * rng.normal(size=shape[1:]) + np.sqrt(1 - share) * drift
    error = np.zeros(shape)
    for index, name in enumerate(names):
        parent = PARENTS.get(name, "")
        before = names.index(parent) if parent in names else None
        grown = sd[name] ** 2 - (sd[parent] ** 2 if before is not None else 0.0)
        own = np.sqrt(max(grown, (0.3 * sd[name]) ** 2)) / np.sqrt((2 + depth**2) / 3)
        error[:, index] = own * unit[:, index] * [1, 1, depth] + (0.0 if before is None else error[:, before])
    return error


def as_if_filmed(clip: UnifiedClip, noise: dict[str, Any], rng: np.random.Generator) -> UnifiedClip:
    """The clip as the pose model might have read it from a video."""
    order = ("pelvis", "neck", *(name for name in noise["sd_by_joint_m"] if name not in ("pelvis", "neck")))
    names = [name for name in order if clip.joint_mask[JOINT_INDEX[name]]]
    joints = clip.joints[:LONGEST, [JOINT_INDEX[name] for name in names]].astype(np.float64)
    angle = np.radians(rng.uniform(-CAMERA_DEG, CAMERA_DEG))
    camera = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    joints = joints @ camera.T
    error = _error(joints.shape, names, noise, rng)
    there = {name: index for index, name in enumerate(names)}
    clean, joints = joints, joints.copy()
    for name, index in there.items():  # parents come first; bones keep their lengths, as the model's body does
        parent = there.get(PARENTS.get(name, ""))
        if parent is None:
            continue
        bone = clean[:, index] - clean[:, parent]
        turned = bone + error[:, index] - error[:, parent]
        length = np.linalg.norm(bone, axis=-1, keepdims=True)
        joints[:, index] = joints[:, parent] + turned * length / np.linalg.norm(turned, axis=-1, keepdims=True)
    jitter = noise["jitter_m"]
    joints += rng.normal(size=joints.shape) * [jitter["lateral"], jitter["lateral"], jitter["depth"]]
    middle = joints[:, [names.index("left_hip"), names.index("right_hip")]].mean(axis=1, keepdims=True)
    joints -= middle
    joints[:, names.index("pelvis")] = 0.0
    if "neck" in names:
        sides = [names.index(f"{side}_shoulder") for side in ("left", "right")]
        joints[:, names.index("neck")] = joints[:, sides].mean(axis=1)
    return unify(Motion(joints.astype(np.float32), FRAME_RATE, names, units="m", recording="video"))


# --------------------------------------------------------------------------------------------------------- the clips


def corpora(data: Path) -> Iterator[tuple[str, str, UnifiedClip]]:
    """Corpus, label and clip of everything that is measured."""
    for label in LABELS:
        found = sorted((data / "bandai1" / "data").rglob(f"dataset-1_*_{label.replace(' ', '-')}_*.bvh"))
        for path in found[:PER_LABEL]:
            yield "bandai1", label, unify(read_motions(path)[0])
        for number in range(PER_LABEL):
            action = ("walk", "wave", "talk")[number % 3]
            made = generate_clip(clip_seed(77, number), emotion=label, action=action, rig="smpl22")
            yield "generator", label, unify(made.motion)
    with (data / "bml_walks" / "manifest.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["label"] in LABELS:
                yield "bml_walks", row["label"], unify(read_motions(data / "bml_walks" / row["path"], fps=30)[0])
    with (data / "mpi_stories" / "manifest.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["candidates"] in STORIES:
                yield (
                    "mpi_stories",
                    STORIES[row["candidates"]],
                    unify(read_motions(data / "mpi_stories" / row["path"])[0]),
                )


UNSEEN = ("bml_walks", "mpi_stories")
"""Corpora that no checkpoint was trained on."""


# ------------------------------------------------------------------------------------------------------- the figures


def _balanced(rows: Sequence[dict[str, Any]], kind: str) -> float:
    hits = defaultdict(list)
    for row in rows:
        hits[row["label"]].append(row[kind][0] == row["label"])
    return round(float(np.mean([np.mean(found) for found in hits.values()])), 3)


def _accuracy(rows: Sequence[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Accuracy, whole and by probability, of what the model says of clips or of their filmed forms."""
    found = [(row[kind][1], row[kind][0] == row["label"]) for row in rows]
    said = Counter(row[kind][0] for row in rows)
    bins = []
    for low, high in zip(BINS, (*BINS[1:], 2.0), strict=True):
        inside = [right for score, right in found if low <= score < high]
        bins.append({"from": low, "clips": len(inside), "right": int(sum(inside))})
    return {
        "clips": len(found),
        "accuracy": round(float(np.mean([right for _, right in found])), 3),
        "bins": bins,
        "said": dict(said.most_common()),
    }


def _claims(pairs: Sequence[tuple[np.ndarray, np.ndarray]], reference: Any) -> dict[str, Any]:
    """How many of the claims of a clip still hold in its filmed form, by descriptor."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for clean, filmed in pairs:
        for claim in notable_claims(clean[None], reference):
            verdict = holds(claim, filmed, reference)
            counts[claim.descriptor][2 if verdict is None else 0 if verdict else 1] += 1
    by_descriptor = {
        name: dict(zip(("hold", "fail", "not_measured"), found, strict=True)) for name, found in sorted(counts.items())
    }
    whole = {key: sum(found[key] for found in by_descriptor.values()) for key in ("hold", "fail", "not_measured")}
    return {"all": whole, "by_descriptor": by_descriptor}


def measured(data: Path) -> dict[str, Any]:
    """All figures of the page."""
    noise = fit_noise(data)
    print(json.dumps(noise), flush=True)
    rng = np.random.default_rng(0)
    clips, refused = [], []
    for corpus, label, clip in corpora(data):
        filmed = []
        for _ in range(DRAWS):
            try:
                filmed.append(as_if_filmed(clip, noise, rng))
            except MotionError as error:
                refused.append(f"{corpus}: {error}"[:300])
        clips.append((corpus, label, clip, filmed))
    print(len(clips), "clips", refused, flush=True)
    result: dict[str, Any] = {"noise": noise, "draws": DRAWS, "refused": len(refused), "checkpoints": {}}
    for name in CHECKPOINTS:
        pipe = load_pipeline(name)
        reference = pipe.feature_extractor.motion_reference()
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        pairs = []
        for corpus, label, clip, filmed in clips:
            if name != "default" and corpus not in UNSEEN:
                continue
            records = pipe([clip.cut(0, LONGEST), *filmed], label_only=True)
            said = [(record["label"], record["score"]) for record in records]
            cut = clip.cut(0, LONGEST)
            for draw, (seen, film) in enumerate(zip(said[1:], filmed, strict=True)):
                rows[corpus].append({"label": label, "clean": said[0], "filmed": seen, "first": draw == 0})
                pairs.append(tuple(measure(c.joints, c.joint_mask, c.not_shown) for c in (cut, film)))
        unseen = [row for corpus in UNSEEN for row in rows[corpus]]
        found: dict[str, Any] = {
            "corpora": {
                corpus: {
                    "clips": sum(row["first"] for row in own),
                    "same_label": round(float(np.mean([row["clean"][0] == row["filmed"][0] for row in own])), 3),
                    "balanced_accuracy": {kind: _balanced(own, kind) for kind in ("clean", "filmed")},
                }
                for corpus, own in rows.items()
            },
            "unseen": {
                "recorded": _accuracy([row for row in unseen if row["first"]], "clean"),
                "video": _accuracy(unseen, "filmed"),
            },
            "unseen_by_corpus": {
                corpus: {
                    "recorded": _accuracy([row for row in rows[corpus] if row["first"]], "clean"),
                    "video": _accuracy(rows[corpus], "filmed"),
                }
                for corpus in UNSEEN
            },
        }
        if name == "default":
            found["claims"] = _claims(pairs, reference)
        result["checkpoints"][name] = found
        print(name, json.dumps(found["corpora"]), json.dumps(found["unseen"]), flush=True)
    return result


def markdown(figures: dict[str, Any]) -> str:
    """The tables of the page, from the figures of `docs/inputs/video.json`."""
    noise = figures["noise"]
    sd = {name: 100 * value for name, value in noise["sd_by_joint_m"].items()}
    lines = [
        "| error of a joint from a video | |",
        "|---|---|",
        *(
            f"| {words}, cm in each direction | {sd[f'left_{name}']:.1f} left, {sd[f'right_{name}']:.1f} right |"
            for name, words in (
                ("hip", "hip"),
                ("knee", "knee"),
                ("ankle", "ankle"),
                ("elbow", "elbow"),
                ("wrist", "wrist"),
            )
        ),
        f"| depth, compared with sideways and up | {noise['depth_over_lateral']:.1f} times |",
        f"| stays the same through the clip | {noise['constant_share']:.0%} of the squared error |",
        f"| of the rest, correlation of the next frame (1/30 s) | {noise['correlation_of_next_frame']:.2f} |",
        f"| shaking from frame to frame, cm | {100 * noise['jitter_m']['lateral']:.1f}, in depth "
        f"{100 * noise['jitter_m']['depth']:.1f} |",
        "",
        "| checkpoint | corpus | clips | same label as recorded | balanced accuracy, recorded | as if filmed |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for name, found in figures["checkpoints"].items():
        for corpus, row in found["corpora"].items():
            accuracy = row["balanced_accuracy"]
            lines.append(
                f"| {name} | {corpus} | {row['clips']} | {row['same_label']:.0%} | {accuracy['clean']:.2f} | "
                f"{accuracy['filmed']:.2f} |"
            )
    lines += [
        "",
        "| checkpoint | clips no training has seen | right | " + " | ".join(_bin_words()) + " |",
        "|---|---|---:|" + "---:|" * len(BINS),
    ]
    for name, found in figures["checkpoints"].items():
        for kind, words in (("recorded", "recorded"), ("video", "as if filmed")):
            row = found["unseen"][kind]
            bins = " | ".join(f"{each['right']} of {each['clips']}" for each in row["bins"])
            lines.append(f"| {name} | {words}, {row['clips']} | {row['accuracy']:.0%} | {bins} |")
    claims = figures["checkpoints"]["default"]["claims"]
    lines += ["", "| descriptor | claims | still hold | no longer hold | not measured |", "|---|---:|---:|---:|---:|"]
    for name, counts in {"all": claims["all"], **claims["by_descriptor"]}.items():
        total = sum(counts.values())
        shares = " | ".join(f"{counts[key] / total:.0%}" for key in ("hold", "fail", "not_measured"))
        lines.append(f"| {name} | {total} | {shares} |")
    return "\n".join(lines) + "\n"


def _bin_words() -> list[str]:
    """The ranges of probability, in words."""
    return [
        f"below {BINS[1]:g}",
        *(f"{low:g} to {high:g}" for low, high in zip(BINS[1:-1], BINS[2:], strict=True)),
    ] + [f"from {BINS[-1]:g}"]


# --------------------------------------------------------------------------------------------------------- the picture


def draw_picture(data: Path, target: Path = PICTURE, second: float = 0.6) -> None:
    """Draws a frame of the front video with the landmarks on it, and the unified skeleton of the moment next to it.

    Args:
        data: Folder with `video/`.
        target: The picture.
        second: Time of the frame.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    path = data / "video" / "pose2sim_front.mp4"
    rig = load_rigs()["mediapipe33"]["joints"]
    with pose_finder(path.name) as find:
        for time, pixels in frames_of(path):
            found = find(pixels, time)
            if time >= second and found is not None:
                break
    points = {name: found[0][0, index] for index, name in enumerate(rig)}
    clip = unify(read_motions(path)[0])
    joints = clip.joints[round(second * FRAME_RATE)]
    joints = joints - joints[JOINT_INDEX["pelvis"]]
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 4.6), width_ratios=(1, 1))
    bottom = int(0.68 * len(pixels))  # below is only the floor
    left.imshow(pixels[:bottom])
    for side, colour in (("left", LEFT_COLOUR), ("right", RIGHT_COLOUR)):
        for chain in (("shoulder", "elbow", "wrist"), ("shoulder", "hip", "knee", "ankle", "foot_index")):
            line = np.array([points[f"{side}_{name}"] for name in chain])
            left.plot(line[:, 0], line[:, 1], "o-", color=colour, linewidth=2, markersize=3)
        for chain in (
            ("pelvis", f"{side}_hip", f"{side}_knee", f"{side}_ankle", f"{side}_foot"),
            ("neck", f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist"),
        ):
            line = joints[[JOINT_INDEX[name] for name in chain]]
            # The unified body faces +Z, so its left is at +X: seen from the front that is on the right of the picture.
            right.plot(line[:, 0], line[:, 1], "o-", color=colour, linewidth=2, markersize=3)
    for ends in (("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")):
        line = np.array([points[name] for name in ends])
        left.plot(line[:, 0], line[:, 1], "-", color=TRUNK_COLOUR, linewidth=2)
    trunk = joints[[JOINT_INDEX[name] for name in ("pelvis", "neck", "head")]]
    right.plot(trunk[:, 0], trunk[:, 1], "o-", color=TRUNK_COLOUR, linewidth=2, markersize=3)
    right.set_aspect("equal")
    for axes, title in ((left, "landmarks on the video"), (right, "unified skeleton, from the front")):
        axes.set_axis_off()
        axes.set_title(title, fontsize=9)
    figure.text(0.5, 0.01, "blue: left, red: right. Video: demo of Pose2Sim, BSD-3", ha="center", fontsize=8)
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    figure.savefig(target, dpi=100)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with video, bandai1, bml_walks, mpi_stories")
    parser.add_argument("--picture", action="store_true", help="only draw the picture")
    args = parser.parse_args()
    os.environ.setdefault(POSE_MODEL_VARIABLE, str(args.data / "video" / "pose_landmarker_full.task"))
    draw_picture(args.data)
    if args.picture:
        return
    OUTPUT.write_text(json.dumps(measured(args.data), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
