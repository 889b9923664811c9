"""The record: what the pipeline returns for one person, and the contract that users rely on (docs/record.md).

Fields are only ever added. What cannot be measured is None.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from .claims.answers import Facts, answered
from .claims.claim import Claim, evidence, holds, notable_claims
from .claims.comparison import Difference, difference_holds, find_differences
from .claims.guard import verified, verified_comparison
from .claims.pair_answers import PairQuestion, answered_pair
from .claims.parser import find_claims
from .claims.questions import read_question
from .claims.writing import label_sentence
from .descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, SPANS, measure, measure_spans, why_not_measured
from .descriptors.reference import MotionReference
from .skeleton.clip import UnifiedClip

__all__ = [
    "Person",
    "Request",
    "comparison_record",
    "difference_entry",
    "error_record",
    "evidence_entry",
    "person_record",
]

NOTHING_MOVES = "Nothing moves in this recording, so only the posture speaks for it."

EVIDENCE_CLAIMS = 8
"""Claims in a record: those of the explanation first, then other unusual measurements."""

_SKELETON_KEYS = ("layout", "frames", "fps", "matched_joints", "missing_joints", "up_axis", "unit_scale")


@dataclass
class Person:
    """One performer of one input, with what the pipeline has found so far.

    Attributes:
        clip: The movement.
        segments: First frame and frame after the last of each segment.
        reference: What the movement is compared with, None for the checkpoint's reference.
        probabilities: (segments, labels), empty before scoring.
        explained: Index of the segment that the explanation is about.
        text: What the language model wrote.
        attribution: As in the record, None unless it was asked for.
    """

    clip: UnifiedClip
    segments: list[tuple[int, int]]
    reference: MotionReference | None = None
    probabilities: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    explained: int = 0
    text: str = ""
    attribution: dict | None = None

    def segment(self) -> UnifiedClip:
        """The part of the clip that the explanation is about."""
        return self.clip.cut(*self.segments[self.explained])

    @cached_property
    def vectors(self) -> np.ndarray:
        """(spans, descriptors) values of `measure_spans` in that part; read once the clip is scored."""
        segment = self.segment()
        return measure_spans(segment.joints, segment.joint_mask, segment.not_shown)

    def overall(self) -> np.ndarray:
        """(labels,), the mean of the segments' probabilities, weighted by their length."""
        lengths = np.array([last - first for first, last in self.segments], dtype=np.float64)
        return lengths @ self.probabilities / lengths.sum()


@dataclass
class Request:
    """One input: its people, or the error with which reading it failed."""

    source: str
    people: list[Person] = field(default_factory=list)
    error: Exception | None = None


def error_record(source: str, error: Exception) -> dict[str, Any]:
    """The record of an input that could not be read."""
    return {"source": source, "error": {"type": type(error).__name__, "message": str(error)}}


def person_record(
    source: str,
    model: str,
    person: Person,
    labels: Sequence[str],
    reference: MotionReference | None,
    verify: bool,
    question: str | None,
    label_only: bool,
    sureness: Mapping[str, Any],
) -> dict[str, Any]:
    """The record of one performer.

    Args:
        source: Name of the input.
        model: Name of the checkpoint.
        person: The performer, scored and, unless `label_only`, with a text.
        labels: Candidate labels.
        reference: Typical values, None where the checkpoint has no reference.
        verify: Whether to remove statements that the measurements do not support.
        question: The question that the text answers, None for an explanation.
        label_only: Whether there is no text.
        sureness: The field `certainty`.
    """
    report = person.clip.report
    scores = _score_fields(person.overall(), labels)
    start, end = person.segments[person.explained]
    segment, vectors = person.segment(), person.vectors

    claims, explanation, dropped = [], "", 0
    if not label_only:
        claims = find_claims(person.text)
        explanation = person.text if question else f"{label_sentence(scores['label'])} {person.text}".strip()
        if verify and reference is not None and question:
            given = (segment.joints, segment.joint_mask, segment.not_shown)
            facts = Facts(scores["scores"], sureness, vectors, reference, *given)
            explanation, claims, dropped = answered(explanation, read_question(question, labels), facts)
        elif verify and reference is not None:
            explanation, claims, dropped = verified(explanation, claims, scores["label"], vectors, reference)
        if "movement" in segment.not_shown and not question:
            named = label_sentence(scores["label"])
            explanation = f"{named} {NOTHING_MOVES} {explanation.removeprefix(named).strip()}".strip()
    if reference is not None:
        said = {claim.descriptor for claim in claims}
        others = [claim for claim in notable_claims(vectors, reference) if claim.descriptor not in said]
        claims = [*claims, *others][: max(EVIDENCE_CLAIMS, len(claims))]
    seconds = (start / person.clip.fps, end / person.clip.fps)
    record = {
        "source": source,
        **scores,
        "certainty": dict(sureness),
        "explanation": explanation,
        "evidence": [evidence_entry(claim, vectors, reference, seconds) for claim in claims],
        "not_measured": [
            {"descriptor": name, "why": why}
            for name, why in why_not_measured(vectors[0], segment.joint_mask, segment.not_shown).items()
        ],
        "notes": list(report.get("notes", [])),
        "segments": _segment_entries(person.segments, person.probabilities, labels, person.clip.fps),
        "skeleton": _skeleton_entry(report),
        "model": model,
    }
    if report.get("recording"):
        record["recording"] = report["recording"]
    if question:
        record["question"] = question
    if verify and not label_only:
        record["dropped_claims"] = dropped
    if person.attribution is not None:
        record["attribution"] = person.attribution
    return record


