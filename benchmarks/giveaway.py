"""Measures how much of the emotion of generated clips trivial features reveal.

    python benchmarks/giveaway.py --write
    python benchmarks/giveaway.py --clips 400 --seed 7

A linear probe (logistic regression on standardised features, gaps filled by the median) is fitted to clips of some
performers and tested on clips of others, in five folds. Its features are settings that should carry no information
(duration, rig, action, performer), two descriptors, each pair of descriptors in turn, or all of them. Accuracy is the
mean of the emotions' recalls; the interval comes from bootstrap draws of performers. The best pair is chosen on these
very clips, so its accuracy is an upper bound.
"""

import argparse
import itertools
import runpy
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from eai_llm_hf.generator import (
    ACTIONS,
    DEFAULT_EMOTIONS,
    EMOTIONS,
    RIGS,
    GeneratedClip,
    clip_seed,
    generate_clip,
    make_performer,
)
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_NAMES, measure
from eai_llm_hf.processing.skeleton.unify import unify

PAGE = Path(__file__).resolve().parents[1] / "docs" / "generator.md"
FOLDS = 5
DRAWS = 1000
PAIRS = (("movement_speed", "head_pitch"), ("movement_speed", "trunk_lean"))


@dataclass(frozen=True)
class Clips:
    """What the probes see of `n` clips.

    Attributes:
        labels: (n,) emotions.
        performers: (n,) numbers of the performers.
        descriptors: (n, 35) in the order of `DESCRIPTOR_NAMES`, NaN where a clip has none.
        settings: Settings that should carry no information, by name, each (n, features).
    """

    labels: np.ndarray
    performers: np.ndarray
    descriptors: np.ndarray
    settings: dict[str, np.ndarray]

    def of(self, labels: Sequence[str]) -> "Clips":
        """The clips of some emotions alone."""
        kept = np.isin(self.labels, labels)
        settings = {name: values[kept] for name, values in self.settings.items()}
        return Clips(self.labels[kept], self.performers[kept], self.descriptors[kept], settings)


