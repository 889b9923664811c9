"""Share of the claims in texts about movement that the measured movement bears out."""

import datasets
import evaluate

from eai_llm_hf.evaluation.explanations.claim_scores import Verdicts, reference_or_embedded, truth_scores
from eai_llm_hf.processing.claims.parser import find_claims

_DESCRIPTION = """
Finds the claims that a text makes about a body's movement ("the head is bowed"), in whatever words, and holds each
against what was measured. Since a text can be right by saying what is always true, the share comes with three others:
the same texts held against every other movement, the best constant text, and the base rate of the claims.
"""

_ARGUMENTS = """
Args:
    predictions (list of str): The texts.
    references (list of arrays): What was measured of the movement of each, (spans, descriptors) as `measure_spans` of
        `eai_llm_hf.processing.descriptors.measure` gives it, or (descriptors,) as `measure` does.
    motion_reference (str, dict or MotionReference): What is ordinary: a file of `eai-llm calibrate`, or the like; that
        of the embedded checkpoint by default.
    seed (int): Of the bootstrap over texts.
Returns:
    claim_precision: Share of the claims that can be checked which hold; None, like the others, where there is none.
    interval: Its 95% interval.
    shuffled, best_constant, base_rate: What the same, fixed and single claims would reach on these movements.
    gap_over_shuffled, gap_interval: claim_precision less shuffled, with its paired 95% interval.
    claims, checkable_claims: How many there are.
Example:
    >>> precision = evaluate.load("metrics/claim_precision")
    >>> measured = [measure_spans(clip.joints, clip.joint_mask) for clip in clips]
    >>> precision.compute(predictions=texts, references=measured)["claim_precision"]
"""


class ClaimPrecision(evaluate.Metric):
    """See `_DESCRIPTION`."""

    def _info(self):
        text, numbers = datasets.Value("string"), datasets.Sequence(datasets.Value("float32"))
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation="",
            inputs_description=_ARGUMENTS,
            features=[
                datasets.Features({"predictions": text, "references": datasets.Sequence(numbers)}),
                datasets.Features({"predictions": text, "references": numbers}),
            ],
        )

    def _compute(self, predictions, references, motion_reference=None, seed=0):
        verdicts = Verdicts(references, reference_or_embedded(motion_reference))
        found = truth_scores([[find_claims(text) for text in predictions]], verdicts, seed)
        hold, gap = found["hold"] or {}, found["gap_over_shuffled"] or {}
        return {
            "claim_precision": hold.get("value"),
            "interval": hold.get("interval"),
            "shuffled": (found["shuffled"] or {}).get("value"),
            "best_constant": (found["best_constant"] or {}).get("value"),
            "base_rate": found["base_rate"],
            "gap_over_shuffled": gap.get("difference"),
            "gap_interval": gap.get("interval"),
            "claims": found["claims"],
            "checkable_claims": found["checkable_claims"],
        }
