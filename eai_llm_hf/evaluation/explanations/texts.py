"""Are the explanations of a checkpoint true, and are they arguments, on clips that it never saw?

clips --pipeline, greedy and sampled--> one text each --marks or parser--> claims and what they are given as
claims --measurements--> true, false, cannot be checked; claims --table of signs--> for or against the label

`claim_scores` and `ranking` score truth, `reasoning` the argument, `preference` compares two writers. This module lets
the model and the template write, checks what else must be right in the texts (the label, body parts, repeats), and
tests texts about bodies with missing parts.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch.utils.data import Subset
from tqdm import tqdm

from eai_llm_hf.processing.attribution.occlusion import reliance
from eai_llm_hf.processing.call_clips import common_by_rig
from eai_llm_hf.processing.certainty import compared_with
from eai_llm_hf.processing.claims.argument import write_argument
from eai_llm_hf.processing.claims.claim import evidence, holds, is_held
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.claims.reasons import chosen_argument, statable
from eai_llm_hf.processing.claims.signs import relation
from eai_llm_hf.processing.descriptors.measure import measure_spans
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.descriptors.reference_state import DEFAULT, PERFORMER
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES

from .claim_scores import STRONGEST, Verdicts, coverage_scores, label_agreement, truth_scores
from .common import calls, of_each, performers_as_groups, share_of
from .preference import preferences
from .ranking import ranked_verdicts
from .reasoning import reason_scores
from .statements import Told, told_by, told_with_marks

WRITERS = ("model", "template")
"""The origin of a text: the pipeline, or the canonical words for what was measured, which no language model wrote."""

LIMBS: Mapping[str, tuple[str, ...]] = {
    "head": ("neck", "head"),
    "arms": ("left_elbow", "right_elbow", "left_wrist", "right_wrist"),
    "legs": ("left_knee", "right_knee", "left_ankle", "right_ankle", "left_foot", "right_foot"),
}
"""Joints of the body parts that a recording can lack; shoulders and hips belong to the trunk."""

_WORDS: Mapping[str, tuple[str, Sequence[str]]] = {
    "head": (r"heads?|necks?|chins?", LIMBS["head"]),
    "arms": (r"arms?", LIMBS["arms"]),
    "elbows": (r"elbows?", ("left_elbow", "right_elbow")),
    "hands": (r"hands?|wrists?|fists?", ("left_wrist", "right_wrist")),
    "legs": (r"legs?", LIMBS["legs"]),
    "knees": (r"knees?", ("left_knee", "right_knee")),
    "feet": (r"foot|feet|ankles?", ("left_ankle", "right_ankle", "left_foot", "right_foot")),
}
"""Body parts: the words for each, and its joints. A text may name the part if the clip has one of them."""


@dataclass(frozen=True)
class ExplainedClip:
    """A clip whose explanations are scored.

    Attributes:
        clip: The movement, at most one window long, so that a text is about the whole clip.
        measured: (spans, descriptors) from `measure_spans`.
        content: What the performer does.
        name: Its name in its corpus.
        performer: Who moves, None if unknown.
    """

    clip: UnifiedClip
    measured: np.ndarray
    content: str
    name: str
    performer: str | None = None

    def lacks(self, joints: Sequence[str]) -> bool:
        """Whether the clip has none of the joints."""
        return not self.clip.joint_mask[[JOINT_INDEX[name] for name in joints]].any()


def explained_clip(
    clip: UnifiedClip, content: str, name: str, max_frames: int, performer: str | None = None
) -> ExplainedClip:
    """Measures a clip; only the first window of a longer clip is used."""
    if len(clip.joints) > max_frames:
        clip = replace(clip, joints=clip.joints[:max_frames])
    measured = measure_spans(clip.joints, clip.joint_mask, clip.not_shown)
    return ExplainedClip(clip, measured, content, name, performer)


def references_for(
    pipe: SkeletonEmotionExplanationPipeline,
    clips: Sequence[ExplainedClip],
    corpus: Sequence[ExplainedClip],
    compared: str,
) -> list[MotionReference | None]:
    """What each clip is compared with.

    Args:
        pipe: The pipeline.
        clips: The clips.
        corpus: Clips of their corpus, which the pipeline is calibrated with; labels are not used.
        compared: "default", "recordings" or "performer". A clip of an unknown performer is compared with the
            recordings.

    Returns:
        A reference for each clip, None for the default.
    """
    if compared == DEFAULT:
        return [None] * len(clips)
    reference = pipe.calibrate([each.clip for each in corpus], [each.performer for each in corpus])
    if compared != PERFORMER:
        return [reference] * len(clips)
    found = {name: reference.of(name) for name in reference.performers}
    return [reference if each.performer is None else found.get(each.performer, reference) for each in clips]


def write_records(
    pipe: SkeletonEmotionExplanationPipeline,
    clips: Sequence[ExplainedClip],
    labels: Sequence[str],
    seed: int | None = None,
    batch_size: int = 8,
    name: str = "explanations",
    references: Sequence[MotionReference | None] | None = None,
) -> list[dict]:
    """Lets the pipeline explain clips.

    Args:
        pipe: The pipeline.
        clips: The clips.
        labels: Candidate labels.
        seed: Seed of sampling (`do_sample=True`); None for greedy decoding.
        batch_size: Clips that go through the model together; sampled texts depend on it. All clips in a row that are
            compared with the same are one call, and what nearly all of them share is no reason.
        name: Name of the progress bar.
        references: What each clip is compared with, None for the default.

    Returns:
        The record of each clip.
    """
    references = of_each(clips, references)
    sampling = {} if seed is None else {"do_sample": True}
    records: list[dict] = []
    with torch.random.fork_rng(), tqdm(total=len(clips), desc=name, unit="clip") as bar:
        if seed is not None:
            torch.manual_seed(seed)
        for alike, reference in calls(clips, references):
            given = {} if reference is None else {"reference": reference}
            dataset: Any = Subset([clip.clip for clip in alike], range(len(alike)))
            size = min(batch_size, len(alike))
            for record in pipe(dataset, candidate_labels=list(labels), batch_size=size, **given, **sampling):
                records.append(record)
                bar.update()
    return records


def _shared(
    clips: Sequence[ExplainedClip], references: Sequence[MotionReference | None], default: MotionReference
) -> list[frozenset[tuple[str, str]]]:
    """For each clip, descriptor and direction of the claims that nearly all clips of its call share."""
    found = []
    for alike, reference in calls(clips, references):
        rigs = [clip.clip.rig for clip in alike]
        claims = [statable(clip.measured, reference or default) for clip in alike]
        common = common_by_rig(zip(rigs, claims, strict=True))
        found += [common[rig] for rig in rigs]
    return found


def template_text(
    pipe: SkeletonEmotionExplanationPipeline,
    record: Mapping[str, Any],
    clip: ExplainedClip,
    labels: Sequence[str],
    reference: MotionReference,
    own: MotionReference | None = None,
    common: frozenset[tuple[str, str]] = frozenset(),
) -> Told:
    """The text of the argument for the label of a record in canonical words, and what it states.

    Args:
        pipe: The pipeline, for what the label depends on.
        record: The record, with its label and certainty.
        clip: The clip.
        labels: Candidate labels.
        reference: The checkpoint's reference.
        own: What the clip is compared with, None for the checkpoint's reference.
        common: Claims that are no reason, as `chosen_argument` takes them.
    """
    label, sureness = record["label"], record.get("certainty", {})
    runner_up = sureness.get("runner_up")
    weights = reliance(pipe.scorer, clip.clip, list(labels), label, own)
    compared: Any = compared_with(own or reference, clip.measured[0])
    facts = (label, runner_up, sureness.get("level"), sureness.get("accuracy"), compared)
    argument = chosen_argument(*facts, clip.measured, own or reference, weights, common)
    return told_with_marks(write_argument(argument, marked=True), label, runner_up)


def text_scores(
    told: Sequence[Sequence[Told]],
    clips: Sequence[ExplainedClip],
    labels: Sequence[str],
    reference: MotionReference,
    used: Sequence[MotionReference | None] | None = None,
    ranked: Verdicts | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Scores texts about some clips.

    Args:
        told: For each sampling, the text of each clip.
        clips: The clips.
        labels: All labels that a text can name.
        reference: The checkpoint's reference.
        used: What each clip was compared with in its text, None for the checkpoint's reference.
        ranked: Verdicts by rank among the clips of the corpus, from `ranked_verdicts`.
        seed: Seed of the bootstrap, which draws whole performers where they are known.

    Returns:
        The scores of `truth_scores` against the checkpoint's reference, and:

        - `ranked`: the scores of `truth_scores` by rank, None without ranks.
        - `hold_as_compared`: share of the claims that hold against what the text compares with.
        - `reasons`: from `reason_scores`.
        - `texts`, `distinct_texts`, `claims_per_text`, `distinct_claims_per_text`, `body_parts_per_text`.
        - `coverage`: share of the most salient claims of the clip that the texts make.
        - `label_agreement`: share of the texts that name their label.
        - `repeated_claims`: claims that a text makes again, in any degree.
        - `absent_parts`: texts that mention a body part of which the clip has no joint.
        - `shared_texts`: texts that also belong, word for word, to a clip of another content.
    """
    said = [[each.claims for each in sampling] for sampling in told]
    flat = [(each, clip) for sampling in told for each, clip in zip(sampling, clips, strict=True)]
    distinct = [{(claim.descriptor, claim.direction, claim.span) for claim in each.claims} for each, _ in flat]
    contents = defaultdict(set)
    for each, clip in flat:
        contents[each.text].add(clip.content)
    groups = performers_as_groups([clip.performer for clip in clips])
    verdicts = Verdicts([clip.measured for clip in clips], reference)
    own = [each or reference for each in used or [None] * len(clips)]
    checked = [
        [holds(claim, clip.measured, compared) for sampling in said for claim in sampling[place]]
        for place, (clip, compared) in enumerate(zip(clips, own, strict=True))
    ]
    agreement = label_agreement([each.text for each, _ in flat], [each.label for each, _ in flat], labels)
    return {
        "clips": len(clips),
        "texts": len(flat),
        "distinct_texts": len(contents),
        "claims_per_text": _mean(len(each.claims) for each, _ in flat),
        "distinct_claims_per_text": _mean(map(len, distinct)),
        "body_parts_per_text": _mean(len({claim.body_part for claim in each.claims}) for each, _ in flat),
        **truth_scores(said, verdicts, seed, groups),
        "ranked": None if ranked is None else truth_scores(said, ranked, seed, groups),
        "hold_as_compared": share_of(
            [found.count(True) for found in checked],
            [len(found) - found.count(None) for found in checked],
            seed,
            groups,
        ),
        "reasons": reason_scores([each for each, _ in flat], labels, seed, groups * len(told)),
        "coverage": coverage_scores(said, verdicts, STRONGEST, seed),
        "label_agreement": agreement["agreement"],
        "repeated_claims": sum(len(each.claims) - len(own) for (each, _), own in zip(flat, distinct, strict=True)),
        "absent_parts": sum(bool(absent_parts(each.text, clip)) for each, clip in flat),
        "shared_texts": sum(len(contents[each.text]) > 1 for each, _ in flat),
    }