def _score_fields(probabilities: np.ndarray, labels: Sequence[str]) -> dict[str, Any]:
    """`label`, `score` and `scores`, the most probable label first.

    Args:
        probabilities: (labels,), one for each candidate.
        labels: The candidates.
    """
    order = np.argsort(-probabilities, kind="stable")
    scores = {labels[index]: float(probabilities[index]) for index in order}
    label = labels[int(order[0])]
    return {"label": label, "score": scores[label], "scores": scores}


def _segment_entries(
    segments: Sequence[tuple[int, int]], probabilities: np.ndarray, labels: Sequence[str], fps: float
) -> list[dict[str, Any]]:
    """`segments`: when each segment begins and ends, its label and its score.

    Args:
        segments: First frame and frame after the last of each.
        probabilities: (segments, labels).
        labels: The candidates.
        fps: Frames per second of the clip.
    """
    return [
        {
            "start_s": round(first / fps, 3),
            "end_s": round(last / fps, 3),
            "label": labels[int(scores.argmax())],
            "score": float(scores.max()),
        }
        for (first, last), scores in zip(segments, probabilities, strict=True)
    ]


def _skeleton_entry(report: Mapping[str, Any]) -> dict[str, Any]:
    """`skeleton`: what the recording was, from the report of its unified clip."""
    return {key: report.get(key) for key in _SKELETON_KEYS}


def evidence_entry(
    claim: Claim, vectors: np.ndarray, reference: MotionReference | None, segment: tuple[float, float]
) -> dict[str, Any]:
    """An entry of `evidence`: a claim, the stretch of time it is about, the measured value and its percentile.

    Args:
        claim: The claim.
        vectors: (spans, descriptors) values of `measure_spans` in the segment.
        reference: Typical values. Without it, or where it lacks the descriptor, percentile and holds are None.
        segment: Start and end of the measured segment, in seconds of the clip.
    """
    value, percentile = evidence(claim, vectors, reference)
    start, end = segment
    if claim.span != SPANS[0]:
        third = (end - start) / (len(SPANS) - 1)
        start += third * (SPANS.index(claim.span) - 1)
        end = start + third
    return {
        "claim": claim.text,
        "body_part": claim.body_part,
        "descriptor": claim.descriptor,
        "direction": claim.direction,
        "degree": claim.degree,
        "span": claim.span,
        "value": round(value, 4) if np.isfinite(value) else None,
        "unit": DESCRIPTORS[DESCRIPTOR_INDEX[claim.descriptor]].unit,
        "percentile": round(percentile, 1) if np.isfinite(percentile) else None,
        "reference": None if reference is None else reference.level[DESCRIPTOR_INDEX[claim.descriptor]],
        "start_s": round(start, 3),
        "end_s": round(end, 3),
        "holds": holds(claim, vectors, reference) if reference is not None else None,
    }


def difference_entry(
    difference: Difference, first: np.ndarray, second: np.ndarray, reference: MotionReference | None
) -> dict[str, Any]:
    """An entry of `differences`: a difference between two clips and what was measured on both.

    Args:
        difference: The difference.
        first: (descriptors,) values of `measure`.
        second: The same of the other clip.
        reference: Typical values. Without it percentiles and holds are None.
    """
    index = DESCRIPTOR_INDEX[difference.descriptor]
    values = [float(vector[index]) for vector in (first, second)]
    percentiles = [reference.percentile(index, value) if reference else float("nan") for value in values]
    return {
        "difference": f"the {difference.movement} movement {difference.predicate}",
        "descriptor": difference.descriptor,
        "direction": difference.direction,
        "movement": difference.movement,
        "values": [round(value, 4) if np.isfinite(value) else None for value in values],
        "unit": DESCRIPTORS[index].unit,
        "percentiles": [round(value, 1) if np.isfinite(value) else None for value in percentiles],
        "holds": difference_holds(difference, first, second, reference) if reference else None,
    }


def comparison_record(
    sources: Sequence[str],
    model: str,
    clips: Sequence[UnifiedClip],
    question: str,
    asked: PairQuestion,
    scores: Sequence[Mapping[str, float]],
    answer: str,
    reference: MotionReference | None,
    verify: bool,
) -> dict[str, Any]:
    """The record of two clips that were compared.

    Args:
        sources: Names of the two inputs.
        model: Name of the checkpoint.
        clips: The two.
        question: What was asked.
        asked: The same, read.
        scores: Probabilities of the labels of both clips; empty where the question names no emotion.
        answer: What the language model wrote; empty where the answer needs no text.
        reference: Typical values, None where the checkpoint has no reference.
        verify: Whether to remove differences that the measurements do not support.
    """
    before, after = (measure(clip.joints, clip.joint_mask, clip.not_shown) for clip in clips)
    differences, dropped = find_differences(answer), None
    if verify and reference is not None and asked.needs_text:
        answer, differences, dropped = verified_comparison(answer, question, before, after, reference)
    elif verify and reference is not None:
        (answer, differences), dropped = answered_pair(asked, scores, before, after, reference), 0
    record = {
        "sources": list(sources),
        "question": question,
        "answer": answer,
        "differences": [difference_entry(difference, before, after, reference) for difference in differences],
        "model": model,
    }
    return record if dropped is None else record | {"dropped_differences": dropped}
