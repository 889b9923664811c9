"""Does the label rest on what the explanation cites? Cited body parts and times are occluded, and uncited ones.

The claims of an explanation that hold cite body parts (head, trunk, arms, legs; the whole body is not a part) and
thirds of the clip. With k = 0, 1, ... cited parts occluded, at most as many as there are uncited parts, the label's
probability gives a curve: its mean over all choices of k parts. The area under the curve, over the share of k, is
small if the label rests on these parts. The gap is the area for uncited minus the area for cited parts: positive if
the citations are faithful. All combinations of parts are scored, so nothing here is random.

The gap is compared with three others: the gap if the explanation cited the most important parts by attribution and
left out the least important ones (about the best that is possible); the gap with the citations of another clip; and
the gap of cited parts to random parts. Some parts matter more to the label, cited or not. So `by_unit` gives the fall
of the probability for each part alone, in clips that cite it and in clips that do not.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import get_args

import numpy as np
from tqdm import tqdm

from eai_llm_hf.processing.attribution.attribution import attribute
from eai_llm_hf.processing.attribution.occlusion import CLAIM_PARTS, PARTS, Mode, OccludedViews, occluded_probabilities
from eai_llm_hf.processing.descriptors.measure import SHORTEST_SPANNED_CLIP, SPANS, measure_spans
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

from .common import batches, explained, held_claims, mean_of, of_each

__all__ = ["area", "gap", "masking_test"]

Table = Mapping[frozenset[str], float]
"""The occluded units -> the label's probability."""

_TIMES = SPANS[1:]


def masking_test(
    pipe: SkeletonEmotionExplanationPipeline,
    clips: Sequence[UnifiedClip],
    labels: Sequence[str],
    batch_size: int = 8,
    seed: int = 0,
    references: Sequence[MotionReference | None] | None = None,
) -> dict:
    """Occludes what the explanations cite and what they do not cite, part by part and third by third.

    Each clip needs one explanation; everything else is label scoring.

    Args:
        pipe: The pipeline.
        clips: Clips, none longer than the model reads at once.
        labels: Candidate labels.
        batch_size: Explanations that are written together.
        seed: Seed of the intervals.
        references: What each clip is compared with, None for the checkpoint's reference.

    Returns:
        For "parts" and "times" and each way of occluding: areas and gaps; `curves`, for each compared clip the label's
        probability with 0, 1, ... cited and uncited units occluded; and `by_unit`. Ready for JSON.
    """
    extractor = pipe.processor.feature_extractor
    default = extractor.motion_reference()
    used = of_each(clips, references)
    records = [
        record
        for batch in batches(list(zip(clips, used, strict=True)), batch_size, "explanations to mask")
        for record in explained(pipe, [clip for clip, _ in batch], labels, [reference for _, reference in batch])
    ]
    tables: dict[tuple[str, str], list[Table]] = {}
    cited: dict[str, list[list[str]]] = {"parts": [], "times": []}
    important: dict[str, list[list[str]]] = {"parts": [], "times": []}
    for clip, own, record in tqdm(list(zip(clips, used, records, strict=True)), desc="masking", unit="clip"):
        claims = held_claims(record, measure_spans(clip.joints, clip.joint_mask, clip.not_shown), own or default)
        target = labels.index(record["label"])
        found = attribute(pipe.scorer, clip, labels, record["label"], own)
        parts = [name for name, own in CLAIM_PARTS.items() if set(own) & set(found.parts)]
        weight = dict(zip(found.parts, found.per_part, strict=True))
        cited["parts"].append(_named((claim.body_part for claim in claims), parts))
        important["parts"].append(
            sorted(parts, key=lambda name: -sum(weight.get(part, 0.0) for part in CLAIM_PARTS[name]))
        )
        spanned = len(clip.joints) >= SHORTEST_SPANNED_CLIP * clip.fps
        times = list(_TIMES) if spanned else []
        cited["times"].append(_named((claim.span for claim in claims), times))
        middle = (found.bounds_s[:-1] + found.bounds_s[1:]) / 2 / (len(clip.joints) / clip.fps)
        third = np.minimum((3 * middle).astype(int), 2)
        important["times"].append(sorted(times, key=lambda name: -found.per_second[third == _TIMES.index(name)].sum()))
        frames = len(clip.joints)
        for units, kind, bounds in (
            (parts, "parts", [0, frames]),
            (times, "times", np.linspace(0, frames, len(_TIMES) + 1).round().astype(int).tolist()),
        ):
            if units:
                view = OccludedViews(extractor, clip, bounds, pipe.model.skeleton_tower.feature_mean, own)
            for way in get_args(Mode):
                table = _table(pipe, view, units, kind, labels, target, way) if units else {}
                tables.setdefault((kind, way), []).append(table)
    return {
        kind: {way: _summary(tables[kind, way], cited[kind], important[kind], seed) for way in get_args(Mode)}
        for kind in ("parts", "times")
    } | {"clips": len(clips), "generations": len(clips)}