def absent_parts(text: str, clip: ExplainedClip) -> list[str]:
    """The body parts that a text names or makes a claim about, although its clip has no joint of them."""
    named = {
        part
        for part, (words, joints) in _WORDS.items()
        if clip.lacks(joints) and re.search(rf"\b({words})\b", text, flags=re.IGNORECASE)
    }
    claimed = {claim.body_part for claim in find_claims(text)}
    return sorted(named | {part for part in claimed if part in LIMBS and clip.lacks(LIMBS[part])})


def without_joints(explained: ExplainedClip, joints: Sequence[str]) -> ExplainedClip:
    """The clip as if recorded with a rig without these joints."""
    mask = explained.clip.joint_mask & ~np.isin(JOINT_NAMES, joints)
    positions = np.where(mask[:, None], explained.clip.joints, 0).astype(np.float32)
    report = explained.clip.report | {
        "matched_joints": int(mask.sum()),
        "missing_joints": [name for name, there in zip(JOINT_NAMES, mask, strict=True) if not there],
    }
    clip = replace(explained.clip, joints=positions, joint_mask=mask, report=report)
    return replace(explained, clip=clip, measured=measure_spans(positions, mask, clip.not_shown))


def explanation_scores(
    pipe: SkeletonEmotionExplanationPipeline,
    clips: Sequence[ExplainedClip],
    labels: Sequence[str],
    samplings: int = 0,
    taken_away: int = 0,
    seed: int = 0,
    batch_size: int = 8,
    name: str = "explanations",
    corpus: Sequence[ExplainedClip] | None = None,
    compared: str = DEFAULT,
) -> tuple[dict[str, dict[str, dict]], list[dict]]:
    """Explains clips of one corpus and scores the texts.

    Args:
        pipe: The pipeline.
        clips: Clips that its checkpoint never saw.
        labels: Candidate labels.
        samplings: How often each clip is explained by sampling, in addition to greedy decoding.
        taken_away: Number of clips that are also explained without each of `LIMBS`.
        seed: Seed of bootstrap and sampling.
        batch_size: Clips that go through the model together.
        name: Name of the progress bars.
        corpus: All clips of the corpus, for ranks and references; None: the clips.
        compared: As for `references_for`.

    Returns:
        `text_scores` by decoding ("greedy", "sampled", "greedy, no head" and so on) and writer, with `preference`
        (model against template) for the writer "model"; and the texts as entries with decoding, seed, writer, clip,
        content, label, text, and the claims with use, value, percentile and verdict.

    Raises:
        ValueError: If there is no clip, or the checkpoint has no motion reference.
    """
    reference = pipe.processor.feature_extractor.motion_reference()
    if reference is None:
        raise ValueError("The checkpoint has no motion reference, so no claim can be checked.")
    if not clips:
        raise ValueError("There is no clip to explain.")
    corpus = clips if corpus is None else corpus
    used = references_for(pipe, clips, corpus, compared)
    passes: dict[str, tuple[Sequence[ExplainedClip], list[int | None]]] = {"greedy": (clips, [None])}
    if samplings:
        passes["sampled"] = (clips, [seed + number for number in range(samplings)])
    for part, joints in LIMBS.items() if taken_away else ():
        passes[f"greedy, no {part}"] = ([without_joints(clip, joints) for clip in clips[:taken_away]], [None])
    scores: dict[str, dict[str, dict]] = {}
    texts: list[dict] = []
    for decoding, (own, seeds) in passes.items():
        measured = [clip.measured for clip in own]
        people = {name: [clip.performer for clip in of] for name, of in (("own", own), ("corpus", corpus))}
        by_performer = (people["own"], people["corpus"]) if compared == PERFORMER else ()
        ranked = ranked_verdicts(measured, [clip.measured for clip in corpus], *by_performer)
        shared = _shared(own, used[: len(own)], reference)
        told: dict[str, list[list[Told]]] = {writer: [] for writer in WRITERS}
        for each in seeds:
            heading = {"decoding": decoding, "seed": each}
            records = write_records(pipe, own, labels, each, batch_size, f"{name}: {decoding}", used[: len(own)])
            told["model"].append([told_by(record) for record in records])
            told["template"].append(
                [
                    template_text(pipe, record, clip, labels, reference, each_used, each_shared)
                    for record, clip, each_used, each_shared in zip(
                        records, own, used[: len(own)], shared, strict=True
                    )
                ]
            )
            for writer in WRITERS:
                texts += [
                    heading | {"writer": writer} | _as_entry(clip, text, each_used or reference)
                    for clip, text, each_used in zip(own, told[writer][-1], used[: len(own)], strict=True)
                ]
        scores[decoding] = {
            writer: text_scores(told[writer], own, labels, reference, used[: len(own)], ranked, seed)
            for writer in WRITERS
        }
        flat = {writer: [each for sampling in told[writer] for each in sampling] for writer in WRITERS}
        scores[decoding]["model"]["preference"] = preferences(
            [each.text for each in flat["model"]],
            [each.text for each in flat["template"]],
            [each.label for each in flat["model"]],
            labels,
            seed,
            performers_as_groups(people["own"]) * len(seeds),
        )
    return scores, texts


def _as_entry(clip: ExplainedClip, told: Told, reference: MotionReference) -> dict:
    """A text with its claims, ready for JSON."""
    claims = []
    measured = evidence([statement.claim for statement in told.statements], clip.measured, reference)
    for statement, found in zip(told.statements, measured, strict=True):
        claim = statement.claim
        value, percentile = (round(number, 4) if np.isfinite(number) else None for number in found)
        claims.append(
            {
                "claim": claim.text,
                "descriptor": claim.descriptor,
                "use": statement.use,
                "relation": relation(claim.descriptor, claim.direction, told.label).relation,
                "value": value,
                "percentile": percentile,
                "holds": is_held(claim, found),
            }
        )
    return {
        "clip": clip.name,
        "content": clip.content,
        "label": told.label,
        "runner_up": told.runner_up,
        "text": told.text,
        "claims": claims,
    }


def _mean(values: Iterable[float]) -> float:
    return round(float(np.mean(list(values))), 2)


__all__ = [
    "LIMBS",
    "WRITERS",
    "ExplainedClip",
    "absent_parts",
    "explained_clip",
    "explanation_scores",
    "references_for",
    "template_text",
    "text_scores",
    "without_joints",
    "write_records",
]
