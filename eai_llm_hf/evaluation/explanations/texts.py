"""Are the explanations of a checkpoint true, on clips that it never saw, without its guard and with it?

clips --pipeline, greedy and sampled--> one text each, its claims --measurements--> true, false, cannot be checked

`claim_scores` scores the claims. This module writes the texts, checks what else must be right in them (the label, body
parts, repeats), and tests texts about bodies with missing parts.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from eai_llm_hf.processing.claims.claim import evidence, holds, notable_claims
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.claims.writing import verbalise
from eai_llm_hf.processing.descriptors.measure import measure_spans
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES

from .claim_scores import STRONGEST, Verdicts, coverage_scores, label_agreement, truth_scores

GUARDS = ("without guard", "with guard")

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
    """

    clip: UnifiedClip
    measured: np.ndarray
    content: str
    name: str

    def lacks(self, joints: Sequence[str]) -> bool:
        """Whether the clip has none of the joints."""
        return not self.clip.joint_mask[[JOINT_INDEX[name] for name in joints]].any()


def explained_clip(clip: UnifiedClip, content: str, name: str, max_frames: int) -> ExplainedClip:
    """Measures a clip; only the first window of a longer clip is used."""
    if len(clip.joints) > max_frames:
        clip = replace(clip, joints=clip.joints[:max_frames])
    return ExplainedClip(clip, measure_spans(clip.joints, clip.joint_mask, clip.not_shown), content, name)


def write_records(
    pipe: SkeletonEmotionExplanationPipeline,
    clips: Sequence[ExplainedClip],
    labels: Sequence[str],
    seed: int | None = None,
    batch_size: int = 8,
    name: str = "explanations",
) -> dict[str, list[dict]]:
    """Lets the model explain clips once, and applies the guard to the same texts.

    Args:
        pipe: The pipeline.
        clips: The clips.
        labels: Candidate labels.
        seed: Seed of sampling (`do_sample=True`); None for greedy decoding.
        batch_size: Clips that go through the model together; sampled texts depend on it.
        name: Name of the progress bar.

    Returns:
        A record for each clip, without and with the guard, as from `pipe(clip, verify=...)`.
    """
    records: dict[str, list[dict]] = {guard: [] for guard in GUARDS}
    sampling = {} if seed is None else {"do_sample": True}
    with torch.random.fork_rng(), tqdm(total=len(clips), desc=name, unit="clip") as bar:
        if seed is not None:
            torch.manual_seed(seed)
        for start in range(0, len(clips), batch_size):
            batch = clips[start : start + batch_size]
            requests = [pipe.preprocess(each.clip)["request"] for each in batch]
            answered = pipe.forward({"request": requests}, candidate_labels=list(labels), generate_kwargs=sampling)
            for request in answered["request"]:
                for guard, verify in zip(GUARDS, (False, True), strict=True):
                    made = pipe.postprocess({"request": request}, verify=verify, candidate_labels=list(labels))
                    records[guard].append(made)
            bar.update(len(batch))
    return records