def _named(words: Iterable[str], units: Sequence[str]) -> list[str]:
    """The words that are units, in order, each once."""
    return [word for word in dict.fromkeys(words) if word in units]


def _table(
    pipe: SkeletonEmotionExplanationPipeline,
    view: OccludedViews,
    units: Sequence[str],
    kind: str,
    labels: Sequence[str],
    target: int,
    way: Mode,
) -> Table:
    """The label's probability for every combination of occluded units."""
    hidden = [frozenset(chosen) for k in range(len(units) + 1) for chosen in combinations(units, k)]
    shown = np.ones((len(hidden), len(PARTS), len(view.bounds) - 1), dtype=bool)
    for row, chosen in zip(shown, hidden, strict=True):
        for name in chosen:
            if kind == "parts":
                row[[PARTS.index(part) for part in CLAIM_PARTS[name]]] = False
            else:
                row[:, _TIMES.index(name)] = False
    probabilities = occluded_probabilities(pipe.scorer, view, shown, labels, way)[:, target]
    return dict(zip(hidden, probabilities.tolist(), strict=True))


def area(table: Table, units: Sequence[str], most: int) -> float:
    """Area under the probability over the share of occluded units, up to `most` of these; mean over all choices."""
    curve = _curve(table, units, most)
    return float(np.trapezoid(curve, dx=1 / most))


def _curve(table: Table, units: Sequence[str], most: int) -> list[float]:
    return [float(np.mean([table[frozenset(chosen)] for chosen in combinations(units, k)])) for k in range(most + 1)]


def gap(table: Table, cited: Sequence[str], uncited: Sequence[str]) -> float | None:
    """Area for uncited minus area for cited units, equally many of each; None if there are none of one kind."""
    most = min(len(cited), len(uncited))
    return area(table, uncited, most) - area(table, cited, most) if most else None


def _summary(
    tables: Sequence[Table], cited: Sequence[Sequence[str]], important: Sequence[Sequence[str]], seed: int
) -> dict:
    names = ("cited", "uncited", "random", "gap", "gap_attributed", "gap_shuffled", "gap_random", "gap_over_shuffled")
    found: dict[str, list[float]] = {name: [] for name in names}
    curves: dict[str, list[list[float]]] = {"cited": [], "uncited": []}
    falls: dict[str, dict[str, list[float]]] = {}
    elsewhere = [*cited[1:], *cited[:1]]
    for table, own, others, ranked in zip(tables, cited, elsewhere, important, strict=True):
        for unit in ranked:
            fall = table[frozenset()] - table[frozenset([unit])]
            falls.setdefault(unit, {"cited": [], "uncited": []})["cited" if unit in own else "uncited"].append(fall)
        rest = [unit for unit in ranked if unit not in own]
        most = min(len(own), len(rest))
        if not most:
            continue
        found["cited"].append(area(table, own, most))
        found["uncited"].append(area(table, rest, most))
        found["random"].append(area(table, ranked, most))
        found["gap"].append(found["uncited"][-1] - found["cited"][-1])
        found["gap_random"].append(found["random"][-1] - found["cited"][-1])
        found["gap_attributed"].append(gap(table, ranked[:most], ranked[-most:]))
        foreign = [unit for unit in others if unit in ranked]
        shuffled = gap(table, foreign, [unit for unit in ranked if unit not in foreign])
        if shuffled is not None:
            found["gap_shuffled"].append(shuffled)
            found["gap_over_shuffled"].append(found["gap"][-1] - shuffled)
        for name, units in (("cited", own), ("uncited", rest)):
            curves[name].append([round(probability, 6) for probability in _curve(table, units, most)])
    result: dict = {name: mean_of(values, seed) for name, values in found.items()}
    result["curves"] = curves
    result["by_unit"] = {
        unit: {name: mean_of(values, seed) for name, values in sides.items()} for unit, sides in falls.items()
    }
    return result
