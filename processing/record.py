"""The record: what the pipeline returns for one person, and the contract that users rely on (docs/record.md).

Fields are only ever added. What cannot be measured is None.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from .certainty import compared_with
from .claims.answers import Facts, answered
from .claims.claim import Claim, Evidence, canonical_claim, evidence, is_held, notable_claims
from .claims.comparison import Difference, difference_holds, find_differences
from .claims.explanation import Explanation, explained, marked_reasons
from .claims.guard import verified_comparison
from .claims.marks import Statement, mark, read_marks, without_marks
from .claims.pair_answers import PairQuestion, answered_pair
from .claims.parser import find_claims
from .claims.questions import Question
from .claims.reasons import COMMON_SHARE, Argument, Reason, chosen_argument, common_in_reference, repeats, statable
from .claims.signs import relation
from .descriptors.kept import spans_of, vector_of, windows_of
from .descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, SPANS, why_not_measured
from .descriptors.reference import MotionReference
from .reading.motion import note
from .record_html import Record
from .skeleton.clip import UnifiedClip

__all__ = [
    "Person",
    "Request",
    "comparison_record",
    "difference_entry",
    "error_record",
    "evidence_entry",
    "person_argument",
    "person_record",
]

NOTHING_MOVES = "Nothing moves in this recording, so only the posture speaks for the label."

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
        common: Descriptor and direction of the claims that nearly all clips of the call share (`call_clips.py`).
        certainty: The field `certainty` of the record.
        argument: What the explanation is to say; None for a question, and where there is no text.
        asked: The question that is answered in place of an explanation.
        text: What the language model wrote, with marks.
        attribution: As in the record, None unless it was asked for.
    """

    clip: UnifiedClip
    segments: list[tuple[int, int]]
    reference: MotionReference | None = None
    probabilities: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    explained: int = 0
    common: frozenset[tuple[str, str]] = frozenset()
    certainty: Mapping[str, Any] = field(default_factory=dict)
    argument: Argument | None = None
    asked: Question | None = None
    text: str = ""
    attribution: dict | None = None

    @cached_property
    def windows(self) -> list[UnifiedClip]:
        """The segments as clips, each with what was measured on it (`descriptors/kept.py`)."""
        return windows_of(self.clip, self.segments)

    def segment(self) -> UnifiedClip:
        """The part of the clip that the explanation is about."""
        return self.windows[self.explained]

    def ask(self, question: Question) -> None:
        """Takes a question; one that names the beginning, the middle or the end is answered from a window there."""
        self.asked = question
        last = len(self.segments) - 1
        places = {"beginning": 0, "middle": (last + 1) // 2, "end": last}
        self.explained = places.get(question.time, self.explained)

    @property
    def vector(self) -> np.ndarray:
        """(descriptors,) values of `measure` in that part."""
        return vector_of(self.segment())

    @cached_property
    def vectors(self) -> np.ndarray:
        """(spans, descriptors) values of `measure_spans` in that part; read once the clip is scored."""
        return spans_of(self.segment())

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


def person_argument(
    person: Person, label: str, reference: MotionReference | None, weights: np.ndarray | None = None
) -> Argument:
    """What the explanation of a performer is to say.

    Args:
        person: The performer, scored, with the certainty of the label.
        label: The label.
        reference: Typical values; without them there is nothing to say but the label and how sure it is.
        weights: (descriptors,) how much the label depends on the body part of each descriptor.
    """
    sureness = (person.certainty["runner_up"], person.certainty["level"], person.certainty["accuracy"])
    compared: Any = compared_with(reference, person.vector)
    if reference is None:
        return Argument(label, *sureness, compared, (), (), (), ())
    return chosen_argument(label, *sureness, compared, person.vectors, reference, weights, person.common)


def error_record(source: str, error: Exception) -> dict[str, Any]:
    """The record of an input that could not be read."""
    return Record({"source": source, "error": {"type": type(error).__name__, "message": str(error)}})


def person_record(
    source: str,
    model: str,
    person: Person,
    labels: Sequence[str],
    reference: MotionReference | None,
    verify: bool,
) -> dict[str, Any]:
    """The record of one performer.

    Args:
        source: Name of the input.
        model: Name of the checkpoint.
        person: The performer, scored; with an argument and a text, or with the answer to a question, or with neither.
        labels: Candidate labels.
        reference: Typical values, None where the checkpoint has no reference.
        verify: Whether the text is checked.
    """
    report = person.clip.report
    scores = _score_fields(person.overall(), labels)
    start, end = person.segments[person.explained]
    segment, vector = person.segment(), person.vector
    seconds = (start / person.clip.fps, end / person.clip.fps)

    claims: list[Claim] = []
    text = ""
    reasons: list[dict[str, Any]] = []
    own: dict[str, Any] = {}
    if person.asked is not None:
        text = without_marks(person.text)
        claims = find_claims(text)
        own["question"] = person.asked.text
        if verify:
            own["dropped_claims"] = 0
        if verify and reference is not None:
            given = (reference, segment.joints, segment.joint_mask, segment.not_shown)
            compared: Any = compared_with(reference, vector)
            facts = Facts(
                _asked_scores(person, labels), person.certainty, person.vectors, compared, *given, person.common
            )
            text, claims, own["dropped_claims"] = answered(text, person.asked, facts)
    elif person.argument is not None:
        found = _explanation(person, person.argument, labels, reference, verify)
        text, claims = found.text, [statement.claim for statement in found.statements]
        reasons = _reason_entries(found.statements, person.argument)
        own["written_by"] = found.written_by
        if verify:
            own["dropped_claims"] = found.dropped
        if "movement" in segment.not_shown:
            text = f"{text} {NOTHING_MOVES}".strip()
    shared: list[dict[str, str]] = []
    if reference is not None and (person.argument is not None or (person.asked is not None and verify)):
        shared = _shared_notes(person, reference)
    if reference is not None:
        claims = _with_notable(claims, person, reference)
    # Thirds are measured only where something is said of them: most clips have enough to say as a whole.
    vectors = vector[None] if all(claim.span == SPANS[0] for claim in claims) else person.vectors
    record = {
        "source": source,
        **scores,
        "certainty": dict(person.certainty),
        "explanation": text,
        "reasons": reasons,
        "evidence": [
            evidence_entry(claim, found, reference, seconds)
            for claim, found in zip(claims, evidence(claims, vectors, reference), strict=True)
        ],
        "not_measured": [
            {"descriptor": name, "why": why}
            for name, why in why_not_measured(vector, segment.joint_mask, segment.not_shown).items()
        ],
        "notes": [*report.get("notes", []), *shared],
        "segments": _segment_entries(person.segments, person.probabilities, labels, person.clip.fps),
        "skeleton": _skeleton_entry(report),
        "model": model,
        **own,
    }
    if report.get("recording"):
        record["recording"] = report["recording"]
    if person.attribution is not None:
        record["attribution"] = person.attribution
    return Record(record)


def _with_notable(claims: list[Claim], person: Person, reference: MotionReference) -> list[Claim]:
    """The claims of the text and then other notable ones, `EVIDENCE_CLAIMS` together where there are so many.

    What would repeat or contradict the text is left out.
    """
    room = max(EVIDENCE_CLAIMS - len(claims), 0)

    def unsaid(vectors: np.ndarray) -> list[Claim]:
        found = notable_claims(vectors, reference)
        return [claim for claim in found if not any(repeats(claim, other) for other in claims)]

    others = unsaid(person.vector[None]) if room else []
    if len(others) < room:  # then also about thirds
        others = unsaid(person.vectors)
    return [*claims, *others[:room]]


def _shared_notes(person: Person, reference: MotionReference) -> list[dict[str, str]]:
    """Notes about what is unusual in a clip, but no reason, because nearly all other clips share it."""
    own = statable(person.vectors, reference)
    notes = []
    for common, clips in (
        (person.common, "the clips that were explained together"),
        (common_in_reference(reference) - person.common, "the clips that the reference was made of"),
    ):
        shared = [canonical_claim(*claim).text for claim in sorted(own & common)]
        if shared:
            who = f"at least {COMMON_SHARE:.0%} of {clips}"
            notes.append(note("common_claims", f"{who} have this in common, so it is no reason: {', '.join(shared)}"))
    return notes


def _explanation(
    person: Person, argument: Argument, labels: Sequence[str], reference: MotionReference | None, verify: bool
) -> Explanation:
    """The explanation of a performer, checked or as the language model wrote it."""
    if verify:
        return explained(person.text, argument, labels, person.vectors, reference)
    text, statements = read_marks(person.text)
    return Explanation(text, tuple(statements), "model", 0)


def _reason_entries(statements: Sequence[Statement], argument: Argument) -> list[dict[str, Any]]:
    """`reasons`: what the text gives for or against the label or the runner-up, in its order.

    Args:
        statements: Those of the text; their claims are the first ones of `evidence`.
        argument: What the measurements support.
    """
    held = marked_reasons(argument)
    entries = []
    for number, statement in enumerate(statements):
        reason = held.get(mark(statement.use, statement.claim))
        if reason is not None and statement.use == "for the runner-up":
            reason = _sign_of_runner_up(reason, argument)
        if reason is not None and reason.relation != "none":
            entries.append(
                {
                    "claim": reason.claim.text,
                    "relation": reason.relation,
                    "emotion": reason.emotion,
                    "strength": reason.strength,
                    "source": reason.source,
                    "evidence": number,
                }
            )
    return entries


def _sign_of_runner_up(observed: Reason, argument: Argument) -> Reason:
    """What an argument only observes, as the sign of the runner-up that its text says it is."""
    rival = argument.runner_up or ""
    found = relation(observed.claim.descriptor, observed.claim.direction, rival)
    return replace(observed, relation="for", emotion=rival, strength=found.strength, source=found.source)


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


def _asked_scores(person: Person, labels: Sequence[str]) -> dict[str, float]:
    """The probabilities that an answer is about: of the window that the question names, or of the whole clip."""
    named = person.asked is not None and person.asked.time != SPANS[0]
    found = person.probabilities[person.explained] if named else person.overall()
    return _score_fields(found, labels)["scores"]


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
    claim: Claim, found: Evidence, reference: MotionReference | None, segment: tuple[float, float]
) -> dict[str, Any]:
    """An entry of `evidence`: a claim, the stretch of time it is about, the measured value and its percentile.

    Args:
        claim: The claim.
        found: What was measured of it in the segment.
        reference: Typical values. Without it, or where it lacks the descriptor, percentile and holds are None.
        segment: Start and end of the measured segment, in seconds of the clip.
    """
    value, percentile = found
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
        "value": round(value, 4) + 0.0 if np.isfinite(value) else None,
        "unit": DESCRIPTORS[DESCRIPTOR_INDEX[claim.descriptor]].unit,
        "percentile": round(percentile, 1) if np.isfinite(percentile) else None,
        "reference": None if reference is None else reference.level[DESCRIPTOR_INDEX[claim.descriptor]],
        "start_s": round(start, 3),
        "end_s": round(end, 3),
        "holds": is_held(claim, found),
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
        "values": [round(value, 4) + 0.0 if np.isfinite(value) else None for value in values],
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
    before, after = map(vector_of, clips)
    differences, dropped = find_differences(answer), None
    if verify and reference is not None and asked.needs_text:
        answer, differences, dropped = verified_comparison(answer, before, after, reference)
    elif verify and reference is not None:
        (answer, differences), dropped = answered_pair(asked, scores, before, after, reference), 0
    record = {
        "sources": list(sources),
        "question": question,
        "answer": answer,
        "differences": [difference_entry(difference, before, after, reference) for difference in differences],
        "model": model,
    }
    return Record(record if dropped is None else record | {"dropped_differences": dropped})
