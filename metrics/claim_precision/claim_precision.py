"""Share of the claims in texts about movement that the measurements support."""

import datasets
import evaluate

from eai_llm_hf.evaluation.explanations.claim_scores import Verdicts, reference_or_embedded, truth_scores
from eai_llm_hf.processing.claims.parser import find_claims

_DESCRIPTION = """
Finds the claims that a text makes about a body's movement ("the head is bowed"), in any words, and checks each against
the measurements. A text can be right by saying what is always true. So the share comes with three others: the same
texts checked against every other movement, the best constant text, and the base rate of the claims.
"""

_ARGUMENTS = """
Args:
    predictions (list of str): The texts.
    references (list of arrays): The measurements of the movement of each text, (spans, descriptors) from
        `measure_spans` of `eai_llm_hf.processing.descriptors.measure`, or (descriptors,) from `measure`.
    motion_reference (str, dict or MotionReference): The reference for percentiles, for example a file of
        `eai-llm calibrate`; by default that of the embedded checkpoint.
    seed (int): Seed of the bootstrap over texts.
Returns:
    claim_precision: Share of the checkable claims that hold; None, like the others, if there are none.
    interval: Its 95% interval.
    shuffled, best_constant, base_rate: What shuffled texts, a constant text and single claims reach on these
    movements. gap_over_shuffled, gap_interval: claim_precision minus shuffled, with its paired 95% interval.
    claims, checkable_claims: Number of claims, and of those that can be checked.
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
