"""Measures transfer: to rigs that training never saw, between forms of the skeleton, from generated to real clips.

    python benchmarks/transfer.py rigs --bandai1 FOLDER        hold out each rig, with and without calibration
    python benchmarks/transfer.py form                         which form of the skeleton transfers to other rigs
    python benchmarks/transfer.py generator --bandai1 FOLDER   how well generated clips prepare for recorded ones

Each experiment trains small models with stage one of the recipe (tower and text alignment, few steps), writes a page
under docs/, and writes its figures to a JSON file of the same name. An interrupted run continues: a model whose
figures are in the JSON file is not trained again.
"""

import argparse
import json
import runpy
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
from scipy.spatial.transform import Rotation
from tqdm import tqdm
from transformers import set_seed

from eai_llm_hf import SkeletonEmotionExplanationPipeline
from eai_llm_hf.corpora import generated_corpus, load_corpus
from eai_llm_hf.corpora.rows import as_clip
from eai_llm_hf.corpora.splits import split_of
from eai_llm_hf.evaluation.methods.baselines import best_labels, lda, random_forest
from eai_llm_hf.modeling.skeleton_tower_eai_llm import EaiSkeletonTower
from eai_llm_hf.processing.descriptors import kept
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.placement import facing
from eai_llm_hf.processing.skeleton.tree import FRAME_RATE, JOINT_INDEX
from eai_llm_hf.training import crops
from eai_llm_hf.training.crops import CropDataset, fit_reference
from eai_llm_hf.training.recipe import align, new_model
from eai_llm_hf.training.settings import Recipe

ROOT = Path(__file__).resolve().parents[1]
FORMS, IN_USE = (runpy.run_path(str(ROOT / "benchmarks" / "skeleton_forms.py"))[name] for name in ("FORMS", "IN_USE"))
RIG_GROUPS = {
    "bandai22": ("generated-bandai22",),
    "kinect_v2_25": ("generated-kinect_v2_25",),
    "cmu31": ("generated-cmu31",),
    "kdae59": ("generated-kdae59",),
    "smpl22 and smpl24": ("generated-smpl22", "generated-smpl24"),
}
"""Corpora that share a body and are held out together."""
LABELS = ("happy", "sad", "angry", "proud", "not confident")
"""Emotions of both `generated` and Bandai's first set."""
CALIBRATION_CLIPS = (1, 5, 20)
DRAWS = 6
"""Maximum number of random draws of calibration clips; one for a single clip, which changes nothing."""
BOOTSTRAPS = 2000
PIECE_S = 3.4

Rows = Sequence[dict]


class Results:
    """Figures by name, saved to a JSON file after each, so that an interrupted run can continue."""

    def __init__(self, path: Path, settings: dict):
        self.path = path
        self.content = {"settings": settings, "figures": {}}
        if path.is_file():
            earlier = json.loads(path.read_text(encoding="utf-8"))
            if earlier["settings"] == settings:
                self.content = earlier

    def get(self, name: str, make: Callable[[], dict]) -> dict:
        """The figures of this name; computed and saved if they are missing."""
        if name not in self.content["figures"]:
            self.content["figures"][name] = make()
            self.path.write_text(json.dumps(self.content, indent=1) + "\n", encoding="utf-8")
        return self.content["figures"][name]


# ---- models and scores ----------------------------------------------------------------------------------------------


def train_small(rows: Rows, steps: int, seed: int) -> SkeletonEmotionExplanationPipeline:
    """Stage one of the recipe from scratch, in few steps on short pieces; the pipeline gives labels only.

    The tower alone names the labels, without the linear map of the measurements, and crops are compared with the
    default, without sessions: forms of the skeleton and generated clips differ in what the tower learns.

    Args:
        rows: Clips to train on.
        steps: Steps of 32 crops.
        seed: Of weights and crops.
    """
    rows = [piece for row in rows for piece in _pieces(row)]
    with tempfile.TemporaryDirectory() as folder:
        recipe = Recipe(
            folder,
            labels=list(LABELS),
            sessions=False,
            measured_weight=0.0,
            stages="one",
            stage_one_steps=steps,
            stage_one_batch_size=32,
            seed=seed,
        )
        set_seed(seed)
        reference = fit_reference(CropDataset(rows, min(800, 20 * len(rows)), seed))
        model, processor = new_model(recipe, reference)
        lessons = CropDataset(rows, steps * recipe.stage_one_batch_size, seed)
        align(recipe, model, processor, reference, lessons)
    return SkeletonEmotionExplanationPipeline(model=model.eval(), processor=processor)