def text_scores(
    records: Sequence[Sequence[dict]],
    clips: Sequence[ExplainedClip],
    labels: Sequence[str],
    reference: MotionReference,
    seed: int = 0,
) -> dict[str, Any]:
    """Scores the explanations of some clips.

    Args:
        records: For each sampling, a record for each clip.
        clips: The clips.
        labels: All labels that a text can name.
        reference: The reference for percentiles.
        seed: Seed of the bootstrap.

    Returns:
        The scores of `truth_scores`, and:

        - `texts`, `distinct_texts`, `claims_per_text`, `distinct_claims_per_text`, `body_parts_per_text`.
        - `coverage`: share of the most salient claims of the clips that the texts make.
        - `label_agreement`: share of the texts that name the label of their record.
        - `repeated_claims`: claims that a text makes again, in any degree.
        - `absent_parts`: texts that mention a body part of which the clip has no joint.
        - `shared_texts`: texts that also belong, word for word, to a clip of another content.
        - `dropped_claims`: claims that the guard removed, if it was used.
    """
    said = [[find_claims(record["explanation"]) for record in sampling] for sampling in records]
    everything = [record for sampling in records for record in sampling]
    flat = [
        (record["explanation"], claims, clip)
        for sampling, of_sampling in zip(records, said, strict=True)
        for record, claims, clip in zip(sampling, of_sampling, clips, strict=True)
    ]
    distinct = [{(claim.descriptor, claim.direction, claim.span) for claim in claims} for _, claims, _ in flat]
    contents = defaultdict(set)
    for text, _, clip in flat:
        contents[text].add(clip.content)
    verdicts = Verdicts([clip.measured for clip in clips], reference)
    agreement = label_agreement([text for text, _, _ in flat], [record["label"] for record in everything], labels)
    scores: dict[str, Any] = {
        "clips": len(clips),
        "texts": len(flat),
        "distinct_texts": len(contents),
        "claims_per_text": _mean(len(claims) for _, claims, _ in flat),
        "distinct_claims_per_text": _mean(map(len, distinct)),
        "body_parts_per_text": _mean(len({claim.body_part for claim in claims}) for _, claims, _ in flat),
        **truth_scores(said, verdicts, seed),
        "coverage": coverage_scores(said, verdicts, STRONGEST, seed),
        "label_agreement": agreement["agreement"],
        "repeated_claims": sum(len(claims) - len(own) for (_, claims, _), own in zip(flat, distinct, strict=True)),
        "absent_parts": sum(bool(absent_parts(text, clip)) for text, _, clip in flat),
        "shared_texts": sum(len(contents[text]) > 1 for text, _, _ in flat),
    }
    dropped = [record["dropped_claims"] for record in everything if "dropped_claims" in record]
    return scores | ({"dropped_claims": sum(dropped)} if dropped else {})


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

    Returns:
        `text_scores` by decoding ("greedy", "sampled", "greedy, no head" and so on) and guard; and the texts as
        entries with decoding, seed, guard, clip, content, label, text, a text of the strongest measured claims, and
        the claims with value, percentile and verdict.

    Raises:
        ValueError: If there is no clip, or the checkpoint has no motion reference.
    """
    reference = pipe.processor.feature_extractor.motion_reference()
    if reference is None:
        raise ValueError("The checkpoint has no motion reference, so no claim can be checked.")
    if not clips:
        raise ValueError("There is no clip to explain.")
    passes: dict[str, tuple[Sequence[ExplainedClip], list[int | None]]] = {"greedy": (clips, [None])}
    if samplings:
        passes["sampled"] = (clips, [seed + number for number in range(samplings)])
    for part, joints in LIMBS.items() if taken_away else ():
        passes[f"greedy, no {part}"] = ([without_joints(clip, joints) for clip in clips[:taken_away]], [None])
    scores: dict[str, dict[str, dict]] = {}
    texts: list[dict] = []
    for decoding, (own, seeds) in passes.items():
        written = [write_records(pipe, own, labels, each, batch_size, f"{name}: {decoding}") for each in seeds]
        scores[decoding] = {}
        for guard in GUARDS:
            records = [by_guard[guard] for by_guard in written]
            scores[decoding][guard] = text_scores(records, own, labels, reference, seed)
            for sampling, of_sampling in zip(seeds, records, strict=True):
                heading = {"decoding": decoding, "seed": sampling, "guard": guard}
                texts += [heading | _as_entry(*pair, reference) for pair in zip(own, of_sampling, strict=True)]
    return scores, texts


def _as_entry(clip: ExplainedClip, record: dict, reference: MotionReference) -> dict:
    """A text with its claims, ready for JSON."""
    claims = []
    for claim in find_claims(record["explanation"]):
        found = evidence(claim, clip.measured, reference)
        value, percentile = (round(number, 4) if np.isfinite(number) else None for number in found)
        claims.append(
            {
                "claim": claim.text,
                "descriptor": claim.descriptor,
                "value": value,
                "percentile": percentile,
                "holds": holds(claim, clip.measured, reference),
            }
        )
    measured = verbalise(record["label"], notable_claims(clip.measured, reference)[:STRONGEST])
    return {
        "clip": clip.name,
        "content": clip.content,
        "label": record["label"],
        "text": record["explanation"],
        "measured_text": measured,
        "claims": claims,
    }


def _mean(values: Iterable[float]) -> float:
    return round(float(np.mean(list(values))), 2)


__all__ = [
    "GUARDS",
    "LIMBS",
    "ExplainedClip",
    "absent_parts",
    "explained_clip",
    "explanation_scores",
    "text_scores",
    "without_joints",
    "write_records",
]
