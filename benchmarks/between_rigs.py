"""How far rigs lie apart in each descriptor where people move alike, for `Descriptor.rig_offset`.

    python benchmarks/between_rigs.py --recorded bandai=bandai1=FOLDER bandai=bandai2=FOLDER bml=manifest=FILE

Compares neutral walks, which should look alike on all rigs: of the generator, the same walks of the same people on
each of its rigs, and recorded ones. Two figures are printed for each descriptor.

- The share of the variance that lies between rigs: the variance of the mean scores of the neutral walks, divided by
  itself plus the variance within a rig, of all its clips with all their emotions; over generated and over recorded
  rigs. Scores are the normal scores under the reference of the default checkpoint. A recorded corpus shows some people
  only, so the variance between people is taken off: that of the corpus with most performers, divided by the number of
  people of each corpus (`FEW_PEOPLE` where they are unknown).
- The offset: the largest distance of the mean of a rig's neutral walks from the mean over all rigs, in the unit of the
  descriptor.

Recorded clips are neutral walks if "walk" is in their name, content or label, and "normal" or "neutral" too.
"""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from eai_llm_hf import load_pipeline
from eai_llm_hf.corpora import load_corpus
from eai_llm_hf.corpora.rows import as_clip
from eai_llm_hf.generator import RIGS, generate_clip
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS, measure
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

FEW_PEOPLE = 2
NEUTRAL = ("normal", "neutral")
FEWEST = 8
"""Neutral walks of a rig below which their mean says little."""


@dataclass(frozen=True)
class Rig:
    """What was measured on a rig.

    Attributes:
        name: Of the rig.
        clips: (clips, descriptors) values of all its clips.
        walks: (walks, descriptors) of its neutral walks.
        people: How many people walk; None where they are the same on all rigs.
    """

    name: str
    clips: np.ndarray
    walks: np.ndarray
    people: int | None = None

    def means(self, values: np.ndarray) -> np.ndarray:
        """(descriptors,) of (walks, descriptors) values, NaN where too few walks have one."""
        enough = np.isfinite(values).sum(axis=0) >= FEWEST
        return np.where(enough, np.nanmean(np.where(enough, values, 0.0), axis=0), np.nan)


def measured(clips: Iterable[UnifiedClip], frames: int) -> np.ndarray:
    """(clips, descriptors) values of their first frames."""
    first = (clip.cut(0, frames) for clip in clips)
    return np.stack([measure(clip.joints, clip.joint_mask, clip.not_shown) for clip in first])


def generated(count: int, extractor: EaiSkeletonFeatureExtractor) -> list[Rig]:
    """The rigs of the generator, with `count` neutral walks and as many clips of all kinds each."""
    made: dict[str, dict] = {"walks": {"action": "walk", "intensity": 0.0}, "clips": {}}
    found = []
    for rig in tqdm(RIGS, desc="rigs", unit="rig"):
        values = {}
        for name, how in made.items():
            motions = (generate_clip(seed, rig=rig, **how).motion for seed in range(count))
            values[name] = measured((next(iter(extractor.clips(motion))) for motion in motions), extractor.max_frames)
        found.append(Rig(rig, **values))
    return found


def recorded(specs: Sequence[str], frames: int) -> list[Rig]:
    """The rigs of some corpora.

    Args:
        specs: RIG=CORPUS; corpora of one rig count together.
        frames: First frames of each clip that are measured.
    """
    by_rig: dict[str, list[dict]] = {}
    for spec in specs:
        rig, _, corpus = spec.partition("=")
        by_rig.setdefault(rig, []).extend(load_corpus(corpus))
    found = []
    for rig, rows in by_rig.items():
        values = measured((as_clip(row) for row in tqdm(rows, desc=rig, unit="clip")), frames)
        walking = np.array([_is_neutral_walk(row) for row in rows])
        people = len({row["performer"] for row in rows} - {None}) or FEW_PEOPLE
        found.append(Rig(rig, values, values[walking], people))
    return found


def _is_neutral_walk(row: Mapping) -> bool:
    named = f"{row['clip_id']} {row['content']} {row['label']}".lower()
    return "walk" in named and any(word in named for word in NEUTRAL)


def shares(rigs: Sequence[Rig], reference: MotionReference) -> np.ndarray:
    """(descriptors,) of the variance between rigs, NaN where fewer than two rigs have a descriptor."""
    if len(rigs) < 2:
        return np.full(len(DESCRIPTORS), np.nan)
    means = np.stack([rig.means(reference.normal_scores(rig.walks)) for rig in rigs])
    within = np.nanmean([np.nanvar(reference.normal_scores(rig.clips), axis=0, ddof=1) for rig in rigs], axis=0)
    of_people = np.zeros(len(DESCRIPTORS))
    if all(rig.people for rig in rigs):
        most = max(rigs, key=lambda rig: rig.people)
        of_person = np.nanvar(reference.normal_scores(most.walks), axis=0, ddof=1)  # one neutral walk each
        of_people = of_person * np.mean([1 / rig.people for rig in rigs])
    known = np.isfinite(means).sum(axis=0) > 1
    means[:, ~known] = 0.0
    between = np.maximum(np.nanvar(means, axis=0, ddof=1) - np.nan_to_num(of_people), 0.0)
    return np.where(known, between / (between + within), np.nan)


def offsets(rigs: Sequence[Rig]) -> np.ndarray:
    """(descriptors,) largest distance of the mean of a rig's neutral walks from the mean over all rigs."""
    means = np.stack([rig.means(rig.walks) for rig in rigs])
    return np.nanmax(np.abs(means - np.nanmean(means, axis=0)), axis=0)


def table(of_generator: Sequence[Rig], of_corpora: Sequence[Rig], reference: MotionReference) -> str:
    """The figures of each descriptor and the declared offset, as a Markdown table."""
    counts = ", ".join(f"{rig.name} {len(rig.walks)}" for rig in (*of_generator, *of_corpora))
    lines = [f"Neutral walks: {counts}.", ""]
    lines += ["| descriptor | unit | share, generated rigs | share, recorded rigs | offset | declared |"]
    lines += ["|---|---|---|---|---|---|"]
    figures = [shares(rigs, reference) for rigs in (of_generator, of_corpora)]
    figures.append(offsets([*of_generator, *of_corpora]))
    for entry, *values in zip(DESCRIPTORS, *figures, strict=True):
        cells = ["-" if np.isnan(value) else f"{value:.3g}" for value in values]
        declared = "-" if entry.rig_offset is None else f"{entry.rig_offset:g}"
        lines.append(f"| {entry.name} | {entry.unit} | {' | '.join(cells)} | {declared} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--recorded", nargs="+", default=[], metavar="RIG=CORPUS", help="name of the rig, and a corpus as in a recipe"
    )
    parser.add_argument("--walks", type=int, default=60, metavar="N", help="generated ones on each rig (default 60)")
    given = parser.parse_args()
    if wrong := [spec for spec in given.recorded if "=" not in spec]:
        parser.error(f"--recorded {wrong[0]}: expected RIG=CORPUS")
    extractor = load_pipeline("default").feature_extractor
    rigs = generated(given.walks, extractor), recorded(given.recorded, extractor.max_frames)
    print(table(*rigs, extractor.motion_reference()))


if __name__ == "__main__":
    main()
