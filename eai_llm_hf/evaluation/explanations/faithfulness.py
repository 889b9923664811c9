"""Are explanations faithful: do they name what the label rests on? Three experiments on the same clips, as tables.

`masking` occludes what is cited, `editing` changes the movement, `stability` changes the recording but not the
movement.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

from ...corpora.rows import as_clip
from .common import first_window, of_each
from .editing import edit_test
from .masking import masking_test
from .stability import stability_test
from .texts import WRITERS

__all__ = ["faithfulness", "faithfulness_tables"]


def faithfulness(
    pipe: SkeletonEmotionExplanationPipeline,
    rows: Sequence[Mapping],
    labels: Sequence[str] | None = None,
    masked: int = 40,
    edited: int = 12,
    stable: int = 12,
    batch_size: int = 8,
    seed: int = 0,
    references: Sequence[MotionReference | None] | None = None,
) -> dict:
    """Runs the three experiments on clips that the checkpoint never saw.

    The model writes 1 explanation per masked clip, 7 per edited clip and 8 per clip for stability; those of a clip or
    batch together. Of recordings longer than the model reads at once, the first window is used.

    Args:
        pipe: The pipeline with the checkpoint.
        rows: Rows of a corpus.
        labels: Candidate labels; by default those of the checkpoint.
        masked: Number of clips for masking; 0 leaves the experiment out, as for the next two.
        edited: Number of clips for edits.
        stable: Number of clips for stability.
        batch_size: Explanations that are written together in masking.
        seed: Seed of the choice of clips and of the intervals.
        references: What each row is compared with, None for the checkpoint's reference. What depends on the rig is
            said only where clips are compared with others of their rig.

    Returns:
        "masking", "edits" and "stability", None if left out; ready for JSON.

    Raises:
        ValueError: If there is no clip, or the checkpoint has no reference.
    """
    extractor = pipe.processor.feature_extractor
    if not len(rows):
        raise ValueError("There is no clip for the faithfulness tests.")
    if extractor.motion_reference() is None:
        raise ValueError("The checkpoint has no motion reference, so no claim can be checked.")
    labels = list(labels or pipe.model.config.labels)
    order = np.random.default_rng(seed).permutation(len(rows))
    most = max(masked, edited, stable)
    clips = [first_window(as_clip(rows[index]), extractor.max_frames) for index in order[:most]]
    compared = of_each(rows, references)
    used = [compared[index] for index in order[:most]]
    return {
        "masking": masking_test(pipe, clips[:masked], labels, batch_size, seed, used[:masked]) if masked else None,
        "edits": edit_test(pipe, clips[:edited], labels, seed=seed, references=used[:edited]) if edited else None,
        "stability": stability_test(pipe, clips[:stable], labels, seed=seed, references=used[:stable])
        if stable
        else None,
    }


_GAPS = {
    "cited": "area, cited occluded",
    "uncited": "area, uncited occluded",
    "gap": "**gap: uncited minus cited**",
    "gap_random": "gap over random parts",
    "gap_shuffled": "gap with the citations of another clip",
    "gap_over_shuffled": "gap minus the previous row",
    "gap_attributed": "gap if the attribution were cited",
}
_KINDS = {"parts": "body parts", "times": "thirds of the clip"}


def faithfulness_tables(results: Mapping) -> str:
    """The results of `faithfulness` as Markdown, without headings above the third level."""
    sections = []
    if results["masking"]:
        sections.append(_masking_tables(results["masking"]))
    if results["edits"]:
        sections.append(_edit_table(results["edits"]))
    if results["stability"]:
        sections.append(_stability_table(results["stability"]))
    return "\n\n".join(sections) + "\n"


def _masking_tables(masking: Mapping) -> str:
    columns = [(kind, way) for kind in _KINDS for way in masking[kind]]
    lines = [
        "### Occluding what is cited",
        "",
        f"{masking['clips']} clips; mean ± standard deviation over the clips that cite some and not all, and its 95% "
        "interval.",
        "",
        "| | " + " | ".join(f"{_KINDS[kind]}, {way}" for kind, way in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
        "| clips compared | "
        + " | ".join(str((masking[kind][way]["gap"] or {"clips": 0})["clips"]) for kind, way in columns)
        + " |",
    ]
    for name, words in _GAPS.items():
        cells = [_mean(masking[kind][way][name], signed=name.startswith("gap")) for kind, way in columns]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "Fall of the label's probability when one part is occluded (as absent):",
        "",
        "| occluded | in clips that cite it | in other clips |",
        "|---|---|---|",
    ]
    for kind in _KINDS:
        for unit, sides in masking[kind]["absent"]["by_unit"].items():
            lines.append(f"| {unit} | {_with_clips(sides['cited'])} | {_with_clips(sides['uncited'])} |")
    return "\n".join(lines)


def _edit_table(edits: Mapping) -> str:
    lines = [
        "### Editing the movement",
        "",
        f"{edits['clips']} clips; shares with 95% intervals over clips, and the number of cases.",
        "",
        "| edit | versions | sign moves by (points) | probabilities move the right way | log odds "
        "| text speaks of it | before the edit | template speaks of it | before the edit |",
        "|---" * 9 + "|",
    ]
    for name, found in edits["edits"].items():
        cells = [
            name,
            found["versions"],
            _mean(found["percentile_change"], 0, True),
            _share(found["coherent"]),
            _mean(found["log_odds_change"], 2, True),
            *(_share(found[writer][measure]) for writer in WRITERS for measure in ("spoken", "spoken_before")),
        ]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _stability_table(stability: Mapping) -> str:
    lines = [
        "### The same movement, recorded differently",
        "",
        f"{stability['clips']} clips. Jaccard index of the claims; Spearman's rank correlation of the "
        "percentiles of all claims, and of the descriptors of a clip.",
        "",
        "| change | same label | same claims | Jaccard | rank, claims | rank, descriptors |",
        "|---" * 6 + "|",
    ]
    for name, found in stability["changes"].items():
        rank = found["claim_rank"]["value"]
        lines.append(
            f"| {name} | {_share(found['same_label'], False)} | {_share(found['same_claims'], False)} "
            f"| {_mean(found['jaccard'], 2)} | {'–' if rank is None else f'{rank:.3f}'} "
            f"| {_mean(found['descriptor_rank'], 3)} |"
        )
    return "\n".join(lines)


def _mean(found: Mapping | None, digits: int = 3, signed: bool = False) -> str:
    if found is None:
        return "–"
    sign = "+" if signed else ""
    spread = "" if found["sd"] is None else f" ± {found['sd']:.{digits}f}"
    low, high = found["interval"]
    return f"{found['mean']:{sign}.{digits}f}{spread} [{low:{sign}.{digits}f}, {high:{sign}.{digits}f}]"


def _with_clips(found: Mapping | None) -> str:
    return "–" if found is None else f"{_mean(found, signed=True)} ({found['clips']})"


def _share(found: Mapping | None, cases: bool = True) -> str:
    if found is None:
        return "–"
    low, high = found["interval"]
    return f"{found['share']:.0%} [{low:.0%}, {high:.0%}]" + (f" of {found['cases']}" if cases else "")