@dataclass(frozen=True)
class Accuracy:
    """Mean of the emotions' recalls on performers that the probe has not seen, with its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


def draw_clips(count: int, seed: int, emotions: Sequence[str] | None = None, action: str | None = None) -> Clips:
    """Generates clips and measures them.

    Args:
        count: Number of clips.
        seed: Seed of the stream of clips.
        emotions: Taken in turn; None leaves the choice to the generator (its default emotions).
        action: The only action; None leaves the choice to the generator.

    Returns:
        What the probes see.
    """
    labels, performers, descriptors = [], [], []
    rows: dict[str, list[list[float]]] = {"duration, number of frames": [], "rig": [], "action": [], "performer": []}
    for clip in _generate(count, seed, emotions, action):
        unified = unify(clip.motion)
        descriptors.append(measure(unified.joints, unified.joint_mask, unified.not_shown))
        labels.append(clip.label)
        performers.append(clip.performer)
        person, frames = make_performer(clip.performer), len(clip.motion.joints)
        rows["duration, number of frames"].append([frames / RIGS[clip.rig].fps, frames])
        rows["rig"].append([clip.rig == rig for rig in RIGS])
        rows["action"].append([clip.action == action for action in ACTIONS])
        rows["performer"].append([person.body.stature, person.age, person.left_handed])
    settings = {name: np.array(values, dtype=float) for name, values in rows.items()}
    settings["performer: height, age, handedness"] = settings.pop("performer")
    return Clips(np.array(labels), np.array(performers), np.array(descriptors, dtype=float), settings)


def _generate(count: int, seed: int, emotions: Sequence[str] | None, action: str | None) -> Iterator[GeneratedClip]:
    for number in range(count):
        emotion = None if emotions is None else emotions[number % len(emotions)]
        yield generate_clip(clip_seed(seed, number), emotion=emotion, action=action)


def predictions(features: np.ndarray, clips: Clips) -> np.ndarray:
    """What a linear probe says of performers that it has not seen, (n,) emotions, for features (n, any)."""
    probe = make_pipeline(
        SimpleImputer(strategy="median"),
        StandardScaler(),
        LogisticRegression(class_weight="balanced", max_iter=2000),
    )
    return cross_val_predict(probe, features, clips.labels, groups=clips.performers, cv=GroupKFold(FOLDS))


def accuracy(predicted: np.ndarray, clips: Clips, seed: int = 0) -> Accuracy:
    """Balanced accuracy of predictions (n,), its interval from a bootstrap over performers."""
    people, person = np.unique(clips.performers, return_inverse=True)
    emotions, label = np.unique(clips.labels, return_inverse=True)
    asked = np.zeros((len(people), len(emotions)))
    right = np.zeros_like(asked)
    np.add.at(asked, (person, label), 1)
    np.add.at(right, (person, label), predicted == clips.labels)
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(people), np.full(len(people), 1 / len(people)), DRAWS)
    drawn = (weights @ right / np.maximum(weights @ asked, 1)).mean(axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Accuracy(float((right.sum(0) / asked.sum(0)).mean()), float(low), float(high))


def probe(clips: Clips, *names: str) -> Accuracy:
    """Accuracy of the probe on descriptors by name, all of them if none is named."""
    chosen = [DESCRIPTOR_NAMES.index(name) for name in names] or slice(None)
    return accuracy(predictions(clips.descriptors[:, chosen], clips), clips)


def best_pair(clips: Clips, names: Sequence[str] = DESCRIPTOR_NAMES) -> tuple[tuple[str, str], Accuracy]:
    """The pair of the named descriptors that separates the emotions best."""
    scores = {pair: probe(clips, *pair) for pair in itertools.combinations(names, 2)}
    best = max(scores, key=lambda pair: scores[pair].value)
    return best, scores[best]


def measure_giveaway(clips: Clips) -> dict[str, Accuracy | str]:
    """Accuracy of each probe by what it sees, and the names of the best pair of descriptors."""
    results: dict[str, Accuracy | str] = {
        name: accuracy(predictions(values, clips), clips) for name, values in clips.settings.items()
    }
    results |= {", ".join(pair): probe(clips, *pair) for pair in PAIRS}
    pair, score = best_pair(clips)
    results[f"best pair of {len(DESCRIPTOR_NAMES)} descriptors"] = score
    results["which pair that is"] = ", ".join(pair)
    results[f"all {len(DESCRIPTOR_NAMES)} descriptors"] = probe(clips)
    return results


def easiest_two(clips: Clips) -> tuple[str, str]:
    """The two emotions that all descriptors together separate best."""
    pairs = itertools.combinations(np.unique(clips.labels).tolist(), 2)
    return max(pairs, key=lambda pair: probe(clips.of(pair)).value)


def as_markdown(columns: dict[str, dict[str, Accuracy | str]], chances: Sequence[float]) -> str:
    """The results as a table: one row for each probe, one column for each set of clips."""
    rows = list(dict.fromkeys(name for results in columns.values() for name in results))
    lines = [
        f"| the probe sees | {' | '.join(columns)} |",
        "|---|" + "---|" * len(columns),
        f"| nothing: chance | {' | '.join(f'{chance:.2f}' for chance in chances)} |",
    ]
    for row in rows:
        lines.append(f"| {row} | {' | '.join(str(results.get(row, '')) for results in columns.values())} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=1500, metavar="N", help="clips of each set (default 1500)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the clips (default 1)")
    parser.add_argument("--write", action="store_true", help="put the table into docs/generator.md")
    args = parser.parse_args()
    if args.clips < 200 or args.seed < 0:
        parser.error("--clips must be at least 200 and --seed at least 0.")

    default = draw_clips(args.clips, args.seed)
    sets = {
        f"{len(DEFAULT_EMOTIONS)} emotions": default,
        f"{len(EMOTIONS)} emotions": draw_clips(args.clips, args.seed + 1, tuple(EMOTIONS)),
        f"{len(DEFAULT_EMOTIONS)} emotions, walks": draw_clips(args.clips, args.seed + 2, action="walk"),
    }
    two = easiest_two(default)
    sets[f"{two[0]} or {two[1]}"] = default.of(two)
    columns = {}
    for name, clips in sets.items():
        columns[name] = measure_giveaway(clips)
        print(f"measured: {name}", file=sys.stderr)
    table = as_markdown(columns, [1 / len(np.unique(clips.labels)) for clips in sets.values()])
    print(table)
    if args.write:
        page = runpy.run_path(str(PAGE.with_name("page_tables.py")))["page_with"]
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), {"giveaway": lambda: table}), encoding="utf-8")
        print(f"written to {PAGE.name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