def _pieces(row: dict) -> list[dict]:
    """A clip cut so that crops, with their change of tempo, stay within four windows."""
    frames = round(PIECE_S * FRAME_RATE)
    starts = [start for start in range(0, len(row["joints"]), frames) if len(row["joints"]) - start >= FRAME_RATE]
    return [row | {"joints": row["joints"][start : start + frames]} for start in starts] or [row]


def hits(pipe: SkeletonEmotionExplanationPipeline, rows: Rows) -> list[int]:
    """For each clip 1 if the label is right, else 0."""
    return hits_of(pipe, [as_clip(row) for row in rows], [str(row["label"]) for row in rows])


def hits_of(
    pipe: SkeletonEmotionExplanationPipeline,
    clips: Sequence[UnifiedClip],
    labels: Sequence[str],
    reference: MotionReference | None = None,
) -> list[int]:
    """Like `hits`, for unified clips and optionally with a reference of their own."""
    options = {"reference": reference} if reference is not None else {}
    records = pipe(list(clips), label_only=True, batch_size=32, **options)
    return [int(record["label"] == label) for record, label in zip(records, labels, strict=True)]


def accuracy(values: Iterable[int]) -> float:
    """Mean of hits."""
    return float(np.mean(list(values)))


def interval(hits_by_clip: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """95% interval of a mean over clips, by bootstrap."""
    rng = np.random.default_rng(seed)
    means = hits_by_clip[rng.integers(len(hits_by_clip), size=(BOOTSTRAPS, len(hits_by_clip)))].mean(axis=1)
    return tuple(float(value) for value in np.percentile(means, [2.5, 97.5]))


def generated_rows(clips: int, seed: int) -> dict[str, list[dict]]:
    """Generated clips by side of the split by performer."""
    sides: dict[str, list[dict]] = defaultdict(list)
    for row in tqdm(generated_corpus(clips, seed), desc="generated clips", unit="clip"):
        sides[split_of(row, (), ())].append(row)
    return sides


def recorded_rows(folder: str) -> list[dict]:
    """The clips of bandai1 that have one of the labels."""
    return [row for row in load_corpus(f"bandai1={folder}") if row["label"] in LABELS]


# ---- rigs held out --------------------------------------------------------------------------------------------------


def _head_back(clip: UnifiedClip) -> UnifiedClip:
    joints = clip.joints.copy()
    joints[:, JOINT_INDEX["head"]] -= 0.07 * facing(clip.joints, clip.joint_mask)
    return replace(clip, joints=joints)


def _tilted(clip: UnifiedClip) -> UnifiedClip:
    turn = Rotation.from_euler("x", 8, degrees=True).as_matrix().astype(np.float32)
    return replace(clip, joints=clip.joints @ turn.T)


RECORDED_AS: dict[str, Callable[[UnifiedClip], UnifiedClip]] = {
    "as it is": lambda clip: clip,
    "head joint 7 cm further back": _head_back,
    "camera tilted by 8 degrees": _tilted,
}
"""Changes to the recording that training did not see."""


def rigs(args: argparse.Namespace, results: Results) -> str:
    """Holds out each rig in turn and calibrates on its unlabelled clips."""
    generated = generated_rows(args.clips, args.seed)
    recorded = recorded_rows(args.bandai1) if args.bandai1 else []
    counts = [*map(str, CALIBRATION_CLIPS), "all"]
    lines = [
        "| rig held out | recorded | test clips | no calibration | 1 clip | 5 clips | 20 clips | all its clips |",
        "|---|---|---|---|---|---|---|---|",
    ]
    gains: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for name in args.rigs:
        corpora = RIG_GROUPS[name]
        others = [row for row in generated["train"] if row["corpus"] not in corpora]
        others += recorded if name != "bandai22" else []
        tests = {name: [[row for row in generated[side] if row["corpus"] in corpora] for side in ("test", "train")]}
        if name == "bandai22" and recorded:
            tests["bandai1, recorded"] = [recorded, recorded]

        def measured(others=others, tests=tests) -> dict:
            pipe = train_small(others, args.steps, args.seed)
            return {
                test: {way: calibration_scores(pipe, *sides, change, args.seed) for way, change in RECORDED_AS.items()}
                for test, sides in tests.items()
            }

        for test, by_way in results.get(name, measured).items():
            for way, scores in by_way.items():
                cells = [f"{scores['plain']:.2f}", *(_spread(scores[count]) for count in counts)]
                lines.append(f"| {test} | {way} | {scores['clips']} | {' | '.join(cells)} |")
                for count in counts:
                    gains[way][count] += [float(np.mean(scores[count])) - scores["plain"]]
    for way, by_count in gains.items():
        means = " | ".join(f"{np.mean(by_count[count]):+.3f}" for count in counts)
        lines.append(f"| mean gain | {way} | | | {means} |")
    return "\n".join(
        [
            f"Each rig is left out of training in turn ({args.steps} steps of 32 crops, seed {args.seed}). Its test "
            "clips, of performers that no training saw, are labelled without calibration, and with a reference that "
            "was calibrated on unlabelled clips of other performers, with the same rig and kind of recording. "
            f"Values are accuracies, mean ± standard deviation over up to {DRAWS} random draws; chance is "
            f"{1 / len(LABELS):.2f}. The recorded clips calibrate on themselves, without labels. The head "
            "joint further back and the tilted camera are applied to the unified clips; they imitate other rigs and "
            "rooms.",
            "",
            *lines,
        ]
    )


def calibration_scores(
    pipe: SkeletonEmotionExplanationPipeline,
    test: Rows,
    pool: Rows,
    change: Callable[[UnifiedClip], UnifiedClip],
    seed: int,
) -> dict:
    """Accuracy without calibration and with references fitted on random draws from the pool."""
    rng = np.random.default_rng(seed)
    labels = [str(row["label"]) for row in test]
    clips, own = ([change(as_clip(row)) for row in rows] for rows in (test, pool))
    scores: dict = {"clips": len(test), "plain": accuracy(hits_of(pipe, clips, labels))}
    for count in CALIBRATION_CLIPS:
        scores[str(count)] = []
        for _ in range(min(count, DRAWS)):
            drawn = [own[index] for index in rng.choice(len(own), min(count, len(own)), replace=False)]
            scores[str(count)].append(accuracy(hits_of(pipe, clips, labels, pipe.calibrate(drawn))))
    scores["all"] = [accuracy(hits_of(pipe, clips, labels, pipe.calibrate(own)))]
    return scores


# ---- forms of the skeleton ------------------------------------------------------------------------------------------


@contextmanager
def _in_form(form: Callable, velocity_weight: float) -> Iterator[None]:
    """The tower learns and labels from this form of the movement alone, without descriptors."""
    queries, standardise = EaiSkeletonTower._semantic_queries, EaiSkeletonTower.standardise_by

    def standardise_by(tower: EaiSkeletonTower, *typical) -> None:
        with patch.object(tower.config, "velocity_weight", velocity_weight):
            standardise(tower, *typical)

    with (
        patch.object(crops, "movement_features", form),
        patch.object(kept, "movement_features", form),
        patch.object(EaiSkeletonTower, "standardise_by", standardise_by),
        patch.object(EaiSkeletonTower, "_semantic_queries", lambda tower, _, clips: queries(tower, None, clips)),
    ):
        yield


def form(args: argparse.Namespace, results: Results) -> str:
    """Trains on one rig in each form of the skeleton and labels the clips of the others."""
    generated = generated_rows(args.clips, args.seed)
    home = RIG_GROUPS["bandai22"]
    rows = [row for row in generated["train"] if row["corpus"] in home]
    tests = {
        name: [row for row in generated["test"] if row["corpus"] in corpora] for name, corpora in RIG_GROUPS.items()
    }
    others = [name for name in RIG_GROUPS if name != "bandai22"]
    lines = [
        f"| what the tower reads | {' | '.join(('bandai22 (its own)', *others))} | mean of the others |",
        "|---" * (len(RIG_GROUPS) + 2) + "|",
    ]
    carried = {}
    for name, reading in FORMS.items():

        def measured(seed: int, reading=reading) -> dict:
            with _in_form(*reading):
                pipe = train_small(rows, args.steps, seed)
                return {test: accuracy(hits(pipe, tests[test])) for test in tests}

        runs = [results.get(f"{name}, seed {seed}", lambda seed=seed: measured(seed)) for seed in range(args.seeds)]
        cells = [_spread([run[test] for run in runs]) for test in ("bandai22", *others)]
        means = [float(np.mean([run[test] for test in others])) for run in runs]
        carried[name] = float(np.mean(means))
        lines.append(f"| {name} | {' | '.join(cells)} | {_spread(means)} |")
    best = max(carried, key=lambda name: carried[name])
    counts = ", ".join(f"{name} {len(test)}" for name, test in tests.items())
    return "\n".join(
        [
            f"Models are trained on generated clips of one rig ({len(rows)} clips on bandai22, {args.steps} steps of "
            "32 crops) and tested on unseen performers, on that rig and on others. The tower reads the movement in "
            "the given form, each feature divided by its own spread, and no descriptors. Test clips: "
            f"{counts}. Values are accuracies, mean ± standard deviation over {args.seeds} seeds; chance is "
            f"{1 / len(LABELS):.2f}.",
            "",
            *lines,
            "",
            f"On the other rigs the best form ({best}) reaches {carried[best]:.2f}, and the form in use "
            f"{carried[IN_USE]:.2f}.",
        ]
    )


# ---- generated clips for recorded ones ------------------------------------------------------------------------------


def generator(args: argparse.Namespace, results: Results) -> str:
    """Labels each family of recorded contents with models that never saw it, with and without generated clips."""
    generated = generated_rows(args.clips, args.seed)
    recorded = recorded_rows(args.bandai1)
    families = sorted({row["family"] for row in recorded})
    clip_ids = [row["clip_id"] for row in recorded]
    methods: dict[str, list[dict[str, int]]] = defaultdict(list)

    def collect(method: str, name: str, make: Callable[[], list[int]], test: Rows, into: dict[str, int]) -> None:
        figures = results.get(
            f"{method}; {name}", lambda: dict(zip((row["clip_id"] for row in test), make(), strict=True))
        )
        into.update(figures)

    for seed in range(args.seeds):
        alone: dict[str, int] = {}

        def synthetic_only(seed=seed) -> list[int]:
            pipe = train_small(generated["train"], args.steps, seed)
            return hits(pipe, recorded)

        collect("generated only", f"seed {seed}", synthetic_only, recorded, alone)
        methods["EAI-LLM, stage one: generated only"].append(alone)
        for added, name in ((False, "recorded only"), (True, "recorded and generated")):
            found: dict[str, int] = {}
            for family in families:
                test = [row for row in recorded if row["family"] == family]
                rows = [row for row in recorded if row["family"] != family]

                def fold(rows=rows, test=test, added=added, seed=seed) -> list[int]:
                    more = generated["train"] if added else []
                    return hits(train_small([*rows, *more], args.steps, seed), test)

                collect(name, f"{family}, seed {seed}", fold, test, found)
            methods[f"EAI-LLM, stage one: {name}"].append(found)

    for label, method in (("LDA on descriptors", lda), ("random forest on descriptors", random_forest)):
        for name, real, added in (
            ("generated only", False, True),
            ("recorded only", True, False),
            ("recorded and generated", True, True),
        ):
            found = {}
            for family in families:
                test = [row for row in recorded if row["family"] == family]
                rows = [row for row in recorded if row["family"] != family] if real else []
                rows = [*rows, *(generated["train"] if added else [])]

                def baseline(rows=rows, test=test, method=method) -> list[int]:
                    given = best_labels(method, rows, test, LABELS)
                    return [int(label == row["label"]) for label, row in zip(given, test, strict=True)]

                collect(f"{label}, {name}", family, baseline, test, found)
            methods[f"{label}: {name}"].append(found)

    lines = [
        f"| method, trained on | accuracy [95%] | {' | '.join(families)} |",
        "|---" * (2 + len(families)) + "|",
    ]
    table = {}
    for name, runs in methods.items():
        matrix = table[name] = np.array([[run[clip] for clip in clip_ids] for run in runs], dtype=np.float64)
        low, high = interval(matrix.mean(axis=0))
        by_family = [
            matrix[:, [index for index, row in enumerate(recorded) if row["family"] == family]].mean()
            for family in families
        ]
        cells = " | ".join(f"{value:.2f}" for value in by_family)
        lines.append(f"| {name} | {matrix.mean():.2f} [{low:.2f}, {high:.2f}] | {cells} |")
    stage = "EAI-LLM, stage one: "
    gain = (table[f"{stage}recorded and generated"] - table[f"{stage}recorded only"]).mean(axis=0)
    low, high = interval(gain)
    return "\n".join(
        [
            f"{len(recorded)} recorded clips (bandai1: {', '.join(LABELS)}) are labelled, each by a model "
            f"that saw none of its family of contents. There are {len(generated['train'])} generated clips, "
            f"{args.steps} steps of 32 crops and {args.seeds} seeds of the tower. Intervals are bootstrap intervals "
            f"over clips; chance is {1 / len(LABELS):.2f}. The generator makes walks, runs, waves and bows "
            "too. So models trained on generated clips saw such movements, but never the recordings.",
            "",
            *lines,
            "",
            f"Generated clips in addition to recorded ones change the accuracy of the tower by {gain.mean():+.2f} "
            f"[{low:+.2f}, {high:+.2f}] (paired over clips).",
        ]
    )


def _spread(values: Sequence[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.2f}"
    return f"{np.mean(values):.2f} ± {np.std(values):.2f}"


_CALIBRATION = (
    "Does a reference from your own unlabelled clips improve the labels on a rig that training never saw? "
    "The figures are of an earlier way to calibrate, which shifted the features of four segments and knew no "
    "performers."
)
_FORM = "In which form should the tower read the movement, so that labels transfer to other rigs?"
_GENERATOR = "How well does training on generated clips prepare for recorded ones?"
EXPERIMENTS: dict[str, tuple[Callable[[argparse.Namespace, Results], str], str, str, str]] = {
    "rigs": (rigs, "Calibration on rigs that training never saw", _CALIBRATION, "calibration"),
    "form": (form, "Which form of the skeleton transfers", _FORM, "canonical-form"),
    "generator": (generator, "From generated to recorded clips", _GENERATOR, "synthetic-to-real"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment", choices=EXPERIMENTS)
    parser.add_argument("--bandai1", metavar="FOLDER", help="Bandai-Namco-Research-Motiondataset-1")
    parser.add_argument(
        "--rigs", nargs="+", choices=RIG_GROUPS, default=list(RIG_GROUPS), metavar="RIG", help="rigs to hold out"
    )
    parser.add_argument("--clips", type=int, default=3000, metavar="N", help="generated clips (default 3000)")
    parser.add_argument("--steps", type=int, default=400, metavar="N", help="training steps (default 400)")
    parser.add_argument("--seeds", type=int, default=2, metavar="N", help="seeds of form and generator (default 2)")
    parser.add_argument("--seed", type=int, default=0, help="of the generated clips, and of rigs (default 0)")
    parser.add_argument(
        "--output", type=Path, metavar="PAGE.md", help="page to write; the JSON file has the same name"
    )
    args = parser.parse_args()
    if args.experiment == "generator" and not args.bandai1:
        parser.error("the experiment generator needs --bandai1.")
    run, title, question, page = EXPERIMENTS[args.experiment]
    output = args.output or ROOT / "docs" / f"{page}.md"
    settings = {name: getattr(args, name) for name in ("clips", "steps", "seed")} | {"recorded": bool(args.bandai1)}
    body = run(args, Results(output.with_suffix(".json"), settings))
    command = f"python benchmarks/transfer.py {args.experiment} --clips {args.clips} --steps {args.steps}"
    command += f" --seeds {args.seeds}" if args.experiment != "rigs" else f" --rigs {' '.join(args.rigs)}"
    command += " --bandai1 bandai1" if args.bandai1 else ""
    text = f"# {title}\n\n{question}\n\n`{command}`\n\n{body}\n"
    output.write_text(text, encoding="utf-8")
    print(text)
    print(f"written to {output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
